// SPDX-License-Identifier: MIT
// Definitions of batches.hpp.
#pragma once

#include <map>

#include "mgkit/train/batches.hpp"

namespace MGKIT_NAMESPACE::train {

namespace detail {

MGKIT_INLINE void shuffle(std::span<int> values, random_stream& draws) {
    for (std::size_t i = values.size(); i > 1; --i)
        std::swap(values[i - 1], values[draws.below(static_cast<std::uint32_t>(i))]);
}

}  // namespace detail

MGKIT_INLINE epoch_rows balanced_order(std::uint64_t seed, std::uint32_t epoch,
                                       std::span<const int> labels) {
    std::map<int, std::vector<int>> of_class;
    for (std::size_t i = 0; i < labels.size(); ++i)
        of_class[labels[i]].push_back(static_cast<int>(i));
    epoch_rows out;
    if (of_class.empty()) return out;
    random_stream draws(random_key{seed, epoch, 0, 0}, "train::balanced_order");
    std::vector<int> places(of_class.size());
    std::iota(places.begin(), places.end(), 0);
    detail::shuffle(places, draws);
    const std::size_t share = labels.size() / of_class.size(),
                      more = labels.size() % of_class.size();
    std::size_t k = 0;
    for (auto& [label, rows] : of_class) {
        const std::size_t wanted = share + (static_cast<std::size_t>(places[k++]) < more ? 1 : 0);
        for (std::size_t taken = 0; taken < wanted; ++taken) {
            if (taken % rows.size() == 0) detail::shuffle(rows, draws);
            out.rows.push_back(rows[taken % rows.size()]);
        }
    }
    detail::shuffle(out.rows, draws);
    std::vector<std::uint32_t> seen(labels.size());
    for (const int row : out.rows) out.repeats.push_back(seen[static_cast<std::size_t>(row)]++);
    return out;
}

}  // namespace MGKIT_NAMESPACE::train
