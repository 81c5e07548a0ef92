// SPDX-License-Identifier: MIT
// The numbers behind a figure as comma-separated values.
// infrastructure
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE::report {

/// A cell of figures. Numbers are written in full, so that reading them back gives the same bits;
/// what is missing or not finite stays empty. Words are cleaned, and words that a spreadsheet would
/// take for a formula get an apostrophe in front.
class csv_cell {
public:
    csv_cell(double value) : text_(written(value)) {}
    csv_cell(const std::optional<double>& value) : text_(value ? written(*value) : "") {}
    csv_cell(std::int64_t value) : text_(std::to_string(value)) {}
    csv_cell(int value) : text_(std::to_string(value)) {}
    csv_cell(std::string_view words);
    csv_cell(const std::string& words) : csv_cell(std::string_view(words)) {}
    csv_cell(const char* words) : csv_cell(std::string_view(words)) {}

    const std::string& str() const { return text_; }

private:
    static std::string written(double value);

    std::string text_;
};

/// Builds CSV with a header line, one row after the other.
class csv_builder {
public:
    explicit csv_builder(std::vector<std::string> columns);

    csv_builder& row(const std::vector<csv_cell>& cells);

    const std::string& str() const { return text_; }

private:
    std::size_t columns_;
    std::string text_;
};

}  // namespace MGKIT_NAMESPACE::report

#if !defined(MGKIT_COMPILED)
#include "mgkit/report/csv-inl.hpp"
#endif
