// SPDX-License-Identifier: MIT
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "mgkit/clip/list.hpp"
#include "mgkit/clip/sample_audit.hpp"
#include "mgkit/core/settings_text.hpp"
#include "mgkit/testing/constraint.hpp"

using namespace mgkit;
using data::segment;

namespace {

bool mentions(const std::vector<std::string>& lines, const std::string& part) {
    for (const std::string& line : lines)
        if (line.find(part) != std::string::npos) return true;
    return false;
}

/// Asks about every window of a recording whose start and length are multiples of `step`.
template <class C, class Expected>
void check_windows(const C& constraint, const clip::footage& of, const std::vector<segment>& kept,
                   int step, Expected&& expected) {
    const clip::all<C> alone(constraint);
    const auto tables = alone.prepare(of);
    int accepted = 0, refused = 0;
    for (int start = 0; start < of.frames(); start += step)
        for (int end = start + 1; end <= of.frames(); end += step) {
            const segment window{start, end, -1, 0};
            const bool wanted = expected(window);
            REQUIRE((alone.refused({of, window, kept}, tables) == 0) == wanted);
            ++(wanted ? accepted : refused);
        }
    CHECK(accepted > 0);
    CHECK(refused > 0);
}

}  // namespace

TEST_CASE("Every constraint keeps the laws", "[clip]") {
    clip::constraints::for_each([]<class C>(type_tag<C>) {
        STATIC_REQUIRE(clip::constraint<C>);
        for (const std::string& violation : testing::constraint_violations<C>())
            FAIL_CHECK(violation);
    });
    clip::proposals::for_each([]<class P>(type_tag<P>) { STATIC_REQUIRE(clip::proposal<P>); });
}

namespace {

/// Constraints that break a law each.
struct forgets {  // answers every other question alike
    static constexpr std::string_view name = "forgets";
    struct counter {
        mutable int asked = 0;
    };
    counter prepare(const clip::footage&) const { return {}; }
    bool accepts(const clip::candidate& c, const counter& n) const {
        return (c.window.start + n.asked++) % 3 != 0;
    }
};
template <bool Answer>
struct blind {
    static constexpr std::string_view name = "blind";
    bool accepts(const clip::candidate&) const { return Answer; }
};
struct throws {
    static constexpr std::string_view name = "throws";
    bool accepts(const clip::candidate& c) const {
        if (c.of.frames() < 10) throw error("throws", "a long recording", "a short one");
        return c.window.start % 3 == 0;
    }
};

}  // namespace

TEST_CASE("The kit finds constraints that remember, are blind, or throw", "[clip]") {
    CHECK(mentions(testing::constraint_violations<forgets>(), "earlier questions"));
    CHECK(mentions(testing::constraint_violations<forgets>(), "order in which constraints"));
    CHECK(mentions(testing::constraint_violations<blind<true>>(), "some window is refused"));
    CHECK(mentions(testing::constraint_violations<blind<false>>(), "some window is accepted"));
    CHECK(mentions(testing::constraint_violations<throws>(), "throws: expected a long recording"));
}

TEST_CASE("constraints against a scan of every frame", "[clip]") {
    for (const auto& trial : testing::constraint_trials()) {
        const auto& r = trial.recording;
        if (r.frames() < 1000) continue;
        const clip::footage of(r, trial.cuts);
        const auto shows = [&](segment w, int joints, double threshold) {
            for (int t = w.start; t < w.end; ++t)
                for (int v = 0; v < joints; ++v)
                    if (!(double(r.poses.view().at(2, t, v)) >= threshold)) return false;
            return true;
        };
        // The anchors of coco17 are its first five joints.
        check_windows(clip::visible<>{.threshold = .41}, of, {}, 23,
                      [&](segment w) { return shows(w, 5, .41); });
        check_windows(clip::whole_person{}, of, {}, 17,
                      [&](segment w) { return shows(w, 17, .3); });
        check_windows(clip::no_cut{}, of, {}, 19, [&](segment w) {
            for (const int at : trial.cuts)
                if (w.start < at && at < w.end) return false;
            return true;
        });
        const std::vector<segment> kept{{0, 3, -1, 0}, {20, 57, -1, 0}, {57, 400, -1, 0}};
        check_windows(clip::no_overlap{}, of, kept, 19, [&](segment w) {
            for (const auto& k : kept)
                if (w.start < k.end && k.start < w.end) return false;
            return true;
        });
    }
}

TEST_CASE("constraints at the edges of what they ask", "[clip]") {
    const auto trials = testing::constraint_trials();
    const auto& plain = trials[1].recording;  // without confidence, everything is seen
    CHECK(clip::visible<>{}.prepare(plain).seen().seen_frames() == plain.frames());
    CHECK(clip::whole_person{}.prepare(plain).seen().seen_frames() == plain.frames());
    const auto& long_one = trials[0].recording;
    const clip::visibility found(std::vector<bool>(2000, true));
    CHECK(clip::visible<>{}.prepare({long_one, found}).seen().seen_frames() == 2000);
    CHECK(clip::whole_person{}.prepare({long_one, found}).seen().seen_frames() < 2000);
    CHECK_THROWS_AS(clip::whole_person{}.prepare({found, 25}), error);
    CHECK_THROWS_AS(clip::visible<>{.threshold = 2}.prepare(long_one), error);
    CHECK_THROWS_AS(clip::footage(long_one, clip::visibility(30)), error);
    CHECK_THROWS_AS(clip::footage(found, 0), error);
    CHECK_THROWS_AS(clip::footage(data::recording{}), error);
}

TEST_CASE("samplers: a recording and its usable frames give the same clips", "[clip]") {
    const auto trial = testing::constraint_trials().front();
    const auto prior = clip::duration_prior::from_durations({.2, 1, 2});
    const clip::prior_sampler sampler;
    const auto seen = clip::visible_frames<float>(trial.recording.poses.view(),
                                                  trial.recording.topology.anchors, .3);
    clip::sample_audit one(prior), other(prior);
    const auto clips = sampler.sample({trial.recording, trial.cuts}, prior, {}, one);
    CHECK(clips == sampler.sample(seen, 25, prior, {}, other, trial.cuts));
    CHECK(one.seen_frames == other.seen_frames);
    CHECK(clips.size() > 10);
    CHECK(settings_text(sampler) ==
          "prior_sampler(50, 2000, 1, (not_visible(0.3), person_change(), overlap()))");
}

namespace {

/// Starts near the middle of what a window leaves.
struct in_the_middle {
    clip::duration_prior lengths;
    double off = 0;

    const clip::duration_prior& durations() const { return lengths; }
    double start(random_stream& stream, double seconds, const clip::footage& of) const {
        return off + (.4 + .2 * stream.uniform()) * (of.seconds() - seconds);
    }
};
struct early {
    static constexpr std::string_view name = "late";
    double seconds = 10;
    bool accepts(const clip::candidate& c) const { return c.window.end <= seconds * c.of.fps(); }
};

}  // namespace

TEST_CASE("samplers: proposals and constraints of one's own", "[clip]") {
    const auto trial = testing::constraint_trials().front();
    using clip::all, clip::rejection;
    const in_the_middle proposal{clip::duration_prior::from_durations({.2, 1, 200})};
    clip::sample_audit counts(proposal.durations());

    rejection<in_the_middle, all<>> free{.quota = 500, .budget = 500};
    for (const auto& w : free.sample(trial.recording, proposal, {}, counts)) {
        CHECK(w.start >= 700);
        CHECK(w.end <= 1250);
    }
    CHECK(counts.causes == std::vector<std::string>{"too_long"});
    CHECK(counts.candidates() == 500);
    CHECK(counts.clips() + counts.rejected("too_long") == 500);
    CHECK(counts.seen_frames == 2000);
    CHECK_THROWS_AS(counts.rejected("overlap"), error);

    rejection<in_the_middle, all<early, clip::no_overlap>> sampler{.quota = 5, .starts = 3};
    CHECK_THROWS_AS(sampler.sample(trial.recording, proposal, {}, counts), error);
    clip::sample_audit own(proposal.durations());
    CHECK(sampler.sample(trial.recording, proposal, {}, own).empty());
    CHECK(own.causes == std::vector<std::string>{"too_long", "late", "overlap"});
    CHECK(own.rejected("late") + own.rejected("too_long") == 2000);
    CHECK_THROWS_AS(own.add(counts), error);
    sampler.constraints.get<early>().seconds = 40;
    CHECK(sampler.sample(trial.recording, proposal, {}, own).size() == 5);
    CHECK(own.candidates() ==
          5 + own.rejected("late") + own.rejected("too_long") + own.rejected("overlap"));
    clip::sample_audit joined(proposal.durations());
    joined.add(own);
    CHECK(joined.causes == own.causes);
    CHECK(joined.rejected("late") == own.rejected("late"));

    // Bad proposals and audits are told.
    for (const double off : {-60., 60., std::numeric_limits<double>::quiet_NaN()})
        CHECK_THROWS_AS(sampler.sample(trial.recording, {proposal.lengths, off}, {}, own), error);
    clip::sample_audit unfit;
    CHECK_THROWS_AS(sampler.sample(trial.recording, proposal, {}, unfit), error);
}

TEST_CASE("samplers: a constraint that refuses nothing changes no clip", "[clip]") {
    const auto trial = testing::constraint_trials().front();
    const auto prior = clip::duration_prior::from_durations({.2, 1, 2});
    using more =
        clip::rejection<clip::duration_prior, clip::all<early, clip::visible<clip::anchors>,
                                                        clip::no_cut, clip::no_overlap>>;
    more wider;
    wider.constraints.get<early>().seconds = 1e6;
    clip::sample_audit one(prior), other(prior);
    CHECK(wider.sample(trial.recording, prior, {.seed = 2}, one) ==
          clip::prior_sampler{}.sample(trial.recording, prior, {.seed = 2}, other));
}
