// SPDX-License-Identifier: MIT
#include "outputs.hpp"

#include <cstdio>
#include <filesystem>
#include <set>
#include <system_error>

#include "options.hpp"

#include "mgkit/core/error.hpp"
#include "mgkit/io/atomic_file.hpp"
#include "mgkit/report/escape.hpp"

namespace mgfm {

using namespace mgkit;

void check_outputs(const std::string& json, const std::vector<std::string>& files,
                   const std::vector<std::string>& inputs) {
    std::set<std::string> seen;
    const auto check = [&](const std::string& path) {
        if (path.empty()) return;
        if (!seen.insert(std::filesystem::path(path).lexically_normal().string()).second)
            wrong_usage("two outputs are called " + path);
        std::error_code ignored;
        for (const std::string& input : inputs)
            if (!input.empty() && std::filesystem::equivalent(path, input, ignored))
                throw error(path, "an output of its own", "a file that is read",
                            "choose another name");
        const io::atomic_file discarded(path);
    };
    if (json != "-") check(json);
    for (const std::string& path : files) {
        if (path == "-") wrong_usage("only --json goes to standard output");
        check(path);
    }
}

void prepare_folder(const std::string& folder) {
    std::error_code code;
    std::filesystem::create_directories(folder, code);
    if (!std::filesystem::is_directory(folder, code))
        throw error(folder, "a folder to work in", code ? code.message() : "something else",
                    "choose another place, or check the permissions");
    const io::atomic_file discarded(folder + "/rows.json");
}

void put_json(const std::string& path, const io::json& value) {
    if (path.empty()) return;
    if (path == "-")
        std::fputs(io::to_text(value, "standard output").c_str(), stdout);
    else
        io::write_json(path, value);
}

void print(const std::string& words, const std::string& json_path) {
    if (json_path != "-") std::fputs(words.c_str(), stdout);
}

std::string lines_of(const data::findings& found) {
    if (found.empty()) return "Nothing was assumed, left out or repaired in reading.\n";
    std::string out;
    for (const auto& sentence : found.sentences())
        out += "Found: " + report::clean(sentence) + "\n";
    return out;
}

void finish_output() {
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
        throw error("standard output", "room for the results", "none", "write to a file instead");
}

}  // namespace mgfm
