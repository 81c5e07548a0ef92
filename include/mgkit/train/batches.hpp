// SPDX-License-Identifier: MIT
// Which rows of a source form a batch.
// infrastructure
#pragma once

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "mgkit/core/random.hpp"

namespace MGKIT_NAMESPACE::train {

/// The order of one epoch: a shuffle that depends on seed and epoch only.
inline std::vector<int> epoch_order(std::uint64_t seed, std::uint32_t epoch, int count) {
    std::vector<int> order(static_cast<std::size_t>(count));
    std::iota(order.begin(), order.end(), 0);
    random_stream draws(random_key{seed, epoch, 0, 0}, "train::epoch_order");
    for (std::size_t i = order.size(); i > 1; --i)
        std::swap(order[i - 1], order[draws.below(static_cast<std::uint32_t>(i))]);
    return order;
}

/// Start of each batch in an epoch, and the end: all of `batch` rows; a last partial batch is
/// kept, but a single left-over row joins the batch before it, since batch norm needs two.
inline std::vector<int> batch_starts(int count, int batch) {
    std::vector<int> starts;
    for (int at = 0; at < count; at += batch) starts.push_back(at);
    if (starts.size() > 1 && count - starts.back() == 1) starts.pop_back();
    starts.push_back(count);
    return starts;
}

}  // namespace MGKIT_NAMESPACE::train
