// Aligned plain-text tables for terminals and logs.
// infrastructure
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/report/escape.hpp"

namespace MGKIT_NAMESPACE::report {

enum class align { left, right };

/// Rows of text under named columns. No colours, no tabs, no trailing blanks; cells are cleaned,
/// so that foreign text cannot steer the terminal. Long cells are cut at `widest` characters.
class table {
public:
    struct column {
        std::string name;
        align side = align::left;
    };

    explicit table(std::vector<column> columns, std::size_t widest = 60)
        : columns_(std::move(columns)), widest_(std::max<std::size_t>(widest, 1)) {
        if (columns_.empty()) throw error("report::table", "at least one column", "none");
    }

    /// Adds a row with one cell per column.
    table& add(std::vector<std::string> cells) {
        if (cells.size() != columns_.size())
            throw error("report::table", text(columns_.size(), " cells, one per column"),
                        text(cells.size()));
        rows_.push_back(std::move(cells));
        return *this;
    }

    /// The table with a rule under its head; every line ends in a newline.
    std::string str() const {
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

private:
    void line(std::string& out, const std::vector<std::string>& cells,
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

    std::vector<column> columns_;
    std::vector<std::vector<std::string>> rows_;
    std::size_t widest_;
};

}  // namespace MGKIT_NAMESPACE::report
