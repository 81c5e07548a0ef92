# SPDX-License-Identifier: MIT
"""Streams with encoders of their own, the linear evaluation of contrastive work, and the tables of a
paper beside figures of one's own."""

import json
import os

import folder as clips
from support import check, fresh, mgfm, refused, works, works_json

SMALL = ["--frames", "16", "--batch", "8", "--epochs", "1", "--threads", "1"]
GRAPH = ["--encoder", "st_gcn", "--method", "moco", "--set", "width=8", "--set", "blocks=2", "--set",
         "wider=2", "--set", "slower=2"]
BOTH = [*GRAPH, "--streams", "joint,bigru:joint", "--set", "bigru.width=8", "--set", "bigru.layers=1"]
PAPER = ["reproduce", "--paper", "identity-free", *SMALL, "--set", "aagcn.width=4", "--set",
         "aagcn.blocks=2", "--set", "aagcn.wider=2", "--set", "aagcn.slower=2", "--set", "bigru.width=8",
         "--set", "bigru.layers=1"]


def figures(told, kind="pretrained"):
    return {row["stream"]: row["linear_top1"] for row in told["results"] if row["features"] == kind}


def test_members(here):
    path, work = fresh(here), os.path.join(here, "work")
    command = ["study", "--data", path, *SMALL, "--test-subjects", "4", "--features",
               "random,pretrained", "--work", work]
    told = works_json(*command, *BOTH)
    check(list(figures(told)) == ["joint", "bigru:joint", "joint+bigru:joint"], figures(told))
    check(list(figures(told, "random")) == ["joint", "bigru:joint"], figures(told, "random"))
    settings = told["settings"]
    check(settings["encoder"] == "st_gcn" and settings["width"] == "8", settings)
    check(settings["encoder of bigru:joint"] == "bigru" and settings["bigru.width"] == "8", settings)
    # Each member is what it is alone, and what was computed is used again.
    alone = works_json("study", "--data", path, *SMALL, "--test-subjects", "4", "--features",
                       "pretrained", "--encoder", "bigru", "--method", "moco", "--set", "width=8",
                       "--set", "layers=1")
    check(figures(alone)["joint"] == figures(told)["bigru:joint"], alone["results"], told["results"])
    again = mgfm(*command, *BOTH)
    check("5 rows of before are used again, 0 were computed" in again.stderr, again.stderr)
    # --encoder's own name before a stream changes nothing.
    named = mgfm(*command, *[w.replace("joint,", "st_gcn:joint,") for w in BOTH])
    check("5 rows of before are used again, 0 were computed" in named.stderr, named.stderr)
    # Another linear probe makes other rows.
    other = mgfm(*command, *BOTH, "--linear", "sgd")
    check(other.returncode == 0 and "were computed" not in other.stderr, other.stderr)
    probed = works_json(*command, *BOTH, "--linear", "sgd")
    check("sgd" in probed["settings"]["linear probe"], probed["settings"])
    check("linear probe" not in settings, settings)
    back = mgfm(*command, *BOTH)
    check("5 rows of before are used again, 0 were computed" in back.stderr, back.stderr)


def test_bad_members(here):
    path = fresh(here)
    command = ["study", "--data", path, *SMALL, *GRAPH]
    for words, says in (("octopus:joint", "dste"), ("bigru:sound", "bone_motion"), (":joint", "no encoder"),
                        ("joint,st_gcn:joint", "twice"), ("sound", "bone_motion"), ("bigru:", "no stream")):
        refused(here, *command, "--streams", words, code=2, says=["--streams", says, "expected", "found"])
    refused(here, *command, "--set", "bigru.width=8", code=2, says=["bigru", "st_gcn", "--streams"])
    refused(here, *command, "--streams", "joint,bigru:joint", "--set", "bigru.hops=8", says=["hops"])
    refused(here, *command, "--set", "octopus.width=8", says=["octopus.width"])
    refused(here, *command, "--linear", "magic", code=2, says=["sgd"])
    refused(here, "train", "--data", path, "--out", os.path.join(here, "x"), "--streams", "bigru:joint",
            code=2, says=["--streams"])


def test_reproduce(here):
    path, page = fresh(here), os.path.join(here, "page.html")
    result, work = os.path.join(here, "told.json"), os.path.join(here, "work")
    command = [*PAPER, "--data", path, "--test-subjects", "4", "--only", "table3", "--work", work]
    words = works(*command, "--json", result, "--html", page)
    check("(41.05)" in words and "(76.67 or 75.69)" in words and "contradicts itself" in words, words)
    with open(result, encoding="utf-8") as file:
        told = json.load(file)
    check([t["id"] for t in told["tables"]] == ["table3"] and not told["figures"], told["tables"])
    rows = {row["stream"]: row for row in told["tables"][0]["rows"]}
    check(list(rows) == ["Joint", "Sequence", "Joint+Sequence"], rows)
    trained = {row["stream"]: row["linear_top1"] for row in told["results"]["dual"]}
    for name, stream in (("Joint", "joint"), ("Sequence", "bigru:joint"),
                         ("Joint+Sequence", "joint+bigru:joint")):
        check(rows[name]["ours"]["linear_top1"] == trained[stream], rows[name], trained)
        check(rows[name]["ours"]["shared_people"] == 0, rows[name])
    check(rows["Sequence"]["paper"][2] == {"printed": 76.67, "printed_elsewhere": 75.69}, rows)
    check("other data" in told["tables"][0]["whose"], told["tables"][0])
    drawn = clips.read(page).decode()
    check("<span>41.05</span>" in drawn and "Table 3" in drawn and "Table 4" not in drawn, "page")
    again = mgfm(*command)
    check("3 rows of before are used again, 0 were computed" in again.stderr, again.stderr)


def test_bad_reproduction(here):
    path = fresh(here)
    refused(here, *PAPER, "--data", path, "--only", "table9", code=2, says=["table6", "figure12"])
    refused(here, *PAPER, "--data", path, "--set", "width=8", code=2, says=["aagcn"])
    refused(here, *PAPER, "--data", path, "--only", "table3", "--set", "aagcn.hops=8", says=["hops"])
    refused(here, *PAPER, "--data", path, "--only", "table3", "--protocol", "cross-view",
            says=["view.npy"])
    refused(here, *PAPER, "--data", path, "--only", "table3", "--protocol", "cross-view", "--folds", "2",
            code=2, says=["--folds"])
    refused(here, "reproduce", "--paper", "another", "--data", path, code=2, says=["identity-free"])
    refused(here, "reproduce", "--data", path, code=2, says=["--paper"])
