// SPDX-License-Identifier: MIT
// A random stretch of the clip, resampled to a fixed number of frames.
#pragma once

#include <algorithm>
#include <string_view>

#include "mgkit/augment/concept.hpp"
#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::augment {

/// Temporal crop and linear resize.
///
/// For n valid frames: length = clamp(floor(n u), min_crop, n) with u uniform in [low, high), start
/// uniform over all places; n <= min_crop takes the whole clip. The crop is resampled to `frames`
/// with half-pixel centres: source = max((i + .5) length / frames - .5, 0), neighbours
/// floor(source) and the next, clamped to the crop. Confidence is the minimum of the neighbours
/// that count.
///
/// C T V M with any T -> C `frames` V M, all of them valid. Two draws. One pass.
/// Source: the pre-training feeder of USDRL (wengwanjiang/USDRL); it resizes in float32, we compute
/// positions in double. Errors: settings outside their ranges; a plan beyond the clip.
struct crop_resize {
    static constexpr std::string_view name = "crop_resize";

    double low = .1, high = 1;  ///< share of the clip, 0 < low <= high <= 1
    int min_crop = 64;          ///< shortest crop in frames
    int frames = 64;            ///< T of the result; 0 keeps the clip's own valid length

    struct plan {
        int start = 0, length = 1, frames = 1;
        friend bool operator==(const plan&, const plan&) = default;
    };

    /// The published feeder, meant for clips of a hundred frames and more.
    static crop_resize reference() { return {}; }
    /// Micro-gestures are short: crops go down to 16 frames.
    static crop_resize mg() { return {.min_crop = 16}; }
    static crop_resize none() { return {.low = 1, .high = 1, .frames = 0}; }

    plan draw(random_stream& stream, const clip_info& info) const;

    /// Frames to keep of `valid` for a drawn share of the clip.
    int crop_length(int valid, double share) const;

    /// The crop in the middle, for evaluation: floor((1 - ratio) n / 2) frames are left out at each
    /// end.
    plan centre(const clip_info& info, double ratio = 1) const;

    clip_info after(clip_info info) const;

    template <class S>
    void apply(const plan& p, workspace<S>& work) const {
        if (p.start < 0 || p.length < 1 || p.frames < 1 || p.length > work.length() - p.start)
            throw error("augment::crop_resize", text("a crop within ", work.length(), " frames"),
                        text(p.length, " frames from ", p.start, " to become ", p.frames),
                        "draw the plan for this clip");
        int i = 0;
        for (frame_tap& tap : work.retime(p.frames, p.frames)) {
            const double source = std::max((i + .5) * p.length / p.frames - .5, 0.);
            const int below = std::min(static_cast<int>(source), p.length - 1);
            tap = {p.start + below, p.start + std::min(below + 1, p.length - 1), source - below};
            ++i;
        }
    }

private:
    int target(const clip_info& info) const { return frames > 0 ? frames : info.length; }

    void check() const;
};

}  // namespace MGKIT_NAMESPACE::augment

#if !defined(MGKIT_COMPILED)
#include "mgkit/augment/crop_resize-inl.hpp"
#endif
