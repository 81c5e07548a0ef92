// SPDX-License-Identifier: MIT
// Definitions of body_measure.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "mgkit/data/detail/body_measure.hpp"
#include "mgkit/skeleton/pose.hpp"

namespace MGKIT_NAMESPACE::data::detail {

MGKIT_INLINE double median_of(std::vector<double>& values) {
    if (values.empty()) return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

MGKIT_INLINE body_measure::body_measure(const detections& people, double visible)
    : people_(people),
      dims_(static_cast<std::size_t>(skeleton::coordinates(people.layout))),
      channels_(static_cast<std::size_t>(skeleton::channels(people.layout))),
      confidence_(skeleton::has_confidence(people.layout)),
      visible_(static_cast<float>(visible)) {
    std::vector<double> ratios;
    sizes_.reserve(people.people());
    std::vector<std::size_t> unmeasured;
    for (std::size_t i = 0; i < people.people(); ++i) {
        const auto p = people.person(i);
        const double box = box_diagonal(p), pair = pair_distance(p);
        sizes_.emplace_back(pair > 0 ? pair : box, box / 4);
        if (pair > 0 && box > 0) ratios.push_back(box / pair);
        if (!(pair > 0)) unmeasured.push_back(i);
    }
    if (const double ratio = median_of(ratios); ratio > 0)
        for (const std::size_t i : unmeasured) sizes_[i].first /= ratio;
    for (auto& [scale, reach] : sizes_) reach = std::max(scale, reach);
}

MGKIT_INLINE bool body_measure::compare(std::size_t a, std::size_t b) {
    a_ = a;
    b_ = b;
    squares_.clear();
    const auto p = people_.person(a), q = people_.person(b);
    for (std::size_t v = 0, at = 0; at < p.size(); ++v, at += channels_) {
        if (!seen(p, v) || !seen(q, v)) continue;
        double square = 0;
        for (std::size_t c = at; c < at + dims_; ++c) {
            const double step = double(p[c]) - double(q[c]);
            square += step * step;
        }
        squares_.push_back(square);
    }
    return !squares_.empty();
}

MGKIT_INLINE bool body_measure::within(double limit) const {
    const double most = limit * limit;
    std::size_t nearby = 0;
    for (const double square : squares_) nearby += square <= most ? 1 : 0;
    return nearby > squares_.size() / 2;
}

MGKIT_INLINE double body_measure::distance() {
    return std::sqrt(median_of(squares_));
}

MGKIT_INLINE double body_measure::size_ratio() const {
    if (squares_.size() < 3) return 1;
    const auto p = people_.person(a_), q = people_.person(b_);
    std::array<double, 3> from_p{}, from_q{}, sum_p{}, sum_q{};
    double square_p = 0, square_q = 0;
    bool first = true;
    for (std::size_t v = 0, at = 0; at < p.size(); ++v, at += channels_) {
        if (!seen(p, v) || !seen(q, v)) continue;
        for (std::size_t c = 0; c < dims_; ++c) {
            // Measured from one of the joints, so that the squares keep their digits.
            if (first) {
                from_p[c] = double(p[at + c]);
                from_q[c] = double(q[at + c]);
            }
            const double x = double(p[at + c]) - from_p[c], y = double(q[at + c]) - from_q[c];
            sum_p[c] += x;
            sum_q[c] += y;
            square_p += x * x;
            square_q += y * y;
        }
        first = false;
    }
    const auto count = static_cast<double>(squares_.size());
    for (std::size_t c = 0; c < dims_; ++c) {
        square_p -= sum_p[c] * sum_p[c] / count;
        square_q -= sum_q[c] * sum_q[c] / count;
    }
    const double less = std::min(square_p, square_q), more = std::max(square_p, square_q);
    return less > 0 ? std::sqrt(more / less) : 1;
}

MGKIT_INLINE double body_measure::pair_distance(std::span<const float> p) const {
    const auto [a, b] = people_.topology.scale_pair;
    const auto ja = static_cast<std::size_t>(a), jb = static_cast<std::size_t>(b);
    if (!seen(p, ja) || !seen(p, jb)) return 0;
    double sum = 0;
    for (std::size_t c = 0; c < dims_; ++c)
        sum += std::pow(double(p[ja * channels_ + c]) - double(p[jb * channels_ + c]), 2);
    return std::sqrt(sum);
}

MGKIT_INLINE double body_measure::box_diagonal(std::span<const float> p) const {
    constexpr double beyond = std::numeric_limits<double>::max();
    std::array<double, 3> low{beyond, beyond, beyond}, high{-beyond, -beyond, -beyond};
    bool any = false;
    for (std::size_t v = 0; v * channels_ < p.size(); ++v) {
        if (!seen(p, v)) continue;
        any = true;
        for (std::size_t c = 0; c < dims_; ++c) {
            low[c] = std::min(low[c], double(p[v * channels_ + c]));
            high[c] = std::max(high[c], double(p[v * channels_ + c]));
        }
    }
    double sum = 0;
    for (std::size_t c = 0; any && c < dims_; ++c) sum += (high[c] - low[c]) * (high[c] - low[c]);
    return std::sqrt(sum);
}

}  // namespace MGKIT_NAMESPACE::data::detail
