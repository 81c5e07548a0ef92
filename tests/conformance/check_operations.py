"""Every operation below tensor/ops has an entry in the conformance kit, and every entry is listed.

    check_operations.py [PROGRAM]            also compares docs/backends.md with PROGRAM --overrides
    check_operations.py PROGRAM --write      writes what PROGRAM knows into docs/backends.md
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "backends.md"
BEGIN, END = "<!-- overrides -->\n", "<!-- end -->\n"


def text(folder):
    return "\n".join(p.read_text(encoding="utf-8")
                     for p in sorted((ROOT / "include" / "mgkit" / folder).glob("*.hpp")))


def operations():
    """Types in namespace op of tensor/ops."""
    blocks = re.findall(r"^namespace op \{\n(.*?)^\}  // namespace op", text("tensor/ops"),
                        re.M | re.S)
    return sorted({name for block in blocks for name in re.findall(r"^struct (\w+) \{", block, re.M)})


def check_entries():
    problems = []
    kit = text("testing/conformance")
    for name in operations():
        if not re.search(rf"using op = mgkit::op::{name};", kit):
            problems.append(f"op::{name} has no entry below testing/conformance")
    lists = " ".join(re.findall(r"using entries =\s*type_list<(.*?)>;", kit, re.S))
    for name in re.findall(r"struct (\w+)(?: : \w+)? \{\n    static constexpr std::string_view name",
                           kit):
        if not name.endswith("_operations") and not re.search(rf"entry::{name}\b", lists):
            problems.append(f"entry::{name} is in no family's list")
    return problems


def check_table(program, write):
    """Rows of backends that this build lacks stay as they are."""
    printed = subprocess.run([program, "--backend", "all", "--overrides"], capture_output=True,
                             text=True, check=True).stdout.splitlines()
    page = DOCUMENT.read_text(encoding="utf-8")
    head, rest = page.split(BEGIN)
    table, tail = rest.split(END)
    lines = table.splitlines()
    key = lambda row: row.split("|")[1:3]
    known = {tuple(key(row)): row for row in lines[2:]}
    wanted = dict(known)
    for row in printed:
        wanted[tuple(key(row))] = row
    if write:
        page = head + BEGIN + "\n".join(lines[:2] + list(wanted.values())) + "\n" + END + tail
        DOCUMENT.write_text(page, encoding="utf-8")
    elif wanted != known:
        return [f"docs/backends.md is out of date: run check_operations.py {program} --write"]
    return []


def main():
    arguments = [a for a in sys.argv[1:] if a != "--write"]
    problems = check_entries()
    if arguments:
        problems += check_table(arguments[0], "--write" in sys.argv)
    for problem in problems:
        print(problem)
    print(f"operations: {len(operations())}; {len(problems)} problems")
    sys.exit(1 if problems else 0)


main()
