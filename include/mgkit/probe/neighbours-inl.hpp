// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/probe/neighbours.hpp"

namespace MGKIT_NAMESPACE::probe {

MGKIT_INLINE std::vector<int> vote(const neighbours& found, std::span<const int> gallery_labels,
                                   int classes, std::size_t k) {
    if (k < 1 || k > found.k)
        throw error("probe::vote", text("1 to ", found.k, " neighbours"), text(k));
    std::vector<int> out(found.queries), votes(static_cast<std::size_t>(std::max(0, classes)));
    for (std::size_t q = 0; q < found.queries; ++q) {
        std::fill(votes.begin(), votes.end(), 0);
        for (std::size_t j = 0; j < k; ++j) {
            const auto row = static_cast<std::size_t>(found.of(q)[j]);
            if (row >= gallery_labels.size() || gallery_labels[row] < 0 ||
                gallery_labels[row] >= classes)
                throw error("probe::vote", text("a label from 0 to ", classes - 1),
                            text("none for gallery row ", row));
            ++votes[static_cast<std::size_t>(gallery_labels[row])];
        }
        out[q] = static_cast<int>(std::max_element(votes.begin(), votes.end()) - votes.begin());
    }
    return out;
}

MGKIT_INLINE double hit_at(const neighbours& found, std::span<const int> gallery_labels,
                           std::span<const int> query_labels, std::size_t k) {
    if (query_labels.empty() || query_labels.size() != found.queries || k < 1 || k > found.k)
        throw error("probe::hit_at", text(found.queries, " labels and at most ", found.k),
                    text(query_labels.size(), " labels, k ", k));
    std::size_t hits = 0;
    for (std::size_t q = 0; q < found.queries; ++q) {
        const auto rows = found.of(q).first(k);
        hits += std::any_of(rows.begin(), rows.end(), [&](int row) {
            if (static_cast<std::size_t>(row) >= gallery_labels.size())
                throw error("probe::hit_at", text("a label for gallery row ", row),
                            text(gallery_labels.size(), " labels"));
            return gallery_labels[static_cast<std::size_t>(row)] == query_labels[q];
        });
    }
    return static_cast<double>(hits) / static_cast<double>(found.queries);
}

}  // namespace MGKIT_NAMESPACE::probe
