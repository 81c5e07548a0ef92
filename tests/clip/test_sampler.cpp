#include <cmath>
#include <numeric>
#include <vector>

#include "catch.hpp"
#include "mgkit/clip/prior_sampler.hpp"

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
    for (std::size_t c = 0; c < 3; ++c) refused += audit.rejected(static_cast<clip::rejection>(c));
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
    CHECK(audit.rejected(clip::rejection::too_long) == 100);
    CHECK(sampler.sample(clip::visibility(std::vector<bool>(400, false)), fps, prior, {}, audit)
              .empty());
    CHECK(audit.rejected(clip::rejection::not_visible) == 100);
    CHECK(sampler.sample(clip::visibility(50), fps, prior, {}, audit).size() == 1);
    CHECK(audit.rejected(clip::rejection::overlap) == 99);
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
