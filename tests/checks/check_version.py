# SPDX-License-Identifier: MIT
"""One version: include/mgkit/version.hpp, and what must say the same."""

import json
import re

import tree

own = tree.text("version.hpp")
numbers = [re.search(rf"MGKIT_VERSION_{part} (\d+)", own).group(1) for part in ("MAJOR", "MINOR", "PATCH")]
version = ".".join(numbers)
places = {"include/mgkit/version.hpp": r'version = "([^"]+)"', "CITATION.cff": r"^version: (\S+)",
          "CHANGELOG.md": r"^## \[(\d[^\]]*)\]"}
problems = []
for name, pattern in places.items():
    found = re.search(pattern, (tree.ROOT / name).read_text(encoding="utf-8"), re.M)
    if found is None or found.group(1) != version:
        problems.append(f"{name}: expected {version}, found {found.group(1) if found else 'none'}")
port = tree.ROOT / "ports" / "mgkit" / "vcpkg.json"
if port.is_file():
    stated = json.loads(port.read_text(encoding="utf-8")).get("version")
    if stated != version:
        problems.append(f"ports/mgkit/vcpkg.json: expected {version}, found {stated}")
for page in ("README.md", "docs/programs.md", "docs/installing.md"):
    path = tree.ROOT / page
    for wanted in re.findall(r"find_package\(mgkit (\d+\.\d+)", path.read_text() if path.is_file() else ""):
        if wanted != ".".join(numbers[:2]):
            problems.append(f"{page}: find_package(mgkit {wanted}), expected {'.'.join(numbers[:2])}")
tree.finish("version", problems, version)
