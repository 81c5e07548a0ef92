"""Killed runs that resume, and numbers of threads: the same bits."""

import json
import os
import signal
import subprocess
import time

import folder as clips
from support import BRIEF, ENVIRONMENT, MODEL, PROGRAM, check, fresh, works


def killed_until_done(arguments, moments):
    """Starts a run and kills it at each of the moments (seconds), then lets it finish."""
    kills = 0
    for moment in moments:
        run = subprocess.Popen([PROGRAM, *arguments], env=ENVIRONMENT, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
        try:
            run.wait(moment)
        except subprocess.TimeoutExpired:
            run.send_signal(signal.SIGKILL)
            kills += run.wait() == -signal.SIGKILL
    works(*arguments)
    return kills


def timed(*arguments):
    start = time.monotonic()
    works(*arguments)
    return time.monotonic() - start


LEARN = ["--synthetic", *MODEL, "--threads", "1"]


def test_killed_pretraining(here):
    whole, parts = os.path.join(here, "whole"), os.path.join(here, "parts")
    def run(out):
        return ["pretrain", *LEARN, "--epochs", "4", "--out", out, "--checkpoint", out + ".checkpoint"]
    seconds = timed(*run(whole))
    kills = killed_until_done(run(parts), [seconds * share for share in (0.2, 0.35, 0.5, 0.3)])
    check(kills >= 2, "too fast to be killed:", seconds)
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
    seconds = timed(*run(whole))
    kills = killed_until_done(run(parts), [seconds * share for share in (0.15, 0.4, 0.5, 0.3)])
    check(kills >= 2, "too fast to be killed:", seconds)
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
