// SPDX-License-Identifier: MIT
// One row of numbers per clip: what probes read, wherever the numbers come from.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::data {

/// Features of clips, row-major [rows, columns].
template <class S>
struct basic_feature_table {
    std::size_t rows = 0, columns = 0;
    std::vector<S> values;

    /// Errors: mgkit::error for a row that is not there.
    std::span<S> row(std::size_t i) {
        require(i);
        return std::span(values).subspan(i * columns, columns);
    }
    std::span<const S> row(std::size_t i) const {
        require(i);
        return std::span(values).subspan(i * columns, columns);
    }

    /// The rows `indices`, in that order. Errors: an index out of range.
    basic_feature_table subset(std::span<const int> indices) const {
        basic_feature_table out{indices.size(), columns, {}};
        out.values.reserve(out.rows * columns);
        for (const int i : indices) {
            if (i < 0 || static_cast<std::size_t>(i) >= rows)
                throw error("feature_table", text("rows from 0 to ", rows, " - 1"), text(i));
            const auto from = row(static_cast<std::size_t>(i));
            out.values.insert(out.values.end(), from.begin(), from.end());
        }
        return out;
    }

private:
    void require(std::size_t i) const {
        if (i >= rows || (columns > 0 && values.size() / columns <= i))
            throw error("feature_table", text("a filled row below ", rows),
                        text("row ", i, " of ", values.size(), " values"));
    }
};

using feature_table = basic_feature_table<float>;

/// Errors: an empty table, values that do not fill it, a value that is not finite.
template <class S>
void check(const basic_feature_table<S>& features, const std::string& where) {
    if (features.rows == 0 || features.columns == 0 ||
        features.values.size() / features.columns != features.rows ||
        features.values.size() % features.columns != 0)
        throw error(where, "a filled table of features",
                    text(features.rows, " x ", features.columns, " with ", features.values.size(),
                         " values"));
    for (std::size_t i = 0; i < features.values.size(); ++i)
        if (!std::isfinite(features.values[i]))
            throw error(where, "finite features",
                        text(features.values[i], " in row ", i / features.columns, ", column ",
                             i % features.columns));
}

}  // namespace MGKIT_NAMESPACE::data
