// SPDX-License-Identifier: MIT
// Skeletons that only a file knows.
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/support.hpp"
#include "mgkit/skeleton/dynamic.hpp"
#include "mgkit/skeleton/joint_name.hpp"
#include "mgkit/skeleton/list.hpp"

using namespace mgkit;
using namespace mgkit::skeleton;

namespace {

using names = std::vector<std::string>;
using bone_list = std::vector<joint_pair>;

dynamic make(names joints, bone_list bones, dynamic_hints hints = {}) {
    return dynamic::from_bones("test", std::move(joints), bones, hints);
}

std::string joint(const dynamic& t, int j) {
    return t.joints[static_cast<std::size_t>(j)];
}

}  // namespace

TEST_CASE("joint names are read in any spelling", "[skeleton][dynamic][quick]") {
    const auto is = [](const char* name, const char* base, body_side side) {
        INFO(name);
        const auto got = parse_joint_name(name);
        CHECK(got.base == base);
        CHECK(got.side == side);
    };
    for (const char* name :
         {"ShoulderLeft", "LShoulder", "left_shoulder", "leftShoulder", "shoulder.L", "l_shoulder",
          "shoulder-left", "leftshoulder", "Left Shoulder", "shoulderleft"})
        is(name, "shoulder", body_side::left);
    is("RBigToe", "bigtoe", body_side::right);
    is("right_finger1", "finger1", body_side::right);
    is("MidHip", "midhip", body_side::none);
    is("HipCenter", "hipcenter", body_side::none);
    is("ShoulderCentre", "shouldercenter", body_side::none);
    is("Root", "root", body_side::none);
    is("left", "left", body_side::none);
    is("left_right", "leftright", body_side::none);
    is("", "", body_side::none);
    is("\xc3\xa9paule_left", "\xc3\xa9paule", body_side::left);
}

TEST_CASE("parents may come in any order", "[skeleton][dynamic][quick]") {
    const names joints{"hand_left", "hand_right", "head", "spine", "wrist_left", "wrist_right"};
    const dynamic t = make(joints, {{0, 4}, {1, 5}, {4, 3}, {5, 3}, {2, 3}});
    CHECK(t.parents == std::vector<int>{4, 5, 3, 3, 3, 3});
    CHECK(joint(t, t.centre) == "spine");
    CHECK(t.scale_pair == joint_pair{3, 2});
    CHECK(t.mirror == std::vector<int>{1, 0, 2, 3, 5, 4});
    CHECK(t.anchors == std::vector<int>{2});
    CHECK(t == make(joints, {{2, 3}, {5, 3}, {3, 3}, {4, 3}, {1, 5}, {0, 4}}));
    CHECK(t.bones().size() == 5);
}

TEST_CASE("a constexpr topology is recovered from its joints and bones", "[skeleton][dynamic]") {
    all::for_each([]<class T>(type_tag<T>) {
        INFO(T::name);
        const dynamic copy = dynamic::copy_of(T{});
        const auto again = make(copy.joints, copy.bones());
        CHECK(again.parents == copy.parents);
        // Points of a face have sides that their names do not tell.
        if (T::name != coco_wholebody133::name && T::name != body25_hands_face::name &&
            T::name != face70::name)
            CHECK(again.mirror == copy.mirror);
    });
}

TEST_CASE("defaults follow the names, then the tree", "[skeleton][dynamic][quick]") {
    const auto pair_of = [](names joints, bone_list bones) {
        const auto t = make(std::move(joints), std::move(bones));
        return joint(t, t.scale_pair.first) + "-" + joint(t, t.scale_pair.second);
    };
    CHECK(pair_of({"HipCenter", "Spine", "ShoulderCenter"}, {{1, 0}, {2, 1}}) ==
          "HipCenter-ShoulderCenter");
    CHECK(pair_of({"Neck", "MidHip"}, {{1, 0}}) == "MidHip-Neck");
    CHECK(pair_of({"nose", "LShoulder", "RShoulder"}, {{1, 0}, {2, 0}}) == "LShoulder-RShoulder");
    // Unknown names: the root's child with the most joints below it.
    CHECK(pair_of({"a", "b", "c", "d"}, {{1, 0}, {2, 0}, {3, 2}}) == "a-c");
    const auto hinted = make({"a", "b", "c"}, {{1, 0}, {2, 0}}, {2, joint_pair{1, 2}});
    CHECK(hinted.centre == 2);
    CHECK(hinted.scale_pair == joint_pair{1, 2});
    CHECK(make({"only"}, {}).parents == std::vector<int>{0});
}

TEST_CASE("a mirror that contradicts the bones is not used", "[skeleton][dynamic][quick]") {
    const auto t = make({"hip", "left_knee", "right_knee"}, {{1, 0}, {2, 1}});
    CHECK(t.mirror == std::vector<int>{0, 1, 2});
}

TEST_CASE("bone lists that are no tree are refused", "[skeleton][dynamic][quick]") {
    CHECK_REFUSED(make({}, {}), "1 to 4096 joints");
    CHECK_REFUSED(make(names(5000, "x"), {}), "1 to 4096 joints");
    CHECK_REFUSED(make({"a", "b", "a"}, {}), "\"a\" for joints 0 and 2");
    CHECK_REFUSED(make({"a", ""}, {{1, 0}}), "a name for each joint");
    CHECK_REFUSED(make({"a", "b"}, {{2, 0}}), "bone 0 (2, 0)");
    CHECK_REFUSED(make({"a", "b"}, {{1, -1}}), "bone 0 (1, -1)");
    CHECK_REFUSED(make({"a", "b", "c"}, {{1, 0}}), "joints without a parent, among them a and c");
    CHECK_REFUSED(make({"a", "b", "c"}, {{1, 2}, {2, 1}}), "cycle");
    CHECK_REFUSED(make({"a", "b"}, {{0, 1}, {1, 0}}), "cycle");
    CHECK_REFUSED(make({"a", "b", "c"}, {{1, 0}, {2, 0}, {1, 2}}), "one parent");
    CHECK_REFUSED(make({"a", "b"}, {{1, 0}}, {7, {}}), "centre");
    CHECK_REFUSED(make({"a", "b"}, {{1, 0}}, {{}, joint_pair{0, 0}}), "two different");
}
