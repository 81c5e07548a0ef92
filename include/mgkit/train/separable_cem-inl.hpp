// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "mgkit/core/error.hpp"
#include "mgkit/train/separable_cem.hpp"

namespace MGKIT_NAMESPACE::train {

MGKIT_COLD_INLINE separable_cem::separable_cem(const separable_cem_settings& s)
    : settings_(s), damp_(s.damp) {
    if (settings_.parents == 0) settings_.parents = s.population / 2;
    const bool sound = s.numbers >= 1 && s.population >= 2 && settings_.parents >= 1 &&
                       settings_.parents <= s.population && std::isfinite(s.mean) &&
                       s.variance >= 0 && s.damp >= 0 && s.least_damp >= 0 && s.kept >= 0 &&
                       s.kept <= 1 && !(s.antithetic && s.population % 2 != 0);
    if (!sound)
        throw error("separable_cem",
                    "numbers of 1 or more, a population of 2 or more (even where antithetic), "
                    "parents among them, variances and damping of 0 or more, kept in [0, 1]",
                    text(s.numbers, " numbers, population ", s.population, ", ", settings_.parents,
                         " parents, mean ", s.mean, ", variance ", s.variance, ", damping ", s.damp,
                         " to ", s.least_damp, ", kept ", s.kept));
    mean_.assign(static_cast<std::size_t>(s.numbers), s.mean);
    variance_.assign(mean_.size(), s.variance);
    double whole = 0;
    for (int i = 1; i <= settings_.parents; ++i) {
        weights_.push_back(std::log((settings_.parents + 1.0) / i));
        whole += weights_.back();
    }
    for (double& w : weights_) w /= whole;
}

MGKIT_COLD_INLINE std::vector<double> separable_cem::ask(std::uint64_t seed) const {
    const std::size_t n = mean_.size(), count = static_cast<std::size_t>(settings_.population),
                      own = settings_.antithetic ? count / 2 : count;
    std::vector<double> out(count * n);
    for (std::size_t i = 0; i < count; ++i) {
        const double sign = i < own ? 1 : -1;
        random_stream draws(random_key{seed, static_cast<std::uint32_t>(generation_),
                                       static_cast<std::uint32_t>(i < own ? i : i - own), 0},
                            "separable_cem");
        for (std::size_t j = 0; j < n; ++j)
            out[i * n + j] = mean_[j] + sign * draws.normal() * std::sqrt(variance_[j]);
    }
    if (settings_.elitism && !elite_.empty())
        std::copy(elite_.begin(), elite_.end(), out.end() - static_cast<std::ptrdiff_t>(n));
    return out;
}

MGKIT_COLD_INLINE void separable_cem::tell(std::span<const double> points,
                                           std::span<const double> scores) {
    const std::size_t n = mean_.size(), count = static_cast<std::size_t>(settings_.population);
    const bool finite =
        std::all_of(scores.begin(), scores.end(), [](double v) { return std::isfinite(v); });
    if (points.size() != count * n || scores.size() != count || !finite)
        throw error("separable_cem",
                    text(count, " points of ", n, " numbers with a finite score each"),
                    text(points.size(), " values and ", scores.size(), " scores",
                         finite ? "" : ", not all finite"));
    std::vector<std::size_t> order(count);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
    damp_ = settings_.kept * damp_ + (1 - settings_.kept) * settings_.least_damp;
    const std::vector<double> old = mean_;
    for (std::size_t j = 0; j < n; ++j) {
        double centre = 0, spread = 0;
        for (std::size_t i = 0; i < weights_.size(); ++i) {
            const double value = points[order[i] * n + j];
            centre += weights_[i] * value;
            spread += weights_[i] * (value - old[j]) * (value - old[j]);
        }
        mean_[j] = centre;
        variance_[j] = spread / settings_.parents + damp_;
    }
    const auto best = points.subspan(order[0] * n, n);
    elite_.assign(best.begin(), best.end());
    ++generation_;
}

}  // namespace MGKIT_NAMESPACE::train
