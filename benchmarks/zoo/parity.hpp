// SPDX-License-Identifier: MIT
// Ours and the peer from the same weights on the same batches, loss by loss.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "zoo/batch.hpp"
#include "zoo/ours.hpp"
// LibTorch's own headers follow ours.
#include "zoo/theirs.hpp"

namespace bench {

struct parity_settings {
    int steps = 50, rows = 8, classes = 5;
    double rate = .005, bound = 1e-6;
};

/// Whether the losses of all steps agree in double, relative to their size; prints the largest
/// difference, how far training went, and what both cost at these sizes.
inline bool same_training(const mgkit::nn::fact_map& settings, const parity_settings& s = {}) {
    using T = mgkit::eigen::tensor<double>;
    ours_classifier<T> ours(settings, s.classes, 1, 3);
    peer_classifier<double> theirs(peer_settings(settings), s.classes);
    peer::set_values(*theirs.model, ours.values());
    at::set_num_threads(1);
    const auto clip_values = static_cast<std::size_t>(ours.clip.elements());
    double worst = 0, first = 0, last = 0;
    std::string beyond;
    for (int k = 0; k < s.steps; ++k) {
        const random_batch<double> batch(static_cast<std::uint32_t>(k), s.rows, clip_values,
                                         s.classes);
        const double mine = ours.step(batch.clips, batch.labels, s.rate);
        const double other = theirs.step(batch.clips, batch.labels, s.rate);
        const double gap = std::abs(mine - other) / std::abs(other);
        if (!(gap <= worst)) worst = gap;
        if (!(gap <= s.bound) && beyond.empty())
            beyond = "  NOT THE SAME from step " + std::to_string(k + 1);
        (k == 0 ? first : last) = other;
    }
    std::printf("%-10s %d steps: losses apart by %.1e (bound %.0e), from %.4f to %.4f%s\n",
                settings.at("encoder").c_str(), s.steps, worst, s.bound, first, last,
                beyond.c_str());
    std::fflush(stdout);
    return beyond.empty();
}

/// Whether both have as many parameters, and multiply as much within `bound` of the peer's count.
inline bool same_size(const mgkit::nn::fact_map& settings, double bound = .02) {
    using T = mgkit::eigen::tensor<float>;
    ours_classifier<T> ours(settings, 60, 1, 1);
    peer_classifier<float> theirs(peer_settings(settings), 60);
    const double mine = 1e-9 * static_cast<double>(multiply_adds_of(settings));
    const double other = 1e-9 * static_cast<double>(theirs.multiply_adds());
    const std::int64_t more = ours.parameters() - peer::parameter_count(*theirs.model);
    const bool same = more == 0 && std::abs(mine - other) <= bound * other;
    std::printf(
        "%-10s %lld parameters with 60 classes (%+lld), %.4f GMAC a clip beside %.4f "
        "(%+.2f %%)%s\n",
        settings.at("encoder").c_str(), static_cast<long long>(ours.parameters()),
        static_cast<long long>(more), mine, other, 100 * (mine / other - 1),
        same ? "" : "  NOT THE SAME");
    std::fflush(stdout);
    return same;
}

}  // namespace bench
