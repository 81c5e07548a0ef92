"""Tests of the program mgfm as its users meet it: run.py PROGRAM [NAME...]

Every test is a function of its own folder; NAME selects tests by the start of their names.
"""

import json
import math
import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import traceback

sys.dont_write_bytecode = True
import folder as clips
from folder import Clips, write

PROGRAM = os.path.abspath(sys.argv[1])
ENVIRONMENT = {**os.environ, "OMP_WAIT_POLICY": "passive", "LC_ALL": "C"}
# Sizes that train in a moment.
MODEL = ["--frames", "16", "--width", "16", "--heads", "2", "--batch", "8"]
BRIEF = MODEL + ["--epochs", "2"]
TINY = BRIEF + ["--threads", "1"]


def mgfm(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], env=ENVIRONMENT, capture_output=True,
                          text=True, errors="replace", timeout=60)


def check(condition, *words):
    if not condition:
        raise AssertionError(" ".join(map(str, words)))


def works(*arguments):
    """Standard output of a run that must succeed."""
    done = mgfm(*arguments)
    check(done.returncode == 0, "mgfm", *arguments, "->", done.returncode, done.stderr)
    check("mgfm" not in done.stderr, "problem on standard error:", done.stderr)
    return done.stdout


def works_json(*arguments):
    """The JSON of `--json -`, with nothing else on standard output."""
    return json.loads(works(*arguments, "--json", "-"))


def tree(folder):
    return sorted((path, tuple(sorted(names))) for path, _, names in os.walk(folder))


def refused(here, *arguments, code=1, says=()):
    """One clear line, the right exit code, nothing written."""
    before = tree(here)
    done = mgfm(*arguments)
    lines = done.stderr.splitlines()
    problems = [line for line in lines if not line.startswith("note: ")]
    told = f"mgfm {' '.join(map(str, arguments))} -> {done.returncode}\n{done.stderr}{done.stdout}"
    check(done.returncode == code, "expected exit code", code, "from", told)
    check(len(problems) == 1 and problems[0].startswith("mgfm"), "expected one line from", told)
    check(len(problems[0]) < 700, "a line too long to read from", told)
    check(done.stdout == "", "expected nothing on standard output from", told)
    check(tree(here) == before, "files were left behind by", told)
    for words in says:
        check(words in problems[0], f"expected '{words}' in", told)


def fresh(here, name="clips", **settings):
    """A sound folder of clips, new each time."""
    path = os.path.join(here, name)
    shutil.rmtree(path, ignore_errors=True)
    return Clips(**settings).save(path)


def broken(here, change, command="inspect", options=(), says=(), **settings):
    """A folder after `change` must be refused."""
    path = fresh(here, **settings)
    change(path)
    source = [path] if command == "inspect" else ["--data", path]
    refused(here, command, *source, *options, says=says)


def edited(name, edit):
    """A change of the bytes of one file."""
    def change(path):
        target = os.path.join(path, name)
        write(target, edit(clips.read(target)))
    return change


def meta(edit):
    """A change of meta.json."""
    def change(path):
        target = os.path.join(path, "meta.json")
        content = json.loads(clips.read(target))
        edit(content)
        write(target, json.dumps(content).encode())
    return change


def header(name, descr, shape, extra="", body=None):
    """An array whose header says something else."""
    def change(path):
        target = os.path.join(path, name)
        data = clips.read(target)
        old = data[10 + struct.unpack("<H", data[8:10])[0]:]
        write(target, clips.npy_header(descr, shape, extra) + (old if body is None else body))
    return change


def value(index, number):
    """One value of data.npy."""
    def change(path):
        target = os.path.join(path, "data.npy")
        data = bytearray(clips.read(target))
        struct.pack_into("<f", data, 10 + struct.unpack("<H", data[8:10])[0] + 4 * index, number)
        write(target, bytes(data))
    return change


def integers(name, edit):
    def change(path):
        target = os.path.join(path, name)
        values = list(clips.read_npy(target)[1])
        clips.write_integers(target, edit(values))
    return change


def replaced(values, at, new):
    return values[:at] + [new] + values[at + 1:]


# -- bad folders -----------------------------------------------------------------------------------

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
    broken(here, header(data, ">f4", [n, c, t, v, m]), says=[data])
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


# -- wrong usage and outputs -----------------------------------------------------------------------

def test_wrong_usage(here):
    path = fresh(here)
    out = os.path.join(here, "w")
    for arguments in ([], ["fly"], ["study", "--nonsense"], ["study"], ["pretrain", "--synthetic"],
                      ["study", "--synthetic", "--data", path],
                      ["study", "--data", path, "--folds", "2", "--alternate"],
                      ["study", "--data", path, "--streams", "joints"],
                      ["study", "--data", path, "--features", "magic"],
                      ["study", "--data", path, "--epochs", "0"],
                      ["study", "--data", path, "--epochs", "many"],
                      ["probe", "--data", path],
                      ["probe", "--data", path, "--weights", out, "--features", out],
                      ["embed", "--data", path, "--out", out],
                      ["pretrain", "--data", path, "--out", out, "--json", out],
                      ["inspect"]):
        refused(here, *arguments, code=2, says=["--help"])
    refused(here, "pretrain", "--data", path, "--out", out, "--width", "18", "--heads", "4",
            says=["heads"])


def test_help(here):
    del here
    for command in ("inspect", "study", "pretrain", "embed", "probe", "retrieve"):
        words = works(command, "--help")
        check("mgfm " + command in words and "Example" in words, words)
        check(command in works("--help"))
    check(works("--version").strip().count(".") == 2)


def test_unwritable(here):
    path = fresh(here)
    absent = os.path.join(here, "absent", "file")
    file = os.path.join(here, "file")
    write(file, b"kept")
    weights = os.path.join(here, "w")
    for arguments in (["inspect", path, "--json", absent], ["inspect", path, "--svg", path],
                      ["inspect", path, "--json", file + "/below"],
                      ["study", "--data", path, "--json", absent, *TINY],
                      ["study", "--data", path, "--html", path, *TINY],
                      ["study", "--data", path, "--work", file, *TINY],
                      ["pretrain", "--data", path, "--out", absent, *TINY],
                      ["pretrain", "--data", path, "--out", weights, "--checkpoint", absent, *TINY],
                      ["pretrain", "--data", path, "--out", weights, "--json", path, *TINY],
                      ["embed", "--data", path, "--weights", file, "--out", absent],
                      ["probe", "--data", path, "--weights", file, "--json", absent],
                      ["retrieve", "--data", path, "--weights", file, "--html", absent]):
        refused(here, *arguments)
    check(clips.read(file) == b"kept")
    if os.getuid() != 0:
        os.mkdir(os.path.join(here, "locked"), 0o500)
        refused(here, "inspect", path, "--json", os.path.join(here, "locked", "file"))
    if os.path.exists("/dev/full"):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([PROGRAM, "inspect", path], env=ENVIRONMENT, stdout=full,
                                  stderr=subprocess.PIPE, text=True, check=False)
        check(done.returncode == 1 and "standard output" in done.stderr, done.stderr)


# -- bad weights -----------------------------------------------------------------------------------

def pretrained(here, path, *more):
    out = os.path.join(here, "encoder.safetensors")
    works("pretrain", "--data", path, "--out", out, *TINY, *more)
    return out


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
    rewritten(lambda h: h["__metadata__"].update(heads="many"), says=["heads"])
    rewritten(lambda h: h["__metadata__"].update(heads="3"), says=["heads"])
    rewritten(lambda h: h["__metadata__"].update(scale="huge"), says=["scale"])
    rewritten(lambda h: h["__metadata__"].update(stream="river"), says=["river"])
    rewritten(lambda h: h["__metadata__"].update(joints="[1]"))
    refused(here, "embed", "--data", path, "--weights", good, "--out", features, "--heads", "4",
            says=["heads"])
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
    rows = os.path.join(here, "work")
    study = ["study", "--data", path, "--features", "majority,raw", "--folds", "2", "--work", rows]
    works(*study, *TINY)
    refused(here, *study, "--min-crop", "3", *TINY, says=["rows.json"])
    write(os.path.join(rows, "rows.json"), b'{"run": 1}')
    refused(here, *study, *TINY, says=["rows.json"])


# -- every command at work ------------------------------------------------------------------------

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
    check(clips.read_safetensors(weights)[0]["__metadata__"]["heads"] == "2")

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
    figures = ("knn_top1", "linear_top1", "class_mean")
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


# -- the same bits --------------------------------------------------------------------------------

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


def main():
    chosen = sys.argv[2:] or [""]
    failed = 0
    for name, test in list(globals().items()):
        if not name.startswith("test_") or not any(name[5:].startswith(c) for c in chosen):
            continue
        start = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="mgfm-") as here:
            try:
                test(here)
                outcome = "ok"
            except Exception:  # a failing test must not hide the others
                failed += 1
                outcome = "FAILED\n" + traceback.format_exc(limit=-3)
        print(f"{name[5:]:28} {time.monotonic() - start:6.1f} s  {outcome}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
