#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""minutes.py: what a run cost, in seconds that can be compared between machines.

    minutes.py clock FILE COMPILER EIGEN_INCLUDE     adds three readings of the machine's clock
    minutes.py report FILE [--limit MINUTES] [...]   prints the table; exit code 1 above the limit

Seconds are user and system seconds of everything that the run started. The clock is what the compiler
takes for Eigen/Core alone (-std=c++20 -fsyntax-only), user and system, compiler cache off: the
median of the readings that scripts/test takes before the build, after it and after the tests, with
nothing of ours running beside it. Normalised minutes are

    seconds / 60 / 2 * 0.73 / clock

what two processors would take that read Eigen/Core in .73 s. Standard library only.

FILE holds lines "WHAT NAME SECONDS": `clock - S`; `mark PART S`, seconds of the run up to the end of
PART; `part PART S`, a share of the part that is marked next, counted for itself; `test NAME S`.
"""
import argparse
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

REFERENCE_CLOCK = 0.73  # seconds for Eigen/Core on the machine that minutes are normalised to
PROCESSORS = 2
READINGS = 3


def normalised(seconds, clock):
    """Minutes of two processors of the reference machine."""
    if not clock > 0:
        raise ValueError(f"minutes: a clock above 0 is needed, found {clock}")
    return seconds / 60 / PROCESSORS * REFERENCE_CLOCK / clock


def verdict(minutes, limit):
    """(exit code, the line that says so); without a limit nothing can be above it."""
    if limit is None:
        return 0, f"{minutes:.1f} normalised minutes"
    if minutes > limit:
        return 1, (f"FAILED: {minutes:.1f} normalised minutes, the limit is {limit:g}: "
                   "make something cheaper, or give it the label `full`")
    return 0, f"{minutes:.1f} normalised minutes, the limit is {limit:g}"


def read_clock(compiler, eigen):
    """User and system seconds of one compilation of Eigen/Core."""
    with tempfile.TemporaryDirectory() as scratch:
        source = os.path.join(scratch, "unit.cpp")
        with open(source, "w", encoding="utf-8") as file:
            file.write("#include <Eigen/Core>\n")
        pid = os.spawnvpe(os.P_NOWAIT, compiler,
                          [compiler, "-std=c++20", "-fsyntax-only", "-isystem", eigen, source],
                          {**os.environ, "CCACHE_DISABLE": "1"})
        _, status, usage = os.wait4(pid, 0)
    if status != 0:
        sys.exit(f"minutes: {compiler} does not compile Eigen/Core of {eigen}")
    return usage.ru_utime + usage.ru_stime


class Run:
    """What a file of seconds says."""

    def __init__(self, lines):
        self.readings, self.parts, self.tests = [], {}, {}
        before = taken = 0.0
        for line in lines:
            what, name, seconds = line.split()
            if what == "clock":
                self.readings.append(float(seconds))
            elif what == "test":
                self.tests[name] = self.tests.get(name, 0) + float(seconds)
            elif what == "part":
                self.parts[name] = self.parts.get(name, 0) + float(seconds)
                taken += float(seconds)
            elif what == "mark":
                self.parts[name] = self.parts.get(name, 0) + float(seconds) - before - taken
                before, taken = float(seconds), 0.0
            else:
                raise ValueError(f"minutes: clock, test, part or mark expected, found {line!r}")
        self.seconds = before
        self.clock = statistics.median(self.readings) if self.readings else 0.0


def slowest_units(tree, since, count=10):
    """(seconds, object) of the units that a build since then made, from ninja's log; wall time."""
    log = pathlib.Path(tree, ".ninja_log")
    if not log.is_file():
        return []
    found = {}
    for line in log.read_text(encoding="utf-8").splitlines()[1:]:
        start, end, _, output, _ = line.split("\t")
        path = pathlib.Path(tree, output)
        if output.endswith((".o", ".gch", ".pch")) and path.is_file() \
                and path.stat().st_mtime >= since:
            found[output] = (int(end) - int(start)) / 1000
    rows = sorted(((s, re.sub(r"CMakeFiles/(\S+?)\.dir/", r"\1/", o)) for o, s in found.items()),
                  reverse=True)
    return rows[:count]


def cache_of(path):
    """(hits, compilations) of ccache's own log of a run."""
    hits = misses = 0
    if path and os.path.isfile(path):
        for line in open(path, encoding="utf-8"):
            hits += line.strip() in ("direct_cache_hit", "preprocessed_cache_hit")
            misses += line.strip() == "cache_miss"
    return hits, hits + misses


def report(options):
    run = Run(pathlib.Path(options.file).read_text(encoding="utf-8").splitlines())
    if options.tree:
        print("\nTen slowest units of the build, in seconds of the clock on the wall:")
        for seconds, name in slowest_units(options.tree, options.since):
            print(f"  {seconds:8.2f}  {name}")
    apart = [name for name in options.apart if name in run.tests]
    print("\nTen slowest tests, in user and system seconds:")
    for name, seconds in sorted(run.tests.items(), key=lambda row: -row[1])[:10]:
        print(f"  {seconds:8.2f}  {name}")

    print("\nUser and system seconds of everything this run started:")
    for part, seconds in run.parts.items():
        inside = sum(run.tests[name] for name in apart) if part == "tests" else 0
        print(f"  {seconds - inside:8.1f}  {part}")
        if part == "tests":
            for name in apart:
                print(f"  {run.tests[name]:8.1f}  test {name}")
    print(f"  {run.seconds:8.1f}  together")

    hits, units = cache_of(options.ccache_log)
    if units:
        print(f"ccache: {hits} of {units} compilations were taken from the cache")
    if not run.readings:
        sys.exit("minutes: no reading of the clock")
    code, line = verdict(normalised(run.seconds, run.clock), options.limit)
    if hits:
        line += f" (the figure of a cached run: {hits} units cost next to nothing)"
    print(f"Eigen/Core {run.clock:.2f} s, median of {len(run.readings)} readings")
    print(line)
    return code


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    clock = commands.add_parser("clock")
    clock.add_argument("file")
    clock.add_argument("compiler")
    clock.add_argument("eigen")
    table = commands.add_parser("report")
    table.add_argument("file")
    table.add_argument("--limit", type=float)
    table.add_argument("--tree", help="build folder, for the slowest units")
    table.add_argument("--since", type=float, default=0, help="units made since then, Unix time")
    table.add_argument("--ccache-log")
    table.add_argument("--apart", nargs="*", default=[], help="tests that are parts of their own")
    options = parser.parse_args()
    if options.command == "report":
        sys.exit(report(options))
    with open(options.file, "a", encoding="utf-8") as file:
        for _ in range(READINGS):
            file.write(f"clock - {read_clock(options.compiler, options.eigen):.3f}\n")


if __name__ == "__main__":
    main()
