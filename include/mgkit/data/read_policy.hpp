// SPDX-License-Identifier: MIT
// What a reader does with doubtful values, and what it tells about them.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "mgkit/data/findings.hpp"

namespace MGKIT_NAMESPACE::data {

enum class not_finite_rule {
    reject,       ///< NaN or infinity in a valid frame is an error
    mark_invalid  ///< such a joint becomes invalid and is counted
};
enum class zero_rule {
    as_declared,  ///< follow `zero_is_missing` of meta.json, false if absent
    missing,      ///< a joint at exactly 0 was not tracked
    present
};

struct joint_order;

struct read_policy {
    not_finite_rule not_finite = not_finite_rule::reject;
    zero_rule zeros = zero_rule::as_declared;
    /// Every imperfect item is an error; else it is left out or repaired, and counted.
    bool strict = false;
    /// What the joints of the files are, where somebody states it; see joint_order.hpp.
    std::shared_ptr<const joint_order> joints{};

    /// For `settings_text`, without the joints, which are data of their own.
    template <class F>
    void each_setting(F&& f) const {
        f(not_finite);
        f(zeros);
        f(strict);
    }
};

/// What reading found; nothing in it is an error.
struct read_report {
    int clips_in_file = 0;
    int no_frames = 0;            ///< clips left out: no valid frame
    int no_visible_joint = 0;     ///< clips left out: no joint is ever valid
    std::vector<int> excluded;    ///< rows of the clips left out
    std::size_t not_finite = 0;   ///< joints marked invalid for NaN or infinity
    std::size_t zero_joints = 0;  ///< joints marked invalid for being at exactly 0
    bool memory_mapped = false;
    bool confidence_added = false;  ///< the file has none; 1 valid, 0 invalid
    findings found;                 ///< the same in words, and what was assumed
};

}  // namespace MGKIT_NAMESPACE::data
