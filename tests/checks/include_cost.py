# SPDX-License-Identifier: MIT
"""Every public header compiles alone, and what including it costs a user: compiler seconds and peak
memory, against budgets; and what whole programs cost, on single headers, on the umbrella and against
the compiled form.

    include_cost.py --compiler g++ --eigen /usr/include/eigen3 [--headers fwd.hpp encode/dste.hpp]
    include_cost.py --compiler g++ --second clang++-16 --programs --repeats 3

Budgets of headers are those of a reference machine, where Eigen/Core alone takes REFERENCE_EIGEN
seconds; on a slower machine they grow with what Eigen/Core takes there. Those of programs are
normalised seconds: of the compiler, user and system, divided by those for Eigen/Core in the same
minute, times .73. Fails past 1.5 times a header's budget, 1.2 times a program's or where PROGRAMS says.
A shared machine changes its speed within a minute: what is too high is read again, up to READINGS times,
each time with its clock beside it, and the median counts. A reading of a header is then the least of
three, as that of its clock is. Only dear headers are listed without --all.

A list.hpp is as expensive as its components together and has no budget; a header that draws one in
(a reader converts between all skeletons, a corpus opens every format) has it added to its own.
"""

import argparse
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile

import tree

REFERENCE_EIGEN = 0.64
SLACK = 1.5
FWD = 0.1             # seconds, whole
COMPONENT = 0.3       # seconds above its heaviest third-party headers

NORMAL_EIGEN = 0.73
PROGRAM_SLACK = 1.2
READINGS = 5          # where the first is too high
# Name, source, flags, budgets in normalised seconds and MiB. Where a budget is not met yet, the last
# column is where the check fails until it is (docs/STATUS.md): a tenth above what was measured.
PROGRAMS = [
    ("pipeline", "pipeline.cpp", [], 15, 900, 23.5),
    ("pipeline, compiled form", "pipeline.cpp", ["-DMGKIT_COMPILED"], 10, 650, None),
    ("pipeline on mgkit.hpp", "pipeline.cpp", ["-DMGKIT_TEST_UMBRELLA"], 15, 1024, 26.5),
    ("inference", "inference.cpp", [], 8, None, 14.5),
    ("inference, compiled form", "inference.cpp", ["-DMGKIT_COMPILED"], 8, None, None),
    ("product, compiled form", "../../examples/recognise.cpp", ["-DMGKIT_COMPILED"], 8, None, None),
]


def compile_once(arguments):
    """Compiler seconds (user and system) and peak MiB of one compilation."""
    pid = os.spawnvp(os.P_NOWAIT, arguments[0], arguments)
    _, status, usage = os.wait4(pid, 0)
    if status != 0:
        sys.exit("include_cost: failed: " + " ".join(arguments))
    children = usage.ru_utime + usage.ru_stime
    return children, usage.ru_maxrss / 1024


class Bench:
    def __init__(self, compiler, eigen, scratch):
        self.base = [compiler, "-std=c++20", f"-I{tree.ROOT / 'include'}", "-isystem", eigen]
        self.scratch = scratch
        self.known = {}

    def source(self, includes):
        path = os.path.join(self.scratch, "unit.cpp")
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(f"#include <{name}>\n" for name in includes)
        return path

    def cost(self, includes, repeats=1):
        """Smallest cost of a unit that only includes these; the machine may be shared."""
        return min(self.cost_and_includes(includes)[0] for _ in range(repeats))

    def cost_and_includes(self, includes):
        """Cost of such a unit, and the files that it includes."""
        listed = os.path.join(self.scratch, "unit.d")
        cost = compile_once(self.base + ["-fsyntax-only", "-MD", "-MF", listed,
                                         self.source(includes)])
        with open(listed, encoding="utf-8") as file:
            return cost, file.read()

    def eigen_seconds(self):
        """What Eigen/Core takes now: the clock of this machine."""
        return self.third_party(["Eigen/Core"])

    def third_party(self, includes):
        """Cost of these files alone, known until the clock is read anew."""
        key = tuple(includes)
        if key not in self.known:
            self.known[key] = self.cost(includes, 3)[0]
        return self.known[key]

    def budget(self, header, listed):
        """Seconds for a header that includes the files listed: its heaviest third-party headers and lists,
        and a component's own."""
        scale = max(1.0, self.eigen_seconds() / REFERENCE_EIGEN)
        if header in ("fwd.hpp", "version.hpp"):
            return FWD * scale
        found = ["Eigen/Core"]
        if re.search(r"nlohmann/json\.hpp", listed):
            found.append("nlohmann/json.hpp")
        lists = re.findall(r"include/(mgkit/\S*list\.hpp)", listed)
        found += sorted({name for name in lists if name != "mgkit/core/type_list.hpp"})
        return self.third_party(found) + COMPONENT * scale


def judge_headers(compiler, eigen, chosen, every, problems):
    """What each public header costs alone, in shares of its budget."""
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(compiler, eigen, scratch)
        print(f"Eigen/Core {bench.eigen_seconds():.2f} s here, {REFERENCE_EIGEN} s on the reference machine; "
              f"budgets grow with it")
        print(f"{'header':44} {'seconds':>8} {'budget':>8} {'MiB':>6}")
        judged = dear = 0
        for header in chosen or tree.headers():
            # The umbrella and inference are a program's cost; check_self_contained compiles private headers alone.
            if header in ("mgkit.hpp", "inference.hpp") or tree.optional_backend(header) or tree.is_private(header):
                continue
            (seconds, mib), listed = bench.cost_and_includes([f"mgkit/{header}"])
            # A list is as expensive as its components together, and so is a page of all reports.
            if not chosen and (header.endswith("list.hpp") or header == "report/html.hpp"):
                continue
            readings = [(seconds, bench.budget(header, listed))]
            if seconds > SLACK * readings[0][1]:
                readings.clear()
                while len(readings) < READINGS:
                    bench.known.clear()
                    budget = bench.budget(header, listed)
                    readings.append((bench.cost([f"mgkit/{header}"], 3)[0], budget))
            seconds, budget = sorted(readings, key=lambda r: r[0] / r[1])[len(readings) // 2]
            judged += 1
            if every or chosen or seconds > budget:
                dear += 1
                print(f"{header:44} {seconds:8.2f} {budget:8.2f} {mib:6.0f}", flush=True)
            if seconds > SLACK * budget:
                problems.append(f"{header}: {seconds:.2f} s, budget {budget:.2f} s, fails past {SLACK} times")
        print(f"{judged} headers, {judged - dear} of them within their budgets and not listed")


def judge_programs(compiler, eigen, repeats, problems):
    """What whole programs cost with a compiler. Takes more readings where the first is too high."""
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(compiler, eigen, scratch)
        print(f"{compiler:32} {'seconds':>8} {'budget':>7} {'MiB':>6} {'budget':>7}")
        for name, source, flags, budget, memory, held in PROGRAMS:
            limit = held or PROGRAM_SLACK * budget
            unit = str(tree.ROOT / "tests" / "checks" / source)
            arguments = bench.base + ["-O2", *flags, "-c", unit, "-o", os.devnull]
            readings = []

            def take():
                clock = bench.cost(["Eigen/Core"], 2)[0]
                seconds, mib = compile_once(arguments)
                clock = (clock + bench.cost(["Eigen/Core"], 2)[0]) / 2
                readings.append((seconds / clock * NORMAL_EIGEN, mib))

            while len(readings) < repeats or len(readings) < READINGS and (
                    statistics.median(r[0] for r in readings) > limit):
                take()
            seconds = statistics.median(r[0] for r in readings)
            mib = statistics.median(r[1] for r in readings)
            print(f"  {name:30} {seconds:8.1f} {budget:7} {mib:6.0f} {memory or '':>7}", flush=True)
            if seconds > limit:
                problems.append(f"{name}, {compiler}: {seconds:.1f} normalised s, budget {budget}, "
                                f"limit {limit:g}")
            if memory and mib > PROGRAM_SLACK * memory:
                problems.append(f"{name}, {compiler}: {mib:.0f} MiB, budget {memory}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--compiler", default="g++")
    parser.add_argument("--eigen", default="/usr/include/eigen3")
    parser.add_argument("--second", default="", help="another compiler, for programs")
    parser.add_argument("--programs", action="store_true", help="programs only")
    parser.add_argument("--repeats", type=int, default=1, help="readings of a program")
    parser.add_argument("--all", action="store_true", help="list every header")
    parser.add_argument("--headers", nargs="*", help="paths below include/mgkit; default: all")
    options = parser.parse_args()

    problems = []
    if not options.headers:
        for compiler in filter(None, (options.compiler, options.second)):
            judge_programs(compiler, options.eigen, options.repeats, problems)
    if not options.programs:
        judge_headers(options.compiler, options.eigen, options.headers, options.all, problems)
    own = resource.getrusage(resource.RUSAGE_CHILDREN)
    tree.finish("include cost", problems, f"{own.ru_utime + own.ru_stime:.0f} compiler seconds")


main()
