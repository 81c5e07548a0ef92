# SPDX-License-Identifier: MIT
"""How the tests run mgfm, and what they expect of a refusal."""

import json
import os
import shutil
import struct
import subprocess
import sys

import folder as clips
from folder import Clips, write

PROGRAM = os.path.abspath(sys.argv[1])
ENVIRONMENT = {**os.environ, "OMP_WAIT_POLICY": "passive", "LC_ALL": "C"}
# Sizes that train in a moment.
MODEL = ["--frames", "16", "--width", "16", "--heads", "2", "--batch", "8"]
BRIEF = MODEL + ["--epochs", "2"]
TINY = BRIEF + ["--threads", "1"]


def mgfm(*arguments, at=None, environment=()):
    """A run in the folder `at`, with `environment` added to ours."""
    return subprocess.run([PROGRAM, *map(str, arguments)], env={**ENVIRONMENT, **dict(environment)},
                          cwd=at, capture_output=True, text=True, errors="replace", timeout=60)


def check(condition, *words):
    if not condition:
        raise AssertionError(" ".join(map(str, words)))


def works(*arguments, at=None):
    """Standard output of a run that must succeed."""
    done = mgfm(*arguments, at=at)
    check(done.returncode == 0, "mgfm", *arguments, "->", done.returncode, done.stderr)
    check(not any(line.startswith("mgfm") for line in done.stderr.splitlines()),
          "problem on standard error:", done.stderr)
    return done.stdout


def works_json(*arguments, at=None):
    """The JSON of `--json -`, with nothing else on standard output."""
    return json.loads(works(*arguments, "--json", "-", at=at))


def tree(folder):
    return sorted((path, tuple(sorted(names))) for path, _, names in os.walk(folder))


def refused(here, *arguments, code=1, says=()):
    """One clear line, the right exit code, nothing written."""
    before = tree(here)
    done = mgfm(*arguments)
    lines = done.stderr.splitlines()
    problems = [line for line in lines
                if not line.startswith("note: ") and " recordings/s" not in line]
    told = f"mgfm {' '.join(map(str, arguments))} -> {done.returncode}\n{done.stderr}{done.stdout}"
    check(done.returncode == code, "expected exit code", code, "from", told)
    check(len(problems) == 1 and problems[0].startswith("mgfm"), "expected one line from", told)
    check(len(problems[0]) < 700, "a line too long to read from", told)
    check(done.stdout == "", "expected nothing on standard output from", told)
    check(tree(here) == before, "files were left behind by", told)
    for words in says:
        check(words in problems[0], f"expected '{words}' in", told)


def fresh(here, name="clips", **settings):
    """A sound folder of clips, new each time."""
    path = os.path.join(here, name)
    shutil.rmtree(path, ignore_errors=True)
    return Clips(**settings).save(path)


def broken(here, change, command="inspect", options=(), says=(), **settings):
    """A folder after `change` must be refused."""
    path = fresh(here, **settings)
    change(path)
    source = [path] if command == "inspect" else ["--data", path]
    refused(here, command, *source, *options, says=says)


def edited(name, edit):
    """A change of the bytes of one file."""
    def change(path):
        target = os.path.join(path, name)
        write(target, edit(clips.read(target)))
    return change


def meta(edit):
    """A change of meta.json."""
    def change(path):
        target = os.path.join(path, "meta.json")
        content = json.loads(clips.read(target))
        edit(content)
        write(target, json.dumps(content).encode())
    return change


def header(name, descr, shape, extra="", body=None):
    """An array whose header says something else."""
    def change(path):
        target = os.path.join(path, name)
        data = clips.read(target)
        old = data[10 + struct.unpack("<H", data[8:10])[0]:]
        write(target, clips.npy_header(descr, shape, extra) + (old if body is None else body))
    return change


def value(index, number):
    """One value of data.npy."""
    def change(path):
        target = os.path.join(path, "data.npy")
        data = bytearray(clips.read(target))
        struct.pack_into("<f", data, 10 + struct.unpack("<H", data[8:10])[0] + 4 * index, number)
        write(target, bytes(data))
    return change


def integers(name, edit):
    def change(path):
        target = os.path.join(path, name)
        values = list(clips.read_npy(target)[1])
        clips.write_integers(target, edit(values))
    return change


def replaced(values, at, new):
    return values[:at] + [new] + values[at + 1:]


def pretrained(here, path, *more):
    out = os.path.join(here, "encoder.safetensors")
    works("pretrain", "--data", path, "--out", out, *TINY, *more)
    return out
