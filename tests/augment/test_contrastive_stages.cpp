// SPDX-License-Identifier: MIT
// Stages of the contrastive methods, by values worked out by hand.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numbers>
#include <vector>

#include "augment/by_hand.hpp"
#include "catch.hpp"
#include "mgkit/augment/axis_mask.hpp"
#include "mgkit/augment/gaussian_blur.hpp"
#include "mgkit/augment/gaussian_noise.hpp"
#include "mgkit/augment/joint_mask.hpp"
#include "mgkit/augment/mirror.hpp"
#include "mgkit/augment/presets.hpp"
#include "mgkit/augment/rotation.hpp"
#include "mgkit/augment/temporal_crop.hpp"
#include "mgkit/augment/time_reversal.hpp"
#include "mgkit/skeleton/coco17.hpp"
#include "mgkit/skeleton/dynamic.hpp"
#include "mgkit/testing/augmentation.hpp"

using namespace mgkit;
using namespace mgkit::augment;
using skeleton::channel_layout;
using skeleton::pose;
using test::info_of;
using test::nth_plan;
using test::path;
using test::path_clip;
using test::path_of;
using test::view_of;

TEST_CASE("temporal_crop reflects the clip at its ends, the end frame twice", "[quick]") {
    const auto clip = path_clip({0, 1, 2, 3, 4, 5}, 2);
    const temporal_crop stage{.padding_ratio = 3};
    CHECK(path_of(view_of(stage, {2, 0}, clip)) == path{1, 0, 0, 1, 2, 3, 0, 0});
    CHECK(path_of(view_of(stage, {2, 2}, clip)) == path{0, 1, 2, 3, 4, 5, 0, 0});
    CHECK(path_of(view_of(stage, {2, 4}, clip)) == path{2, 3, 4, 5, 5, 4, 0, 0});
    CHECK_THROWS_AS(view_of(stage, {2, 5}, clip), error);
    CHECK_THROWS_AS(view_of(stage, {2, -1}, clip), error);
    CHECK_THROWS_AS(view_of(stage, {7, 0}, clip), error);
    std::array<int, 5> starts{};
    for (std::uint32_t n = 0; n < 500; ++n) {
        const auto plan = nth_plan(stage, n, info_of(channel_layout::xy, 8, 1));
        REQUIRE(plan.padding == 2);
        ++starts.at(static_cast<std::size_t>(plan.start));
    }
    for (const int count : starts) CHECK(count > 60);
    CHECK(nth_plan(temporal_crop{}, 1, info_of(channel_layout::xy, 5, 1)) ==
          temporal_crop::plan{0, 0});
    CHECK_THROWS_AS(
        nth_plan(temporal_crop{.padding_ratio = -1}, 0, info_of(channel_layout::xy, 8, 1)), error);
}

TEST_CASE("time_reversal turns the valid frames round, half of the time", "[quick]") {
    const auto clip = path_clip({1, 2, 3}, 2);
    CHECK(path_of(view_of(time_reversal{}, {true}, clip)) == path{3, 2, 1, 0, 0});
    CHECK(path_of(view_of(time_reversal{}, {false}, clip)) == path{1, 2, 3, 0, 0});
    int reversed = 0;
    for (std::uint32_t n = 0; n < 1000; ++n)
        reversed += nth_plan(time_reversal{}, n, info_of(channel_layout::xy, 8, 1)).reversed;
    CHECK(std::abs(reversed - 500) < 60);
}

TEST_CASE("rotation turns one axis most and keeps distances", "[quick]") {
    const rotation stage;
    std::array<int, 3> main_axis{};
    for (std::uint32_t n = 0; n < 600; ++n) {
        const auto angles = nth_plan(stage, n, info_of(channel_layout::xyz, 4, 2)).angles;
        int large = 0;
        for (std::size_t axis = 0; axis < 3; ++axis) {
            REQUIRE((angles[axis] >= 0 && angles[axis] < stage.main_angle));
            if (angles[axis] >= stage.other_angle) {
                ++large;
                ++main_axis[axis];
            }
        }
        REQUIRE(large <= 1);
    }
    for (const int count : main_axis) CHECK(count > 140);

    pose<double> clip({channel_layout::xyz, 1, 1, 1}, 1);
    clip.view().at(0, 0, 0) = 1;
    clip.view().at(1, 0, 0) = 2;
    clip.view().at(2, 0, 0) = 4;
    const auto out = view_of(stage, {{.2, .4, .1}}, clip);
    const auto at = [&](int c) { return out.view().at(c, 0, 0); };
    CHECK(std::abs(at(0) * at(0) + at(1) * at(1) + at(2) * at(2) - 21) < 1e-12);
    const auto about_x = view_of(stage, {{std::numbers::pi / 2, 0, 0}}, clip);
    CHECK(std::abs(about_x.view().at(1, 0, 0) - 4) < 1e-12);
    CHECK(std::abs(about_x.view().at(2, 0, 0) + 2) < 1e-12);
}

TEST_CASE("rotation in the plane turns the image by the main angle alone", "[quick]") {
    const auto plan = nth_plan(rotation{}, 3, info_of(channel_layout::xyc, 4, 2));
    CHECK((plan.angles[0] == 0 && plan.angles[1] == 0 && plan.angles[2] > 0));
    const auto turned = view_of(rotation{}, {{9, 9, std::numbers::pi / 2}}, path_clip({1}));
    CHECK(std::abs(turned.view().at(0, 0, 0)) < 1e-12);
    CHECK(std::abs(turned.view().at(1, 0, 0) + 1) < 1e-12);
    CHECK_THROWS_AS(nth_plan(rotation{.main_angle = 4}, 0, info_of(channel_layout::xy, 4, 2)),
                    error);
}

TEST_CASE("mirror exchanges the joints of a skeleton with their confidences", "[quick]") {
    using skeleton::coco17;
    const auto clip = testing::trial_clip<double>({channel_layout::xyc, 6, 17, 2}, 4);
    for (const bool reflect : {false, true}) {
        mirror stage = mirror::of(coco17{});
        stage.reflect = reflect;
        const auto out = view_of(stage, {true}, clip);
        for (int c = 0; c < 3; ++c)
            for (int t = 0; t < 4; ++t)
                for (int v = 0; v < 17; ++v)
                    for (int m = 0; m < 2; ++m) {
                        const int other = coco17::mirror[static_cast<std::size_t>(v)];
                        const double sign = reflect && c == 0 ? -1 : 1;
                        REQUIRE(out.view().at(c, t, v, m) == sign * clip.view().at(c, t, other, m));
                    }
    }
    CHECK(mirror::of(skeleton::dynamic::copy_of(coco17{})).partners ==
          mirror::of(coco17{}).partners);
}

TEST_CASE("mirror refuses clips of another skeleton, drawn or not", "[quick]") {
    const auto clip = testing::trial_clip<double>({channel_layout::xyc, 6, 17, 2}, 4);
    CHECK_THROWS_AS(nth_plan(mirror{}, 0, info_of(channel_layout::xyc, 6, 17)), error);
    CHECK_THROWS_AS(view_of(mirror{}, {true}, clip), error);
    mirror broken = mirror::of(skeleton::coco17{});
    broken.partners[0] = 3;
    CHECK_THROWS_AS(view_of(broken, {true}, clip), error);
    broken.partners[0] = 17;
    CHECK_THROWS_AS(view_of(broken, {true}, clip), error);
}

TEST_CASE("A joint erased before the mirror is erased on the other side", "[quick]") {
    auto clip = testing::trial_clip<double>({channel_layout::xyz, 4, 3, 1}, 4);
    mirror exchange;
    exchange.partners = {0, 2, 1};
    workspace<double> work;
    pose<double> out(clip.shape(), 4);
    work.begin(clip.view());
    work.erase({1});
    exchange.apply({true}, work);
    work.transform({identity3, {1, 1, 1}});
    work.finish(out.view());
    for (int t = 0; t < 4; ++t) {
        CHECK(out.view().at(0, t, 1) == clip.view().at(0, t, 2) + 1);
        CHECK(out.view().at(0, t, 2) == 0);
    }
}

TEST_CASE("gaussian_noise is normal, differs by key and leaves invalid joints at 0", "[quick]") {
    pose<double> clip({channel_layout::xyc, 60, 10, 2}, 50);
    for (int t = 0; t < 60; ++t)
        for (int v = 0; v < 10; ++v)
            for (int m = 0; m < 2; ++m)
                for (int c = 0; c < 3; ++c) clip.view().at(c, t, v, m) = c == 2 && v != 4 ? 1 : 0;
    const gaussian_noise stage{.deviation = .5};
    const auto info = info_of(channel_layout::xyc, 60, 10, 2);
    const auto out = view_of(stage, nth_plan(stage, 1, info), clip);
    double sum = 0, squares = 0;
    int count = 0;
    for (int c = 0; c < 2; ++c)
        for (int t = 0; t < 50; ++t)
            for (int v = 0; v < 10; ++v)
                for (int m = 0; m < 2; ++m) {
                    const double value = out.view().at(c, t, v, m);
                    if (v == 4) {
                        REQUIRE(value == 0);
                        continue;
                    }
                    sum += value;
                    squares += value * value;
                    ++count;
                }
    CHECK(std::abs(sum / count) < .05);
    CHECK(std::abs(std::sqrt(squares / count) - .5) < .03);
    CHECK(nth_plan(stage, 1, info) != nth_plan(stage, 2, info));
    CHECK_THROWS_AS(nth_plan(gaussian_noise{.deviation = -1}, 0, info), error);
}

TEST_CASE("gaussian_blur weighs frames by their distance, zeros beyond the clip", "[quick]") {
    const auto clip = path_clip({0, 0, 0, 1, 0, 0, 0, 0, 0}, 1);
    const gaussian_blur stage{.taps = 5};
    const double near = std::exp(-1 / 4.5), far = std::exp(-4 / 4.5);
    const auto out = path_of(view_of(stage, {1.5}, clip));
    const path want{0, far, near, 1, near, far, 0, 0, 0, 0};
    for (std::size_t t = 0; t < want.size(); ++t) CHECK(std::abs(out[t] - want[t]) < 1e-15);
    CHECK(path_of(view_of(stage, {0}, clip)) == path{0, 0, 0, 1, 0, 0, 0, 0, 0, 0});
    for (const int taps : {0, 4, 65})
        CHECK_THROWS_AS(view_of(gaussian_blur{.taps = taps}, {1}, clip), error);

    const auto rest =
        path_of(view_of(gaussian_blur{.normalised = true}, {2}, path_clip({3, 3, 3, 3, 3, 3})));
    for (const double value : rest) CHECK(std::abs(value - 3) < 1e-14);
}

TEST_CASE("gaussian_blur does not read frames in which a joint is invalid", "[quick]") {
    pose<double> clip({channel_layout::xyc, 5, 20, 1}, 5);
    for (int t = 0; t < 5; ++t)
        for (int v = 0; v < 20; ++v) {
            const bool seen = v != 18 || t != 2;
            clip.view().at(0, t, v) = seen ? v : std::numeric_limits<double>::quiet_NaN();
            clip.view().at(1, t, v) = seen ? 1 : 77;
            clip.view().at(2, t, v) = seen ? .5 : 0;
        }
    const auto out = view_of(gaussian_blur{.normalised = true}, {2}, clip);
    for (int t = 0; t < 5; ++t)
        for (int v = 0; v < 20; ++v) {
            const bool seen = v != 18 || t != 2;
            REQUIRE(std::abs(out.view().at(0, t, v) - (seen ? v : 0)) < 1e-13);
            REQUIRE(out.view().at(2, t, v) == (seen ? .5 : 0));
        }
}

TEST_CASE("axis_mask zeroes one coordinate and nothing else", "[quick]") {
    const auto clip = testing::trial_clip<double>({channel_layout::xyzc, 5, 4, 2}, 5);
    const auto out = view_of(axis_mask{}, {1}, clip);
    for (int c = 0; c < 4; ++c)
        for (int t = 0; t < 5; ++t)
            for (int p = 0; p < 8; ++p)
                REQUIRE(out.view().row(c, t)[p] == (c == 1 ? 0 : clip.view().row(c, t)[p]));
    std::array<int, 4> drawn{};
    for (std::uint32_t n = 0; n < 600; ++n)
        ++drawn.at(static_cast<std::size_t>(
            nth_plan(axis_mask{}, n, info_of(channel_layout::xy, 5, 4)).axis + 1));
    CHECK((drawn[0] > 240 && drawn[1] > 100 && drawn[2] > 100 && drawn[3] == 0));
    CHECK_THROWS_AS(view_of(axis_mask{}, {2}, path_clip({1})), error);
}

TEST_CASE("joint_mask loses its joints in its frames only", "[quick]") {
    const auto clip = testing::trial_clip<double>({channel_layout::xyc, 7, 5, 2}, 6);
    const auto out = view_of(joint_mask{}, {{0, 3, 40}, {1, 4, 6, 90}}, clip);
    for (int c = 0; c < 3; ++c)
        for (int t = 0; t < 6; ++t)
            for (int v = 0; v < 5; ++v)
                for (int m = 0; m < 2; ++m) {
                    const bool lost = (v == 0 || v == 3) && (t == 1 || t == 4);
                    REQUIRE(out.view().at(c, t, v, m) == (lost ? 0 : clip.view().at(c, t, v, m)));
                }
}

TEST_CASE("joint_mask draws its numbers within their ranges and the clip", "[quick]") {
    const joint_mask stage;
    int fewest = 1000, most = 0, fewest_frames = 1000, most_frames = 0;
    for (std::uint32_t n = 0; n < 1000; ++n) {
        const auto plan = nth_plan(stage, n, info_of(channel_layout::xyz, 120, 25));
        fewest = std::min(fewest, plan.joints.count(25));
        most = std::max(most, plan.joints.count(25));
        fewest_frames = std::min(fewest_frames, plan.frames.count(120));
        most_frames = std::max(most_frames, plan.frames.count(120));
    }
    CHECK((fewest == 5 && most == 15 && fewest_frames == 50 && most_frames == 100));
    const auto small = nth_plan(stage, 1, info_of(channel_layout::xyz, 15, 3));
    CHECK((small.joints.count(3) == 3 && small.frames.count(15) == 15));
    const auto middle = nth_plan(stage, 1, info_of(channel_layout::xyz, 99, 30)).frames.count(99);
    CHECK((middle >= 20 && middle <= 50));
    CHECK_THROWS_AS(nth_plan(joint_mask{.joints = {4, 3}}, 0, info_of(channel_layout::xyz, 9, 9)),
                    error);
}

TEST_CASE("The contrastive presets mean their papers", "[quick]") {
    CHECK(settings_text(skeletonclr{}) == "sequence(temporal_crop(6), shear(0.5))");
    aimclr_extreme extreme;
    CHECK(extreme.get<shear>().strength == .5);
    CHECK(extreme.get<with_probability<gaussian_noise>>().stage.deviation == .01);
    CHECK_FALSE(extreme.get<with_probability<gaussian_blur>>().stage.normalised);
    CHECK(aimclr_extreme::moves_joints);
    CHECK_FALSE(skeletonclr::moves_joints);
    const aimclr_extreme flat(skeleton::coco17{});
    for (const auto& line :
         testing::augmentation_violations(flat, testing::augmentation_trials(skeleton::coco17{})))
        CHECK(line == "");
    CHECK_THROWS_AS(nth_plan(aimclr_extreme{}, 0, info_of(channel_layout::xyc, 9, 17)), error);
    for (const auto& line : testing::augmentation_violations(ascal{})) CHECK(line == "");
}
