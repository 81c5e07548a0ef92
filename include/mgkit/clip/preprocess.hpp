// SPDX-License-Identifier: MIT
// From a recorded clip to one of fixed position, size and length.
// infrastructure: no part of a sampler
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>

#include "mgkit/clip/body_frame.hpp"
#include "mgkit/clip/resample.hpp"
#include "mgkit/core/error.hpp"
#include "mgkit/skeleton/pose.hpp"
#include "mgkit/skeleton/topology.hpp"

namespace MGKIT_NAMESPACE::clip {

/// The preparation used for the reference's scores on Kinect skeletons: every frame centred on
/// joint 0 and divided by the clip's mean distance of joints 0 and 2; frames stay as they are, for
/// the views resample them.
inline preprocess_settings reference_preprocessing() {
    preprocess_settings out;
    out.scale_statistic = statistic::mean;
    out.reference = reference_rule::per_frame;
    out.centre = 0;
    out.scale_pair = joint_pair{0, 2};
    out.fit = fit_rule::keep;
    return out;
}

namespace detail {

/// Frames [start, start + out.length) of `in`, moved and scaled; padding becomes 0.
template <class S>
void apply_body_frame(const body_frame& frame, pose_view<const S> in, int start, pose_view<S> out) {
    const int dims = skeleton::coordinates(in.shape.layout), points = in.shape.points();
    const S scale = static_cast<S>(frame.scale);
    for (int t = 0; t < out.length; ++t) {
        const S* c = in.confidence() ? in.row(dims, start + t) : nullptr;
        for (int d = 0; d < dims; ++d) {
            const S origin = static_cast<S>(frame.at(start + t)[static_cast<std::size_t>(d)]);
            const S* x = in.row(d, start + t);
            S* y = out.row(d, t);
            if (c == nullptr)
                for (int p = 0; p < points; ++p) y[p] = (x[p] - origin) / scale;
            else
                for (int p = 0; p < points; ++p)
                    y[p] = c[p] > S(0) ? (x[p] - origin) / scale : S(0);
        }
        if (c == nullptr) continue;
        S* y = out.row(dims, t);
        for (int p = 0; p < points; ++p) y[p] = c[p] > S(0) ? c[p] : S(0);
    }
    for (int c = 0; c < skeleton::channels(out.shape.layout); ++c)
        std::fill(out.row(c, out.length), out.plane(c) + out.shape.plane(), S(0));
}

}  // namespace detail

/// Memory that preparing a clip takes, kept for the next one.
template <class S>
struct preprocess_memory {
    body_search search;
    skeleton::pose<S> moved;
};

/// Moves, scales and fits one clip in time.
///
/// Position and size are found on the recorded frames (see `find_body_frame`), applied, then the
/// clip is fitted. Invalid joints stay invalid, are written as 0 and influence nothing.
/// Shapes: in C T V M -> out C T' V M (resized here), T' = settings.frames, or T for `keep`;
/// out.length = T' for `resample`, min(length, T') for `pad`, length for `keep`.
/// Returns why the clip is unusable, `clip_fault::none` otherwise; `out` is untouched if unusable.
/// Errors: mgkit::error for settings that do not fit the skeleton or frames < 1.
/// Randomness: none. Cost: C V M (T + T'); nothing is allocated once `work` and `out` have seen a
/// clip as large.
template <class S>
[[nodiscard]] clip_fault preprocess(const preprocess_settings& settings,
                                    const reference_joints& joints, pose_view<const S> in,
                                    skeleton::pose<S>& out, preprocess_memory<S>& work) {
    if (settings.fit != fit_rule::keep && settings.frames < 1)
        throw error("preprocess", "at least one frame", text(settings.frames));
    const body_frame& frame = find_body_frame(settings, joints, in, work.search);
    if (frame.fault != clip_fault::none) return frame.fault;

    skeleton::pose_shape shape = in.shape;
    if (settings.fit == fit_rule::resample) {
        work.moved.resize(shape, in.length);
        detail::apply_body_frame(frame, in, 0, work.moved.view());
        shape.frames = settings.frames;
        out.resize(shape, settings.frames);
        resample<S>(std::as_const(work.moved).view(), 0, in.length, out.view());
        return clip_fault::none;
    }
    if (settings.fit == fit_rule::pad) shape.frames = settings.frames;
    const int length = std::min(in.length, shape.frames);
    out.resize(shape, length);
    const int start = settings.cut == cut_rule::keep_last ? in.length - length : 0;
    detail::apply_body_frame(frame, in, start, out.view());
    return clip_fault::none;
}

/// The same, once.
template <class S>
[[nodiscard]] clip_fault preprocess(const preprocess_settings& settings,
                                    const reference_joints& joints, pose_view<const S> in,
                                    skeleton::pose<S>& out) {
    preprocess_memory<S> work;
    return preprocess<S>(settings, joints, in, out, work);
}

}  // namespace MGKIT_NAMESPACE::clip
