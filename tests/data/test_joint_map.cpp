// SPDX-License-Identifier: MIT
// What the joints of files are, stated by a name or a table.
#include <memory>
#include <string>
#include <vector>

#include "catch.hpp"
#include "data/recordings.hpp"
#include "io/support.hpp"
#include "mgkit/data/joint_map.hpp"
#include "mgkit/data/readers/mmpose.hpp"
#include "mgkit/io/atomic_file.hpp"
#include "mgkit/skeleton/body25.hpp"
#include "mgkit/skeleton/built_in.hpp"
#include "mgkit/skeleton/coco17.hpp"
#include "mgkit/skeleton/h36m17.hpp"

using namespace mgkit;
using namespace mgkit::data;

namespace {

/// A table of a skeleton's joints, joint j at the place `place(j)`, rows from the last to the
/// first.
template <class Topology, class Place>
std::string joint_table(Place&& place) {
    std::string out = "index,joint\n";
    for (std::size_t j = Topology::joints.size(); j-- > 0;)
        out += std::to_string(place(static_cast<int>(j))) + "," + std::string(Topology::joints[j]) +
               "\n";
    return out;
}

}  // namespace

TEST_CASE("the order of a skeleton by its name", "[data][joints][quick]") {
    for (const auto& known : skeleton::built_ins()) {
        const auto order = order_of(known.name);
        CHECK(order.topology.name == known.name);
        CHECK(order.in_file == static_cast<int>(known.joints.size()));
        REQUIRE(order.from.size() == known.joints.size());
        for (std::size_t j = 0; j < order.from.size(); ++j)
            CHECK(order.from[j] == static_cast<int>(j));
    }
    CHECK(order_of("h36m17").stated_by == "skeleton h36m17");
    CHECK_REFUSED(order_of("h36m"), "one of ntu25, kinect20");
}

TEST_CASE("a table of joints", "[data][joints][quick]") {
    scratch_folder scratch;
    const std::string path = scratch / "map.csv";
    const auto read = [&](const std::string& text) {
        io::write_file(path, text);
        return read_joint_map(path);
    };
    // The joints of a built-in skeleton, in any order and spelling: that skeleton.
    const auto shifted =
        read(joint_table<skeleton::coco17>([](int j) { return (j + 5) % 17 + 1; }));
    CHECK(shifted.topology == skeleton::dynamic::copy_of(skeleton::coco17{}));
    CHECK(shifted.in_file == 0);
    for (int j = 0; j < 17; ++j) CHECK(shifted.from[std::size_t(j)] == (j + 5) % 17 + 1);
    CHECK(shifted.stated_by == "joint map " + path);
    std::string spelt = "joint,index\r\n";
    const char* names[] = {"Hip",    "RHip",   "RKnee",     "RAnkle",    "LHip",  "LKnee",
                           "LAnkle", "Spine",  "Thorax",    "Neck/Nose", "Head",  "LShoulder",
                           "LElbow", "LWrist", "RShoulder", "RElbow",    "RWrist"};
    for (int j = 0; j < 17; ++j) spelt += std::string(names[j]) + "," + std::to_string(j) + "\r\n";
    CHECK(read(spelt).topology.name == "h36m17");
    CHECK(read(spelt).from == order_of("h36m17").from);

    // Other names: bones are needed, places may be left out.
    const auto own = read("index,joint,parent\n7,tail,body\n2,body,\n4,snout,body\n");
    CHECK(own.topology.name == "map");
    CHECK(own.topology.joints == std::vector<std::string>{"tail", "body", "snout"});
    CHECK(own.topology.parents == std::vector<int>{1, 1, 1});
    CHECK(own.from == std::vector<int>{7, 2, 4});
    CHECK(read("index,joint,parent\n0,body,body\n1,tail,Body\n").topology.parents ==
          std::vector<int>{0, 0});

    const auto refused = [&](const std::string& text, const std::string& part) {
        io::write_file(path, text);
        CHECK_REFUSED(read_joint_map(path), part);
        CHECK_FALSE(contains(refusal([&] { read_joint_map(path); }), "\n"));
    };
    refused("place,joint\n0,nose\n", "a column named index, found place, joint");
    refused("index,joint\n", "a row for each joint, found none");
    refused("index,joint,parent\n0,a,\n0,b,a\n",
            "row 2, column index: expected places that differ");
    refused("index,joint,parent\n-1,a,\n", "row 1, column index: expected a place in the file");
    refused("index,joint,parent\n5000,a,\n", "0 to 4095, found '5000'");
    refused("index,joint,parent\nx,a,\n", "row 1, column index: expected a whole number");
    refused("index,joint,parent\n0,,\n", "row 1, column joint: expected the name of a joint");
    refused("index,joint,parent\n0,left_eye,\n1,LEye,left_eye\n", "row 2, column joint");
    refused("index,joint,parent\n0,a,\n1,b,c\n", "row 2, column parent: expected a joint of this");
    refused("index,joint,parent\n0,a,\n1,b,\n", "row 2, column parent: expected one joint without");
    refused("index,joint,parent\n0,a,\n1,b,c\n2,c,b\n", "bones that form a tree, found a cycle");
    refused("index,joint,parent\n0,a,b\n1,b,a\n", "found a cycle");
    refused("index,joint\n0,nose\n1,left_eye\n2,beak\n", "'beak', which the nearest");
    refused("index,joint\n0,nose\n1,left_eye\n", "2 of the");
    refused("index,joint\n0,p\n1,q\n", "2 joints of other names");
    CHECK_REFUSED(read_joint_map(scratch / "none.csv"), "none.csv");
    CHECK(parse_joint_map("index,joint,parent\n3,a,\n", "some text").from == std::vector<int>{3});
    CHECK_REFUSED(parse_joint_map("", "some text"), "some text: expected a header line");
}

TEST_CASE("people are read by the order stated", "[data][joints][quick]") {
    scratch_folder scratch;
    const std::string path = scratch / "map.csv";
    std::string points, scores;
    for (int j = 0; j < 17; ++j) {
        points += text(j > 0 ? ", " : "", "[", j, ", ", 10 * j, "]");
        scores += j > 0 ? ", 0.5" : "0.5";
    }
    const std::string file =
        "{\"instance_info\": [{\"frame_id\": 0, \"instances\": [{\"keypoints\": [" + points +
        "], \"keypoint_scores\": [" + scores + "]}]}]}";
    const auto read = [&](const joint_order& order) {
        read_policy policy;
        policy.joints = std::make_shared<const joint_order>(order);
        return readers::mmpose::parse(file, "file", policy);
    };
    const auto stated = [&](int first) {
        io::write_file(path, joint_table<skeleton::coco17>([&](int j) { return 16 - j + first; }));
        return read_joint_map(path);
    };
    const auto turned = read(stated(0));
    CHECK(turned.topology.name == "coco17");
    for (std::size_t j = 0; j < 17; ++j) {
        CHECK(turned.values[3 * j] == static_cast<float>(16 - j));
        CHECK(turned.values[3 * j + 1] == static_cast<float>(10 * (16 - j)));
    }
    CHECK_REFUSED(read(stated(1)), "at least 18 joints, as joint map");
    CHECK(read(order_of("h36m17")).topology.joints[9] == "neck_nose");
    CHECK_REFUSED(read(order_of("body25")), "25 joints, as skeleton body25 states, found 17");
}
