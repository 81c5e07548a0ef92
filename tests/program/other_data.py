# SPDX-License-Identifier: MIT
"""Results belong to the data and settings they were made of: nothing else is taken for them."""

import json
import os
import shutil
import signal
import struct
import subprocess
import time

import folder as clips
from support import (ENVIRONMENT, MODEL, PROGRAM, TINY, check, fresh, integers, mgfm, refused,
                     value, works, works_json, write)

ONE = ["--threads", "1"]
FIGURES = ("features", "stream", "fold", "seed", "knn_top1", "linear_top1", "knn_class_mean",
           "linear_class_mean")


def flipped(name, bit=0):
    """One bit of an array of a folder, counted from the front of its values."""
    def change(path):
        target = os.path.join(path, name)
        data = bytearray(clips.read(target))
        data[10 + struct.unpack("<H", data[8:10])[0] + bit // 8] ^= 1 << bit % 8
        write(target, bytes(data))
    return change


def instead(options, more):
    """Options with the value of one replaced, or one more."""
    name, new = more
    at = options.index(name) if name in options else len(options)
    return [*options[:at], name, new, *options[at + 2:]]


def rotated(path):
    """Labels of other clips."""
    integers("label.npy", lambda labels: labels[1:] + labels[:1])(path)


def study(path, *more):
    """Rows and standard error of a study."""
    out = path + ".json"
    done = mgfm("study", "--data", path, "--test-subjects", "4", "--json", out, *more)
    check(done.returncode == 0, done.stderr)
    with open(out, encoding="utf-8") as file:
        return [{k: row[k] for k in FIGURES} for row in json.load(file)["results"]], done.stderr


def from_nothing(here, path, *more):
    """The rows of a study of the same folder that has no earlier results."""
    copy = os.path.join(here, "copy")
    shutil.rmtree(copy, ignore_errors=True)
    for old in (copy + ".json", copy + ".json.work"):
        shutil.rmtree(old, ignore_errors=True) if os.path.isdir(old) else None
    shutil.copytree(path, copy)
    return study(copy, *more)[0]


PLAIN = ["--features", "majority,raw", *MODEL, *ONE]


def test_other_labels(here):
    path = fresh(here)
    study(path, *PLAIN)
    rotated(path)
    rows, told = study(path, *PLAIN)
    check(rows == from_nothing(here, path, *PLAIN), "figures of the labels before", rows)
    check("labels" in told and "anew" in told, told)


def test_any_array(here):
    """One flipped bit of any array: no row is used again. Touched, copied, renamed: all are."""
    for change, what in ((flipped("data.npy", 32 * 50), "coordinates"),
                         (flipped("num_frames.npy"), "lengths"), (rotated, "labels"),
                         (flipped("split.npy", 64 * 20), "published split"),
                         (flipped("subject.npy", 3), "subjects")):
        path = fresh(here, "clips")
        clips.write_integers(os.path.join(path, "split.npy"), [0] * 18 + [1] * 6)
        shutil.rmtree(path + ".json.work", ignore_errors=True)
        study(path, *PLAIN)
        for name in os.listdir(path):
            os.utime(os.path.join(path, name), (1, 1))
        check("2 rows of before are used again, 0 were" in study(path, *PLAIN)[1], "touched", what)
        change(path)
        rows, told = study(path, *PLAIN)
        check(what in told and "used again" not in told, what, told)
        check(rows == from_nothing(here, path, *PLAIN), "figures of other", what)
    moved = os.path.join(here, "elsewhere")
    shutil.copytree(path, moved)
    name = json.loads(clips.read(os.path.join(moved, "meta.json")))
    name["name"] = "another name"
    write(os.path.join(moved, "meta.json"), json.dumps(name).encode())
    told = study(moved, *PLAIN, "--work", path + ".json.work")[1]
    check("2 rows of before are used again" in told, told)


def test_learned_rows_of_other_data(here):
    """Checkpoints of a study are those of its data."""
    path = fresh(here)
    learned = ["--features", "random,supervised,shuffled,pretrained", *TINY]
    study(path, *learned)
    value(50, 3.0)(path)
    rows, told = study(path, *learned)
    check("coordinates" in told and "checkpoints" in told, told)
    check(rows == from_nothing(here, path, *learned), "learned from other clips", rows)


def test_other_settings(here):
    """What does not depend on a setting is used again, what does is computed anew."""
    path = fresh(here)
    kinds = ["--features", "majority,summary,raw,dtw,random,supervised,shuffled,pretrained"]
    study(path, *kinds, *TINY)
    for more, again in ((["--epochs", "3"], 5), (["--weight-decay", "1e-7"], 5),
                        (["--weight-decay", "3e-7"], 5), (["--views", "mg"], 6),
                        (["--min-crop", "5"], 5), (["--heads", "1"], 4), (["--frames", "18"], 3),
                        (["--scale", "none"], 0)):
        options = instead([*kinds, *TINY], more)
        rows, told = study(path, *options)
        note = f"{again} rows of before are used again, {8 - again} were computed"
        check(note in told if again else "used again" not in told, more, told)
        check(more[0] == "--scale" or rows == from_nothing(here, path, *options), more)


def test_rows_of_this_study_only(here):
    path = fresh(here)
    study(path, *PLAIN, "--streams", "joint,motion")
    rows, _ = study(path, *PLAIN, "--streams", "motion")
    check({row["stream"] for row in rows} == {"motion"}, rows)


def test_half_finished_study(here):
    path = fresh(here)
    options = ["--data", path, "--test-subjects", "4", "--json", path + ".json"]
    study(path, *PLAIN)
    rows = os.path.join(path + ".json.work", "rows.json")
    half = json.loads(clips.read(rows))
    check(half["finished"] is True, half)
    half["finished"] = False
    half["rows"] = half["rows"][:1]
    write(rows, json.dumps(half).encode())
    refused(here, "study", *options, *PLAIN, "--epochs", "7", says=["epochs 40", "epochs 7", "--work"])
    refused(here, "study", *options, *PLAIN, "--weight-decay", "3e-7", says=["1e-05", "3e-07"])
    check(json.loads(clips.read(rows)) == half, "a refused study changed the rows")
    told = study(path, *PLAIN)[1]
    check("1 rows of before are used again, 1 were computed" in told, told)
    write(rows, json.dumps(half).encode())
    rotated(path)
    told = study(path, *PLAIN)[1]
    check("labels" in told and "used again" not in told, told)
    for damaged in (b"{}", b"[]", b'{"run": 1}', b'{"format": "mgfm rows 2"}',
                    json.dumps({**half, "rows": [{}]}).encode()):
        write(rows, damaged)
        refused(here, "study", *options, *PLAIN, says=["rows.json"])


def test_checkpoint_of_other_data(here):
    path = fresh(here)
    out, checkpoint = os.path.join(here, "w"), os.path.join(here, "checkpoint")
    again = ["pretrain", "--data", path, "--out", out, "--checkpoint", checkpoint, *TINY]
    works(*again)
    weights = clips.read(out)
    for more, says in ((["--scale", "none"], "scale none"), (["--reference", "frame"], "frame"),
                       (["--views", "mg"], "views"), (["--min-crop", "3"], "crop_resize("),
                       (["--heads", "1"], "encoder"), (["--stream", "bone"], "bone"),
                       (["--weight-decay", "3e-7"], "3e-07"), (["--subjects-out", "4"], "coordinates")):
        refused(here, *instead(again, more), says=["checkpoint", says, "of another"])
    copy = os.path.join(here, "copy")
    shutil.copytree(path, copy)
    works("pretrain", "--data", copy, *again[3:])
    check(clips.read(out) == weights, "another folder of the same bytes gives other weights")
    for change, what in ((flipped("data.npy", 32 * 50 + 3), "coordinates"), (rotated, "labels"),
                         (flipped("subject.npy", 3), "subjects")):
        change(path)
        refused(here, *again, says=["checkpoint", what])
        shutil.rmtree(path)
        shutil.copytree(copy, path)
    works(*again)


def test_killed_and_continued_otherwise(here):
    path = fresh(here)
    out, checkpoint = os.path.join(here, "w"), os.path.join(here, "checkpoint")
    run = ["pretrain", "--data", path, "--out", out, "--checkpoint", checkpoint, *MODEL, *ONE,
           "--epochs", "400"]
    process = subprocess.Popen([PROGRAM, *run], env=ENVIRONMENT, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    until = time.monotonic() + 30
    while not os.path.exists(checkpoint):
        check(process.poll() is None and time.monotonic() < until, "no checkpoint to be seen")
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    check(process.wait() == -signal.SIGKILL, "ended before it was killed")
    refused(here, *run, "--scale", "image", "--image-side", "1280", says=["scale image", "scale body"])


def test_files_say_what_they_are_made_of(here):
    path = fresh(here)
    moved = os.path.join(here, "moved")

    def facts(folder):
        out = os.path.join(here, "w")
        summary = works_json("pretrain", "--data", folder, "--out", out, *TINY)
        said = clips.read_safetensors(out)[0]["__metadata__"]
        check(said["data_digest"] == summary["data"]["digest"], summary)
        embed = works_json("embed", "--data", folder, "--weights", out, "--out",
                           os.path.join(here, "f.npy"))
        probe = works_json("probe", "--data", folder, "--weights", out, "--test-subjects", "4", "--plain")
        found = works_json("retrieve", "--data", folder, "--weights", out, "--query", "1")
        for told in (probe, found):
            check(told["settings"]["data digest"] == embed["data"]["digest"], told["settings"])
            check(told["settings"]["weights digest"] == embed["weights_digest"], told["settings"])
        return (said["data_digest"], said["made_of"], said["views_with_strengths"],
                embed["weights_digest"], embed["data"]["digest"])

    first = facts(path)
    check(first[2].startswith("4 views, (sequence(crop_resize(0.1, 1, "), first)
    shutil.copytree(path, moved)
    check(facts(moved) == first, "a copy is something else")
    flipped("data.npy", 32 * 50)(path)
    other = facts(path)
    check(all(other[i] != first[i] for i in (0, 1, 3, 4)), other)


def test_clips_sampled_from_another_corpus(here):
    corpus, out = os.path.join(here, "corpus"), os.path.join(here, "w")
    works("synth", "--out", corpus, "--recordings", "6", "--length", "0.1", "--seed", "3")
    run = lambda where: ["pretrain", "--corpus", where, "--out", out, *TINY]
    works(*run(corpus))
    moved = os.path.join(here, "moved")
    shutil.copytree(corpus, moved)
    for where in (corpus, moved):
        done = mgfm(*run(where))
        check(done.returncode == 0 and "sampled before" in done.stderr, done.stderr)
    for name, says in (("segments.csv", "annotations"), ("recordings.csv", "recordings.csv"),
                       ("recordings/interview_0001.json", "recordings")):
        target = os.path.join(corpus, name)
        whole = clips.read(target)
        write(target, whole.replace(b"0", b"1", 1) if name.endswith(".json") else whole + b"\n")
        refused(here, *run(corpus), says=["--clips", says, "others ("])
        write(target, whole)
    works(*run(corpus))


def test_drawings_of_other_clips(here):
    path = fresh(here)
    page, weights, found = (os.path.join(here, n) for n in ("page.html", "w", "query.json"))
    works("pretrain", "--data", path, "--out", weights, *TINY)
    works("retrieve", "--data", path, "--weights", weights, "--query", "3", "--json", found)
    value(50, 3.0)(path)
    done = mgfm("report", found, "--html", page)
    check(done.returncode == 0 and "listed, not drawn" in done.stderr, done.stderr)
