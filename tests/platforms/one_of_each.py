# SPDX-License-Identifier: MIT
"""Links one file of recorded numbers of each family, the smallest: one_of_each.py FROM TO FAMILY..."""

import json
import pathlib
import struct
import sys

source, target, families = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3:]
smallest = {}
for path in sorted(source.rglob("*.safetensors")):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
    config = json.loads(header.get("__metadata__", {}).get("config", "{}"))
    # Files that state no family go by folder and leading words, as in tests/golden/names.hpp.
    name = f"{path.parent.name}/{path.stem}_"
    leading = [known for known in families if "/" in known and name.startswith(known + "_")]
    family = config.get("family") or max(leading, key=len, default=None)
    size = path.stat().st_size
    if family in families and size < smallest.get(family, (size + 1,))[0]:
        smallest[family] = (size, path)
for family, (size, path) in smallest.items():
    link = target / f"{family}.safetensors"
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(path.resolve())
missing = [family for family in families if family not in smallest]
if missing:
    sys.exit(f"no file below {source} is of {', '.join(missing)}")
