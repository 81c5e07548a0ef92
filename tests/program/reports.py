# SPDX-License-Identifier: MIT
"""Results of other commands on one page, and every figure as a file."""

import csv
import json
import os
import xml.etree.ElementTree

import folder as clips
from support import TINY, check, fresh, mgfm, pretrained, refused, works

TEST = ["--test-subjects", "4"]


def results(here, path):
    """Files of a study, a probe, a retrieval and a pre-training on one folder."""
    at = lambda name: os.path.join(here, name)
    weights = pretrained(here, path)
    works("study", "--data", path, *TEST, "--features", "majority,raw,random,pretrained", "--json",
          at("study.json"), *TINY)
    works("probe", "--data", path, "--weights", weights, *TEST, "--plain", "--json", at("probe.json"))
    works("retrieve", "--data", path, "--weights", weights, "--query", "3", "--top", "3", "--json",
          at("query.json"))
    works("pretrain", "--data", path, "--out", at("w2"), "--json", at("pretrain.json"), *TINY)
    return [at(name + ".json") for name in ("study", "probe", "query", "pretrain")]


def test_report(here):
    path = fresh(here)
    runs = results(here, path)
    page, figures = os.path.join(here, "page.html"), os.path.join(here, "figures")
    told = works("report", *runs, "--html", page, "--figures", figures)
    check("4 runs" in told, told)
    html = clips.read(page).decode()
    for part in ("<!DOCTYPE html>", "prefers-color-scheme:dark", "@media print", "study: ",
                 "retrieval example 1", "class=\"film\"", "Pre-training loss", "movement 1",
                 "micro-gestures"):
        check(part in html, "no", part)
    for part in ("<script", "src=", "href=", "http:"):
        check(part not in html.replace("http://www.w3.org/2000/svg", ""), part, "on the page")
    names = sorted(os.listdir(figures))
    stems = [n[:-4] for n in names if n.endswith(".svg")]
    check(sorted(s + e for s in stems for e in (".csv", ".svg")) == names, names)
    for expected in ("training-loss", "study-classes", "study-confusion", "probe-confusion",
                     "study-scores-joint-1-NN", "query-retrieval-1"):
        check(expected in stems, "no", expected, "among", stems)
    for name in names:
        if name.endswith(".svg"):
            xml.etree.ElementTree.fromstring(clips.read(os.path.join(figures, name)))
    with open(os.path.join(figures, "study-confusion.csv"), encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with open(runs[0], encoding="utf-8") as file:
        counts = json.load(file)["confusion"][0]["counts"]
    check([int(r["clips"]) for r in rows] == [n for row in counts for n in row], rows)
    check(sum(map(sum, counts)) == 6)
    with open(os.path.join(figures, "study-classes.csv"), encoding="utf-8") as file:
        check([float(r["trained"]) for r in csv.DictReader(file)] == [6, 6, 6])

    works("report", *runs, "--html", page + "2", "--figures", figures)
    check(clips.read(page) == clips.read(page + "2"), "another page from the same files")


def test_report_without_the_clips(here):
    path = fresh(here)
    run = results(here, path)[2]
    page, moved = os.path.join(here, "page.html"), path + "-moved"
    os.rename(path, moved)
    done = mgfm("report", run, "--html", page)
    check(done.returncode == 0 and "listed, not drawn" in done.stderr, done.stderr)
    check("not at hand" in clips.read(page).decode())
    check("film\"" not in clips.read(page).decode().split("<body>")[1])
    works("report", run, "--html", page, "--data", moved)
    check("class=\"film\"" in clips.read(page).decode())
    other = fresh(here, "other", joints=7)
    done = mgfm("report", run, "--html", page, "--data", other)
    check(done.returncode == 0 and "5 joints" in done.stderr, done.stderr)


def test_report_bad_input(here):
    path = fresh(here)
    bad = os.path.join(here, "bad.json")
    for text in (b"", b"[]", b"{}", b'{"kind": "study"}', b'{"kind": "cut"}', b'{"kind": "audit"}',
                 b'{"kind": "study", "data": {"name": "x", "clips": -1, "subjects": 1}}'):
        clips.write(bad, text)
        refused(here, "report", bad, "--html", os.path.join(here, "p.html"), says=["bad.json"])
    clips.write(bad, b"{}")
    refused(here, "report", bad, "--html", bad, says=["bad.json"])
    refused(here, "report", bad, code=2, says=["--figures"])
    refused(here, "report", "--html", bad, code=2)
    refused(here, "report", path, "--html", os.path.join(here, "p.html"), code=2)
    refused(here, "report", os.path.join(here, "none.json"), "--html", bad, code=2)
