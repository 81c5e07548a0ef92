// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/metric/bootstrap.hpp"

#include <utility>

namespace MGKIT_NAMESPACE::metric {

MGKIT_INLINE grouping::grouping(std::span<const int> ids) : group_(ids.size()) {
    std::vector<std::pair<int, int>> seen;  // (id, group), sorted by id
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const auto place = std::lower_bound(seen.begin(), seen.end(), std::pair{ids[i], 0});
        if (place != seen.end() && place->first == ids[i]) {
            group_[i] = place->second;
        } else {
            group_[i] = count_;
            seen.insert(place, {ids[i], count_++});
        }
    }
}

MGKIT_INLINE int grouping::of(std::size_t clip) const {
    if (clip >= group_.size())
        throw error("metric::grouping", text("a clip below ", group_.size()), text(clip));
    return group_[clip];
}

namespace detail {

MGKIT_INLINE double quantile(std::span<const double> sorted, double q) {
    const double at = q * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace detail

MGKIT_INLINE interval bootstrap_mean(std::span<const double> values, std::span<const int> subjects,
                                     const bootstrap_settings& settings,
                                     std::span<const double> weights) {
    constexpr auto where = "metric::bootstrap_mean";
    if (values.size() != subjects.size())
        throw error(where, text(values.size(), " subjects, one per value"), text(subjects.size()));
    if (!weights.empty() && weights.size() != values.size())
        throw error(where, text(values.size(), " weights, one per value"), text(weights.size()));
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!std::isfinite(values[i]))
            throw error(where, "finite values", text(values[i], " at index ", i));
        if (!weights.empty() && !(weights[i] >= 0 && std::isfinite(weights[i])))
            throw error(where, "finite weights of at least 0", text(weights[i], " at index ", i));
    }
    return bootstrap(
        subjects,
        [&](std::span<const double> times) {
            double sum = 0, total = 0;
            for (std::size_t i = 0; i < times.size(); ++i) {
                const double w = weights.empty() ? times[i] : times[i] * weights[i];
                sum += w * values[i];
                total += w;
            }
            return sum / total;
        },
        settings);
}

MGKIT_INLINE interval bootstrap_class_mean(std::span<const double> hit, std::span<const int> truth,
                                           int classes, std::span<const int> subjects,
                                           const bootstrap_settings& settings) {
    constexpr auto where = "metric::bootstrap_class_mean";
    if (hit.size() != truth.size() || hit.size() != subjects.size())
        throw error(where, text(hit.size(), " classes and subjects, one per hit"),
                    text(truth.size(), " classes and ", subjects.size(), " subjects"));
    for (std::size_t i = 0; i < truth.size(); ++i)
        if (truth[i] < 0 || truth[i] >= classes)
            throw error(where, text("classes in [0, ", classes, ")"),
                        text(truth[i], " at index ", i));
    std::vector<double> sum(static_cast<std::size_t>(std::max(classes, 0))), total(sum.size());
    return bootstrap(
        subjects,
        [&](std::span<const double> times) {
            std::fill(sum.begin(), sum.end(), 0.0);
            std::fill(total.begin(), total.end(), 0.0);
            for (std::size_t i = 0; i < times.size(); ++i) {
                sum[static_cast<std::size_t>(truth[i])] += times[i] * hit[i];
                total[static_cast<std::size_t>(truth[i])] += times[i];
            }
            double mean = 0;
            int present = 0;
            for (std::size_t c = 0; c < sum.size(); ++c)
                if (total[c] > 0) mean += sum[c] / total[c], ++present;
            return mean / present;
        },
        settings);
}

MGKIT_INLINE interval bootstrap_difference(std::span<const double> first,
                                           std::span<const double> second,
                                           std::span<const int> subjects,
                                           const bootstrap_settings& settings,
                                           std::span<const double> weights) {
    if (first.size() != second.size())
        throw error("metric::bootstrap_difference", "two systems on the same clips",
                    text(first.size(), " and ", second.size(), " values"));
    std::vector<double> difference(first.size());
    for (std::size_t i = 0; i < first.size(); ++i) difference[i] = first[i] - second[i];
    return bootstrap_mean(difference, subjects, settings, weights);
}

}  // namespace MGKIT_NAMESPACE::metric
