# SPDX-License-Identifier: MIT
"""Weights, features and checkpoints that must be refused."""

import json
import math
import os
import struct

import folder as clips
from folder import Clips, write
from support import TINY, check, fresh, pretrained, refused, works


def test_bad_weights(here):
    path = fresh(here)
    good = pretrained(here, path)
    bad = os.path.join(here, "bad.safetensors")
    features = os.path.join(here, "features.npy")

    def rejects(content, *more, data=path, says=()):
        write(bad, content)
        refused(here, "embed", "--data", data, "--weights", bad, "--out", features, *more, says=says)

    whole = clips.read(good)
    for cut in (0, 7, 8, 100, len(whole) // 2, len(whole) - 1):
        rejects(whole[:cut], says=["bad.safetensors"])
    rejects(whole + b"\0")
    rejects(struct.pack("<Q", 2**63) + whole[8:])
    rejects(struct.pack("<Q", len(whole)) + whole[8:])
    rejects(whole[:8] + b"[" + whole[9:])

    head, body = clips.read_safetensors(good)

    def rewritten(edit, *more, **rest):
        copy = json.loads(json.dumps(head))
        edit(copy)
        clips.write_safetensors(bad, copy, body)
        rejects(clips.read(bad), *more, **rest)

    spe = "backbone.spe"
    def reshape(name, shape):
        return lambda h: h[name].update(shape=shape)
    rewritten(reshape(spe, [1, 5, 17]))
    rewritten(reshape(spe, [1, 10, 8]))
    rewritten(reshape(spe, [5, 16]), says=[spe])
    rewritten(reshape(spe, [2**62, 2**62, 4]))
    rewritten(reshape("backbone.t_tr.DSA.wt1.weight", [8, 32]), says=["wt1"])
    rewritten(lambda h: h[spe].update(dtype="C64"))
    rewritten(lambda h: h[spe].update(data_offsets=[0, 4]))
    rewritten(lambda h: h.__setitem__("backbone.other", h.pop(spe)), says=["spe"])
    rewritten(lambda h: h.__setitem__("backbone.other", h.pop("backbone.t_tr.CA.conv1.bias")))

    def described(edit, *more, **rest):
        def change(header):
            about = json.loads(header["__metadata__"]["mgkit.encoder"])
            edit(about)
            header["__metadata__"]["mgkit.encoder"] = json.dumps(about)
        rewritten(change, *more, **rest)
    described(lambda d: d["encoder"].update(heads="many"), says=["heads"])
    described(lambda d: d["encoder"].update(heads="3"), says=["heads"])
    described(lambda d: d["encoder"].update(heads="4"), says=["heads is 2 instead of 4"])
    described(lambda d: d["encoder"].update(gap="2"), says=["gap is 4 instead of 2"])
    described(lambda d: d["preparation"].update(scale="huge"), says=["scale"])
    described(lambda d: d["input"].update(stream="river"), says=["river"])
    described(lambda d: d["skeleton"].update(joints=[1]))
    described(lambda d: d.update(skeleton=3))
    rewritten(lambda h: h["__metadata__"].update({"mgkit.encoder": "[]"}), says=["mgkit.encoder"])
    rewritten(lambda h: h["__metadata__"].update({"mgkit.facts": "{"}), says=["mgkit.facts"])
    for command in ("embed", "probe", "retrieve"):
        out = ["--out", features] if command == "embed" else []
        refused(here, command, "--data", path, "--weights", good, *out, "--heads", "4", "--stream",
                "bone", "--scale", "none", "--reference", "frame",
                says=["4 differences", "heads is 2 instead of 4", "stream is joint instead of bone",
                      "scale is body instead of none", "reference is clip instead of frame"])
    refused(here, "retrieve", "--data", path, "--weights", good, "--query", "24", says=["23"])

    others = {"seven": {"joints": 7}, "flat": {"channels": "xy"}, "two": {"persons": 2}}
    for name, settings in others.items():
        other = fresh(here, name, **settings)
        for command in ("embed", "probe", "retrieve"):
            out = ["--out", features] if command == "embed" else []
            refused(here, command, "--data", other, "--weights", good, *out,
                    says=["encoder.safetensors"])
    renamed = Clips()
    renamed.meta["joints"][2:4] = ["joint 3", "joint 2"]
    refused(here, "embed", "--data", renamed.save(os.path.join(here, "renamed")), "--weights", good,
            "--out", features, says=["joint 2"])


def test_bad_features(here):
    path = fresh(here)
    file = os.path.join(here, "features.npy")
    def rejects(content, says=()):
        write(file, content)
        refused(here, "probe", "--data", path, "--features", file, says=["features.npy", *says])
    rejects(clips.npy_header("<f4", [23, 2]) + bytes(23 * 8))
    rejects(clips.npy_header("<f4", [24]) + bytes(24 * 4))
    rejects(clips.npy_header("<i8", [24, 1]) + bytes(24 * 8))
    rejects(clips.npy_header("|O", [24, 1]) + bytes(24 * 8))
    rejects(clips.npy_header("<f4", [24, 1]) + struct.pack("<24f", *[1] * 23, math.nan), says=["nan"])


def test_bad_checkpoint(here):
    path = fresh(here)
    out, checkpoint = os.path.join(here, "w"), os.path.join(here, "checkpoint")
    again = ["pretrain", "--data", path, "--out", out, "--checkpoint", checkpoint]
    works(*again, *TINY)
    refused(here, *again, *TINY, "--rate", "0.01", says=["checkpoint"])
    refused(here, *again, *TINY, "--seed", "2", says=["checkpoint"])
    whole = clips.read(checkpoint)
    for damaged in (whole[:-1], b"", whole[:-4] + bytes(4) if whole[-4:] != bytes(4) else whole[:-4] + b"abcd"):
        write(checkpoint, damaged)
        refused(here, *again, *TINY, says=["checkpoint"])
        check(clips.read(checkpoint) == damaged, "a damaged checkpoint was replaced")
