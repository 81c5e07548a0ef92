// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/report/csv.hpp"

#include <charconv>
#include <cmath>

#include "mgkit/core/error.hpp"
#include "mgkit/io/csv.hpp"
#include "mgkit/report/escape.hpp"

namespace MGKIT_NAMESPACE::report {

MGKIT_COLD_INLINE csv_cell::csv_cell(std::string_view words) : text_(clean(words)) {
    if (!text_.empty() && std::string_view("=+-@").find(text_.front()) != std::string::npos)
        text_.insert(0, 1, '\'');
}

MGKIT_COLD_INLINE std::string csv_cell::written(double value) {
    if (!std::isfinite(value)) return {};
    char buffer[64];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value);
    return std::string(buffer, end.ptr);
}

MGKIT_COLD_INLINE csv_builder::csv_builder(std::vector<std::string> columns)
    : columns_(columns.size()) {
    if (columns.empty()) throw error("report::csv_builder", "at least one column", "none");
    text_ = io::csv_line(columns);
}

MGKIT_COLD_INLINE csv_builder& csv_builder::row(const std::vector<csv_cell>& cells) {
    if (cells.size() != columns_)
        throw error("report::csv_builder", text(columns_, " cells, one per column"),
                    text(cells.size()));
    std::vector<std::string> fields;
    for (const csv_cell& cell : cells) fields.push_back(cell.str());
    text_ += io::csv_line(fields);
    return *this;
}

}  // namespace MGKIT_NAMESPACE::report
