# SPDX-License-Identifier: MIT
"""Folders of clips that must be refused, and clips that cannot be used."""

import math
import os
import struct

import folder as clips
from folder import Clips
from support import TINY, broken, check, edited, fresh, header, integers, meta, refused, replaced, value, works_json


def test_bad_values(here):
    sound = Clips()
    for number in (math.nan, math.inf, -math.inf):
        for command, options in (("pretrain", ["--out", os.path.join(here, "w"), *TINY]),
                                 ("study", ["--json", os.path.join(here, "s.json"), *TINY])):
            broken(here, value(sound.at(2, 1, 3, 4), number), command, options,
                   says=["data.npy", "clip 2, frame 3, joint 4"])
    broken(here, integers("label.npy", lambda v: replaced(v, 5, 3)), says=["label.npy", "3 for clip 5"])
    broken(here, integers("label.npy", lambda v: replaced(v, 5, -1)), says=["label.npy", "-1"])
    broken(here, integers("num_frames.npy", lambda v: replaced(v, 1, 21)), says=["num_frames.npy"])
    broken(here, integers("num_frames.npy", lambda v: replaced(v, 1, -1)), says=["num_frames.npy"])
    broken(here, integers("subject.npy", lambda v: replaced(v, 1, 2**40)), says=["subject.npy"])


def test_bad_arrays(here):
    for name in ("data.npy", "num_frames.npy", "label.npy", "subject.npy", "meta.json"):
        broken(here, lambda path, name=name: os.remove(os.path.join(path, name)), says=[name])
    for name in ("num_frames.npy", "label.npy", "subject.npy"):
        broken(here, integers(name, lambda v: v[:-1]), says=[name, "24"])
        broken(here, header(name, "<f8", [24], body=struct.pack("<24d", *[0.5] * 24)), says=[name])
        broken(here, header(name, "|O", [24]), says=[name])
    data = "data.npy"
    n, c, t, v, m = Clips().shape
    broken(here, edited(data, lambda b: b[:-1]), says=[data, "cut short"])
    broken(here, edited(data, lambda b: b + b"\0"), says=[data])
    broken(here, edited(data, lambda b: b[:50]), says=[data, "cut short"])
    broken(here, edited(data, lambda b: b[:7]), says=[data])
    broken(here, edited(data, lambda b: b""), says=[data])
    broken(here, edited(data, lambda b: b"PK" + b[2:]), says=[data])
    broken(here, edited(data, lambda b: b[:6] + b"\x09" + b[7:]), says=[data])
    broken(here, header(data, "<f4", [n + 1, c, t, v, m]), says=[data])
    broken(here, header(data, "<f4", [2**62, 2**62, t, v, m]), says=[data])
    broken(here, header(data, "<f4", [n, c, t, v]), says=[data])
    broken(here, header(data, "<f4", [n, c, t, v * m]), says=[data, "5 dimensions"])
    broken(here, header(data, "|O", [n, c, t, v, m]), says=[data])
    broken(here, header(data, "<f4", [0, c, t, v, m], body=b""), says=[data])
    broken(here, header(data, "<f4", [n, c, t, v, m], "'more': 1"), says=[data])


def test_bad_meta(here):
    name = "meta.json"
    broken(here, edited(name, lambda b: b[:-1]), says=[name])
    broken(here, edited(name, lambda b: b"[]"), says=[name])
    broken(here, edited(name, lambda b: b"[" * 100000), says=[name])
    broken(here, edited(name, lambda b: b[:-1] + b', "name": "again"}'), says=[name, "once"])
    broken(here, edited(name, lambda b: b.replace(b"joint 1", b"joint \xff")), says=[name])
    broken(here, meta(lambda m: m.pop("joints")), says=[name, "joints"])
    broken(here, meta(lambda m: m.pop("bones")), says=[name, "bones"])
    broken(here, meta(lambda m: m["joints"].append("one more")))
    broken(here, meta(lambda m: m["joints"].__setitem__(1, "joint 0")))
    broken(here, meta(lambda m: m["bones"].append([0, 4])))
    broken(here, meta(lambda m: m["bones"].append([9, 0])))
    broken(here, meta(lambda m: m["bones"].append([1])))
    broken(here, meta(lambda m: m.update(bones="none")))
    broken(here, meta(lambda m: m.update(channels=["x", "y"])), says=["channels"])
    broken(here, meta(lambda m: m.update(channels=["x", "z", "y"])), says=["channels"])
    broken(here, meta(lambda m: m.update(class_names=["only one"])), says=["label.npy"])
    broken(here, meta(lambda m: m.update(centre=5)))


def test_wrong_joint_count(here):
    def without_last(content):
        content["joints"].pop()
        content["bones"].pop()
    broken(here, meta(without_last), says=["4 joints", "5"])


def test_bad_splits(here):
    study = ["--json", os.path.join(here, "s.json"), *TINY]
    sound = Clips()
    sound.split = [0] * 24
    def split(values):
        return lambda path: clips.write_integers(os.path.join(path, "split.npy"), values)
    broken(here, split([2] * 24), "study", study, says=["split.npy"])
    broken(here, split([0] * 24), "study", study)
    broken(here, split([0, 1] * 12), "study", study, says=["subject"])
    path = fresh(here)
    refused(here, "study", "--data", path, "--test-subjects", "99", *study, says=["99"])
    refused(here, "study", "--data", path, "--test-subjects", "1,2,3,4", *study)
    refused(here, "study", "--data", path, "--folds", "5", *study, says=["5"])
    refused(here, "pretrain", "--data", path, "--subjects-out", "99", "--out",
            os.path.join(here, "w"), *TINY, says=["99"])
    refused(here, "pretrain", "--data", path, "--subjects-out", "1,2,3,4", "--out",
            os.path.join(here, "w"), *TINY)
    path = fresh(here, subjects=1)
    refused(here, "study", "--data", path, *study, says=["2 subjects"])


def test_unusable_clips(here):
    some = Clips(channels="xyc")
    some.num_frames[3] = 0
    for t in range(some.shape[2]):
        for v in range(some.shape[3]):
            some.values[some.at(7, 2, t, v)] = 0
    path = some.save(os.path.join(here, "clips"))
    found = works_json("inspect", path)
    check(found["clips"] == 24 and found["usable"] == 22, found["usable"])
    check(found["unusable"] == {"no frame": 1, "no visible joint": 1}, found["unusable"])
    result = works_json("study", "--data", path, "--features", "majority,raw", "--folds", "2", *TINY)
    check(result["data"]["excluded"] == 2 and result["data"]["clips"] == 22, result["data"])
    # A class of which nothing is left fails the run.
    for i, label in enumerate(some.label):
        if label == 2:
            some.num_frames[i] = 0
    path = some.save(os.path.join(here, "emptied"))
    refused(here, "inspect", path, says=["movement 2"])
    some.num_frames = [0] * 24
    path = some.save(os.path.join(here, "empty"))
    refused(here, "study", "--data", path, "--json", os.path.join(here, "s.json"), *TINY)
