// SPDX-License-Identifier: MIT
// Which rows of a source form a batch.
// infrastructure
#pragma once

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
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

/// How the rows of an epoch are chosen and ordered.
enum class row_order {
    shuffled,  ///< every row once
    balanced   ///< as many rows as there are, classes evenly: see balanced_order
};

constexpr const char* name(row_order order) {
    return order == row_order::balanced ? "balanced" : "shuffled";
}

/// The rows of one epoch, and of each how often it came before in this epoch; no repeats where no
/// row comes twice.
struct epoch_rows {
    std::vector<int> rows;
    std::vector<std::uint32_t> repeats{};
};

/// Class-balanced order of one epoch over rows of these labels: as many rows as there are, of each
/// of the K classes that occur N / K, of N % K classes that are drawn one more. Within a class
/// every row comes once before any comes again. Depends on seed, epoch and labels only. Cost: O(N
/// log N). Source: class-balanced sampling as in Kang et al., "Decoupling representation and
/// classifier for long-tailed recognition" (ICLR 2020); there classes are drawn with replacement,
/// here their counts are exact.
epoch_rows balanced_order(std::uint64_t seed, std::uint32_t epoch, std::span<const int> labels);

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

#if !defined(MGKIT_COMPILED)
#include "mgkit/train/batches-inl.hpp"
#endif
