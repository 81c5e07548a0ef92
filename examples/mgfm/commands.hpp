// SPDX-License-Identifier: MIT
// The commands of mgfm. Each adds itself to the program and runs when it was asked for.
#pragma once

#include <string>

namespace CLI {
class App;
}  // namespace CLI

namespace mgfm {

void add_inspect(CLI::App& program);
void add_list(CLI::App& program);
/// `command_line` goes into reports, so that the figures can be repeated.
void add_study(CLI::App& program, const std::string& command_line);
void add_reproduce(CLI::App& program, const std::string& command_line);
void add_pretrain(CLI::App& program);
void add_train(CLI::App& program, const std::string& command_line);
void add_embed(CLI::App& program);
void add_probe(CLI::App& program, const std::string& command_line);
void add_retrieve(CLI::App& program, const std::string& command_line);
void add_identify(CLI::App& program, const std::string& command_line);
void add_audit_views(CLI::App& program, const std::string& command_line);
void add_ablate(CLI::App& program, const std::string& command_line);
void add_report(CLI::App& program);
void add_synth(CLI::App& program);
void add_sample(CLI::App& program, const std::string& command_line);
void add_audit(CLI::App& program, const std::string& command_line);
void add_cut(CLI::App& program, const std::string& command_line);

}  // namespace mgfm
