# SPDX-License-Identifier: MIT
"""The arithmetic of scripts/minutes.py: what a run costs in normalised minutes, and when it fails."""

import pathlib
import subprocess
import sys
import tempfile

import tree

SCRIPT = tree.ROOT / "scripts" / "minutes.py"
sys.path.insert(0, str(SCRIPT.parent))
sys.dont_write_bytecode = True
import minutes

# A run of 2,880 seconds: 24 minutes of two processors where Eigen/Core takes .73 s.
RUN = """\
mark packages 10
clock - 0.70
clock - 0.73
clock - 9.00
mark clock 20
part configure 5
mark build 1820
test sanitizers 400
test quick_one 1.5
mark tests 2870
mark clock 2880
"""
CACHE = "# one.cpp\ndirect_cache_hit\n# two.cpp\ncache_miss\nlocal_storage_miss\n"


def reported(lines, *options):
    with tempfile.TemporaryDirectory() as scratch:
        file = pathlib.Path(scratch, "seconds.txt")
        file.write_text(lines, encoding="utf-8")
        log = pathlib.Path(scratch, "ccache.log")
        log.write_text(CACHE, encoding="utf-8")
        done = subprocess.run([sys.executable, str(SCRIPT), "report", str(file), "--ccache-log",
                               str(log), *options], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


problems = []


def same(what, found, wanted):
    if found != wanted:
        problems.append(f"{what}: {found}, expected {wanted}")


same("two processors of the reference machine", round(minutes.normalised(2400, 0.73), 9), 20.0)
same("a machine half as fast", round(minutes.normalised(2400, 1.46), 9), 10.0)
same("a machine twice as fast", round(minutes.normalised(2400, 0.365), 9), 40.0)
same("at the limit", minutes.verdict(25.0, 25)[0], 0)
same("above the limit", minutes.verdict(25.01, 25)[0], 1)
same("without a limit", minutes.verdict(1000.0, None)[0], 0)
for clock in (0.0, -1.0, float("nan")):
    try:
        minutes.normalised(1, clock)
        problems.append(f"a clock of {clock} was taken")
    except ValueError:
        pass

code, text = reported(RUN, "--limit", "25", "--apart", "sanitizers")
same("code below the limit", code, 0)
for line in ("24.0 normalised minutes, the limit is 25", "Eigen/Core 0.73 s, median of 3 readings",
             "      10.0  packages", "      20.0  clock", "       5.0  configure", "    1795.0  build",
             "     650.0  tests", "     400.0  test sanitizers", "    2880.0  together",
             "1 of 2 compilations were taken from the cache", "the figure of a cached run"):
    if line not in text:
        problems.append(f"the report does not say '{line}'")
code, text = reported(RUN, "--limit", "23.9")
same("code above the limit", code, 1)
if "\nFAILED: 24.0 normalised minutes, the limit is 23.9" not in text:
    problems.append("a failed report does not say so")
code, text = reported(RUN.replace("0.73", "1.46").replace("0.70", "1.46"), "--limit", "23.9")
same("code of the same seconds by a slower clock", code, 0)
same("code without a clock", reported("mark build 10\n")[0], 1)

tree.finish("minutes", problems, "normalised(seconds, clock), limits, parts")
