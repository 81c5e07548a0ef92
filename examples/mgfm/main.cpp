// mgfm: pre-trains and judges skeleton encoders for micro-gesture analysis.
#include <malloc.h>
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <string>

#include "commands.hpp"
#include "mgkit/version.hpp"
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
        "mgfm pre-trains skeleton encoders without labels and says honestly what they learned.\n"
        "Start with: mgfm study --synthetic");
    program.set_version_flag("--version", mgkit::version);
    program.require_subcommand(1);
    std::string command_line = "mgfm";
    for (int i = 1; i < count; ++i) command_line += std::string(" ") + arguments[i];
    mgfm::add_study(program, command_line);
    try {
        program.parse(count, arguments);
    } catch (const CLI::ParseError& e) {
        return program.exit(e) == 0 ? 0 : 2;
    } catch (const std::exception& e) {
        mgfm::say(std::string("mgfm: ") + e.what());
        return 1;
    }
    return 0;
}
