// SPDX-License-Identifier: MIT
// Confidence intervals that respect who was filmed: whole subjects are resampled, not clips.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/core/random.hpp"

namespace MGKIT_NAMESPACE::metric {

struct bootstrap_settings {
    int replicates = 2000;
    double level = 0.95;
    random_key key{};  ///< every replicate has its own stream under this key
};

/// An estimate with its percentile interval.
struct interval {
    double estimate = 0;
    double low = 0;
    double high = 0;
    int groups = 0;  ///< subjects (or performances) resampled
};

/// Clips grouped by subject (or any other unit that makes clips depend on each other, such as one
/// performance seen by several cameras), in order of first appearance.
class grouping {
public:
    explicit grouping(std::span<const int> ids);
    int count() const { return count_; }
    /// Errors: mgkit::error for a clip that is not there.
    int of(std::size_t clip) const;
    std::size_t clips() const { return group_.size(); }

private:
    std::vector<int> group_;
    int count_ = 0;
};

namespace detail {
/// Quantile of sorted values by linear interpolation between order statistics.
double quantile(std::span<const double> sorted, double q);
}  // namespace detail

/// Percentile bootstrap over groups.
///
/// Each replicate draws as many groups as there are, with replacement, and calls
/// `statistic(times)`: times[i] is how often the group of clip i was drawn (0, 1, 2, ...).
/// The estimate is the statistic of the clips as they are. A replicate whose statistic is NaN (an
/// empty denominator) is left out. Randomness: stage "bootstrap" of the key, one clip id per
/// replicate; independent of threads. Cost replicates * (N + cost of the statistic).
/// With few groups the interval is too narrow (with 3 subjects there are 10 distinct resamples):
/// report `groups` beside it. Source: Efron and Tibshirani, "An introduction to the bootstrap"
/// (1993), chapters 8 and 13.
/// Errors: no clips, fewer than two groups, settings out of range.
template <class Statistic>
requires std::convertible_to < std::invoke_result_t<Statistic&, std::span<const double>>,
double > interval bootstrap(std::span<const int> group_of_clip, Statistic&& statistic,
                            const bootstrap_settings& settings = {}) {
    constexpr auto where = "metric::bootstrap";
    if (group_of_clip.empty()) throw error(where, "at least one clip", "none");
    if (settings.replicates < 1)
        throw error(where, "at least one replicate", text(settings.replicates));
    if (!(settings.level > 0 && settings.level < 1))
        throw error(where, "a level between 0 and 1", text(settings.level));
    const grouping groups(group_of_clip);
    if (groups.count() < 2)
        throw error(where, "at least two subjects to resample", text(groups.count()),
                    "an interval over subjects needs several; report the plain figure instead");

    std::vector<double> times(groups.clips(), 1.0);
    interval out;
    out.groups = groups.count();
    out.estimate = statistic(std::span<const double>(times));

    std::vector<double> values;
    values.reserve(static_cast<std::size_t>(settings.replicates));
    std::vector<int> drawn(static_cast<std::size_t>(groups.count()));
    for (int r = 0; r < settings.replicates; ++r) {
        random_key key = settings.key;
        key.clip = static_cast<std::uint32_t>(r);
        random_stream stream(key, "bootstrap");
        std::fill(drawn.begin(), drawn.end(), 0);
        for (int g = 0; g < groups.count(); ++g)
            ++drawn[stream.below(static_cast<std::uint32_t>(groups.count()))];
        for (std::size_t i = 0; i < times.size(); ++i)
            times[i] = drawn[static_cast<std::size_t>(groups.of(i))];
        const double value = statistic(std::span<const double>(times));
        if (!std::isnan(value)) values.push_back(value);
    }
    if (values.empty())
        throw error(where, "a statistic that is a number", "NaN in every replicate");
    std::sort(values.begin(), values.end());
    out.low = detail::quantile(values, (1 - settings.level) / 2);
    out.high = detail::quantile(values, (1 + settings.level) / 2);
    return out;
}

/// Interval of the mean of one number per clip (hits, for accuracy). `weights` (empty: 1 each)
/// weigh clips, for example 1 / clips of the fold, which makes the estimate the mean over folds.
interval bootstrap_mean(std::span<const double> values, std::span<const int> subjects,
                        const bootstrap_settings& settings = {},
                        std::span<const double> weights = {});

/// Interval of the class mean of hits: accuracy per class, averaged over the classes that a
/// replicate contains. `truth` has one class in [0, classes) per hit.
interval bootstrap_class_mean(std::span<const double> hit, std::span<const int> truth, int classes,
                              std::span<const int> subjects,
                              const bootstrap_settings& settings = {});

/// Interval of the mean difference first - second of two systems on the same clips, in the same
/// order. Pairing removes what makes a clip easy or hard for both: judge differences by this, not
/// by whether two separate intervals overlap.
interval bootstrap_difference(std::span<const double> first, std::span<const double> second,
                              std::span<const int> subjects,
                              const bootstrap_settings& settings = {},
                              std::span<const double> weights = {});

}  // namespace MGKIT_NAMESPACE::metric

#if !defined(MGKIT_COMPILED)
#include "mgkit/metric/bootstrap-inl.hpp"
#endif
