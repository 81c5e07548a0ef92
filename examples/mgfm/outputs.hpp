// SPDX-License-Identifier: MIT
// Where results go: files that appear complete or not at all, or standard output.
#pragma once

#include <string>
#include <vector>

#include "mgkit/data/findings.hpp"
#include "mgkit/io/json.hpp"

namespace mgfm {

/// Before long work: refuses files that could not be written, or that would replace what is read.
/// Empty names pass, as does "-" for `json`.
/// Errors: mgkit::error for the first of them, wrong_usage for one given twice.
void check_outputs(const std::string& json, const std::vector<std::string>& files,
                   const std::vector<std::string>& inputs = {});

/// Makes sure that `folder` exists and takes files.
void prepare_folder(const std::string& folder);

/// JSON to a file, or to standard output for "-"; nothing for an empty path.
void put_json(const std::string& path, const mgkit::io::json& value);

/// Words for people on standard output, unless JSON goes there.
void print(const std::string& words, const std::string& json_path);

/// What was assumed, left out or repaired, a line each; one line that says so where nothing was.
std::string lines_of(const mgkit::data::findings& found);

/// Errors: mgkit::error if standard output did not take everything.
void finish_output();

}  // namespace mgfm
