# SPDX-License-Identifier: MIT
"""Headers include only folders above them; detail/ is private; heavy headers stay in their place; what
mgkit asks of the compiler is asked before third parties complain of the same."""

import re

import tree

# Where a third-party or slow standard header may appear: folders or single headers. None: nowhere.
PLACES = [
    (r"Eigen/|unsupported/Eigen", {"tensor", "backend"}),
    (r"nlohmann/", {"io/json_events-inl.hpp", "io/json_value-inl.hpp"}),
    (r"simdjson", {"data/readers/detail/json_simdjson.hpp"}),
    (r"(iostream|regex|filesystem|fstream|sstream)$", {"io", "data", "report"}),
    (r"dnnl|oneapi/|cblas|omp\.h|xtensor|torch/|ATen/|cuda", {"backend"}),
    (r"random$|format$|ranges$|catch2/|CLI/", set()),
]


# What programs include whole; every other header at the top is light.
FOR_PROGRAMS = ("mgkit.hpp", "inference.hpp", "inference-inl.hpp")


def check_header(header, problems):
    own = tree.folder(header)
    if own and own not in tree.ORDER:
        problems.append(f"{header}: folder {own} is not in the order table of tree.py")
        return
    source = tree.text(header)
    if "#pragma once" not in source:
        problems.append(f"{header}: no #pragma once")
    for target in tree.MGKIT_INCLUDE.findall(source):
        other = tree.folder(target)
        if not (tree.INCLUDE / target).is_file():
            problems.append(f"{header}: includes mgkit/{target}, which does not exist")
        elif own == "":
            if not header.startswith(FOR_PROGRAMS) and target != "core/compiler.hpp":
                problems.append(f"{header}: a light header at the top includes mgkit/{target}")
        elif other == "":
            if target in FOR_PROGRAMS:
                problems.append(f"{header}: includes mgkit/{target}, which is for programs")
        elif other not in tree.ORDER or tree.ORDER.index(other) > tree.ORDER.index(own):
            problems.append(f"{header}: {own}/ must not include {other}/ (mgkit/{target})")
        elif tree.is_definitions(target):
            if header != tree.declared_by(target):
                problems.append(f"{header}: mgkit/{target} belongs to {tree.declared_by(target)}")
        elif tree.is_private(target):
            owner = target[:target.index("/detail/")]
            if not header.startswith(owner + "/"):
                problems.append(f"{header}: mgkit/{target} is private to {owner}/")
    if tree.is_definitions(header):
        owner = tree.declared_by(header)
        if owner not in tree.MGKIT_INCLUDE.findall(source):
            problems.append(f"{header}: does not include {owner}, whose definitions it holds")
        closing = f'#if !defined(MGKIT_COMPILED)\n#include "mgkit/{header}"\n#endif\n'
        if not tree.text(owner).endswith(closing):
            problems.append(f"{owner}: does not end with mgkit/{header} where not MGKIT_COMPILED")
    for target in tree.ANY_INCLUDE.findall(source):
        for pattern, places in PLACES:
            if not target.startswith("mgkit/") and re.match(f"({pattern})", target):
                if not {own, header} & places and not tree.optional_backend(header):
                    where = ", ".join(sorted(places)) or "no header"
                    problems.append(f"{header}: <{target}> belongs in {where}")
    for target in tree.ANY_INCLUDE.findall(source):
        if target.startswith("mgkit/") or tree.is_definitions(header):  # read after its owner
            break
        if re.search(r"[/.]", target):
            problems.append(f"{header}: includes mgkit/core/compiler.hpp first, before <{target}>")
            break


def main():
    problems = []
    headers = tree.headers()
    for header in headers:
        check_header(header, problems)
    users = [p for place in ("examples", "tests", "benchmarks")
             for p in sorted((tree.ROOT / place).rglob("*.[ch]pp"))]
    for path in users:
        for target in tree.MGKIT_INCLUDE.findall(path.read_text(encoding="utf-8")):
            if tree.is_private(target):
                problems.append(f"{path.relative_to(tree.ROOT)}: includes private mgkit/{target}")
            elif not (tree.INCLUDE / target).is_file():
                problems.append(f"{path.relative_to(tree.ROOT)}: mgkit/{target} does not exist")
    tree.finish("order", problems, f"{len(headers)} headers, {len(users)} users of them")


main()
