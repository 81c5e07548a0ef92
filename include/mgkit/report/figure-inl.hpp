// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/report/figure.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "mgkit/core/error.hpp"
#include "mgkit/io/atomic_file.hpp"

namespace MGKIT_NAMESPACE::report {

MGKIT_COLD_INLINE void composition::show(std::string_view name, svg drawing, std::string csv,
                                         std::string_view caption) {
    std::string stem;
    for (const char c : name.substr(0, 100)) {
        const bool plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
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

MGKIT_COLD_INLINE void write_figures(const std::string& folder, std::span<const figure> figures) {
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
