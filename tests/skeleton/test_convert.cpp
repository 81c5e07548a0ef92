// SPDX-License-Identifier: MIT
// Conversions carry each joint to its namesake and invent nothing.
#include <algorithm>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/support.hpp"
#include "mgkit/skeleton/convert.hpp"
#include "skeleton/poses.hpp"

using namespace mgkit;
using namespace mgkit::skeleton;
using namespace poses;

static_assert(convertible<coco_wholebody133, upper_body>);
static_assert(convertible<imigue22, upper_body, fingers::tips>);
static_assert(!convertible<imigue22, upper_body>, "the reading of the fingers must be said");
static_assert(!convertible<hand21, ntu25>);
static_assert(!convertible<coco_wholebody133, hand21>, "the side must be said");

namespace {

/// A clip whose joint v stands at (100 v + t, v, ...), confidence 1 / (v + 1).
pose<double> numbered(channel_layout layout, int joints, int frames = 3, int persons = 1) {
    pose<double> out({layout, frames, joints, persons}, frames);
    const auto view = out.view();
    for (int t = 0; t < frames; ++t)
        for (int v = 0; v < joints; ++v)
            for (int m = 0; m < persons; ++m) {
                for (int c = 0; c < coordinates(layout); ++c)
                    view.at(c, t, v, m) = c == 0 ? 100 * v + t : v + 1000 * m;
                if (view.confidence()) view.at(coordinates(layout), t, v, m) = 1.0 / (v + 1);
            }
    return out;
}

template <static_topology From, static_topology To, auto Option = no_option{}>
void check_same_names() {
    INFO(From::name << " -> " << To::name);
    const auto in = numbered(channel_layout::xyc, joint_count_v<From>);
    pose<double> out;
    convert<From, To, Option>(std::as_const(in).view(), out);
    for (int v = 0; v < joint_count_v<To>; ++v) {
        const int from = find_joint(From{}, To::joints[static_cast<std::size_t>(v)]);
        if (from < 0) continue;
        INFO(To::joints[static_cast<std::size_t>(v)]);
        CHECK(out.view().at(0, 1, v) == 100 * from + 1);
        CHECK(out.view().at(2, 1, v) == 1.0 / (from + 1));
    }
}

}  // namespace

namespace {

/// The laws of one table, and how it is counted below.
template <class From, class To, auto Option>
void check_table() {
    if constexpr (convertible<From, To, Option>) {
        INFO(From::name << " -> " << To::name);
        const std::span<const joint_pair> sources = conversion<From, To, Option>::sources();
        REQUIRE(sources.size() == To::joints.size());
        int known = 0;
        for (std::size_t j = 0; j < sources.size(); ++j) {
            INFO(To::joints[j]);
            const auto [a, b] = sources[j];
            CHECK((a < 0) == (b < 0));
            CHECK(std::max(a, b) < joint_count_v<From>);
            CHECK(std::min(a, b) >= -1);
            known += a >= 0 ? 1 : 0;
            const int named = find_joint(From{}, To::joints[j]);
            if (named >= 0) CHECK(sources[j] == joint_pair{named, named});
        }
        CHECK(known > 0);
    }
}

template <class From, class To, auto Option = no_option{}>
int known_joints() {
    const auto sources = conversion<From, To, Option>::sources();
    return static_cast<int>(std::count_if(sources.begin(), sources.end(),
                                          [](joint_pair source) { return source.first >= 0; }));
}

/// Whether no joint serves two as a copy.
template <class From, class To, auto Option = no_option{}>
bool copies_once() {
    const auto sources = conversion<From, To, Option>::sources();
    for (std::size_t j = 0; j < sources.size(); ++j)
        if (sources[j].first >= 0 && std::count(sources.begin(), sources.end(), sources[j]) > 1)
            return false;
    return true;
}

}  // namespace

TEST_CASE("every conversion between two skeletons of the list keeps the laws",
          "[skeleton][convert]") {
    int tables = 0;
    all::for_each([&]<class From>(type_tag<From>) {
        all::for_each([&]<class To>(type_tag<To>) {
            check_table<From, To, no_option{}>();
            check_table<From, To, fingers::tips>();
            check_table<From, To, fingers::mcp>();
            check_table<From, To, side::left>();
            check_table<From, To, side::right>();
            tables += convertible<From, To> ? 1 : 0;
        });
    });
    CHECK(tables >= 17 + 24 + 10);
}

TEST_CASE("conversions know as many joints as their skeletons share",
          "[skeleton][convert][quick]") {
    CHECK(known_joints<imigue22, upper_body, fingers::tips>() == 22);
    CHECK(known_joints<imigue22, upper_body, fingers::mcp>() == 22);
    CHECK(known_joints<upper_body, imigue22, fingers::tips>() == 22);
    CHECK(known_joints<upper_body, imigue22, fingers::mcp>() == 22);
    CHECK(known_joints<ntu25, kinect20>() == 20);
    CHECK(known_joints<body25_hands, upper_body>() == 34);
    CHECK(known_joints<body25_hands_face, upper_body>() == 41);
    CHECK(known_joints<blazepose33, upper_body>() == 22);
    CHECK(known_joints<blazepose75, upper_body>() == 36);
    CHECK(known_joints<upper_body, coco_wholebody133>() == 42);
    CHECK(copies_once<coco_wholebody133, upper_body>());
    CHECK(copies_once<imigue22, upper_body, fingers::tips>());
    CHECK(copies_once<imigue22, upper_body, fingers::mcp>());
    CHECK(copies_once<ntu25, kinect20>());
}

TEST_CASE("joints keep their names", "[skeleton][convert]") {
    check_same_names<coco_wholebody133, coco17>();
    check_same_names<coco_wholebody133, upper_body>();
    check_same_names<coco_wholebody133, upper_body_bodyhand>();
    check_same_names<coco17, upper_body>();
    check_same_names<upper_body, upper_body_bodyhand>();
    check_same_names<body25, body25_upper15>();
    check_same_names<body25, coco17>();
    check_same_names<body25, upper_body>();
    check_same_names<body25_upper15, upper_body>();
    check_same_names<imigue22, upper_body, fingers::tips>();
    check_same_names<ntu25, kinect20>();
    check_same_names<ntu25, ntu25>();
    for (std::size_t j = 0; j < 15; ++j)
        CHECK(body25::joints[static_cast<std::size_t>(body25_upper15::body25_index[j])] ==
              body25_upper15::joints[j]);
}

TEST_CASE("the neck is the middle of two seen shoulders", "[skeleton][convert][quick]") {
    auto in = numbered(channel_layout::xyc, 133);
    pose<double> out;
    convert<coco_wholebody133, upper_body>(std::as_const(in).view(), out);
    CHECK(out.shape().layout == channel_layout::xyc);
    CHECK(out.view().at(0, 2, 0) == 100 * 5.5 + 2);
    CHECK(out.view().at(2, 2, 0) == Catch::Approx(1.0 / 7));
    CHECK(out.view().at(0, 0, 17) == 8900);  // lower lip
    in.view().at(2, 1, 6) = 0;
    convert<coco_wholebody133, upper_body>(std::as_const(in).view(), out);
    CHECK(out.view().at(0, 1, 0) == 0);
    CHECK(out.view().at(2, 1, 0) == 0);
    CHECK(out.view().at(2, 1, 7) == 0);
    CHECK(out.view().at(0, 2, 0) == 100 * 5.5 + 2);
}

TEST_CASE("unknown joints have confidence 0, in any layout", "[skeleton][convert][quick]") {
    for (const auto layout : {channel_layout::xy, channel_layout::xyz, channel_layout::xyc}) {
        auto in = numbered(layout, 22, 4, 2);
        in.set_length(3);
        pose<double> out;
        convert<imigue22, upper_body, fingers::tips>(std::as_const(in).view(), out);
        const auto y = out.view();
        REQUIRE(y.confidence() != nullptr);
        CHECK(y.length == 3);
        const int dims = coordinates(layout);
        int known = 0;
        for (int v = 0; v < 41; ++v) {
            known += y.valid(0, v, 1) ? 1 : 0;
            if (y.valid(0, v, 1)) continue;
            for (int c = 0; c <= dims; ++c) CHECK(y.at(c, 0, v, 1) == 0);
        }
        CHECK(known == 22);
        CHECK(y.at(0, 0, find_joint(upper_body{}, "right_thumb_tip")) == 1200);
        CHECK(y.at(0, 0, find_joint(upper_body{}, "left_pinky_tip")) == 2100);
        CHECK_FALSE(y.valid(0, find_joint(upper_body{}, "left_pinky_mcp")));
        if (!has_confidence(layout)) CHECK_FALSE(y.valid(3, 1));  // padding
        convert<imigue22, upper_body, fingers::mcp>(std::as_const(in).view(), out);
        CHECK(out.view().at(0, 0, find_joint(upper_body{}, "right_thumb_mcp")) == 1200);
    }
    CHECK(converted_layout<body25, body25_upper15>(channel_layout::xy) == channel_layout::xy);
}

TEST_CASE("iMiGUE-22 survives the way there and back", "[skeleton][convert][quick]") {
    const auto in = random_pose<double>(4, {channel_layout::xyc, 5, 22, 2}, 5, 0.0);
    pose<double> there, back;
    convert<imigue22, upper_body, fingers::mcp>(in.view(), there);
    convert<upper_body, imigue22, fingers::mcp>(std::as_const(there).view(), back);
    CHECK(values(back) == values(in));
}

TEST_CASE("each hand of the whole body", "[skeleton][convert][quick]") {
    const auto in = numbered(channel_layout::xy, 133);
    pose<double> out;
    convert<coco_wholebody133, hand21, side::right>(in.view(), out);
    CHECK(out.shape().layout == channel_layout::xy);
    CHECK(out.view().at(0, 0, 0) == 11200);
    CHECK(out.view().at(0, 0, 20) == 13200);
    for (int v = 0; v < 21; ++v)
        CHECK("left_" + std::string(v == 0 ? "hand_root" : hand21::joints[std::size_t(v)]) ==
              coco_wholebody133::joints[std::size_t(91 + v)]);
}

TEST_CASE("Kinect v2 becomes v1", "[skeleton][convert][quick]") {
    const auto in = numbered(channel_layout::xyz, 25);
    pose<double> out;
    convert<ntu25, kinect20>(in.view(), out);
    CHECK(out.view().at(0, 0, find_joint(kinect20{}, "shoulder_center")) == 2000);
    CHECK(out.view().at(0, 0, find_joint(kinect20{}, "spine")) == 100);
    pose<double> wrong({channel_layout::xyz, 2, 24, 1}, 2);
    CHECK_REFUSED((convert<ntu25, kinect20>(std::as_const(wrong).view(), out)), "25 joints");
}

TEST_CASE("what is invalid never reaches a conversion", "[skeleton][convert][quick]") {
    const auto clean = random_pose<float>(8, {channel_layout::xyzc, 4, 133, 2}, 4);
    pose<float> want, got;
    convert<coco_wholebody133, upper_body>(clean.view(), want);
    for (const float value : poisons) {
        auto dirty = clean;
        poison(dirty, value);
        convert<coco_wholebody133, upper_body>(std::as_const(dirty).view(), got);
        CHECK(values(got) == values(want));
    }
}

TEST_CASE("finger blocks on the wrong side are noticed", "[skeleton][convert][quick]") {
    pose<double> clip({channel_layout::xyc, 3, 22, 1}, 3);
    const auto x = clip.view();
    for (int t = 0; t < 3; ++t)
        for (int v = 0; v < 22; ++v) {
            x.at(0, t, v) = v == 4 || (v >= 12 && v < 17) ? -1 : v == 7 || v >= 17 ? 1 : 0;
            x.at(2, t, v) = 1;
        }
    CHECK_FALSE(finger_blocks_swapped(std::as_const(clip).view()));
    swap_finger_blocks(clip.view());
    CHECK(finger_blocks_swapped(std::as_const(clip).view()));
    for (int t = 0; t < 3; ++t) x.at(2, t, 4) = 0;
    CHECK_FALSE(finger_blocks_swapped(std::as_const(clip).view()));
}

namespace {

/// A valid upper body survives the way to `T` and back in every joint that `T` knows.
template <static_topology T>
void check_there_and_back(int unknown) {
    INFO(T::name);
    auto in = random_pose<double>(6, {channel_layout::xyc, 4, 41, 1}, 4, 0.2);
    const auto x = in.view();
    for (int t = 0; t < 4; ++t)  // the neck is derived in most skeletons
        for (int c = 0; c < 3; ++c)
            x.at(c, t, 0) = c < 2 ? (x.at(c, t, 6) + x.at(c, t, 7)) / 2
                                  : std::min(x.at(2, t, 6), x.at(2, t, 7));
    pose<double> there, back;
    convert<upper_body, T>(std::as_const(in).view(), there);
    convert<T, upper_body>(std::as_const(there).view(), back);
    int lost = 0;
    for (int v = 0; v < 41; ++v) {
        const bool known =
            conversion<T, upper_body>::sources()[static_cast<std::size_t>(v)].first >= 0;
        lost += known ? 0 : 1;
        for (int t = 0; t < 4; ++t) {
            INFO(upper_body::joints[static_cast<std::size_t>(v)] << " frame " << t);
            CHECK(back.view().valid(t, v) == (known && in.view().valid(t, v)));
            if (!back.view().valid(t, v)) continue;
            for (int c = 0; c < 3; ++c)
                CHECK(back.view().at(c, t, v) == Catch::Approx(in.view().at(c, t, v)));
        }
    }
    CHECK(lost == unknown);
}

}  // namespace

TEST_CASE("the upper body survives every estimator's skeleton", "[skeleton][convert]") {
    check_there_and_back<coco17>(27);
    check_there_and_back<halpe26>(27);
    check_there_and_back<openpose18>(27);
    check_there_and_back<body25>(27);
    check_there_and_back<body25_hands>(7);
    check_there_and_back<body25_hands_face>(0);
    check_there_and_back<coco_wholebody133>(0);
    check_there_and_back<blazepose33>(19);
    check_there_and_back<blazepose75>(5);
}

TEST_CASE("what a person behind a desk shows comes from every estimator", "[skeleton][convert]") {
    CHECK(known_joints<upper_body, body25_upper15>() == 15);
    CHECK(known_joints<coco17, body25_upper15>() == 15);
    CHECK(known_joints<coco_wholebody133, body25_upper15>() == 15);
    CHECK(known_joints<halpe26, body25_upper15>() == 15);
    CHECK(known_joints<openpose18, body25_upper15>() == 15);
    CHECK(known_joints<body25_hands, body25_upper15>() == 15);
    CHECK(known_joints<body25_hands_face, body25_upper15>() == 15);
    CHECK(known_joints<blazepose33, body25_upper15>() == 15);
    CHECK(known_joints<blazepose75, body25_upper15>() == 15);
    CHECK(known_joints<imigue22, body25_upper15>() == 12);
    const int neck = find_joint(body25_upper15{}, "neck");
    const int hip = find_joint(body25_upper15{}, "mid_hip");
    const auto from = [](const auto& sources, int j) {
        return sources[static_cast<std::size_t>(j)];
    };
    const auto coco = conversion<coco17, body25_upper15>::sources();
    CHECK(from(coco, neck) == joint_pair{find_joint(coco17{}, "left_shoulder"),
                                         find_joint(coco17{}, "right_shoulder")});
    CHECK(from(coco, hip) ==
          joint_pair{find_joint(coco17{}, "left_hip"), find_joint(coco17{}, "right_hip")});
    // Who has a neck or a middle of the hips keeps them.
    CHECK(from(conversion<upper_body, body25_upper15>::sources(), neck) == joint_pair{0, 0});
    const int own = find_joint(halpe26{}, "hip");
    CHECK(from(conversion<halpe26, body25_upper15>::sources(), hip) == joint_pair{own, own});
    CHECK(from(conversion<imigue22, body25_upper15>::sources(), hip) == joint_pair{-1, -1});
    // The scale pair is what a desk does not hide.
    CHECK(body25_upper15{}.scale_pair == joint_pair{find_joint(body25_upper15{}, "right_shoulder"),
                                                    find_joint(body25_upper15{}, "left_shoulder")});
}

TEST_CASE("estimators' joints are the ones of that name", "[skeleton][convert]") {
    check_same_names<halpe26, upper_body>();
    check_same_names<openpose18, upper_body>();
    check_same_names<body25_hands, upper_body>();
    check_same_names<body25_hands_face, upper_body>();
    check_same_names<blazepose33, upper_body>();
    check_same_names<blazepose75, upper_body>();
    check_same_names<upper_body, coco_wholebody133>();
    check_same_names<upper_body, body25_hands_face>();
    check_same_names<upper_body, blazepose75>();
    const auto from = [](const auto& sources, int j) {
        return sources[static_cast<std::size_t>(j)];
    };
    const auto joint = [](const char* name) { return find_joint(upper_body{}, name); };
    // Finger ends by the tools' documented order: wrist, thumb 1-4, index 5-8, ... from 25 and 46.
    const auto hands = conversion<body25_hands, upper_body>::sources();
    CHECK(from(hands, joint("left_thumb_mcp")) == joint_pair{25 + 2, 25 + 2});
    CHECK(from(hands, joint("left_index_tip")) == joint_pair{25 + 8, 25 + 8});
    CHECK(from(hands, joint("right_pinky_tip")) == joint_pair{46 + 20, 46 + 20});
    const auto blaze = conversion<blazepose75, upper_body>::sources();
    CHECK(from(blaze, joint("left_middle_mcp")) == joint_pair{33 + 9, 33 + 9});
    CHECK(from(blaze, joint("right_wrist")) == joint_pair{16, 16});
    CHECK(from(blaze, joint("right_mouth_corner")) == joint_pair{10, 10});
    CHECK(from(blaze, 0) == joint_pair{11, 12});
    const auto face = conversion<body25_hands_face, upper_body>::sources();
    CHECK(from(face, joint("chin")) == joint_pair{67 + 8, 67 + 8});
    CHECK(from(face, joint("left_brow")) == joint_pair{67 + 24, 67 + 24});
    // The other way: hips have a middle, hand roots are wrists, eyelids are unknown.
    CHECK(from(conversion<upper_body, body25>::sources(), 8) ==
          joint_pair{joint("left_hip"), joint("right_hip")});
    CHECK(from(conversion<upper_body, halpe26>::sources(), 19) ==
          joint_pair{joint("left_hip"), joint("right_hip")});
    CHECK(from(conversion<upper_body, coco_wholebody133>::sources(), 112) ==
          joint_pair{joint("right_wrist"), joint("right_wrist")});
    CHECK(from(conversion<upper_body, blazepose33>::sources(), 1).first < 0);
    CHECK(from(conversion<upper_body, blazepose75>::sources(), 18) ==
          joint_pair{joint("right_pinky_mcp"), joint("right_pinky_mcp")});
}
