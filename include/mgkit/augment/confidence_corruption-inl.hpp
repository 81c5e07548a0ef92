// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/augment/confidence_corruption.hpp"

#include <cstddef>

#include "mgkit/augment/draws.hpp"

namespace MGKIT_NAMESPACE::augment {

MGKIT_INLINE confidence_corruption::plan confidence_corruption::draw(random_stream& stream,
                                                                     const clip_info& info) const {
    detail::check_setting(name, "base", base, 0, 1);
    detail::check_setting(name, "gain", gain, 0, 1);
    detail::check_setting(name, "erase_share", erase_share, 0, 1);
    plan p;
    for (int v = 0; v < info.shape.joints; ++v) {
        const auto j = static_cast<std::size_t>(v);
        const double doubt = j < info.joint_confidence.size() ? 1 - info.joint_confidence[j] : 0.;
        // Compared without a sum of a product, which compilers may round once or twice.
        if (stream.uniform() - base < gain * doubt) p.joints.insert(v);
    }
    detail::draw_damage(stream, erase_share, skeleton::coordinates(info.shape.layout), p);
    return p;
}

}  // namespace MGKIT_NAMESPACE::augment
