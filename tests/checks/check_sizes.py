# SPDX-License-Identifier: MIT
"""No header above 500 lines; prints the median."""

import statistics

import tree

LIMIT = 500

sizes = {header: len(tree.text(header).splitlines()) for header in tree.headers()}
problems = [f"{header}: {lines} lines, at most {LIMIT} are allowed"
            for header, lines in sizes.items() if lines > LIMIT]
longest = sorted(sizes.items(), key=lambda item: -item[1])[:5]
print("longest:", ", ".join(f"{header} {lines}" for header, lines in longest))
tree.finish("sizes", problems,
            f"{len(sizes)} headers, median {statistics.median(sizes.values()):.0f} lines")
