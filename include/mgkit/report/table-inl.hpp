// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/report/table.hpp"

#include <algorithm>
#include <utility>

#include "mgkit/core/error.hpp"
#include "mgkit/report/escape.hpp"

namespace MGKIT_NAMESPACE::report {

MGKIT_COLD_INLINE table::table(std::vector<column> columns, std::size_t widest)
    : columns_(std::move(columns)), widest_(std::max<std::size_t>(widest, 1)) {
    if (columns_.empty()) throw error("report::table", "at least one column", "none");
}

MGKIT_COLD_INLINE table& table::add(std::vector<std::string> cells) {
    if (cells.size() != columns_.size())
        throw error("report::table", text(columns_.size(), " cells, one per column"),
                    text(cells.size()));
    rows_.push_back(std::move(cells));
    return *this;
}

MGKIT_COLD_INLINE std::string table::str() const {
    std::vector<std::size_t> widths;
    for (const column& c : columns_) widths.push_back(width(shorten(c.name, widest_)));
    for (const auto& row : rows_)
        for (std::size_t k = 0; k < row.size(); ++k)
            widths[k] = std::max(widths[k], width(shorten(row[k], widest_)));
    std::vector<std::string> head, rule;
    for (std::size_t k = 0; k < columns_.size(); ++k) {
        head.push_back(columns_[k].name);
        rule.push_back(std::string(widths[k], '-'));
    }
    std::string out;
    line(out, head, widths);
    line(out, rule, widths);
    for (const auto& row : rows_) line(out, row, widths);
    return out;
}

MGKIT_COLD_INLINE void table::line(std::string& out, const std::vector<std::string>& cells,
                                   const std::vector<std::size_t>& widths) const {
    std::string built;
    for (std::size_t k = 0; k < cells.size(); ++k) {
        const std::string cell = shorten(cells[k], widest_);
        const std::string gap(widths[k] - width(cell), ' ');
        if (k > 0) built += "  ";
        built += columns_[k].side == align::right ? gap + cell : cell + gap;
    }
    built.erase(built.find_last_not_of(' ') + 1);
    out += built + '\n';
}

}  // namespace MGKIT_NAMESPACE::report
