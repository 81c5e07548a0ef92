// SPDX-License-Identifier: MIT
#include <algorithm>
#include <string>
#include <vector>

#include "catch.hpp"
#include "mgkit/augment/by_name.hpp"
#include "mgkit/augment/n_views.hpp"
#include "mgkit/augment/presets.hpp"
#include "mgkit/augment/stage_list.hpp"
#include "mgkit/skeleton/ntu25.hpp"

using namespace mgkit;
using namespace mgkit::augment;
using skeleton::channel_layout;
using skeleton::pose;

namespace {

template <class S>
pose<S> waving() {
    pose<S> out({channel_layout::xyzc, 40, 25, 2}, 37);
    auto view = out.view();
    for (int c = 0; c < 4; ++c)
        for (int t = 0; t < 37; ++t)
            for (int v = 0; v < 25; ++v)
                for (int m = 0; m < 2; ++m)
                    view.at(c, t, v, m) =
                        S(c == 3 ? .5 : .1 * c + .01 * ((7 * t + 3 * v + m) % 19));
    return out;
}

template <class S, class A>
std::vector<S> viewed(const A& policy) {
    const pose<S> clip = waving<S>();
    const n_views<3, A> views{policy};
    workspace<S> work;
    std::vector<S> out(3 * views.shape(work.describe(clip.view())).size());
    views.template operator()<S>({.seed = 4, .clip = 9}, clip.view(), out, work);
    return out;
}

template <class... As>
void same_as_sequence(const sequence<As...>& policy) {
    const stage_list listed(policy);
    CHECK(settings_text(listed) == settings_text(policy));
    CHECK(viewed<float>(listed) == viewed<float>(policy));
    CHECK(viewed<double>(listed) == viewed<double>(policy));
}

const auto ntu = skeleton::dynamic::copy_of(skeleton::ntu25{});

}  // namespace

TEST_CASE("Stages listed at run time draw and move as the sequence of them", "[quick]") {
    same_as_sequence(reference_preset(16));
    same_as_sequence(mg_fm::of(ntu).stages);
    same_as_sequence(sequence<shear, crop_resize, shear>{});
    CHECK(viewed<float>(stages_by_name("stretch+coordinate_perturbation+posterize_time",
                                       default_stages(ntu), "test")) ==
          viewed<float>(mg_gestures{}));
}

TEST_CASE("A list of no stages leaves clips as they are", "[quick]") {
    const pose<float> clip = waving<float>();
    workspace<float> work;
    pose<float> out(clip.view().shape, clip.view().length);
    const auto none = stages_by_name("none", default_stages(ntu), "test");
    apply(none, draw(none, {}, work.describe(clip.view())), clip.view(), out.view(), work);
    CHECK(std::equal(out.view().values, out.view().values + out.view().shape.size(),
                     clip.view().values));
}

TEST_CASE("Plans belong to the list that drew them", "[quick]") {
    const clip_info info{{channel_layout::xyz, 40, 25, 1}, 40, {}};
    const stage_list tilted({shear{}}), turned({rotation{}});
    const auto plan = draw(tilted, {.seed = 1}, info);
    CHECK(plan == draw(tilted, {.seed = 1}, info));
    CHECK_FALSE(plan == draw(tilted, {.seed = 2}, info));
    CHECK_FALSE(plan == draw(turned, {.seed = 1}, info));
    workspace<float> work;
    const pose<float> clip({channel_layout::xyz, 40, 25, 1}, 40);
    work.begin(clip.view());
    CHECK_THROWS_WITH(turned.apply(plan, work), Catch::Contains("a plan of rotation"));
    CHECK_THROWS_WITH(stage_list({shear{}, rotation{}}).apply(plan, work),
                      Catch::Contains("plans of 2 stages"));
}

TEST_CASE("Stages are found by their names, others are refused with those that there are",
          "[quick]") {
    auto known = default_stages(ntu);
    for (auto& stage : prior_stages(ntu)) known.push_back(std::move(stage));
    CHECK(stages_by_name("shear+prior.mirror+shear", known, "test").stages().size() == 3);
    for (const char* wrong : {"", "shear+", "+shear", "sheer", "none+shear", "shear stretch"}) {
        INFO(wrong);
        CHECK_THROWS_WITH(stages_by_name(wrong, known, "test"),
                          Catch::Contains("names of stages") && Catch::Contains("stretch"));
    }
}
