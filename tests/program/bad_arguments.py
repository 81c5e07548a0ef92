# SPDX-License-Identifier: MIT
"""Wrong usage, and outputs that cannot be written."""

import os
import subprocess

import folder as clips
from folder import write
from support import ENVIRONMENT, PROGRAM, TINY, check, fresh, refused, works


def test_wrong_usage(here):
    path = fresh(here)
    out = os.path.join(here, "w")
    for arguments in ([], ["fly"], ["study", "--nonsense"], ["study"], ["pretrain", "--synthetic"],
                      ["study", "--synthetic", "--data", path],
                      ["study", "--data", path, "--folds", "2", "--alternate"],
                      ["study", "--data", path, "--streams", "joints"],
                      ["study", "--data", path, "--features", "magic"],
                      ["study", "--data", path, "--epochs", "0"],
                      ["study", "--data", path, "--epochs", "many"],
                      ["probe", "--data", path],
                      ["probe", "--data", path, "--weights", out, "--features", out],
                      ["embed", "--data", path, "--out", out],
                      ["pretrain", "--data", path, "--out", out, "--json", out],
                      ["inspect", path, "--svg", "-"], ["inspect"]):
        refused(here, *arguments, code=2, says=["--help"])
    refused(here, "pretrain", "--data", path, "--out", out, "--width", "18", "--heads", "4",
            says=["heads"])


def test_help(here):
    del here
    for command in ("inspect", "study", "pretrain", "train", "list", "embed", "probe", "retrieve",
                    "identify", "audit-views", "ablate", "reproduce"):
        words = works(command, "--help")
        check("mgfm " + command in words and "Example" in words, words)
        check(command in works("--help"))
    check(works("--version").strip().count(".") == 2)


def test_unwritable(here):
    path = fresh(here)
    absent = os.path.join(here, "absent", "file")
    file = os.path.join(here, "file")
    write(file, b"kept")
    weights = os.path.join(here, "w")
    for arguments in (["inspect", path, "--json", absent], ["inspect", path, "--svg", path],
                      ["inspect", path, "--json", file + "/below"],
                      ["study", "--data", path, "--json", absent, *TINY],
                      ["study", "--data", path, "--html", path, *TINY],
                      ["study", "--data", path, "--work", file, *TINY],
                      ["pretrain", "--data", path, "--out", absent, *TINY],
                      ["pretrain", "--data", path, "--out", weights, "--checkpoint", absent, *TINY],
                      ["pretrain", "--data", path, "--out", weights, "--json", path, *TINY],
                      ["embed", "--data", path, "--weights", file, "--out", absent],
                      ["probe", "--data", path, "--weights", file, "--json", absent],
                      ["retrieve", "--data", path, "--weights", file, "--html", absent]):
        refused(here, *arguments)
    check(clips.read(file) == b"kept")
    refused(here, "inspect", path, "--json", os.path.join(path, "meta.json"), says=["read"])
    refused(here, "pretrain", "--data", path, "--out", path + "/../clips/data.npy", *TINY)
    if os.getuid() != 0:
        os.mkdir(os.path.join(here, "locked"), 0o500)
        refused(here, "inspect", path, "--json", os.path.join(here, "locked", "file"))
    if os.path.exists("/dev/full"):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([PROGRAM, "inspect", path], env=ENVIRONMENT, stdout=full,
                                  stderr=subprocess.PIPE, text=True, check=False)
        check(done.returncode == 1 and "standard output" in done.stderr, done.stderr)
