// SPDX-License-Identifier: MIT
// The set of earlier augmentations: what each is, that one is drawn, and what is refused.
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <variant>

#include "augment/by_hand.hpp"
#include "catch.hpp"
#include "io/support.hpp"
#include "mgkit/augment/n_views.hpp"
#include "mgkit/augment/presets.hpp"
#include "mgkit/skeleton/imigue22.hpp"
#include "mgkit/testing/augmentation.hpp"

using namespace mgkit;
using namespace mgkit::augment;
using skeleton::channel_layout;
using test::info_of;
using test::nth_plan;
using test::view_of;

TEST_CASE("prior draws one of five at equal chance, with the settings of its sources", "[quick]") {
    const prior set(skeleton::imigue22{});
    const auto info = info_of(channel_layout::xyz, 60, 22);
    std::array<int, 5> drawn{};
    int mirrored = 0;
    for (std::uint32_t n = 0; n < 1000; ++n) {
        const auto plan = nth_plan(set, n, info);
        ++drawn.at(plan.index());
        if (const auto* attack = std::get_if<joint_damage>(&plan)) {
            REQUIRE(attack->kind == damage::map);
            REQUIRE(attack->joints.count(22) == 13);
        }
        if (const auto* turn = std::get_if<rotation::plan>(&plan)) {
            int axes = 0;
            for (const double angle : turn->angles) axes += angle != 0;
            REQUIRE(axes <= 1);
        }
        if (const auto* symmetry = std::get_if<mirror::plan>(&plan)) mirrored += symmetry->mirrored;
    }
    for (const int count : drawn) CHECK(std::abs(count - 200) < 50);
    CHECK(std::abs(2 * mirrored - drawn[3]) < 50);
}

TEST_CASE("prior alone is the stage itself", "[quick]") {
    const prior set(skeleton::imigue22{});
    const auto clip = testing::trial_clip<double>({channel_layout::xyc, 40, 22, 1}, 33);
    const clip_info info{clip.shape(), clip.length(), {}};
    const auto alone = [&]<class A>(const A& stage, std::size_t place) {
        const auto chosen = set.only<A>();
        for (std::uint32_t n = 0; n < 20; ++n) {
            const auto plan = nth_plan(chosen, n, info);
            REQUIRE(plan.index() == place);
            const auto by_set = view_of(chosen, plan, clip);
            const auto by_hand = view_of(stage, std::get<typename A::plan>(plan), clip);
            REQUIRE(testing::detail::same_bits(testing::detail::values(by_set),
                                               testing::detail::values(by_hand)));
        }
    };
    alone(joint_corruption{.erase_share = 0}, 0);
    alone(rotation{.other_angle = 0}, 1);
    alone(joint_mask{}, 2);
    alone(mirror::of(skeleton::imigue22{}), 3);
    alone(frame_drop{}, 4);
}

TEST_CASE("prior refuses another skeleton unless the mirror is left out", "[quick]") {
    const auto info = info_of(channel_layout::xy, 60, 22);
    for (std::uint32_t n = 0; n < 20; ++n) {
        CHECK_REFUSED(nth_plan(prior{}, n, info), "clips of 25 joints");
        CHECK_NOTHROW(nth_plan(prior{}.only<joint_mask>(), n, info));
    }
    const auto views = n_views<2, prior>{prior(skeleton::imigue22{})}.draw({.seed = 1}, info);
    CHECK(views[0] != views[1]);
    CHECK(prior::moves_joints);
}
