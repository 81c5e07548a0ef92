// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/augment/crop_resize.hpp"

#include <cmath>
#include <cstdint>

#include "mgkit/augment/draws.hpp"

namespace MGKIT_NAMESPACE::augment {

MGKIT_INLINE crop_resize::plan crop_resize::draw(random_stream& stream,
                                                 const clip_info& info) const {
    check();
    const int length = crop_length(info.length, draw_between(stream, low, high));
    const auto places = static_cast<std::uint32_t>(info.length - length + 1);
    return {static_cast<int>(stream.below(places)), length, target(info)};
}

MGKIT_INLINE int crop_resize::crop_length(int valid, double share) const {
    const int wanted = static_cast<int>(std::floor(valid * share));
    return std::clamp(wanted, std::min(min_crop, valid), valid);
}

MGKIT_INLINE crop_resize::plan crop_resize::centre(const clip_info& info, double ratio) const {
    check();
    detail::check_setting(name, "ratio", ratio, 0, 1);
    const int skipped =
        std::min(static_cast<int>((1 - ratio) * info.length / 2), (info.length - 1) / 2);
    return {skipped, info.length - 2 * skipped, target(info)};
}

MGKIT_INLINE clip_info crop_resize::after(clip_info info) const {
    info.shape.frames = info.length = target(info);
    return info;
}

MGKIT_INLINE void crop_resize::check() const {
    detail::check_setting(name, "high", high, 0, 1);
    detail::check_setting(name, "low", low, 0, high);
    detail::check_setting(name, "min_crop", min_crop, 1, 1 << 30);
    detail::check_setting(name, "frames", frames, 0, 1 << 30);
}

}  // namespace MGKIT_NAMESPACE::augment
