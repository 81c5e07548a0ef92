"""Every unit of ours compiles without the precompiled headers, so none leans on what they include.

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


def main():
    commands = json.loads(pathlib.Path(sys.argv[1], "compile_commands.json").read_text())
    problems, count, seen = [], 0, set()
    for entry in commands:
        plain, removed = PRECOMPILED.subn("", entry["command"])
        # One program is enough for a file that several have.
        if not removed or "cmake_pch" in entry["file"] or entry["file"] in seen:
            continue
        seen.add(entry["file"])
        arguments = shlex.split(re.sub(r" -o \S+", "", plain)) + ["-fsyntax-only"]
        done = subprocess.run(arguments, cwd=entry["directory"], capture_output=True, text=True)
        count += 1
        if done.returncode != 0:
            first = next((l for l in done.stderr.splitlines() if "error:" in l), done.stderr[:200])
            problems.append(f"{entry['file']}: {first}")
    if count == 0:
        print("skipped: this build has no precompiled headers")
        sys.exit(77)
    tree.finish("without precompiled headers", problems, f"{count} units")


main()
