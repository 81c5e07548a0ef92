// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/report/chart_skeleton.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>

#include "mgkit/core/error.hpp"
#include "mgkit/report/escape.hpp"

namespace MGKIT_NAMESPACE::report {

namespace detail {

MGKIT_COLD_INLINE projection::projection(const drawn_pose& clip, int from, int to, up_axis up,
                                         double x, double y, double w, double h)
    : clip_(clip),
      flip_(up == up_axis::plus_y ||
            (up == up_axis::by_layout && skeleton::coordinates(clip.shape.layout) == 3)) {
    double low[2], high[2];
    std::fill(low, low + 2, std::numeric_limits<double>::infinity());
    std::fill(high, high + 2, -std::numeric_limits<double>::infinity());
    for (int t = from; t < to; ++t)
        for (int p = 0; p < clip.shape.points(); ++p) {
            const int v = p / clip.shape.persons, m = p % clip.shape.persons;
            if (!drawable(t, v, m)) continue;
            for (int c = 0; c < 2; ++c) {
                low[c] = std::min(low[c], static_cast<double>(clip.at(c, t, v, m)));
                high[c] = std::max(high[c], static_cast<double>(clip.at(c, t, v, m)));
            }
        }
    empty_ = !(low[0] <= high[0]);
    if (empty_) return;
    const double wide = high[0] - low[0], tall = high[1] - low[1];
    const double limit = std::max({wide, tall, 1e-30});
    scale_ = std::min(w / std::max(wide, limit * 1e-3), h / std::max(tall, limit * 1e-3));
    x_ = x + w / 2 - scale_ * (low[0] + wide / 2);
    y_ = y + h / 2 - (flip_ ? -scale_ : scale_) * (low[1] + tall / 2);
}

MGKIT_COLD_INLINE std::string projection::bones(int t,
                                                std::span<const skeleton::joint_pair> pairs) const {
    std::string out;
    for (int m = 0; m < clip_.shape.persons; ++m)
        for (const auto& [a, b] : pairs)
            if (drawable(t, a, m) && drawable(t, b, m))
                out += "M" + svg::number(x(t, a, m)) + " " + svg::number(y(t, a, m)) + "L" +
                       svg::number(x(t, b, m)) + " " + svg::number(y(t, b, m));
    return out;
}

MGKIT_COLD_INLINE void check_drawing(const char* where, const drawn_pose& clip,
                                     std::span<const skeleton::joint_pair> bones) {
    if (clip.values == nullptr || clip.length < 1 || clip.length > clip.shape.frames)
        throw error(where, "a clip with at least one frame", text(clip.length, " frames"));
    for (const auto& [a, b] : bones)
        if (a < 0 || b < 0 || a >= clip.shape.joints || b >= clip.shape.joints)
            throw error(where, text("bones between joints below ", clip.shape.joints),
                        text("(", a, ", ", b, ")"));
}

}  // namespace detail

MGKIT_COLD_INLINE svg skeleton_chart(std::string_view title, const drawn_pose& clip, int frame,
                                     std::span<const skeleton::joint_pair> bones,
                                     std::span<const std::string> joint_names, up_axis up) {
    constexpr auto where = "report::skeleton_chart";
    detail::check_drawing(where, clip, bones);
    if (frame < 0 || frame >= clip.length)
        throw error(where, text("a frame in [0, ", clip.length, ")"), text(frame));
    constexpr double size = 460, top = 40, line = 17;
    constexpr int column_lines = 26;
    const int columns = (clip.shape.joints + column_lines - 1) / column_lines;
    constexpr double column_width = 190;
    svg out(size + column_width * columns + 20, size + top + 20, title,
            text("frame ", frame, " of ", clip.length, ", ", clip.shape.joints, " joints, ",
                 bones.size(), " bones"));
    out.label(8, 20, title, "strong");
    const detail::projection at(clip, frame, frame + 1, up, 40, top + 20, size - 80, size - 40);
    if (at.empty()) out.label(size / 2, top + size / 2, "no joint is visible", "muted", "middle");
    out.path(at.bones(frame, bones), "bone");
    for (int m = 0; m < clip.shape.persons; ++m)
        for (int v = 0; v < clip.shape.joints; ++v)
            if (at.drawable(frame, v, m))
                out.circle(at.x(frame, v, m), at.y(frame, v, m), 3.5, "joint");
    for (int v = 0; v < clip.shape.joints; ++v) {
        const auto i = static_cast<std::size_t>(v);
        const bool seen = at.drawable(frame, v, 0);
        if (seen)
            out.label(at.x(frame, v, 0) + 6, at.y(frame, v, 0) - 5, std::to_string(v),
                      "small strong halo");
        const std::string name = i < joint_names.size() ? shorten(joint_names[i], 20) : "(no name)";
        out.label(size + 10 + column_width * (v / column_lines),
                  top + 12 + line * (v % column_lines),
                  std::to_string(v) + "  " + name + (seen ? "" : " (missing)"),
                  seen ? "small" : "small muted");
    }
    return out;
}

}  // namespace MGKIT_NAMESPACE::report
