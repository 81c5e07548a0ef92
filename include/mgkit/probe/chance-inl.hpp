// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/probe/chance.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/metric/prediction.hpp"

namespace MGKIT_NAMESPACE::probe {

MGKIT_COLD_INLINE metric::interval chance_interval(double share, std::int64_t trials,
                                                   double level) {
    constexpr auto where = "probe::chance_interval";
    if (trials < 1 || trials > 1000000000)
        throw error(where, "1 to 1000000000 trials", text(trials));
    if (!(share >= 0 && share <= 1)) throw error(where, "a share in [0, 1]", text(share));
    if (!(level > 0 && level < 1)) throw error(where, "a level between 0 and 1", text(level));
    metric::interval out{share, share, share, static_cast<int>(trials)};
    if (share == 0 || share == 1) return out;
    const auto n = static_cast<double>(trials);
    const double odds = std::log(share) - std::log1p(-share), tail = (1 - level) / 2;
    double log_mass = n * std::log1p(-share), below = 0;
    bool started = false;
    for (std::int64_t k = 0; k <= trials; ++k) {
        below += std::exp(log_mass);
        const auto hits = static_cast<double>(k);
        if (!started && below >= tail) {
            out.low = hits / n;
            started = true;
        }
        out.high = hits / n;
        if (started && below >= 1 - tail) break;
        log_mass += std::log((n - hits) / (hits + 1)) + odds;
    }
    return out;
}

MGKIT_COLD_INLINE metric::interval chance_of(std::span<const int> truth, int classes,
                                             double level) {
    constexpr auto where = "probe::chance_of";
    if (truth.empty()) throw error(where, "at least one clip", "none");
    metric::check_labels(where, "class", truth, classes);
    std::vector<std::int64_t> count(static_cast<std::size_t>(classes));
    for (const int k : truth) ++count[static_cast<std::size_t>(k)];
    const auto clips = static_cast<std::int64_t>(truth.size());
    const auto most = static_cast<double>(*std::max_element(count.begin(), count.end()));
    return chance_interval(most / static_cast<double>(clips), clips, level);
}

MGKIT_COLD_INLINE standing standing_of(double score, const metric::interval& chance) {
    // Scores and ends are sums divided by the trials: they may differ in the last bits.
    const double rounding = 1e-9;
    if (score < chance.low - rounding) return standing::below;
    return score > chance.high + rounding ? standing::above : standing::at_chance;
}

}  // namespace MGKIT_NAMESPACE::probe
