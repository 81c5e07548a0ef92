// Figures of a page, kept with their numbers so that each can be a file of its own.
// infrastructure
#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/io/atomic_file.hpp"
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
    void show(std::string_view name, svg drawing, std::string csv, std::string_view caption) {
        std::string stem;
        for (const char c : name.substr(0, 100)) {
            const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                               (c >= '0' && c <= '9') || c == '_';
            if (plain)
                stem += c;
            else if (!stem.empty() && stem.back() != '-')
                stem += '-';
        }
        if (stem.empty()) stem = "figure";
        std::string unique = stem;
        const auto taken = [&](const figure& f) { return f.name == unique; };
        for (int k = 2; std::any_of(figures.begin(), figures.end(), taken); ++k)
            unique = stem + "-" + std::to_string(k);
        page.figure(drawing, caption);
        figures.push_back({std::move(unique), std::move(drawing), std::move(csv)});
    }
};

/// Writes NAME.svg and NAME.csv for every figure; the folder is created where it is missing.
/// Errors: mgkit::error for a folder or file that cannot be written.
inline void write_figures(const std::string& folder, std::span<const figure> figures) {
    std::error_code code;
    std::filesystem::create_directories(folder, code);
    if (!std::filesystem::is_directory(folder, code))
        throw error(folder, "a folder for figures", code ? code.message() : "something else",
                    "choose another place, or check the permissions");
    for (const figure& f : figures) {
        io::write_file(folder + "/" + f.name + ".svg", f.drawing.document());
        io::write_file(folder + "/" + f.name + ".csv", f.csv);
    }
}

}  // namespace MGKIT_NAMESPACE::report
