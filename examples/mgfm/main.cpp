// SPDX-License-Identifier: MIT
// mgfm: pre-trains and judges skeleton encoders for micro-gesture analysis.
#include <malloc.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <exception>
#include <new>
#include <string>

#include "commands.hpp"
#include "mgkit/version.hpp"
#include "outputs.hpp"
#include "terminal.hpp"

namespace {

/// Spinning OpenMP threads starve each other on a shared machine, and the runtime reads its policy
/// when it is loaded: set it and start again.
void wait_passively(char** arguments) {
    if (std::getenv("OMP_WAIT_POLICY") != nullptr) return;
    setenv("OMP_WAIT_POLICY", "passive", 1);
    execv("/proc/self/exe", arguments);
}

/// Product libraries allocate work space on every call; keep it instead of returning it.
void keep_memory() {
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
#endif
}

}  // namespace

int main(int count, char** arguments) {
    wait_passively(arguments);
    keep_memory();
    CLI::App program(
        "mgfm pre-trains skeleton encoders without labels and says honestly what they learned.",
        "mgfm");
    program.footer(
        "Start with one of these, then mgfm COMMAND --help:\n"
        "  mgfm study --synthetic     everything at once, on a small generated set\n"
        "  mgfm inspect FOLDER        what is in your clips\n"
        "  mgfm study --data FOLDER   scores beside plain baselines, on people not seen\n"
        "Exit codes: 0 done, 1 bad data or a file that cannot be read or written, 2 wrong usage.");
    program.get_formatter()->column_width(28);
    program.set_version_flag("--version", mgkit::version);
    program.require_subcommand(1);
    std::string command_line = "mgfm";
    for (int i = 1; i < count; ++i) command_line += std::string(" ") + arguments[i];
    mgfm::add_inspect(program);
    mgfm::add_synth(program);
    mgfm::add_sample(program, command_line);
    mgfm::add_audit(program, command_line);
    mgfm::add_cut(program, command_line);
    mgfm::add_study(program, command_line);
    mgfm::add_reproduce(program, command_line);
    mgfm::add_pretrain(program);
    mgfm::add_train(program, command_line);
    mgfm::add_embed(program);
    mgfm::add_probe(program, command_line);
    mgfm::add_retrieve(program, command_line);
    mgfm::add_identify(program, command_line);
    mgfm::add_audit_views(program, command_line);
    mgfm::add_ablate(program, command_line);
    mgfm::add_report(program);
    mgfm::add_list(program);
    const auto name = [&program] {
        const auto chosen = program.get_subcommands();
        return chosen.empty() ? std::string("mgfm") : "mgfm " + chosen.front()->get_name();
    };
    try {
        program.parse(count, arguments);
        mgfm::finish_output();
    } catch (const CLI::Success& e) {
        return program.exit(e);
    } catch (const CLI::ParseError& e) {
        mgfm::say(name() + ": " + e.what() + " (see " + name() + " --help)");
        return 2;
    } catch (const std::bad_alloc&) {
        mgfm::say(name() + ": not enough memory");
        return 1;
    } catch (const std::exception& e) {
        mgfm::say(name() + ": " + e.what());
        return 1;
    }
    return 0;
}
