// SPDX-License-Identifier: MIT
// Gesture augmentations of dual-stream learning, by values worked out by hand.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numbers>
#include <string>
#include <tuple>
#include <vector>

#include "augment/by_hand.hpp"
#include "catch.hpp"
#include "io/support.hpp"
#include "mgkit/augment/list.hpp"
#include "mgkit/testing/augmentation.hpp"

using namespace mgkit;
using namespace mgkit::augment;
using skeleton::channel_layout;
using skeleton::pose;
using test::info_of;
using test::nth_plan;
using test::path;
using test::path_of;
using test::paths;
using test::view_of;

namespace {

constexpr double pi = std::numbers::pi;

coordinate_perturbation::plan moved(std::vector<coordinate_perturbation::moved_joint> joints) {
    coordinate_perturbation::plan plan;
    plan.count = static_cast<int>(joints.size());
    std::copy(joints.begin(), joints.end(), plan.moved.begin());
    return plan;
}

double lambda_of(const std::vector<path>& rows) {
    return coordinate_perturbation{}.lambda(paths(rows).view(), 0);
}

/// A single point, turned.
path turned(const path& point, const view_perturbation::plan& plan) {
    const bool flat = point.size() == 2;
    pose<double> clip({flat ? channel_layout::xy : channel_layout::xyz, 1, 1, 1}, 1);
    std::copy(point.begin(), point.end(), clip.view().values);
    const auto out = view_of(view_perturbation{}, plan, clip);
    return {out.view().values, out.view().values + point.size()};
}

void check_close(const path& got, const path& want) {
    REQUIRE(got.size() == want.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
        CAPTURE(i);
        CHECK(std::abs(got[i] - want[i]) < 1e-14);
    }
}

const path counted = {0, 1, 2, 3, 4, 5, 6, 7};

}  // namespace

TEST_CASE("lambda tells movements that return from those that are held", "[quick]") {
    CHECK(lambda_of({{0, 1, 2, 1, 0}}) == Catch::Approx(.1));
    CHECK(lambda_of({{0, 1, 2, 2, 2}}) == 0);
    CHECK(lambda_of({{0, 0, 0, 1, 2}}) == Catch::Approx(.2));      // nothing before: the cap
    CHECK(lambda_of({{0, 1, 2, 3, 3.5}}) == Catch::Approx(.075));  // 1.5 / 2 / 10
    // |(3, 4)| before the middle, |(0, 2)| behind it, over all joints: 2 / 5 / 10.
    CHECK(lambda_of({{0, 3, 3}, {0, 4, 2}}) == Catch::Approx(.04));
    CHECK(lambda_of({{5, 5, 5}}) == 0);
    CHECK(lambda_of({{5}}) == 0);
    CHECK(lambda_of({{1, 2}}) == 0);  // middle and last are one frame
    const auto returning = paths({{0, 2, 0}});
    CHECK(coordinate_perturbation{.tau = 4}.lambda(returning.view(), 0) == Catch::Approx(.25));
    CHECK(coordinate_perturbation{.cap = .5}.lambda(returning.view(), 0) == Catch::Approx(.05));
    constexpr double huge = 1e308;
    CHECK(lambda_of({{-huge, huge, -huge}}) == Catch::Approx(.2));
    CHECK(lambda_of({{-huge, huge, huge}}) == 0);
    CHECK(lambda_of({{0, huge, huge}, {0, huge, -huge}}) < .2 + 1e-12);
}

TEST_CASE("coordinate_perturbation moves its joints alike in all valid frames", "[quick]") {
    const auto clip = paths({{0, 1, 2, 1, 0}, {7, 7, 7, 7, 7}, {3, 3, 3, 3, 3}}, 2);
    const auto out =
        view_of(coordinate_perturbation{}, moved({{0, {.5, -1, 0}}, {2, {-.25, 0, 0}}}), clip);
    check_close(path_of(out, 0), {.05, 1.05, 2.05, 1.05, .05, 0, 0});
    check_close(path_of(out, 1), {7, 7, 7, 7, 7, 0, 0});
    check_close(path_of(out, 2), {2.975, 2.975, 2.975, 2.975, 2.975, 0, 0});
    for (int t = 0; t < 5; ++t) CHECK(out.view().at(1, t, 0) == Catch::Approx(-.1));
    const auto held = paths({{0, 1, 2, 2, 2}});
    CHECK(path_of(view_of(coordinate_perturbation{}, moved({{0, {1, 1, 1}}}), held)) ==
          path_of(held));
}

TEST_CASE("Each person has a lambda of its own, from joints that are there", "[quick]") {
    pose<double> clip({channel_layout::xyzc, 3, 3, 2}, 3);
    const auto view = clip.view();
    std::fill_n(view.values, view.shape.size(), 0.);
    std::fill_n(view.confidence(), 18, 1.);
    for (int v = 0; v < 3; ++v) {
        view.at(0, 1, v, 0) = 2;  // 0 2 0: returns
        view.at(0, 1, v, 1) = view.at(0, 2, v, 1) = 2;
        view.at(0, 2, v, 1) = 3;  // 0 2 3: half of it goes on
    }
    // Joint 1 is not seen in the middle, joint 2 not at the end; what stands there is not read.
    for (const auto& [t, v] : {std::pair{1, 1}, {2, 2}})
        for (int m = 0; m < 2; ++m) {
            view.at(0, t, v, m) = std::numeric_limits<double>::quiet_NaN();
            view.at(3, t, v, m) = 0;
        }
    const coordinate_perturbation stage;
    CHECK(stage.lambda(clip.view(), 0) == Catch::Approx(.1));
    CHECK(stage.lambda(clip.view(), 1) == Catch::Approx(.05));
    const auto result = view_of(stage, moved({{0, {1, 0, 0}}, {1, {0, 0, -1}}}), clip);
    const auto out = result.view();
    CHECK(out.at(0, 0, 0, 0) == Catch::Approx(.1));
    CHECK(out.at(0, 0, 0, 1) == Catch::Approx(.05));
    CHECK(out.at(2, 0, 1, 0) == Catch::Approx(-.1));
    CHECK(out.at(2, 2, 1, 1) == Catch::Approx(-.05));
    CHECK(out.at(2, 1, 1, 0) == 0);  // invalid: stays 0
    CHECK(out.at(0, 1, 1, 0) == 0);
    view.at(3, 0, 0, 0) = 0;  // now no joint of person 0 is seen in all three frames
    CHECK(stage.lambda(clip.view(), 0) == 0);
}

TEST_CASE("coordinate_perturbation draws five joints, or all there are", "[quick]") {
    int reached = 0;
    for (std::uint32_t clip = 0; clip < 200; ++clip) {
        const auto p =
            nth_plan(coordinate_perturbation{}, clip, info_of(channel_layout::xy, 9, 20));
        REQUIRE(p.count == 5);
        for (int i = 0; i < 5; ++i) {
            const auto& one = p.moved[static_cast<std::size_t>(i)];
            REQUIRE((one.joint >= 0 && one.joint < 20));
            if (i > 0) REQUIRE(one.joint > p.moved[static_cast<std::size_t>(i - 1)].joint);
            REQUIRE(std::abs(one.direction[0]) <= 1);
            REQUIRE(one.direction[2] == 0);
            reached += std::abs(one.direction[1]) > .9;
        }
    }
    CHECK(std::abs(reached - 100) < 48);  // five standard deviations
    CHECK(nth_plan(coordinate_perturbation{}, 0, info_of(channel_layout::xyz, 9, 3)).count == 3);
}

TEST_CASE("view_perturbation turns about x, then y, then z", "[quick]") {
    const path p = {1, 2, 3};
    check_close(turned(p, {{pi / 2, 0, 0}}), {1, 3, -2});
    check_close(turned(p, {{0, pi / 2, 0}}), {-3, 2, 1});
    check_close(turned(p, {{0, 0, pi / 2}}), {2, -1, 3});
    check_close(turned(p, {{pi / 2, pi / 2, 0}}), {2, 3, 1});
    check_close(turned(p, {{pi / 2, 0, pi / 2}}), {3, -1, -2});
    const double c = std::sqrt(3.) / 2;
    check_close(turned({1, 2}, {{pi / 6, 0, 0}}), {1, 2 * c});
    check_close(turned({1, 2}, {{0, pi / 6, 0}}), {c, 2});
    check_close(turned({1, 2}, {{0, 0, pi / 2}}), {2, -1});
    check_close(turned({1, 2}, {{pi / 6, pi / 6, 0}}), {c + .25 * 2, 2 * c});
}

TEST_CASE("view_perturbation turns one axis far and flat poses only in their plane", "[quick]") {
    const double narrow = pi / 6;
    std::vector<int> far(3), flat_far(3);
    for (std::uint32_t clip = 0; clip < 600; ++clip) {
        const auto solid = nth_plan(view_perturbation{}, clip, info_of(channel_layout::xyz, 4));
        const auto flat = nth_plan(view_perturbation{}, clip, info_of(channel_layout::xyc, 4));
        int beyond = 0;
        for (std::size_t a = 0; a < 3; ++a) {
            REQUIRE(std::abs(solid.angles[a]) <= pi);
            beyond += std::abs(solid.angles[a]) > narrow;
            far[a] += std::abs(solid.angles[a]) > narrow;
            flat_far[a] += std::abs(flat.angles[a]) > narrow + 1e-12;
        }
        REQUIRE(beyond <= 1);
    }
    // 5 / 6 of a third of the clips, five standard deviations.
    for (const int count : far) CHECK(std::abs(count - 600 * 5 / 18.) < 55);
    CHECK(flat_far[0] == 0);
    CHECK(flat_far[1] == 0);
    CHECK(flat_far[2] == far[2]);
}

TEST_CASE("repeat_clip shows a run twice and samples down", "[quick]") {
    // 0 1 2 3 4 2 3 4 5 6 7, of which frames 0 1 2 4 5 6 8 9 are shown.
    CHECK(path_of(view_of(repeat_clip{}, {2, 3}, paths({counted}))) ==
          path{0, 1, 2, 4, 2, 3, 5, 6});
    CHECK(path_of(view_of(repeat_clip{}, {0, 1}, paths({{3, 4}}, 1))) == path{3, 3, 0});
    CHECK(path_of(view_of(repeat_clip{}, {5, 0}, paths({counted}))) == counted);
    // All of it twice: every second frame, and again.
    CHECK(path_of(view_of(repeat_clip{}, {0, 8}, paths({counted}))) ==
          path{0, 2, 4, 6, 0, 2, 4, 6});
}

TEST_CASE("reverse_clip reverses a run, twice not at all", "[quick]") {
    const auto once = view_of(reverse_clip{}, {2, 3}, paths({counted}, 2));
    CHECK(path_of(once) == path{0, 1, 4, 3, 2, 5, 6, 7, 0, 0});
    CHECK(path_of(view_of(reverse_clip{}, {2, 3}, once)) == path_of(paths({counted}, 2)));
    CHECK(path_of(view_of(reverse_clip{}, {0, 8}, paths({counted}))) ==
          path{7, 6, 5, 4, 3, 2, 1, 0});
}

TEMPLATE_TEST_CASE("Runs lie within their bounds and reach them", "[quick]", repeat_clip,
                   reverse_clip) {
    int first = 99, last = 0, shortest = 99, longest = 0;
    for (std::uint32_t clip = 0; clip < 500; ++clip) {
        const auto p = nth_plan(TestType{}, clip, info_of(channel_layout::xy, 22));
        first = std::min(first, p.start);
        last = std::max(last, p.start);
        shortest = std::min(shortest, p.length);
        longest = std::max(longest, p.length);
    }
    CHECK(std::tuple(first, last, shortest, longest) == std::tuple(0, 5, 5, 11));
    CHECK(nth_plan(TestType{}, 3, info_of(channel_layout::xy, 1)) == frame_span{0, 0});
    const auto info = info_of(channel_layout::xy, 22);
    CHECK_REFUSED(nth_plan(TestType{.latest = .6, .longest = .5}, 0, info), "longest between");
    CHECK_REFUSED(nth_plan(TestType{.shortest = .6, .longest = .5}, 0, info), "longest between");
    CHECK_REFUSED(nth_plan(TestType{.latest = -1}, 0, info), "latest between");
    for (const frame_span span : {frame_span{-1, 2}, {0, -1}, {7, 2}, {0, 9}, {9, 0}})
        CHECK_REFUSED(view_of(TestType{}, span, paths({counted})), "a run within 8 frames");
}

TEST_CASE("posterize_time plays pieces in steps between ends that stay", "[quick]") {
    const auto clip = paths({{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}}, 1);
    // Pieces of 1, 4 and 5 frames shown in 3, 3 and 4.
    CHECK(path_of(view_of(posterize_time{}, {3, {1, 2, 6, 11}}, clip)) ==
          path{0, 1, 1, 1, 2, 3, 4, 6, 7, 8, 9, 11, 0});
    CHECK(path_of(view_of(posterize_time{}, {1, {1, 11}}, clip)) == path_of(clip));
    // An empty piece stands still.
    CHECK(path_of(view_of(posterize_time{}, {2, {2, 2, 10}}, clip)) ==
          path{0, 1, 2, 2, 2, 2, 2, 4, 6, 8, 10, 11, 0});
    for (const posterize_time::plan& bad :
         {posterize_time::plan{2, {1, 6, 5}}, {2, {-1, 3, 5}}, {2, {1, 3, 13}}})
        CHECK_REFUSED(view_of(posterize_time{}, bad, clip), "boundaries that rise within 12");
    CHECK_REFUSED(view_of(posterize_time{}, {17, {}}, clip), "pieces of the plan");
}

TEST_CASE("posterize_time draws cuts apart from one another", "[quick]") {
    for (std::uint32_t clip = 0; clip < 300; ++clip) {
        const auto p = nth_plan(posterize_time{}, clip, info_of(channel_layout::xy, 25));
        REQUIRE(p.pieces == 3);
        REQUIRE(p.boundaries[0] == 2);
        REQUIRE(p.boundaries[3] == 23);
        for (std::size_t j = 0; j < 3; ++j) REQUIRE(p.boundaries[j] < p.boundaries[j + 1]);
    }
    for (const auto& [frames, pieces] : {std::pair{1, 0}, {2, 0}, {3, 1}, {4, 2}, {5, 3}, {6, 3}})
        CHECK(nth_plan(posterize_time{}, 1, info_of(channel_layout::xy, frames)).pieces == pieces);
    const auto half = nth_plan(posterize_time{.edge = .5}, 1, info_of(channel_layout::xy, 8));
    CHECK(half.pieces == 0);
    const auto info = info_of(channel_layout::xy, 25);
    CHECK_REFUSED(nth_plan(posterize_time{.pieces = 0}, 0, info), "pieces between 1 and 16");
    CHECK_REFUSED(nth_plan(posterize_time{.edge = .6}, 0, info), "edge between");
}

TEST_CASE("stretch multiplies row vectors by a shape or a tilt, by a fair coin", "[quick]") {
    pose<double> point({channel_layout::xy, 1, 1, 1}, 1);
    point.view().at(0, 0, 0) = 1;
    point.view().at(1, 0, 0) = 2;
    const stretch::plan tilt{{{{1, .5, 9}, {.25, 1, 9}, {9, 9, 1}}}};
    const auto result = view_of(stretch{}, tilt, point);
    const auto out = result.view();
    CHECK(out.at(0, 0, 0) == 1.5);
    CHECK(out.at(1, 0, 0) == 2.5);
    int shapes = 0;
    for (std::uint32_t clip = 0; clip < 400; ++clip) {
        const auto solid = nth_plan(stretch{}, clip, info_of(channel_layout::xyzc, 4)).matrix;
        const auto flat = nth_plan(stretch{}, clip, info_of(channel_layout::xy, 4)).matrix;
        const bool shape = solid[0][0] != 1;
        shapes += shape;
        for (std::size_t r = 0; r < 3; ++r)
            for (std::size_t c = 0; c < 3; ++c) {
                const double low = r == c ? 1 : shape ? 0 : -1;
                const double high = r == c ? (shape ? 2 : 1) : (shape ? 0 : 1);
                REQUIRE((solid[r][c] >= low && solid[r][c] <= high));
                if (r == 2 || c == 2) REQUIRE(flat[r][c] == identity3[r][c]);
            }
        REQUIRE((flat[0][0] != 1) == shape);
    }
    CHECK(std::abs(shapes - 200) < 50);
}

TEST_CASE("mg_gestures stretches, then perturbs, then changes time", "[quick]") {
    const auto clip = testing::trial_clip<double>({channel_layout::xyc, 30, 15, 1}, 26);
    const clip_info info{clip.shape(), clip.length(), {}};
    const auto [wide, aside, steps] = draw(mg_gestures{}, {.seed = 3, .clip = 2}, info);
    const auto whole = view_of(mg_gestures{}, {wide, aside, steps}, clip);
    const auto by_hand =
        view_of(posterize_time{}, steps,
                view_of(coordinate_perturbation{}, aside, view_of(stretch{}, wide, clip)));
    for (std::size_t i = 0; i < clip.shape().size(); ++i)
        REQUIRE(whole.view().values[i] == Catch::Approx(by_hand.view().values[i]));
    CHECK(steps.pieces == 3);
    CHECK(aside.count == 5);
    const auto two = n_views<2, mg_gestures>{}.draw({.seed = 3}, info);
    CHECK(std::get<0>(two[0]) != std::get<0>(two[1]));
    CHECK(std::get<1>(two[0]) != std::get<1>(two[1]));
}

TEMPLATE_TEST_CASE("Gesture augmentations keep the laws on the shortest clips", "",
                   coordinate_perturbation, view_perturbation, repeat_clip, reverse_clip,
                   posterize_time, stretch, mg_gestures) {
    std::vector<testing::augmentation_trial> trials;
    for (const auto layout :
         {channel_layout::xy, channel_layout::xyc, channel_layout::xyz, channel_layout::xyzc}) {
        for (int frames = 1; frames <= 4; ++frames) trials.push_back({{layout, 4, 4, 2}, frames});
        trials.push_back({{layout, 24, 1, 3}, 17});
    }
    for (const std::string& line : testing::augmentation_violations(TestType{}, trials))
        FAIL_CHECK(line);
    SUCCEED("no violation");
}

TEST_CASE("Settings and plans of coordinate, view and stretch that do not fit are refused",
          "[quick]") {
    const auto info = info_of(channel_layout::xy, 10, 4);
    const auto clip = paths({{0, 2, 0}});
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK_REFUSED(nth_plan(coordinate_perturbation{.tau = 0}, 0, info), "tau between");
    CHECK_REFUSED(nth_plan(coordinate_perturbation{.joints = 33}, 0, info), "joints between");
    CHECK_REFUSED(nth_plan(coordinate_perturbation{.cap = nan}, 0, info), "cap between");
    CHECK_REFUSED(nth_plan(view_perturbation{.wide = 4}, 0, info), "wide between");
    CHECK_REFUSED(nth_plan(view_perturbation{.out_of_plane = 2}, 0, info), "out_of_plane between");
    CHECK_REFUSED(nth_plan(stretch{.tilt = -1}, 0, info), "tilt between");
    CHECK_REFUSED(nth_plan(stretch{.shape_share = 1.5}, 0, info), "shape_share between");
    CHECK_REFUSED(view_of(coordinate_perturbation{}, moved({{1, {}}}), clip), "joints below 1");
    CHECK_REFUSED(view_of(coordinate_perturbation{}, moved({{0, {nan, 0, 0}}}), clip),
                  "direction of the plan");
    CHECK_REFUSED(view_of(view_perturbation{}, {{nan, 0, 0}}, clip), "a finite map");
}
