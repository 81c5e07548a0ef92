// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/clip/duration_prior.hpp"

#include <algorithm>
#include <cmath>

#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::clip {

MGKIT_INLINE duration_prior duration_prior::from_durations(std::vector<double> seconds) {
    if (seconds.empty())
        throw error(where, "at least one duration", "none", "annotate some gestures first");
    for (std::size_t i = 0; i < seconds.size(); ++i)
        if (!(seconds[i] > 0 && std::isfinite(seconds[i])))
            throw error(where, "durations above 0 seconds", text(seconds[i], " at index ", i));
    std::sort(seconds.begin(), seconds.end());
    duration_prior out;
    const auto n = static_cast<double>(seconds.size());
    for (std::size_t i = 0; i < seconds.size(); ++i) {
        if (i + 1 < seconds.size() && seconds[i + 1] == seconds[i]) continue;
        out.low_.push_back(seconds[i]);
        out.high_.push_back(seconds[i]);
        out.cumulative_.push_back(static_cast<double>(i + 1) / n);
    }
    out.count_ = seconds.size();
    return out;
}

MGKIT_INLINE duration_prior duration_prior::from_histogram(std::span<const double> edges,
                                                           std::span<const double> counts) {
    if (counts.empty() || edges.size() != counts.size() + 1)
        throw error(where, text(counts.size() + 1, " edges for ", counts.size(), " counts"),
                    text(edges.size()));
    double total = 0;
    for (std::size_t b = 0; b < counts.size(); ++b) {
        if (!(edges[b] >= 0 && edges[b] < edges[b + 1] && std::isfinite(edges[b + 1])))
            throw error(where, "rising edges from 0 seconds",
                        text(edges[b], ", ", edges[b + 1], " at bin ", b));
        if (!(counts[b] >= 0 && std::isfinite(counts[b])))
            throw error(where, "counts of at least 0", text(counts[b], " in bin ", b));
        total += counts[b];
    }
    if (!(total > 0)) throw error(where, "a histogram with counts", "only zeros");
    duration_prior out;
    double below = 0;
    for (std::size_t b = 0; b < counts.size(); ++b) {
        if (counts[b] == 0) continue;
        const double width = (edges[b + 1] - edges[b]) / cells_per_bin;
        for (int k = 0; k < cells_per_bin; ++k) {
            out.low_.push_back(edges[b] + k * width);
            out.high_.push_back(edges[b] + (k + 1) * width);
            out.cumulative_.push_back((below + counts[b] * (k + 1) / cells_per_bin) / total);
        }
        below += counts[b];
    }
    out.cumulative_.back() = 1;
    out.count_ = static_cast<std::size_t>(total);
    return out;
}

MGKIT_INLINE duration_prior::draw_result duration_prior::draw(random_stream& stream) const {
    const double u = stream.uniform(), within = stream.uniform();
    const auto found = std::upper_bound(cumulative_.begin(), cumulative_.end(), u);
    const auto cell =
        std::min<std::size_t>(static_cast<std::size_t>(found - cumulative_.begin()), cells() - 1);
    return {low_[cell] + within * (high_[cell] - low_[cell]), cell};
}

MGKIT_INLINE double duration_prior::mean() const {
    double out = 0, below = 0;
    for (std::size_t k = 0; k < cells(); ++k) {
        out += (cumulative_[k] - below) * (low_[k] + high_[k]) / 2;
        below = cumulative_[k];
    }
    return out;
}

MGKIT_INLINE int duration_prior::decile(std::size_t cell) const {
    const double below = cell == 0 ? 0 : cumulative_[cell - 1];
    return std::min(9, static_cast<int>(5 * (below + cumulative_[cell])));
}

}  // namespace MGKIT_NAMESPACE::clip
