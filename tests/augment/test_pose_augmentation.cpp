// SPDX-License-Identifier: MIT
// Limbs of other lengths and bent joints, by values worked out by hand and by what must stay.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numbers>
#include <tuple>
#include <vector>

#include "augment/by_hand.hpp"
#include "catch.hpp"
#include "io/support.hpp"
#include "mgkit/augment/pose_augmentation.hpp"
#include "mgkit/augment/presets.hpp"
#include "mgkit/skeleton/dynamic.hpp"
#include "mgkit/skeleton/list.hpp"
#include "mgkit/testing/augmentation.hpp"

using namespace mgkit;
using namespace mgkit::augment;
using skeleton::channel_layout;
using skeleton::pose;
using skeleton::upper_body;
using test::info_of;
using test::nth_plan;
using test::view_of;

namespace {

using planar = std::array<double, 2>;

pose_augmentation tree_of(std::vector<int> parents, std::vector<int> limbs) {
    pose_augmentation stage;
    stage.parents = std::move(parents);
    stage.limbs = std::move(limbs);
    return stage;
}

pose_augmentation::plan changes(std::vector<bone_change> bones) {
    pose_augmentation::plan p{bones.size(), {}};
    std::copy(bones.begin(), bones.end(), p.bones.begin());
    return p;
}

/// One frame of the given points, with confidences where they are given.
pose<double> figure(const std::vector<planar>& points, const std::vector<double>& sure = {}) {
    const int joints = static_cast<int>(points.size());
    pose<double> clip({sure.empty() ? channel_layout::xy : channel_layout::xyc, 1, joints, 1}, 1);
    for (int v = 0; v < joints; ++v) {
        const auto j = static_cast<std::size_t>(v);
        for (int c = 0; c < 2; ++c)
            clip.view().at(c, 0, v) = points[j][static_cast<std::size_t>(c)];
        if (!sure.empty()) clip.view().at(2, 0, v) = sure[j];
    }
    return clip;
}

void check_figure(const pose<double>& got, const std::vector<planar>& want) {
    for (int v = 0; v < got.shape().joints; ++v)
        for (int c = 0; c < 2; ++c) {
            CAPTURE(v, c);
            CHECK(std::abs(got.view().at(c, 0, v) -
                           want[static_cast<std::size_t>(v)][static_cast<std::size_t>(c)]) < 1e-12);
        }
}

/// A clip whose joints are all seen.
pose<double> seen_clip(channel_layout layout, int joints) {
    auto clip = testing::trial_clip<double>({layout, 9, joints, 2}, 7);
    random_stream stream({.seed = 5}, "seen_clip");
    for (int c = 0; c < skeleton::channels(layout); ++c)
        for (int t = 0; t < 7; ++t)
            for (int p = 0; p < clip.shape().points(); ++p)
                clip.view().row(c, t)[p] = stream.uniform(.25, 2);
    return clip;
}

using offset = std::array<double, 3>;

offset between(const pose<double>& clip, int t, int a, int b, int person) {
    offset out{};
    for (int c = 0; c < skeleton::coordinates(clip.shape().layout); ++c)
        out[static_cast<std::size_t>(c)] =
            clip.view().at(c, t, a, person) - clip.view().at(c, t, b, person);
    return out;
}

double length_of(const offset& o) {
    return std::hypot(o[0], o[1], o[2]);
}

}  // namespace

TEST_CASE("pose_augmentation lengthens and bends down the tree, children before parents or not",
          "[quick]") {
    // Arm 2 <- 1 <- 3 <- 0; a finger 0 rides on the wrist 3.
    const auto stage = tree_of({3, 2, 2, 1}, {1, 3});
    const auto clip = figure({{3, 1}, {1, 0}, {0, 0}, {3, 0}});
    check_figure(view_of(stage, changes({{1, .5, {}}}), clip),
                 {{3.5, 1}, {1.5, 0}, {0, 0}, {3.5, 0}});
    // A quarter turn goes from y to x: the upper arm points to -y, and all behind it turns along.
    const double quarter = std::numbers::pi / 2;
    check_figure(view_of(stage, changes({{1, 0, {0, 0, quarter}}}), clip),
                 {{1, -3}, {0, -1}, {0, 0}, {0, -3}});
    check_figure(
        view_of(stage, changes({{1, 1, {0, 0, quarter}}, {3, -.5, {0, 0, quarter}}}), clip),
        {{-1, -3}, {0, -2}, {0, 0}, {-1, -2}});
}

TEST_CASE("pose_augmentation turns in space as the view does", "[quick]") {
    pose<double> clip({channel_layout::xyz, 1, 2, 1}, 1);
    for (int c = 0; c < 3; ++c) {
        clip.view().at(c, 0, 0) = 1;
        clip.view().at(c, 0, 1) = 2 + c;
    }
    const std::array<double, 3> angles{.3, -.2, .5};
    const auto bent = view_of(tree_of({0, 0}, {1}), changes({{1, 1, angles}}), clip);
    pose<double> bone({channel_layout::xyz, 1, 1, 1}, 1);
    for (int c = 0; c < 3; ++c) bone.view().at(c, 0, 0) = 1 + c;
    const auto turned = view_of(view_perturbation{}, {angles}, bone);
    for (int c = 0; c < 3; ++c) {
        CHECK(bent.view().at(c, 0, 0) == 1);
        CHECK(std::abs(bent.view().at(c, 0, 1) - 1 - 2 * turned.view().at(c, 0, 0)) < 1e-12);
    }
}

TEST_CASE("pose_augmentation scales bones as drawn, the same in all frames, anchors rigidly",
          "[quick]") {
    for (const auto layout : {channel_layout::xy, channel_layout::xyzc}) {
        const pose_augmentation stage{.lengthening = .3, .rotation = .4};
        const auto clip = seen_clip(layout, 41);
        const auto plan = nth_plan(stage, 4, {clip.shape(), clip.length(), {}});
        const auto out = view_of(stage, plan, clip);
        std::array<double, 41> factor;
        factor.fill(1);
        for (std::size_t i = 0; i < plan.count; ++i)
            factor[static_cast<std::size_t>(plan.bones[i].joint)] = 1 + plan.bones[i].lengthening;
        for (int t = 0; t < clip.length(); ++t)
            for (int m = 0; m < 2; ++m)
                for (int v = 0; v < 41; ++v) {
                    const auto j = static_cast<std::size_t>(v);
                    const int parent = upper_body::parents[j];
                    CAPTURE(t, m, v);
                    REQUIRE(std::abs(length_of(between(out, t, v, parent, m)) -
                                     factor[j] * length_of(between(clip, t, v, parent, m))) <
                            1e-12);
                    // Fingers of one hand and points of the face keep their distances.
                    for (int w = 0; w < v; ++w) {
                        const int part = upper_body::part_of[j];
                        if (part != upper_body::part_of[static_cast<std::size_t>(w)] ||
                            !(part == 0 || part >= 4))
                            continue;
                        REQUIRE(std::abs(length_of(between(out, t, v, w, m)) -
                                         length_of(between(clip, t, v, w, m))) < 1e-12);
                    }
                }
        CHECK(between(out, 3, 0, 0, 0) == offset{});
        for (int c = 0; c < skeleton::coordinates(layout); ++c)
            CHECK(out.view().at(c, 3, 0, 1) == clip.view().at(c, 3, 0, 1));
    }
}

TEST_CASE("pose_augmentation keeps joints at rest at rest", "[quick]") {
    auto clip = seen_clip(channel_layout::xyz, 41);
    for (int c = 0; c < 3; ++c)
        for (int t = 1; t < clip.length(); ++t)
            std::copy_n(clip.view().row(c, 0), clip.shape().points(), clip.view().row(c, t));
    const auto plan = nth_plan(pose_augmentation{}, 2, {clip.shape(), clip.length(), {}});
    const auto out = view_of(pose_augmentation{}, plan, clip);
    int moved = 0;
    for (int c = 0; c < 3; ++c) {
        for (int t = 1; t < clip.length(); ++t)
            REQUIRE(std::equal(out.view().row(c, 0), out.view().row(c, 0) + clip.shape().points(),
                               out.view().row(c, t)));
        for (int p = 0; p < clip.shape().points(); ++p)
            moved += out.view().row(c, 0)[p] != clip.view().row(c, 0)[p];
    }
    CHECK(moved == 3 * 2 * 40);
}

TEST_CASE("pose_augmentation passes over joints that are not seen", "[quick]") {
    const auto stage = tree_of({0, 0, 1, 2}, {1, 2, 3});
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const auto doubled = changes({{1, 1, {}}, {2, 1, {}}, {3, 1, {}}});
    check_figure(view_of(stage, doubled, figure({{1, 0}, {2, 0}, {3, 0}, {4, 1}}, {1, 1, 1, 1})),
                 {{1, 0}, {3, 0}, {5, 0}, {7, 2}});
    // The elbow is lost: the forearm begins at the shoulder. Nothing above: the joint stays.
    check_figure(view_of(stage, doubled, figure({{1, 0}, {2, 0}, {nan, 7}, {4, 1}}, {1, 1, 0, 1})),
                 {{1, 0}, {3, 0}, {0, 0}, {7, 2}});
    check_figure(view_of(stage, doubled, figure({{9, 9}, {9, 9}, {3, 0}, {4, 1}}, {0, 0, 1, 1})),
                 {{0, 0}, {0, 0}, {3, 0}, {5, 2}});
}

TEST_CASE("pose_augmentation treats each frame and person as if they were alone, to the bit",
          "[quick]") {
    // More frames than any register holds, joints lost here and there, memory used before.
    const int frames = GENERATE(1, 21);
    const auto layout = GENERATE(channel_layout::xy, channel_layout::xyc, channel_layout::xyzc);
    const pose_augmentation stage;
    workspace<float> work;
    pose<float> all({layout, frames, 41, 2}, frames);
    random_stream stream({.seed = 8}, "alone");
    for (std::size_t i = 0; i < all.shape().size(); ++i)
        all.view().values[i] = static_cast<float>(stream.uniform(-.3, .7));
    const auto augmented = [&](const pose<float>& from) {
        pose<float> out(from.shape(), from.shape().frames);
        apply(stage, nth_plan(stage, 3, info_of(layout, frames, 41)), from.view(), out.view(),
              work);
        return out;
    };
    const auto whole = augmented(all);
    for (int t = 0; t < frames; ++t)
        for (int m = 0; m < 2; ++m) {
            pose<float> one({layout, 1, 41, 1}, 1);
            for (int c = 0; c < skeleton::channels(layout); ++c)
                for (int v = 0; v < 41; ++v) one.view().at(c, 0, v) = all.view().at(c, t, v, m);
            const auto got = augmented(one);
            bool same = true;
            for (int c = 0; c < skeleton::channels(layout); ++c)
                for (int v = 0; v < 41; ++v)
                    same = same && got.view().at(c, 0, v) == whole.view().at(c, t, v, m);
            CAPTURE(t, m);
            CHECK(same);
        }
}

TEST_CASE("pose_augmentation of no strength is the identity, bit for bit, and draws by key",
          "[quick]") {
    const auto clip = seen_clip(channel_layout::xyc, 41);
    const clip_info info{clip.shape(), clip.length(), {}};
    const auto idle = nth_plan(pose_augmentation::none(), 1, info);
    CHECK(idle == pose_augmentation::plan{});
    const auto same = view_of(pose_augmentation{}, idle, clip);
    for (int c = 0; c < 3; ++c)
        CHECK(std::equal(clip.view().row(c, 0), clip.view().row(c, clip.length()),
                         same.view().row(c, 0)));
    CHECK(nth_plan(pose_augmentation{}, 1, info) == nth_plan(pose_augmentation{}, 1, info));
    CHECK(nth_plan(pose_augmentation{}, 1, info) != nth_plan(pose_augmentation{}, 2, info));
}

TEST_CASE("pose_augmentation draws within its strengths and reaches them", "[quick]") {
    const pose_augmentation stage;
    double longest = 0, shortest = 0, widest = 0;
    for (std::uint32_t n = 0; n < 200; ++n) {
        const auto flat = nth_plan(stage, n, info_of(channel_layout::xyc, 8, 41));
        const auto solid = nth_plan(stage, n, info_of(channel_layout::xyz, 8, 41));
        REQUIRE(flat.count == stage.limbs.size());
        for (std::size_t i = 0; i < flat.count; ++i) {
            REQUIRE(flat.bones[i].joint == stage.limbs[i]);
            REQUIRE((flat.bones[i].angles[0] == 0 && flat.bones[i].angles[1] == 0));
            longest = std::max(longest, flat.bones[i].lengthening);
            shortest = std::min(shortest, flat.bones[i].lengthening);
            for (const double angle : solid.bones[i].angles)
                widest = std::max(widest, std::abs(angle));
        }
    }
    CHECK((longest > .099 && longest <= .1 && shortest < -.099 && shortest >= -.1));
    CHECK((widest > .99 * stage.rotation && widest <= stage.rotation));
}

TEST_CASE("The limbs of a body are its bones but those within heads, faces and hands", "[quick]") {
    CHECK(pose_augmentation{}.limbs == std::vector<int>{1, 6, 7, 8, 9, 10, 11, 12, 13});
    CHECK(pose_augmentation::of(skeleton::imigue22{}).limbs ==
          std::vector<int>{0, 2, 3, 4, 5, 6, 7});
    CHECK(pose_augmentation::of(skeleton::kinect20{}).limbs.size() == 19);
    skeleton::all::for_each([]<class T>(type_tag<T>) {
        CAPTURE(T::name);
        const auto stage = pose_augmentation::of(T{});
        CHECK(stage.limbs.size() <= pose_augmentation::most_limbs);
        CHECK(stage.parents.size() == T::joints.size());
        const auto clip = seen_clip(channel_layout::xyz, skeleton::joint_count_v<T>);
        const auto plan = nth_plan(stage, 0, {clip.shape(), clip.length(), {}});
        CHECK(testing::detail::differs(view_of(stage, plan, clip), clip) == !stage.limbs.empty());
        const auto known = pose_augmentation::of(skeleton::dynamic::copy_of(T{}));
        CHECK((known.parents == stage.parents && known.limbs == stage.limbs));
    });
}

TEST_CASE("pose_augmentation refuses other bodies, no trees, and what it was not made for",
          "[quick]") {
    const auto info = info_of(channel_layout::xy, 4, 4);
    const auto chain = tree_of({0, 0, 1, 2}, {1, 2, 3});
    const auto clip = figure({{1, 0}, {2, 0}, {3, 0}, {4, 1}});
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK_REFUSED(nth_plan(pose_augmentation{}, 0, info), "clips of 41 joints");
    CHECK_REFUSED(view_of(pose_augmentation{}, changes({{1, .1, {}}}), clip), "clips of 41 joints");
    const auto lenient = nth_plan(pose_augmentation{.skip_others = true}, 0, info);
    CHECK(lenient == pose_augmentation::plan{});
    CHECK_FALSE(testing::detail::differs(view_of(pose_augmentation{}, lenient, clip), clip));
    CHECK_REFUSED(nth_plan(pose_augmentation{.lengthening = 1}, 0, info), "lengthening between");
    CHECK_REFUSED(nth_plan(pose_augmentation{.rotation = nan}, 0, info), "rotation between");
    CHECK_REFUSED(nth_plan(tree_of({0, 0, 1, 2}, std::vector<int>(97, 1)), 0, info),
                  "limbs between 0 and 96");
    CHECK_REFUSED(view_of(chain, changes({{4, .1, {}}}), clip), "joints below 4");
    CHECK_REFUSED(view_of(chain, changes({{1, nan, {}}}), clip), "lengthening of the plan");
    CHECK_REFUSED(view_of(chain, changes({{1, 0, {0, 0, 9}}}), clip), "angle of the plan");
    CHECK_REFUSED(view_of(chain, {97, {}}, clip), "bones of the plan");
    CHECK_REFUSED(view_of(tree_of({0, 2, 3, 1}, {1}), changes({{1, .1, {}}}), clip),
                  "parents that form a tree");
    CHECK_REFUSED(view_of(tree_of({0, 0, 1, 4}, {1}), changes({{1, .1, {}}}), clip),
                  "parents below 4");
}

TEST_CASE("mg_fm changes the pose of the joints it is for, and of a skeleton it is told",
          "[augment][presets]") {
    const auto posed = [](const mg_fm& views, int joints) {
        int out = 0;
        for (std::uint32_t view = 0; view < 40; ++view)
            if (const auto p = std::get<3>(draw(views, {.seed = 1, .view = view},
                                                info_of(channel_layout::xy, 60, joints))))
                out += p->count > 0;
        return out;
    };
    CHECK((posed(mg_fm{}, 41) > 8 && posed(mg_fm{}, 41) < 32));
    CHECK(posed(mg_fm{}, 20) == 0);
    const auto kinect = mg_fm::of(skeleton::kinect20{});
    CHECK(posed(kinect, 20) == posed(mg_fm{}, 41));
    CHECK_THROWS_AS(posed(kinect, 41), error);
    for (const auto& line : testing::augmentation_violations(
             mg_fm{}, testing::augmentation_trials(skeleton::upper_body{})))
        FAIL_CHECK(line);
    for (const auto& line : testing::augmentation_violations(
             kinect, testing::augmentation_trials(skeleton::kinect20{})))
        FAIL_CHECK(line);
}
