// SPDX-License-Identifier: MIT
// What a pose estimator writes: any number of people in every frame.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "mgkit/data/findings.hpp"
#include "mgkit/skeleton/dynamic.hpp"
#include "mgkit/skeleton/pose.hpp"

namespace MGKIT_NAMESPACE::data {

/// People per frame in the order of the file; V joints of C channels each, joint by joint.
///
/// Frame t holds the people first[t] .. first[t + 1]. A joint that was not seen is all zeros.
struct detections {
    std::string name;
    double fps = 0;             ///< 0 unknown
    int width = 0, height = 0;  ///< pixels; 0 unknown
    skeleton::dynamic topology;
    skeleton::channel_layout layout = skeleton::channel_layout::xyc;
    std::vector<std::size_t> first{0};
    std::vector<int> track;     ///< per person, the estimator's track id; -1 where it gave none
    std::vector<float> values;  ///< people x V x C
    bool confidence_assumed = false;  ///< the file has none: 1 where a joint is there
    findings found;                   ///< what reading assumed, left out or repaired

    int frames() const { return static_cast<int>(first.size()) - 1; }
    std::size_t people() const { return first.empty() ? 0 : first.back(); }
    std::size_t stride() const {
        return topology.joints.size() * static_cast<std::size_t>(skeleton::channels(layout));
    }
    /// Errors: mgkit::error for a person without values.
    std::span<const float> person(std::size_t i) const;

    /// Appends a person to the frame being built; `end_frame` closes it.
    void add_person(std::span<const float> joints, int track_id = -1);
    void end_frame() { first.push_back(track.size()); }
};

/// Errors: mgkit::error for detections without frames, frames that do not count the people in
/// order, a person without track id or values, a skeleton that is not sound. Cost: T + V^2.
void check(const detections& people);

}  // namespace MGKIT_NAMESPACE::data

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/detections-inl.hpp"
#endif
