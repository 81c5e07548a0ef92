// SPDX-License-Identifier: MIT
// MediaPipe's results in the forms that programs dump them in, and what is said of each.
#include <algorithm>
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
#include "mgkit/data/readers/mediapipe.hpp"
#include "mgkit/io/atomic_file.hpp"
#include "mgkit/skeleton/blazepose33.hpp"

namespace mediapipe_tests {

using namespace mgkit;
using namespace mgkit::data;
using namespace mgkit::data::readers;
using recordings::marking;
using skeleton::channel_layout;
using written::case_of;
using written::frames_of;
using written::noted;
using written::repeat;

/// `count` landmarks; x, y and z of the k-th are (k + 1) * .01, .5, -.25.
std::string landmarks(int count, const std::string& more = ", \"visibility\": 0.75") {
    std::string out;
    for (int k = 0; k < count; ++k)
        out += text(k > 0 ? ", " : "", "{\"x\": ", (k + 1) * .01, ", \"y\": 0.5, \"z\": -0.25",
                    more, "}");
    return "[" + out + "]";
}
const std::string sized = "{\"fps\": 25, \"width\": 1000, \"height\": 100, \"frames\": [";

/// Frames of one pose at these times, under a key.
std::string timed(const std::vector<double>& times, const std::string& key = "timestamp_ms",
                  const std::string& head = "{\"width\": 10, \"height\": 10, \"frames\": [") {
    std::string out = head;
    for (std::size_t t = 0; t < times.size(); ++t)
        out += text(t > 0 ? ", " : "", "{\"", key, "\": ", times[t],
                    ", \"pose_landmarks\": ", landmarks(33), "}");
    return out + "]}";
}
detections read(const std::string& json, const read_policy& policy = {}) {
    return mediapipe::parse(json, "m.json", policy);
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
    refused("{\"pose_landmarks\": {}}", "somebody");
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
    refused("{\"timestamp_ms\": 1e300}", "within 1e15");
    refused("{\"pose_landmarks\": [" + repeat("[]", 1001) + "]}", "at most 1000 people");
    refused("{\"pose_landmarks\": [{\"x\": null, \"y\": 1}" + repeat(",{\"x\": 1, \"y\": 1}", 1) +
                "," + repeat("{\"x\": 1, \"y\": 1}", 31) + "]}",
            "finite numbers");
    CHECK_REFUSED(mediapipe::parse("{\"fps\": 30}", "m"), "'frames'");
    CHECK_REFUSED(mediapipe::parse("{\"fps\": null, \"frames\": null}", "m"), "found null");
    CHECK_REFUSED(mediapipe::parse("{\"width\": -1}", "m"), "a size of 0 or more");
}

TEST_CASE("MediaPipe: a clean dump raises nothing", "[data][readers][quick]") {
    const auto steady = read(timed({0, 40, 80, 120}, "timestamp_ms", sized));
    CHECK(steady.found.empty());
    CHECK_FALSE(steady.confidence_assumed);
    const std::string hand = landmarks(21, ", \"visibility\": 0");
    const auto hands = read(sized + "{\"pose_landmarks\": " + landmarks(33) +
                            ", \"left_hand_landmarks\": " + hand +
                            ", \"right_hand_landmarks\": null, \"face_landmarks\": [], "
                            "\"pose_world_landmarks\": null}]}");
    CHECK(hands.found.empty());
    CHECK_FALSE(hands.confidence_assumed);
    CHECK(hands.person(0)[4 * 33 + 3] == 1);
    CHECK(hands.person(0)[4 * 54 + 3] == 0);
}

TEST_CASE("MediaPipe: the tasks in JavaScript and Python, and the names of both",
          "[data][readers][quick]") {
    // JavaScript: results of frames in a list, each with a list of people.
    const std::string bare = landmarks(33, "");
    const auto script =
        read("[{\"timestamp\": 0, \"landmarks\": [" + bare + "], \"worldLandmarks\": [" + bare +
             "]}, null, {\"timestamp\": 80, " + "\"landmarks\": [], \"worldLandmarks\": []}]");
    CHECK(script.frames() == 3);
    CHECK(script.people() == 1);
    CHECK(script.topology.name == "blazepose33");
    CHECK(script.fps == Catch::Approx(25));
    CHECK(script.confidence_assumed);
    CHECK(noted(script, "1 recording without confidence"));
    CHECK(script.found.count("world_landmarks") == 1);
    CHECK(script.person(0)[3] == 1);
    // Python: lists of lists, what a landmark does not have as null.
    const auto python =
        read(sized + "{\"pose_landmarks\": [" +
             landmarks(33, ", \"visibility\": null, \"presence\": null, \"name\": null") +
             "], \"pose_world_landmarks\": [], \"segmentation_masks\": null}]}");
    CHECK(python.confidence_assumed);
    CHECK(python.person(0)[0] == 10);
    // camelCase, also of the time.
    const auto camel =
        read("[{\"timestampMs\": 0, \"poseLandmarks\": " + landmarks(33) +
             ", \"leftHandLandmarks\": " + landmarks(21) + ", \"faceLandmarks\": " + landmarks(3) +
             "}, {\"timestampMs\": 20, \"rightHandLandmarks\": " + landmarks(21) + "}]");
    CHECK(camel.topology.name == "blazepose75");
    CHECK(camel.fps == Catch::Approx(50));
    CHECK(camel.found.count("face_landmarks") == 1);
    CHECK(camel.person(1)[3] == 0);  // hands without a pose
    CHECK(camel.person(1)[4 * 54 + 3] == 0.75f);
    CHECK_REFUSED(read("[{\"poseLandmarks\": [], \"pose_landmarks\": []}]"), "each key once");
}

TEST_CASE("MediaPipe: protobuf's JSON leaves zeros out", "[data][readers][quick]") {
    const auto wrapped = [](const std::string& list) { return "{\"landmark\": [" + list + "]}"; };
    const std::string one = "{\"x\": 0.5, \"y\": 0.25, \"z\": 0.125, \"visibility\": 0.5}";
    const std::string zeros = "{\"y\": 0.25, \"visibility\": 0.5}, {\"x\": 0.5}, {}";
    const auto people = read(
        sized + "{\"pose_landmarks\": " + wrapped(zeros + "," + repeat(one, 30)) +
        ", \"left_hand_landmarks\": " + wrapped(repeat("{\"x\": 0.5, \"y\": 0.5}", 21)) + "}]}");
    CHECK(people.layout == channel_layout::xyzc);
    CHECK(people.person(0)[0] == 0);
    CHECK(people.person(0)[1] == 25);
    CHECK(people.person(0)[3] == 0.5f);
    CHECK(people.person(0)[4 * 1 + 3] == 0);  // no visibility beside others: 0
    CHECK(people.person(0)[4 * 3] == 500);
    CHECK(people.person(0)[4 * 33 + 3] == 1);  // a hand without any
    // No z at all, nor visibility.
    const auto flat = read("[{\"poseLandmarks\": " + wrapped(repeat("{\"x\": 1, \"y\": 1}", 33)) +
                           "}, {\"poseLandmarks\": {}}]");
    CHECK(flat.layout == channel_layout::xyc);
    CHECK(flat.confidence_assumed);
    CHECK(flat.frames() == 2);
    // Hands of the older solution, in a list of such objects, told apart by 'handedness'.
    const std::string hand = wrapped(repeat("{\"x\": 0.5, \"y\": 0.5, \"z\": 0.1}", 21));
    const auto hands = read(
        sized + "{\"multi_hand_landmarks\": [" + hand + "," + hand +
        "], \"multi_handedness\": [{\"classification\": [{\"index\": 1, \"label\": \"Right\"}]}, "
        "{\"classification\": [{\"index\": 0, \"score\": 0.9, \"label\": \"Left\"}]}]}]}");
    CHECK(hands.people() == 1);
    CHECK(hands.person(0)[3] == 0);
    CHECK(hands.person(0)[4 * 33 + 3] == 1);
    CHECK(hands.person(0)[4 * 54 + 3] == 1);
    CHECK_REFUSED(read("[{\"pose_landmarks\": {\"landmark\": 3}}]"), "'landmark' as a list");
    CHECK_REFUSED(read("[{\"pose_landmarks\": [{\"y\": 1}]}]"), "'x' and 'y' in each landmark");
}

TEST_CASE("MediaPipe: hands alone", "[data][readers][quick]") {
    const std::string hand = landmarks(21, "");
    const auto side = [](const char* name) {
        return text("[{\"score\": 0.9, \"index\": 0, \"categoryName\": \"", name,
                    "\", \"displayName\": \"", name, "\"}]");
    };
    // The hand landmarker calls them landmarks, too.
    const auto tasks = read("[{\"landmarks\": [" + hand + "], \"handednesses\": [" + side("Left") +
                            "]}, {\"landmarks\": [], \"handednesses\": []}]");
    CHECK(tasks.topology.name == "blazepose75");
    CHECK(tasks.first == std::vector<std::size_t>{0, 1, 1});
    CHECK(tasks.person(0)[4 * 33 + 3] == 1);
    CHECK(tasks.person(0)[4 * 54 + 3] == 0);
    // Two hands of a side are two people, which is a guess.
    const auto two = read("[{\"hand_landmarks\": [" + hand + "," + hand + "], \"handedness\": [" +
                          side("Left") + "," + side("Left") + "]}]");
    CHECK(two.people() == 2);
    CHECK(two.found.count("hands_in_order") == 1);
    // Beside one pose there is no place for a second.
    const auto beside = read("[{\"pose_landmarks\": " + landmarks(33) + ", \"hand_landmarks\": [" +
                             hand + "," + hand + "], \"handedness\": [\"Right\", \"Right\"]}]");
    CHECK(beside.people() == 1);
    CHECK(beside.found.count("hands_without_pose") == 1);
    CHECK_REFUSED(read("[{\"hand_landmarks\": [" + hand + "]}]"), "write 'handedness'");
    CHECK_REFUSED(read("[{\"landmarks\": [" + hand + "]}]"), "hands go with 'handedness'");
    CHECK_REFUSED(read("[{\"handedness\": [\"both\"]}]"), "'Left' or 'Right'");
}

TEST_CASE("MediaPipe: times that jump, repeat or fall", "[data][readers][quick]") {
    const auto fallen = read(timed({0, 40, 80, 120, 160, 200, 240, 280, 0, 0}));
    CHECK(fallen.frames() == 10);
    CHECK(fallen.fps == Catch::Approx(25));
    CHECK(fallen.found.count("timestamps_not_rising") == 2);
    CHECK(frames_of(fallen.found, "timestamps_not_rising") == std::vector<int>{8, 9});
    CHECK(fallen.found.count("timestamp_gaps") == 0);
    CHECK(fallen.found.count("rate_from_timestamps") == 1);
    CHECK_REFUSED(read(timed({0, 40, 40, 80}), {.strict = true}), "timestamps that rise");
    const auto repeated = read(timed({0, 40, 40, 120, 160}));
    CHECK(repeated.found.count("timestamps_not_rising") == 1);
    CHECK(repeated.found.count("timestamp_gaps") == 0);  // two frames in two steps
    CHECK(repeated.fps == Catch::Approx(25));
    // A clock that starts anew, and one that never ran.
    const auto anew = read(timed({1000, 1040, 1080, 0, 40, 80, 120}));
    CHECK(anew.found.count("timestamps_not_rising") == 1);
    CHECK(anew.fps == Catch::Approx(25));
    const auto still = read(timed({0, 0, 0, 0}));
    CHECK(still.fps == 0);
    CHECK(still.found.count("timestamps_not_rising") == 3);
    // Frames that were not kept: rows stay frames, the gaps are counted.
    const auto gaps = read(timed({0, 40, 80, 200, 240, 360, 400}));
    CHECK(gaps.frames() == 7);
    CHECK(gaps.found.count("timestamp_gaps") == 2);
    CHECK(frames_of(gaps.found, "timestamp_gaps") == std::vector<int>{3, 5});
    CHECK(read(timed({0, 38, 81, 119, 162, 200})).found.count("timestamp_gaps") == 0);
    // A stated rate is kept; the times may contradict it.
    const auto stated = read(timed({0, 40, 80}, "timestamp_ms",
                                   "{\"fps\": 50, \"width\": 9, \"height\": 9, \"frames\": ["));
    CHECK(stated.fps == 50);
    CHECK(stated.found.count("rate_differs") == 1);
    // Without a unit in its name a time of small steps is in seconds.
    const auto seconds = read(timed({0, .04, .08}, "timestamp"));
    CHECK(seconds.fps == Catch::Approx(25));
    CHECK(seconds.found.count("timestamps_in_seconds") == 1);
    CHECK(read(timed({0, 40, 80}, "timestamp")).found.count("timestamps_in_seconds") == 0);
}

TEST_CASE("MediaPipe: frames with numbers", "[data][readers][quick]") {
    const auto numbered = [](const std::string& key, const std::vector<std::string>& numbers) {
        std::string out = "[";
        for (std::size_t k = 0; k < numbers.size(); ++k)
            out += text(k > 0 ? "," : "", "{\"", key, "\": ", numbers[k],
                        ", \"pose_landmarks\": ", landmarks(33), "}");
        return out + "]";
    };
    const auto gaps = read(numbered("frame_id", {"0", "1", "4.0"}));
    CHECK(gaps.first == std::vector<std::size_t>{0, 1, 2, 2, 2, 3});
    CHECK(gaps.found.count("missing_frames") == 2);
    CHECK(read(numbered("frame", {"0", "1", "2"})).found.count("missing_frames") == 0);
    CHECK(read(numbered("frame", {"\"a.png\"", "null", "0.5"})).frames() == 3);
    CHECK_REFUSED(read(numbered("frame", {"3", "2"})), "frame numbers that rise");
}

TEST_CASE("MediaPipe: lists of another length are left out, values follow the policy",
          "[data][readers][quick]") {
    const std::string good = "{\"pose_landmarks\": " + landmarks(33) + "}";
    const std::string json =
        sized + good + ", {\"pose_landmarks\": " + landmarks(32) + "}, " + good + "]}";
    const auto people = read(json);
    CHECK(people.first == std::vector<std::size_t>{0, 1, 1, 2});
    CHECK(people.found.count("landmarks_incomplete") == 1);
    CHECK_REFUSED(read(json, {.strict = true}), "frame 1, person 0: expected 33 landmarks");
    std::string holes = sized + good + "]}";
    holes.replace(holes.find("0.01"), 4, "null");
    CHECK_REFUSED(read(holes), "joint 0 (nose)");
    const auto marked = read(holes, marking);
    CHECK(marked.found.count("not_finite") == 1);
    CHECK(marked.person(0)[3] == 0);
    CHECK(marked.person(0)[4 + 3] == 0.75f);
    // Joints that somebody states.
    auto order = std::make_shared<joint_order>();
    order->topology =
        skeleton::dynamic::from_bones("two", {"a", "b"}, std::vector<skeleton::joint_pair>{{1, 0}});
    order->from = {11, 12};
    order->in_file = 33;
    order->stated_by = "--joints map.csv";
    const auto mapped = read(sized + good + "]}", {.joints = order});
    CHECK(mapped.topology.name == "two");
    CHECK(mapped.person(0).size() == 8);
    CHECK(mapped.person(0)[0] == Catch::Approx(120));
}

TEST_CASE("MediaPipe: a size after the frames cannot make values infinite",
          "[data][readers][quick]") {
    std::string far = "{\"frames\": [{\"pose_landmarks\": " + landmarks(33) + "}]";
    far.replace(far.find("0.01"), 4, "3e38");
    CHECK(read(far + "}").person(0)[0] == 3e38f);
    CHECK_REFUSED(read(far + ", \"width\": 1000, \"height\": 10}"), "numbers that fit float");
}

TEST_CASE("MediaPipe: recognised by where its names stand", "[data][readers][quick]") {
    scratch_folder scratch;
    const auto known = [&](const std::string& json) {
        io::write_file(scratch / "x.json", json);
        return recognise(scratch / "x.json") == "mediapipe";
    };
    const auto nearly = [&](const std::string& json) {
        io::write_file(scratch / "x.json", json);
        CHECK_FALSE(mediapipe{}.recognises(scratch / "x.json"));
        return mediapipe::almost(scratch / "x.json");
    };
    for (const char* key : {"pose_landmarks", "poseLandmarks", "left_hand_landmarks"}) {
        CHECK(known(text("{\"frames\": [{\"", key, "\": ", landmarks(33), "}]}")));
        CHECK(known(text("[{\"", key, "\": null}]")));
    }
    CHECK(known("[{\"landmarks\": [" + landmarks(33) + "]}]"));
    CHECK(mediapipe::almost(scratch / "x.json").empty());
    // The word alone is not the format.
    CHECK(nearly("{\"note\": \"pose_landmarks\"}").empty());
    CHECK(nearly("[{\"landmarks\": 3}]").empty());
    CHECK(nearly("{\"people\": []}").empty());
    CHECK_CONTAINS(nearly("{\"pose_landmarks\": " + landmarks(33) + "}"), "one frame");
    CHECK_CONTAINS(nearly("{\"data\": {\"results\": [{\"poseLandmarks\": []}]}}"),
                   "data.results[]");
    CHECK_CONTAINS(nearly("[" + landmarks(33) + "]"), "without names");
    CHECK(mediapipe::almost(scratch / "missing").empty());
}

TEST_CASE("MediaPipe: what users reported", "[data][readers][real]") {
    if (case_of("09-mediapipe").empty()) return skip("no cases beside the data sets");
    const auto tasks = read_any(case_of("09-mediapipe/a-tasks-js/session.json"));
    CHECK(tasks.frames() == 6);
    CHECK(tasks.topology.joints.size() == 33);
    CHECK(tasks.fps == Catch::Approx(25));
    for (const char* name : {"b-camel", "c-proto"}) {
        const auto people = read_any(case_of(text("09-mediapipe/", name, "/session.json")));
        CHECK(people.frames() == 6);
        CHECK(people.topology.joints.size() == 75);
        CHECK(people.person(0)[0] == Catch::Approx(256));
        CHECK(people.found.empty());
    }
    const auto presence = read_any(case_of("09-mediapipe/d-presence/session.json"));
    float low = 1e9f, high = 0;
    for (std::size_t i = 0; i < presence.values.size(); i += 4) {
        low = std::min(low, presence.values[i]);
        high = std::max(high, presence.values[i]);
    }
    CHECK(low == Catch::Approx(254.771).margin(.001));
    CHECK(high == Catch::Approx(380.160).margin(.001));
    CHECK(read_any(case_of("09-mediapipe/e-list/session.json")).frames() == 6);
    const auto times = read_any(case_of("10-timestamps/zero-at-end/s.json"));
    CHECK(times.frames() == 10);
    CHECK(times.fps == Catch::Approx(25));
    CHECK(times.found.count("timestamps_not_rising") == 2);
}

}  // namespace mediapipe_tests
