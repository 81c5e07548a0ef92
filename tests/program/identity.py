# SPDX-License-Identifier: MIT
"""Who is seen in clips, before and after what tells people apart is taken away; which augmentations
destroy a class."""

import json
import os

import folder as clips
from folder import Clips, write
from support import check, fresh, mgfm, pretrained, refused, works, works_json

ONE = ["--threads", "1"]
FACES = ["hip", "spine", "neck", "nose", "left_eye"]


def told_apart(here, names=None, **settings):
    """People who differ in the length of their last bone."""
    made = Clips(repetitions=4, **settings)
    last = made.shape[3] - 1
    for i, who in enumerate(made.subject):
        for c in range(len(made.meta["channels"])):
            for t in range(made.shape[2]):
                a, b = made.at(i, c, t, last - 1), made.at(i, c, t, last)
                made.values[b] = made.values[a] + (made.values[b] - made.values[a]) * (1 + who)
    if names:
        made.meta["joints"] = names
    return made.save(os.path.join(here, "people"))


def rows_of(told):
    return {(row["features"], row["clips_as"]): row for row in told["results"]}


def test_identify(here):
    path = told_apart(here)
    told = works_json("identify", "--data", path, *ONE)
    found = rows_of(told)
    check(list(found) == [("raw", "as recorded"), ("raw", "equal bones")], list(found))
    before, after = found["raw", "as recorded"]["person"], found["raw", "equal bones"]["person"]
    check(before["knn_top1"] > 0.6, before)
    check(before["knn_stands"] == before["linear_stands"] == "above chance", before)
    check(after["knn_stands"] == after["linear_stands"] == "at chance", after)
    check(before["clips"] == 48 and before["chance"] == 0.25, before)
    low, high = before["chance_interval"]
    check(0 < low < 0.25 < high < 0.5, low, high)
    gesture = found["raw", "as recorded"]["gesture"]
    check(gesture["clips"] == 48 and gesture["classes"] == 3 and gesture["folds"] == 4, gesture)
    check(told["kind"] == "identify" and told["recordings_from"] is None, told["recordings_from"])
    notes = " ".join(told["caveats"])
    for words in ("No joint is called after a part of the face", "mean length over all 4 people",
                  "Recordings are not known"):
        check(words in notes, "no", words, "in", notes)
    words = works("identify", "--data", path, *ONE)
    for part in ("as recorded", "equal bones", "who, linear %", "gesture, 1-NN %", "chance %",
                 "(at chance)", "Recordings are not known"):
        check(part in words, "no", part, "in", words)
    check(works("identify", "--data", path, *ONE) == words, "another answer to the same question")


def test_identify_without_face(here):
    path = told_apart(here, FACES, channels="xy")
    weights = pretrained(here, path)
    told = works_json("identify", "--data", path, "--weights", weights, *ONE)
    found = rows_of(told)
    kinds = ["as recorded", "no face", "equal bones", "no face, equal bones"]
    check(list(found) == [(f, k) for f in ("raw", "random", "pretrained") for k in kinds],
          list(found))
    for kind in kinds:
        person = found["raw", kind]["person"]
        wanted = "above chance" if kind == "as recorded" else "at chance"
        check(person["knn_stands"] == person["linear_stands"] == wanted, kind, person)
    notes = " ".join(told["caveats"])
    for words in ("nose, left_eye are dropped", "not seen by the encoder", "two coordinates",
                  "4 of the 4 subjects"):
        check(words in notes, "no", words, "in", notes)
    check(told["seen_in_pretraining"]["seen"] == [1, 2, 3, 4], told["seen_in_pretraining"])
    plain = works_json("identify", "--data", path, "--weights", weights, "--plain", *ONE)
    check(plain["results"] == told["results"][8:], "features by themselves differ")


def test_identify_recordings(here):
    path = told_apart(here)
    numbers = os.path.join(here, "take.npy")
    clips.write_integers(numbers, [i // 3 for i in range(48)])
    told = works_json("identify", "--data", path, "--recordings", numbers, *ONE)
    check(told["results"][0]["recordings"] == 16 and told["recordings_from"] == numbers, told)
    lines = os.path.join(path, "clips.csv")
    write(lines, ("clip,recording\n" + "".join(f"{i},r{i // 3}\n" for i in range(48))).encode())
    same = works_json("identify", "--data", path, *ONE)
    check(same["results"] == told["results"] and same["recordings_from"] == lines, same)
    write(lines, b"clip,recording\n0,a\n")
    refused(here, "identify", "--data", path, *ONE, says=["clips.csv", "clip 1"])
    write(lines, b"clip,recording\n" + b"0,a\n" * 48)
    refused(here, "identify", "--data", path, *ONE, says=["clips.csv", "once"])
    clips.write_integers(numbers, [0] * 47)
    refused(here, "identify", "--data", path, "--recordings", numbers, *ONE,
            says=["take.npy", "48", "47"])
    # A person with one recording cannot be tested.
    clips.write_integers(numbers, [0] * 12 + [1 + i // 3 for i in range(36)])
    told = works_json("identify", "--data", path, "--recordings", numbers, *ONE)
    check(told["left_out"] == [1] and told["people"] == [2, 3, 4], told["left_out"])
    check(any("Left out: 1 of 4 people (1)" in c for c in told["caveats"]), told["caveats"])


def test_identify_refuses(here):
    refused(here, "identify", "--data", fresh(here, subjects=1), *ONE,
            says=["subject.npy", "two or more people"])
    refused(here, "identify", "--data", fresh(here), "--apart", "24", *ONE, says=["people", "apart"])
    for name in ("label.npy", "subject.npy"):
        path = fresh(here)
        os.remove(os.path.join(path, name))
        refused(here, "identify", "--data", path, *ONE, says=[name])
    refused(here, "identify", "--data", fresh(here), "--recordings", os.path.join(here, "none.npy"),
            *ONE, says=["none.npy"])
    tied = FACES[2:] + ["left_hand", "right_hand"]
    path = told_apart(here, tied)
    meta = os.path.join(path, "meta.json")
    write(meta, clips.read(meta).replace(b'"bones": [[1, 0], [2, 1], [3, 2], [4, 3]]',
                                         b'"bones": [[0, 1], [2, 1], [3, 1], [4, 1]]'))
    refused(here, "identify", "--data", path, *ONE, says=["without its face", "neck"])
    refused(here, "identify", "--data", path, "--json", meta, *ONE, says=["read"])
    refused(here, "identify", *ONE, code=2, says=["--help"])


def test_identify_one_class(here):
    told = works_json("identify", "--data", told_apart(here, classes=1), "--folds", "2", *ONE)
    check(all(row["gesture"] is None for row in told["results"]), told["results"])
    check(any("one class" in c for c in told["caveats"]), told["caveats"])


def test_audit_views(here):
    out = os.path.join(here, "views.json")
    words = works("audit-views", "--synthetic", "--test-subjects", "7,8", "--views",
                  "view_perturbation,mirror,gaussian_noise", "--json", out)
    told = json.loads(clips.read(out))
    names = [c["name"] for c in told["changes"]]
    check(names == ["view_perturbation", "mirror", "gaussian_noise"], names)
    wide, _, noise = told["changes"]
    check(told["clips"] == 72 and told["top1"] > 0.6, told["clips"], told["top1"])
    check(wide["changed"] == 72 and wide["destroyed"], wide)
    check(not noise["destroyed"] and noise["kept"] > 60, noise)
    check(told["destroying"][0] == "view_perturbation", told["destroying"])
    check(told["kind"] == "audit-views" and told["features"] == "raw coordinates", told["kind"])
    check(any("linear, on raw coordinates" in c for c in told["caveats"]), told["caveats"])
    check("These destroy a class" in words and "it matters: view_perturbation" in words, words)
    check("right before any change" in words and "destroyed class" in words, words)


def test_audit_views_asks_the_probe(here):
    """The probe is the one of mgfm probe, in every fold; all augmentations are there."""
    path = fresh(here)
    weights = pretrained(here, path)
    source = ["--data", path, "--weights", weights, "--folds", "2", *ONE]
    told = works_json("audit-views", *source)
    probed = works_json("probe", *source)
    scores = [r["linear_top1"] for r in probed["results"] if r["features"] == "pretrained"]
    # Equal but for the order of two sums.
    check(abs(told["top1"] - sum(scores) / len(scores)) < 1e-9, told["top1"], scores)
    check(len(told["changes"]) > 20 and told["clips"] == 24, len(told["changes"]))
    check(told["seen_in_pretraining"]["known"], told["seen_in_pretraining"])
    few = works_json("audit-views", "--data", fresh(here, "few", subjects=2, repetitions=1),
                     "--views", "mirror", *ONE)
    check(few["never_judged"] == [0, 1, 2] and few["destroying"] == [], few["never_judged"])
    check("Never judged" in " ".join(few["caveats"]), few["caveats"])
    done = mgfm("audit-views", "--data", path, "--encoder", "lstm", "--set",
                "width=8", "--views", "shear", *ONE)
    check(done.returncode == 0 and "random encoder" in done.stdout, done.stderr)


def test_audit_views_refuses(here):
    path = fresh(here)
    refused(here, "audit-views", "--data", path, "--views", "mirror,polish", *ONE, code=2,
            says=["polish", "mirror", "shear", "time_reversal"])
    refused(here, "audit-views", "--data", fresh(here, classes=1), *ONE,
            says=["label.npy", "two or more classes"])
    refused(here, "audit-views", "--data", fresh(here, subjects=1), *ONE, says=["2 subjects"])
    refused(here, "audit-views", "--data", path, "--test-subjects", "9", *ONE, says=["9"])
