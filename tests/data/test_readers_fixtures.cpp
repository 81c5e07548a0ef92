// SPDX-License-Identifier: MIT
// Files as the tools write them, and what each reader says of files that are not quite so.
#include <cstdint>
#include <string>
#include <vector>

#include "catch.hpp"
#include "data/recordings.hpp"
#include "data/written.hpp"
#include "io/support.hpp"
#include "mgkit/data/readers/any.hpp"
#include "mgkit/io/atomic_file.hpp"
#include "mgkit/io/npy.hpp"
#include "mgkit/skeleton/coco17.hpp"

using namespace mgkit;
using namespace mgkit::data;
using namespace mgkit::data::readers;
using recordings::marking;
using skeleton::channel_layout;

namespace {

/// `count` copies of `part`, separated by commas.
std::string repeat(const std::string& part, int count) {
    std::string out;
    for (int i = 0; i < count; ++i) out += (i ? "," : "") + part;
    return out;
}
/// Points [j, j + 0.5] for j = 0 .. count - 1.
std::string points(int count) {
    std::string out;
    for (int j = 0; j < count; ++j) out += text(j ? ", [" : "[", j, ", ", j, ".5]");
    return "[" + out + "]";
}
std::string scores(int count, const std::string& score = "0.9") {
    return "[" + repeat(score, count) + "]";
}
std::string person(int joints, const std::string& more = "") {
    return "{\"keypoints\": " + points(joints) + ", \"keypoint_scores\": " + scores(joints) + more +
           "}";
}
std::string video(const std::string& frames) {
    return "{\"instance_info\": [" + frames + "]}";
}
std::string frame(const std::string& id, const std::string& people) {
    return "{\"frame_id\": " + id + ", \"instances\": [" + people + "]}";
}

}  // namespace

TEST_CASE("MMPose: the demo program's file of a video", "[data][readers]") {
    // Indented with tabs, frames from 1, boxes in a list of their own, meta information first.
    const std::string json =
        "{\n\t\"meta_info\": {\n\t\t\"dataset_name\": \"coco\",\n\t\t\"num_keypoints\": 17,\n"
        "\t\t\"keypoint_id2name\": {\n\t\t\t\"0\": \"nose\",\n\t\t\t\"1\": \"left_eye\",\n"
        "\t\t\t\"16\": \"right_ankle\"\n\t\t},\n\t\t\"skeleton_links\": [[15, 13], [13, 11]],\n"
        "\t\t\"sigmas\": {\"__ndarray__\": [0.026, 0.025]},\n\t\t\"flip\": null, \"x\": "
        "true\n\t},\n"
        "\t\"instance_info\": [\n\t\t{\n\t\t\t\"frame_id\": 1,\n\t\t\t\"instances\": [\n\t\t\t\t"
        "{\n\t\t\t\t\t\"keypoints\": " +
        points(17) + ",\n\t\t\t\t\t\"keypoint_scores\": " + scores(17) +
        ",\n\t\t\t\t\t\"bbox\": [[1.5, 2.5, 30.5, 40.5]],\n\t\t\t\t\t\"bbox_score\": 0.99\n"
        "\t\t\t\t}\n\t\t\t]\n\t\t},\n\t\t{\"frame_id\": 2, \"instances\": []},\n\t\t"
        "{\"frame_id\": 3, \"instances\": [" +
        person(17) + ", " + person(17, ", \"track_id\": 7") + "]}\n\t]\n}";
    const auto people = mmpose::parse(json, "video.json");
    CHECK(people.frames() == 3);
    CHECK(people.first == std::vector<std::size_t>{0, 1, 1, 3});
    CHECK(people.track == std::vector<int>{-1, -1, 7});
    CHECK(people.topology.name == "coco17");
    CHECK(people.layout == channel_layout::xyc);
    CHECK(people.person(0)[3 * 5] == 5);
    CHECK(people.person(0)[3 * 5 + 1] == 5.5f);
    CHECK(people.person(0)[3 * 5 + 2] == 0.9f);
    CHECK(people.found.empty());
}

TEST_CASE("MMPose: the inferencer's lists", "[data][readers]") {
    // A video: frames without an object around them.
    CHECK(mmpose::parse("[" + frame("0", person(26)) + "," + frame("1", person(26)) + "]", "v")
              .frames() == 2);
    // One image: people without a frame around them.
    const auto image = mmpose::parse("[" + person(133) + "," + person(133) + "]", "i");
    CHECK(image.frames() == 1);
    CHECK(image.people() == 2);
    CHECK(image.topology.name == "coco_wholebody133");
    // Several images: a list of people each, also inside the demo program's object.
    for (const std::string& lists :
         {"[[" + person(17) + "], [], [" + person(17) + "," + person(17) + "]]",
          "{\"instance_info\": [[" + person(17) + "], [], [" + person(17) + "," + person(17) +
              "]]}"}) {
        const auto images = mmpose::parse(lists, "l");
        CHECK(images.first == std::vector<std::size_t>{0, 1, 1, 3});
    }
    // Frames without number follow each other; keys may come in any order.
    const auto plain = mmpose::parse(
        "[{\"instances\": [" + person(17) + "]}, {\"instances\": [], \"frame_id\": 4}]", "p");
    CHECK(plain.frames() == 5);
    CHECK(noted(plain, "3 frame numbers missing"));
}

TEST_CASE("MMPose: depth, tracks, gaps and values that are missing", "[data][readers]") {
    const std::string deep = "{\"keypoints\": [" + repeat("[1, 2, 3]", 17) +
                             "], \"keypoint_scores\": " + scores(17) + "}";
    std::string names;
    for (std::size_t j = 0; j < 17; ++j)
        names += text(j ? ", \"" : "\"", j, "\": \"", skeleton::coco17::joints[j], "\"");
    CHECK(mmpose::parse("{\"instance_info\": [" + frame("0", deep) +
                            "], \"meta_info\": {\"keypoint_id2name\": {" + names + "}}}",
                        "d")
              .layout == channel_layout::xyzc);
    const auto gaps =
        mmpose::parse(video(frame("100", person(17)) + "," + frame("103", person(17))), "g");
    CHECK(gaps.frames() == 4);
    CHECK(gaps.first == std::vector<std::size_t>{0, 1, 1, 1, 2});
    CHECK(noted(gaps, "counted from 100"));
    CHECK(noted(gaps, "2 frame numbers missing"));
    // A joint with a score of 0 or less was not seen: all zeros.
    const std::string hidden = "{\"keypoint_scores\": " + scores(17, "-0.2") +
                               ", \"keypoints\": " + points(17) + ", \"track_id\": null}";
    for (const float value : mmpose::parse(video(frame("0", hidden)), "h").values)
        CHECK(value == 0);
    std::string holes = person(17);
    holes.replace(holes.find("[3, 3.5]"), 8, "[null, 3.5]");
    CHECK_REFUSED(mmpose::parse(video(frame("8", person(17) + "," + holes)), "f.json"),
                  "f.json, frame 8, person 1: expected finite numbers, found none for joint 3 "
                  "(left_ear)");
    const auto marked = mmpose::parse(video(frame("0", holes)), "m", marking);
    CHECK(marked.person(0)[9] == 0);
    CHECK(marked.person(0)[11] == 0);
    CHECK(marked.person(0)[12] == 4);
    CHECK(noted(marked, "1 joint without a finite value"));
    // NaN and Infinity, as Python writes them, are what null is.
    for (const char* value : {"NaN", "Infinity", "-Infinity"}) {
        std::string python = holes;
        python.replace(python.find("null"), 4, value);
        const auto same = mmpose::parse(video(frame("0", python)), "m", marking);
        CHECK(same.values == marked.values);
        CHECK(same.found == marked.found);
    }
}

TEST_CASE("MMPose: hostile files are refused with their place", "[data][readers]") {
    const auto refused = [](const std::string& json, std::string_view part) {
        INFO(json.substr(0, 200));
        CHECK_REFUSED(mmpose::parse(json, "f.json", {.strict = true}), part);
    };
    const std::string one = person(17);
    refused("[]", "f.json: expected at least one frame");
    refused(video(""), "at least one frame");
    refused(video(frame("0", "")), "somebody in at least one frame");
    refused("{\"instance_info\": 3}", "'instance_info' as a list, found a number");
    refused("{\"instance_info\": {}}", "'instance_info' as a list, found an object");
    refused("[3]", "frames or people, found a number");
    refused("[null]", "found null");
    refused("[{}]", "'instances' or 'keypoints'");
    refused("[{\"frame_id\": 0}]", "'instances' in each frame");
    refused("[{\"frame_id\": 0, \"keypoints\": []}]", "either a frame or a person");
    refused("[" + one + "," + frame("1", one) + "]", "both in one list");
    refused("[[" + one + "]," + one + "]", "both in one list");
    refused(video(frame("\"0\"", one)), "found a string");
    refused(video(frame("0.5", one)), "a whole number below 2147483648 as frame_id");
    refused(video(frame("-1", one)), "frame numbers of 0 or more");
    refused(video(frame("9999999999999999999999", one)), "whole number");
    refused(video(frame("5", one) + "," + frame("5", one)), "frame 6: expected frame numbers that");
    refused(video(frame("5", one) + "," + frame("3", one)), "3 after 5");
    refused(video(frame("0", one) + "," + frame("2000000000", one)),
            "frame 2000000000: expected frame numbers that leave out at most 250200 frames");
    refused(video(frame("0", person(18))), "17 (COCO), 26 (Halpe) or 133 (COCO-WholeBody) joints");
    refused(video(frame("0", one) + "," + frame("1", person(26))),
            "frame 1, person 0: expected 17 joints of channels xyc, as before, found 26");
    refused(video(frame("0", person(2000))), "17, 26 or 133 joints");
    refused(video(frame("0", "{}")), "17 (COCO)");
    refused(video(frame("0", "{\"keypoints\": " + points(17) +
                                 ", \"keypoint_scores\": " + scores(16) + "}")),
            "found 16");
    refused(video(frame("0", "{\"keypoints\": [[1, 2], [1, 2, 3]]}")), "points [x, y]");
    refused(video(frame("0", "{\"keypoints\": [[1]]}")), "found 1 numbers");
    refused(video(frame("0", "{\"keypoints\": [1, 2]}")), "17 (COCO), 26 (Halpe)");
    refused(video(frame("0", "{\"keypoints\": [1, 2, [3]]}")),
            "points as lists [x, y], found a list");
    refused(video(frame("0", "{\"keypoints\": [[1, 2], 3]}")),
            "points as lists [x, y], found a num");
    refused(video(frame("0", "{\"keypoints\": [[\"1\", 2]]}")), "coordinates as numbers");
    refused(video(frame("0", "{\"keypoints\": [[[1], 2]]}")),
            "coordinates as numbers, found a list");
    refused(video(frame("0", "{\"keypoints\": [[1e39, 2]]}")), "numbers that fit float");
    refused(video(frame("0", "{\"keypoints\": [[nan, 2]]}")), "valid JSON");
    refused(video(frame("0", "{\"keypoints\": [[1e999, 2]]}")), "valid JSON");
    refused(video(frame("0", "{\"keypoints\": [], \"keypoints\": []}")), "'keypoints' twice");
    refused(video("{\"frame_id\": 1, \"frame_id\": 1}"), "'frame_id' twice");
    refused("{\"instance_info\": [], \"instance_info\": []}", "'instance_info' twice");
    refused(video(frame("0", person(17, ", \"track_id\": true"))), "found true or false");
    refused(video(frame("0", repeat(one, 1001))), "at most 1000 people in a frame");
    refused("{\"meta_info\": {\"fps\": -1}}", "'fps' from 0");
    refused("{\"meta_info\": {\"width\": 1.5}}", "size of the picture");
    refused("{\"meta_info\": {\"keypoint_id2name\": {\"0\": \"root\"}}, \"instance_info\": []}",
            "joint 0 to be nose, found \"root\"");
    refused("{\"other\": " + std::string(64, '[') + std::string(64, ']') + "}", "64 deep");
}
