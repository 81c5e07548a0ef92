// SPDX-License-Identifier: MIT
// Definitions of number_names.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "mgkit/data/number_names.hpp"

namespace MGKIT_NAMESPACE::data {

MGKIT_COLD_INLINE numbered_names number_names(std::span<const std::string> names) {
    std::vector<std::size_t> order(names.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return names[a] < names[b]; });
    std::vector<std::size_t> first(names.size());  // row at which each name appears
    for (std::size_t k = 0; k < order.size(); ++k)
        first[order[k]] =
            k > 0 && names[order[k]] == names[order[k - 1]] ? first[order[k - 1]] : order[k];
    numbered_names out;
    out.numbers.resize(names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (first[i] == i) {
            out.numbers[i] = static_cast<int>(out.names.size());
            out.names.push_back(names[i]);
        } else {
            out.numbers[i] = out.numbers[first[i]];
        }
    }
    return out;
}

}  // namespace MGKIT_NAMESPACE::data
