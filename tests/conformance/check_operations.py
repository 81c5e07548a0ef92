# SPDX-License-Identifier: MIT
"""Every operation below tensor/ops stands in the table of tensor/operations.hpp, and documents show
what the table and the backends say. That an operation of the table is tried by the conformance kit
is the compiler's to check (testing/conformance/operations.hpp).

    check_operations.py [PROGRAM]            also compares docs/operations.md with PROGRAM --operations
                                             and docs/backends.md with PROGRAM --overrides
    check_operations.py PROGRAM --write      writes what PROGRAM knows into both
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
INCLUDE = ROOT / "include" / "mgkit" / "tensor"
END = "<!-- end -->\n"


def declared():
    """Types of operations: structs in namespace op of tensor/ops with a rule, a composition or a
    type of their own for updates."""
    names = set()
    for header in sorted((INCLUDE / "ops").glob("*.hpp")):
        source = header.read_text(encoding="utf-8")
        for block in re.findall(r"^namespace op \{\n(.*?)^\}  // namespace op", source, re.M | re.S):
            for name, body in re.findall(r"^struct (\w+) \{\n(.*?)^\};", block, re.M | re.S):
                if re.search(r"\b(?:compose|gradient)\(", body) or name.endswith("_step"):
                    names.add(name)
    return names


def listed():
    table = (INCLUDE / "operations.hpp").read_text(encoding="utf-8")
    return re.findall(r"^ +ROW\((\w+), \d", table, re.M)


def entries():
    """Entries of the conformance kit without a type in the table are in some family's list."""
    kit = "\n".join(p.read_text(encoding="utf-8") for p in sorted(
        (ROOT / "include" / "mgkit" / "testing" / "conformance").glob("*.hpp")))
    lists = " ".join(re.findall(r"using entries =\s*type_list<(.*?)>;", kit, re.S))
    named = re.findall(r"struct (\w+)(?: : \w+)? \{\n    static constexpr std::string_view name", kit)
    return [f"entry::{name} is in no family's list" for name in named
            if not name.endswith("_operations") and not re.search(rf"entry::{name}\b", lists)]


def check_table():
    return [f"op::{name} is not in the table of tensor/operations.hpp"
            for name in sorted(declared() - set(listed()))]


def check_page(program, write, page, marker, arguments, key, keep):
    """The rows between markers of a page. With `keep`, rows that this build does not print stay."""
    document = ROOT / "docs" / page
    printed = subprocess.run([program, *arguments], capture_output=True, text=True,
                             check=True).stdout.splitlines()
    text = document.read_text(encoding="utf-8")
    head, rest = text.split(f"<!-- {marker} -->\n")
    table, tail = rest.split(END, 1)
    lines = table.splitlines()
    cells = lambda row: tuple(row.split("|")[1:1 + key])
    known = {cells(row): row for row in lines[2:]}
    wanted = dict(known) if keep else {}
    for row in printed:
        wanted[cells(row)] = row
    rows = list(wanted.values())
    if write:
        body = "\n".join(lines[:2] + rows)
        document.write_text(f"{head}<!-- {marker} -->\n{body}\n{END}{tail}", encoding="utf-8")
    elif rows != lines[2:]:
        return [f"docs/{page} is out of date: run check_operations.py {program} --write"]
    return []


def main():
    arguments = [a for a in sys.argv[1:] if a != "--write"]
    write = "--write" in sys.argv
    problems = check_table() + entries()
    if arguments:
        problems += check_page(arguments[0], write, "operations.md", "operations",
                               ["--operations"], 1, False)
        problems += check_page(arguments[0], write, "backends.md", "overrides",
                               ["--backend", "all", "--overrides"], 2, True)
    for problem in problems:
        print(problem)
    print(f"operations: {len(listed())}; {len(problems)} problems")
    sys.exit(1 if problems else 0)


main()
