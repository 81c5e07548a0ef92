// SPDX-License-Identifier: MIT
// The topologies say what their sources say, and keep the laws.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/support.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/io/safetensors.hpp"
#include "mgkit/skeleton/dynamic.hpp"
#include "mgkit/skeleton/list.hpp"
#include "real_files.hpp"

using namespace mgkit;
using namespace mgkit::skeleton;

TEST_CASE("every topology keeps the laws", "[skeleton]") {
    std::set<std::string> names;
    all::for_each([&]<class T>(type_tag<T>) {
        static_assert(sound<T>);
        INFO(T::name);
        CHECK(names.insert(std::string(T::name)).second);
        CHECK(fault(dynamic::copy_of(T{})) == nullptr);
        CHECK(bones<T>().size() + 1 == T::joints.size());
        const auto by_name = mirror_by_name(T::joints);
        for (std::size_t j = 0; j < T::joints.size(); ++j) {
            const std::string joint(T::joints[j]);
            INFO(joint);
            if (T::name == hands42::name) {  // no joint in the middle that could be the root
                CHECK(T::mirror[j] == static_cast<int>(j));
            } else if (joint.starts_with("left_") || joint.starts_with("right_")) {
                CHECK(T::mirror[j] == by_name[j]);
                CHECK(T::mirror[j] != static_cast<int>(j));
            } else if (!joint.starts_with("face_")) {
                CHECK(T::mirror[j] == static_cast<int>(j));
            }
            CHECK(T::part_names[static_cast<std::size_t>(T::part_of[j])].size() > 0);
        }
        CHECK(T::mirror[static_cast<std::size_t>(T::centre)] == T::centre);
    });
    CHECK(names.size() == 21);
}

TEST_CASE("BODY_25B is the body of COCO, a neck and feet", "[skeleton][quick]") {
    for (std::size_t j = 0; j < 17; ++j) CHECK(body25b::joints[j] == coco17::joints[j]);
    for (std::size_t j = 19; j < 25; ++j) CHECK(body25b::joints[j] == body25::joints[j]);
    for (int point = 0; point < 68; ++point)
        CHECK(face70::joints[std::size_t(point)] ==
              body25_hands_face::joints[std::size_t(67 + point)]);
}

static_assert(parents_first<kinect20> && parents_first<coco17> && parents_first<hand21> &&
              parents_first<blazepose33> && parents_first<blazepose75> &&
              parents_first<upper_body> && parents_first<upper_body_bodyhand>);

TEST_CASE("the face of the whole body is mirrored as its points are counted", "[skeleton][quick]") {
    // The 68 points: jaw, brows, nose bridge, nose base, eyes, outer and inner lips, by their first
    // and last point from one side to the other; an eye is the other one's reflection.
    const auto mirrored = [](int point) {
        const auto across = [&](int first, int last) { return first + last - point; };
        if (point < 17) return across(0, 16);
        if (point < 27) return across(17, 26);
        if (point < 31) return point;
        if (point < 36) return across(31, 35);
        for (const auto& [upper, lower] : {std::pair(36, 45), std::pair(37, 44)})
            if (point == upper || point == lower) return across(upper, lower);
        for (const auto& [a, b] :
             {std::pair(38, 43), std::pair(39, 42), std::pair(40, 47), std::pair(41, 46)})
            if (point == a || point == b) return across(a, b);
        if (point < 55) return across(48, 54);
        if (point < 60) return across(55, 59);
        if (point < 65) return across(60, 64);
        return across(65, 67);
    };
    for (int point = 0; point < 68; ++point) {
        INFO("face_" << point);
        CHECK(coco_wholebody133::joints[std::size_t(23 + point)] ==
              "face_" + std::to_string(point));
        CHECK(coco_wholebody133::mirror[std::size_t(23 + point)] == 23 + mirrored(point));
        CHECK(body25_hands_face::mirror[std::size_t(67 + point)] == 67 + mirrored(point));
    }
}

TEST_CASE("faults are found", "[skeleton][quick]") {
    const dynamic sound = dynamic::copy_of(kinect20{});
    const auto broken = [&](auto change) {
        dynamic t = sound;
        change(t);
        const char* words = fault(t);
        return std::string(words == nullptr ? "sound" : words);
    };
    CHECK(broken([](dynamic&) {}) == "sound");
    CHECK_CONTAINS(broken([](dynamic& t) { t.joints[3] = t.joints[4]; }), "share a name");
    CHECK_CONTAINS(broken([](dynamic& t) { t.joints[3] = ""; }), "no name");
    CHECK_CONTAINS(broken([](dynamic& t) { t.parents[3] = 20; }), "parent is out of range");
    CHECK_CONTAINS(broken([](dynamic& t) { t.parents[3] = 3; }), "one root");
    CHECK_CONTAINS(broken([](dynamic& t) { t.parents[1] = 3; }), "cycle");
    CHECK_CONTAINS(broken([](dynamic& t) { t.centre = -1; }), "centre");
    CHECK_CONTAINS(broken([](dynamic& t) { t.scale_pair = {2, 2}; }), "two different");
    CHECK_CONTAINS(broken([](dynamic& t) { t.mirror[4] = 5; }), "involution");
    CHECK_CONTAINS(broken([](dynamic& t) { std::swap(t.mirror[4], t.mirror[5]); }), "involution");
    CHECK_CONTAINS(broken([](dynamic& t) {
                       t.mirror[4] = 11, t.mirror[11] = 4, t.mirror[8] = 7, t.mirror[7] = 8;
                   }),
                   "agree with the bones");
    CHECK_CONTAINS(broken([](dynamic& t) { t.anchors = {20}; }), "anchor");
    CHECK_CONTAINS(broken([](dynamic& t) { t.part_of[0] = 9; }), "part");
    CHECK_CONTAINS(broken([](dynamic& t) { t.part_names.push_back("tail"); }), "part");
    CHECK_CONTAINS(broken([](dynamic& t) { t.mirror.pop_back(); }), "one entry per joint");
}

TEST_CASE("upper_body is the documented selection of the whole body", "[skeleton][quick]") {
    using u = upper_body;
    CHECK(u::joints.size() == 41);
    std::set<int> sources(u::wholebody.begin(), u::wholebody.end());
    CHECK(sources.size() == 41);
    for (std::size_t j = 1; j < 41; ++j) {
        const auto m = static_cast<std::size_t>(u::mirror[j]);
        const auto swapped = coco_wholebody133::mirror[static_cast<std::size_t>(u::wholebody[j])];
        INFO(u::joints[j]);
        CHECK(u::wholebody[m] == swapped);
        CHECK(u::parents[j] < static_cast<int>(j));
    }
    const auto pair = [](const char* a, const char* b) {
        return u::mirror[static_cast<std::size_t>(find_joint(u{}, a))] == find_joint(u{}, b);
    };
    CHECK(pair("left_brow", "right_brow"));
    CHECK(pair("left_mouth_corner", "right_mouth_corner"));
    for (const int fixed : {0, 1, 16, 17, 20}) CHECK(u::mirror[std::size_t(fixed)] == fixed);
    for (std::size_t k = 0; k < 10; ++k) CHECK(u::mirror[21 + k] == static_cast<int>(31 + k));
    CHECK(u::joints[24] == "left_index_tip");
    CHECK(u::wholebody[24] == 99);
    CHECK(u::joints[40] == "right_pinky_tip");
    CHECK(u::wholebody[40] == 132);
    CHECK(u::parents[find_joint(u{}, "lower_lip")] == find_joint(u{}, "upper_lip"));

    using b = upper_body_bodyhand;
    CHECK(b::joints.size() == 34);
    for (const auto joint : b::joints) CHECK(find_joint(u{}, joint) >= 0);
    CHECK(find_joint(b{}, "chin") < 0);
    CHECK(find_joint(b{}, "left_brow") < 0);
    CHECK(b::joints[b::parents[std::size_t(find_joint(b{}, "left_index_tip"))]] ==
          "left_index_mcp");
}

TEST_CASE("the legacy graph of iMiGUE is wired as its code wires it", "[skeleton][quick]") {
    const auto edges = graph_edges<imigue22_legacy>();
    const auto degree = [&](int joint) {
        return std::count_if(edges.begin(), edges.end(),
                             [&](joint_pair e) { return e.first == joint || e.second == joint; });
    };
    const auto joint = [](const char* name) { return find_joint(imigue22{}, name); };
    CHECK(edges.size() == 21);
    CHECK(degree(joint("nose")) == 0);
    for (int f = 12; f < 17; ++f)
        CHECK(std::count(edges.begin(), edges.end(), joint_pair{5, f}) == 1);  // a shoulder
    for (int f = 17; f < 22; ++f)
        CHECK(std::count(edges.begin(), edges.end(), joint_pair{8, f}) == 1);  // an eye
    CHECK(imigue22::joints[5] == "left_shoulder");
    CHECK(imigue22::joints[8] == "right_eye");
    // Corrected: fingers hang on the wrist of their side.
    for (std::size_t f = 12; f < 22; ++f)
        CHECK(imigue22::parents[f] == joint(f < 17 ? "right_wrist" : "left_wrist"));
    CHECK(graph_edges<imigue22>() == bones<imigue22>());
}

TEST_CASE("bones equal the reference graphs", "[skeleton][golden]") {
    const std::string usdrl = real_files("MGKIT_GOLDEN_DIR", "usdrl");
    const std::string graph = real_files("MGKIT_GOLDEN_DIR", "graph");
    if (usdrl.empty() || graph.empty()) return skip("no usdrl and graph in $MGKIT_GOLDEN_DIR");
    const auto undirected = [](joint_pair e) {
        return std::pair(std::min(e.first, e.second), std::max(e.first, e.second));
    };
    std::set<std::pair<int, int>> ours, theirs;
    const io::safetensors_file streams(usdrl + "/crop_resize_modality_t8v25m2c3.safetensors");
    const auto config = io::parse_json(streams.metadata().at("config"), "config");
    for (const auto& bone : io::get<std::vector<std::vector<int>>>(config, "bones", "config")) {
        const int child = bone[0] - 1, parent = bone[1] - 1;
        CHECK(ntu25::parents[static_cast<std::size_t>(child)] == parent);
    }
    const io::safetensors_file graphs(graph + "/adjacency.safetensors");
    const auto edges = graphs.read<double>("input/pyskl/coco/inward");
    for (std::size_t i = 0; i + 1 < edges.size(); i += 2)
        theirs.insert(undirected({static_cast<int>(edges[i]), static_cast<int>(edges[i + 1])}));
    for (const auto bone : bones<coco17>()) ours.insert(undirected(bone));
    CHECK(ours == theirs);
}
