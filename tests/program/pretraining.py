# SPDX-License-Identifier: MIT
"""Who an encoder was pre-trained on: the training side by default, and told wherever it is scored."""

import json
import os

import folder as clips
from folder import Clips
from support import TINY, check, mgfm, refused, works, works_json
from training_side import sound, stripped, walking


def saved(here, name, edit=None, called=None):
    made = Clips(subjects=4)
    if called:
        made.meta["name"] = called
    if edit:
        edit(made)
    return made.save(os.path.join(here, name))


def split_by(test):
    def edit(made):
        made.split = [1 if s in test else 0 for s in made.subject]
    return edit


def test_pretrain_takes_the_training_side(here):
    path, out = saved(here, "clips", split_by([3, 4])), os.path.join(here, "w")
    told = works_json("pretrain", "--data", path, "--out", out, *TINY)
    check(told["data"]["subjects"] == [1, 2] and told["data"]["clips"] == 12, told["data"])
    check(told["data"]["test_side_left_out"] == {"clips": 12, "subjects": [3, 4]}, told["data"])
    about = clips.read_safetensors(out)[0]["__metadata__"]
    check(json.loads(about["subjects"]) == [1, 2] and "training side" in about["trained_on"], about)
    done = mgfm("pretrain", "--data", path, "--out", out, *TINY)
    check("12 clips of 2 subjects (3, 4) are left out" in done.stderr, done.stderr)
    check("training side" in done.stdout, done.stdout)

    told = works_json("pretrain", "--data", path, "--out", out, "--subjects-out", "2", *TINY)
    check(told["data"]["subjects"] == [1], told["data"])

    told = works_json("pretrain", "--data", path, "--out", out, "--all-clips", *TINY)
    check(told["data"]["subjects"] == [1, 2, 3, 4] and told["data"]["clips"] == 24, told["data"])
    about = clips.read_safetensors(out)[0]["__metadata__"]
    check("--all-clips" in about["trained_on"], about)

    refused(here, "pretrain", "--data", saved(here, "tested", split_by([1, 2, 3, 4])), "--out", out,
            *TINY, says=["--all-clips"])
    def shared(made):
        made.split = [i % 2 for i in range(24)]
    refused(here, "pretrain", "--data", saved(here, "shared", shared), "--out", out, *TINY,
            says=["no subject on both sides"])


def told_by(command, path, weights):
    done = mgfm(command, "--data", path, "--weights", weights, "--test-subjects", "3,4")
    check(done.returncode == 0, done.stderr)
    return done.stdout, works_json(command, "--data", path, "--weights", weights, "--test-subjects",
                                   "3,4")


def test_seen_people(here):
    """By their numbers, whatever the two sets are called."""
    weights = os.path.join(here, "w")
    works("pretrain", "--data", saved(here, "unlabelled", called="talks-unlabelled"), "--out", weights,
          "--subjects-out", "3", *TINY)
    same = saved(here, "same", called="talks-unlabelled")
    other = saved(here, "other", called="talks-labelled")
    for command in ("probe", "retrieve"):
        for path, certain in ((same, True), (other, False)):
            words, told = told_by(command, path, weights)
            seen = told["seen_in_pretraining"]
            check(seen["scored"] == [3, 4] and seen["seen"] == [4], command, seen)
            check(seen["same_name"] is certain and seen["known"], seen)
            check("1 of the 2 subjects scored here (4)" in words, words)
            check(("talks-unlabelled" in words and "other people" in words) is not certain, words)
            check(any("1 of the 2 subjects" in note for note in told["data"]["notes"]), told["data"])
        words, told = told_by(command, other, stripped(weights, os.path.join(here, "foreign")))
        check(told["seen_in_pretraining"]["known"] is False, told["seen_in_pretraining"])
        check("unknown" in words, words)

    told = works_json("retrieve", "--data", other, "--weights", weights, "--query", "23")
    check(told["seen_in_pretraining"]["seen"] == [4], told["seen_in_pretraining"])
    check("numbers of 1 of the 1 subjects" in works("retrieve", "--data", other, "--weights", weights,
                                                    "--query", "23"))


def test_unseen_people(here):
    path, weights = saved(here, "clips"), os.path.join(here, "w")
    works("pretrain", "--data", path, "--out", weights, "--subjects-out", "3,4", *TINY)
    for command in ("probe", "retrieve"):
        words, told = told_by(command, path, weights)
        check(told["seen_in_pretraining"]["seen"] == [], told["seen_in_pretraining"])
        check("pre-trained, without labels" not in words, words)


def test_positions_of_each_fold(here):
    """Features from a file, weights of other programs and a study: raw coordinates agree, with one
    split and with folds, each of which decides by itself."""
    made = sound()
    walking(made)
    path = made.save(os.path.join(here, "clips"))
    weights = os.path.join(here, "w")
    works("pretrain", "--data", path, "--out", weights, *TINY)
    foreign = stripped(weights, os.path.join(here, "foreign"))
    features = os.path.join(here, "f.npy")
    clips.write_floats(features, [float(i % 7) for i in range(2 * made.shape[0])], [made.shape[0], 2])
    sizes = ["--frames", "16", "--width", "16", "--heads", "2"]
    for split in ([], ["--folds", "2"], ["--test-subjects", "1,2,3,4"]):
        runs = [works_json("study", "--data", path, "--features", "raw", *sizes, *split),
                works_json("probe", "--data", path, "--features", features, *split),
                works_json("probe", "--data", path, "--weights", foreign, *split)]
        rows = [[(r["fold"], r["chosen"]["reference"]) for r in run["results"]
                 if r["features"] == "raw"] for run in runs]
        check(rows[0] == rows[1] == rows[2], rows)
        figures = [[(r["knn_top1"], r["linear_top1"], r["chosen"]) for r in run["results"]
                    if r["features"] == "raw"] for run in (runs[0], runs[2])]
        check(figures[0] == figures[1], figures)
        chosen = {reference for _, reference in rows[0]}
        check(chosen == ({"clip"} if not split else {"clip", "frame"} if "--folds" in split
                         else {"frame"}), split, rows)


def test_who_decides_without_a_split(here):
    """Nobody is tested by embed, and by retrieve with a query: what decided is told."""
    weights = os.path.join(here, "w")
    works("pretrain", "--data", sound().save(os.path.join(here, "trained")), "--out", weights, *TINY)
    foreign = stripped(weights, os.path.join(here, "foreign"))
    for name, split, decides, reference in (("with", True, "training side", "clip"),
                                            ("without", False, "all that there are", "frame")):
        made = sound()
        walking(made)
        if not split:
            made.split = None
        path = made.save(os.path.join(here, name))
        out = os.path.join(here, name + ".npy")
        told = works_json("embed", "--data", path, "--weights", foreign, "--out", out)
        check(decides in told["reference_decided_by"], told["reference_decided_by"])
        check(told["preparation"]["reference"] == reference, told["preparation"])
        check(any("prepared" in note for note in told["notes"]), told["notes"])
        done = mgfm("retrieve", "--data", path, "--weights", foreign, "--query", "0")
        check(f"per {reference}" in done.stderr and decides in done.stderr, done.stderr)
        told = works_json("retrieve", "--data", path, "--weights", foreign, "--query", "0")
        check(told["settings"]["reference position"] == "per " + reference, told["settings"])
        told = works_json("embed", "--data", path, "--weights", weights, "--out", out)
        check(told["reference_decided_by"] == "stated", told)
