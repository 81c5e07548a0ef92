# SPDX-License-Identifier: MIT
"""Augmentations by their names, and what each of them is worth."""

import json
import os

import folder as clips
from support import check, fresh, mgfm, refused, works, works_json
from two_streams import GRAPH, SMALL

TWO = ["--stages", "stretch,shear"]


def test_views(here):
    listed = works_json("list")["views"]
    check(listed[:3] == ["reference", "mg", "none"] and "prior.rotation" in listed, listed)
    path, out = fresh(here), os.path.join(here, "w")
    command = ["pretrain", "--data", path, "--out", out, *SMALL, *GRAPH, "--views"]
    losses = {views: works_json(*command, views)["history"][0]["loss"]
              for views in ("none", "stretch", "stretch+shear", "shear+stretch", "crop_resize+shear")}
    check(len(set(losses.values())) == len(losses), losses)
    for wrong in ("strech", "stretch+", "none+shear", ""):
        refused(here, *command, wrong, code=2, says=["--views", "prior.rotation"])
    refused(here, "train", "--data", path, "--out", out, "--views", "strech", code=2, says=["strech"])


def test_ablate(here):
    path, page, result = fresh(here), os.path.join(here, "page.html"), os.path.join(here, "told.json")
    command = ["ablate", "--data", path, *SMALL, *GRAPH, *TWO, "--test-subjects", "3,4", "--work",
               os.path.join(here, "work")]
    words = works(*command, "--json", result, "--html", page)
    with open(result, encoding="utf-8") as file:
        told = json.load(file)
    sets = {s["views"]: s for s in told["sets"]}
    check(list(sets) == ["none", "stretch", "shear", "stretch+shear"], list(sets))
    check("views" not in told["settings"] and told["settings"]["method"] == "moco", told["settings"])
    for name, one in sets.items():
        check(name in words and one["to_random"]["linear_top1"]["low"] <= one["to_random"]["linear_top1"]
              ["mean"] <= one["to_random"]["linear_top1"]["high"], one)
    # Differences are those of the figures, on the same clips, but for the order of two sums.
    check(told["caveats"] and "findings" in told and not told["left_out"], told)
    gain = sets["shear"]["linear_top1"]["mean"] - sets["none"]["linear_top1"]["mean"]
    check(abs(sets["shear"]["to_none"]["linear_top1"]["mean"] - gain) < 1e-9, sets)
    drawn = clips.read(page).decode()
    check("two augmentations" not in drawn and "2 augmentations" in drawn and "stretch+shear" in drawn, page)
    # A set is what a study with its views is, and what was computed is used again.
    alone = works_json("study", "--data", path, *SMALL, *GRAPH, "--views", "shear", "--test-subjects",
                       "3,4", "--features", "pretrained")
    check(alone["results"][0]["linear_top1"] == sets["shear"]["linear_top1"]["mean"], alone["results"])
    again = mgfm(*command)
    check(again.returncode == 0 and again.stdout == words, again.stderr)
    check(again.stderr.count("1 rows of before are used again, 0 were computed") == 4, again.stderr)


def test_bad_ablations(here):
    path = fresh(here)
    command = ["ablate", "--data", path, *SMALL, *GRAPH]
    refused(here, *command, "--stages", "stretch,polish", code=2, says=["polish"])
    refused(here, *command, "--sets", "all", code=2, says=["pairs"])
    refused(here, *command, *TWO, "--streams", "joint,bone", code=2, says=["one stream"])
    refused(here, *command, "--views", "mg", code=2)
