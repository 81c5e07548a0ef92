// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "augment/by_hand.hpp"
#include "catch.hpp"
#include "mgkit/augment/list.hpp"
#include "mgkit/testing/augmentation.hpp"

using namespace mgkit;
using namespace mgkit::augment;
using skeleton::channel_layout;
using skeleton::pose;
using test::info_of;
using test::nth_plan;
using test::path_clip;
using test::path_of;
using test::view_of;

namespace {

pose<double> cropped(const pose<double>& clip, int start, int length, int frames) {
    return view_of(crop_resize{.frames = frames}, {start, length, frames}, clip);
}

}  // namespace

TEST_CASE("crop_resize crops within its bounds and reaches them") {
    const crop_resize stage{.min_crop = 20};
    const auto info = info_of(channel_layout::xyz, 100, 3);
    int shortest = 1000, longest = 0, first = 1000, last = 0;
    for (std::uint32_t clip = 0; clip < 2000; ++clip) {
        const auto p = nth_plan(stage, clip, info);
        REQUIRE(p.start >= 0);
        REQUIRE(p.start + p.length <= 100);
        REQUIRE(p.frames == 64);
        shortest = std::min(shortest, p.length);
        longest = std::max(longest, p.length);
        first = std::min(first, p.start);
        last = std::max(last, p.start + p.length);
    }
    CHECK(shortest == 20);
    CHECK(longest == 99);
    CHECK(first == 0);
    CHECK(last == 100);
}

TEST_CASE("crop_resize takes a clip no longer than its minimum whole", "[quick]") {
    for (const int frames : {1, 2, 63, 64}) {
        const auto p =
            nth_plan(crop_resize::reference(), 3, info_of(channel_layout::xy, frames, 2));
        CHECK(p == crop_resize::plan{0, frames, 64});
    }
    CHECK(crop_resize::mg().min_crop == 16);
}

TEST_CASE("crop_resize places samples at half-pixel centres", "[quick]") {
    const auto clip = path_clip({0, 10, 20, 30});
    CHECK(path_of(cropped(clip, 0, 2, 4)) == std::vector<double>{0, 2.5, 7.5, 10});
    CHECK(path_of(cropped(clip, 0, 4, 2)) == std::vector<double>{5, 25});
    CHECK(path_of(cropped(clip, 1, 3, 3)) == std::vector<double>{10, 20, 30});
    CHECK(path_of(cropped(clip, 2, 1, 3)) == std::vector<double>{20, 20, 20});
}

TEST_CASE("crop_resize cuts the middle out for evaluation", "[quick]") {
    const crop_resize stage{.frames = 16};
    CHECK(stage.centre(info_of(channel_layout::xy, 97, 1), .5) == crop_resize::plan{24, 49, 16});
    CHECK(stage.centre(info_of(channel_layout::xy, 30, 1)) == crop_resize::plan{0, 30, 16});
    CHECK(stage.centre(info_of(channel_layout::xy, 30, 1), 0).length == 2);
    CHECK(stage.centre(info_of(channel_layout::xy, 1, 1), 0).length == 1);
}

TEST_CASE("Confidence interpolates by minimum of the frames that count", "[quick]") {
    pose<double> clip({channel_layout::xyc, 3, 1, 1}, 3);
    for (int t = 0; t < 3; ++t) {
        clip.view().at(0, t, 0) = 10 * t;
        clip.view().at(1, t, 0) = 1;
    }
    clip.view().at(2, 0, 0) = .5;
    clip.view().at(2, 1, 0) = .25;
    clip.view().at(2, 2, 0) = 0;
    const auto view = cropped(clip, 0, 3, 6);
    const double* sure = view.view().row(2, 0);
    CHECK(std::vector<double>(sure, sure + 6) == std::vector<double>{.5, .25, .25, 0, 0, 0});
    CHECK(cropped(clip, 0, 3, 3).view().at(2, 0, 0) == .5);
    CHECK(view.view().at(0, 3, 0) == 0);
    CHECK(view.view().at(1, 3, 0) == 0);
}

TEST_CASE("Rounding of a position does not decide validity", "[quick]") {
    pose<float> clip({channel_layout::xyc, 2, 1, 1}, 2);
    for (int c = 0; c < 3; ++c) {
        clip.view().at(c, 0, 0) = 0;
        clip.view().at(c, 1, 0) = 1;
    }
    workspace<float> work;
    work.begin(clip.view());
    const auto taps = work.retime(4, 4);
    taps[0] = {1, 0, 1e-15};
    taps[1] = {0, 1, 1 - 1e-15};
    taps[2] = {1, 0, 1e-9};
    taps[3] = {0, 1, 1 - 1e-9};
    const auto view = work.current();
    CHECK(view.valid(0, 0));
    CHECK(view.valid(1, 0));
    CHECK(!view.valid(2, 0));
    CHECK(!view.valid(3, 0));
}

TEST_CASE("Bad settings and plans that do not fit are refused", "[quick]") {
    const auto info = info_of(channel_layout::xy, 10, 4);
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK_THROWS_AS(nth_plan(crop_resize{.low = .5, .high = .2}, 0, info), error);
    CHECK_THROWS_AS(nth_plan(crop_resize{.low = nan}, 0, info), error);
    CHECK_THROWS_AS(nth_plan(crop_resize{.min_crop = 0}, 0, info), error);
    CHECK_THROWS_AS(nth_plan(crop_resize{.frames = -1}, 0, info), error);
    CHECK_THROWS_AS(nth_plan(joint_corruption{.fraction = 1.5}, 0, info), error);
    CHECK_THROWS_AS(nth_plan(shear{.strength = -1}, 0, info), error);
    CHECK_THROWS_AS(nth_plan(speed_jitter{.strength = 1}, 0, info), error);
    CHECK_THROWS_AS(nth_plan(frame_drop{.fraction = nan}, 0, info), error);
    CHECK_THROWS_AS(nth_plan(rigid_motion{.rotation = 4}, 0, info), error);
    CHECK_THROWS_AS(nth_plan(confidence_corruption{.gain = -.1}, 0, info), error);
    const auto clip = path_clip({1, 2, 3});
    for (const auto& plan : {crop_resize::plan{2, 2, 4}, {-1, 2, 4}, {0, 0, 4}, {0, 3, 0}}) {
        workspace<double> work;
        work.begin(clip.view());
        CHECK_THROWS_AS(crop_resize{}.apply(plan, work), error);
    }
    workspace<double> work;
    work.begin(clip.view());
    work.retime(1, 1)[0] = {0, 3, .5};
    CHECK_THROWS_AS(work.current(), error);
}

TEST_CASE("joint_corruption hits the stated share of joints, each equally often") {
    for (const auto& [joints, expected] : {std::pair{25, 15}, {41, 25}, {20, 12}, {1, 1}, {2, 1}}) {
        const auto info = info_of(channel_layout::xyz, 4, joints);
        for (std::uint32_t clip = 0; clip < 20; ++clip)
            CHECK(nth_plan(joint_corruption{}, clip, info).joints.count(joints) == expected);
    }
    std::vector<int> hits(25);
    int erased = 0;
    constexpr int draws = 5000;
    const auto info = info_of(channel_layout::xyz, 4, 25);
    for (std::uint32_t clip = 0; clip < draws; ++clip) {
        const auto p = nth_plan(joint_corruption{}, clip, info);
        erased += p.kind == damage::erase;
        for (int v = 0; v < 25; ++v) hits[static_cast<std::size_t>(v)] += p.joints.contains(v);
    }
    // Five standard deviations of a binomial.
    for (int count : hits) CHECK(std::abs(count - .6 * draws) < 5 * std::sqrt(.24 * draws));
    CHECK(std::abs(erased - .5 * draws) < 5 * std::sqrt(.25 * draws));
}

TEST_CASE(
    "joint_corruption maps row vectors, touches only its joints and invalidates what it erases",
    "[quick]") {
    const auto clip = testing::trial_clip<double>({channel_layout::xyc, 6, 4, 2}, 6);
    joint_damage plan;
    plan.joints = {0, 3};
    plan.kind = damage::map;
    plan.mixing = {{{1, 2, 9}, {3, 4, 9}, {9, 9, 9}}};
    const auto in = clip.view();
    const auto mixed = view_of(joint_corruption{}, plan, clip);
    plan.kind = damage::erase;
    const auto erased = view_of(joint_corruption{}, plan, clip);
    for (int t = 0; t < 6; ++t)
        for (int v = 0; v < 4; ++v)
            for (int m = 0; m < 2; ++m) {
                const bool hit = v == 0 || v == 3;
                const double x = in.at(0, t, v, m), y = in.at(1, t, v, m);
                CHECK(mixed.view().at(0, t, v, m) == Catch::Approx(hit ? x + 3 * y : x));
                CHECK(mixed.view().at(1, t, v, m) == Catch::Approx(hit ? 2 * x + 4 * y : y));
                CHECK(mixed.view().at(2, t, v, m) == in.at(2, t, v, m));
                for (int c = 0; c < 3; ++c)
                    CHECK(erased.view().at(c, t, v, m) == (hit ? 0 : in.at(c, t, v, m)));
            }
}

TEST_CASE("shear has a unit diagonal and draws every other entry") {
    const auto flat = nth_plan(shear{}, 1, info_of(channel_layout::xy, 4, 3)).matrix;
    const auto solid =
        nth_plan(shear{.strength = .5}, 1, info_of(channel_layout::xyzc, 4, 3)).matrix;
    for (std::size_t r = 0; r < 3; ++r)
        for (std::size_t c = 0; c < 3; ++c) {
            if (r == c) {
                CHECK(solid[r][c] == 1);
                CHECK(flat[r][c] == 1);
            } else {
                CHECK(solid[r][c] != 0);
                CHECK(std::abs(solid[r][c]) <= .5);
                CHECK((flat[r][c] != 0) == (r < 2 && c < 2));
            }
        }
}

TEST_CASE("speed_jitter keeps order, ends and its bound on speed", "[quick]") {
    std::vector<double> ramp(101);
    for (std::size_t t = 0; t < ramp.size(); ++t) ramp[t] = static_cast<double>(t);
    const auto clip = path_clip(ramp);
    const speed_jitter stage{.strength = .6};
    for (std::uint32_t i = 0; i < 200; ++i) {
        const auto plan = nth_plan(stage, i, info_of(channel_layout::xy, 101, 1));
        const auto path = path_of(view_of(stage, plan, clip));
        CHECK(path.front() == 0);
        CHECK(path.back() == 100);
        for (std::size_t t = 1; t < path.size(); ++t) {
            REQUIRE(path[t] - path[t - 1] >= .4 - 1e-9);
            REQUIRE(path[t] - path[t - 1] <= 1.6 + 1e-9);
        }
    }
}

TEST_CASE("frame_drop interpolates or holds, never the first or last frame", "[quick]") {
    // Quarters of a gap: exact, whether products and sums are rounded once or twice.
    const auto clip = path_clip({0, 10, 40, 90, 160, 250, 360});
    const frame_drop::plan plan{{0, 2, 3, 4, 6}};
    CHECK(path_of(view_of(frame_drop{}, plan, clip)) ==
          std::vector<double>{0, 10, 70, 130, 190, 250, 360});
    CHECK(path_of(view_of(frame_drop{.hold = true}, plan, clip)) ==
          std::vector<double>{0, 10, 10, 10, 10, 250, 360});
    int most = 0;
    for (std::uint32_t i = 0; i < 500; ++i) {
        const auto p = nth_plan(frame_drop{.fraction = .3}, i, info_of(channel_layout::xy, 20, 1));
        most = std::max(most, p.dropped.count(20));
        CHECK(!p.dropped.contains(0));
        CHECK(!p.dropped.contains(19));
    }
    CHECK(most == 6);
    const auto tiny = nth_plan(frame_drop{.fraction = 1}, 1, info_of(channel_layout::xy, 2, 1));
    CHECK(tiny.dropped.count(2) == 0);
}

TEST_CASE("rigid_motion scales all distances alike and turns about the vertical in 3-D",
          "[quick]") {
    const auto flat = testing::trial_clip<double>({channel_layout::xy, 5, 6, 1}, 5);
    const rigid_motion stage;
    const auto plan = nth_plan(stage, 2, info_of(channel_layout::xy, 5, 6));
    const auto moved = view_of(stage, plan, flat);
    const auto distance = [](const pose<double>& p, int t, int a, int b) {
        return std::hypot(p.view().at(0, t, a) - p.view().at(0, t, b),
                          p.view().at(1, t, a) - p.view().at(1, t, b));
    };
    for (int t = 0; t < 5; ++t)
        for (int v = 1; v < 6; ++v)
            CHECK(distance(moved, t, 0, v) ==
                  Catch::Approx((1 + plan.stretch) * distance(flat, t, 0, v)));

    const auto solid = testing::trial_clip<double>({channel_layout::xyz, 5, 6, 1}, 5);
    const rigid_motion::plan quarter{1.5707963267948966, 0, {}};
    const auto turned = view_of(stage, quarter, solid);
    for (int v = 0; v < 6; ++v) {
        CHECK(turned.view().at(1, 2, v) == solid.view().at(1, 2, v));
        CHECK(turned.view().at(0, 2, v) == Catch::Approx(solid.view().at(2, 2, v)));
        CHECK(turned.view().at(2, 2, v) == Catch::Approx(-solid.view().at(0, 2, v)));
    }
}

TEST_CASE("confidence_corruption prefers unsure joints", "[quick]") {
    pose<float> clip({channel_layout::xyc, 10, 3, 2}, 10);
    const float sure[] = {1, .5f, 0};
    for (int t = 0; t < 10; ++t)
        for (int v = 0; v < 3; ++v) {
            clip.view().at(2, t, v, 0) = sure[v];
            clip.view().at(2, t, v, 1) = 0;  // a second person who is not there
        }
    workspace<float> work;
    const auto info = work.describe(clip.view());
    REQUIRE(info.joint_confidence.size() == 3);
    CHECK(info.joint_confidence[0] == 1);
    CHECK(info.joint_confidence[1] == .5);
    CHECK(info.joint_confidence[2] == 0);
    std::vector<int> hits(3);
    constexpr int draws = 4000;
    for (std::uint32_t i = 0; i < draws; ++i) {
        const auto p = nth_plan(confidence_corruption{}, i, info);
        for (int v = 0; v < 3; ++v) hits[static_cast<std::size_t>(v)] += p.joints.contains(v);
    }
    const double expected[] = {.05, .3, .55};
    for (std::size_t v = 0; v < 3; ++v)
        CHECK(std::abs(hits[v] - expected[v] * draws) <
              5 * std::sqrt(expected[v] * (1 - expected[v]) * draws));
}

TEST_CASE("An index set holds any size and refuses negative members", "[quick]") {
    index_set set{0, 63, 64, 1023, 1024, 5000};
    CHECK(set.count(6000) == 6);
    CHECK(set.contains(5000));
    CHECK(!set.contains(5001));
    CHECK(!set.contains(100000));
    CHECK(set == index_set{5000, 1024, 1023, 64, 63, 0});
    CHECK(set != index_set{0});
    CHECK_THROWS_AS(set.insert(-1), error);
}

TEST_CASE("raw_channels takes the confidence for a coordinate", "[quick]") {
    pose<float> clip({channel_layout::xyc, 2, 2, 1}, 2);
    CHECK(raw_channels(clip.view()).shape.layout == channel_layout::xyz);
    pose<float> solid({channel_layout::xyzc, 2, 2, 1}, 2);
    CHECK_THROWS_AS(raw_channels(solid.view()), error);
}
