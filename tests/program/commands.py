# SPDX-License-Identifier: MIT
"""Every command at work, on several kinds of skeleton."""

import json
import math
import os

import folder as clips
from support import TINY, check, fresh, mgfm, pretrained, works, works_json


def happy(here, settings, full):
    channels, persons, joints = (settings.get("channels", "xyz"), settings.get("persons", 1),
                                 settings.get("joints", 5))
    path = fresh(here, **settings)
    found = works_json("inspect", path)
    check(found["channels"] == channels and found["persons"] == persons, found)
    check(len(found["joints"]) == joints and found["usable"] == 24)
    check(found["frames"]["max"] <= 20 and found["subjects"][0] == {"subject": 1, "clips": 6}, found)
    check([c["clips"] for c in found["classes"]] == [8, 8, 8])
    drawing = os.path.join(here, "skeleton.svg")
    check("movement 1" in works("inspect", path, "--svg", drawing))
    check(f"joint {joints - 1}" in clips.read(drawing).decode())

    weights, report = os.path.join(here, "w.safetensors"), os.path.join(here, "p.json")
    confidence = ["--confidence"] if "c" in channels else []
    told = works("pretrain", "--data", path, "--out", weights, "--subjects-out", "4", "--json", report,
                 *confidence, *TINY)
    check("without subjects 4" in told, told)
    with open(report, encoding="utf-8") as file:
        summary = json.load(file)
    check(summary["data"]["clips"] == 18 and len(summary["history"]) == 2, summary)
    about = clips.description_in(weights)
    check(about["encoder"]["heads"] == "2" and about == summary["encoder"], about)

    features = os.path.join(here, "f.npy")
    told = works_json("embed", "--data", path, "--weights", weights, "--out", features, "--with-labels")
    shape, numbers = clips.read_npy(features)
    check(shape == (24, 32) and told["rows"] == 24 and told["encoder"]["frames"] == 16, told)
    check(all(map(math.isfinite, numbers)))
    for name in ("label", "subject", "clip"):
        check(clips.read_npy(os.path.join(here, f"f.{name}.npy"))[0] == (24,))

    direct = works_json("probe", "--data", path, "--weights", weights, "--test-subjects", "4")
    kinds = [row["features"] for row in direct["results"]]
    check(kinds == ["majority", "raw", "random", "pretrained"], kinds)
    saved = works_json("probe", "--data", path, "--features", features, "--test-subjects", "4")
    figures = ("knn_top1", "linear_top1", "knn_class_mean", "linear_class_mean")
    check([saved["results"][-1][k] for k in figures] == [direct["results"][-1][k] for k in figures])

    page = os.path.join(here, "hits.html")
    told = works_json("retrieve", "--data", path, "--weights", weights, "--query", "3", "--top", "4",
                      "--html", page)
    check(told["query"]["clip"] == 3 and len(told["hits"]) == 4, told)
    check(all(hit["clip"] != 3 for hit in told["hits"]))
    check("<animate" in clips.read(page).decode() or "animation" in clips.read(page).decode())
    told = works_json("retrieve", "--data", path, "--weights", weights, "--test-subjects", "4",
                      "--html", page)
    check(told["results"][-1]["knn_top1"] == direct["results"][-1]["knn_top1"], told["results"])

    systems = [] if full else ["--features", "majority,random,pretrained"]
    told = works_json("study", "--data", path, "--test-subjects", "4", *systems, *confidence, *TINY)
    kinds = {row["features"] for row in told["results"]}
    check(kinds == ({"majority", "summary", "raw", "dtw", "random", "supervised", "shuffled",
                     "pretrained"} if full else {"majority", "random", "pretrained"}), kinds)


def test_happy_xyz(here):
    happy(here, {}, full=True)


def test_happy_xy(here):
    happy(here, {"channels": "xy", "joints": 7}, full=False)


def test_happy_xyc(here):
    happy(here, {"channels": "xyc"}, full=False)


def test_happy_two_people(here):
    happy(here, {"persons": 2}, full=False)


def test_streams_fold_and_fuse(here):
    path = fresh(here)
    result = works_json("study", "--data", path, "--folds", "2", "--streams", "joint,motion",
                        "--features", "majority,pretrained", *TINY)
    streams = [(r["stream"], r["fold"]) for r in result["results"] if r["features"] == "pretrained"]
    check(sorted(streams) == [(s, f) for s in ("joint", "joint+motion", "motion") for f in (0, 1)],
          streams)


def test_foreign_weights(here):
    """Weights of another program: bare names, no metadata."""
    path = fresh(here)
    good = pretrained(here, path)
    head, body = clips.read_safetensors(good)
    del head["__metadata__"]
    expected = os.path.join(here, "expected.npy")
    works("embed", "--data", path, "--weights", good, "--out", expected, "--threads", "1")
    for prefix in ("", "backbone.", "model.backbone."):
        other, out = os.path.join(here, "other"), os.path.join(here, "out.npy")
        renamed = {prefix + name[len("backbone."):]: entry for name, entry in head.items()}
        clips.write_safetensors(other, renamed, body)
        done = mgfm("embed", "--data", path, "--weights", other, "--out", out, "--threads", "1")
        check(done.returncode == 0 and "heads" in done.stderr, done.stderr)
        works("embed", "--data", path, "--weights", other, "--out", out, "--threads", "1", "--heads",
              "2")
        check(clips.read(out) == clips.read(expected), "features differ for prefix", repr(prefix))
