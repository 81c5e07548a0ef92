# SPDX-License-Identifier: MIT
"""Killed runs that resume, and numbers of threads: the same bits."""

import json
import os
import signal
import subprocess
import time

import folder as clips
from support import BRIEF, ENVIRONMENT, MODEL, PROGRAM, check, fresh, works


def state_of(path):
    """What tells that a file, or any file of a folder, was written again."""
    if os.path.isdir(path):
        return [(name, state_of(os.path.join(path, name))) for name in sorted(os.listdir(path))]
    try:
        found = os.stat(path)
        return found.st_ino, found.st_mtime_ns
    except FileNotFoundError:
        return None


def killed_until_done(arguments, watched, delays):
    """Starts a run again and again, kills it a moment (one of `delays`, in seconds) after it wrote
    to `watched`, then lets it finish. Following writes, not the clock, works at any speed."""
    kills = 0
    for delay in delays:
        before = state_of(watched)
        run = subprocess.Popen([PROGRAM, *arguments], env=ENVIRONMENT, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
        while run.poll() is None and state_of(watched) == before:
            time.sleep(0.001)
        time.sleep(delay)
        run.send_signal(signal.SIGKILL)
        kills += run.wait() == -signal.SIGKILL
    works(*arguments)
    return kills


LEARN = ["--synthetic", *MODEL, "--threads", "1"]


def test_killed_pretraining(here):
    whole, parts = os.path.join(here, "whole"), os.path.join(here, "parts")
    def run(out):
        return ["pretrain", *LEARN, "--epochs", "4", "--out", out, "--checkpoint", out + ".checkpoint"]
    works(*run(whole))
    kills = killed_until_done(run(parts), parts + ".checkpoint", (0, 0.02, 0.005))
    check(kills >= 2, "ended before it could be killed:", kills, "kills")
    check(clips.read(whole) == clips.read(parts), "weights differ after", kills, "kills")


def without_command(path):
    with open(path, encoding="utf-8") as file:
        result = json.load(file)
    del result["command"]
    return result


def test_killed_study(here):
    whole, parts = os.path.join(here, "whole.json"), os.path.join(here, "parts.json")
    def run(out):
        return ["study", *LEARN, "--epochs", "2", "--test-subjects", "7,8", "--features",
                "majority,summary,random,supervised,shuffled,pretrained", "--json", out]
    works(*run(whole))
    kills = killed_until_done(run(parts), parts + ".work", (0, 0.05, 0.01, 0.03))
    check(kills >= 2, "ended before it could be killed:", kills, "kills")
    check(without_command(whole) == without_command(parts), "results differ after", kills, "kills")


def test_threads_do_not_matter(here):
    path = fresh(here)
    for threads in ("1", "2"):
        out = os.path.join(here, "w" + threads)
        works("pretrain", "--data", path, "--out", out, *BRIEF, "--threads", threads)
        works("embed", "--data", path, "--weights", out, "--out", out + ".npy", "--threads", threads)
        works("study", "--data", path, "--folds", "2", *BRIEF, "--threads", threads, "--features",
              "majority,summary,raw,random,supervised,pretrained", "--json", out + ".json")
    one, two = os.path.join(here, "w1"), os.path.join(here, "w2")
    check(clips.read(one) == clips.read(two), "weights differ")
    check(clips.read(one + ".npy") == clips.read(two + ".npy"), "features differ")
    check(without_command(one + ".json") == without_command(two + ".json"), "studies differ")
