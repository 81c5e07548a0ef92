// SPDX-License-Identifier: MIT
// The windows and counts of prior_sampler are those of its first implementation, bit for bit:
// digests recorded before samplers were composed.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "catch.hpp"
#include "interview/interviews.hpp"
#include "mgkit/clip/prior_sampler.hpp"
#include "mgkit/clip/redraw.hpp"
#include "mgkit/clip/training_durations.hpp"
#include "mgkit/clip/visibility.hpp"
#include "mgkit/core/digest.hpp"

namespace clip = mgkit::clip;
namespace data = mgkit::data;

namespace {

/// A recording as the sampler sees it.
struct subject_matter {
    clip::visibility seen;
    double fps = 25;
    std::vector<int> cuts;
};

/// Nobody in view for long stretches, another person in between, at a rate that divides nothing.
subject_matter with_gaps() {
    std::vector<bool> seen(7001, true);
    for (std::size_t t = 0; t < seen.size(); ++t)
        if (t % 900 < 260 || (t > 4000 && t < 4700) || t % 331 == 0) seen[t] = false;
    return {clip::visibility(seen), 29.97, {260, 1173, 1174, 2999, 4700, 6500}};
}

/// A generated interview; another body begins where a cut-in begins and where it ends.
subject_matter interview(int index, double threshold) {
    const auto made = iv::generator(small_corpus(4, .4)).make(index);
    subject_matter out{clip::visible_frames<float>(made.observed.poses.view(),
                                                   made.observed.topology.anchors, threshold),
                       made.observed.fps,
                       {}};
    for (const auto& c : made.cut_ins) {
        if (c.start > 0) out.cuts.push_back(c.start);
        if (c.end < made.observed.frames()) out.cuts.push_back(c.end);
    }
    std::sort(out.cuts.begin(), out.cuts.end());
    return out;
}

void add(mgkit::digest& to, const std::vector<data::segment>& clips) {
    to.add(clips.size());
    for (const auto& c : clips) to.add(c.start).add(c.end).add(c.label).add(c.annotator);
}

void add(mgkit::digest& to, const clip::sample_audit& counts) {
    for (const auto& d : counts.deciles) {
        to.add(d.candidates).add(d.accepted);
        for (const auto n : d.rejected) to.add(n);
    }
    for (const auto n : counts.proposed) to.add(n);
    for (const auto n : counts.accepted) to.add(n);
    to.add(counts.recordings).add(counts.quota_met).add(counts.frames).add(counts.seen_frames);
}

/// Clips and counts of three seeds, and two redraws of the last.
std::string sampled(const clip::prior_sampler& sampler, const subject_matter& of,
                    const clip::duration_prior& prior) {
    mgkit::digest out;
    clip::sample_audit counts(prior);
    for (const std::uint64_t seed : {1u, 2u, 77u}) {
        const mgkit::random_key key{.seed = seed, .clip = mgkit::name_hash("interview_0001")};
        add(out, sampler.sample(of.seen, of.fps, prior, key, counts, of.cuts));
        if (seed == 77)
            for (const auto& clips : clip::redraw(sampler, of.seen, of.fps, prior, key, of.cuts, 2))
                add(out, clips);
    }
    add(out, counts);
    return out.hex();
}

std::string frames_of(const subject_matter& of) {
    mgkit::digest out;
    for (int t = 0; t < of.seen.frames(); ++t) out.add(of.seen.seen(t));
    for (const int at : of.cuts) out.add(at);
    return out.hex();
}

}  // namespace

TEST_CASE("prior_sampler: the bits that were recorded", "[clip]") {
    struct recorded {
        const char *frames, *as_published, *few_candidates, *redraw_start, *of_values;
    };
    const auto values = clip::duration_prior::from_durations({.04, .2, .2, .5, 1, 1, 3.7, 9, 300});
    const auto matches = [&](const subject_matter& of, const recorded& r) {
        REQUIRE(frames_of(of) == r.frames);  // the recording itself
        const auto smg = clip::smg_durations();
        CHECK(sampled({}, of, smg) == r.as_published);
        CHECK(sampled({.quota = 7, .budget = 60}, of, smg) == r.few_candidates);
        CHECK(sampled({.quota = 80, .budget = 1500, .starts = 20}, of, smg) == r.redraw_start);
        CHECK(sampled({.quota = 400, .budget = 3000, .starts = 3}, of, values) == r.of_values);
    };
    SECTION("every frame seen") {
        matches({clip::visibility(1000), 25, {}},
                {"8b0094a7ad22b0d617254449c535fd31", "84d4151f5366c7d16054abb6ad3f232a",
                 "6b0146f055dc285604cf54c2cdfe91e0", "70a9145c5283bf70016342423d121ad4",
                 "843ce53e2274f233a9b3507b26f2fd09"});
    }
    SECTION("gaps and changes of person") {
        matches(with_gaps(),
                {"caadd94fe9bcd38d6b3176ed36c82ad6", "d118208a05be571c255cabb967c9ef07",
                 "7ee524eddb40a170051b9cbf8aa718da", "db1c6713cb1d6d833060612442824afd",
                 "6c64c37e127a961da4a727979b83c3eb"});
    }
    SECTION("an interview") {
        matches(interview(0, .3),
                {"877c38bb48e12e993d607e74c07a0c35", "cc10f27ddbed2c7c8df643810e9f9289",
                 "66f0171dace7988624527765e531dd74", "7faa69cee61549352eff1fd1bb4c4706",
                 "785631fbe7731f6d1f951f9714aa0d8c"});
    }
    SECTION("an interview with cut-ins") {
        matches(interview(3, .3),
                {"90b266d669c177274f9f4bca9bb8f5b6", "abe7a546752fe7266ce5ff9ae4b8e8c8",
                 "21959b997840ff6c7cf641ebe1535c09", "acac467a29a211165dc7e9283153e0f0",
                 "bbc6becb568687933b91250bde47767f"});
    }
    SECTION("an interview under a high threshold") {
        matches(interview(3, .75),
                {"f09565f2dea06929bf842c9e3bd92937", "3eed90482a754f6efd0662c338cf5def",
                 "cfd0486ec85f312fef1b99546dd001cf", "0dce00b4dbc35e29300da02c2a73a766",
                 "72a134703b9760ccb31f146f098bb11c"});
    }
}
