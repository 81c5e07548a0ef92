# SPDX-License-Identifier: MIT
"""What tests/extension adds to the lists is named there alone: suites find it in the lists.

A file of the tests, examples, benchmarks or build that names an addition would be a second entry.
"""

import re

import tree

problems = []
own = tree.ROOT / "tests" / "extension"
names = {path.stem for path in own.rglob("*.hpp")}
named = re.compile(r"\btoys::|/extension/|[\"']extension|\"(" + "|".join(sorted(names)) + r")\"")
files = 0
for folder in ("tests", "examples", "benchmarks", "cmake", "include"):
    for path in sorted((tree.ROOT / folder).rglob("*")):
        if path.suffix not in (".cpp", ".hpp", ".cu", ".cuh", ".txt", ".cmake", ".in", ".py", ".sh"):
            continue
        if own in path.parents or path.name in ("check_extension.py", "extension.cmake"):
            continue
        files += 1
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if named.search(line):
                problems.append(f"{path.relative_to(tree.ROOT)}:{number}: {line.strip()}")
tree.finish("extension", problems, f"{len(names)} additions, {files} files")
