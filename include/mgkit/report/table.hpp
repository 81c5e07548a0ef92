// SPDX-License-Identifier: MIT
// Aligned plain-text tables for terminals and logs.
// infrastructure
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "mgkit/core/compiler.hpp"

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

    explicit table(std::vector<column> columns, std::size_t widest = 60);

    /// Adds a row with one cell per column.
    table& add(std::vector<std::string> cells);

    /// The table with a rule under its head; every line ends in a newline.
    std::string str() const;

private:
    void line(std::string& out, const std::vector<std::string>& cells,
              const std::vector<std::size_t>& widths) const;

    std::vector<column> columns_;
    std::vector<std::vector<std::string>> rows_;
    std::size_t widest_;
};

}  // namespace MGKIT_NAMESPACE::report

#if !defined(MGKIT_COMPILED)
#include "mgkit/report/table-inl.hpp"
#endif
