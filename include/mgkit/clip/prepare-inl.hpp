// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/clip/prepare.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "mgkit/clip/preprocess.hpp"
#include "mgkit/core/error.hpp"
#include "mgkit/core/parallel.hpp"
#include "mgkit/data/keep_clips.hpp"

namespace MGKIT_NAMESPACE::clip {

MGKIT_INLINE std::string prepared_set::left_out() const {
    std::string out;
    for (std::size_t k = 1; k < count.size(); ++k)
        if (count[k] > 0)
            out += text(out.empty() ? "" : ", ", count[k], " (",
                        describe(static_cast<clip_fault>(k)), ")");
    return out;
}

MGKIT_INLINE prepared_set prepare(const preprocess_settings& settings, const data::clip_set& clips,
                                  int threads) {
    data::detail::check_clips(clips, 0);
    const auto n = static_cast<std::size_t>(clips.size());
    const reference_joints joints = skeleton::references(clips.topology);
    skeleton::pose_shape shape = clips.shape;
    if (settings.fit != fit_rule::keep) shape.frames = std::max(settings.frames, 1);
    std::vector<float> values(n * shape.size(), 0.0f);
    std::vector<clip_fault> faults(n, clip_fault::none);
    data::clip_set out = clips;
    parallel_for(threads, clips.size(), [&](std::ptrdiff_t i) {
        const auto k = static_cast<std::size_t>(i);
        skeleton::pose<float> made;
        faults[k] = preprocess<float>(settings, joints, clips.clip(static_cast<int>(i)), made);
        if (faults[k] != clip_fault::none) return;
        const auto view = std::as_const(made).view();
        std::copy(view.values, view.values + shape.size(), values.data() + k * shape.size());
        out.num_frames[k] = view.length;
    });
    out.shape = shape;
    out.set_values(std::move(values));

    prepared_set result;
    std::vector<int> kept;
    for (std::size_t k = 0; k < n; ++k) {
        ++result.count[static_cast<std::size_t>(faults[k])];
        if (faults[k] == clip_fault::none)
            kept.push_back(static_cast<int>(k));
        else
            result.excluded.push_back(clips.ids[k]);
    }
    result.clips = kept.size() == n ? std::move(out)
                                    : data::keep_clips(out, kept, "preprocess " + clips.about.name,
                                                       result.left_out());
    return result;
}

}  // namespace MGKIT_NAMESPACE::clip
