#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""component_cost.py [--tree TREE] [--kind KIND] [UNIT...]: what a further encoder, method and reader
each cost continuous integration.

For one addition of tests/extension of each kind, compiles every unit of TREE (default build/release,
built, by ninja, with -DCMAKE_EXPORT_COMPILE_COMMANDS=ON) that reads the list which names it, with the
addition and without it, and prints what both take, by unit and together: user and system seconds
divided by those of Eigen/Core beside them, times .73. With UNIT only units whose name contains one of
these. By hand, with nothing beside it: some minutes. Other additions stay in. A unit of an addition's
own tests does not compile without it; that unit is said and left out.
"""
import argparse
import json
import os
import pathlib
import re
import resource
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
KINDS = {"encoder": "encode", "method": "pretext", "reader": "data"}
NORMAL_EIGEN = 0.73


def entry_of(header):
    """(list, type) of the line `// entry: LIST NAME TYPE`."""
    found = re.search(r"^// entry: (\S+) \S+ (.+)$", header.read_text(encoding="utf-8"), re.M)
    return found.group(1), found.group(2)


def seconds(command, folder):
    """User and system seconds of a compilation, None where it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=folder, env={**os.environ, "CCACHE_DISABLE": "1"},
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        return None
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def normalised(command, folder):
    """`seconds` by the clock of a compilation of Eigen/Core before and after."""
    compiler = next(word for word in command if "ccache" not in word)
    eigen = command[command.index("-isystem") + 1]
    clock = [compiler, "-std=c++20", "-isystem", eigen, "-fsyntax-only", "-x", "c++",
             f"{eigen}/Eigen/Core"]
    first = seconds(clock, folder)
    taken = seconds(command, folder)
    return taken and taken / ((first + seconds(clock, folder)) / 2) * NORMAL_EIGEN


def units_of(tree, wanted):
    """(name, command, folder, what it read when it was built) of units that read extended lists."""
    known = subprocess.run(["ninja", "-t", "deps"], cwd=tree, capture_output=True, text=True,
                           check=True).stdout
    read = {block.split(":", 1)[0]: block for block in known.split("\n\n") if block}
    for unit in json.loads((tree / "compile_commands.json").read_text(encoding="utf-8")):
        words = shlex.split(unit["command"])
        out = words.index("-o") + 1
        if f"-I{tree}/tests/extended" not in words:
            continue
        name = re.sub(r"CMakeFiles/(\S+?)\.dir/", r"\1/", words[out])
        if wanted and not any(part in name for part in wanted):
            continue
        if words[out] not in read:
            print(f"not built, and left out: {name}")
            continue
        deps = read[words[out]]
        words[out] = os.devnull
        yield name, words, unit["directory"], deps


def main():
    parser = argparse.ArgumentParser(description=__doc__.split(":", 1)[0])
    parser.add_argument("--tree", default=ROOT / "build/release", type=pathlib.Path)
    parser.add_argument("--kind", choices=KINDS, action="append")
    parser.add_argument("units", nargs="*")
    chosen = parser.parse_args()
    tree = chosen.tree.resolve()
    units = list(units_of(tree, chosen.units))
    for kind in chosen.kind or KINDS:
        header = sorted((ROOT / "tests/extension" / KINDS[kind]).rglob("*.hpp"))[0]
        listed, named = entry_of(header)
        text = (tree / "tests/extended/mgkit" / listed).read_text(encoding="utf-8")
        without = text.replace(f", {named}", "").replace(f'#include "{header}"\n', "")
        if len(text) - len(without) < len(named) + len(str(header)):
            sys.exit(f"component_cost: {listed} of {tree} does not name {header.stem}")
        print(f"{kind} {header.stem}: with, without, difference")
        together = 0.0
        with tempfile.TemporaryDirectory() as scratch:
            target = pathlib.Path(scratch, "mgkit", listed)
            target.parent.mkdir(parents=True)
            target.write_text(without, encoding="utf-8")
            for name, words, place, read in units:
                if f"extended/mgkit/{listed}" not in read:
                    continue
                first = words.index(f"-I{tree}/tests/extended")
                one = normalised(words, place)
                other = normalised(words[:first] + [f"-I{scratch}"] + words[first:], place)
                if one is None or other is None:
                    print(f"  does not compile {'with' if one is None else 'without'} it: {name}")
                    continue
                together += one - other
                print(f"  {one:7.2f} {other:7.2f} {one - other:7.2f}  {name}", flush=True)
        print(f"  {together:23.2f}  together")


if __name__ == "__main__":
    main()
