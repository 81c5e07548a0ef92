// SPDX-License-Identifier: MIT
// Who goes with whom, so that the whole fits best.
// infrastructure
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE::data {

/// A row and a column that may be matched, and what that is worth.
struct worth {
    std::size_t row = 0, column = 0;
    double gain = 0;
};

/// Matches rows with columns, each at most once, for the largest sum of gains.
///
/// Pairs that are not listed, or whose gain is not above 0, are never matched: a row stays alone
/// rather than take one. What does not hang together is solved apart, each part by the shortest
/// augmenting paths of Kuhn and Munkres. Equal sums: always the same one. Cost: n^2 m for a part
/// of n and m, the fewer being n; near linear where most parts are one pair. Keeps its memory.
class best_matching {
public:
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    /// Column of each row, `none` where it stays alone; valid until the next call.
    std::span<const std::size_t> operator()(std::size_t rows, std::size_t columns,
                                            std::span<const worth> pairs);

private:
    std::size_t part_of(std::size_t i);
    void solve(std::size_t rows, std::size_t columns);

    std::vector<std::size_t> column_of_, parent_, position_, rows_, columns_;
    std::vector<std::pair<std::size_t, std::size_t>> order_;  ///< (part, pair)
    std::vector<double> cost_, row_price_, column_price_, slack_;
    std::vector<std::size_t> row_at_, way_;
    std::vector<char> seen_;
};

}  // namespace MGKIT_NAMESPACE::data

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/assignment-inl.hpp"
#endif
