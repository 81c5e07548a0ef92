// SPDX-License-Identifier: MIT
// One frame of a skeleton with the names of its joints.
#pragma once

#include <cmath>
#include <span>
#include <string>
#include <string_view>

#include "mgkit/report/svg.hpp"
#include "mgkit/skeleton/pose.hpp"
#include "mgkit/skeleton/topology.hpp"

namespace MGKIT_NAMESPACE::report {

using drawn_pose = skeleton::pose_view<const float>;

/// Which way is up in the coordinates: image coordinates grow downwards, camera space upwards.
enum class up_axis { by_layout, minus_y, plus_y };

namespace detail {

/// Fits the first two coordinates of valid, finite joints into a box, aspect kept.
class projection {
public:
    projection(const drawn_pose& clip, int from, int to, up_axis up, double x, double y, double w,
               double h);

    bool empty() const { return empty_; }
    bool drawable(int t, int v, int m) const {
        return clip_.valid(t, v, m) && std::isfinite(clip_.at(0, t, v, m)) &&
               std::isfinite(clip_.at(1, t, v, m)) && std::abs(clip_.at(0, t, v, m)) < 1e30f &&
               std::abs(clip_.at(1, t, v, m)) < 1e30f;
    }
    double x(int t, int v, int m) const { return x_ + scale_ * clip_.at(0, t, v, m); }
    double y(int t, int v, int m) const {
        return y_ + (flip_ ? -scale_ : scale_) * clip_.at(1, t, v, m);
    }

    /// All bones of one frame as path data; a bone needs both its ends.
    std::string bones(int t, std::span<const skeleton::joint_pair> pairs) const;

private:
    drawn_pose clip_;
    bool flip_, empty_ = true;
    double scale_ = 1, x_ = 0, y_ = 0;
};

void check_drawing(const char* where, const drawn_pose& clip,
                   std::span<const skeleton::joint_pair> bones);

}  // namespace detail

/// One frame with joint indices beside the joints and a key of names; missing joints are marked in
/// the key. Drawn from the first two coordinates (the front view of camera space). All persons are
/// drawn, the first one carries the indices. Errors: no such frame, bones out of range.
svg skeleton_chart(std::string_view title, const drawn_pose& clip, int frame,
                   std::span<const skeleton::joint_pair> bones,
                   std::span<const std::string> joint_names, up_axis up = up_axis::by_layout);

}  // namespace MGKIT_NAMESPACE::report

#if !defined(MGKIT_COMPILED)
#include "mgkit/report/chart_skeleton-inl.hpp"
#endif
