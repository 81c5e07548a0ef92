// SPDX-License-Identifier: MIT
// Features as a trained encoder gives them: rows near one centre per class.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "mgkit/core/random.hpp"
#include "mgkit/data/feature_table.hpp"

namespace bench {

inline constexpr int classes = 60;

/// Row i belongs to class i mod 60. `part` tells the two sides of a split apart.
inline mgkit::data::feature_table class_features(std::uint32_t part, std::size_t rows,
                                                 std::size_t columns, double noise = .5) {
    std::vector<float> centres(classes * columns);
    mgkit::random_stream places(mgkit::random_key{.seed = 1}, "centres");
    for (float& v : centres) v = static_cast<float>(places.uniform(-1, 1));
    mgkit::data::feature_table out{rows, columns, std::vector<float>(rows * columns)};
    mgkit::random_stream draws(mgkit::random_key{.seed = 2, .epoch = part}, "rows");
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j)
            out.row(i)[j] = centres[i % classes * columns + j] +
                            static_cast<float>(draws.uniform(-noise, noise));
    return out;
}

inline std::vector<int> class_labels(std::size_t rows) {
    std::vector<int> out(rows);
    for (std::size_t i = 0; i < rows; ++i) out[i] = static_cast<int>(i % classes);
    return out;
}

}  // namespace bench
