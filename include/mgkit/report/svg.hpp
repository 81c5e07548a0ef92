// SPDX-License-Identifier: MIT
// A small writer of SVG drawings that work inside a page, alone, on paper and in the dark.
// infrastructure
#pragma once

#include <string>
#include <string_view>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE::report {

/// Colours, lines and type of all drawings, for light and dark surroundings. A page carries it
/// once; a drawing of its own carries a copy.
inline constexpr std::string_view svg_style = R"(
:root,svg{--mg-paper:#fff;--mg-ink:#1b1f24;--mg-muted:#5a6370;--mg-line:#c9d0d8;--mg-faint:#edf0f3;
--mg-quiet:#a9b3be;--mg-a:#0a62a3;--mg-b:#b84b00;--mg-c:#00735a;--mg-d:#8a3f80}
@media (prefers-color-scheme:dark){:root,svg{--mg-paper:#14181d;--mg-ink:#e8ebee;--mg-muted:#a3adb8;
--mg-line:#3c4651;--mg-faint:#222931;--mg-quiet:#697683;
--mg-a:#67b7f0;--mg-b:#f0a04b;--mg-c:#4bc9a4;--mg-d:#dc9ad2}}
@media print{:root,svg{--mg-paper:#fff;--mg-ink:#000;--mg-muted:#444;--mg-line:#bbb;--mg-faint:#eee;
--mg-quiet:#bbb;--mg-a:#0a62a3;--mg-b:#b84b00;--mg-c:#00735a;--mg-d:#8a3f80}}
svg.mg{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;font-size:13px;
max-width:100%;height:auto}
.mg text{fill:var(--mg-ink)}.mg .small{font-size:11px}.mg .muted{fill:var(--mg-muted)}
.mg .strong{font-weight:600}.mg .on{fill:var(--mg-paper)}
.mg .back{fill:var(--mg-paper)}.mg .panel{fill:var(--mg-faint)}
.mg .axis{stroke:var(--mg-ink);stroke-width:1}.mg .grid{stroke:var(--mg-line);stroke-width:1}
.mg .mark{stroke:var(--mg-ink);stroke-width:1.6;fill:none}
.mg .reference{stroke:var(--mg-ink);stroke-width:1.2;stroke-dasharray:2 3}
.mg .fill-a{fill:var(--mg-a)}.mg .fill-b{fill:var(--mg-b)}.mg .fill-c{fill:var(--mg-c)}.mg .quiet{fill:var(--mg-quiet)}
.mg .hollow{fill:var(--mg-paper);stroke:var(--mg-a);stroke-width:1.5;stroke-dasharray:3 2}
.mg .divide{stroke:var(--mg-ink);stroke-width:1.5}
.mg .same,.mg .other,.mg .query{fill:none;stroke-width:2.5}.mg .query{stroke:var(--mg-ink)}
.mg .same{stroke:var(--mg-c)}.mg .other{stroke:var(--mg-b);stroke-dasharray:7 4}
.mg .same.tick,.mg .other.tick{stroke-width:3;stroke-dasharray:none}
.mg .bone{stroke:var(--mg-a);stroke-width:2;fill:none;stroke-linecap:round;stroke-linejoin:round}
.mg .fine{stroke-width:1.2}
.mg .halo{paint-order:stroke;stroke:var(--mg-paper);stroke-width:3px}
.mg .joint{fill:var(--mg-b)}
.mg .curve{fill:none;stroke-width:2;stroke-linejoin:round}
.mg .c0{stroke:var(--mg-a)}.mg .c1{stroke:var(--mg-b);stroke-dasharray:7 3}
.mg .c2{stroke:var(--mg-c);stroke-dasharray:2 3}.mg .c3{stroke:var(--mg-d);stroke-dasharray:9 3 2 3}
.mg .film .bone,.mg .still .bone{vector-effect:non-scaling-stroke}
@keyframes mg-film{to{transform:translateX(var(--mg-reel))}}
.mg .film{animation:mg-film 2.4s infinite}.mg .still{display:none}
@media (prefers-reduced-motion:reduce){.mg .film{display:none}.mg .still{display:inline}}
@media print{.mg .film{display:none}.mg .still{display:inline}}
)";

/// Collects shapes. Coordinates are in CSS pixels with the origin at the top left; `kind` is a
/// space-separated list of classes of svg_style. Every text is escaped; kinds and path data are
/// trusted, they come from this library.
class svg {
public:
    /// `title` names the drawing to everybody, `description` says to those who cannot see it what
    /// it shows.
    svg(double width, double height, std::string_view title, std::string_view description);

    svg& line(double x1, double y1, double x2, double y2, std::string_view kind);
    /// `opacity` below 1 lets the paper through: shades of a table of colours.
    svg& rectangle(double x, double y, double w, double h, std::string_view kind,
                   double opacity = 1);
    svg& circle(double x, double y, double r, std::string_view kind);
    /// `anchor` is start, middle or end; `turn` rotates about (x, y), in degrees clockwise.
    svg& label(double x, double y, std::string_view words, std::string_view kind = "",
               std::string_view anchor = "start", double turn = 0);
    /// `data` in SVG path syntax; `style` is an optional style attribute.
    svg& path(std::string_view data, std::string_view kind, std::string_view style = "");
    /// Shapes added until `close` show `words` when pointed at.
    svg& open(std::string_view words);
    svg& close();
    /// Shapes added until `close` belong to one group of a kind; `style` is a style attribute.
    svg& open_group(std::string_view kind, std::string_view style = "");
    /// Shapes added until `close_window` have coordinates from 0 to `units` inside a square, and
    /// are cut off at its sides.
    svg& open_window(double x, double y, double side, double units);
    svg& close_window();

    /// The element for a page that carries svg_style.
    std::string element() const;
    /// A file of its own, on its own paper.
    std::string document() const;

    /// A coordinate with one decimal: finer than a screen shows, and short. NaN becomes 0.
    static std::string number(double v);

private:
    double width_, height_;
    std::string title_, description_, body_;
};

}  // namespace MGKIT_NAMESPACE::report

#if !defined(MGKIT_COMPILED)
#include "mgkit/report/svg-inl.hpp"
#endif
