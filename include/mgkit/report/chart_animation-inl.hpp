// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/report/chart_animation.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "mgkit/core/error.hpp"
#include "mgkit/report/csv.hpp"
#include "mgkit/report/escape.hpp"

namespace MGKIT_NAMESPACE::report {

MGKIT_COLD_INLINE std::vector<int> key_frames(int length, std::size_t bones) {
    const auto room = static_cast<int>(1000 / std::clamp<std::size_t>(bones, 1, 1000));
    const int count = std::min({std::max(length, 0), 40, std::max(room, 12)});
    std::vector<int> out;
    for (int k = 0; k < count; ++k)
        out.push_back(static_cast<int>(static_cast<long long>(k) * length / count));
    return out;
}

namespace detail {

inline constexpr double film_units = 560;  ///< side of a frame of film

/// Bones of one frame, shifted along the film, in whole units: a quarter of a pixel on screen.
MGKIT_COLD_INLINE std::string film_bones(const projection& at, const drawn_pose& clip, int t,
                                         double shift,
                                         std::span<const skeleton::joint_pair> bones) {
    const auto whole = [](double v) { return static_cast<long long>(std::llround(v)); };
    std::string out;
    for (int m = 0; m < clip.shape.persons; ++m)
        for (const auto& [a, b] : bones) {
            if (!at.drawable(t, a, m) || !at.drawable(t, b, m)) continue;
            const long long x = whole(at.x(t, a, m) + shift), y = whole(at.y(t, a, m));
            out += text('M', x, ' ', y, 'l', whole(at.x(t, b, m) + shift) - x, ' ',
                        whole(at.y(t, b, m)) - y);
        }
    return out;
}

/// Where all frames of a clip fit into one frame of film, between margins.
MGKIT_COLD_INLINE projection film_projection(const drawn_pose& clip, up_axis up, double x, double y,
                                             double side) {
    const double margin = side * 0.09;
    return {clip, 0, clip.length, up, x + margin, y + margin, side - 2 * margin, side - 2 * margin};
}

/// The film: frames side by side, moved through a window by style alone. For paper and for readers
/// who ask for less motion, four frames stand in its place.
MGKIT_COLD_INLINE void draw_film(svg& out, const moving_clip& c, double x, double side,
                                 std::span<const skeleton::joint_pair> bones, up_axis up) {
    const std::vector<int> frames = key_frames(c.clip.length, bones.size());
    out.open_window(x, 0, side, film_units);
    const projection at = film_projection(c.clip, up, 0, 0, film_units);
    if (at.empty()) {
        out.label(film_units / 2, film_units / 2, "no joint is visible", "", "middle");
        out.close_window();
        return;
    }
    out.open_group(
        "film",
        text("animation-timing-function:steps(", frames.size(), ");--mg-reel:",
             -static_cast<long long>(film_units) * static_cast<long long>(frames.size()), "px"));
    const char* kind = bones.size() > 30 ? "bone fine" : "bone";
    std::string reel;
    for (std::size_t k = 0; k < frames.size(); ++k)
        reel += film_bones(at, c.clip, frames[k], film_units * static_cast<double>(k), bones);
    out.path(reel, kind);
    out.close();
    out.open_group("still");
    constexpr double half = film_units / 2;
    for (int k = 0; k < 4; ++k) {
        const double left = half * (k % 2), top = half * (k / 2);
        const auto t = static_cast<int>(static_cast<long long>(k) * (c.clip.length - 1) / 3);
        out.path(film_bones(film_projection(c.clip, up, left, top, half), c.clip, t, 0, bones),
                 kind);
    }
    out.line(half, 0, half, film_units, "grid").line(0, half, film_units, half, "grid");
    out.close();
    out.close_window();
}

/// The frame around a clip, and a mark that says the same without colour.
MGKIT_COLD_INLINE void draw_role(svg& out, clip_role role, double x, double side) {
    constexpr const char* kinds[] = {"query", "same", "other"};
    const std::string kind = kinds[static_cast<int>(role)];
    out.rectangle(x + 1.25, 1.25, side - 2.5, side - 2.5, kind);
    const double right = x + side - 10, top = 10;
    const auto at = [&](const char* command, double dx, double dy) {
        return command + svg::number(right + dx) + " " + svg::number(top + dy);
    };
    if (role == clip_role::same)
        out.path(at("M", -11, 6) + at("L", -7, 11) + at("L", 0, 1), kind + " tick");
    if (role == clip_role::other)
        out.path(at("M", -10, 1) + at("L", 0, 11) + at("M", 0, 1) + at("L", -10, 11),
                 kind + " tick");
}

}  // namespace detail

MGKIT_COLD_INLINE svg animation_chart(std::string_view title, std::span<const moving_clip> clips,
                                      std::span<const skeleton::joint_pair> bones, up_axis up) {
    constexpr auto where = "report::animation_chart";
    if (clips.empty()) throw error(where, "at least one clip", "none");
    constexpr double box = 140, gap = 12, line = 15;
    std::size_t lines = 0;
    std::string description;
    for (const moving_clip& c : clips) {
        detail::check_drawing(where, c.clip, bones);
        lines = std::max(lines, c.caption.size());
        description += std::string(name(c.role)) + ":";
        for (const std::string& words : c.caption) description += " " + words;
        description += "; ";
    }
    svg out((box + gap) * static_cast<double>(clips.size()) - gap,
            box + 8 + line * static_cast<double>(lines), title, description);
    double x = 0;
    for (const moving_clip& c : clips) {
        out.rectangle(x, 0, box, box, "panel");
        detail::draw_film(out, c, x, box, bones, up);
        detail::draw_role(out, c.role, x, box);
        for (std::size_t i = 0; i < c.caption.size(); ++i)
            out.label(x, box + 4 + line * static_cast<double>(i + 1) - 1, shorten(c.caption[i], 23),
                      i == 0 ? "small strong" : "small");
        x += box + gap;
    }
    return out;
}

MGKIT_COLD_INLINE std::string animation_csv(std::span<const moving_clip> clips,
                                            std::span<const std::string> joint_names,
                                            std::size_t bones) {
    csv_builder out({"clip", "role", "caption", "frame", "joint", "person", "x", "y"});
    for (std::size_t i = 0; i < clips.size(); ++i) {
        const drawn_pose& clip = clips[i].clip;
        std::string caption;
        for (const std::string& words : clips[i].caption)
            caption += (caption.empty() ? "" : ", ") + words;
        for (const int t : key_frames(clip.length, bones))
            for (int v = 0; v < clip.shape.joints; ++v)
                for (int m = 0; m < clip.shape.persons; ++m) {
                    const auto j = static_cast<std::size_t>(v);
                    const bool seen = clip.valid(t, v, m);
                    const auto value = [&](int c) {
                        return seen ? csv_cell(static_cast<double>(clip.at(c, t, v, m)))
                                    : csv_cell("");
                    };
                    out.row({static_cast<std::int64_t>(i), name(clips[i].role), caption, t,
                             j < joint_names.size() ? joint_names[j] : std::to_string(v), m,
                             value(0), value(1)});
                }
    }
    return out.str();
}

}  // namespace MGKIT_NAMESPACE::report
