// SPDX-License-Identifier: MIT
// Definitions of csv.hpp.
#pragma once

#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/core/from_chars.hpp"
#include "mgkit/io/csv.hpp"
#include "mgkit/io/detail/excerpt.hpp"
#include "mgkit/io/mapped_file.hpp"

namespace MGKIT_NAMESPACE::io {

MGKIT_INLINE csv_table::csv_table(std::string where, std::vector<std::string> columns,
                                  std::vector<std::string> fields)
    : where_(std::move(where)), columns_(std::move(columns)), fields_(std::move(fields)) {}

MGKIT_INLINE std::optional<std::size_t> csv_table::find(std::string_view column) const {
    for (std::size_t c = 0; c < columns_.size(); ++c)
        if (columns_[c] == column) return c;
    return std::nullopt;
}

MGKIT_INLINE std::size_t csv_table::column(std::string_view name) const {
    if (const auto found = find(name)) return *found;
    std::string present;
    for (const auto& c : columns_) present += (present.empty() ? "" : ", ") + c;
    throw error(where_, text("a column named ", name), present, "the first line names columns");
}

MGKIT_INLINE const std::string& csv_table::at(std::size_t row, std::size_t column) const {
    return fields_[row * columns_.size() + column];
}

template <class N>
N csv_table::number(std::size_t row, std::size_t column, const char* expected) const {
    const std::string& field = at(row, column);
    N value{};
    const auto [end, problem] =
        mgkit::detail::from_chars(field.data(), field.data() + field.size(), value);
    if (problem != std::errc{} || end != field.data() + field.size()) refuse(row, column, expected);
    return value;
}

MGKIT_INLINE int csv_table::integer(std::size_t row, std::size_t column) const {
    return number<int>(row, column, "a whole number");
}

MGKIT_INLINE double csv_table::real(std::size_t row, std::size_t column) const {
    const double value = number<double>(row, column, "a number");
    if (!std::isfinite(value)) refuse(row, column, "a finite number");
    return value;
}

MGKIT_INLINE void csv_table::refuse(std::size_t row, std::size_t column,
                                    std::string expected) const {
    throw error(text(where_, " row ", row + 1, ", column ", columns_[column]), std::move(expected),
                detail::excerpt(at(row, column)));
}

namespace detail {

inline constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// Takes one field at a time off the front of CSV text.
class csv_scanner {
public:
    csv_scanner(std::string_view text, const std::string& where) : rest_(text), where_(where) {}

    bool done() const { return rest_.empty(); }
    std::size_t line() const { return line_; }

    /// The next field; `last` says whether it ends its line.
    std::string field(bool& last) {
        std::string out = rest_.starts_with('"') ? quoted() : plain();
        if (rest_.starts_with("\r\n")) rest_.remove_prefix(1);
        last = rest_.empty() || rest_.front() == '\n';
        if (!rest_.empty()) rest_.remove_prefix(1);
        line_ += last ? 1 : 0;
        return out;
    }

private:
    std::string plain() {
        auto size = rest_.find_first_of(",\n\"");
        if (size == std::string_view::npos) size = rest_.size();
        if (size < rest_.size() && rest_[size] == '"')
            throw error(place(), "quotes around the whole field",
                        excerpt(rest_.substr(0, size + 1)), "double a quote inside a quoted field");
        std::string out(rest_.substr(0, size));
        rest_.remove_prefix(size);
        if (out.ends_with('\r')) out.pop_back();
        return out;
    }
    std::string quoted() {
        std::string out;
        std::size_t at = 1;
        for (; at < rest_.size(); ++at) {
            if (rest_[at] == '"') {
                if (at + 1 >= rest_.size() || rest_[at + 1] != '"') break;
                ++at;
            }
            out += rest_[at];
        }
        if (at >= rest_.size())
            throw error(place(), "a closing quote", "the end of the file", "the file is cut short");
        rest_.remove_prefix(at + 1);
        if (!rest_.empty() && rest_.front() != ',' && rest_.front() != '\n' &&
            !rest_.starts_with("\r\n"))
            throw error(place(), "a comma or line end after a quoted field",
                        excerpt(rest_.substr(0, 1)));
        return out;
    }
    std::string place() const { return text(where_, " line ", line_); }

    std::string_view rest_;
    const std::string& where_;
    std::size_t line_ = 1;
};

}  // namespace detail

MGKIT_INLINE csv_table parse_csv(std::string_view text, const std::string& where,
                                 const csv_limits& limits) {
    if (text.size() > limits.bytes)
        throw error(where, mgkit::text("at most ", limits.bytes, " bytes"),
                    mgkit::text(text.size()));
    if (text.starts_with(detail::byte_order_mark)) text.remove_prefix(3);
    detail::csv_scanner scanner(text, where);
    std::vector<std::string> columns, fields, row;
    while (!scanner.done()) {
        const std::size_t line = scanner.line();
        row.clear();
        for (bool last = false; !last;) {
            row.push_back(scanner.field(last));
            if (row.size() > limits.columns)
                throw error(mgkit::text(where, " line ", line),
                            mgkit::text("at most ", limits.columns, " columns"), "more");
        }
        if (row.size() == 1 && row.front().empty()) continue;
        if (columns.empty()) {
            for (std::size_t c = 0; c < row.size(); ++c) {
                if (row[c].empty())
                    throw error(where, "a name for each column",
                                mgkit::text("none for column ", c + 1));
                for (std::size_t k = 0; k < c; ++k)
                    if (row[k] == row[c])
                        throw error(where, "column names that differ",
                                    detail::excerpt(row[c]) + " twice");
            }
            columns = row;
            continue;
        }
        if (row.size() != columns.size())
            throw error(mgkit::text(where, " line ", line),
                        mgkit::text(columns.size(), " fields, one per column"),
                        mgkit::text(row.size()));
        if (fields.size() + row.size() > limits.fields)
            throw error(where, mgkit::text("at most ", limits.fields, " fields"), "more");
        for (auto& field : row) fields.push_back(std::move(field));
    }
    if (columns.empty()) throw error(where, "a header line that names the columns", "no line");
    return {where, std::move(columns), std::move(fields)};
}

MGKIT_INLINE csv_table read_csv(const std::string& path) {
    const mapped_file file(path);
    return parse_csv(file.text(), path);
}

MGKIT_INLINE std::string csv_field(std::string_view field) {
    if (field.find_first_of(",\"\r\n") == std::string_view::npos &&
        !field.starts_with(detail::byte_order_mark))
        return std::string(field);
    std::string out = "\"";
    for (const char c : field) out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + '"';
}

MGKIT_INLINE std::string csv_line(std::span<const std::string> fields) {
    std::string out;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (i > 0) out += ',';
        out += csv_field(fields[i]);
    }
    return out + '\n';
}

}  // namespace MGKIT_NAMESPACE::io
