// The numbers behind a figure as comma-separated values.
// infrastructure
#pragma once

#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/io/csv.hpp"
#include "mgkit/report/escape.hpp"

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
    csv_cell(std::string_view words) : text_(clean(words)) {
        if (!text_.empty() && std::string_view("=+-@").find(text_.front()) != std::string::npos)
            text_.insert(0, 1, '\'');
    }
    csv_cell(const std::string& words) : csv_cell(std::string_view(words)) {}
    csv_cell(const char* words) : csv_cell(std::string_view(words)) {}

    const std::string& str() const { return text_; }

private:
    static std::string written(double value) {
        if (!std::isfinite(value)) return {};
        char buffer[64];
        const auto end = std::to_chars(buffer, buffer + sizeof buffer, value);
        return std::string(buffer, end.ptr);
    }

    std::string text_;
};

/// Builds CSV with a header line, one row after the other.
class csv_builder {
public:
    explicit csv_builder(std::vector<std::string> columns) : columns_(columns.size()) {
        if (columns.empty()) throw error("report::csv_builder", "at least one column", "none");
        text_ = io::csv_line(columns);
    }

    csv_builder& row(const std::vector<csv_cell>& cells) {
        if (cells.size() != columns_)
            throw error("report::csv_builder", text(columns_, " cells, one per column"),
                        text(cells.size()));
        std::vector<std::string> fields;
        for (const csv_cell& cell : cells) fields.push_back(cell.str());
        text_ += io::csv_line(fields);
        return *this;
    }

    const std::string& str() const { return text_; }

private:
    std::size_t columns_;
    std::string text_;
};

}  // namespace MGKIT_NAMESPACE::report
