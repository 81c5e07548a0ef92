// SPDX-License-Identifier: MIT
#include <cmath>
#include <numeric>
#include <vector>

#include "catch.hpp"
#include "mgkit/clip/cut.hpp"
#include "mgkit/clip/prior_sampler.hpp"
#include "mgkit/clip/redraw.hpp"
#include "mgkit/metric/iod.hpp"

namespace clip = mgkit::clip;
namespace data = mgkit::data;

namespace {

constexpr double fps = 25;

clip::duration_prior some_prior() {
    std::vector<double> seconds;
    for (int i = 0; i < 400; ++i) seconds.push_back(0.2 + 0.013 * i);
    for (int i = 0; i < 100; ++i) seconds.push_back(1.0);
    return clip::duration_prior::from_durations(seconds);
}

/// Hidden for one second in every ten.
clip::visibility mostly_seen(int frames) {
    std::vector<bool> seen(static_cast<std::size_t>(frames));
    for (std::size_t t = 0; t < seen.size(); ++t) seen[t] = t % 250 >= 25;
    return clip::visibility(seen);
}

}  // namespace

TEST_CASE("duration prior: cells, mean, draws", "[clip]") {
    const auto p = clip::duration_prior::from_durations({1, 2, 2, 4});
    REQUIRE(p.cells() == 3);
    CHECK(p.cumulative()[0] == 0.25);
    CHECK(p.cumulative()[1] == 0.75);
    CHECK(p.cumulative()[2] == 1.0);
    CHECK(p.mean() == 2.25);
    CHECK(p.annotations() == 4);

    const auto h = clip::duration_prior::from_histogram(std::vector<double>{0, 1, 2, 5},
                                                        std::vector<double>{1, 0, 1});
    CHECK(h.cells() == 2 * clip::duration_prior::cells_per_bin);
    CHECK(std::abs(h.mean() - 2.0) < 1e-12);
    mgkit::random_stream stream(mgkit::random_key{.seed = 3}, "test");
    for (int i = 0; i < 1000; ++i) {
        const auto [seconds, cell] = h.draw(stream);
        CHECK((seconds < 1 || seconds >= 2));
        CHECK(seconds >= h.low(cell));
        CHECK(seconds <= h.high(cell));
    }
    CHECK_THROWS_AS(clip::duration_prior::from_durations({}), mgkit::error);
    CHECK_THROWS_AS(clip::duration_prior::from_durations({1, 0}), mgkit::error);
    CHECK_THROWS_AS(clip::duration_prior::from_durations({NAN}), mgkit::error);
    CHECK_THROWS_AS(
        clip::duration_prior::from_histogram(std::vector<double>{0, 1}, std::vector<double>{1, 2}),
        mgkit::error);
    CHECK_THROWS_AS(clip::duration_prior::from_histogram(std::vector<double>{0, 1, 1},
                                                         std::vector<double>{1, 2}),
                    mgkit::error);
    CHECK_THROWS_AS(
        clip::duration_prior::from_histogram(std::vector<double>{0, 1}, std::vector<double>{0}),
        mgkit::error);
}

TEST_CASE("visibility: whole intervals against a scan of their frames", "[clip]") {
    mgkit::skeleton::pose<float> poses({mgkit::skeleton::channel_layout::xyc, 60, 3, 1}, 60);
    mgkit::random_stream stream(mgkit::random_key{.seed = 5}, "test");
    for (int t = 0; t < 60; ++t)
        for (int v = 0; v < 3; ++v)
            poses.view().at(2, t, v) =
                stream.below(8) == 0 ? 0.f : static_cast<float>(stream.uniform(.25, 1));
    const std::vector<int> anchors{0, 2};
    for (const double threshold : {0.0, 0.3, 0.9}) {
        const auto seen =
            clip::visible_frames<float>(std::as_const(poses).view(), anchors, threshold);
        const auto frame = [&](int t) {
            for (const int a : anchors) {
                const double c = poses.view().at(2, t, a);
                if (!(c > 0 && c >= threshold)) return false;
            }
            return true;
        };
        for (int start = 0; start < 60; ++start) {
            bool all = true;
            for (int end = start + 1; end <= 60; ++end) {
                all = all && frame(end - 1);
                REQUIRE(seen.whole(start, end) == all);
            }
        }
    }
    CHECK_THROWS_AS(
        clip::visible_frames<float>(std::as_const(poses).view(), std::vector<int>{3}, .3),
        mgkit::error);
    CHECK_THROWS_AS(clip::visible_frames<float>(std::as_const(poses).view(), anchors, 1.5),
                    mgkit::error);
    CHECK(clip::visible_frames<float>(std::as_const(poses).view(), {}, .3).seen_frames() == 60);
}

TEMPLATE_TEST_CASE_SIG("sampler laws: no overlap, every frame seen, quota, counts, seed", "[clip]",
                       ((int starts), starts), 1, 10) {
    const auto prior = some_prior();
    clip::sample_audit audit(prior);
    const clip::prior_sampler sampler{.quota = 30, .budget = 3000, .starts = starts};
    for (std::uint32_t r = 0; r < 40; ++r) {
        const auto seen = mostly_seen(2000 + 100 * static_cast<int>(r));
        const mgkit::random_key key{.seed = 9, .clip = r};
        const auto clips = sampler.sample(seen, fps, prior, key, audit);
        CHECK(clips.size() <= 30);
        for (std::size_t i = 0; i < clips.size(); ++i) {
            REQUIRE(clips[i].length() >= 1);
            CHECK(seen.whole(clips[i].start, clips[i].end));
            if (i > 0) CHECK(clips[i - 1].end <= clips[i].start);
        }
        clip::sample_audit again(prior);
        CHECK(sampler.sample(seen, fps, prior, key, again) == clips);
    }
    CHECK(audit.recordings == 40);
    std::uint64_t refused = 0;
    for (const auto& cause : audit.causes) refused += audit.rejected(cause);
    CHECK(audit.candidates() == audit.clips() + refused);
    CHECK(std::accumulate(audit.accepted.begin(), audit.accepted.end(), std::uint64_t{0}) ==
          audit.clips());
    // Proposals follow the prior; what is accepted is shorter, and rejection rises with duration.
    CHECK(audit.proposed_fit(prior).p > 0.01);
    CHECK(audit.accepted_fit(prior).statistic > audit.proposed_fit(prior).statistic);
    CHECK(audit.deciles[9].rejection_rate() > audit.deciles[0].rejection_rate());
}

TEST_CASE("sampler: trying new starts weakens the bias to short clips", "[clip]") {
    const auto prior = some_prior();
    double distance[2];
    for (int k = 0; k < 2; ++k) {
        clip::sample_audit audit(prior);
        const clip::prior_sampler sampler{.quota = 20, .budget = 5000, .starts = k == 0 ? 1 : 50};
        for (std::uint32_t r = 0; r < 60; ++r)
            sampler.sample(mostly_seen(4000), fps, prior, {.seed = 2, .clip = r}, audit);
        distance[k] = audit.accepted_fit(prior).statistic;
    }
    CHECK(distance[1] < distance[0]);
}

TEST_CASE("sampler: hopeless recordings end, with their reasons counted", "[clip]") {
    const auto prior = clip::duration_prior::from_durations({2.0});
    const clip::prior_sampler sampler{.quota = 5, .budget = 100};
    clip::sample_audit audit(prior);
    CHECK(sampler.sample(clip::visibility(40), fps, prior, {}, audit).empty());
    CHECK(audit.rejected("too_long") == 100);
    CHECK(sampler.sample(clip::visibility(std::vector<bool>(400, false)), fps, prior, {}, audit)
              .empty());
    CHECK(audit.rejected("not_visible") == 100);
    CHECK(sampler.sample(clip::visibility(50), fps, prior, {}, audit).size() == 1);
    CHECK(audit.rejected("overlap") == 99);
    CHECK_THROWS_AS(sampler.sample(clip::visibility(50), 0, prior, {}, audit), mgkit::error);
    CHECK_THROWS_AS(
        (clip::prior_sampler{.quota = 0}).sample(clip::visibility(50), fps, prior, {}, audit),
        mgkit::error);
    CHECK_THROWS_AS(clip::visibility(0), mgkit::error);
}

TEST_CASE("audit: parts join in any order", "[clip]") {
    const auto prior = some_prior();
    const clip::prior_sampler sampler;
    clip::sample_audit whole(prior), first(prior), second(prior);
    for (std::uint32_t r = 0; r < 6; ++r) {
        sampler.sample(mostly_seen(3000), fps, prior, {.clip = r}, whole);
        sampler.sample(mostly_seen(3000), fps, prior, {.clip = r}, r % 2 == 0 ? first : second);
    }
    second.add(first);
    CHECK(second.proposed == whole.proposed);
    CHECK(second.clips() == whole.clips());
    CHECK(second.recordings == 6);
    clip::sample_audit other(clip::duration_prior::from_durations({1.0}));
    CHECK_THROWS_AS(other.add(whole), mgkit::error);
}

TEST_CASE("sampler: no clip runs across a change of person", "[clip]") {
    const auto prior = some_prior();
    const clip::prior_sampler sampler{.quota = 60, .budget = 4000};
    const std::vector<int> cuts{300, 305, 1200};
    clip::sample_audit free(prior), cut(prior);
    const clip::visibility seen(2000);
    for (std::uint32_t r = 0; r < 20; ++r) {
        sampler.sample(seen, fps, prior, {.clip = r}, free);
        for (const auto& c : sampler.sample(seen, fps, prior, {.clip = r}, cut, cuts))
            for (const int at : cuts) CHECK((c.end <= at || at <= c.start));
    }
    CHECK(free.rejected("person_change") == 0);
    CHECK(cut.rejected("person_change") > 0);
    std::uint64_t refused = 0;
    for (const auto& cause : cut.causes) refused += cut.rejected(cause);
    CHECK(cut.candidates() == cut.clips() + refused);
    CHECK_FALSE(data::runs_across(cuts, 0, 300));
    CHECK(data::runs_across(cuts, 0, 301));
    CHECK_FALSE(data::runs_across(cuts, 300, 305));
    CHECK_FALSE(data::runs_across(cuts, 1200, 2000));
    CHECK_FALSE(data::runs_across({}, 0, 2000));
}

TEST_CASE("redraw: other draws of the same sampler, whatever the threads", "[clip]") {
    const auto prior = some_prior();
    const clip::prior_sampler sampler{.quota = 10, .budget = 200};
    const auto seen = mostly_seen(3000);
    const mgkit::random_key key{.seed = 4, .clip = 9};
    clip::sample_audit counts(prior);
    const auto own = sampler.sample(seen, fps, prior, key, counts);
    const auto one = clip::redraw(sampler, seen, fps, prior, key, {}, 30, 1);
    CHECK(one == clip::redraw(sampler, seen, fps, prior, key, {}, 30, 3));
    REQUIRE(one.size() == 30);
    for (std::size_t k = 0; k < one.size(); ++k) {
        CHECK(one[k] != own);
        if (k > 0) CHECK(one[k] != one[k - 1]);
        for (const auto& c : one[k]) CHECK(seen.whole(c.start, c.end));
    }
    CHECK_THROWS_AS(clip::redraw(sampler, seen, fps, prior, key, {}, -1), mgkit::error);
}

TEST_CASE("redraw: a blind sampler does not beat itself where gestures avoid the ends", "[clip]") {
    // Gestures fill the middle of short recordings. Shifts put them at the ends as often.
    const auto prior = clip::duration_prior::from_durations({3, 4, 5});
    const clip::prior_sampler sampler{.quota = 4, .budget = 40};
    const clip::visibility seen(500);
    const std::vector<data::segment> truth{{100, 400}};
    double mean = 0, beats_shifts = 0, beats_itself = 0;
    constexpr int trials = 40;
    mgkit::metric::iod_report last;
    for (std::uint64_t seed = 1; seed <= trials; ++seed) {
        mgkit::metric::iod overlap({.shifts = 300});
        for (std::uint32_t r = 0; r < 60; ++r) {
            clip::sample_audit counts(prior);
            const mgkit::random_key key{.seed = seed, .clip = r};
            overlap.add(500, sampler.sample(seen, fps, prior, key, counts), truth, {},
                        static_cast<int>(r), clip::redraw(sampler, seen, fps, prior, key, {}, 60));
        }
        last = overlap.report();
        mean += last.mean.value / trials;
        beats_shifts += last.mean.value > last.mean.shifted.high ? 1.0 / trials : 0;
        beats_itself += last.mean.redrawn.p <= 0.05 ? 1.0 / trials : 0;
    }
    CHECK(last.mean.redrawn.runs == 60);
    CHECK(std::abs(last.mean.redrawn.mean - mean) < 0.01);
    CHECK(last.mean.shifted.mean < mean - 0.03);
    CHECK(beats_shifts > 0.9);
    CHECK(beats_itself < 0.2);
}

TEST_CASE("cut: clips of another rate are resampled by the resampler's rules", "[clip]") {
    data::recording r;
    r.name = "r";
    r.fps = 50;
    r.topology.joints = {"one"};
    r.poses.resize({mgkit::skeleton::channel_layout::xyc, 100, 1, 1}, 100);
    for (int t = 0; t < 100; ++t) {
        r.poses.view().at(0, t, 0) = static_cast<float>(t);
        r.poses.view().at(2, t, 0) = t == 30 ? 0.f : 1.f;
    }
    r.poses.view().at(0, 30, 0) = 0;
    mgkit::skeleton::pose<float> out;
    const auto at_rate = [&](int start, int end, int frames, double rate) {
        clip::cut(r, {start, end, 0, 0}, frames, out, rate);
        return std::as_const(out).view();
    };
    const auto half = at_rate(20, 60, 64, 25);
    REQUIRE(half.length == 20);
    CHECK(half.at(0, 0, 0) == 20.5f);  // the middle of frames 20 and 21
    CHECK(half.at(0, 19, 0) == 58.5f);
    CHECK(half.at(2, 5, 0) == 0);  // one of its two neighbours was not seen
    CHECK(half.at(0, 5, 0) == 0);
    const auto own = at_rate(20, 60, 64, 50);
    REQUIRE(own.length == 40);
    CHECK(own.at(0, 39, 0) == 59);
    CHECK(at_rate(20, 60, 64, 0).length == 40);
    CHECK(at_rate(20, 60, 128, 100).length == 80);
    CHECK(at_rate(20, 60, 64, 100).length == 64);
    CHECK(at_rate(20, 21, 64, 1).length == 1);
    CHECK(clip::frames_at_rate(10, 29.97, 30) == 10);
    r.fps = 0;
    CHECK(at_rate(20, 60, 64, 0).length == 40);
    CHECK_THROWS_AS(at_rate(20, 60, 64, 25), mgkit::error);
}
