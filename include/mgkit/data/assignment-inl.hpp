// SPDX-License-Identifier: MIT
// Definitions of assignment.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "mgkit/data/assignment.hpp"

namespace MGKIT_NAMESPACE::data {

MGKIT_INLINE std::size_t best_matching::part_of(std::size_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
}

MGKIT_INLINE std::span<const std::size_t> best_matching::operator()(std::size_t rows,
                                                                    std::size_t columns,
                                                                    std::span<const worth> pairs) {
    column_of_.assign(rows, none);
    parent_.resize(rows + columns);
    for (std::size_t i = 0; i < parent_.size(); ++i) parent_[i] = i;
    for (const worth& p : pairs)
        if (p.gain > 0) {
            const std::size_t a = part_of(p.row), b = part_of(rows + p.column);
            parent_[std::max(a, b)] = std::min(a, b);
        }
    order_.clear();
    for (std::size_t k = 0; k < pairs.size(); ++k)
        if (pairs[k].gain > 0) order_.emplace_back(part_of(pairs[k].row), k);
    std::sort(order_.begin(), order_.end());
    position_.assign(rows + columns, none);
    for (std::size_t from = 0, end = 0; from < order_.size(); from = end) {
        while (end < order_.size() && order_[end].first == order_[from].first) ++end;
        if (end - from == 1) {
            const worth& only = pairs[order_[from].second];
            column_of_[only.row] = only.column;
            continue;
        }
        rows_.clear();
        columns_.clear();
        const auto place = [&](std::vector<std::size_t>& list, std::size_t node,
                               std::size_t value) {
            if (position_[node] != none) return;
            position_[node] = list.size();
            list.push_back(value);
        };
        for (std::size_t k = from; k < end; ++k) {
            const worth& p = pairs[order_[k].second];
            place(rows_, p.row, p.row);
            place(columns_, rows + p.column, p.column);
        }
        const bool tall = rows_.size() > columns_.size();
        const std::size_t n = tall ? columns_.size() : rows_.size();
        const std::size_t m = tall ? rows_.size() : columns_.size();
        cost_.assign(n * m, 0.0);
        for (std::size_t k = from; k < end; ++k) {
            const worth& p = pairs[order_[k].second];
            const std::size_t r = position_[p.row], c = position_[rows + p.column];
            double& cost = cost_[tall ? c * m + r : r * m + c];
            cost = std::min(cost, -p.gain);
        }
        solve(n, m);
        for (std::size_t j = 0; j < m; ++j) {
            const std::size_t i = row_at_[j + 1];
            if (i == 0 || !(cost_[(i - 1) * m + j] < 0)) continue;
            column_of_[rows_[tall ? j : i - 1]] = columns_[tall ? i - 1 : j];
        }
    }
    return column_of_;
}

/// Rows and columns count from 1, column 0 being where a search starts; no more rows than columns.
MGKIT_INLINE void best_matching::solve(std::size_t rows, std::size_t columns) {
    constexpr double beyond = std::numeric_limits<double>::infinity();
    row_price_.assign(rows + 1, 0.0);
    column_price_.assign(columns + 1, 0.0);
    row_at_.assign(columns + 1, 0);
    way_.assign(columns + 1, 0);
    for (std::size_t i = 1; i <= rows; ++i) {
        slack_.assign(columns + 1, beyond);
        seen_.assign(columns + 1, 0);
        row_at_[0] = i;
        std::size_t at = 0;
        while (row_at_[at] != 0) {
            seen_[at] = 1;
            const std::size_t row = row_at_[at];
            std::size_t next = 0;
            double step = beyond;
            for (std::size_t j = 1; j <= columns; ++j) {
                if (seen_[j] != 0) continue;
                const double left =
                    cost_[(row - 1) * columns + j - 1] - row_price_[row] - column_price_[j];
                if (left < slack_[j]) {
                    slack_[j] = left;
                    way_[j] = at;
                }
                if (slack_[j] < step) {
                    step = slack_[j];
                    next = j;
                }
            }
            for (std::size_t j = 0; j <= columns; ++j) {
                if (seen_[j] != 0) {
                    row_price_[row_at_[j]] += step;
                    column_price_[j] -= step;
                } else {
                    slack_[j] -= step;
                }
            }
            at = next;
        }
        for (; at != 0; at = way_[at]) row_at_[at] = row_at_[way_[at]];
    }
}

}  // namespace MGKIT_NAMESPACE::data
