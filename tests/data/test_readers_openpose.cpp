// SPDX-License-Identifier: MIT
// OpenPose's folders as they are, with everything that is not quite so, and what is said of it.
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "data/recordings.hpp"
#include "data/written.hpp"
#include "io/support.hpp"
#include "mgkit/data/joint_order.hpp"
#include "mgkit/data/readers/any.hpp"
#include "mgkit/data/readers/openpose.hpp"
#include "mgkit/io/atomic_file.hpp"
#include "mgkit/skeleton/body25b.hpp"

namespace openpose_tests {

using namespace mgkit;
using namespace mgkit::data;
using namespace mgkit::data::readers;
using recordings::marking;
using written::case_of;
using written::frames_of;
using written::noted;
using written::repeat;

const std::string hand = repeat("1,2,0.5", 21), face = repeat("3,4,0.25", 70);

std::string body(const std::string& hands, const std::string& faces, int joints = 25,
                 const std::string& id = "[-1]") {
    return "{\"person_id\":" + id + ",\"pose_keypoints_2d\":[" + repeat("10.5,20.25,0.75", joints) +
           "],\"face_keypoints_2d\":[" + faces + "],\"hand_left_keypoints_2d\":[" + hands +
           "],\"hand_right_keypoints_2d\":[" + hands +
           "],\"pose_keypoints_3d\":[],\"face_keypoints_3d\":[],\"hand_left_keypoints_3d\":[],"
           "\"hand_right_keypoints_3d\":[]}";
}
std::string file(const std::string& people) {
    return "{\"version\":1.3,\"people\":[" + people + "]}";
}
std::string number(int k, int digits = 12) {
    std::string out = text(k);
    return out.insert(0, static_cast<std::size_t>(digits) - out.size(), '0');
}

/// A folder of frames with these numbers, somebody in each.
struct frames_folder {
    scratch_folder scratch;
    explicit frames_folder(const std::vector<int>& numbers, int digits = 12) {
        for (const int k : numbers) add(number(k, digits), file(body("", "")));
    }
    void add(const std::string& number, const std::string& json) {
        io::write_file(scratch / ("talk_" + number + "_keypoints.json"), json);
    }
    detections read(const read_policy& policy = {}) const {
        return read_any(scratch.name(), 0, policy);
    }
};

TEST_CASE("OpenPose: a folder as --write_json leaves it", "[data][readers]") {
    scratch_folder scratch;
    const auto name = [&](const std::string& video, int k) {
        return scratch / (video + "_" + number(k) + "_keypoints.json");
    };
    io::write_file(name("talk", 0), file(body("", "")));
    io::write_file(name("talk", 3), file(body("", "") + "," + body("", "")));
    io::write_file(name("talk", 4), file(""));
    io::write_file(name("other", 0), file(body(hand, "")));
    io::write_file(name("other", 1), file(body("", "")));
    io::write_file(scratch / "readme.txt", "notes");
    CHECK(recognise(scratch.name()) == "openpose");
    CHECK(list_any(scratch.name()) == std::vector<std::string>{"other", "talk"});

    const auto talk = read_any(scratch.name(), 1);
    CHECK(talk.name == "talk");
    CHECK(talk.topology.name == "body25");
    CHECK(talk.first == std::vector<std::size_t>{0, 1, 1, 1, 3, 3});
    CHECK(noted(talk, "2 frame numbers missing"));
    CHECK(talk.found.count("unread_files") == 1);
    CHECK(talk.person(2)[0] == 10.5f);
    const auto other = read_any(scratch.name(), 0);
    CHECK(other.topology.name == "body25_hands");
    CHECK(other.person(0)[3 * 25] == 1);
    CHECK(other.person(1)[3 * 25 + 2] == 0);  // no hands in this frame
    CHECK_REFUSED(read_any(scratch.name(), 2), "one of the recordings in the folder");

    CHECK(openpose::parse(file(body("", face)), "f").topology.name == "body25_hands_face");
    const auto old = openpose::parse(file(body(hand, "", 18)), "f");
    CHECK(old.topology.name == "openpose18");
    CHECK(noted(old, "left out"));
    CHECK(openpose::parse("{\"version\":1.0,\"people\":[{\"pose_keypoints\":[" +
                              repeat("1,2,1", 18) + "],\"person_id\":4}]}",
                          "f")
              .track == std::vector<int>{4});

    const auto refused = [&](const std::string& json, std::string_view part) {
        INFO(json.substr(0, 200));
        CHECK_REFUSED(openpose::parse(json, "f.json"), part);
    };
    refused("{}", "'people' in each frame");
    refused("[]", "an object with 'people'");
    refused(file(""), "somebody");
    refused(file("[]"), "people as objects, found a list");
    refused(file("{}"), "75 or 54 numbers (25 or 18 joints) for the pose, found 0 for the pose");
    refused(file(body("", "", 24)), "found 72");
    refused(file(body("1,2", "")), "63 numbers or none for each hand");
    refused(file(body("", "1,2")), "210 numbers or none for the face");
    refused(file(body(repeat("1", 300), "")), "at most 70 joints");
    refused(file(body("\"1\"", "")), "found a string");
    refused(file(body("null", "")), "63 numbers");
    refused(file(body("[1]", "")), "found a list");
    refused("{\"people\":[],\"people\":[]}", "'people' twice");
    refused(file("{\"person_id\":[true]}"), "found true or false");
    refused(file(repeat(body("", ""), 1001)), "at most 1000 people");

    // Names that ask for too much.
    scratch_folder hostile;
    io::write_file(hostile / "a_1_keypoints.json", file(body("", "")));
    io::write_file(hostile / "a_99999999999999999999_keypoints.json", file(body("", "")));
    CHECK_REFUSED(read_any(hostile.name()), "frame numbers of 0 or more, at most");
    std::filesystem::remove(hostile / "a_99999999999999999999_keypoints.json");
    std::filesystem::create_directory(hostile / "a_2_keypoints.json");
    CHECK_REFUSED(read_any(hostile.name()), "a regular file");
}

TEST_CASE("OpenPose: a clean folder raises nothing", "[data][readers][quick]") {
    CHECK(frames_folder({0, 1, 2, 3}).read().found.empty());
    frames_folder hands({});
    for (int k = 0; k < 3; ++k) hands.add(number(k), file(body(hand, face, 25, text("[", k, "]"))));
    const auto people = hands.read();
    CHECK(people.topology.name == "body25_hands_face");
    CHECK(people.found.empty());
    CHECK_FALSE(people.confidence_assumed);
}

TEST_CASE("OpenPose: numbers that are missing are frames, also at the start",
          "[data][readers][quick]") {
    const auto gaps = frames_folder({0, 1, 2, 6, 7, 9}).read();
    CHECK(gaps.first == std::vector<std::size_t>{0, 1, 2, 3, 3, 3, 3, 4, 5, 5, 6});
    CHECK(gaps.found.count("missing_frames") == 4);
    CHECK(frames_of(gaps.found, "missing_frames") == std::vector<int>{3, 8});
    // Annotations keep their place where the first files are missing.
    for (const int first : {1, 3, 40}) {
        INFO(first);
        const auto late = frames_folder({first, first + 1}).read();
        CHECK(late.frames() == first + 2);
        CHECK(late.people() == 2);
        CHECK(late.first[static_cast<std::size_t>(first)] == 0);
        CHECK(late.found.count("frames_before_first") == first);
        CHECK(late.found.count("missing_frames") == 0);
    }
    // Pictures have numbers of their own, which often count from 1.
    const auto pictures = frames_folder({1, 2, 4}, 6).read();
    CHECK(pictures.first == std::vector<std::size_t>{0, 1, 2, 2, 3});
    CHECK(noted(pictures, "counted from 1"));
    CHECK(frames_folder({0, 1}, 6).read().found.empty());
    CHECK(frames_folder({5, 6}, 6).read().frames() == 7);
    frames_folder far({0});
    far.add("000099999999", file(""));
    CHECK_REFUSED(far.read(), "frame numbers that leave out at most 250200 frames between 2");
    const auto hour = frames_folder({0, 216001}).read();
    CHECK(hour.frames() == 216002);
    CHECK(hour.people() == 2);
    const auto later = frames_folder({99999999, 100000001}).read();
    CHECK(later.first == std::vector<std::size_t>{0, 1, 1, 2});
    CHECK(noted(later, "counted from 99999999"));
    CHECK(later.found.count("frames_before_first") == 0);
}

TEST_CASE("OpenPose: a second file of a frame is left out", "[data][readers][quick]") {
    frames_folder twice({0, 1, 2});
    twice.add("1", file(body("", "") + "," + body("", "")));
    const auto people = twice.read();
    CHECK(people.frames() == 3);
    CHECK(people.found.count("files_of_one_frame") == 1);
    CHECK_REFUSED(twice.read({.strict = true}), "frame numbers that rise");
    twice.add("02", "damaged, and not looked at");
    CHECK(twice.read().found.count("files_of_one_frame") == 2);
}

TEST_CASE("OpenPose: a face or hands without a body", "[data][readers][quick]") {
    const auto people = [](const std::string& left, const std::string& right,
                           const std::string& faces) {
        return "{\"pose_keypoints_2d\":[],\"face_keypoints_2d\":[" + faces +
               "],\"hand_left_keypoints_2d\":[" + left + "],\"hand_right_keypoints_2d\":[" + right +
               "]}";
    };
    const auto read = [](const std::string& json) { return openpose::parse(json, "f.json"); };
    const auto only_face = read(file(people("", "", face)));
    CHECK(only_face.topology.name == "face70");
    CHECK(only_face.person(0).size() == 210);
    CHECK(only_face.person(0)[3 * 69 + 2] == 0.25f);
    CHECK(noted(only_face, "without a body, read as face70"));
    const auto hands = read(file(people(hand, hand, "")));
    CHECK(hands.topology.name == "hands42");
    const auto right = read(file(people("", hand, "")));
    CHECK(right.topology.name == "hand21");
    CHECK(noted(right, "the right one"));
    // The other hand later: both, what was not there not seen.
    const auto both = read(file(people("", hand, "") + "," + people(hand, "", "")));
    CHECK(both.topology.name == "hands42");
    CHECK(both.person(0)[2] == 0);
    CHECK(both.person(0)[3 * 21 + 2] == 0.5f);
    CHECK(both.person(1)[2] == 0.5f);
    CHECK(both.person(1)[3 * 21 + 2] == 0);
    // A face and hands are parts of a body that is not seen.
    const auto parts = read(file(people(hand, hand, face)));
    CHECK(parts.topology.name == "body25_hands_face");
    CHECK(parts.person(0)[2] == 0);
    CHECK(parts.person(0)[3 * 25 + 2] == 0.5f);
    CHECK(parts.person(0)[3 * 67 + 2] == 0.25f);
    CHECK(noted(parts, "without a body"));
    // Somebody whose face alone was found, before and after a body.
    for (const auto& json :
         {people("", "", face) + "," + body("", ""), body("", "") + "," + people("", "", face)}) {
        const auto mixed = read(file(json));
        CHECK(mixed.topology.name == "body25_hands_face");
        CHECK(mixed.people() == 2);
        CHECK(mixed.found.empty());
    }
    // Hands that only appear later.
    const auto later = read(file(body("", "") + "," + body(hand, "")));
    CHECK(later.topology.name == "body25_hands");
    CHECK(later.person(0)[0] == 10.5f);
    CHECK(later.person(0)[3 * 25 + 2] == 0);
    CHECK(later.person(1)[3 * 66 + 2] == 0.5f);
}

TEST_CASE("OpenPose: people whose lists do not fit are left out and counted",
          "[data][readers][quick]") {
    frames_folder folder({0, 1});
    folder.add(number(2), file(body("", "", 24) + "," + body("", "")));
    folder.add(number(3), file(body("1,2", "") + "," + body("", "1,2,3") + "," + body("", "", 18)));
    const auto people = folder.read();
    CHECK(people.frames() == 4);
    CHECK(people.people() == 3);
    CHECK(people.found.count("people_incomplete") == 4);
    CHECK(frames_of(people.found, "people_incomplete") == std::vector<int>{2, 3});
    CHECK_REFUSED(folder.read({.strict = true}), "frame 2, person 0");
    // Where nobody is left, the first reason is told.
    CHECK_REFUSED(openpose::parse(file(body("", "", 24)), "f.json"), "found 72 for the pose");
}

TEST_CASE("OpenPose: ids of any kind, and 3-D keypoints", "[data][readers][quick]") {
    const auto track = [](const std::string& id) {
        const auto people =
            openpose::parse(file(body("", "", 25, id) + "," + body("", "", 25, id)), "f");
        CHECK(people.track[0] == people.track[1]);
        return people.track[0];
    };
    for (const char* none : {"-1", "[-1]", "null", "[]", "[null]", "\"\"", "-7.5"})
        CHECK(track(none) == -1);
    CHECK(track("3") == 3);
    CHECK(track("[4.0]") == 4);
    CHECK(track("\"a\"") >= 0);
    CHECK(track("[\"a\"]") >= 0);
    const auto odd = openpose::parse(file(body("", "", 25, "[1.5]")), "f");
    CHECK(odd.track[0] == -1);
    CHECK(odd.found.count("track_ids_unreadable") == 1);
    std::string deep = body("", "");
    deep.replace(deep.find("_3d\":[]"), 7, "_3d\":[1,2,3,1]");
    CHECK(openpose::parse(file(deep + "," + body("", "")), "f").found.count("keypoints_3d") == 1);
}

TEST_CASE("OpenPose: joints that somebody states", "[data][readers][quick]") {
    auto order = std::make_shared<joint_order>();
    order->topology = skeleton::dynamic::copy_of(skeleton::body25b{});
    for (int j = 0; j < 25; ++j) order->from.push_back(j);
    order->in_file = 25;
    order->stated_by = "--skeleton body25b";
    const read_policy policy{.joints = order};
    const auto stated = openpose::parse(file(body("", "")), "f", policy);
    CHECK(stated.topology.name == "body25b");
    CHECK(openpose::parse(file(body(hand, "")), "f", policy).found.count("hands_beside_18") == 1);
    CHECK_REFUSED(openpose::parse(file(body("", "", 18)), "f", policy), "25 joints");
    // A map of fewer joints, in another order, of a body that OpenPose does not have.
    order->topology = skeleton::dynamic::from_bones("two", {"left", "right"},
                                                    std::vector<skeleton::joint_pair>{{1, 0}});
    order->from = {2, 0};
    order->in_file = 3;
    const auto mapped =
        openpose::parse(file("{\"pose_keypoints_2d\":[1,2,0.5,3,4,0.5,5,6,0.5]}"), "f", policy);
    CHECK(std::vector<float>(mapped.person(0).begin(), mapped.person(0).end()) ==
          std::vector<float>{5, 6, 0.5f, 1, 2, 0.5f});
}

TEST_CASE("OpenPose: folders and files that are nearly it", "[data][readers][quick]") {
    frames_folder folder({0});
    CHECK(openpose::almost(folder.scratch.name()).empty());
    CHECK_CONTAINS(openpose::almost(folder.scratch / ("talk_" + number(0) + "_keypoints.json")),
                   "name the folder");
    scratch_folder renamed;
    io::write_file(renamed / "frame1.json", file(body("", "")));
    CHECK_CONTAINS(openpose::almost(renamed.name()), "rename them to NAME_NUMBER_keypoints.json");
    CHECK_CONTAINS(openpose::almost(renamed / "frame1.json"), "name the folder");
    io::write_file(renamed / "frame1.json", "{\"a\": 1}");
    CHECK(openpose::almost(renamed.name()).empty());
    CHECK(openpose::almost(renamed / "frame1.json").empty());
    CHECK(openpose::almost(renamed / "missing").empty());
}

TEST_CASE("OpenPose: what users reported", "[data][readers][real]") {
    if (case_of("05-face-only").empty()) return skip("no cases beside the data sets");
    const auto only_face = read_any(case_of("05-face-only/ask"));
    CHECK(only_face.frames() == 8);
    CHECK(only_face.people() == 8);
    CHECK(only_face.topology.joints.size() == 70);
    const auto gaps = read_any(case_of("06-missing-frames/v"));
    CHECK(gaps.frames() == 10);
    CHECK(gaps.found.count("missing_frames") == 4);
    const auto scaled = read_any(case_of("22-scaled/v"));
    CHECK(scaled.frames() == 12);
    CHECK(scaled.found.empty());
    CHECK(read_any(case_of("07-order/duo")).found.empty());
    CHECK_REFUSED(read_any(case_of("21-killed/v")), "v_000000000006_keypoints.json: expected");
}

}  // namespace openpose_tests
