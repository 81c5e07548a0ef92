// Files as the tools write them, and what each reader says of files that are not quite so.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "catch.hpp"
#include "data/recordings.hpp"
#include "io/support.hpp"
#include "mgkit/data/readers/any.hpp"
#include "mgkit/io/atomic_file.hpp"
#include "mgkit/io/npy.hpp"

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
bool noted(const detections& people, std::string_view part) {
    for (const auto& note : people.found.sentences())
        if (contains(note, part)) return true;
    return false;
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
    CHECK(mmpose::parse(video(frame("0", deep)), "d").layout == channel_layout::xyzc);
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
    CHECK(noted(marked, "1 joints without a finite value"));
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
        CHECK_REFUSED(mmpose::parse(json, "f.json"), part);
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
    refused(video(frame("0", one) + "," + frame("2000000000", one)), "at most 10000000 frames");
    refused(video(frame("0", person(18))), "17 (COCO), 26 (Halpe) or 133 (COCO-WholeBody) joints");
    refused(video(frame("0", one) + "," + frame("1", person(26))),
            "frame 1, person 0: expected 17 joints of channels xyc, as before, found 26");
    refused(video(frame("0", person(2000))), "17, 26 or 133 joints");
    refused(video(frame("0", "{}")), "17 (COCO)");
    refused(video(frame("0", "{\"keypoints\": " + points(17) + "}")),
            "17 keypoint_scores, as there are keypoints, found 0");
    refused(video(frame("0", "{\"keypoints\": " + points(17) +
                                 ", \"keypoint_scores\": " + scores(16) + "}")),
            "found 16");
    refused(video(frame("0", "{\"keypoints\": [[1, 2], [1, 2, 3]]}")), "points [x, y]");
    refused(video(frame("0", "{\"keypoints\": [[1]]}")), "found 1 numbers");
    refused(video(frame("0", "{\"keypoints\": [1, 2]}")), "points as lists [x, y], found a number");
    refused(video(frame("0", "{\"keypoints\": [[\"1\", 2]]}")), "coordinates as numbers");
    refused(video(frame("0", "{\"keypoints\": [[[1], 2]]}")),
            "coordinates as numbers, found a list");
    refused(video(frame("0", "{\"keypoints\": [[1e39, 2]]}")), "numbers that fit float");
    refused(video(frame("0", "{\"keypoints\": [[nan, 2]]}")), "valid JSON");
    refused(video(frame("0", "{\"keypoints\": [[1e999, 2]]}")), "valid JSON");
    refused(video(frame("0", "{\"keypoints\": [], \"keypoints\": []}")), "'keypoints' twice");
    refused(video("{\"frame_id\": 1, \"frame_id\": 1}"), "'frame_id' twice");
    refused("{\"instance_info\": [], \"instance_info\": []}", "'instance_info' twice");
    refused(video(frame("0", person(17, ", \"track_id\": 1.5"))), "as track_id");
    refused(video(frame("0", person(17, ", \"track_id\": 1e18"))), "as track_id");
    refused(video(frame("0", repeat(one, 1001))), "at most 1000 people in a frame");
    refused("{\"meta_info\": {\"fps\": -1}}", "'fps' from 0");
    refused("{\"meta_info\": {\"width\": 1.5}}", "size of the picture");
    refused("{\"meta_info\": {\"keypoint_id2name\": {\"0\": \"root\"}}, \"instance_info\": []}",
            "joint 0 to be nose, found \"root\"");
    refused("{\"other\": " + std::string(64, '[') + std::string(64, ']') + "}", "64 deep");
}

TEST_CASE("OpenPose: a folder as --write_json leaves it", "[data][readers]") {
    scratch_folder scratch;
    const auto name = [&](const std::string& video, int k) {
        std::string number = text(k);
        number.insert(0, 12 - number.size(), '0');
        return scratch / (video + "_" + number + "_keypoints.json");
    };
    const auto body = [](const std::string& hands, const std::string& face, int joints = 25) {
        return "{\"person_id\":[-1],\"pose_keypoints_2d\":[" + repeat("10.5,20.25,0.75", joints) +
               "],\"face_keypoints_2d\":[" + face + "],\"hand_left_keypoints_2d\":[" + hands +
               "],\"hand_right_keypoints_2d\":[" + hands +
               "],\"pose_keypoints_3d\":[],\"face_keypoints_3d\":[],\"hand_left_keypoints_3d\":[],"
               "\"hand_right_keypoints_3d\":[]}";
    };
    const auto file = [](const std::string& people) {
        return "{\"version\":1.3,\"people\":[" + people + "]}";
    };
    const std::string hand = repeat("1,2,0.5", 21), face = repeat("3,4,0.25", 70);
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
    refused(file(body("", "") + "," + body(hand, "")), "the parts of body25");
    refused(file(body(hand, "") + "," + body(hand, face)), "the parts of body25_hands");
    refused(file(body("", "") + "," + body("", "", 18)), "frame 0, person 1");
    refused("{\"people\":[],\"people\":[]}", "'people' twice");
    refused(file("{\"person_id\":[1.5]}"), "as person_id");
    refused(file(repeat(body("", ""), 1001)), "at most 1000 people");

    // Names that ask for too much.
    scratch_folder hostile;
    io::write_file(hostile / "a_1_keypoints.json", file(body("", "")));
    io::write_file(hostile / "a_01_keypoints.json", file(body("", "")));
    CHECK_REFUSED(read_any(hostile.name()), "frame numbers that rise");
    io::write_file(hostile / "a_01_keypoints.json", file(body("", "")));
    std::filesystem::remove(hostile / "a_01_keypoints.json");
    io::write_file(hostile / "a_99999999999999999999_keypoints.json", file(body("", "")));
    CHECK_REFUSED(read_any(hostile.name()), "frame numbers of 0 or more, at most");
    std::filesystem::remove(hostile / "a_99999999999999999999_keypoints.json");
    std::filesystem::create_directory(hostile / "a_2_keypoints.json");
    CHECK_REFUSED(read_any(hostile.name()), "a regular file");
}

TEST_CASE("MediaPipe: the dump of its results", "[data][readers]") {
    const auto landmarks = [](int count, const std::string& more =
                                             ", \"z\": -0.5, \"visibility\": "
                                             "0.75, \"presence\": 0.9") {
        return "[" + repeat("{\"x\": 0.5, \"y\": 0.25" + more + "}", count) + "]";
    };
    const std::string head = "{\"fps\": 30, \"width\": 1000, \"height\": 800, \"frames\": [";
    const auto pose =
        mediapipe::parse(head + "{\"timestamp_ms\": 0, \"pose_landmarks\": " + landmarks(33) +
                             ", \"left_hand_landmarks\": null, \"right_hand_landmarks\": []}, "
                             "{\"timestamp_ms\": 33, \"pose_landmarks\": null}]}",
                         "m.json");
    CHECK(pose.topology.name == "blazepose33");
    CHECK(pose.layout == channel_layout::xyzc);
    CHECK(pose.first == std::vector<std::size_t>{0, 1, 1});
    CHECK(pose.fps == 30);
    CHECK(pose.values.size() == 33 * 4);
    CHECK(pose.person(0)[0] == 500);
    CHECK(pose.person(0)[1] == 200);
    CHECK(pose.person(0)[2] == -500);
    CHECK(pose.person(0)[3] == 0.75f);

    // Several people, hands without visibility, sizes after the frames, rate from the timestamps.
    const std::string flat = ", \"visibility\": 0";
    const auto crowd = mediapipe::parse(
        "{\"frames\": [{\"timestamp_ms\": 10, \"pose_landmarks\": [" + landmarks(33, "") + "," +
            landmarks(33, "") + "], \"right_hand_landmarks\": [[], " + landmarks(21, flat) +
            "]}, {\"timestamp_ms\": 50, \"right_hand_landmarks\": " + landmarks(21, "") +
            "}], \"height\": 100, \"width\": 200}",
        "m.json");
    CHECK(crowd.topology.name == "blazepose75");
    CHECK(crowd.layout == channel_layout::xyc);
    CHECK(crowd.first == std::vector<std::size_t>{0, 2, 3});
    CHECK(crowd.fps == Catch::Approx(25));
    CHECK(crowd.person(1)[0] == 100);
    CHECK(crowd.person(1)[1] == 25);
    CHECK(crowd.person(1)[2] == 1);           // no visibility: seen
    CHECK(crowd.person(0)[3 * 54 + 2] == 0);  // no right hand
    CHECK(crowd.person(1)[3 * 54 + 2] == 1);  // visibility left at 0
    CHECK(crowd.person(2)[2] == 0);           // hand without a body
    CHECK(crowd.person(2)[3 * 54] == 100);
    CHECK(noted(crowd, "from the median step"));
    CHECK(
        noted(mediapipe::parse("{\"frames\": [{\"pose_landmarks\": " + landmarks(33) + "}]}", "m"),
              "coordinates as in the file"));

    const auto refused = [&](const std::string& frame, std::string_view part) {
        INFO(frame.substr(0, 200));
        CHECK_REFUSED(mediapipe::parse(head + frame + "]}", "m.json"), part);
    };
    refused("", "at least one frame");
    refused("{}", "somebody");
    refused("3", "frames as objects");
    refused("{\"pose_landmarks\": {}}", "landmarks as lists");
    refused("{\"pose_landmarks\": 3}", "landmarks as lists");
    refused("{\"pose_landmarks\": [3]}", "landmarks as objects");
    refused("{\"pose_landmarks\": [{}]}", "'x' and 'y' in each landmark");
    refused("{\"pose_landmarks\": [{\"x\": \"0\"}]}", "x, y, z and visibility as numbers");
    refused("{\"pose_landmarks\": [{\"x\": 1, \"x\": 1}]}", "'x' twice");
    refused("{\"pose_landmarks\": " + landmarks(32) + "}", "33 landmarks, found 32");
    refused("{\"pose_landmarks\": " + landmarks(34) + "}", "33 landmarks of a pose, found more");
    refused("{\"left_hand_landmarks\": " + landmarks(22) + "}", "21 landmarks of a hand");
    refused("{\"pose_landmarks\": [" + landmarks(33) + ", {\"x\": 1}]}", "list of landmarks per");
    refused("{\"pose_landmarks\": [{\"x\": 1, \"y\": 1}, []]}", "found a list");
    refused("{\"pose_landmarks\": [[], []]}", "landmarks of each person, found an empty list");
    refused("{\"left_hand_landmarks\": [" + landmarks(21) + "," + landmarks(21) + "]}",
            "hands of at most 0 people");
    refused("{\"pose_landmarks\": [{\"x\": 1, \"y\": 1}, {\"x\": 1, \"y\": 1, \"z\": 1}]}",
            "'z' in all landmarks or in none");
    refused("{\"pose_landmarks\": [{\"x\": 1e38, \"y\": 1}]}", "numbers that fit float");
    refused("{\"timestamp_ms\": 5}, {\"timestamp_ms\": 5}", "timestamps that rise");
    refused("{\"timestamp_ms\": 1e300}", "within 1e15");
    refused("{\"pose_landmarks\": [" + repeat("[]", 1001) + "]}", "at most 1000 people");
    refused("{\"pose_landmarks\": [{\"x\": null, \"y\": 1}" + repeat(",{\"x\": 1, \"y\": 1}", 1) +
                "," + repeat("{\"x\": 1, \"y\": 1}", 31) + "]}",
            "finite numbers");
    CHECK_REFUSED(mediapipe::parse("{\"fps\": 30}", "m"), "'frames'");
    CHECK_REFUSED(mediapipe::parse("{\"fps\": null, \"frames\": null}", "m"), "found null");
    CHECK_REFUSED(mediapipe::parse("{\"width\": -1}", "m"), "a size of 0 or more");
}

TEST_CASE("iMiGUE: rows of an index and 35 joints", "[data][readers]") {
    const auto row = [](int index, int joints) {
        std::string out = text(index);
        for (int j = 0; j < joints; ++j) out += text(",", j, ".5,", 100 + j, ", 0.25");
        return out + "\r\n";
    };
    const std::string nobody = "1" + [] {
        std::string zeros;
        for (int k = 0; k < 105; ++k) zeros += ",0";
        return zeros;
    }() + "\n";
    const auto people = imigue_csv::parse(row(0, 35) + nobody + row(2, 35), "v.csv");
    CHECK(people.topology.name == "imigue22");
    CHECK(people.first == std::vector<std::size_t>{0, 1, 1, 2});
    CHECK(people.person(0)[3 * 4] == 4.5f);
    CHECK(people.person(0)[3 * 8] == 15.5f);        // right eye
    CHECK(people.person(0)[3 * 21 + 1] == 134.0f);  // the last finger point
    CHECK(people.person(0)[3 * 21 + 2] == 0.25f);
    std::string heading = "frame";
    for (int k = 0; k < 105; ++k) heading += ",c";
    CHECK(imigue_csv::parse(heading + "\n" + row(0, 35), "v.csv").frames() == 1);
    const auto bare = imigue_csv::parse(row(0, 25), "v.csv");
    CHECK(bare.person(0)[3 * 12 + 2] == 0);
    CHECK(noted(bare, "without fingers"));

    scratch_folder scratch;
    io::write_file(scratch / "0031_light_hand.csv", heading + "\n" + row(0, 35));
    CHECK(recognise(scratch / "0031_light_hand.csv") == "imigue_csv");
    CHECK(list_any(scratch / "0031_light_hand.csv") == std::vector<std::string>{"0031"});
    io::write_file(scratch / "labels.csv", "1,10,20\n2,30,40\n");
    CHECK(recognise(scratch / "labels.csv").empty());

    // The upper body's finger tips become the finger points.
    const auto body = recordings::random_recording<skeleton::upper_body>(3);
    write_as("imigue_csv", scratch / "b.csv", body);
    CHECK(read_any(scratch / "b.csv").frames() == 3);

    const auto refused = [](const std::string& csv, std::string_view part) {
        INFO(csv.substr(0, 100));
        CHECK_REFUSED(imigue_csv::parse(csv, "v.csv"), part);
    };
    refused("", "v.csv: expected at least one frame");
    refused("1,2,3\n", "106 or 76 fields, found 3");
    refused(row(0, 35) + row(1, 25), "frame 1: expected 106 fields, as before, found 76");
    refused(row(0, 35) + "x" + row(1, 35), "a number, found \"x1\" as field 0");
    refused(row(0, 35) + row(1, 34) + ",1,1,1", "fields, as before");
    std::string odd = row(0, 35);
    refused(odd.replace(odd.find("3.5"), 3, "nan"), "frame 0, person 0: expected finite");
    refused(odd.replace(odd.find("nan"), 3, "1e9999"), "a number");
    refused(odd.replace(odd.find("1e9999"), 6, "1e99"), "numbers that fit float");
    refused(odd.replace(odd.find("1e99"), 4, ""), "a number, found \"\" as field 10");
}
