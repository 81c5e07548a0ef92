// SPDX-License-Identifier: MIT
// A constraint of your own on the clips that a sampler takes from a recording: one struct with a
// name and a decision. There is nothing to inherit from and nothing to register; a concept checks
// its shape when it is compiled, and the conformance kit checks its behaviour when it is run.
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <string_view>
#include <vector>

#include "mgkit/clip/list.hpp"
#include "mgkit/testing/constraint.hpp"

namespace mg = mgkit;

// Something happens: on average the joints move at least `least` a second.
struct moving {
    static constexpr std::string_view name = "at_rest";  // its refusals are counted under this

    double least = 20;  // settings are members with defaults, in units of the recording

    // What is looked up in a recording once; leave it out where a window answers for itself, and
    // `accepts` takes the candidate alone. Here: how far joints have moved up to each frame.
    std::vector<double> prepare(const mg::clip::footage& of) const {
        const auto poses = of.recording(name).poses.view();
        std::vector<double> path(static_cast<std::size_t>(of.frames()), 0);
        for (int t = 1; t < of.frames(); ++t) {
            double sum = 0;
            for (int v = 0; v < poses.shape.joints; ++v)
                if (poses.valid(t, v) && poses.valid(t - 1, v))
                    sum += std::hypot(poses.at(0, t, v) - poses.at(0, t - 1, v),
                                      poses.at(1, t, v) - poses.at(1, t - 1, v));
            const auto now = static_cast<std::size_t>(t);
            path[now] = path[now - 1] + sum / poses.shape.joints;
        }
        return path;
    }
    // The decision, made for every candidate.
    bool accepts(const mg::clip::candidate& c, const std::vector<double>& path) const {
        const double way = path[static_cast<std::size_t>(c.window.end) - 1] -
                           path[static_cast<std::size_t>(c.window.start)];
        return way >= least * c.window.length() / c.of.fps();
    }
};
static_assert(mg::clip::constraint<moving>);

int main() {
    // The kit asks about many windows of three recordings. Let `accepts` return true and it says
    // what is wrong.
    const auto broken = mg::testing::constraint_violations<moving>();
    for (const auto& law : broken) std::printf("broken law: %s\n", law.c_str());

    // Among the library's own it stands where it costs least: the first that refuses counts.
    using namespace mg::clip;
    rejection<duration_prior, all<visible<anchors>, no_cut, no_overlap, moving>> sampler{.quota =
                                                                                             10};
    sampler.constraints.get<moving>().least = 60;

    const auto trial = mg::testing::constraint_trials().front();
    const auto prior = duration_prior::from_durations({.4, .8, 1.2});
    sample_audit audit(prior);
    const auto windows = sampler.sample({trial.recording, trial.cuts}, prior, {.seed = 7}, audit);
    for (const auto& w : windows) std::printf("frames %4d to %4d\n", w.start, w.end - 1);
    for (const auto& cause : audit.causes)
        std::printf("%s: %d refused\n", cause.c_str(), static_cast<int>(audit.rejected(cause)));
    return broken.empty() && windows.size() == 10 ? 0 : 1;
}
