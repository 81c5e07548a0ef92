// One row of numbers per clip: what probes read, wherever the numbers come from.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "mgkit/core/error.hpp"

namespace mgkit::data {

/// Features of clips, row-major [rows, columns].
struct feature_table {
    std::size_t rows = 0, columns = 0;
    std::vector<float> values;

    std::span<float> row(std::size_t i) { return std::span(values).subspan(i * columns, columns); }
    std::span<const float> row(std::size_t i) const {
        return std::span(values).subspan(i * columns, columns);
    }

    /// The rows `indices`, in that order. Errors: an index out of range.
    feature_table subset(std::span<const int> indices) const {
        feature_table out{indices.size(), columns, {}};
        out.values.reserve(out.rows * columns);
        for (const int i : indices) {
            if (i < 0 || static_cast<std::size_t>(i) >= rows)
                throw error("feature_table", text("rows from 0 to ", rows, " - 1"), text(i));
            const auto from = row(static_cast<std::size_t>(i));
            out.values.insert(out.values.end(), from.begin(), from.end());
        }
        return out;
    }
};

}  // namespace mgkit::data
