// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/metric/fusion.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::metric {

namespace detail {

template <class S>
std::vector<S> softmax_of_rows(std::span<const S> scores, int classes) {
    constexpr auto where = "metric::softmax_rows";
    const auto columns = static_cast<std::size_t>(std::max(classes, 1));
    check_scores(where, scores, scores.size() / columns, classes);
    std::vector<S> out(scores.size());
    std::vector<double> exponential(columns);
    for (std::size_t begin = 0; begin < scores.size(); begin += columns) {
        const auto row = scores.subspan(begin, columns);
        for (std::size_t c = 0; c < columns; ++c)
            if (std::isinf(row[c]))
                throw error(where, "finite scores",
                            text("infinity for clip ", begin / columns, ", class ", c));
        const double top = *std::max_element(row.begin(), row.end());
        double sum = 0;
        for (std::size_t c = 0; c < columns; ++c)
            sum += exponential[c] = std::exp(static_cast<double>(row[c]) - top);
        for (std::size_t c = 0; c < columns; ++c)
            out[begin + c] = static_cast<S>(exponential[c] / sum);
    }
    return out;
}

template <class S>
std::vector<S> sum_of_streams(std::span<const std::vector<S>> streams, int classes,
                              std::span<const double> weights, fusion_rule rule) {
    constexpr auto where = "metric::fuse";
    if (streams.empty()) throw error(where, "at least one stream of scores", "none");
    if (!weights.empty() && weights.size() != streams.size())
        throw error(where, text(streams.size(), " weights, one per stream"), text(weights.size()));
    const auto columns = static_cast<std::size_t>(std::max(classes, 1));
    const std::size_t size = streams[0].size();
    std::vector<double> sum(size);
    for (std::size_t s = 0; s < streams.size(); ++s) {
        if (streams[s].size() != size)
            throw error(where, text(size, " scores in stream ", s, ", as in stream 0"),
                        text(streams[s].size()));
        const double weight = weights.empty() ? 1.0 : weights[s];
        if (!std::isfinite(weight))
            throw error(where, "finite weights", text("weight ", weight, " of stream ", s));
        check_scores(where, std::span<const S>(streams[s]), size / columns, classes);
        const std::vector<S> table = rule == fusion_rule::softmax
                                         ? softmax_of_rows(std::span<const S>(streams[s]), classes)
                                         : streams[s];
        for (std::size_t i = 0; i < size; ++i) {
            if (std::isinf(table[i]))
                throw error(where, "finite scores",
                            text("infinity at index ", i, " of stream ", s));
            sum[i] += weight * static_cast<double>(table[i]);
        }
    }
    return {sum.begin(), sum.end()};
}

}  // namespace detail

MGKIT_INLINE std::vector<float> softmax_rows(std::span<const float> scores, int classes) {
    return detail::softmax_of_rows(scores, classes);
}

MGKIT_INLINE std::vector<double> softmax_rows(std::span<const double> scores, int classes) {
    return detail::softmax_of_rows(scores, classes);
}

MGKIT_INLINE std::vector<float> fuse(std::span<const std::vector<float>> streams, int classes,
                                     std::span<const double> weights, fusion_rule rule) {
    return detail::sum_of_streams(streams, classes, weights, rule);
}

MGKIT_INLINE std::vector<double> fuse(std::span<const std::vector<double>> streams, int classes,
                                      std::span<const double> weights, fusion_rule rule) {
    return detail::sum_of_streams(streams, classes, weights, rule);
}

}  // namespace MGKIT_NAMESPACE::metric
