# SPDX-License-Identifier: MIT
"""mgfm embed without options: recordings in, features and windows out."""

import json
import os

import folder as clips
from recordings import corpus_in, rows
from support import check, fresh, mgfm, refused, works, works_json

ENCODERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "encoders")


def index():
    with open(os.path.join(ENCODERS, "encoders.json"), encoding="utf-8") as file:
        return {entry["name"]: entry for entry in json.load(file)["encoders"]}


def recording(corpus):
    """The first recording of a generated corpus, outside of it."""
    path = os.path.join(corpus, rows(os.path.join(corpus, "recordings.csv"))[0]["file"])
    target = os.path.join(os.path.dirname(corpus), "talk" + os.path.splitext(path)[1])
    os.rename(path, target)
    return target


def mmpose(path, joints, frames, step=7):
    """A file of MMPose without names: one person of so many joints."""
    def person(t):
        return {"keypoints": [[100 + 31 * (j % 5) + (t if j == 2 else 0), 50 + step * j]
                              for j in range(joints)],
                "keypoint_scores": [0.9] * joints}
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"instance_info": [{"frame_id": t, "instances": [person(t)]}
                                     for t in range(1, frames + 1)]}, file)
    return path


def windows_of(path, told, columns):
    """The rows of both files, which agree; they cover the recording."""
    shape, numbers = clips.read_npy(os.path.join(path, "talk.features.npy"))
    table = rows(os.path.join(path, "talk.windows.csv"))
    check(shape == (len(table), columns) == (told["rows"], told["columns"]), shape, told)
    check(all(abs(x) < 1e3 for x in numbers), "features")
    return table


def test_embed_mmpose(here):
    talk = recording(corpus_in(here, "corpus", "--format", "mmpose"))
    out = os.path.join(here, "out")
    os.mkdir(out)
    told = works_json("embed", talk, "--fps", "25", at=out)
    check(told["pretrained"] == "upper_body" and told["recordings"] == 1, told)
    table = windows_of(out, told, index()["upper_body"]["features"])
    check(sorted(os.listdir(out)) == ["talk.features.npy", "talk.windows.csv"], os.listdir(out))
    starts = [int(row["start"]) for row in table]
    check(starts[:3] == [0, 25, 50] and all(row["recording"] == "talk" for row in table), table[:3])
    check(all(int(r["end"]) - int(r["start"]) == 50 for r in table), table)
    check(float(table[1]["start_seconds"]) == 1 and float(table[1]["end_seconds"]) == 3, table[1])

    # The same by name, by file and from another place: the same bytes.
    first = clips.read(os.path.join(out, "talk.features.npy"))
    for weights in ("upper_body", os.path.join(ENCODERS, "upper_body.safetensors")):
        again = os.path.join(here, "again.npy")
        works("embed", talk, "--fps", "25", "--weights", weights, "--out", again, "--threads", "1")
        check(clips.read(again) == first, weights)
        check(os.path.exists(os.path.join(here, "again.windows.csv")))

    # At half the rate the same windows are twice as many seconds.
    told = works_json("embed", talk, "--fps", "12.5", at=out)
    check(told["rates"] == [12.5] and told["rows"] > len(table), told)
    # --joints asks for fewer of them.
    told = works_json("embed", talk, "--joints", "body25_upper15", at=out)
    check(told["pretrained"] == "body25_upper15" and told["rates"] == [25], told)


def test_embed_openpose(here):
    corpus = corpus_in(here, "corpus", "--format", "openpose")
    talk = recording(corpus)
    check(os.path.isdir(talk), talk)
    told = works_json("embed", talk + os.sep, "--fps", "25", at=here)
    check(told["pretrained"] == "upper_body", told)
    windows_of(here, told, index()["upper_body"]["features"])

    # BODY_25 alone: its 15 joints, not 14 of 41.
    for name in os.listdir(talk):
        path = os.path.join(talk, name)
        content = json.loads(clips.read(path))
        for person in content["people"]:
            for key in [k for k in person if "hand" in k or "face" in k]:
                del person[key]
        clips.write(path, json.dumps(content).encode())
    told = works_json("embed", talk, "--fps", "25", at=here)
    check(told["pretrained"] == "body25_upper15", told)
    windows_of(here, told, index()["body25_upper15"]["features"])
    check("body25_upper15" in works("embed", talk, "--fps", "25", at=here))


def test_embed_folder(here):
    corpus = corpus_in(here, "corpus", "--format", "untrimmed")
    told = works_json("embed", corpus, at=here)
    check(told["recordings"] == 6 and told["rates"] == [25] and told["synthetic"], told)
    table = rows(os.path.join(here, "corpus.windows.csv"))
    check({row["recording"] for row in table} == {f"interview_{i:04}" for i in range(1, 7)}, table[:2])


def test_embed_short_and_missing(here):
    told = works_json("embed", mmpose(os.path.join(here, "talk.json"), 17, 12), at=here)
    check(told["pretrained"] == "body25_upper15" and told["rows"] == 1, told)
    # Nobody states a rate: one is assumed, and told.
    check([f for f in told["findings"] if f["code"] == "no_frame_rate"] and told["rates"] == [25], told)
    check([(r["start"], r["end"]) for r in rows(os.path.join(here, "talk.windows.csv"))] == [("0", "12")])


def test_embed_unknown_joints(here):
    path = mmpose(os.path.join(here, "odd.json"), 12, 80)
    out = ["--out", os.path.join(here, "odd.npy")]
    refused(here, "embed", path, *out, says=["odd.json", "12", "--joints"])
    hand = mmpose(os.path.join(here, "hand.json"), 21, 80)
    refused(here, "embed", hand, "--skeleton", "hand21", *out,
            says=["hand.json: expected recordings that convert to upper_body or body25_upper15",
                  "hand21 of 21 joints", "--weights"])
    for option in (["--with-labels"], ["--scale", "none"], ["--stream", "bone"]):
        refused(here, "embed", path, *option, code=2, says=["is for clips"])
    refused(here, "embed", path, "--data", here, code=2, says=["exclude"])
    refused(here, "embed", os.path.join(here, "absent.json"), says=["absent.json"])


def test_embed_encoders_that_changed(here):
    """One line that says what to do."""
    talk = mmpose(os.path.join(here, "talk.json"), 17, 60)
    empty, changed = os.path.join(here, "empty"), os.path.join(here, "changed")
    for path in (empty, changed):
        os.mkdir(path)
    for name in ("encoders.json", "upper_body.safetensors", "body25_upper15.safetensors"):
        content = clips.read(os.path.join(ENCODERS, name))
        clips.write(os.path.join(changed, name),
                    content[:-1] + bytes([content[-1] ^ 1]) if "15" in name else content)
    for folder, says in ((empty, ["MGKIT_ENCODERS", "encoders.json"]),
                         (changed, ["body25_upper15.safetensors", "sha256", "install it again"])):
        done = mgfm("embed", talk, environment={"MGKIT_ENCODERS": folder}, at=here)
        lines = [x for x in done.stderr.splitlines() if x.startswith("mgfm")]
        check(done.returncode == 1 and len(lines) == 1, done.returncode, done.stderr)
        check(all(words in lines[0] for words in says), lines)
        check(not os.path.exists(os.path.join(here, "talk.features.npy")), "written all the same")


def test_embed_clips(here):
    corpus = corpus_in(here, "corpus", "--format", "untrimmed")
    made = os.path.join(here, "made")
    works("cut", "--corpus", corpus, "--out", made, "--joints", "body25_upper15", "--frames", "40")
    told = works_json("embed", made, at=here)
    check(told["columns"] == index()["body25_upper15"]["features"], told)
    check(clips.read_npy(os.path.join(here, "made.features.npy"))[0] == (told["rows"], told["columns"]))
    told = works_json("probe", "--data", made, "--weights", "body25_upper15", "--plain")
    check([row["features"] for row in told["results"]] == ["majority", "pretrained"], told["results"])
    refused(here, "embed", fresh(here, "five"), "--out", os.path.join(here, "five.npy"),
            says=["meta.json", "upper_body, body25_upper15", "5 joints", "--weights"])
