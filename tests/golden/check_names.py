# SPDX-License-Identifier: MIT
"""Which files mgkit_golden knows, leaves for later and refuses, on a folder of tiny files.

    check_names.py PROGRAM
"""

import json
import pathlib
import struct
import subprocess
import sys
import tempfile

# Two joints and a bone; what `agcn` makes of them.
ADJACENCY = {
    "input/agcn/pair/inward": ([1, 2], [0, 1]),
    "output/agcn/pair/spatial/A": ([3, 2, 2], [1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0]),
}
ANYTHING = {"output/x": ([1], [0])}


def write(path, tensors, config=None):
    header, data = {}, b""
    for name, (shape, values) in tensors.items():
        piece = struct.pack(f"<{len(values)}d", *values)
        header[name] = {"dtype": "F64", "shape": shape,
                        "data_offsets": [len(data), len(data) + len(piece)]}
        data += piece
    header["__metadata__"] = {"config": json.dumps(config or {})}
    text = json.dumps(header).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def main(program):
    problems = []

    def expect(what, files, later, code, said, options=("--strict",)):
        with tempfile.TemporaryDirectory() as scratch:
            scratch = pathlib.Path(scratch)
            for name, (tensors, config) in files.items():
                write(scratch / "files" / (name + ".safetensors"), tensors, config)
            (scratch / "later.txt").write_text(later, encoding="utf-8")
            done = subprocess.run([program, scratch / "files", "--later", scratch / "later.txt",
                                   *options], capture_output=True, text=True, check=False)
            output = done.stdout + done.stderr
            if done.returncode != code:
                problems.append(f"{what}: exit code {done.returncode}, expected {code}\n{output}")
            problems.extend(f"{what}: does not say '{words}'\n{output}"
                            for words in said if words not in output)

    known = {"graph/adjacency": (ADJACENCY, None)}
    expect("a known family", known, "", 0, ["graph/adjacency: "])
    expect("a sibling of it", {"graph/adjacency_of_two_joints": (ADJACENCY, None)}, "", 0,
           ["graph/adjacency: "])
    wrong = {**ADJACENCY, "output/agcn/pair/spatial/A": ([3, 2, 2], [1, 0, 0, 1] + [0, 0, 1, 0] * 2)}
    expect("other numbers", {"graph/adjacency": (wrong, None)}, "", 1, ["spatial/A"])

    left = {**known, "attic/waiting_a": (ANYTHING, None), "attic/waiting_b": (ANYTHING, None)}
    expect("files left for later", left, "# a comment\n\nattic/waiting_*  A work to come\n", 0,
           ["attic/waiting_*:", "2 files        later: A work to come"])
    expect("a whole folder left for later", left, "attic/* A work to come\n", 0, ["2 files"])
    expect("a pattern without files", known, "attic/nobody_* A work to come\n", 0, [])
    expect("a name without '*' is that file alone", left, "attic/waiting A work to come\n", 1,
           ["attic/waiting_a"])

    nobody = {**known, "attic/nobody_a": (ANYTHING, None)}
    expect("a file of no kind", nobody, "attic/waiting_* A work to come\n", 1,
           ["attic/nobody_a", "under --strict"])
    expect("the same, not strict", nobody, "", 0, ["unknown family"], ())
    expect("a word that goes on", {**known, "graph/adjacencyx": (ANYTHING, None)}, "", 1,
           ["graph/adjacencyx"])
    expect("another folder", {**known, "other/adjacency": (ANYTHING, None)}, "", 1,
           ["other/adjacency"])
    stated = {**known, "graph/adjacency_b": (ANYTHING, {"family": "no_such"})}
    expect("what a file states counts more than its name", stated, "", 1, ["no_such"])
    expect("and is left for later by its name", stated, "graph/adjacency_* A work\n", 1,
           ["the family graph/adjacency is known"])

    for pattern in ("graph/adj*", "graph/*", "graph/adjacency", "graph/adjacency_b*"):
        expect(f"{pattern} of a known family", known, f"{pattern} A work to come\n", 1,
               [f"{pattern} is left for later, but the family graph/adjacency is known"], ())
    positions = {**known, "table/of_a": (ANYTHING, {"family": "positional"})}
    expect("a pattern over a file that states a known family", positions, "table/* A work\n", 1,
           ["table/* is left for later, but its family positional is known"], ())

    for line in ("attic/untitled_*", "swin_* A work to come", "attic/*_a A work to come", "/x A work"):
        expect(f"the line '{line}'", known, line + "\n", 1, ["later.txt:1"])
    expect("a list that is not there", known, "", 1, ["no_such_list"], ("--later", "no_such_list"))
    expect("no list named", known, "", 2, ["--later"], ("--later",))
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
