// SPDX-License-Identifier: MIT
// Where a clip's body is and how large: the numbers that pre-processing removes.
// infrastructure: no part of a sampler
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/skeleton/pose.hpp"
#include "mgkit/skeleton/topology.hpp"

namespace MGKIT_NAMESPACE::clip {

using skeleton::joint_pair;
using skeleton::pose_view;
using skeleton::reference_joints;

enum class scale_rule {
    none,
    image,  ///< the longer side of the image: removes resolution, keeps the person's size
    body    ///< the distance of the topology's scale pair over the clip
};
enum class reference_rule {
    none,
    per_clip,  ///< one position for all frames: movement of the whole torso survives
    per_frame  ///< the centre joint of each frame: movement of the centre is erased
};
enum class statistic { median, mean };

/// Why a clip cannot be used.
enum class clip_fault { none, no_frames, no_visible_joint, no_centre, no_scale };

constexpr const char* describe(clip_fault fault) {
    constexpr const char* words[] = {"usable", "no frame", "no visible joint",
                                     "the centre joint is never visible",
                                     "the scale pair is never visible or has no length"};
    return words[static_cast<int>(fault)];
}

enum class fit_rule {
    keep,      ///< frames as they are
    resample,  ///< the valid frames stretched or squeezed to `frames`
    pad        ///< cut to `frames` or padded with zeros; the valid length is kept
};
enum class cut_rule { keep_first, keep_last };

/// What `preprocess` does. The default measures positions in body sizes from where the centre joint
/// usually is in the clip, over 64 frames.
struct preprocess_settings {
    scale_rule scale = scale_rule::body;
    double image_side = 0;  ///< longer side of the image, for scale_rule::image
    statistic scale_statistic = statistic::median;
    reference_rule reference = reference_rule::per_clip;
    statistic reference_statistic = statistic::median;
    std::optional<int> centre = {};             ///< instead of the topology's
    std::optional<joint_pair> scale_pair = {};  ///< instead of the topology's
    fit_rule fit = fit_rule::resample;
    int frames = 64;                      ///< T of the result, unless `keep`
    cut_rule cut = cut_rule::keep_first;  ///< which frames `pad` keeps of a long clip
};

/// What was found: subtract `origin`, then divide by `scale`.
struct body_frame {
    clip_fault fault = clip_fault::none;
    double scale = 1;
    std::vector<std::array<double, 3>> origin;  ///< one entry, or one per valid frame
    const std::array<double, 3>& at(int t) const {
        return origin[origin.size() == 1 ? 0 : static_cast<std::size_t>(t)];
    }
};

/// What a search for a body frame found, and its memory, kept from one clip to the next.
struct body_search {
    body_frame found;
    std::vector<double> values;
    std::vector<int> source;
};

namespace detail {

inline double summary(std::vector<double>& values, statistic kind) {
    const auto count = static_cast<std::ptrdiff_t>(values.size());
    if (kind == statistic::mean) {
        double sum = 0;
        for (const double x : values) sum += x;
        return sum / static_cast<double>(count);
    }
    const auto upper = values.begin() + count / 2;
    std::nth_element(values.begin(), upper, values.end());
    if (count % 2 == 1) return *upper;
    return (*upper + *std::max_element(values.begin(), upper)) / 2;
}

template <class S>
std::array<double, 3> position(pose_view<const S> in, int t, int v, int m) {
    std::array<double, 3> out{};
    for (int c = 0; c < skeleton::coordinates(in.shape.layout); ++c)
        out[static_cast<std::size_t>(c)] = static_cast<double>(in.at(c, t, v, m));
    return out;
}

inline double distance(const std::array<double, 3>& a, const std::array<double, 3>& b) {
    return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

template <class S>
bool any_visible(pose_view<const S> in) {
    for (int t = 0; t < in.length; ++t)
        for (int v = 0; v < in.shape.joints; ++v)
            for (int m = 0; m < in.shape.persons; ++m)
                if (in.valid(t, v, m)) return true;
    return false;
}

template <class S>
MGKIT_COLD double body_scale(pose_view<const S> in, joint_pair pair, statistic kind,
                             std::vector<double>& lengths) {
    lengths.clear();
    for (int t = 0; t < in.length; ++t)
        for (int m = 0; m < in.shape.persons; ++m) {
            if (!in.valid(t, pair.first, m) || !in.valid(t, pair.second, m)) continue;
            const double d =
                distance(position(in, t, pair.first, m), position(in, t, pair.second, m));
            if (d > 0) lengths.push_back(d);
        }
    return lengths.empty() ? 0 : summary(lengths, kind);
}

/// The first person whose centre is ever seen; -1 if none.
template <class S>
int first_centred(pose_view<const S> in, int centre) {
    for (int m = 0; m < in.shape.persons; ++m)
        for (int t = 0; t < in.length; ++t)
            if (in.valid(t, centre, m)) return m;
    return -1;
}

/// The centre's position per frame, taken from the nearest frame that shows it.
template <class S>
void centre_track(pose_view<const S> in, int centre, int person, std::vector<int>& source,
                  std::vector<std::array<double, 3>>& out) {
    source.resize(static_cast<std::size_t>(in.length));
    for (int t = 0, last = -1; t < in.length; ++t) {
        if (in.valid(t, centre, person)) last = t;
        source[static_cast<std::size_t>(t)] = last;
    }
    for (int t = in.length - 1, next = -1; t >= 0; --t) {
        int& from = source[static_cast<std::size_t>(t)];
        if (in.valid(t, centre, person)) next = t;
        if (from < 0 || (next >= 0 && next - t < t - from)) from = next;
    }
    out.clear();
    for (const int from : source) out.push_back(position(in, from, centre, person));
}

template <class S>
std::array<double, 3> centre_of_clip(pose_view<const S> in, int centre, int person, statistic kind,
                                     std::vector<double>& values) {
    std::array<double, 3> out{};
    for (int c = 0; c < skeleton::coordinates(in.shape.layout); ++c) {
        values.clear();
        for (int t = 0; t < in.length; ++t)
            if (in.valid(t, centre, person))
                values.push_back(static_cast<double>(in.at(c, t, centre, person)));
        out[static_cast<std::size_t>(c)] = summary(values, kind);
    }
    return out;
}

}  // namespace detail

/// Finds origin and scale of one clip.
///
/// Scale `body`: median (or mean) distance of the scale pair over the frames and persons that show
/// both; coinciding joints count as not tracked. Origin `per_clip`: median (or mean) of the centre
/// joint, by coordinate, over the frames that show it; `per_frame`: the centre joint of each frame,
/// of the nearest frame that shows it where it is hidden (the earlier of two). With several persons
/// the first one whose centre is ever seen gives the origin for all, so distances between persons
/// stay. The median ignores tracking jumps; the mean turns with the view.
/// Invalid joints are never read. A scale below 1e-6 of the clip's extent counts as none.
/// Errors: mgkit::error for joints out of range or a missing image side; a clip that cannot be used
/// is no error but `fault`. Randomness: none. Cost: C T V M; nothing is allocated once `work` has
/// seen a clip of the shape, where the result lies until its next use.
template <class S>
MGKIT_COLD const body_frame& find_body_frame(const preprocess_settings& settings,
                                             const reference_joints& joints, pose_view<const S> in,
                                             body_search& work) {
    const int centre = settings.centre.value_or(joints.centre);
    const joint_pair pair = settings.scale_pair.value_or(joints.scale_pair);
    const int v = in.shape.joints;
    if (v != joints.joints)
        throw error("preprocess", text(joints.joints, " joints"), text(v),
                    "use the topology of the data");
    for (const int j : {centre, pair.first, pair.second})
        if (j < 0 || j >= v)
            throw error("preprocess", text("centre and scale pair from 0 to ", v - 1), text(j));
    if (in.length < 0 || in.length > in.shape.frames)
        throw error("preprocess", text("at most ", in.shape.frames, " frames"), text(in.length));
    if (settings.scale == scale_rule::image &&
        !(settings.image_side > 0 && std::isfinite(settings.image_side)))
        throw error("preprocess", "the image's longer side, above 0", text(settings.image_side),
                    "set image_side, or scale by the body");

    body_frame& out = work.found;
    out.fault = clip_fault::none;
    out.scale = 1;
    out.origin.clear();
    // By the shape, not by what this clip shows of it: the next one may show more.
    const auto frames = static_cast<std::size_t>(std::max(in.shape.frames, 0));
    out.origin.reserve(std::max<std::size_t>(frames, 1));
    work.source.reserve(frames);
    work.values.reserve(frames * static_cast<std::size_t>(std::max(in.shape.persons, 0)));
    const auto unusable = [&out](clip_fault fault) -> const body_frame& {
        out.fault = fault;
        return out;
    };
    if (in.length == 0) return unusable(clip_fault::no_frames);
    if (!detail::any_visible(in)) return unusable(clip_fault::no_visible_joint);

    out.origin.push_back({});
    if (settings.reference != reference_rule::none) {
        const int person = detail::first_centred(in, centre);
        if (person < 0) return unusable(clip_fault::no_centre);
        if (settings.reference == reference_rule::per_frame)
            detail::centre_track(in, centre, person, work.source, out.origin);
        else
            out.origin[0] = detail::centre_of_clip(in, centre, person, settings.reference_statistic,
                                                   work.values);
    }

    if (settings.scale == scale_rule::none) return out;
    if (settings.scale == scale_rule::image) {
        out.scale = settings.image_side;
        return out;
    }
    out.scale = detail::body_scale(in, pair, settings.scale_statistic, work.values);
    double extent = 0;
    for (int t = 0; t < in.length; ++t)
        for (int j = 0; j < v; ++j)
            for (int m = 0; m < in.shape.persons; ++m)
                if (in.valid(t, j, m))
                    extent = std::max(extent,
                                      detail::distance(detail::position(in, t, j, m), out.at(t)));
    if (!(out.scale > 1e-6 * extent) || !std::isfinite(out.scale))
        return unusable(clip_fault::no_scale);
    return out;
}

/// The same, once.
template <class S>
MGKIT_COLD body_frame find_body_frame(const preprocess_settings& settings,
                                      const reference_joints& joints, pose_view<const S> in) {
    body_search work;
    return find_body_frame(settings, joints, in, work);
}

}  // namespace MGKIT_NAMESPACE::clip
