// The commands of mgfm. Each adds itself to the program and runs when it was asked for.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace mgfm {

/// `command_line` goes into the report, so that the study can be repeated.
void add_study(CLI::App& program, const std::string& command_line);

}  // namespace mgfm
