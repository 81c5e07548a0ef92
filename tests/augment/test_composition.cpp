// SPDX-License-Identifier: MIT
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <new>
#include <span>
#include <string>
#include <vector>

#include "catch.hpp"
#include "mgkit/augment/list.hpp"
#include "mgkit/testing/augmentation.hpp"

using namespace mgkit;
using namespace mgkit::augment;
using skeleton::channel_layout;
using skeleton::pose;

namespace {
std::atomic<long> allocations{0};
}

[[gnu::noinline]] void* operator new(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size > 0 ? size : 1)) return memory;
    throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    ++allocations;
    return std::malloc(size > 0 ? size : 1);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace {

const clip_info body{{channel_layout::xyz, 80, 25, 1}, 80, {}};

template <class A>
typename A::plan plan_of(const A& stage, std::uint32_t clip = 5) {
    return draw(stage, {.seed = 7, .clip = clip}, body);
}

}  // namespace

TEST_CASE("Plans are known numbers, whatever the compiler does with arithmetic", "[quick]") {
    CHECK(plan_of(crop_resize{.min_crop = 16}) == crop_resize::plan{16, 54, 64});
    CHECK(plan_of(shear{.strength = .7}).matrix[0][1] == 0x1.612d5p-2);
    CHECK(plan_of(speed_jitter{}).bend[1] == -0x1.ae0facp-3);
    const auto motion = plan_of(rigid_motion{});
    CHECK(motion.angle == -0x1.497293194b986p-3);
    CHECK(motion.stretch == -0x1.8e78dcccccccdp-4);
    CHECK(motion.shift[2] == 0x1.8b4429999999ap-4);
    CHECK(plan_of(frame_drop{}).dropped == index_set{18, 55, 70});
    const auto hit = plan_of(joint_corruption{});
    CHECK(hit.joints == index_set{0, 2, 4, 5, 6, 7, 9, 11, 12, 13, 15, 16, 18, 20, 22});
    CHECK(hit.kind == damage::map);
    CHECK(hit.mixing[0][1] == 0x1.ea2dep-4);
    const auto aside = plan_of(coordinate_perturbation{});
    CHECK(aside.moved[4].joint == 23);
    CHECK(aside.moved[4].direction[1] == -0x1.ac6b44p-1);
    CHECK(plan_of(view_perturbation{}).angles[1] == 0x1.f70799d67dc83p-1);
    CHECK(plan_of(repeat_clip{}) == frame_span{20, 26});
    CHECK(plan_of(reverse_clip{}) == frame_span{1, 40});
    CHECK(plan_of(posterize_time{}) == posterize_time::plan{3, {8, 9, 17, 72}});
    CHECK(plan_of(stretch{}).matrix[1][1] == 0x1.d541dbp+0);
    const auto [crop, one] = plan_of(reference_preset(16));
    CHECK(crop == crop_resize::plan{11, 31, 64});
    CHECK(one.index() == 0);
}

TEST_CASE("Equal stages in one sequence draw differently", "[quick]") {
    const auto plans = plan_of(sequence<shear, shear>{});
    CHECK(std::get<0>(plans) != std::get<1>(plans));
}

TEST_CASE("A stage's draws do not depend on stages of other names beside it") {
    const auto alone = plan_of(sequence<shear, frame_drop>{});
    const auto among = plan_of(sequence<rigid_motion, frame_drop, speed_jitter, shear>{});
    CHECK(std::get<0>(alone) == std::get<3>(among));
    CHECK(std::get<1>(alone) == std::get<1>(among));
}

TEST_CASE("Seed, epoch, clip and view each change the plan") {
    const shear stage;
    const random_key key{.seed = 7, .epoch = 2, .clip = 5, .view = 1};
    const auto plan = draw(stage, key, body);
    CHECK(plan == draw(stage, key, body));
    CHECK(plan != draw(stage, {8, 2, 5, 1}, body));
    CHECK(plan != draw(stage, {7, 3, 5, 1}, body));
    CHECK(plan != draw(stage, {7, 2, 6, 1}, body));
    CHECK(plan != draw(stage, {7, 2, 5, 2}, body));
}

TEST_CASE("A later stage draws for the extents the earlier one leaves", "[quick]") {
    const sequence<crop_resize, frame_drop> stages{crop_resize{.frames = 500},
                                                   frame_drop{.fraction = 1}};
    bool beyond = false;
    for (std::uint32_t clip = 0; clip < 20; ++clip) {
        const auto plans = plan_of(stages, clip);
        const index_set& dropped = std::get<1>(plans).dropped;
        beyond = beyond || dropped.count(500) > dropped.count(80);
    }
    CHECK(beyond);
    CHECK(after(stages, body).shape.frames == 500);
}

TEST_CASE("one_of follows its weights and with_probability its probability") {
    one_of<joint_corruption, shear, rigid_motion> some;
    some.weights = {1, 0, 3};
    with_probability<shear> maybe{.probability = .3};
    int chosen[3] = {}, happened = 0;
    constexpr int draws = 4000;
    for (std::uint32_t clip = 0; clip < draws; ++clip) {
        ++chosen[plan_of(some, clip).index()];
        happened += plan_of(maybe, clip).has_value();
    }
    CHECK(chosen[1] == 0);
    CHECK(std::abs(chosen[0] - .25 * draws) < 5 * std::sqrt(.1875 * draws));
    CHECK(std::abs(happened - .3 * draws) < 5 * std::sqrt(.21 * draws));
    some.weights = {0, 0, 0};
    CHECK_THROWS_AS(plan_of(some), error);
    some.weights = {1, -1, 1};
    CHECK_THROWS_AS(plan_of(some), error);
    maybe.probability = 2;
    CHECK_THROWS_AS(plan_of(maybe), error);
}

TEST_CASE("Stages that change the number of frames cannot be optional") {
    CHECK_THROWS_AS(plan_of(with_probability<crop_resize>{}), error);
    const one_of<crop_resize, shear> uneven;
    CHECK_THROWS_AS(after(uneven, body), error);
    CHECK_NOTHROW(plan_of(with_probability<crop_resize>{.stage = {.frames = 80}}));
}

TEST_CASE("Merged stages give what the stages give one by one", "[quick]") {
    for (const auto layout : {channel_layout::xy, channel_layout::xyc, channel_layout::xyzc}) {
        const auto clip = testing::trial_clip<double>({layout, 70, 9, 2}, 66);
        using stages =
            sequence<crop_resize, speed_jitter, joint_corruption, rigid_motion, frame_drop, shear>;
        stages all;
        all.get<crop_resize>().min_crop = 10;
        workspace<double> work;
        for (std::uint32_t number = 0; number < 10; ++number) {
            const auto plans = draw(all, {.seed = 1, .clip = number}, work.describe(clip.view()));
            const auto merged = testing::detail::applied(all, plans, clip, work);
            auto step = clip;
            const auto apply_one = [&](const auto& stage, const auto& plan) {
                step = testing::detail::applied(stage, plan, step, work);
            };
            apply_one(all.get<0>(), std::get<0>(plans));
            apply_one(all.get<1>(), std::get<1>(plans));
            apply_one(all.get<2>(), std::get<2>(plans));
            // Without a confidence channel only the workspace remembers what was erased.
            if (std::get<2>(plans).kind == damage::erase && !skeleton::has_confidence(layout))
                continue;
            apply_one(all.get<3>(), std::get<3>(plans));
            apply_one(all.get<4>(), std::get<4>(plans));
            apply_one(all.get<5>(), std::get<5>(plans));
            double apart = 0;
            for (std::size_t i = 0; i < merged.shape().size(); ++i)
                apart = std::max(apart, std::abs(merged.view().values[i] - step.view().values[i]));
            CHECK(apart < 1e-12);
        }
    }
}

TEST_CASE("An erased joint stays 0 whatever comes after it", "[quick]") {
    const auto clip = testing::trial_clip<float>({channel_layout::xyz, 10, 5, 1}, 10);
    workspace<float> work;
    work.begin(clip.view());
    work.erase({2});
    work.transform({.shift = {1, 1, 1}});
    work.current().at(0, 3, 2) = 5;
    work.transform({.shift = {1, 1, 1}});
    pose<float> out(clip.shape(), 10);
    work.finish(out.view());
    for (int c = 0; c < 3; ++c)
        for (int t = 0; t < 10; ++t) CHECK(out.view().at(c, t, 2) == 0);
    CHECK(out.view().at(0, 3, 1) == Catch::Approx(clip.view().at(0, 3, 1) + 2));
}

TEST_CASE("current() lets a stage change values in place", "[quick]") {
    const auto clip = testing::trial_clip<double>({channel_layout::xy, 12, 20, 1}, 12);
    workspace<double> work;
    work.begin(clip.view());
    const auto taps = work.retime(6, 6);
    for (int t = 0; t < 6; ++t) taps[static_cast<std::size_t>(t)] = {2 * t, 2 * t + 1, .5};
    const auto now = work.current();
    CHECK(now.shape.frames == 6);
    CHECK(now.at(0, 2, 4) ==
          Catch::Approx((clip.view().at(0, 4, 4) + clip.view().at(0, 5, 4)) / 2));
    now.at(1, 3, 7) = 42;
    pose<double> out(work.shape(), work.length());
    work.finish(out.view());
    CHECK(out.view().at(1, 3, 7) == 42);
    pose<double> wrong(clip.shape(), 12);
    CHECK_THROWS_AS(work.finish(wrong.view()), error);
    auto own = clip;
    work.begin(own.view());
    CHECK_THROWS_AS(work.finish(own.view()), error);
}

TEST_CASE("n_views writes each view where it belongs", "[quick]") {
    const auto clip = testing::trial_clip<float>({channel_layout::xyz, 90, 25, 2}, 85);
    const n_views<4, reference> four{reference_preset(16)};
    workspace<float> work;
    const auto info = work.describe(clip.view());
    const auto shape = four.shape(info);
    CHECK(shape == skeleton::pose_shape{channel_layout::xyz, 64, 25, 2});
    const std::size_t size = shape.size();
    std::vector<float> packed(4 * size), spread(3 * (size + 5) + size, -1.f);
    const random_key key{.seed = 1, .epoch = 2, .clip = 3};
    const auto plans = four.draw(key, info);
    four.apply(plans, clip.view(), packed, work);
    four(key, clip.view(), spread, work, size + 5);
    pose<float> single(shape, 64);
    for (std::size_t k = 0; k < 4; ++k) {
        auto view_key = key;
        view_key.view = static_cast<std::uint32_t>(k);
        CHECK(plans[k] == draw(four.policy, view_key, info));
        apply(four.policy, plans[k], clip.view(), single.view(), work);
        const float* want = single.view().values;
        CHECK(
            std::equal(want, want + size, packed.begin() + static_cast<std::ptrdiff_t>(k * size)));
        CHECK(std::equal(want, want + size,
                         spread.begin() + static_cast<std::ptrdiff_t>(k * (size + 5))));
        if (k < 3) CHECK(spread[k * (size + 5) + size] == -1.f);
    }
    std::vector<float> tight(4 * size - 1);
    CHECK_THROWS_AS(four.apply(plans, clip.view(), tight, work), error);
    CHECK_THROWS_AS(four.apply(plans, clip.view(), packed, work, size - 1), error);
    CHECK_THROWS_AS(
        four.apply(plans, clip.view(), packed, work, std::numeric_limits<std::size_t>::max()),
        error);
}

TEMPLATE_TEST_CASE("Nothing is allocated once a workspace has seen a clip as large", "", mg_fm,
                   mg_gestures) {
    const auto clip = testing::trial_clip<float>({channel_layout::xyc, 90, 41, 1}, 85);
    const n_views<4, TestType> four;
    workspace<float> work;
    std::vector<float> views(4 * four.shape(work.describe(clip.view())).size());
    random_key key{.seed = 1};
    for (key.clip = 0; key.clip < 50; ++key.clip) four(key, clip.view(), views, work);
    const long before = allocations;
    for (; key.clip < 100; ++key.clip) four(key, clip.view(), views, work);
    CHECK(allocations == before);
}

TEMPLATE_TEST_CASE("Results past the caches are the same", "[quick]", float, double) {
    using S = TestType;
    struct extents {
        channel_layout layout;
        int frames, length, joints, persons;
    };
    // Rows shorter than a register, of whole registers, and neither; frames that are no multiple of
    // a stage's; every beginning within a cache line.
    for (const extents& e : {extents{channel_layout::xyz, 64, 64, 25, 2},
                             {channel_layout::xyc, 90, 85, 41, 1},
                             {channel_layout::xyzc, 37, 20, 16, 1},
                             {channel_layout::xyz, 64, 2, 25, 1},
                             {channel_layout::xy, 70, 70, 3, 1}}) {
        const auto clip =
            testing::trial_clip<S>({e.layout, e.frames, e.joints, e.persons}, e.length);
        const n_views<2, mg_fm> two{mg_fm_preset()};
        workspace<S> near, far;
        far.past_caches = true;
        const std::size_t size = 2 * two.shape(near.describe(clip.view())).size();
        std::vector<S> expected(size), written(size + 32);
        random_key key{.seed = 1};
        for (key.clip = 0; key.clip < 32; ++key.clip) {
            std::fill(written.begin(), written.end(), S(7));
            const std::size_t begin = key.clip % 16;
            two(key, clip.view(), expected, near);
            two(key, clip.view(), std::span(written).subspan(begin, size), far);
            CHECK(std::equal(expected.begin(), expected.end(),
                             written.begin() + static_cast<std::ptrdiff_t>(begin)));
            CHECK(std::count(written.begin(), written.end(), S(7)) == 32);
        }
    }
}
