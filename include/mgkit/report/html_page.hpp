// SPDX-License-Identifier: MIT
// The frame of a self-contained page: head, style, sections, tables. Every text is escaped.
// infrastructure
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "mgkit/report/svg.hpp"

namespace MGKIT_NAMESPACE::report {

/// Style of the page around the drawings: screen, dark, narrow, paper.
inline constexpr std::string_view page_style = R"(
*{box-sizing:border-box}
body{margin:0 auto;padding:1.5rem 1.25rem 4rem;max-width:62rem;background:var(--mg-paper);
color:var(--mg-ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;
overflow-wrap:anywhere}
h1{font-size:1.7rem;line-height:1.25;margin:.5rem 0 .25rem}
h2{font-size:1.2rem;margin:2.5rem 0 .6rem;padding-top:.6rem;border-top:1px solid var(--mg-line)}
h3{font-size:1rem;margin:1.4rem 0 .3rem}
p{margin:.4rem 0}.lead{color:var(--mg-muted)}
.mark{display:inline-block;border:2px solid var(--mg-b);color:var(--mg-b);font-weight:700;
letter-spacing:.06em;padding:.1rem .6rem;text-transform:uppercase}
.caveats{border-left:6px solid var(--mg-b);background:var(--mg-faint);padding:.6rem 1rem;
margin:1rem 0}
.caveats h2{border:0;margin:0;padding:0;font-size:1rem}
.caveats ul{margin:.3rem 0;padding-left:1.2rem}
.scroll{overflow-x:auto}.scroll:focus-visible{outline:2px solid var(--mg-a)}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;margin:.6rem 0;min-width:30rem}
caption{text-align:left;color:var(--mg-muted);font-size:.9rem;padding-bottom:.3rem}
th,td{padding:.28rem .9rem .28rem 0;border-bottom:1px solid var(--mg-line);text-align:left;
vertical-align:top;overflow-wrap:normal}
td:last-child:not(.n){overflow-wrap:anywhere}
th{font-weight:600}thead th{border-bottom:2px solid var(--mg-ink);font-size:.9rem;
vertical-align:bottom}
tbody th{font-weight:400}
td.n,th.n{text-align:right;white-space:nowrap}
td.n span{display:block;color:var(--mg-muted);font-size:.82em;font-weight:400}
tr.own td,tr.own th{font-weight:700}
figure{margin:1rem 0;break-inside:avoid}figcaption{color:var(--mg-muted);font-size:.9rem}
.row{display:flex;flex-wrap:wrap;gap:0 1.5rem}
pre{background:var(--mg-faint);padding:.7rem .9rem;white-space:pre-wrap;overflow-wrap:anywhere;
font:.9rem/1.5 ui-monospace,"SF Mono",Consolas,"Liberation Mono",monospace}
.hold:checked~.clips .film{animation-play-state:paused}
@media print{body{max-width:none;padding:0;font-size:10.5pt}h2,h3{break-after:avoid}
.hold,.hold+label{display:none}.screen{display:none}.scroll{overflow:visible}a{color:inherit}
tr{break-inside:avoid}caption{break-after:avoid}table{min-width:0}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
)";

/// One cell of a table: `text` is escaped, `aside` (an interval) follows in small type.
struct html_cell {
    std::string text;
    std::string aside = {};
};

/// Builds a page from top to bottom.
class html_page {
public:
    html_page& heading(std::string_view words) { return tag("h2", words); }
    html_page& subheading(std::string_view words) { return tag("h3", words); }
    html_page& paragraph(std::string_view words) { return tag("p", words); }
    html_page& preformatted(std::string_view words) { return tag("pre", words); }
    html_page& tag(std::string_view element, std::string_view words, std::string_view kind = "");
    /// Trusted markup: drawings and fixed elements, never foreign text.
    html_page& markup(std::string_view trusted);
    html_page& list(std::span<const std::string> items);
    html_page& figure(const svg& drawing, std::string_view caption);

    /// A table whose first `names` columns are words and whose others are figures.
    html_page& open_table(std::string_view caption, std::span<const std::string> columns,
                          std::size_t names);
    html_page& row(std::span<const html_cell> cells, bool own = false);
    html_page& close_table() { return markup("</tbody></table></div>\n"); }

    /// The page. Its policy forbids scripts and anything from elsewhere.
    std::string str(std::string_view title) const;

private:
    std::string body_;
    std::size_t names_ = 1, columns_ = 0;
};

}  // namespace MGKIT_NAMESPACE::report

#if !defined(MGKIT_COMPILED)
#include "mgkit/report/html_page-inl.hpp"
#endif
