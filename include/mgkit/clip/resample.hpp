// SPDX-License-Identifier: MIT
// A stretch of frames at another length: linear in time, invalid joints kept out.
// infrastructure: no part of a sampler
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "mgkit/core/error.hpp"
#include "mgkit/skeleton/pose.hpp"

namespace MGKIT_NAMESPACE::clip {

using skeleton::pose_view;

/// Where one output frame is read: `low` and `high` are frames counted from the start of the
/// stretch, `weight` belongs to `high`.
struct resample_tap {
    int low = 0;
    int high = 0;
    double weight = 0;
};

/// The tap of frame i of `frames` over a stretch of `length` frames: position
/// max((i + .5) length / frames - .5, 0), neighbours floor and min(floor + 1, length - 1).
/// Source: half-pixel linear interpolation without corner alignment, as the USDRL feeder uses.
inline resample_tap tap_of(int i, int length, int frames) {
    const double at = std::max((i + 0.5) * length / frames - 0.5, 0.0);
    const int low = std::min(static_cast<int>(at), length - 1);
    const int high = std::min(low + 1, length - 1);
    return {low, high, high == low ? 0.0 : at - low};
}

namespace detail {

template <class S>
void blend_frame(pose_view<const S> in, int low, int high, S weight, pose_view<S> out, int t) {
    const int dims = skeleton::coordinates(in.shape.layout), points = in.shape.points();
    const bool conf = in.confidence() != nullptr;
    const S rest = S(1) - weight;
    // A neighbour of weight 0 has no say, not even by its validity.
    if (weight == S(0)) high = low;
    const S* a = conf ? in.row(dims, low) : nullptr;
    const S* b = conf ? in.row(dims, high) : nullptr;
    for (int d = 0; d < dims; ++d) {
        const S* x = in.row(d, low);
        const S* y = in.row(d, high);
        S* z = out.row(d, t);
        if (!conf)
            for (int p = 0; p < points; ++p) z[p] = rest * x[p] + weight * y[p];
        else
            for (int p = 0; p < points; ++p)
                z[p] = a[p] > S(0) && b[p] > S(0) ? rest * x[p] + weight * y[p] : S(0);
    }
    if (!conf) return;
    S* z = out.row(dims, t);
    for (int p = 0; p < points; ++p) z[p] = std::max(S(0), std::min(a[p], b[p]));
}

}  // namespace detail

/// Writes frames [start, start + length) of `in` as out.length frames; padding of `out` becomes 0.
///
/// Coordinates are linear in time; a joint is valid only where both neighbours with weight are, its
/// confidence the smaller of theirs, and it is zero where invalid.
/// Shapes: in C T V M, out C T' V M with the same layout, joints and persons; distinct memory.
/// Errors: mgkit::error for unequal shapes or a stretch outside the valid frames. Randomness: none.
/// Cost: C T' V M.
template <class S>
void resample(pose_view<const S> in, int start, int length, pose_view<S> out) {
    if (in.shape.layout != out.shape.layout || in.shape.joints != out.shape.joints ||
        in.shape.persons != out.shape.persons)
        throw error("resample", "an output with the input's layout, joints and persons",
                    "another shape", "resize the output");
    if (in.length > in.shape.frames)
        throw error("resample", text("at most ", in.shape.frames, " valid frames"),
                    text(in.length));
    if (length < 1 || start < 0 || start > in.length - length)
        throw error("resample", text("a stretch within ", in.length, " valid frames"),
                    text(length, " frames from frame ", start));
    if (out.length < 0 || out.length > out.shape.frames)
        throw error("resample", text("0 to ", out.shape.frames, " output frames"),
                    text(out.length));
    for (int t = 0; t < out.length; ++t) {
        const auto [low, high, weight] = tap_of(t, length, out.length);
        detail::blend_frame(in, start + low, start + high, static_cast<S>(weight), out, t);
    }
    for (int c = 0; c < skeleton::channels(out.shape.layout); ++c)
        std::fill(out.row(c, out.length), out.plane(c) + out.shape.plane(), S(0));
}

}  // namespace MGKIT_NAMESPACE::clip
