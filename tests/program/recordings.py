# SPDX-License-Identifier: MIT
"""Recordings in, clips out: synth, inspect, audit, sample, cut, pretrain --corpus, report."""

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import time

import folder as clips
from support import ENVIRONMENT, PROGRAM, TINY, check, mgfm, refused, works, works_json

FORMATS = ["mmpose", "coco_results", "openpose", "mediapipe", "untrimmed", "imigue_csv"]
# Formats without some of the 41 joints (iMiGUE's 22 stay as recorded), and formats that hold shares of
# the picture, not pixels.
LACKING = ["mediapipe"]
TOLERANCE = {"mediapipe": 2e-3}
SMALL = ["--recordings", "6", "--length", "0.1", "--seed", "3"]


def corpus_in(here, name="corpus", *options):
    path = os.path.join(here, name)
    works("synth", "--out", path, *SMALL, *options)
    return path


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def all_files(folder):
    return {os.path.relpath(os.path.join(path, name), folder): clips.read(os.path.join(path, name))
            for path, _, names in os.walk(folder) for name in names}


def test_recordings_to_scores(here):
    corpus = corpus_in(here)
    told = works_json("inspect", corpus)
    check(told["recordings"] == 6 and told["fps"] == [25] and told["segments"] > 0, told)

    audit = works_json("audit", "--corpus", corpus, "--sweep", "--quotas", "5,10")
    check(audit["synthetic"] and audit["generator_version"], audit)
    check(audit["proposed"] == audit["accepted"] + sum(audit["rejections"].values()), audit)
    check([s["value"] for s in audit["sweep"]] == [5, 10, 0.1, 0.3, 0.5, 0.75], audit["sweep"])
    check({o["measure"] for o in audit["iod"]} == {"mean", "time_weighted", "thresholded"})
    check(all(o["shifts"] >= 1000 for o in audit["iod"]))
    check(set(audit["cut_ins"]) == {"nobody", "another_person", "replay"})

    made = os.path.join(here, "clips")
    told = works_json("sample", "--corpus", corpus, "--out", made, "--frames", "32")
    manifest = rows(os.path.join(made, "clips.csv"))
    shape, _ = clips.read_npy(os.path.join(made, "data.npy"))
    check(shape == (told["accepted"], 3, 32, 41, 1) and len(manifest) == told["accepted"], shape)
    sides = {r["recording"]: r["split"] for r in rows(os.path.join(corpus, "recordings.csv"))}
    spans = {}
    for row in manifest:
        check(sides[row["recording"]] == "train", "a clip of the test side", row)
        spans.setdefault(row["recording"], []).append((int(row["start"]), int(row["end"])))
    for taken in spans.values():
        check(all(a[1] <= b[0] for a, b in zip(taken, taken[1:])), "clips overlap", taken)

    labelled = os.path.join(here, "labelled")
    told = works_json("cut", "--corpus", corpus, "--out", labelled, "--frames", "32")
    check(told["clips"] == sum(told["classes"].values()) > 0, told)
    first = [r for r in rows(os.path.join(corpus, "segments.csv")) if r["annotator"] == "0"]
    left = told["without_visible_joint"] + told["across_person_change"]
    check(told["clips"] + left == len(first), told, len(first))

    weights = os.path.join(here, "w.safetensors")
    works("pretrain", "--corpus", corpus, "--out", weights, *TINY)
    again = mgfm("pretrain", "--corpus", corpus, "--out", weights, *TINY)
    check(again.returncode == 0 and "sampled before" in again.stderr, again.stderr)
    refused(here, "pretrain", "--corpus", corpus, "--out", weights, "--seed", "2", *TINY,
            says=["--clips"])


def clips_of(folder):
    """Each clip of a folder as {(recording, start, end): {joint: (x, y, confidence) by frame}}."""
    (_, _, frames, joints, _), values = clips.read_npy(os.path.join(folder, "data.npy"))
    about = json.loads(clips.read(os.path.join(folder, "meta.json")))
    planes = [about["channels"].index(c) for c in ("x", "y", "confidence")]
    plane = frames * joints
    size = len(about["channels"]) * plane
    return {(row["recording"], row["start"], row["end"]):
            {name: [values[k * size + c * plane + v:k * size + (c + 1) * plane:joints] for c in planes]
             for v, name in enumerate(about["joints"])}
            for k, row in enumerate(rows(os.path.join(folder, "clips.csv")))}


def test_recordings_every_format(here):
    """The same corpus in every format we write: the same clips, number for number, but for what a
    format cannot hold, and that is told: joints that it lacks, and in formats that follow one person
    the places where another takes over. Where a change of the person is near the limit of a step, the
    joints of a skeleton decide it; recordings with other changes are compared no further."""
    made, changes = {}, {}
    for name in FORMATS:
        corpus = corpus_in(here, name, "--format", name)
        told = works_json("inspect", corpus)
        check(told["format"] == name and told["recordings"] == 6, told)
        out = os.path.join(here, name + ".clips")
        joints = "as-recorded" if name == "imigue_csv" else "upper_body"
        audit = works_json("sample", "--corpus", corpus, "--fps", "25", "--side", "all", "--joints",
                           joints, "--out", out)
        codes = {f["code"] for f in audit["findings"]}
        check(("one_person_format" in codes) == (name in ("untrimmed", "imigue_csv")), name, codes)
        check(("joints_lacking" in codes) == (name in LACKING), name, audit["findings"])
        check(not any(f["kind"] == "suspect" for f in audit["findings"]), name, audit["findings"])
        made[name] = clips_of(out)
        changes[name] = {
            r["recording"]: works_json("inspect", os.path.join(corpus, r["file"]))["switches"]
            for r in rows(os.path.join(corpus, "recordings.csv"))}
    check(0 in changes["mmpose"].values() and len(made["mmpose"]) > 5, changes)
    for name, taken in made.items():
        same = {r for r, count in changes["mmpose"].items() if changes[name][r] == count}
        check(len(same) >= (1 if name in ("untrimmed", "imigue_csv") else 5), name, changes)
        alike = [key for key in made["mmpose"] if key[0] in same]
        check(set(alike) == {key for key in taken if key[0] in same}, name, "samples other clips")
        seen = 0
        for key in alike:
            for joint, left in made["mmpose"][key].items():
                right = taken[key].get(joint)
                if right is None:
                    continue
                for at, shown in enumerate(zip(left[2], right[2])):
                    if 0 in shown:
                        continue
                    seen += 1
                    apart = max(abs(left[c][at] - right[c][at]) for c in range(2))
                    check(apart <= TOLERANCE.get(name, 0), name, key, joint, at, apart)
        check(seen > 1000, name, seen)


def test_recordings_same_bytes(here):
    """Any number of threads, and a run killed half-way and repeated, give the same bytes."""
    whole = corpus_in(here)
    killed = os.path.join(here, "killed")
    command = [PROGRAM, "synth", "--out", killed, *SMALL]
    process = subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    until = time.monotonic() + 30
    while not os.listdir(os.path.join(killed, "recordings")) \
            if os.path.isdir(os.path.join(killed, "recordings")) else True:
        check(time.monotonic() < until and process.poll() is None, "ended before it could be killed")
    process.send_signal(signal.SIGKILL)
    process.wait()
    works(*command[1:])
    check(all_files(whole) == all_files(killed), "other bytes after a kill")
    made = [os.path.join(here, f"clips{threads}") for threads in (1, 2)]
    for threads, out in zip("12", made):
        works("sample", "--corpus", whole, "--out", out, "--threads", threads)
    left, right = map(all_files, made)
    left.pop("meta.json"), right.pop("meta.json")  # the command line stands in it
    check(left == right, "threads change clips")


def test_recordings_one_imperfect(here):
    """A recording that cannot be read does not stop the others, unless a class or a side empties."""
    corpus = corpus_in(here)
    listed = rows(os.path.join(corpus, "recordings.csv"))
    train = [r["recording"] for r in listed if r["split"] == "train"]
    test = [r["recording"] for r in listed if r["split"] == "test"]
    damaged = os.path.join(corpus, "recordings", test[0] + ".json")
    whole = clips.read(damaged)
    clips.write(damaged, whole[:len(whole) // 3])

    def marked(*segments):
        table = os.path.join(here, "marked.csv")
        clips.write(table, ("recording,start,end,label\n" + "".join(
            f"{r},10,40,{label}\n" for r, label in segments)).encode())
        return table

    def cut(*segments):
        out = os.path.join(here, f"cut{len(os.listdir(here))}")
        return ["cut", "--corpus", corpus, "--segments", marked(*segments), "--out", out]

    for told in (works_json(*cut((test[0], 0), (test[1], 0), (train[0], 0))),
                 works_json("audit", "--corpus", corpus), works_json("inspect", corpus)):
        lost = [f for f in told["findings"] if f["code"] == "recordings_unusable"]
        check(len(lost) == 1 and lost[0]["recording"] == test[0], told["findings"])
    refused(here, *cut((test[0], 1), (test[1], 0), (train[0], 0)), says=["class 1", test[0]])
    refused(here, *cut((test[0], 0), (train[0], 0)), says=["test side", test[0]])
    refused(here, *cut((test[0], 0), (test[1], 0), (train[0], 0)), "--strict", says=[test[0]])
    told = works_json(*cut((test[1], 0), (train[0], 0), ("somebody else", 1)))
    check(told["clips"] == 2 and any(f["code"] == "segments_of_unknown_recordings"
                                     for f in told["findings"]), told["findings"])


def test_recordings_refused(here):
    corpus = corpus_in(here)
    out = os.path.join(here, "clips")
    segments = os.path.join(corpus, "segments.csv")
    refused(here, "sample", "--corpus", corpus, "--out", out, "--prior", segments,
            says=["test side"])
    refused(here, "sample", "--corpus", os.path.join(here, "nowhere"), "--out", out)
    refused(here, "sample", "--corpus", corpus, "--out", corpus, says=["new or empty folder"])
    refused(here, "sample", "--corpus", corpus, "--out", out, "--threshold", "1", says=["refused"])
    refused(here, "sample", "--corpus", corpus, "--out", out, "--rest", "Nobody", says=["Nobody"])
    refused(here, "sample", "--corpus", corpus, "--out", out, "--tag-before", "3", code=2)
    refused(here, "cut", "--corpus", corpus, "--out", out, "--test-subjects", "999",
            says=["999"])
    refused(here, "synth", "--out", corpus, "--recordings", "7", says=["other settings"])
    refused(here, "pretrain", "--corpus", corpus, "--data", corpus, "--out", out, code=2)

    def broken(name, edit, *says, code=None):
        """Refused; where one imperfect item has a `code`, told of, and refused where strict."""
        copy = os.path.join(here, "copy")
        shutil.copytree(corpus, copy)
        target = os.path.join(copy, name)
        content = clips.read(target)
        clips.write(target, edit(content))
        if code:
            told = works_json("audit", "--corpus", copy)
            check(any(f["code"] == code for f in told["findings"]), code, told["findings"])
            refused(here, "audit", "--corpus", copy, "--strict", says=says)
        else:
            refused(here, "audit", "--corpus", copy, says=says)
        shutil.rmtree(copy)

    one = json.loads(clips.read(os.path.join(corpus, "corpus.json")))
    check(one["note"], one)
    broken("recordings.csv", lambda b: b.replace(b"recordings/", b"../"), "below the corpus")
    broken("recordings.csv", lambda b: b.replace(b",train,", b",both,"), "train, test")
    broken("segments.csv", lambda b: b[:-20], "segments.csv")
    broken("segments.csv", lambda b: b + b"interview_0001,5,4,0,Turtle neck,0\n", "a frame after 5",
           code="segments_unusable")
    broken("recordings/interview_0001.json", lambda b: b[:len(b) // 2], code="recordings_unusable")
    broken("recordings/interview_0001.json", lambda b: re.sub(rb"\[\[-?[0-9.]+", b"[[NaN", b, count=1),
           code="not_finite")
    broken("corpus.json", lambda b: b[:-5])
