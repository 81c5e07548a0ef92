#!/usr/bin/env python3
"""component_cost.py [TREE]: what a further encoder, method and reader each cost continuous integration.

For one addition of tests/extension of each kind, compiles every unit of TREE (default build/release,
configured with -DCMAKE_EXPORT_COMPILE_COMMANDS=ON) that reads the list which names it, with the
addition and without it, and prints user and system seconds of both, by unit and together. By hand,
with nothing beside it: some minutes. Other additions stay in. A unit of an addition's own tests does
not compile without it; that unit is said and left out.
"""
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


def units_of(tree, listed):
    """(name, command, folder) of units that read the extended list."""
    for unit in json.loads((tree / "compile_commands.json").read_text(encoding="utf-8")):
        words = shlex.split(unit["command"])
        if f"-I{tree}/tests/extended" not in words:
            continue
        out = words.index("-o") + 1
        name = re.sub(r"CMakeFiles/(\S+?)\.dir/", r"\1/", words[out])
        words[out] = os.devnull
        read = subprocess.run([w for w in words if w != "-c"] + ["-M", "-MF", "/dev/stdout"],
                              cwd=unit["directory"], capture_output=True, text=True, check=False)
        if f"extended/mgkit/{listed}" in read.stdout:
            yield name, words, unit["directory"]


def main():
    tree = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build/release").resolve()
    for kind, folder in KINDS.items():
        header = sorted((ROOT / "tests/extension" / folder).rglob("*.hpp"))[0]
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
            for name, words, place in units_of(tree, listed):
                first = words.index(f"-I{tree}/tests/extended")
                one = seconds(words, place)
                other = seconds(words[:first] + [f"-I{scratch}"] + words[first:], place)
                if one is None or other is None:
                    print(f"  does not compile {'with' if one is None else 'without'} it: {name}")
                    continue
                together += one - other
                print(f"  {one:7.2f} {other:7.2f} {one - other:7.2f}  {name}", flush=True)
        print(f"  {together:23.2f}  together")


if __name__ == "__main__":
    main()
