# SPDX-License-Identifier: MIT
"""What an audit of recordings says: who annotated, by whom chance is judged, rates, changes of
person."""

import csv
import json
import os
import shutil

import folder as clips
from recordings import corpus_in, rows
from support import check, mgfm, refused, works, works_json

SEGMENTS = ["recording", "start", "end", "label", "class", "annotator"]


def write_rows(path, columns, content):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(content)


def edited(here, corpus, name, segments):
    """The corpus with other segments."""
    copy = os.path.join(here, name)
    shutil.copytree(corpus, copy)
    write_rows(os.path.join(copy, "segments.csv"), SEGMENTS, segments)
    return copy


def names_of(corpus):
    return [r["recording"] for r in rows(os.path.join(corpus, "recordings.csv"))]


def audit_of(corpus, *options):
    return works_json("audit", "--corpus", corpus, "--prior", "smg", *options)


def mean(audit):
    return next(o for o in audit["iod"] if o["measure"] == "mean" and o["truth"] == "all classes")


def test_audits_leave_out_what_nobody_annotated(here):
    corpus = corpus_in(here)
    marks = rows(os.path.join(corpus, "segments.csv"))
    kept = names_of(corpus)[:3]
    partly = edited(here, corpus, "partly", [r for r in marks if r["recording"] in kept])
    told = audit_of(partly)
    check(told["recordings"] == 6 and told["truth"]["recordings_annotated"] == 3, told["truth"])
    check(told["truth"]["recordings_not_annotated"] == 3, told["truth"])
    check(any("3 of 6 recordings are not annotated" in c for c in told["caveats"]), told["caveats"])

    only = edited(here, partly, "only", [r for r in marks if r["recording"] in kept])
    manifest = rows(os.path.join(corpus, "recordings.csv"))
    write_rows(os.path.join(only, "recordings.csv"), manifest[0].keys(),
               [r for r in manifest if r["recording"] in kept])
    alone = audit_of(only)
    check(alone["truth"]["recordings_not_annotated"] == 0, alone["truth"])
    check(mean(told) == mean(alone), mean(told), mean(alone))
    check(mean(audit_of(corpus))["value"] != mean(told)["value"])

    # Somebody who looked and found nothing annotated the recording.
    empty = [{"recording": n, "annotator": "0"} for n in names_of(corpus)[3:]]
    looked = edited(here, corpus, "looked", [r for r in marks if r["recording"] in kept] + empty)
    less = audit_of(looked)
    check(less["truth"]["recordings_not_annotated"] == 0, less["truth"])
    check(mean(less)["value"] < mean(told)["value"], mean(less), mean(told))
    words = works("audit", "--corpus", partly, "--prior", "smg")
    check("3 not annotated and left out" in words, words)

    page, result = os.path.join(here, "page.html"), os.path.join(here, "audit.json")
    works("audit", "--corpus", partly, "--prior", "smg", "--json", result)
    works("report", result, "--html", page)
    html = clips.read(page).decode()
    for part in ("recordings not annotated", "3 of 6 recordings are not annotated", "Own chance",
                 "Chance of shifts", "change of the primary person", "People"):
        check(part in html, "no", part, "on the page")
    nobody = edited(here, corpus, "nobody", [])
    told = audit_of(nobody)
    check(told["iod"] == [] and told["truth"]["recordings_annotated"] == 0, told["truth"])


def test_audits_annotators(here):
    corpus = corpus_in(here)
    marks = rows(os.path.join(corpus, "segments.csv"))
    half = names_of(corpus)[3:]
    second = edited(here, corpus, "second", [r for r in marks if r["recording"] not in half or
                                             r["annotator"] == "1"])
    wanted = [r for r in marks if r["annotator"] == ("1" if r["recording"] in half else "0")]

    def cut(path, *options):
        out = os.path.join(here, "cut")
        told = works_json("cut", "--corpus", path, "--out", out, *options)
        shutil.rmtree(out)
        left = told["across_person_change"] + told["without_visible_joint"]
        return told, told["clips"] + left

    told, used = cut(second)
    check(used == len(wanted), told, len(wanted))
    check(told["recordings_with_several_annotators"] == 3, told)
    check(told["segments_not_used"] == told["segments"] - used > 0, told)
    check("lowest-numbered" in told["annotators"], told)
    moved = edited(here, second, "moved", [dict(r, annotator=int(r["annotator"]) + 1) for r in
                                           rows(os.path.join(second, "segments.csv"))])
    check(cut(moved)[1] == used, "another numbering, another count")
    check(mean(audit_of(moved))["value"] == mean(audit_of(second))["value"])

    seen = works_json("inspect", second)
    check(seen["annotators"] == [0, 1] and seen["recordings_annotated"] == 6, seen)
    one, used = cut(second, "--annotators", "1")
    check(used == sum(r["annotator"] == "1" for r in marks), one)
    none, used = cut(second, "--annotators", "0")
    check(none["recordings_not_annotated"] == 3, none)
    check(audit_of(second, "--annotators", "0")["truth"]["recordings_not_annotated"] == 3)
    everybody, agreed = cut(corpus, "--annotators", "union"), cut(corpus, "--annotators", "consensus")
    first = cut(corpus)
    check(agreed[1] <= first[1] and everybody[0]["segments_not_used"] == 0, agreed, first, everybody)
    check(agreed[0]["segments_not_used"] > 0, agreed)
    shares = [mean(audit_of(corpus, "--annotators", rule))["value"]
              for rule in ("consensus", "first", "union")]
    check(shares == sorted(shares) and shares[0] < shares[2], shares)
    out = os.path.join(here, "out")
    refused(here, "cut", "--corpus", corpus, "--out", out, "--annotators", "7", says=["0, 1"])
    refused(here, "cut", "--corpus", corpus, "--out", out, "--annotators", "second", code=2)
    # The prior follows the same rule, also from a file.
    counts = {rule: next(n for n in works_json("audit", "--corpus", corpus, "--prior",
                                               os.path.join(here, "train.csv"), "--annotators",
                                               rule)["notes"] if n.startswith("Prior"))
              for rule in ("0", "1")
              if write_rows(os.path.join(here, "train.csv"), SEGMENTS, [
                  r for r in marks if r["recording"] in {
                      m["recording"] for m in rows(os.path.join(corpus, "recordings.csv"))
                      if m["split"] == "train"}]) is None}
    check(counts["0"] != counts["1"], counts)


def test_audits_chance(here):
    corpus = corpus_in(here)
    told = audit_of(corpus, "--draws", "40", "--threads", "1")
    again = audit_of(corpus, "--draws", "40", "--threads", "2")
    for one in (told, again):
        one.pop("command")
    check(told == again, "threads change the audit")
    for o in told["iod"]:
        check(o["own_draws"] == 40 and o["shifts"] >= 1000, o)
        check(o["shift_chance_low"] <= o["shift_chance"] <= o["shift_chance_high"], o)
        check(o["own_chance_low"] <= o["own_chance"] <= o["own_chance_high"], o)
        check(0 < o["own_p"] <= 1 and o["people"] >= 1, o)
    people = {r["subject"] for r in rows(os.path.join(corpus, "recordings.csv"))}
    check(told["truth"]["people"] == len(people) == mean(told)["people"], told["truth"])
    check(any("narrower" in c or "no interval" in c for c in told["caveats"]), told["caveats"])
    other = audit_of(corpus, "--draws", "40", "--seed", "5")
    check(abs(mean(other)["own_chance"] - mean(told)["own_chance"]) < 0.03, mean(other), mean(told))
    words = works("audit", "--corpus", corpus, "--prior", "smg", "--sweep", "--quotas", "5")
    for part in ("own chance %", "shift chance %", "people", "[0, L - d]", "Only "):
        check(part in words, "no", part, "in", words)
    swept = audit_of(corpus, "--sweep", "--quotas", "5", "--thresholds", "0.3")["sweep"]
    check(all(s["own_draws"] == 100 and s["people"] for s in swept), swept)


def test_audits_one_rate(here):
    corpus = corpus_in(here)
    manifest = rows(os.path.join(corpus, "recordings.csv"))
    for row in manifest[4:]:
        row["fps"] = "50"
    write_rows(os.path.join(corpus, "recordings.csv"), manifest[0].keys(), manifest)
    fast = {r["recording"] for r in manifest[4:]}
    told = audit_of(corpus)
    check(told["fps"] is None and told["rates"] == [{"fps": 25, "recordings": 4},
                                                    {"fps": 50, "recordings": 2}], told["rates"])
    check(any("Frame rates differ" in c for c in told["caveats"]), told["caveats"])

    for command in ("sample", "cut"):
        for options, rate in (([], 25), (["--rate", "50"], 50)):
            out = os.path.join(here, f"{command}{rate}")
            side = ["--side", "all", "--prior", "smg"] if command == "sample" else []
            told = works_json(command, "--corpus", corpus, "--out", out, *side, *options)
            check(json.loads(clips.read(os.path.join(out, "meta.json")))["fps"] == f"{rate}.000")
            _, lengths = clips.read_npy(os.path.join(out, "num_frames.npy"))
            converted = shortened = 0
            for row, length in zip(rows(os.path.join(out, "clips.csv")), lengths):
                own = 50 if row["recording"] in fast else 25
                frames = int(row["end"]) - int(row["start"])
                ideal = max(1, frames * rate / own)
                check(abs(length - min(128, ideal)) <= 0.5, row, length)
                converted += own != rate
                shortened += round(ideal + 1e-9) > 128
                check(abs(float(row["fps"]) - rate) < 1e-9 or length == 128, row)
                check(abs(float(row["seconds"]) - frames / own) < 1e-3, row)
            check(0 < converted < len(lengths), converted)
            counts = told["clips"] if command == "sample" else told
            check(counts["fps"] == rate and counts["from_another_rate"] == converted, counts)
            check(counts["shortened" if command == "sample" else "resampled"] == shortened, counts)
    # Where nothing but the files states a rate, these are asked.
    bare = [{k: v for k, v in row.items() if k != "fps"} for row in manifest]
    for row in bare[:4]:
        path = os.path.join(corpus, row["file"])
        clips.write(path, clips.read(path).replace(b'"fps": 25', b'"fps": 50', 1))
    write_rows(os.path.join(corpus, "recordings.csv"), bare[0].keys(), bare)
    out = os.path.join(here, "bare")
    told = works_json("cut", "--corpus", corpus, "--out", out)
    check(told["fps"] == 50 and told["from_another_rate"] > 0, told)
    check(json.loads(clips.read(os.path.join(out, "meta.json")))["fps"] == "50.000")
    write_rows(os.path.join(corpus, "recordings.csv"), manifest[0].keys(), manifest)
    # A rate given for all replaces those that are stated, and says so.
    told = audit_of(corpus, "--fps", "25")
    check(told["fps"] == 25 and any("--fps replaces the rate that 2" in n for n in told["notes"]),
          told["notes"])


def test_audits_changes_of_person(here):
    """Somebody else is in view for a while: no clip runs across either end."""
    corpus = corpus_in(here)
    manifest = rows(os.path.join(corpus, "recordings.csv"))
    name = max(manifest, key=lambda r: os.path.getsize(os.path.join(corpus, r["file"])))["recording"]
    path = os.path.join(corpus, "recordings", name + ".json")
    content = json.loads(clips.read(path))
    frames = content["instance_info"]
    marks = [r for r in rows(os.path.join(corpus, "segments.csv"))
             if r["recording"] == name and r["annotator"] == "0"
             and int(r["end"]) - int(r["start"]) > 10]
    first = (int(marks[0]["start"]) + int(marks[0]["end"])) // 2
    last = (int(marks[-1]["start"]) + int(marks[-1]["end"])) // 2
    check(last - first > 40, marks)
    for frame in frames[first:last]:
        for person in frame["instances"]:
            person["keypoints"] = [[x + 3000, y] if x or y else [x, y]
                                   for x, y in person["keypoints"]]
    clips.write(path, json.dumps(content).encode())
    cuts = {first, last}

    def crossing(manifest_of):
        return [r for r in rows(os.path.join(manifest_of, "clips.csv")) if r["recording"] == name and
                any(int(r["start"]) < c < int(r["end"]) for c in cuts)]

    sampled, labelled = os.path.join(here, "sampled"), os.path.join(here, "labelled")
    told = works_json("sample", "--corpus", corpus, "--out", sampled, "--side", "all", "--prior",
                      "smg", "--quota", "200")
    check(not crossing(sampled), crossing(sampled))
    check(told["rejections"]["person_change"] > 0, told["rejections"])
    check(told["proposed"] == told["accepted"] + sum(told["rejections"].values()), told)
    check(sum(d["person_change"] for d in told["deciles"]) == told["rejections"]["person_change"])
    told = works_json("cut", "--corpus", corpus, "--out", labelled)
    check(not crossing(labelled), crossing(labelled))
    check(told["across_person_change"] >= 2, told)
    check("across a change of person" in works("audit", "--corpus", corpus, "--prior", "smg"))
    result, figures = os.path.join(here, "a.json"), os.path.join(here, "figures")
    works("audit", "--corpus", corpus, "--prior", "smg", "--json", result)
    works("report", result, "--figures", figures)
    table = rows(os.path.join(figures, "a-rejections.csv"))
    check(sum(int(r["person_change"]) for r in table) > 0, table)
    check("change of person" in clips.read(os.path.join(figures, "a-rejections.svg")).decode())
