// SPDX-License-Identifier: MIT
// Comma-separated values (RFC 4180) with a header line.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE::io {

/// What parse_csv accepts at most.
struct csv_limits {
    std::size_t bytes = std::size_t{1} << 30;
    std::size_t columns = 4096;
    std::size_t fields = 50'000'000;
};

/// A table of text: one header line, then rows of as many fields.
class csv_table {
public:
    csv_table(std::string where, std::vector<std::string> columns, std::vector<std::string> fields);

    const std::string& where() const { return where_; }
    const std::vector<std::string>& columns() const { return columns_; }
    std::size_t rows() const { return fields_.size() / columns_.size(); }

    /// Position of a column; nothing if there is none of that name.
    std::optional<std::size_t> find(std::string_view column) const;
    /// Position of a column. Errors: mgkit::error listing the columns there are.
    std::size_t column(std::string_view name) const;

    const std::string& at(std::size_t row, std::size_t column) const;
    /// Errors: mgkit::error naming line and column where the field is no such number.
    int integer(std::size_t row, std::size_t column) const;
    double real(std::size_t row, std::size_t column) const;
    [[noreturn]] void refuse(std::size_t row, std::size_t column, std::string expected) const;

private:
    template <class N>
    N number(std::size_t row, std::size_t column, const char* expected) const;

    std::string where_;
    std::vector<std::string> columns_;
    std::vector<std::string> fields_;
};

/// Reads CSV: a header line that names the columns, then one row per line.
///
/// Fields may be quoted; lines end in LF or CRLF; a byte-order mark and empty lines are skipped.
/// Errors: mgkit::error naming the line for repeated or empty column names, rows of another length,
/// open quotes, text beyond the limits. Cost: length of the text.
csv_table parse_csv(std::string_view text, const std::string& where, const csv_limits& limits = {});

/// Errors: as parse_csv; mgkit::error for a file that cannot be read.
csv_table read_csv(const std::string& path);

/// A field as CSV text: quoted where it must be.
std::string csv_field(std::string_view field);

/// One line of CSV text, with its line end.
std::string csv_line(std::span<const std::string> fields);

}  // namespace MGKIT_NAMESPACE::io

#if !defined(MGKIT_COMPILED)
#include "mgkit/io/csv-inl.hpp"
#endif
