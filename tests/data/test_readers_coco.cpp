// SPDX-License-Identifier: MIT
// COCO's lists of results, skeletons of Kinetics, and what is said of files of no known format.
#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "catch.hpp"
#include "data/recordings.hpp"
#include "data/written.hpp"
#include "io/support.hpp"
#include "mgkit/data/joint_order.hpp"
#include "mgkit/data/primary_person.hpp"
#include "mgkit/data/readers/any.hpp"
#include "mgkit/io/atomic_file.hpp"
#include "mgkit/skeleton/coco_wholebody133.hpp"
#include "mgkit/skeleton/halpe26.hpp"
#include "mgkit/skeleton/kinect20.hpp"

using namespace mgkit;
using namespace mgkit::data;
using readers::coco_results;
using readers::kinetics_skeleton;
using written::noted;

namespace {

/// x, y, score in turn: (x + j, 100 + j, 0.75).
std::string triples(int joints, double x) {
    std::string out;
    for (int j = 0; j < joints; ++j) out += text(j > 0 ? ", " : "", x + j, ", ", 100 + j, ", 0.75");
    return "[" + out + "]";
}
std::string result(const std::string& image, double x, const std::string& more = "",
                   int joints = 17) {
    return "{\"image_id\": " + image +
           ", \"category_id\": 1, \"keypoints\": " + triples(joints, x) +
           ", \"score\": 2.5, \"box\": [1, 2, 3, 4]" + more + "}";
}
detections results(const std::string& people, const read_policy& policy = {}) {
    return coco_results::parse("[" + people + "]", "r.json", policy);
}
read_policy any_order(std::size_t joints) {
    joint_order order;
    for (std::size_t j = 0; j < joints; ++j) {
        order.topology.joints.push_back(text("j", j));
        order.topology.parents.push_back(0);
        order.topology.mirror.push_back(static_cast<int>(j));
        order.topology.part_of.push_back(0);
        order.from.push_back(static_cast<int>(j));
    }
    order.topology.name = "stated";
    order.topology.part_names = {"all"};
    order.in_file = static_cast<int>(joints);
    order.stated_by = "--joints map.csv";
    return {.joints = std::make_shared<const joint_order>(order)};
}
/// x, y per joint and the scores of 18 joints, or of so many.
std::string kinetics_person(const std::string& xy, int joints = 18, int scores = 18) {
    std::string pose, score;
    for (int j = 0; j < joints; ++j) pose += (j > 0 ? ", " : "") + xy;
    for (int j = 0; j < scores; ++j) score += j > 0 ? ", 0.5" : "0.5";
    return "{\"pose\": [" + pose + "], \"score\": [" + score + "]}";
}
std::string kinetics_frame(int number, const std::string& people) {
    return text("{\"frame_index\": ", number, ", \"skeleton\": [", people, "]}");
}
std::string kinetics_clip(const std::string& frames) {
    return "{\"data\": [" + frames + "], \"label\": \"shaking hands\", \"label_index\": 3}";
}

}  // namespace

TEST_CASE("AlphaPose: frames without anybody are left out of its list", "[data][readers][quick]") {
    std::string list;
    for (const int t : {0, 2, 4, 5, 6, 7, 8, 9})
        list += (t > 0 ? "," : "") + result(text("\"", t, ".jpg\""), 300 + t, ", \"idx\": [1.0]");
    scratch_folder scratch;
    io::write_file(scratch / "alphapose-results.json", "[" + list + "]");
    CHECK(readers::recognise(scratch / "alphapose-results.json") == "coco_results");
    const auto people = readers::read_any(scratch / "alphapose-results.json");
    CHECK(people.name == "alphapose-results");
    CHECK(people.first == std::vector<std::size_t>{0, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8});
    CHECK(people.track == std::vector<int>(8, 1));
    CHECK(people.topology.name == "coco17");
    CHECK(people.person(1)[0] == 302);
    CHECK(people.person(1)[1] == 100);
    CHECK(people.person(1)[2] == .75f);
    CHECK(people.found.sentences() ==
          std::vector<std::string>{
              "assumed: 2 frame numbers missing, read as frames without anybody, frames 1, 3"});
    // The head counts too, and the order of the list does not.
    const auto late =
        results(result("\"frame_000004.png\"", 4) + "," + result("\"frame_000002.png\"", 2));
    CHECK(late.first == std::vector<std::size_t>{0, 0, 0, 1, 1, 2});
    CHECK(late.person(0)[0] == 2);
    CHECK(late.found.count("missing_frames") == 3);
    CHECK(late.found.count("frames_sorted") == 1);
    // Nothing to say of a list without gaps.
    CHECK(results(result("0", 1) + "," + result("1", 1) + "," + result("1", 1)).found.empty());
}

TEST_CASE("COCO results: pictures, ids and skeletons of the tools", "[data][readers][quick]") {
    // Several videos in one list; pictures without numbers.
    const std::string list = "[" + result("\"anna_0.jpg\"", 1) + "," + result("\"ben_0.jpg\"", 2) +
                             "," + result("\"ben_1.jpg\"", 3) + "," + result("\"hall/7.jpg\"", 4) +
                             "," + result("\"portrait.jpg\"", 5) + "]";
    scratch_folder scratch;
    io::write_file(scratch / "list.json", list);
    CHECK(readers::list_any(scratch / "list.json") ==
          std::vector<std::string>{"anna", "ben", "hall", "portrait"});
    CHECK(readers::read_any(scratch / "list.json", 1).people() == 2);
    CHECK(readers::read_any(scratch / "list.json", 2).frames() == 8);
    CHECK(readers::read_any(scratch / "list.json", 3).name == "portrait");
    CHECK_REFUSED(readers::read_any(scratch / "list.json", 4), "one of the 4 recordings");

    for (const std::string id : {"\"idx\": 4", "\"idx\": [4.0, 1.0]", "\"track_id\": 4.0",
                                 "\"idx\": 9, \"track_id\": 4", "\"track_id\": 4, \"idx\": 9"})
        CHECK(results(result("0", 1, ", " + id)).track[0] == 4);
    for (const std::string id :
         {"\"idx\": null", "\"idx\": []", "\"idx\": -1", "\"idx\": [[2.0]]"}) {
        INFO(id);
        if (id.find("[[") == std::string::npos)
            CHECK(results(result("0", 1, ", " + id)).track[0] == -1);
        else
            CHECK_REFUSED(results(result("0", 1, ", " + id)), "track ids as numbers");
    }
    CHECK(results(result("0", 1, ", \"idx\": \"a\"")).track[0] >= 0);

    CHECK(results(result("0", 1, "", 26)).topology.name == "halpe26");
    CHECK(results(result("0", 1, "", 133)).topology.name == "coco_wholebody133");
    const auto whole = results(result("0", 1, "", 136));
    CHECK(whole.topology.name == "coco_wholebody133");
    const auto at = [&](std::string_view joint) {
        for (std::size_t j = 0; j < whole.topology.joints.size(); ++j)
            if (whole.topology.joints[j] == joint) return whole.person(0)[3 * j] - 1;
        return -1.0f;
    };
    for (std::size_t j = 0; j < 26; ++j) {
        const auto joint = skeleton::halpe26::joints[j];
        CHECK(at(joint) ==
              (joint == "head" || joint == "neck" || joint == "hip" ? -1.0f : float(j)));
    }
    CHECK(at("face_0") == 26);
    CHECK(at("left_hand_root") == 94);
    CHECK(at("right_pinky4") == 135);
    CHECK(whole.found.count("halpe136") == 1);
    CHECK(results(result("0", 1, "", 136), any_order(136)).topology.joints.size() == 136);
    const auto parts = results(result(
        "0", 1,
        ", \"foot_kpts\": " + triples(6, 1) + ", \"face_kpts\": " + triples(68, 1) +
            ", \"lefthand_kpts\": " + triples(21, 1) + ", \"righthand_kpts\": " + triples(21, 1)));
    CHECK(parts.topology.name == "coco_wholebody133");
    CHECK_REFUSED(results(result("0", 1, "", 25)), "state the joints: --skeleton NAME or --joints");
    CHECK(results(result("0", 1, "", 25), any_order(25)).people() == 1);
}

TEST_CASE("AlphaPose: objects by picture", "[data][readers][quick]") {
    scratch_folder scratch;
    for (const std::string& json :
         {"{\"0.jpg\": {\"version\": \"AlphaPose v0.3\", \"bodies\": [{\"joints\": " +
              triples(18, 3) + "}]}, \"2.jpg\": {\"bodies\": []}}",
          "{\"0.jpg\": {\"version\": \"AlphaPose v0.3\", \"people\": [{\"pose_keypoints_2d\": " +
              triples(18, 3) + "}]}, \"2.jpg\": {\"people\": []}}"}) {
        INFO(json.substr(0, 80));
        io::write_file(scratch / "a.json", json);
        REQUIRE(readers::recognise(scratch / "a.json") == "coco_results");
        const auto people = readers::read_any(scratch / "a.json");
        CHECK(people.topology.name == "openpose18");
        CHECK(people.first == std::vector<std::size_t>{0, 1, 1, 1});
        CHECK(people.person(0)[0] == 3);
    }
}

TEST_CASE("COCO results: what is refused, and what left out", "[data][readers][quick]") {
    const auto refused = [](const std::string& people, std::string_view part) {
        INFO(people.substr(0, 100));
        CHECK_REFUSED(results(people), part);
    };
    refused("", "r.json: expected at least one person");
    refused("3", "people as objects, found a number");
    refused("{}", "r.json, entry 0: expected 'image_id' and 'keypoints' of each person");
    refused(result("0", 1) + ",{\"keypoints\": [1]}", "entry 1: expected 'image_id'");
    refused(result("-1", 1), "'image_id' as a whole number of 0 or more");
    refused(result("0.5", 1), "'image_id' as a whole number");
    refused(result("[0]", 1), "'image_id' as a number or a name, found a list");
    refused(result("99999999999", 1), "'image_id'");
    refused(result("\"99999999999.jpg\"", 1), "frame numbers of at most 2147483647");
    refused(result("0", 1) + "," + result("2000000000", 1), "that leave out at most 250200 frames");
    CHECK(results(result("0", 1) + "," + result("216001", 1)).frames() == 216002);
    const auto later = results(result("2000000000", 1));
    CHECK(later.frames() == 1);
    CHECK(noted(later, "counted from 2000000000"));
    refused("{\"image_id\": 0, \"image_id\": 0}", "'image_id' twice");
    refused("{\"image_id\": 0, \"keypoints\": []}", "numbers in 'keypoints', found none");
    refused("{\"image_id\": 0, \"keypoints\": [\"a\"]}", "keypoints as numbers, found a string");
    refused("{\"image_id\": 7, \"keypoints\": [1, 2]}",
            "r.json, frame 7, person 0: expected x, y and score per joint");
    refused("{\"image_id\": 0, \"keypoints\": [1e39, 1, 1]}", "numbers that fit float");
    std::string crowd = result("0", 1);
    for (int i = 0; i < 1000; ++i) crowd += "," + result("0", 1);
    refused(crowd, "at most 1000 people");

    std::string odd = result("0", 1) + "," + result("1", 1, "", 18) + "," + result("2", 1);
    const auto people = results(odd);
    CHECK(people.first == std::vector<std::size_t>{0, 1, 1, 2});
    CHECK(people.found.sentences() ==
          std::vector<std::string>{
              "left out: 1 people with other numbers of joints or scores, frame 1"});
    CHECK_REFUSED(results(odd, {.strict = true}), "r.json, frame 1, person 0: expected 17 joints");
    odd.replace(odd.find("0.75"), 4, "null");
    CHECK_REFUSED(results(odd),
                  "frame 0, person 0: expected finite numbers, found none for joint 0");
    CHECK(results(odd, recordings::marking).found.count("not_finite") == 1);
    CHECK(
        results(result("0", 1, ", \"pred_xyz_jts\": [[1, 2, 3]]")).found.count("depth_left_out") ==
        1);
}

TEST_CASE("COCO results: an empty end is kept when written", "[data][readers][quick]") {
    scratch_folder scratch;
    auto one = recordings::random_recording<skeleton::halpe26>(5);
    recordings::blank(one, 0);
    recordings::blank(one, 4);
    readers::write_as("coco_results", scratch / "w.json", one);
    recordings::check_same(recording_of(readers::read_any(scratch / "w.json")), one);
    CHECK_REFUSED(readers::write_as("coco_results", scratch / "z.json",
                                    recordings::random_recording<skeleton::coco_wholebody133>(
                                        2, skeleton::channel_layout::xyzc)),
                  "COCO's results have no z");
}

TEST_CASE("kinetics-skeleton: shares of the picture, 18 joints", "[data][readers][quick]") {
    scratch_folder scratch;
    io::write_file(
        scratch / "clip.json",
        kinetics_clip(
            kinetics_frame(1, kinetics_person("0.469, 0.292")) + "," + kinetics_frame(2, "") + "," +
            kinetics_frame(5, kinetics_person("0.5, 0.25") + "," + kinetics_person("0.75, 0.25"))));
    CHECK(readers::recognise(scratch / "clip.json") == "kinetics_skeleton");
    const auto clip = readers::read_any(scratch / "clip.json");
    CHECK(clip.name == "clip");
    CHECK(clip.topology.name == "openpose18");
    CHECK(clip.first == std::vector<std::size_t>{0, 1, 1, 1, 1, 3});
    CHECK(clip.person(0)[0] == .469f);
    CHECK(clip.person(0)[1] == .292f);
    CHECK(clip.person(0)[2] == .5f);
    CHECK(clip.track == std::vector<int>(3, -1));
    CHECK(clip.found.count("shares_of_picture") == 1);
    CHECK(clip.found.count("missing_frames") == 2);

    const auto parse = [](const std::string& frames, const read_policy& policy = {}) {
        return kinetics_skeleton::parse(kinetics_clip(frames), "k.json", policy);
    };
    const auto centred = parse(kinetics_frame(1, kinetics_person("-0.031, 0.2")));
    REQUIRE(centred.found.all().size() == 1);
    CHECK_CONTAINS(centred.found.sentences()[0], "from its centre");
    CHECK(parse(kinetics_frame(0, kinetics_person("300, 140"))).found.empty());  // pixels
    CHECK(parse(kinetics_frame(0, kinetics_person("300, 140", 17, 17)), any_order(17)).people() ==
          1);
    const std::string odd = kinetics_frame(0, kinetics_person("300, 140")) + "," +
                            kinetics_frame(1, kinetics_person("300, 140", 18, 17));
    CHECK(parse(odd).found.count("people_of_other_shape") == 1);
    CHECK_REFUSED(parse(odd, {.strict = true}),
                  "k.json, frame 1, person 0: expected x and y in 'pose' for each number");

    const auto refused = [&](const std::string& frames, std::string_view part) {
        INFO(frames.substr(0, 100));
        CHECK_REFUSED(parse(frames), part);
    };
    refused("", "at least one frame");
    refused("3", "frames as objects");
    refused(kinetics_frame(0, ""), "somebody");
    refused(kinetics_frame(0, kinetics_person("300, 140", 17, 17)), "18 joints (OpenPose's order)");
    refused("{\"frame_index\": 1}", "'skeleton' in each frame");
    refused("{\"frame_index\": 1.5}", "a whole number");
    refused("{\"frame_index\": 1, \"frame_index\": 1}", "'frame_index' twice");
    refused(kinetics_frame(2, "") + "," + kinetics_frame(1, ""), "frame numbers that rise");
    refused(kinetics_frame(0, "{\"pose\": [\"a\"]}"), "numbers, found a string");
    refused(kinetics_frame(0, kinetics_person("null, 1")), "finite numbers");
    CHECK_REFUSED(kinetics_skeleton::parse("{\"data\": {}}", "k.json"), "'data' as a list");
    CHECK_REFUSED(kinetics_skeleton{}.read(scratch / "clip.json", 1), "recording 0, the only one");
}

TEST_CASE("every changed byte of the variants is read or refused", "[data][readers][quick]") {
    std::string old, flat;
    for (int j = 0; j < 18; ++j) {
        const char* comma = j > 0 ? "," : "";
        flat += text(comma, "1,2,0.9");
        if (j < 17) old += comma + std::string("[11,22,0.9]");
    }
    const auto mutate = [](auto reader, const std::string& whole) {
        INFO(whole);
        check_mutations(whole, [&](std::span<const std::byte> bytes) {
            reader.parse({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, "input");
        });
        reader.parse(whole, "input");
    };
    const std::string person = "{\"keypoints\":[" + old + "],\"track_id\":1.0}";
    mutate(readers::mmpose{}, "[[" + person + "],[]]");
    mutate(readers::mmpose{}, "{\"1.jpg\":[" + person + "]}");
    mutate(readers::mmpose{}, "[{\"3\":" + person + "}]");
    mutate(readers::mmpose{}, "{\"7\":" + person + "}");
    mutate(readers::mmpose{}, person);
    mutate(coco_results{}, "{\"0.jpg\":{\"bodies\":[{\"joints\":[" + flat + "]}]}}");
    mutate(kinetics_skeleton{}, kinetics_clip(kinetics_frame(1, kinetics_person("0.5,0.25"))));
}

TEST_CASE("an unknown file is told what it is and what is nearest", "[data][readers][quick]") {
    scratch_folder scratch;
    const auto said = [&](const std::string& content, std::string_view part) {
        INFO(content.substr(0, 80));
        io::write_file(scratch / "x", content);
        CHECK(readers::recognise(scratch / "x").empty());
        CHECK_CONTAINS(readers::nearest_format(scratch / "x"), std::string(part));
        CHECK_REFUSED(readers::read_any(scratch / "x"), part);
    };
    said("{\"hello\": 1}", "an object with \"hello\"");
    said("[{\"a\": 1}]", "a list of objects with \"a\"");
    said("", "an empty file");
    said("a,b,c\n1,2,3\n", "a CSV of 3 fields");
    said("a;b\n", "a CSV of 2 fields, separated by semicolons");
    said("a\tb\n", "separated by tabs");
    said("hello", "text that is neither JSON nor CSV");
    said(std::string("\0\1", 2), "no text");
    said("{\"instance_info\": []}", "nearest: mmpose: 'instance_info' holds nobody");
    said("[{\"image_id\": 1, \"bbox\": [1]}]", "nearest: coco_results: a list with 'image_id'");
    said("{\"annotations\": [{\"image_id\": 1, \"keypoints\": [1]}]}",
         "nearest: coco_results: a data set");
    said("{\"data\": [{\"skeleton\": []}]}", "nearest: kinetics_skeleton: frames with 'skeleton'");
    std::filesystem::create_directory(scratch / "folder");
    CHECK(readers::nearest_format(scratch / "folder") == "an empty folder");
    io::write_file(scratch / "folder/a.mp4", "x");
    io::write_file(scratch / "folder/b.mp4", "x");
    std::filesystem::create_directory(scratch / "folder/more");
    CHECK(readers::nearest_format(scratch / "folder") == "a folder of 2 .mp4, 1 folders");
    CHECK(readers::nearest_format(scratch / "missing").empty());
    CHECK(readers::nearest_format(std::string("a\0b", 3)).empty());
}
