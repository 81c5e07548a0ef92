// SPDX-License-Identifier: MIT
// Definitions of row_file.hpp.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/core/recipe.hpp"
#include "mgkit/io/file_exists.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/io/recipe_json.hpp"
#include "mgkit/study/row_file.hpp"
#include "mgkit/study/row_json.hpp"
#include "mgkit/study/rows.hpp"

namespace MGKIT_NAMESPACE::study {

namespace detail {

/// As the program that first wrote such files called them.
inline constexpr const char* row_format = "mgfm rows 2";

/// The parts of `from` that `names` has, and the others.
MGKIT_COLD_INLINE recipe same_parts(const recipe& from, const recipe& names) {
    recipe out;
    for (const auto& part : names.parts()) out.set(part.first, std::string(from.words(part.first)));
    return out;
}

MGKIT_COLD_INLINE recipe other_parts(const recipe& from, const recipe& names) {
    recipe out;
    for (const auto& [name, words] : from.parts())
        if (names.words(name).empty()) out.set(name, words);
    return out;
}

MGKIT_COLD_INLINE recipe parts_in(const io::json& from, const char* key, const std::string& path) {
    return io::recipe_from_json(io::get<io::json>(from, key, path), path + ": " + key);
}

MGKIT_COLD_INLINE void write_rows(const std::string& path, const recipe& study,
                                  const row_store& store, bool finished) {
    io::json rows = io::json::array();
    for (const auto& [at, one] : store.entries()) {
        io::json entry = row_to_json(one.result, answers::keep);
        entry["made_of"] = io::to_json(one.made_of);
        rows.push_back(std::move(entry));
    }
    io::write_json(path, {{"format", row_format},
                          {"study", io::to_json(study)},
                          {"finished", finished},
                          {"rows", std::move(rows)}});
}

}  // namespace detail

MGKIT_COLD_INLINE row_store open_rows(const std::string& path, const recipe& study,
                                      const recipe& data, const std::string& elsewhere) {
    if (path.empty()) return {};
    auto keep = [path, study](const row_store& store, bool finished) {
        detail::write_rows(path, study, store, finished);
    };
    if (!io::file_exists(path)) return {{}, std::move(keep), false};

    const io::json file = io::read_json(path);
    if (io::get_or<std::string>(file, "format", "", path) != detail::row_format) {
        io::get<std::string>(file, "run", path);  // what earlier versions wrote
        row_store out({}, std::move(keep), false);
        out.notes.push_back("the rows in " + path +
                            " are of another version: all are computed anew");
        return out;
    }
    const recipe before = detail::parts_in(file, "study", path);
    const bool complete = io::get<bool>(file, "finished", path);
    const auto settings =
        compare(detail::other_parts(study, data), detail::other_parts(before, data));
    if (!settings.names.empty() && !complete)
        throw error(path, "rows of this study (" + settings.wanted + ")",
                    "those of another that was not finished (" + settings.found + ")",
                    "finish it with its own settings, " + elsewhere + ", or remove this one");
    const auto content = compare(data, detail::same_parts(before, data));
    std::vector<row_store::entry> usable;
    for (const auto& entry : io::get<std::vector<io::json>>(file, "rows", path)) {
        row_store::entry one{row_from_json(entry, path), detail::parts_in(entry, "made_of", path)};
        if (detail::same_parts(one.made_of, data) == data) usable.push_back(std::move(one));
    }
    row_store out(std::move(usable), std::move(keep),
                  settings.names.empty() && content.names.empty() && complete);
    if (!content.names.empty())
        out.notes.push_back("the rows in " + path + " are of other data or of another version (" +
                            content.list() + "): all are computed anew");
    else if (!settings.names.empty())
        out.notes.push_back("the rows in " + path + " are of other settings (" + settings.list() +
                            "): those that depend on them are computed anew");
    return out;
}

}  // namespace MGKIT_NAMESPACE::study
