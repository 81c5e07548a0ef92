// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/augment/joint_mask.hpp"

#include <cstdint>

#include "mgkit/augment/draws.hpp"

namespace MGKIT_NAMESPACE::augment {

MGKIT_INLINE joint_mask::plan joint_mask::draw(random_stream& stream, const clip_info& info) const {
    for (const count_range& range : {joints, frames, short_frames}) {
        detail::check_setting(name, "high", range.high, 0, 1 << 30);
        detail::check_setting(name, "low", range.low, 0, range.high);
    }
    detail::check_setting(name, "short_clip", short_clip, 0, 1 << 30);
    const auto count = [&stream](const count_range& range, int most) {
        const auto values = static_cast<std::uint32_t>(range.high - range.low) + 1;
        return std::min(range.low + static_cast<int>(stream.below(values)), most);
    };
    plan p;
    p.joints = draw_subset(stream, 0, info.shape.joints, count(joints, info.shape.joints));
    const count_range& wanted = info.length < short_clip ? short_frames : frames;
    p.frames = draw_subset(stream, 0, info.length, count(wanted, info.length));
    return p;
}

}  // namespace MGKIT_NAMESPACE::augment
