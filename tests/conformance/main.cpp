// SPDX-License-Identifier: MIT
// mgkit_conformance: puts every operation of every backend of this build through the laws of
// testing/conformance.hpp, a short training through those of testing/training.hpp and every probe
// through those of testing/probes.hpp.
//
//   mgkit_conformance [--backend NAME|all|others] [--rows] [--overrides] [--operations] [--time]
//
// NAME is by default the default backend. `all` is every backend of the build and, with `others`,
// the tutorial's tensor, the reference itself and tensors without data. --rows prints every law of
// every operation; --overrides prints what each backend computes by kernels of its own, as the
// table of docs/backends.md has it, and checks nothing; --operations prints the table of operations
// as docs/operations.md has it. Exit code 0: every law is kept; 1: one is
// broken; 2: wrong usage; 77: the machine lacks the device of what was asked for. --time prints the
// milliseconds of a training step (three views of 32 clips of 64 frames, 25 joints and 2 persons, d
// 64) instead, on $MGKIT_THREADS threads, by default 1.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include "conformance/suite.hpp"

namespace {

using namespace mgkit;
using conformance_program::backend;
using conformance_program::suite;

struct options {
    std::vector<backend> chosen;
    bool rows = false, overrides = false, operations = false, time = false;
};

int usage(const std::string& problem) {
    std::fprintf(stderr, "mgkit_conformance: %s\n", problem.c_str());
    std::fputs(
        "usage: mgkit_conformance [--backend NAME|all|others] [--rows] [--overrides] "
        "[--operations] [--time]\n",
        stderr);
    return 2;
}

/// 0, or the exit code for wrong arguments.
int parse(int count, char** arguments, options& out) {
    const std::vector<backend> built = conformance_program::backends();
    const std::vector<backend> others = conformance_program::others();
    std::string wanted(built.front().name), names;
    for (int i = 1; i < count; ++i) {
        const std::string argument = arguments[i];
        if (argument == "--rows")
            out.rows = true;
        else if (argument == "--overrides")
            out.overrides = true;
        else if (argument == "--operations")
            out.operations = true;
        else if (argument == "--time")
            out.time = true;
        else if (argument == "--backend" && i + 1 < count)
            wanted = arguments[++i];
        else
            return usage("no option '" + argument + "', or it needs a name");
    }
    for (const auto* group : {&built, &others})
        for (const backend& one : *group) {
            if (wanted == "all" || wanted == one.name || (wanted == "others" && group == &others))
                out.chosen.push_back(one);
            names += (names.empty() ? "" : ", ") + std::string(one.name);
        }
    if (!out.chosen.empty()) return 0;
    return usage("no backend '" + wanted + "'; this build has " + names);
}

/// `forward / backward` of every operation that is not plainly a primitive or a composition.
void print_overrides(const backend& one) {
    for (const suite& s : one.families) {
        if (s.overrides == nullptr) continue;
        std::string forward, backward;
        for (const testing::override_row& row : s.overrides()) {
            const bool own_forward = row.forward == testing::implementation::own;
            if (own_forward && !row.primitive)
                forward += (forward.empty() ? "`" : ", `") + row.operation + "`";
            if (row.backward == testing::implementation::own)
                backward += (backward.empty() ? "`" : ", `") + row.operation + "`";
        }
        std::printf("| %s | %s | %s | %s |\n", std::string(one.name).c_str(), s.precision.c_str(),
                    forward.empty() ? "nothing" : forward.c_str(),
                    backward.empty() ? "nothing" : backward.c_str());
    }
}

std::string counted_in(cost_kind kind) {
    switch (kind) {
        case cost_kind::elementwise:
            return "results";
        case cost_kind::reduction:
            return "values read";
        case cost_kind::movement:
            return "values moved";
        default:
            return "multiply-adds";
    }
}

/// A row for every operation with a type.
void print_operations() {
    operations::for_each([]<class Op>(type_tag<Op>) {
        constexpr operation_facts facts = facts_of_operation<Op>;
        std::printf("| `%s` | %d | %s | %s | %s |\n", std::string(facts.name).c_str(),
                    facts.operands, facts.primitive ? "primitive" : "composed",
                    counted_in(facts.kind).c_str(), std::string(facts.exported).c_str());
    });
}

void print_times(const backend& one) {
    const char* asked = std::getenv("MGKIT_THREADS");
    const int threads = asked != nullptr ? std::max(1, std::atoi(asked)) : 1;
    for (const suite& s : one.families)
        if (s.step_seconds != nullptr)
            std::printf("%-10s %-7s %9.1f ms a step, %d threads\n", std::string(one.name).c_str(),
                        s.precision.c_str(), 1e3 * s.step_seconds(threads), threads);
}

/// One line of the table: a column per family, the largest error against the reference.
struct line {
    std::string backend, precision;
    std::vector<testing::conformance_row> rows;
};

bool is_error(const testing::conformance_row& row) {
    return row.bound > 0 && row.law != "differences";
}

void print_table(const std::vector<line>& lines) {
    std::vector<std::string> families;
    for (const line& l : lines)
        for (const auto& row : l.rows)
            if (std::find(families.begin(), families.end(), row.family) == families.end())
                families.push_back(row.family);
    std::printf("%-10s %-7s", "backend", "type");
    for (const std::string& family : families) std::printf(" %12s", family.c_str());
    std::printf(" %12s %6s\n", "differences", "laws");
    for (const line& l : lines) {
        std::printf("%-10s %-7s", l.backend.c_str(), l.precision.c_str());
        double differences = 0;
        for (const std::string& family : families) {
            double worst = 0;
            bool tried = false, ok = true, measured = false;
            for (const auto& row : l.rows) {
                if (row.family != family) continue;
                tried = true;
                ok = ok && row.ok;
                measured = measured || is_error(row);
                if (is_error(row)) worst = std::max(worst, row.worst);
                if (row.law == "differences") differences = std::max(differences, row.worst);
            }
            if (!tried)
                std::printf(" %12s", "-");
            else if (!ok)
                std::printf(" %12s", "FAILED");
            else if (!measured)
                std::printf(" %12s", "ok");
            else
                std::printf(" %12.1e", worst);
        }
        if (differences > 0)
            std::printf(" %12.1e", differences);
        else
            std::printf(" %12s", "-");
        std::printf(" %6zu\n", l.rows.size());
    }
}

int run(const options& chosen) {
    if (chosen.operations) {
        print_operations();
        return 0;
    }
    if (chosen.overrides) {
        for (const backend& one : chosen.chosen) print_overrides(one);
        return 0;
    }
    if (chosen.time) {
        for (const backend& one : chosen.chosen) print_times(one);
        return 0;
    }
    std::vector<line> lines;
    std::vector<std::string> skipped;
    for (const backend& one : chosen.chosen)
        for (const suite& s : one.families) {
            const std::string name(one.name);
            testing::conformance_report report;
            try {
                report = s.run();
            } catch (const no_device& missing) {
                skipped.push_back(name + ": skipped: " + missing.what());
                break;
            }
            auto at = std::find_if(lines.begin(), lines.end(), [&](const line& l) {
                return l.backend == name && l.precision == s.precision;
            });
            if (at == lines.end()) at = lines.insert(at, {name, s.precision, {}});
            at->rows.insert(at->rows.end(), report.rows.begin(), report.rows.end());
        }
    std::printf("largest error against the double reference, relative to the largest value\n");
    print_table(lines);
    for (const std::string& one : skipped) std::printf("%s\n", one.c_str());
    if (lines.empty() && !skipped.empty()) return 77;
    bool ok = !lines.empty();
    for (const line& l : lines) {
        if (chosen.rows)
            for (const auto& row : l.rows)
                std::printf("%s %s: %-12s %-16s %-20s %9.2e of %9.2e, %4zu trials\n",
                            l.backend.c_str(), l.precision.c_str(), row.family.c_str(),
                            row.operation.c_str(), row.law.c_str(), row.worst, row.bound,
                            row.trials);
        ok = ok && !l.rows.empty();
        for (const auto& row : l.rows)
            if (!row.ok) {
                ok = false;
                std::printf("FAILED %s %s: %s, %s: %s\n", l.backend.c_str(), l.precision.c_str(),
                            row.operation.c_str(), row.law.c_str(), row.message.c_str());
            }
    }
    return ok ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
    options chosen;
    if (const int code = parse(count, arguments, chosen); code != 0) return code;
    try {
        return run(chosen);
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "mgkit_conformance: %s\n", failure.what());
        return 1;
    }
}
