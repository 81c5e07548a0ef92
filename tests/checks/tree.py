# SPDX-License-Identifier: MIT
"""What the checks know about the tree: its root, the order of its folders, its headers."""

import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
INCLUDE = ROOT / "include" / "mgkit"

# Top to bottom is the data's journey. A folder includes only itself and folders before it.
ORDER = [
    "core", "io", "tensor", "backend", "skeleton", "data", "metric", "clip", "augment", "video",
    "nn", "encode", "loss", "pretext", "train", "probe", "study", "report", "testing",
]

# Folders whose components others add to: each has a list.hpp that names every component.
EXTENSIBLE = ["augment", "clip", "encode", "loss", "data/readers", "metric", "pretext", "skeleton", "train"]

MGKIT_INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]mgkit/([^">]+)[">]', re.M)
ANY_INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^">]+)[">]', re.M)


def headers():
    """Paths below include/mgkit as strings, in the order of the folders, then by name."""
    def key(path):
        folder = path.split("/")[0] if "/" in path else ""
        return (ORDER.index(folder) if folder in ORDER else -1, path.count("/"), path)
    found = [p.relative_to(INCLUDE).as_posix() for p in INCLUDE.rglob("*.hpp")]
    return sorted(found, key=key)


LICENCE = "SPDX-License-Identifier: MIT"


def text(header):
    """What a header says below the line of its licence."""
    return (INCLUDE / header).read_text(encoding="utf-8").removeprefix(f"// {LICENCE}\n")


def folder(header):
    """First folder of a header's path, or "" for the headers at the top."""
    return header.split("/")[0] if "/" in header else ""


def is_definitions(header):
    """Whether the header holds the definitions of another: x-inl.hpp of x.hpp."""
    return header.endswith("-inl.hpp")


def declared_by(definitions):
    """The header whose definitions these are."""
    return definitions.replace("-inl.hpp", ".hpp")


def is_private(header):
    return "detail" in header.split("/")[:-1] or is_definitions(header)


def components():
    """Rows of cmake/components.json: backends and other parts that a user asks for by name."""
    return json.loads((ROOT / "cmake" / "components.json").read_text())


def optional_backend(header):
    """Whether the header belongs to a backend that the umbrella leaves out."""
    path = pathlib.PurePosixPath(header)
    return any(path.match(pattern) for row in components()
               if row["kind"] == "backend" and not row["default"] for pattern in row["headers"])


def is_infrastructure(header):
    """Support for components rather than a component: by name, by place or by saying so."""
    name = header.split("/")[-1]
    if name in ("list.hpp", "concept.hpp", "fwd.hpp") or is_private(header):
        return True
    return any("// infrastructure" in line for line in text(header).splitlines()[:5])


def finish(name, problems, summary):
    """Prints the problems and ends the program."""
    for problem in problems:
        print(problem)
    print(f"{name}: {summary}; {len(problems)} problem{'' if len(problems) == 1 else 's'}")
    sys.exit(1 if problems else 0)
