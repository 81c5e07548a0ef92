# SPDX-License-Identifier: MIT
"""Encoders by name with their settings, in every command; training with labels."""

import json
import os
import shutil

import folder as clips
from folder import Clips
from same_bits import killed_until_done, without_command
from support import MODEL, check, fresh, mgfm, pretrained, refused, works, works_json
from training_side import sound, walking

BRIEF = [*MODEL, "--epochs", "3"]


def test_list(here):
    told = works_json("list")
    check(told["kind"] == "list" and told["clip"] == {
        "channels": 3, "frames": 64, "joints": 25, "persons": 1, "skeleton": "ntu25"}, told["clip"])
    encoders = {e["name"]: e for e in told["encoders"]}
    words = works("list")
    for name, one in encoders.items():
        check(one["parameters"] > 0 and one["gmac"] > 0 and one["features"] > 0, one)
        check(f"\n{name}: " in words and str(one["parameters"]) in words, words)
    dste = encoders["dste"]
    defaults = {s["name"]: s["default"] for s in dste["settings"]}
    check(defaults["width"] == "1024" and defaults["gap"] == "4", defaults)
    check("USDRL" in dste["source"], dste["source"])
    check(next(s for s in dste["settings"] if s["name"] == "drop_path")["training_only"], dste)
    methods = {m["name"]: m for m in told["methods"]}
    check(methods["supervised"]["uses_labels"] and not methods["decorrelation"]["uses_labels"],
          methods)
    # What is counted follows the clip.
    shorter = {e["name"]: e for e in works_json("list", "--frames", "32")["encoders"]}
    for name, one in encoders.items():
        check(shorter[name]["gmac"] < one["gmac"], name, one["gmac"])
    smaller = works_json("list", "--skeleton", "upper_body")
    check(smaller["clip"]["joints"] != 25, smaller["clip"])
    for encoder in encoders:
        # A model of the list's own size has the parameters that the list says.
        check(encoders[encoder]["parameters"] == int(encoders[encoder]["parameters"]))
    refused(here, "list", "--skeleton", "octopus", code=2)


def parameters(told):
    return told["parameters"]


def test_set(here):
    path, out = fresh(here), os.path.join(here, "w")
    def train(*more):
        return works_json("pretrain", "--data", path, "--out", out, *BRIEF, *more)
    one = train("--encoder", "sttr", "--set", "layers=1")
    two = train("--encoder", "sttr", "--set", "layers=3")
    check(one["encoder"]["encoder"]["layers"] == "1", one["encoder"])
    check(parameters(one) < parameters(two), one, two)
    told = train("--set", "gap=2", "--set", "alpha=0.25", "--set", "drop_path=0")
    check(told["encoder"]["encoder"]["gap"] == "2" and told["encoder"]["encoder"]["alpha"] == "0.25",
          told["encoder"])
    # The shorthands are settings.
    short = train("--set", "gap=2")
    same = works_json("pretrain", "--data", path, "--out", out, "--frames", "16", "--batch", "8",
                      "--epochs", "3", "--set", "gap=2", "--set", "width=16",
                      "--set", "heads=2")
    check(short["encoder"] == same["encoder"], short["encoder"], same["encoder"])

    command = ["pretrain", "--data", path, "--out", os.path.join(here, "x")]
    refused(here, *command, "--set", "layers=2", says=["layers 2", "gap", "alpha"])
    refused(here, *command, "--set", "gap=many", says=["gap"])
    for words in ("gap", "=2", "frames=8", "joints=3"):
        refused(here, *command, "--set", words, code=2, says=["--set"])
    refused(here, *command, "--set", "gap=2", "--set", "gap=3", code=2, says=["twice"])
    refused(here, *command, "--set", "width=8", "--width", "16", code=2, says=["--width"])
    refused(here, *command, "--encoder", "octopus", code=2, says=["dste"])
    refused(here, "study", "--data", path, "--set", "layers=2", says=["layers 2"])
    refused(here, "train", "--data", path, "--out", os.path.join(here, "y"), "--set", "layers=2",
            says=["layers 2"])


def test_set_of_files(here):
    path = fresh(here)
    weights = pretrained(here, path, "--set", "gap=2")
    out = os.path.join(here, "f.npy")
    works("embed", "--data", path, "--weights", weights, "--out", out, "--encoder", "dste", "--set",
          "gap=2")
    refused(here, "embed", "--data", path, "--weights", weights, "--out", out, "--set", "gap=3",
            says=["gap is 2 instead of 3"])
    refused(here, "probe", "--data", path, "--weights", weights, "--encoder", "sttr",
            says=["encoder is dste instead of sttr"])
    # A file that says nothing: what is stated says it all.
    head, body = clips.read_safetensors(weights)
    about = json.loads(head.pop("__metadata__")["mgkit.encoder"])["encoder"]
    bare = os.path.join(here, "bare")
    clips.write_safetensors(bare, head, body)
    stated = ["--encoder", "dste", "--set", "width=16", "--set", "heads=2", "--set", "gap=2"]
    check(about["frames"] == "16", about)
    refused(here, "embed", "--data", path, "--weights", bare, "--out", out, *stated)  # 64 frames
    same = works_json("probe", "--data", path, "--weights", weights, "--test-subjects", "4")
    for more in ([*stated, "--set", "frames=16"], ["--heads", "2", "--set", "gap=2"]):
        told = works_json("probe", "--data", path, "--weights", bare, *more, "--test-subjects", "4")
        check(told["results"][-1] == same["results"][-1], more, told["results"][-1])
    # Names below another prefix, as other codes write them.
    renamed = {name.replace("backbone.", "module.backbone."): about for name, about in head.items()}
    clips.write_safetensors(bare, renamed, body)
    told = works_json("probe", "--data", path, "--weights", bare, *stated, "--set", "frames=16",
                      "--test-subjects", "4")
    check(told["results"][-1] == same["results"][-1], told["results"][-1])


def test_tensors_left_out(here):
    """What a file of another program holds beside the encoder is told once, though folds that take
    positions in different ways load it again, and kept."""
    made = sound()
    walking(made)
    path = made.save(os.path.join(here, "clips"))
    head, body = clips.read_safetensors(pretrained(here, path))
    del head["__metadata__"]
    head["fc.weight"] = {"dtype": "F32", "shape": [1], "data_offsets": [len(body), len(body) + 4]}
    weights = os.path.join(here, "foreign")
    clips.write_safetensors(weights, head, body + bytes(4))
    stated = ["--data", path, "--weights", weights, "--encoder", "dste", "--set", "width=16", "--set",
              "heads=2", "--set", "frames=16"]
    left_out = f"no use for 1 of the file's {len(head)} tensors: fc.weight"
    told = works_json("embed", *stated, "--out", os.path.join(here, "f.npy"))
    check(sum(left_out in note for note in told["notes"]) == 1, told["notes"])
    for command in (["probe", "--folds", "2"], ["retrieve", "--folds", "2"],
                    ["retrieve", "--query", "0"]):
        told = works_json(*command, *stated)
        check(sum(left_out in note for note in told["data"]["notes"]) == 1, told["data"]["notes"])
        done = mgfm(*command, *stated)
        check(done.stderr.count(left_out) == 1 and left_out in done.stdout, done.stderr, done.stdout)
        taken = {row["chosen"]["reference"] for row in told["results"] if row["features"] == "pretrained"}
        check("--folds" not in command or taken == {"clip", "frame"}, taken)


def test_random_encoders(here):
    """An encoder by name and no file: random weights, which is told."""
    path, out = fresh(here), os.path.join(here, "f.npy")
    named = ["--encoder", "sttr", "--set", "width=8", "--set", "heads=2", "--set", "frames=16"]
    told = works_json("probe", "--data", path, *named, "--test-subjects", "4")
    check([r["features"] for r in told["results"]] == ["majority", "raw", "random"], told["results"])
    check(any("random weights" in note for note in told["data"]["notes"]), told["data"]["notes"])
    plain = works_json("probe", "--data", path, *named, "--test-subjects", "4", "--plain")
    check([r["features"] for r in plain["results"]] == ["majority", "random"], plain["results"])
    done = works_json("embed", "--data", path, *named, "--out", out)
    check(clips.read_npy(out)[0] == (24, 16) and done["weights_digest"] is None, done)
    saved = works_json("probe", "--data", path, "--features", out, "--test-subjects", "4", "--plain")
    check(saved["results"][-1]["linear_top1"] == plain["results"][-1]["linear_top1"], saved["results"])
    refused(here, "embed", "--data", path, "--out", out, code=2, says=["--encoder"])
    refused(here, "probe", "--data", path, "--set", "width=8", code=2, says=["--encoder"])


def unbalanced(here, name="unbalanced"):
    """Three classes of 24, 12 and 6 clips of six people."""
    made = Clips(subjects=6, repetitions=4)
    kept = [i for i, label in enumerate(made.label) if i % (1, 2, 4)[label] == 0]
    size = len(made.values) // made.shape[0]
    made.values = [v for i in kept for v in made.values[i * size:(i + 1) * size]]
    for key in ("num_frames", "label", "subject"):
        setattr(made, key, [getattr(made, key)[i] for i in kept])
    made.shape[0] = len(kept)
    return made.save(os.path.join(here, name))


EVERYTHING = ["--sampling", "balanced", "--logit-adjustment", "0.5", "--label-smoothing", "0.1",
              "--mix-up", "0.3", "--dropout", "0.2", "--average", "0.9", "--optimiser", "sgd",
              "--rate", "0.02", "--nesterov", "--weight-decay", "1e-4", "--schedule", "cosine",
              "--warm-up", "1"]


def test_train(here):
    path, out = unbalanced(here), os.path.join(here, "out")
    told = works_json("train", "--data", path, "--out", out, *BRIEF, "--folds", "2", "--streams",
                      "joint,bone_motion", "--fusion-weights", "0.7,0.3", "--choose-epochs", "2",
                      *EVERYTHING)
    check(told["kind"] == "train" and told["program"] == "mgfm train", told["kind"])
    kinds = [(r["features"], r["stream"], r["fold"]) for r in told["results"]]
    trained = [(s, f) for k, s, f in kinds if k == "supervised"]
    check(trained == [("joint", 0), ("bone_motion", 0), ("joint+bone_motion", 0), ("joint", 1),
                      ("bone_motion", 1), ("joint+bone_motion", 1)], trained)
    summary = [s for s in told["summary"] if s["features"] == "supervised"]
    check(len(summary) == 3 and all("linear_top1_interval" in s for s in summary), summary)
    for row in told["results"]:
        if row["features"] != "supervised":
            continue
        if "+" in row["stream"]:
            check(row["chosen"]["weights"].startswith("0.7"), row["chosen"])
        else:
            check(1 <= int(row["chosen"]["epochs"]) <= 3, row["chosen"])
            check("2 inner folds of training people" in row["chosen"]["epochs chosen by"], row)
    weights = []
    for file in told["files"]:
        shape, scores = clips.read_npy(file["scores"])
        check(shape == (len(file["clips"]), 3) and len(scores) == 3 * len(file["clips"]), shape)
        right = [r for r in told["results"] if (r["features"], r["stream"], r["fold"]) ==
                 ("supervised", file["stream"], file["fold"])][0]
        best = [max(range(3), key=lambda k: scores[3 * i + k]) for i in range(shape[0])]
        hits = [1.0 if b == t else 0.0 for b, t in zip(best, right["truth"])]
        check(hits == right["linear_hit"], hits, right["linear_hit"])
        if file["weights"]:
            weights.append(file["weights"])
    check(len(weights) == 4, told["files"])
    head, _ = clips.read_safetensors(weights[0])
    about = clips.description_in(weights[0])
    check(head["fc.weight"]["shape"] == [3, 32] and about["classes"] == [
        "movement 0", "movement 1", "movement 2"], about)
    check(about["stream"] == "joint" if "stream" in about else True, about)
    # Other commands read the encoder, and tell whose labels it knows.
    probed = works_json("probe", "--data", path, "--weights", weights[0], "--folds", "2")
    seen = probed["seen_in_pretraining"]
    check(seen["with_labels"] and seen["seen"], seen)
    check("trained, with labels" in works("probe", "--data", path, "--weights", weights[0],
                                          "--folds", "2"))
    page = os.path.join(here, "page.html")
    with open(os.path.join(here, "told.json"), "w", encoding="utf-8") as file:
        json.dump(told, file)
    works("report", os.path.join(here, "told.json"), "--html", page)
    check("joint+bone_motion" in clips.read(page).decode(), "no fused streams on the page")
    words = works("train", "--data", path, "--out", out, *BRIEF, "--folds", "2", "--streams",
                  "joint,bone_motion", "--fusion-weights", "0.7,0.3", "--choose-epochs", "2",
                  *EVERYTHING)
    check("joint, fold 0, seed 1: epochs" in words and "weights 0.7" in words, words)


def test_train_learns(here):
    path = fresh(here, subjects=6, repetitions=3)
    told = works_json("train", "--data", path, "--out", os.path.join(here, "out"), *MODEL,
                      "--epochs", "40", "--rate", "0.003", "--views", "none", "--folds", "2")
    top1 = {s["features"]: s["linear_top1"] for s in told["summary"]}
    check(top1["supervised"] > top1["majority"] + 0.2, top1)


def run_of(path, out, threads=1):
    return ["train", "--data", path, "--out", out, *BRIEF, "--test-subjects", "5,6", "--streams",
            "joint,bone", "--choose-epochs", "2", *EVERYTHING, "--json", out + ".json", "--threads", str(threads)]


def outcome(out):
    """Everything that a run wrote for others, but where it wrote it."""
    told = json.dumps(without_command(out + ".json")).replace(out, "OUT")
    return told, {name: clips.read(os.path.join(out, name)) for name in sorted(os.listdir(out))
                  if name.endswith((".npy", ".safetensors"))}


def test_killed_training(here):
    path = unbalanced(here)
    whole, parts = os.path.join(here, "whole"), os.path.join(here, "parts")
    works(*run_of(path, whole))
    os.makedirs(os.path.join(parts, "work"))
    kills = killed_until_done(run_of(path, parts), os.path.join(parts, "work"),
                              (0, 0.02, 0.005, 0.03, 0.01))
    check(kills >= 2, "ended before it could be killed:", kills, "kills")
    check(outcome(whole) == outcome(parts), "results differ after", kills, "kills")
    # A file that went missing comes back.
    gone = os.path.join(parts, "joint-fold0-seed1.safetensors")
    os.remove(gone)
    os.remove(os.path.join(parts, "joint+bone-fold0-seed1.scores.npy"))
    works(*run_of(path, parts))
    check(outcome(whole) == outcome(parts), "files that came back differ")
    threads = os.path.join(here, "threads")
    works(*run_of(path, threads, 2))
    check(outcome(whole)[1] == outcome(threads)[1], "two threads differ from one")


def test_law_train(here):
    """Nothing of tested people reaches weights or the number of epochs."""
    from training_side import CHANGES, TESTED, sound
    expected = None
    for edit in [None, *CHANGES]:
        made = sound()
        del made.meta["class_names"]
        if edit:
            edit(made)
        here_now = os.path.join(here, edit.__name__ if edit else "sound")
        path = made.save(here_now)
        check(len(TESTED) > 1)
        out = here_now + " out"
        told = works_json("train", "--data", path, "--out", out, *BRIEF, "--choose-epochs", "2",
                          *EVERYTHING)
        rows = [r["chosen"] for r in told["results"] if r["features"] == "supervised"]
        head, body = clips.read_safetensors(os.path.join(out, "joint-fold0-seed1.safetensors"))
        head.pop("__metadata__")
        found = rows, head, body
        expected = expected or found
        check(found == expected, "training depends on tested clips that were",
              edit.__name__ if edit else "sound")
        shutil.rmtree(out)


def test_bad_training(here):
    path, out = fresh(here), os.path.join(here, "out")
    command = ["train", "--data", path, "--out", out, *BRIEF]
    for more, says in ((["--fusion-weights", "1,2"], "--fusion-weights"),
                       (["--schedule", "steps"], "--milestones"),
                       (["--optimiser", "magic"], "adam"), (["--streams", "sound"], "bone_motion"),
                       (["--sampling", "luck"], "balanced"), (["--mix-up", "-1"], "--mix-up"),
                       (["--dropout", "2"], "--dropout")):
        refused(here, *command, *more, code=2, says=[says])
    refused(here, "train", "--data", path, code=2, says=["--out"])
    two = fresh(here, "two", subjects=2)
    done = mgfm("train", "--data", two, "--out", out, *BRIEF, "--test-subjects", "2",
                "--choose-epochs", "3")
    problems = [line for line in done.stderr.splitlines() if line.startswith("mgfm")]
    check(done.returncode == 1 and len(problems) == 1 and "inner folds" in problems[0], done.stderr)
    help_words = works("train", "--help")
    check("mgfm train" in help_words and "Example" in help_words, help_words)


GRAPH = ["--encoder", "st_gcn", "--set", "width=8", "--set", "blocks=2", "--set", "wider=2", "--set",
         "slower=2"]
LEARN = ["--frames", "16", "--batch", "8", "--epochs", "2"]


def test_graph_networks(here):
    """The graph is that of the clips, unless somebody states another; files keep it written out."""
    path, out = fresh(here), os.path.join(here, "out")
    told = works_json("train", "--data", path, "--out", out, *LEARN, *GRAPH, "--test-subjects", "4")
    weights = told["files"][0]["weights"]
    about = clips.description_in(weights)["encoder"]
    check(about["graph"].startswith("5 joints") and "1-0" in about["graph"], about)
    check(about["width"] == "8" and about["blocks"] == "2", about)
    works("embed", "--data", path, "--weights", weights, "--out", os.path.join(here, "f.npy"))
    done = mgfm("train", "--data", path, "--out", out + "2", *LEARN, *GRAPH, "--heads", "2")
    check(done.returncode == 0 and "st_gcn has no setting heads" in done.stderr, done.stderr)
    other = "5 joints, centre 0: 1-0 2-0 3-0 4-0"
    stated = works_json("pretrain", "--data", path, "--out", os.path.join(here, "w"), *LEARN, *GRAPH,
                        "--method", "feature_decorrelation", "--set", "graph=" + other)
    check(stated["encoder"]["encoder"]["graph"] == other, stated["encoder"])


def test_bad_graphs(here):
    out = os.path.join(here, "out")
    def not_trained(path, *more, says=()):
        done = mgfm("train", "--data", path, "--out", out, *LEARN, *GRAPH, *more)
        lines = [line for line in done.stderr.splitlines() if not line.startswith("note: ")]
        check(done.returncode == 1 and len(lines) == 1, done.returncode, done.stderr)
        for words in says:
            check(words in lines[0], words, lines[0])
    def bones(name, edit):
        made = Clips()
        edit(made)
        return made.save(os.path.join(here, name))
    sound = bones("sound", lambda made: None)
    not_trained(bones("cycle", lambda made: made.meta["bones"].append([0, 4])), says=["joint"])
    not_trained(bones("apart", lambda made: made.meta["bones"].pop(0)), says=["joint"])
    not_trained(sound, "--set", "graph=5 joints, centre 0: 1-0 2-1 3-2 4-3 0-4", says=["cycle"])
    not_trained(sound, "--set", "graph=5 joints, centre 0: 1-0 2-1 3-2", says=["joint 4"])
    not_trained(sound, "--set", "graph=ntu25", says=["25", "5"])
    not_trained(sound, "--set", "graph=some joints", says=["graph"])
    not_trained(sound, "--set", "last=-5", says=["last"])
    def no_frames(made):
        made.num_frames = [0] * len(made.num_frames)
    not_trained(bones("no frames", no_frames), says=["frame"])

    works("train", "--data", sound, "--out", out, *LEARN, *GRAPH, "--test-subjects", "4")
    weights = os.path.join(out, "joint-fold0-seed1.safetensors")
    features = os.path.join(here, "f.npy")
    def star(made):
        made.meta["bones"] = [[j, 0] for j in range(1, 5)]
    refused(here, "embed", "--data", bones("star", star), "--weights", weights, "--out", features,
            says=["graph"])
    refused(here, "embed", "--data", Clips(persons=2).save(os.path.join(here, "two")), "--weights",
            weights, "--out", features, says=["persons is 1 instead of 2"])
    refused(here, "embed", "--data", Clips(joints=6).save(os.path.join(here, "six")), "--weights",
            weights, "--out", features, says=["joints"])
