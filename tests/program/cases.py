# SPDX-License-Identifier: MIT
"""What users of pose files report, with the right value of each: the collected recordings of
$MGKIT_CASES_DIR. A row of its table without a right value keeps the result it had."""

import glob
import json
import math
import os

import folder as clips
from support import check, mgfm, refused, works, works_json

CASES = os.path.join(os.environ.get("MGKIT_CASES_DIR", ""), "recordings")


def case(*parts):
    path = os.path.join(CASES, *parts)
    check(os.path.exists(path), "no such case", path)
    return path


def code_of(told, code):
    """How often a finding of this code was counted."""
    return sum(f["count"] for f in told["findings"] if f["code"] == code)


class Whole:
    """The frames of one recording, through `cut`: at(frame, joint) is its channels."""

    def __init__(self, here, recording, frames, *more, name=None):
        out = os.path.join(here, f"cut{len(os.listdir(here))}")
        table = out + ".csv"
        name = name or os.path.basename(recording).removesuffix(".json")
        clips.write(table, f"recording,start,end,label\n{name},0,{frames},0\n".encode())
        self.told = works_json("cut", "--corpus", recording, "--segments", table, "--fps", "25",
                               "--joints", "as-recorded", "--out", out, *more)
        self.shape, self.values = clips.read_npy(os.path.join(out, "data.npy"))
        self.length = clips.read_npy(os.path.join(out, "num_frames.npy"))[1][0]
        check(self.length == frames, "frames", self.length, frames)

    def at(self, frame, joint):
        _, channels, frames, joints, _ = self.shape
        return tuple(self.values[(c * frames + frame) * joints + joint] for c in range(channels))


def close(seen, wanted, within=1e-3):
    check(len(seen) == len(wanted) and all(abs(a - b) <= within for a, b in zip(seen, wanted)),
          seen, "for", wanted)


def test_case_01_values_that_are_none(here):
    seg = case("01-mmpose-nan", "seg.csv")
    for path in (case("01-mmpose-nan", "talk.json"), case("01-mmpose-nan", "null", "talk.json")):
        check(code_of(works_json("inspect", path), "not_finite") == 1, path)
        check("left_wrist" not in works("inspect", path).split("joint  ")[0])
        read = Whole(here, path, 12)
        close(read.at(4, 9), (0, 0, 0), 0)
        check(all(read.at(4, j)[2] > 0 for j in range(17) if j != 9))
        check(code_of(read.told, "not_finite") == 1, read.told)
        for strict in (["--not-finite", "reject"], ["--strict"]):
            refused(here, "cut", "--corpus", path, "--segments", seg, "--fps", "25", "--out",
                    os.path.join(here, "x"), *strict, says=["frame 5", "left_wrist"])


def test_case_02_coco_results(here):
    path = case("02-alphapose", "alphapose-results.json")
    told = works_json("inspect", path)
    check(told["frames"] == 10 and told["empty_frames"] == 2 and told["tracks"] == 1, told)
    check(code_of(told, "missing_frames") == 2, told["findings"])
    read = Whole(here, path, 10)
    close(read.at(0, 0)[:2], (300, 140))
    check(read.at(1, 0)[2] == 0 and read.at(3, 0)[2] == 0)


def test_case_03_depth_is_not_coco(here):
    path = case("03-h36m", "meta", "lifted.json")
    refused(here, "inspect", path, says=["joint 0", "nose", "root"])
    told = works_json("inspect", path, "--skeleton", "h36m17")
    check(told["skeleton"] == "h36m17", told["skeleton"])


def test_case_04_another_order(here):
    path = case("04-body25b", "walk")
    told = works_json("inspect", path)
    check(told["skeleton"] == "body25", told["skeleton"])
    suspects = [f for f in told["findings"] if f["kind"] == "suspect"]
    check(suspects and "body25b" in suspects[0]["words"] and "--skeleton" in suspects[0]["words"],
          told["findings"])
    told = works_json("inspect", path, "--skeleton", "body25b")
    check(told["skeleton"] == "body25b", told["skeleton"])
    check(not any(f["kind"] == "suspect" for f in told["findings"]), told["findings"])


def test_case_05_face_only(here):
    told = works_json("inspect", case("05-face-only", "ask"))
    check(told["frames"] == 8 and len(told["joints"]) == 70, told["frames"], len(told["joints"]))


def test_case_06_frames_without_a_file(here):
    read = Whole(here, case("06-missing-frames", "v"), 10)
    seen = [read.at(t, 0)[2] for t in range(10)]
    close(seen, [.8, .8, .8, 0, 0, 0, .8, .8, 0, .8])
    check(code_of(read.told, "missing_frames") == 4, read.told["findings"])
    check("missing" in works("inspect", case("06-missing-frames", "v")))


def test_case_07_order_of_people(here):
    path = case("07-order", "duo")
    told = works_json("inspect", path)
    check(told["tracks"] == 2 and told["switches"] == 0, told["tracks"], told["switches"])
    read = Whole(here, path, 30)
    check(all(abs(read.at(t, 1)[0] - 250) < 1e-3 for t in range(30)))


def test_case_08_track_ids(here):
    read = Whole(here, case("08-trackid-const", "duo.json"), 30)
    check(all(abs(read.at(t, 0)[0] - 250) < 1e-3 for t in range(30)),
          [read.at(t, 0)[0] for t in range(30)])
    check(code_of(read.told, "track_ids_repeated") > 0, read.told["findings"])
    told = works_json("inspect", case("08-trackid-const", "switch", "one.json"))
    check(told["empty_frames"] == 0, told)
    told = works_json("inspect", case("08-trackid-const", "float", "one.json"))
    check(told["tracks"] == 1 and told["empty_frames"] == 0, told)


def test_case_09_mediapipe(here):
    told = works_json("inspect", case("09-mediapipe", "a-tasks-js", "session.json"))
    check(told["frames"] == 6 and len(told["joints"]) == 33 and told["fps"] == [25], told["fps"])
    for name in ("b-camel", "c-proto"):
        path = case("09-mediapipe", name, "session.json")
        told = works_json("inspect", path)
        check(told["frames"] == 6 and len(told["joints"]) == 75, name, told["frames"])
        close(Whole(here, path, 6).at(0, 0)[:1], (256,))
    told = works_json("inspect", case("09-mediapipe", "d-presence", "session.json"))
    low, high = told["coordinates"][0]
    close((low, high), (254.771, 380.160))
    close(told["coordinates"][1], (96, 403.2))
    close(told["coordinates"][2], (-64, -2.56))
    told = works_json("inspect", case("09-mediapipe", "e-list", "session.json"))
    check(told["frames"] > 0, told)


def test_case_10_time_stamps(here):
    told = works_json("inspect", case("10-timestamps", "zero-at-end", "s.json"))
    check(told["frames"] == 10 and told["fps"] == [25], told["frames"], told["fps"])
    stamps = [f for f in told["findings"] if "timestamp" in f["code"] and f["count"] == 2]
    check(stamps, told["findings"])


def test_case_11_kinetics(here):
    told = works_json("inspect", case("11-kinetics", "clip.json"))
    check(len(told["joints"]) == 18 and told["format"] == "kinetics_skeleton", told["format"])


def test_case_12_a_third_channel(here):
    refused(here, "inspect", case("12-miga", "clips"), says=["channels"])
    told = works_json("inspect", case("12-miga", "clips-named"))
    check(told["channels"] == "xyc", told["channels"])
    close(told["coordinates"][1], (498, 718), 1)


def test_case_13_arrays(here):
    wanted = works_json("inspect", case("13-npy", "plain"))
    for name in ("half", "double-v2", "v3-unpadded", "int16", "float-label", "name-subject"):
        told = works_json("inspect", case("13-npy", name))
        for key in ("clips", "coordinates", "classes", "frames"):
            check(key == "coordinates" or told[key] == wanted[key], name, key, told[key])
        for seen, as_before in zip(told["coordinates"], wanted["coordinates"]):
            close(seen, as_before, 2 if name in ("half", "int16") else 1e-3)
        check(len(told["subjects"]) == len(wanted["subjects"]), name)


def test_case_14_segments(here):
    def cut(segments, *more):
        out = os.path.join(here, f"out{len(os.listdir(here))}")
        return works_json("cut", "--corpus", case("14-segments", "talk.json"), "--segments",
                          case("14-segments", segments), "--fps", "25", "--out", out, *more), out

    def not_cut(segments, *more, says=()):
        refused(here, "cut", "--corpus", case("14-segments", "talk.json"), "--segments",
                case("14-segments", segments), "--fps", "25", "--out", os.path.join(here, "x"),
                *more, says=says)

    told, out = cut("zero-length.csv")
    check(told["clips"] == 2 and code_of(told, "segments_unusable") == 1, told)
    check(clips.read_npy(os.path.join(out, "num_frames.npy"))[1] == (10, 15))
    not_cut("zero-length.csv", "--strict", says=["row 2", "end"])
    told, out = cut("past-end.csv")
    check(clips.read_npy(os.path.join(out, "num_frames.npy"))[1] == (10, 10), told)
    check(code_of(told, "segments_cut_at_end") == 1, told)
    not_cut("past-end.csv", "--strict", says=["60 frames", "75"])
    not_cut("with-extension.csv", says=["segments of recordings of this corpus", "talk.mp4"])
    told, out = cut("pandas-floats.csv")
    check(told["clips"] == 2, told)
    not_cut("seconds.csv", says=["whole number", "seconds"])


def test_case_15_probe(here):
    data = ["--data", case("15-probe-scale", "clips"), "--folds", "4", "--plain"]
    told = works("probe", *data, "--features", case("15-probe-scale", "small-signal.npy"))
    check("22.9 [15.6, 30.2]" in told and "100" in told, told)
    told = works("probe", *data, "--features", case("15-probe-scale", "collapsed.npy"))
    check("33.3" in told, told)
    refused(here, "probe", *data, "--features", case("15-probe-scale", "one-nan.npy"),
            says=["row 5, column 2"])


def test_case_17_a_file_per_picture(here):
    told = works_json("inspect", case("17-frames-folder", "predictions"))
    check(told["recordings"] == 1 and told["frames"] == 12, told["recordings"], told["frames"])


def test_case_18_two_skeletons(here):
    done = mgfm("cut", "--corpus", case("18-mixed", "skel"), "--segments",
                case("18-mixed", "skel.csv"), "--joints", "as-recorded", "--fps", "25", "--out",
                os.path.join(here, "x"))
    line = done.stderr + done.stdout
    check("recording b" in line and "coco17" in line and "coco_wholebody133" in line, line)


def test_case_19_imigue(here):
    told = works_json("inspect", case("19-imigue-csv", "0010_light_hand.csv"))
    check(told["frames"] == 6, told["frames"])
    refused(here, "inspect", case("19-imigue-csv", "0008_light_hand.csv"),
            says=["107 fields", "106", "index"])
    done = mgfm("inspect", case("19-imigue-csv", "0011_light_hand.csv"))
    check(done.returncode == 1 and "semicolon" in done.stderr or done.returncode == 0, done.stderr)


def test_case_21_damaged(here):
    refused(here, "inspect", case("21-killed", "v"), says=["v_00000000000", "end of input", "byte"])
    refused(here, "inspect", case("36-truncated", "talk.json"), says=["end of input", "byte"])


def test_case_22_scaled(here):
    worst = 0
    read = Whole(here, case("22-scaled", "v"), 12)
    for t, path in enumerate(sorted(glob.glob(os.path.join(case("22-scaled", "v"), "*.json")))):
        numbers = json.loads(clips.read(path))["people"][0]["pose_keypoints_2d"]
        for joint in range(25):
            wanted = numbers[3 * joint:3 * joint + 3]
            worst = max(worst, *(abs(a - b) for a, b in zip(read.at(t, joint), wanted)))
    check(worst < 1e-6 and math.isfinite(worst), worst)


def test_case_25_empty_clips(here):
    told = works_json("inspect", case("25-empty-clips", "clips"))
    check(told["clips"] == 12 and sum(told["unusable"].values()) == 3, told)
    check(code_of(told, "clips_without_frames") == 1, told["findings"])


def test_case_26_frames_out_of_order(here):
    refused(here, "inspect", case("26-order", "shuffled", "talk.json"), says=["rise", "3 after 4"])


def test_case_27_mmpose_0(here):
    told = works_json("inspect", case("27-mmpose0", "results.json"))
    check(len(told["joints"]) == 17 and told["frames"] > 0, told["frames"])


def test_case_30_nobody(here):
    out = os.path.join(here, "sampled")
    told = works_json("sample", "--corpus", case("30-nobody", "rec"), "--fps", "25", "--out", out)
    nobody = [f for f in told["findings"] if f["code"] == "nobody_seen"]
    check(len(nobody) == 1 and nobody[0]["recording"] == "b", told["findings"])
    lines = clips.read(os.path.join(out, "clips.csv")).decode()
    check(",a," in lines and ",c," in lines and ",b," not in lines, lines)
    refused(here, "sample", "--corpus", case("30-nobody", "rec"), "--fps", "25", "--out",
            os.path.join(here, "x"), "--strict", says=["b.json", "nobody"])


def test_case_31_arrays_with_gaps(here):
    seg = case("31-untrimmed-nan", "seg.csv")
    told = works_json("cut", "--corpus", case("31-untrimmed-nan"), "--segments", seg, "--joints",
                      "as-recorded", "--fps", "25", "--out", os.path.join(here, "out"))
    check(code_of(told, "not_finite") == 14, told["findings"])


def test_case_34_people_by_name(here):
    told = works_json("inspect", case("34-names", "corpus"))
    check(told["subjects"] == 2 and told["recordings"] == 2, told)


def test_case_texts(here):
    """A person can tell what was read, what was not, and what to do: some text for each input."""
    for path in sorted(glob.glob(os.path.join(CASES, "*"))):
        if not os.path.isdir(path):
            continue
        inputs = [p for p in glob.glob(os.path.join(path, "**"), recursive=True)
                  if p.endswith(".json") and "_keypoints" not in p and "meta" not in p]
        for one in inputs:
            done = mgfm("inspect", one)
            check(done.returncode in (0, 1), one, done.returncode)
            lines = [l for l in done.stderr.splitlines() if not l.startswith("note: ") and
                     "recordings/s" not in l]
            check(done.returncode == 0 or len(lines) == 1, one, done.stderr)
            check(done.returncode == 1 or "Found: " in done.stdout or
                  "Nothing was assumed" in done.stdout, one, done.stdout)
