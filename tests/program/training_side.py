# SPDX-License-Identifier: MIT
"""One law: whatever happens to the clips of tested people, nothing that was trained or chosen moves.

Permuting, scaling, moving, lengthening, relabelling, damaging or dropping clips of the test side
changes no weight, no chosen setting and no answer about other clips, in any command.
"""

import csv
import json
import os
import random
import shutil

import folder as clips
from folder import Clips
from support import MODEL, check, works, works_json

TESTED = [2, 4, 5, 6, 7]   # more than half, between the others, so that they could decide
TOUCHED = [2, 4, 6, 7]     # whose clips change; subject 5 is tested with the clips as they are
TRAINED = [1, 3]
LEARN = [*MODEL, "--epochs", "2", "--threads", "1"]


def sound():
    made = Clips(subjects=7)
    made.meta["zero_is_missing"] = True
    made.split = [1 if s in TESTED else 0 for s in made.subject]
    return made


def touched_rows(made):
    return [i for i, s in enumerate(made.subject) if s in TOUCHED]


def block(made, clip):
    size = len(made.values) // made.shape[0]
    return slice(clip * size, (clip + 1) * size)


def permuted(made):
    rows = touched_rows(made)
    others = rows[1:] + rows[:1]
    values, lengths, labels = list(made.values), list(made.num_frames), list(made.label)
    for to, source in zip(rows, others):
        made.values[block(made, to)] = values[block(made, source)]
        made.num_frames[to], made.label[to] = lengths[source], labels[source]


def scaled(made):
    draw = random.Random(7)
    for row in touched_rows(made):
        at = block(made, row)
        made.values[at] = [3 * v + draw.gauss(0, 0.5) for v in made.values[at]]


def walking(made):
    """They drift by many body sizes, which no other does."""
    _, channels, frames, joints, persons = made.shape
    for row in touched_rows(made):
        for t in range(frames):
            for v in range(joints):
                made.values[made.at(row, 0, t, v)] += 20 * t


def lengthened(made):
    """Only their clips fill the longer array."""
    count, channels, frames, joints, persons = made.shape
    longer = 2 * frames
    values = []
    for row in range(count):
        for c in range(channels):
            for t in range(longer):
                for v in range(joints):
                    inside = t < frames or made.subject[row] in TOUCHED
                    values.append(made.values[made.at(row, c, t % frames, v)] if inside else 0.0)
    made.values, made.shape = values, [count, channels, longer, joints, persons]
    for row in touched_rows(made):
        made.num_frames[row] = longer


def damaged(made):
    """A joint at exactly 0, which was not tracked; everybody else's were."""
    for row in touched_rows(made):
        for c in range(3):
            made.values[made.at(row, c, 0, 3)] = 0.0


def relabelled(made):
    """A class that nobody trained on, in a set that does not name its classes."""
    made.label[touched_rows(made)[0]] = 5


def dropped(made):
    gone = set(touched_rows(made))
    kept = [i for i in range(made.shape[0]) if i not in gone]
    made.values = [v for i in kept for v in made.values[block(made, i)]]
    for name in ("num_frames", "label", "subject", "split"):
        setattr(made, name, [getattr(made, name)[i] for i in kept])
    made.shape[0] = len(kept)


CHANGES = [permuted, scaled, walking, lengthened, damaged, relabelled, dropped]


def variants(here):
    """The folder as it is, and after each change, under one name."""
    for edit in [None, *CHANGES]:
        made = sound()
        del made.meta["class_names"]
        if edit:
            edit(made)
        path = os.path.join(here, edit.__name__ if edit else "sound")
        yield os.path.basename(path), made.save(path)


def tensors(path):
    """Everything but the metadata."""
    header, body = clips.read_safetensors(path)
    header.pop("__metadata__")
    return header, body


def same_for_all(here, what, result):
    """`result(path, name)` must be the same for the folder and each of its variants."""
    expected, moved = None, []
    for name, path in variants(here):
        found = result(path, name)
        if expected is None:
            expected = found
        elif found != expected:
            moved.append(name)
    check(not moved, what, "depends on clips of tested people that were", ", ".join(moved))


def stripped(weights, to):
    """The same weights as another program would write them: no metadata."""
    header, body = tensors(weights)
    clips.write_safetensors(to, header, body)
    return to


def encoder_in(here, name="weights"):
    out = os.path.join(here, name)
    works("pretrain", "--data", sound().save(os.path.join(here, name + " clips")), "--out", out,
          *LEARN)
    return out


def untouched(row):
    """What was chosen, and the answers about the person whose clips are as they were."""
    answers = [[row[key][i] for i, subject in enumerate(row["subject"]) if subject == 5]
               for key in ("truth", "knn_hit", "linear_hit") if row[key]]
    return row["features"], row["chosen"], answers


def test_law_pretrain(here):
    """Weights of a folder with a split, of several streams and views."""
    for number, more in enumerate(([], ["--stream", "bone"], ["--views", "mg", "--stream", "motion"])):
        at = os.path.join(here, str(number))
        os.mkdir(at)
        def result(path, name):
            out = os.path.join(at, name + ".safetensors")
            told = works_json("pretrain", "--data", path, "--out", out, *LEARN, *more)
            check(told["data"]["subjects"] == TRAINED, told["data"])
            return tensors(out), told["encoder"], told["settings"], told["history"]
        same_for_all(at, "pretrain " + " ".join(more), result)


def test_law_pretrain_without_subjects(here):
    def result(path, name):
        out = os.path.join(here, name + ".safetensors")
        gone = [s for s in TESTED if name != "dropped" or s not in TOUCHED]
        works("pretrain", "--data", path, "--all-clips", "--subjects-out", ",".join(map(str, gone)),
              "--out", out, *LEARN)
        return tensors(out)
    same_for_all(here, "pretrain --subjects-out", result)


def law_of_probe(here, source):
    def result(path, name):
        told = works_json("probe", "--data", path, *source(path, name), "--answers")
        check(all("reference" in row["chosen"] for row in told["results"]), told["results"])
        return [untouched(row) for row in told["results"]]
    same_for_all(here, "probe", result)


def test_law_probe(here):
    weights = encoder_in(here)
    law_of_probe(here, lambda path, name: ["--weights", weights])


def test_law_probe_foreign_weights(here):
    weights = stripped(encoder_in(here), os.path.join(here, "foreign"))
    law_of_probe(here, lambda path, name: ["--weights", weights])


def test_law_probe_features(here):
    def features(path, name):
        """A table whose rows follow the clips they were computed from."""
        out = os.path.join(here, name + ".npy")
        subjects = clips.read_npy(os.path.join(path, "subject.npy"))[1]
        labels = clips.read_npy(os.path.join(path, "label.npy"))[1]
        seen, values = {}, []
        for subject, label in zip(subjects, labels):
            count = seen[subject] = seen.get(subject, 0) + 1
            draw = random.Random(100 * subject + count + (1000 if name in ("permuted", "scaled") and
                                                          subject in TOUCHED else 0))
            values += [draw.gauss(label == k, 0.7) for k in range(4)]
        clips.write_floats(out, values, [len(subjects), 4])
        return ["--features", out]
    law_of_probe(here, features)


def test_law_embed(here):
    """Rows of everybody else, for weights that do not say how clips were prepared."""
    weights = stripped(encoder_in(here), os.path.join(here, "foreign"))
    def result(path, name):
        out = os.path.join(here, name + ".npy")
        told = works_json("embed", "--data", path, "--weights", weights, "--out", out,
                          "--with-labels", "--threads", "1")
        check("training side" in told["reference_decided_by"], told)
        (_, columns), values = clips.read_npy(out)
        subjects = clips.read_npy(out[:-4] + ".subject.npy")[1]
        return told["preparation"], [values[i * columns:(i + 1) * columns]
                                     for i, s in enumerate(subjects) if s not in TESTED]
    same_for_all(here, "embed", result)


def test_law_retrieve(here):
    """Similarities of what is found for clips of the person who stays as he was."""
    weights = stripped(encoder_in(here), os.path.join(here, "foreign"))
    def result(path, name):
        told = works_json("retrieve", "--data", path, "--weights", weights)
        subjects = clips.read_npy(os.path.join(path, "subject.npy"))[1]
        untouched_hits = {}
        for example in told["retrieval"]:
            if subjects[example["query"]["clip"]] == 5:
                first = subjects.index(5)
                untouched_hits[example["query"]["clip"] - first] = [
                    (h["similarity"], h["label"], h["caption"]) for h in example["hits"]]
        return [(r["features"], r["chosen"]) for r in told["results"]], untouched_hits
    same_chosen = {}
    for name, path in variants(here):
        chosen, hits = result(path, name)
        check(chosen == same_chosen.setdefault("chosen", chosen), name, chosen)
        for query, found in hits.items():
            check(found == same_chosen.setdefault(query, found), "retrieve", name, query, found)
    check(len(same_chosen) > 1, "no query of the person who stays as he was")


def test_law_study(here):
    """Every encoder that a study trains, and every setting that it chooses."""
    def result(path, name):
        work = os.path.join(here, name + " work")
        told = works_json("study", "--data", path, "--work", work, *LEARN)
        trained = {file: tensors(os.path.join(work, file)) for file in sorted(os.listdir(work))
                   if file.endswith(".safetensors")}
        check(len(trained) == 2, trained.keys())
        return trained, [(r["features"], r["chosen"]) for r in told["results"]]
    same_for_all(here, "study", result)


def rows_of_csv(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def recorded_variants(here):
    """A corpus, and the same with recordings of its test side dropped or their marks changed."""
    corpus = os.path.join(here, "corpus")
    works("synth", "--out", corpus, "--recordings", "8", "--length", "0.1", "--seed", "3")
    sides = {r["recording"]: r["split"] for r in rows_of_csv(os.path.join(corpus, "recordings.csv"))}
    tested = [r for r, side in sides.items() if side == "test"]
    check(0 < len(tested) < len(sides), sides)
    yield "sound", corpus

    def copy(name):
        path = os.path.join(here, name)
        shutil.copytree(corpus, path)
        return path

    def rewritten(path, file, keep, edit=lambda row: row):
        rows = rows_of_csv(os.path.join(path, file))
        with open(os.path.join(path, file), "w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, rows[0].keys(), lineterminator="\n")
            writer.writeheader()
            writer.writerows(edit(row) for row in rows if keep(row))

    gone = tested[0]
    path = copy("dropped")
    if len(tested) > 1:
        for file in ("recordings.csv", "segments.csv", "cut_ins.csv"):
            rewritten(path, file, lambda row: row["recording"] != gone)
        yield "dropped", path
    path = copy("marked otherwise")
    def longer(row):
        if sides[row["recording"]] == "test":
            row = {**row, "end": str(int(row["end"]) + 3), "start": str(max(0, int(row["start"]) - 2))}
        return row
    rewritten(path, "segments.csv", lambda row: True, longer)
    yield "marked otherwise", path
    path = copy("shifted")
    for recording in tested:
        file = os.path.join(path, "recordings", recording + ".json")
        with open(file, encoding="utf-8") as source:
            content = json.load(source)
        def moved(value):
            if isinstance(value, dict):
                return {k: [[3 * c for c in joint] for joint in v] if k == "keypoints" else moved(v)
                        for k, v in value.items()}
            return [moved(v) for v in value] if isinstance(value, list) else value
        with open(file, "w", encoding="utf-8") as out:
            json.dump(moved(content), out)
    yield "shifted", path


def training_clips(folder):
    manifest = rows_of_csv(os.path.join(folder, "clips.csv"))
    data = clips.read(os.path.join(folder, "data.npy"))
    size = (len(data) - 192) // len(manifest)
    return [(row["recording"], row["start"], row["end"], data[192 + i * size:192 + (i + 1) * size])
            for i, row in enumerate(manifest) if row["side"] == "train"]


def test_law_recordings(here):
    """The prior, the sampled clips and the cut clips of the training side."""
    expected = None
    for name, corpus in recorded_variants(here):
        found = []
        for command, more in (("sample", []), ("sample", ["--side", "all"]), ("cut", [])):
            out = os.path.join(here, f"{name} {command} {len(more)}")
            told = works_json(command, "--corpus", corpus, "--out", out, "--frames", "32", *more)
            prior = [note for note in told.get("notes", []) if note.startswith("Prior")]
            found.append((prior, training_clips(out)))
        check(found[0][1], "no clips")
        expected = expected or found
        for what, a, b in zip(("sample", "sample --side all", "cut"), found, expected):
            check(a == b, what, "depends on test recordings that were", name)
