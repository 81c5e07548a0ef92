// SPDX-License-Identifier: MIT
// MMPose's files in all forms that its versions and their users write.
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "catch.hpp"
#include "data/recordings.hpp"
#include "io/support.hpp"
#include "mgkit/data/joint_order.hpp"
#include "mgkit/data/readers/any.hpp"
#include "mgkit/io/atomic_file.hpp"
#include "mgkit/skeleton/coco17.hpp"
#include "mgkit/skeleton/kinect20.hpp"

using namespace mgkit;
using namespace mgkit::data;
using readers::mmpose;
using skeleton::channel_layout;

namespace {

/// `count` points at (x + j, 100 + j) with `last` behind each.
std::string old_points(int count, double x, const std::string& last = ", 0.75") {
    std::string out;
    for (int j = 0; j < count; ++j)
        out += text(j > 0 ? ", [" : "[", x + j, ", ", 100 + j, last, "]");
    return "[" + out + "]";
}
std::string old_flat(int count, double x) {
    std::string out;
    for (int j = 0; j < count; ++j) out += text(j > 0 ? ", " : "", x + j, ", ", 100 + j, ", 0.75");
    return "[" + out + "]";
}
std::string old_scores(int count) {
    std::string out;
    for (int j = 0; j < count; ++j) out += j > 0 ? ", 0.75" : "0.75";
    return "[" + out + "]";
}
/// As 0.x keeps a person.
std::string old_person(double x, const std::string& more = "", int joints = 17) {
    return "{\"bbox\": [1, 2, 30, 40, 0.99], \"keypoints\": " + old_points(joints, x) + more + "}";
}
/// As 1.x writes a person.
std::string new_person(double x, const std::string& more = "", int joints = 17) {
    return "{\"keypoints\": " + old_points(joints, x, "") +
           ", \"keypoint_scores\": " + old_scores(joints) + more + "}";
}
std::string frame_1x(int id, const std::string& people) {
    return text("{\"frame_id\": ", id, ", \"instances\": [", people, "]}");
}
/// What every form below says: a person at x in each frame, -1 for a frame without anybody.
void check_frames(const detections& people, const std::vector<int>& x) {
    REQUIRE(people.frames() == static_cast<int>(x.size()));
    for (std::size_t t = 0; t < x.size(); ++t) {
        INFO("frame " << t);
        REQUIRE(people.first[t + 1] - people.first[t] == (x[t] < 0 ? 0u : 1u));
        if (x[t] < 0) continue;
        const auto joints = people.person(people.first[t]);
        CHECK(joints[0] == static_cast<float>(x[t]));
        CHECK(joints[3 * 16] == static_cast<float>(x[t] + 16));
        CHECK(joints[3 * 16 + 1] == 116);
        CHECK(joints[2] == 0.75f);
    }
}
read_policy stating(std::size_t joints) {
    joint_order order;
    for (std::size_t j = 0; j < joints; ++j) {
        order.topology.joints.push_back(text("j", j));
        order.topology.parents.push_back(0);
        order.topology.mirror.push_back(static_cast<int>(j));
        order.topology.part_of.push_back(0);
        order.from.push_back(static_cast<int>(joints - 1 - j));  // from the last to the first
    }
    order.topology.name = "stated";
    order.topology.part_names = {"all"};
    order.in_file = static_cast<int>(joints);
    order.stated_by = "--joints map.csv";
    return {.joints = std::make_shared<const joint_order>(order)};
}
std::string numbered(int k, int digits = 6) {
    std::string out = text(k);
    return out.insert(0, static_cast<std::size_t>(digits) - out.size(), '0');
}

}  // namespace

TEST_CASE("MMPose 0.x: points carry their scores", "[data][readers][quick]") {
    const std::vector<std::string> forms{
        // A list of people per frame, as results of a video are dumped.
        "[[" + old_person(200, ", \"track_id\": 0") + "], [], [" + old_person(210) + "]]",
        // The same below the keys of 1.x, and of its inferencer.
        "{\"instance_info\": [[" + old_person(200) + "], [], [" + old_person(210) + "]]}",
        "{\"predictions\": [[" + old_person(200) + "], [], [" + old_person(210) + "]]}",
        // Frames as objects.
        "[" + frame_1x(5, old_person(200)) + "," + frame_1x(7, old_person(210)) + "]",
        // Numbers in turn.
        "[[{\"keypoints\": " + old_flat(17, 200) + "}], [], [{\"keypoints\": " + old_flat(17, 210) +
            "}]]",
        // People by frame, and by person.
        "{\"frame_3\": [" + old_person(200) + "], \"frame_5\": [" + old_person(210) + "]}",
        "{\"000001.jpg\": [" + old_person(200) + "], \"000003.jpg\": [" + old_person(210) + "]}",
        "[{\"7\": " + old_person(200) + "}, {}, {\"7\": " + old_person(210) + "}]",
        "{\"0\": {\"4\": " + old_person(200) + "}, \"2\": {\"4\": " + old_person(210) + "}}",
        "[{\"instances\": {\"4\": " + old_person(200) +
            "}}, {\"instances\": null}, {\"instances\": "
            "{\"4\": " +
            old_person(210) + "}}]",
    };
    for (const auto& json : forms) {
        INFO(json.substr(0, 60));
        scratch_folder scratch;
        io::write_file(scratch / "talk.json", json);
        REQUIRE(readers::recognise(scratch / "talk.json") == "mmpose");
        const auto people = readers::read_any(scratch / "talk.json");
        check_frames(people, {200, -1, 210});
        CHECK(people.topology.name == "coco17");
        CHECK(people.layout == channel_layout::xyc);
        CHECK_FALSE(people.confidence_assumed);
        CHECK(people.found.count("third_is_score") == 1);
    }
    // Once decided, a crop of nothing is one too.
    std::string nothing;
    for (int j = 0; j < 17; ++j) nothing += j > 0 ? ", [0, 0.5, 0.001]" : "[0, 0.5, 0.001]";
    const auto crops = mmpose::parse(
        "[[" + old_person(200) + "], [{\"keypoints\": [" + nothing + "]}]]", "c.json");
    CHECK(crops.people() == 2);
    CHECK(crops.found.all().size() == 1);
    // One picture of two people, by list and by name; one picture of one.
    CHECK(mmpose::parse("[" + old_person(200) + "," + old_person(210) + "]", "i").people() == 2);
    const auto named =
        mmpose::parse("{\"anna\": " + old_person(200) + ", \"ben\": " + old_person(210) + "}", "i");
    CHECK(named.frames() == 1);
    CHECK(named.people() == 2);
    CHECK(named.track[0] != named.track[1]);
    check_frames(mmpose::parse(new_person(200), "i"), {200});
}

TEST_CASE("MMPose: objects by plain numbers are people where few, frames where many",
          "[data][readers][quick]") {
    const auto by_number = [](int count, int last_track) {
        std::string out;
        for (int k = 0; k < count; ++k)
            out += text(k > 0 ? ", \"" : "\"", k, "\": ") +
                   new_person(200 + k, k + 1 == count ? text(", \"track_id\": ", last_track) : "");
        return "{" + out + "}";
    };
    const auto few = mmpose::parse(by_number(3, 9), "f.json");
    CHECK(few.frames() == 1);
    CHECK(few.track == std::vector<int>{0, 1, 9});
    CHECK(few.found.count("numbered_object") == 1);
    const auto many = mmpose::parse(by_number(40, 9), "f.json");
    CHECK(many.frames() == 40);
    CHECK(many.track[39] == 9);
    CHECK(many.found.sentences() ==
          std::vector<std::string>{"guessed: 1 object by plain numbers, read as frames"});
    CHECK_REFUSED(
        mmpose::parse("{\"frame_2\": [" + new_person(1) + "], \"frame_1\": []}", "f.json"),
        "frame numbers that rise");
    CHECK(
        mmpose::parse("{\"0\": [" + new_person(1) + "], \"1\": []}", "f.json").found.sentences() ==
        std::vector<std::string>{"guessed: 1 object by plain numbers, read as frames"});
    for (const std::string& by_person :
         {"{\"person_1\": [" + new_person(1) + "," + new_person(2) + "]}",
          "{\"track 7\": {\"frame_0\": " + new_person(1) + "}}"})
        CHECK_REFUSED(mmpose::parse(by_person, "f.json"), "an object by person of the frames");
    // A list of people is one picture: where it cannot be, that is said.
    const std::string same = new_person(1, ", \"track_id\": 3");
    CHECK(mmpose::parse("[" + same + "," + same + "]", "f").found.count("people_of_one_list") == 1);
    std::string crowd = new_person(1);
    for (int k = 0; k < 20; ++k) crowd += "," + new_person(1);
    CHECK(mmpose::parse("[" + crowd + "]", "f").found.count("people_of_one_list") == 1);
    CHECK_REFUSED(mmpose::parse("{\"frame_2\": [" + new_person(1) + "], \"more\": []}", "f.json"),
                  "a frame number at the end of each key, found \"more\"");
}

TEST_CASE("MMPose: a folder of one file per picture is one recording", "[data][readers][quick]") {
    scratch_folder scratch;
    const auto folder = [&](const std::string& name) {
        std::filesystem::create_directory(scratch / name);
        return scratch / name + "/";
    };
    SECTION("numbers alone") {
        const auto at = folder("predictions");
        std::vector<int> x;
        for (int k = 1; k <= 12; ++k) {
            x.push_back(200 + k);
            io::write_file(at + numbered(k) + ".json", "[" + new_person(200 + k) + "]");
        }
        CHECK(readers::recognise(at) == "mmpose");
        CHECK(readers::list_any(at) == std::vector<std::string>{"predictions"});
        const auto people = readers::read_any(at);
        check_frames(people, x);
        CHECK(people.name == "predictions");
        CHECK(people.found.sentences() ==
              std::vector<std::string>{
                  "assumed: 12 files of one frame each, read as the frames of one recording"});
        CHECK_REFUSED(readers::read_any(at, 1), "one of the 1 recordings in the folder");
    }
    SECTION("nobody in a picture, pictures left out, another ending, the demo's object") {
        const auto at = folder("talk");
        io::write_file(at + "img_00010.jpg.json", "{\"instance_info\": [" + new_person(210) + "]}");
        io::write_file(at + "img_00011.jpg.json", "[]");
        io::write_file(at + "img_00014.jpg.json", "[" + new_person(214) + "]");
        io::write_file(at + "settings.json", "{\"model\": \"rtmpose\"}");
        const auto people = readers::read_any(at);
        check_frames(people, {210, -1, -1, -1, 214});
        CHECK(people.name == "talk");
        CHECK(people.found.count("missing_frames") == 2);
        CHECK(people.found.count("frames_of_files") == 3);
    }
    SECTION("the pictures of two videos") {
        const auto at = folder("both");
        for (int k = 0; k < 3; ++k) {
            io::write_file(at + "anna_" + numbered(k) + ".json", "[" + new_person(200 + k) + "]");
            io::write_file(at + "ben_" + numbered(k) + ".json", "[" + new_person(300 + k) + "]");
        }
        CHECK(readers::list_any(at) == std::vector<std::string>{"anna", "ben"});
        check_frames(readers::read_any(at, 0), {200, 201, 202});
        check_frames(readers::read_any(at, 1), {300, 301, 302});
        CHECK(readers::read_any(at, 1).name == "ben");
    }
    SECTION("what is no such folder") {
        const auto pictures = folder("pictures");
        for (const std::string name : {"anna", "ben"})
            io::write_file(pictures + name + ".json", "[" + new_person(200) + "]");
        CHECK(readers::recognise(pictures).empty());
        const auto videos = folder("videos");
        for (const std::string name : {"1", "2"})
            io::write_file(videos + name + ".json",
                           "[" + frame_1x(0, new_person(1)) + "," + frame_1x(1, "") + "]");
        CHECK(readers::recognise(videos).empty());
        io::write_file(pictures + "1.json", "[" + new_person(200) + "]");
        io::write_file(pictures + "2.json", "[" + new_person(200) + "]");
        CHECK(readers::recognise(pictures).empty());  // beside pictures of other names
    }
    SECTION("files that are no frame") {
        const auto at = folder("broken");
        for (int k = 0; k < 3; ++k)
            io::write_file(at + numbered(k) + ".json", "[" + new_person(200 + k) + "]");
        io::write_file(at + "000001.json", "");
        CHECK_REFUSED(readers::read_any(at), "000001.json");
        io::write_file(at + "000001.json",
                       "{\"instance_info\": [[" + new_person(1) + "], [" + new_person(1) + "]]}");
        CHECK_REFUSED(mmpose{}.read(at, 0), "expected");
        // Among many files, not all of which were looked at.
        for (int k = 0; k < 40; ++k)
            if (k != 1) io::write_file(at + numbered(k) + ".json", "[" + new_person(200 + k) + "]");
        CHECK_REFUSED(mmpose{}.read(at, 0),
                      "000001.json: expected one frame in each numbered file of the folder");
        io::write_file(at + "000001.json", "{}");
        CHECK_REFUSED(mmpose{}.read(at, 0), "expected");
        io::write_file(at + "000001.json", "[" + new_person(1, "", 18) + "]");
        CHECK(readers::read_any(at).found.count("people_of_other_shape") == 1);
        CHECK_REFUSED(readers::read_any(at, 0, {.strict = true}), "000001.json, frame 1, person 0");
    }
}

TEST_CASE("MMPose: track ids are what trackers write", "[data][readers][quick]") {
    const auto track = [](const std::string& more) {
        return mmpose::parse("[" + frame_1x(0, new_person(1, more)) + "]", "t.json");
    };
    for (const std::string id : {"3", "3.0", "[3]", "[3.0, 4.0]"})
        CHECK(track(", \"track_id\": " + id).track[0] == 3);
    for (const std::string key : {"person_id", "instance_id", "idx"})
        CHECK(track(", \"" + key + "\": 5").track[0] == 5);
    CHECK(track(", \"instance_id\": 8, \"track_id\": 2").track[0] == 2);
    CHECK(track(", \"track_id\": 2, \"instance_id\": 8").track[0] == 2);
    CHECK(track(", \"track_id\": -1, \"instance_id\": 8").track[0] == 8);
    for (const std::string id : {"null", "-1", "-1.0", "[]", "[null]", "\"\""}) {
        CHECK(track(", \"track_id\": " + id).track[0] == -1);
        CHECK(track(", \"track_id\": " + id).found.empty());
    }
    for (const std::string id : {"1.5", "1e18"}) {
        CHECK(track(", \"track_id\": " + id).track[0] == -1);
        CHECK(track(", \"track_id\": " + id).found.count("track_ids_unreadable") == 1);
    }
    const auto texts =
        mmpose::parse("[" +
                          frame_1x(0, new_person(1, ", \"track_id\": \"a\"") + "," +
                                          new_person(1, ", \"track_id\": \"b\"")) +
                          "," + frame_1x(1, new_person(1, ", \"track_id\": \"b\"")) + "]",
                      "t.json");
    CHECK(texts.track[0] != texts.track[1]);
    CHECK(texts.track[1] == texts.track[2]);
}

TEST_CASE("MMPose: a third coordinate is never taken for COCO's", "[data][readers][quick]") {
    const auto lifted = [](const std::string& scores, int joints = 17) {
        std::string points;
        for (int j = 0; j < joints; ++j)
            points +=
                text(j > 0 ? ", [" : "[", -.2 + .01 * j, ", ", .1 * j, ", ", .1 * j + .05, "]");
        return "[" + frame_1x(0, "{\"keypoints\": [" + points + "]" + scores + "}") + "]";
    };
    const std::string scores = ", \"keypoint_scores\": " + old_scores(17);
    for (const auto& json :
         {lifted(scores), lifted(""),
          "[" + frame_1x(0, "{\"keypoints\": " + old_points(17, 300, ", 950") + scores + "}") + "]",
          "[{\"keypoints\": " + old_points(17, 300, ", -40.5") + "}]"}) {
        INFO(json.substr(0, 80));
        CHECK_REFUSED(mmpose::parse(json, "lifted.json"),
                      "state the joints: --skeleton NAME or --joints map.csv");
    }
    const auto stated = mmpose::parse(lifted(scores), "l", stating(17));
    CHECK(stated.topology.name == "stated");
    CHECK(stated.layout == channel_layout::xyzc);
    CHECK(stated.person(0)[1] == 1.6f);  // joint 0 is the file's last
    CHECK(mmpose::parse(lifted(""), "l", stating(17)).layout == channel_layout::xyz);
    // Shares of the picture and scores, or metres and metres: nothing tells.
    const std::string shares = "[{\"keypoints\": [" + std::string("[0.5, 0.25, 0.9]") + "]}]";
    CHECK_REFUSED(mmpose::parse(shares, "s.json", stating(1)), "may be x, y, score or x, y, z");
    // Names of another skeleton are refused, unless the joints are stated.
    const std::string named =
        "{\"meta_info\": {\"keypoint_id2name\": {\"0\": \"root\"}}, "
        "\"instance_info\": " +
        lifted(scores) + "}";
    CHECK_REFUSED(mmpose::parse(named, "n.json"), "joint 0 to be nose, found \"root\"");
    CHECK(mmpose::parse(named, "n.json", stating(17)).people() == 1);
}

TEST_CASE("MMPose: stated joints may be any number", "[data][readers][quick]") {
    const auto people =
        mmpose::parse("[" + frame_1x(0, new_person(200, "", 20)) + "]", "k.json", stating(20));
    CHECK(people.topology.joints.size() == 20);
    CHECK(people.person(0)[0] == 219);
    CHECK_REFUSED(mmpose::parse("[" + new_person(200, "", 20) + "]", "k.json", stating(19)),
                  "19 joints, as --joints map.csv states, found 20");
    CHECK_REFUSED(mmpose::parse("[" + new_person(200, "", 20) + "]", "k.json"),
                  "or state the joints");
}

TEST_CASE("MMPose: one person that does not fit does not stop the rest", "[data][readers][quick]") {
    const std::string good = new_person(200);
    const std::string odd_scores = "{\"keypoints\": " + old_points(17, 1, "") +
                                   ", \"keypoint_scores\": " + old_scores(16) + "}";
    for (const auto& odd :
         {odd_scores, new_person(1, "", 18), new_person(1, "", 26),
          std::string("{\"keypoints\": []}"), std::string("{\"track_id\": 1}"),
          std::string("{\"keypoints\": [1, 2, 3, 4]}"), std::string("{\"keypoints\": [1]}")}) {
        INFO(odd.substr(0, 60));
        const std::string json =
            "[" + frame_1x(0, good) + "," + frame_1x(1, odd + "," + good) + "]";
        const auto people = mmpose::parse(json, "o.json");
        check_frames(people, {200, 200});
        REQUIRE(people.found.all().size() == 1);
        CHECK(people.found.all()[0].kind == finding_kind::left_out);
        CHECK(people.found.all()[0].frames == std::vector<int>{1});
        CHECK_REFUSED(mmpose::parse(json, "o.json", {.strict = true}), "o.json, frame 1, person 0");
    }
    // Before anybody who tells the skeleton; and nobody but such.
    CHECK(mmpose::parse("[" + frame_1x(0, odd_scores) + "," + frame_1x(1, good) + "]", "o")
              .people() == 1);
    CHECK_REFUSED(mmpose::parse("[" + frame_1x(0, odd_scores) + "]", "o.json"),
                  "o.json, frame 0, person 0: expected 17 keypoint_scores");
    // A third number that repeats the score is no depth.
    const auto twice = mmpose::parse("[{\"keypoints\": " + old_points(17, 200) +
                                         ", \"keypoint_scores\": " + old_scores(17) + "}]",
                                     "t.json");
    check_frames(twice, {200});
    CHECK(twice.layout == channel_layout::xyc);
    CHECK(twice.found.empty());
    // Coordinates in turn without scores.
    std::string pairs;
    for (int j = 0; j < 17; ++j) pairs += text(j > 0 ? ", " : "", 300 + j, ", ", 5);
    CHECK(mmpose::parse("[{\"keypoints\": [" + pairs + "]}]", "p").person(0)[3] == 301);
    // No scores at all: said, and no confidence claimed.
    const auto bare = mmpose::parse("[{\"keypoints\": " + old_points(17, 1, "") + "}]", "b.json");
    CHECK(bare.confidence_assumed);
    CHECK(bare.person(0)[2] == 1);
    CHECK(bare.found.count("no_confidence") == 1);
    CHECK(mmpose::parse("[" + new_person(1, ", \"keypoints_3d\": [[1, 2, 3]]") + "]", "d")
              .found.count("depth_left_out") == 1);
}

TEST_CASE("MMPose: clean files say nothing", "[data][readers][quick]") {
    for (const auto& json :
         {"[" + frame_1x(0, new_person(1, ", \"track_id\": 1.0")) + "," + frame_1x(1, "") + "]",
          "{\"meta_info\": {\"fps\": 25}, \"instance_info\": [" + frame_1x(1, new_person(1)) + "]}",
          "[[" + new_person(1) + "], [" + new_person(1) + "]]", "[" + new_person(1) + "]"}) {
        INFO(json.substr(0, 60));
        CHECK(mmpose::parse(json, "c.json").found.empty());
    }
    scratch_folder scratch;
    readers::write_as("mmpose", scratch / "w.json",
                      recordings::random_recording<skeleton::coco17>(3, channel_layout::xyzc));
    CHECK(readers::read_any(scratch / "w.json").found.empty());
}

TEST_CASE("MMPose: what is not quite its file is told the difference", "[data][readers][quick]") {
    scratch_folder scratch;
    const auto differs = [&](const std::string& json, std::string_view part) {
        INFO(json);
        io::write_file(scratch / "x.json", json);
        CHECK(readers::recognise(scratch / "x.json") != "mmpose");
        CHECK_CONTAINS(mmpose::almost(scratch / "x.json"), std::string(part));
    };
    differs("{\"instance_info\": []}", "save predictions");
    differs("[{\"keypoints\": {\"x\": [1], \"y\": [2]}}]", "'keypoints' is an object");
    differs("[{\"keypoint_scores\": [1], \"box\": [2]}]", "scores without 'keypoints'");
    differs("{\"results\": [{\"keypoints\": [[1, 2]]}]}", "expected a list of people");
    differs("{\"person_1\": [{\"keypoints\": [[1, 2]]}]}", "an object by person");
    differs("[{\"keypoints\": [[[1, 2]]], \"keypoint_scores\": [[1]]}]", "for several people");
    for (const std::string json : {"{\"hello\": 1}", "[1]", "no JSON", "[{\"image_id\": 1}]",
                                   "{\"annotations\": [{\"image_id\": 1, \"keypoints\": [1]}]}"}) {
        io::write_file(scratch / "x.json", json);
        CHECK(mmpose::almost(scratch / "x.json").empty());
    }
    CHECK(mmpose::almost(scratch / "missing").empty());
    CHECK(mmpose::almost(scratch.name()).empty());
    // Words in text are no structure.
    io::write_file(scratch / "x.json", "{\"notes\": \"instance_info, keypoint_scores\"}");
    CHECK(readers::recognise(scratch / "x.json").empty());
}
