// SPDX-License-Identifier: MIT
// The laws every constraint of a sampler keeps, for ours and yours; needs no test framework.
#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mgkit/clip/all.hpp"
#include "mgkit/clip/duration_prior.hpp"
#include "mgkit/clip/footage.hpp"
#include "mgkit/clip/redraw.hpp"
#include "mgkit/clip/rejection.hpp"
#include "mgkit/clip/sample_audit.hpp"
#include "mgkit/core/random.hpp"
#include "mgkit/data/recording.hpp"
#include "mgkit/skeleton/coco17.hpp"
#include "mgkit/skeleton/dynamic.hpp"
#include "mgkit/testing/detail/law_book.hpp"

namespace MGKIT_NAMESPACE::testing {

/// A recording to try constraints on, and where another person begins in it.
struct constraint_trial {
    data::recording recording;
    std::vector<int> cuts;
};

/// Somebody at rest who moves now and then, 25 frames per second, skeleton `coco17`: a long
/// recording with anchors hidden, other joints missing and changes of person; one without
/// confidence; one of three frames.
inline std::vector<constraint_trial> constraint_trials() {
    const auto trial = [](const char* name, skeleton::channel_layout layout, int frames,
                          std::vector<int> cuts) {
        constraint_trial out;
        out.cuts = std::move(cuts);
        data::recording& r = out.recording;
        r.name = name;
        r.fps = 25;
        r.topology = skeleton::dynamic::copy_of(skeleton::coco17{});
        const int joints = static_cast<int>(r.topology.joints.size());
        r.poses.resize({layout, frames, joints, 1}, frames);
        const auto to = r.poses.view();
        random_stream stream({.seed = 43}, "constraint_trials");
        for (int t = 0; t < frames; ++t)
            for (int v = 0; v < joints; ++v) {
                const bool anchor = v < static_cast<int>(r.topology.anchors.size());
                const bool seen = !skeleton::has_confidence(layout) ||
                                  (t % 250 >= (anchor ? 12 : 40) && t % 97 != v);
                const double moved = t % 150 < 50 ? 20 * std::sin(.25 * t + v) : 0;
                for (int c = 0; c < 2; ++c)
                    to.at(c, t, v) =
                        seen ? static_cast<float>(100 * c + 10 * v + moved + stream.uniform()) : 0;
                if (skeleton::has_confidence(layout))
                    to.at(2, t, v) = seen ? static_cast<float>(stream.uniform(.4, 1)) : 0;
            }
        return out;
    };
    using enum skeleton::channel_layout;
    return {trial("long", xyc, 2000, {430, 431, 1100}), trial("no confidence", xy, 600, {200}),
            trial("three frames", xyc, 3, {1})};
}

namespace detail {

/// A second constraint, to see whether the order in which they are asked matters.
struct odd_start {
    static constexpr std::string_view name = "testing: odd start";
    bool accepts(const clip::candidate& c) const { return c.window.start % 2 == 0; }
};

/// Answers about many windows, from the first to the last or back.
template <clip::constraint C>
std::vector<bool> answers(const C& constraint, const clip::footage& of, bool backwards) {
    const std::vector<data::segment> kept{{0, 2, -1, 0}, {300, 340, -1, 0}, {900, 960, -1, 0}};
    std::vector<data::segment> windows;
    for (const int length : {1, 3, 20, 60, 200})
        for (int start = 0; start + length <= of.frames(); start += 7)
            windows.push_back({start, start + length, -1, 0});
    const clip::all<C> alone(constraint);
    const auto tables = alone.prepare(of);
    std::vector<bool> out(windows.size());
    for (std::size_t k = 0; k < windows.size(); ++k) {
        const std::size_t i = backwards ? windows.size() - 1 - k : k;
        out[i] = alone.refused({of, windows[i], kept}, tables) == 0;
    }
    return out;
}

template <clip::constraint C>
void examine_sampling(law_book& laws, const C& constraint, const clip::footage& of) {
    using clip::all, clip::rejection, clip::duration_prior;
    const auto prior = duration_prior::from_durations({.04, .2, .5, 1, 1.5, 2, 30});
    const rejection<duration_prior, all<C>> sampler{
        .quota = 20, .budget = 400, .starts = 2, .constraints = all<C>(constraint)};
    const random_key key{.seed = 5, .clip = 3};
    clip::sample_audit counts(prior), again(prior);
    const auto windows = sampler.sample(of, prior, key, counts);
    laws.require(windows == sampler.sample(of, prior, key, again) &&
                     counts.rejected(C::name) == again.rejected(C::name),
                 "the same key gives the same windows and counts");
    laws.require(counts.candidates() ==
                     counts.clips() + counts.rejected("too_long") + counts.rejected(C::name),
                 "every candidate is kept or counted under one cause");
    laws.require(
        clip::redraw(sampler, of, prior, key, 6, 1) == clip::redraw(sampler, of, prior, key, 6, 3),
        "threads change nothing");
    const rejection<duration_prior, all<C, odd_start>> first{.constraints =
                                                                 all<C, odd_start>(constraint, {})};
    const rejection<duration_prior, all<odd_start, C>> second{
        .constraints = all<odd_start, C>({}, constraint)};
    clip::sample_audit one(prior), other(prior);
    laws.require(first.sample(of, prior, key, one) == second.sample(of, prior, key, other),
                 "the order in which constraints are asked changes no window");
}

}  // namespace detail

/// Laws that a constraint breaks on these trials, one sentence each; none if it is sound: answers
/// depend on the window alone, neither on earlier questions nor on threads; candidates and counts
/// add up; some windows are accepted and some refused, over all trials together.
template <clip::constraint C>
std::vector<std::string> constraint_violations(
    const C& constraint = {}, const std::vector<constraint_trial>& trials = constraint_trials()) {
    std::size_t accepted = 0, refused = 0;
    std::vector<std::string> out;
    const auto take = [&out](detail::law_book& laws) {
        for (auto& sentence : laws.take()) out.push_back(std::move(sentence));
    };
    for (const constraint_trial& trial : trials) {
        detail::law_book laws(text(C::name, ", recording '", trial.recording.name, "'"));
        laws.attempt("asking", [&] {
            const clip::footage of(trial.recording, trial.cuts);
            const auto said = detail::answers(constraint, of, false);
            laws.require(said == detail::answers(constraint, of, true),
                         "an answer does not depend on earlier questions");
            for (const bool yes : said) ++(yes ? accepted : refused);
        });
        laws.attempt("sampling", [&] {
            detail::examine_sampling(laws, constraint, clip::footage(trial.recording, trial.cuts));
        });
        take(laws);
    }
    detail::law_book laws{std::string(C::name)};
    laws.require(accepted > 0, "some window is accepted");
    laws.require(refused > 0, "some window is refused");
    take(laws);
    return out;
}

}  // namespace MGKIT_NAMESPACE::testing
