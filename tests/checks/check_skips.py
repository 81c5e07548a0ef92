# SPDX-License-Identifier: MIT
"""What lacks its data says so: check_skips.py CTEST BUILD_DIR

Every test of parity files or data sets ends with the code that ctest reports as skipped where its
folder is absent or empty, and no other test of a unit-test program may end with that code. A case
that finds something else missing makes its run end with it too.
"""

import json
import os
import re
import subprocess
import sys
import tempfile

import tree

NEEDS = re.compile(r"(^golden_|_(golden|real)$)")
# A case that only warns passes without having tested anything.
WARNED = re.compile(r"\bWARN\(")


def listed(ctest, build):
    """(name, command, properties) of each test of the build."""
    shown = subprocess.run([ctest, "--test-dir", build, "--show-only=json-v1"], check=True,
                           capture_output=True, text=True).stdout
    for test in json.loads(shown)["tests"]:
        properties = {p["name"]: p["value"] for p in test.get("properties", [])}
        yield test["name"], test.get("command", []), properties


def main():
    ctest, build = sys.argv[1:]
    problems, tried = [], 0
    with tempfile.TemporaryDirectory() as empty:
        for missing in (empty, os.path.join(empty, "absent")):
            environment = {**os.environ, "MGKIT_GOLDEN_DIR": missing, "MGKIT_DATA_DIR": missing}
            environment.pop("MGKIT_SECONDS", None)

            def run(command):
                return subprocess.run(command, env=environment, capture_output=True, text=True,
                                      cwd=empty)

            for name, command, properties in listed(ctest, build):
                whole = any(c.endswith(f"mgkit_test_{name}") for c in command)
                if whole and properties.get("SKIP_RETURN_CODE") is not None:
                    problems.append(f"{name}: leaves out what may be missing, and yet may skip")
                if not NEEDS.search(name):
                    continue
                program = next(c for c in command if "/mgkit_" in c)
                if not os.path.exists(program):
                    print(f"{name}: not built")
                    continue
                tried += 1
                done = run(command)
                if done.returncode != 77 or "skipped: " not in done.stdout:
                    problems.append(f"{name}: code {done.returncode} without its folder")
                if properties.get("SKIP_RETURN_CODE") != 77:
                    problems.append(f"{name}: ctest does not know code 77")
                # The same cases without the look at the folder: each says so itself.
                if re.search(r"_(golden|real)$", name):
                    done = run(command[command.index(program):])
                    if done.returncode != 77 or "skipped: " not in done.stdout:
                        problems.append(f"{name}: code {done.returncode} from the program itself")
    if tried == 0:
        problems.append("no test of data was found")
    for path in sorted((tree.ROOT / "tests").rglob("*.c*")):
        if path.suffix not in (".cpp", ".cu"):
            continue
        if WARNED.search(path.read_text(encoding="utf-8")):
            problems.append(f"{path.relative_to(tree.ROOT)}: WARN(...) passes; say skip(...)")
    tree.finish("skips", problems, f"{tried} runs without data")


main()
