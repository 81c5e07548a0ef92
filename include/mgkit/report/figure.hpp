// SPDX-License-Identifier: MIT
// Figures of a page, kept with their numbers so that each can be a file of its own.
// infrastructure
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/report/html_page.hpp"
#include "mgkit/report/svg.hpp"

namespace MGKIT_NAMESPACE::report {

/// A drawing and the numbers behind it. `name` is fit for a file's name.
struct figure {
    std::string name;
    svg drawing;
    std::string csv;
};

/// A page in the making, and its figures in the order of the page.
struct composition {
    html_page page;
    std::vector<figure> figures;
    bool many = false;  ///< several runs: names of runs stand with what is theirs

    /// Puts a figure on the page. Its name is made of `name`: letters, digits, '-' and '_' stay,
    /// and a number follows where the name is taken.
    void show(std::string_view name, svg drawing, std::string csv, std::string_view caption);
};

/// Writes NAME.svg and NAME.csv for every figure; the folder is created where it is missing.
/// Errors: mgkit::error for a folder or file that cannot be written.
void write_figures(const std::string& folder, std::span<const figure> figures);

}  // namespace MGKIT_NAMESPACE::report

#if !defined(MGKIT_COMPILED)
#include "mgkit/report/figure-inl.hpp"
#endif
