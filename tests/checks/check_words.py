# SPDX-License-Identifier: MIT
"""The project speaks of itself alone: no folder of one machine, no words about how it was made. Every
source names its licence in its first two lines."""

import re
import subprocess

import tree

# Spelt in pieces so that this file passes its own check.
FORBIDDEN = [
    ("/" + "work/", "folder of one machine"),
    ("/" + "tmp/", "folder of one machine"),
    ("/" + "root/", "folder of one machine"),
    ("/" + r"home/\w", "folder of one machine"),
    (r"\bsub" + "agent", "how it was made"),
    (r"\b(coding|helper|other|parallel) (agent|session)" + "s?\\b", "how it was made"),
    (r"\b(this|previous|next) ses" + "sion\\b", "how it was made"),
    (r"\blanguage mod" + "el (wrote|generated)", "how it was made"),
    (r"\bTO" + r"DO\b|\bFIX" + r"ME\b|\bXX" + r"X\b", "unfinished work"),
]
# The default of the data folders may be named where it is set or explained.
SHARED = re.compile(r"\.\./shared")
SHARED_PLACES = re.compile(r"^(tests/|docs/|examples/|benchmarks/|README\.md|CONTRIBUTING\.md)")


SOURCES = re.compile(r"\.(hpp|cpp|cuh|cu|py|sh|cmake|cmake\.in)$|(^|/)CMakeLists\.txt$|^(scripts|ports|benchmarks)/([\w-]+/)?(?!debian$|usage$)[\w-]+$|^\.ci/run$")


def files():
    try:
        listed = subprocess.run(["git", "-C", str(tree.ROOT), "ls-files", "-z"],
                                capture_output=True, check=True).stdout.decode().split("\0")
        return [f for f in listed if f]
    except (OSError, subprocess.CalledProcessError):
        return [p.relative_to(tree.ROOT).as_posix() for p in tree.ROOT.rglob("*")
                if p.is_file() and p.relative_to(tree.ROOT).parts[0] not in (".git", "build", "quickstart")]


problems = []
count = 0
for name in sorted(files()):
    try:
        lines = (tree.ROOT / name).read_text(encoding="utf-8").splitlines()
    except (UnicodeDecodeError, OSError):
        continue
    count += 1
    if SOURCES.search(name) and not any(tree.LICENCE in line for line in lines[:2]):
        problems.append(f"{name}: expected {tree.LICENCE} in the first two lines")
    for number, line in enumerate(lines, 1):
        for pattern, why in FORBIDDEN:
            found = re.search(pattern, line)
            if found:
                problems.append(f"{name}:{number}: '{found.group()}' ({why})")
        if SHARED.search(line) and not SHARED_PLACES.match(name):
            problems.append(f"{name}:{number}: the default data folder belongs in tests or documents")
if count == 0:
    problems.append("expected the files of the tree, found none; git lists nothing here")
tree.finish("words", problems, f"{count} files")
