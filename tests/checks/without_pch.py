# SPDX-License-Identifier: MIT
"""Every file of ours compiles alone and without the precompiled headers: none leans on what they
include, nor on the files that it is compiled together with.

    without_pch.py BUILD_DIR
"""

import json
import pathlib
import re
import shlex
import subprocess
import sys

import tree

PRECOMPILED = re.compile(r"-Winvalid-pch -include \S+|-Xclang -include(?:-pch)? -Xclang \S+")


def files_of(unit):
    """The files that a unit of several includes, or itself."""
    if pathlib.Path(unit).parent.name != "Unity":
        return [unit]
    return re.findall(r'^#include "(.+)"$', pathlib.Path(unit).read_text(encoding="utf-8"), re.M)


def main():
    commands = json.loads(pathlib.Path(sys.argv[1], "compile_commands.json").read_text())
    problems, count, seen = [], 0, set()
    for entry in commands:
        plain, removed = PRECOMPILED.subn("", entry["command"])
        if not removed or "cmake_pch" in entry["file"]:
            continue
        arguments = shlex.split(re.sub(r" -o \S+", "", plain)) + ["-fsyntax-only"]
        for file in files_of(entry["file"]):
            # One program is enough for a file that several have.
            if file in seen:
                continue
            seen.add(file)
            done = subprocess.run([file if a == entry["file"] else a for a in arguments],
                                  cwd=entry["directory"], capture_output=True, text=True)
            count += 1
            if done.returncode != 0:
                first = next((l for l in done.stderr.splitlines() if "error:" in l),
                             done.stderr[:200])
                problems.append(f"{file}: {first}")
    if count == 0:
        print("skipped: this build has no precompiled headers")
        sys.exit(77)
    tree.finish("without precompiled headers", problems, f"{count} units")


main()
