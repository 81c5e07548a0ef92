// SPDX-License-Identifier: MIT
// Size and place of the people that were detected.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "mgkit/core/compiler.hpp"
#include "mgkit/data/detections.hpp"

namespace MGKIT_NAMESPACE::data::detail {

/// The upper median; 0 of nothing. Reorders the values.
double median_of(std::vector<double>& values);

/// Geometry of single people in detections, by the joints above a confidence.
class body_measure {
public:
    body_measure(const detections& people, double visible);

    /// Distance of the scale pair; where it is not visible, the diagonal of the box around the
    /// visible joints, divided by what that diagonal usually is of the pair's distance.
    double scale(std::size_t person) const { return sizes_[person].first; }
    /// At least a quarter of that diagonal: bodies seen from the side are not small.
    double reach(std::size_t person) const { return sizes_[person].second; }

    /// Takes two people to compare by the joints visible in both; false where there are none.
    bool compare(std::size_t a, std::size_t b);
    /// Whether the median of these joints moved at most so far. Cost: V.
    bool within(double limit) const;
    /// How far the median of these joints moved.
    double distance();
    /// Larger to smaller spread of these joints; 1 where there are fewer than three.
    double size_ratio() const;

private:
    bool seen(std::span<const float> p, std::size_t v) const {
        return !confidence_ || p[v * channels_ + dims_] > visible_;
    }
    double pair_distance(std::span<const float> p) const;
    double box_diagonal(std::span<const float> p) const;

    const detections& people_;
    std::size_t dims_, channels_;
    bool confidence_;
    float visible_;
    std::vector<std::pair<double, double>> sizes_;
    std::size_t a_ = 0, b_ = 0;
    std::vector<double> squares_;  ///< of the distances of the joints
};

}  // namespace MGKIT_NAMESPACE::data::detail

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/detail/body_measure-inl.hpp"
#endif
