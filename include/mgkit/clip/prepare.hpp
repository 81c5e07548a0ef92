// Pre-processing of a whole set.
// infrastructure: no part of a sampler
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/clip/preprocess.hpp"
#include "mgkit/core/error.hpp"
#include "mgkit/core/parallel.hpp"
#include "mgkit/data/clip_set.hpp"
#include "mgkit/data/keep_clips.hpp"

namespace MGKIT_NAMESPACE::clip {

/// A pre-processed set and why clips were left out of it.
struct prepared_set {
    data::clip_set clips;
    std::array<int, 5> count{};           ///< clips by clip_fault; count[0] were kept
    std::vector<std::uint32_t> excluded;  ///< ids of the clips left out

    /// "2 without ..." for each fault that occurred, or an empty string.
    std::string left_out() const {
        std::string out;
        for (std::size_t k = 1; k < count.size(); ++k)
            if (count[k] > 0)
                out += text(out.empty() ? "" : ", ", count[k], " (",
                            describe(static_cast<clip_fault>(k)), ")");
        return out;
    }
};

/// `preprocess` applied to every clip of a set.
///
/// The result holds its own values, N C T' V M, and keeps ids, labels, subjects, split and
/// skeleton. Clips that cannot be used are left out and counted. Labels are not needed.
/// Errors: as `data::check`, but lengths of 0 are left out and counted; as `preprocess`;
/// mgkit::error if leaving clips out empties the set, a class or a side of the published split.
/// Randomness: none; the result does not depend on `threads`. Cost: N C V M (T + T'), and memory
/// for the result.
inline prepared_set prepare(const preprocess_settings& settings, const data::clip_set& clips,
                            int threads = 1) {
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
