// SPDX-License-Identifier: MIT
// An augmentation of your own: a plain class with settings, a plan, `draw` and `apply`. There is
// nothing to inherit from and nothing to register; a concept checks its shape when it is compiled,
// and the conformance kit checks its behaviour when it is run.
#include <array>
#include <cstdio>
#include <string_view>

#include "mgkit/augment/list.hpp"
#include "mgkit/data/synthetic.hpp"
#include "mgkit/testing/augmentation.hpp"

namespace mg = mgkit;

// The camera drifts while it films: every joint moves along, more and more until the last frame.
struct slow_pan {
    static constexpr std::string_view name = "slow_pan";  // part of the random key of each draw

    double strength = .3;  // settings are members with defaults: the longest drift along an axis

    // Everything random is decided here, from the clip's extents alone, and kept as plain data...
    struct plan {
        std::array<double, 3> drift{};
        friend bool operator==(const plan&, const plan&) = default;
    };
    plan draw(mg::random_stream& stream, const mg::augment::clip_info& info) const {
        plan p;
        for (int c = 0; c < mg::skeleton::coordinates(info.shape.layout); ++c)
            p.drift[static_cast<std::size_t>(c)] = mg::augment::draw_within(stream, strength);
        return p;
    }
    // ... so that applying it is only arithmetic. The workspace keeps joints that nobody saw, and
    // frames after the last, at 0 whatever is written there.
    template <class S>
    void apply(const plan& p, mg::augment::workspace<S>& work) const {
        const auto clip = work.current();
        for (int c = 0; c < mg::skeleton::coordinates(clip.shape.layout); ++c)
            for (int t = 0; t < clip.length; ++t)
                for (int i = 0; i < clip.shape.points(); ++i)
                    clip.row(c, t)[i] +=
                        static_cast<S>(p.drift[static_cast<std::size_t>(c)] * t / clip.length);
    }
    static slow_pan none() { return {.strength = 0}; }  // settings that change nothing
};
static_assert(mg::augment::augmentation<slow_pan>);

int main() {
    // The kit tries all channel layouts, padding, missing joints, one frame, one joint, and bad
    // input. Let none() return {} and it says what is wrong. It also says on how much it tried: a
    // stage for one skeleton is handed trials of it, augmentation_trials(skeleton::kinect20{}).
    const auto report = mg::testing::examine_augmentation<slow_pan>();
    const auto& broken = report.violations;
    for (const auto& law : broken) std::printf("broken law: %s\n", law.c_str());
    std::printf("slow_pan breaks %zu laws: %s\n", broken.size(), report.summary().c_str());

    // In a sequence it stands beside the library's own stages.
    using policy = mg::augment::sequence<mg::augment::crop_resize, slow_pan, mg::augment::shear>;
    mg::augment::n_views<3, policy> views;
    views.policy.get<mg::augment::crop_resize>() = mg::augment::crop_resize::mg();
    views.policy.get<mg::augment::shear>().strength = .2;

    const auto clips = mg::data::make_synthetic({.subjects = 2, .repetitions = 1});
    const auto clip = clips.clip(0);
    mg::augment::workspace<float> work;
    const auto plans = views.draw({.seed = 7, .clip = clips.ids[0]}, work.describe(clip));
    for (const auto& [crop, pan, shear] : plans)
        std::printf("frames %2d to %2d become %d, drift %+.2f %+.2f %+.2f\n", crop.start,
                    crop.start + crop.length - 1, crop.frames, pan.drift[0], pan.drift[1],
                    pan.drift[2]);
    return broken.empty() ? 0 : 1;
}
