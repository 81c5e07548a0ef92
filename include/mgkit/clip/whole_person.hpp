// SPDX-License-Identifier: MIT
// No joint of the person is missing from a window.
#pragma once

#include <cstddef>
#include <numeric>
#include <string_view>
#include <vector>

#include "mgkit/clip/visible.hpp"
#include "mgkit/data/recording.hpp"

namespace MGKIT_NAMESPACE::clip {

/// Every joint of the recording's skeleton.
struct every_joint {
    static constexpr std::string_view hidden = "not_whole";
    static std::vector<int> of(const data::recording& r) {
        std::vector<int> out(static_cast<std::size_t>(r.poses.shape().joints));
        std::iota(out.begin(), out.end(), 0);
        return out;
    }
};

/// Every frame of a window shows every joint: for cameras that see all of the person. Where a desk
/// hides the hands, nothing is left; see `visible` for some joints, settings and cost.
using whole_person = visible<every_joint>;

}  // namespace MGKIT_NAMESPACE::clip
