// SPDX-License-Identifier: MIT
// Who is it: folds that never share a moment, chance, and features that know the person or not.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <vector>

#include "catch.hpp"
#include "metric/refused.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/clip/identity.hpp"
#include "mgkit/clip/prepare.hpp"
#include "mgkit/data/synthetic.hpp"
#include "mgkit/probe/baseline.hpp"
#include "mgkit/probe/reidentify.hpp"
#include "mgkit/report/reidentification.hpp"

using namespace mgkit;

namespace {

using matrix = eigen::tensor<float>;

/// Clips without values worth reading: `each` clips of every subject, gestures in turn.
data::clip_set people_of(int subjects, int each, int gestures) {
    data::clip_set out;
    for (int k = 0; k < gestures; ++k) out.class_names.push_back(text("gesture ", k));
    out.shape = {skeleton::channel_layout::xy, 1, 1, 1};
    for (int s = 0; s < subjects; ++s)
        for (int i = 0; i < each; ++i) {
            out.ids.push_back(static_cast<std::uint32_t>(out.ids.size()));
            out.num_frames.push_back(1);
            out.labels.push_back(i % gestures);
            out.subjects.push_back(10 + s);
        }
    out.set_values(std::vector<float>(out.ids.size() * 2));
    return out;
}

/// Noise, `apart` in the column of the subject and behind them in that of the gesture.
data::feature_table knowing(const data::clip_set& clips, double of_person, double of_gesture) {
    random_stream draws({std::uint64_t{3}}, "knowing");
    data::feature_table out{clips.subjects.size(), 24, {}};
    for (std::size_t i = 0; i < out.rows; ++i)
        for (int j = 0; j < 24; ++j)
            out.values.push_back(static_cast<float>(draws.normal() +
                                                    (j == clips.subjects[i] - 10 ? of_person : 0) +
                                                    (j == 12 + clips.labels[i] ? of_gesture : 0)));
    return out;
}

double mass_up_to(int hits, int trials, double share) {
    double sum = 0;
    for (int k = 0; k <= hits; ++k) {
        double one = 1;
        for (int i = 0; i < k; ++i) one *= static_cast<double>(trials - i) / (i + 1) * share;
        sum += one * std::pow(1 - share, trials - k);
    }
    return sum;
}

}  // namespace

TEST_CASE("the interval of chance is that of the binomial distribution", "[quick]") {
    for (const double share : {0.05, 0.25, 0.6})
        for (const int trials : {7, 40, 90}) {
            const auto found = probe::chance_interval(share, trials);
            CAPTURE(share, trials, found.low, found.high);
            const int low = static_cast<int>(std::lround(found.low * trials));
            const int high = static_cast<int>(std::lround(found.high * trials));
            CHECK(mass_up_to(low, trials, share) >= .025);
            CHECK((low == 0 || mass_up_to(low - 1, trials, share) < .025));
            CHECK(mass_up_to(high, trials, share) >= .975);
            CHECK(mass_up_to(high - 1, trials, share) < .975);
            CHECK(found.estimate == share);
            CHECK(found.groups == trials);
            CHECK(probe::standing_of(found.low, found) == probe::standing::at_chance);
            CHECK(probe::standing_of(found.high, found) == probe::standing::at_chance);
            CHECK(probe::standing_of(found.high + 1. / trials, found) == probe::standing::above);
            CHECK((low == 0 ||
                   probe::standing_of(found.low - 1. / trials, found) == probe::standing::below));
        }
    // Many trials: the normal approximation holds, and nothing underflows.
    const auto many = probe::chance_interval(.2, 200000);
    CHECK(many.high - .2 == Catch::Approx(1.96 * std::sqrt(.16 / 200000)).epsilon(.01));
    CHECK(.2 - many.low == Catch::Approx(1.96 * std::sqrt(.16 / 200000)).epsilon(.01));
    CHECK(probe::chance_interval(1, 5).low == 1);
    CHECK(probe::chance_of(std::vector<int>{0, 1, 1, 2}, 3).estimate == .5);
    CHECK_REFUSED(probe::chance_interval(.5, 0), "trials");
    CHECK_REFUSED(probe::chance_interval(1.5, 3), "share");
    CHECK_REFUSED(probe::chance_interval(.5, 3, 1), "level");
    CHECK_REFUSED(probe::chance_of({}, 3), "clip");
}

TEST_CASE("a recording is on one side of a fold, and people are on both", "[quick]") {
    const auto clips = people_of(4, 30, 3);
    std::vector<int> recordings;
    for (std::size_t i = 0; i < clips.subjects.size(); ++i)
        recordings.push_back(clips.subjects[i] * 100 + static_cast<int>(i % 30) / 5);
    const auto found = probe::folds_of_moments(clips, recordings, 3);
    CHECK(found.recordings == 24);
    CHECK(found.clips == 120);
    CHECK(found.left_out.empty());
    REQUIRE(found.folds.size() == 3);
    std::vector<int> tested;
    for (const auto& fold : found.folds) {
        std::set<int> in_training, in_test, trained;
        for (const int i : fold.train) {
            in_training.insert(recordings[static_cast<std::size_t>(i)]);
            trained.insert(clips.subjects[static_cast<std::size_t>(i)]);
        }
        for (const int i : fold.test) in_test.insert(recordings[static_cast<std::size_t>(i)]);
        for (const int r : in_test) CHECK(!in_training.contains(r));
        CHECK(trained.size() == 4);
        CHECK(fold.test.size() == 40);
        CHECK(fold.train.size() == 80);
        tested.insert(tested.end(), fold.test.begin(), fold.test.end());
    }
    std::sort(tested.begin(), tested.end());
    CHECK(tested == data::all_of(clips));
}

TEST_CASE("two people in one recording are tested together", "[quick]") {
    const auto clips = people_of(2, 8, 2);
    std::vector<int> recordings;
    for (std::size_t i = 0; i < 16; ++i) recordings.push_back(static_cast<int>(i % 8) / 2);
    const auto found = probe::folds_of_moments(clips, recordings, 4);
    CHECK(found.recordings == 4);
    REQUIRE(found.folds.size() == 4);
    for (const auto& fold : found.folds) {
        REQUIRE(fold.test.size() == 4);
        for (const int i : fold.test)
            CHECK(recordings[static_cast<std::size_t>(i)] ==
                  recordings[static_cast<std::size_t>(fold.test[0])]);
    }
}

TEST_CASE("without recordings neighbours of a tested stretch do not train", "[quick]") {
    auto clips = people_of(3, 20, 2);
    // Time is in the ids, not in the order of the clips.
    std::reverse(clips.ids.begin(), clips.ids.end());
    for (const int apart : {0, 1, 3}) {
        const auto found = probe::folds_of_moments(clips, {}, 4, apart);
        CHECK(found.recordings == 0);
        CHECK(found.clips == 60);
        for (const auto& fold : found.folds) {
            CHECK(fold.test.size() == 15);
            int nearest = 100;
            for (const int i : fold.test)
                for (const int j : fold.train)
                    if (clips.subjects[static_cast<std::size_t>(i)] ==
                        clips.subjects[static_cast<std::size_t>(j)])
                        nearest = std::min(
                            nearest,
                            std::abs(static_cast<int>(clips.ids[static_cast<std::size_t>(i)]) -
                                     static_cast<int>(clips.ids[static_cast<std::size_t>(j)])));
            CHECK(nearest == apart + 1);
        }
    }
}

TEST_CASE("who cannot be on both sides is left out, and told", "[quick]") {
    const auto clips = people_of(3, 6, 2);
    std::vector<int> recordings;
    for (std::size_t i = 0; i < 18; ++i)
        recordings.push_back(clips.subjects[i] == 11 ? 99 : static_cast<int>(i / 3));
    const auto found = probe::folds_of_moments(clips, recordings, 5);
    CHECK(found.left_out == std::vector<int>{11});
    CHECK(found.clips == 12);
    for (const auto& fold : found.folds)
        for (const int i : fold.train) CHECK(clips.subjects[static_cast<std::size_t>(i)] != 11);
    CHECK_REFUSED(probe::folds_of_moments(clips, clips.subjects, 2), "two people");
    CHECK_REFUSED(probe::folds_of_moments(clips, {}, 1), "2 to 1000 folds");
    CHECK_REFUSED(probe::folds_of_moments(clips, {}, 2, -1), "clips apart");
    CHECK_REFUSED(probe::folds_of_moments(clips, std::vector<int>{1}, 2),
                  "a recording for each of 18 clips");
    context ctx;
    const auto r = probe::reidentify<matrix>(ctx, clips, knowing(clips, 6, 6), recordings);
    CHECK(r.left_out == std::vector<int>{11});
    CHECK(r.people == std::vector<int>{10, 12});
    CHECK(r.person.knn.classes == 2);
    CHECK(r.gesture->knn.truth.size() == 18);
    CHECK_CONTAINS(report::to_text(r), "Left out: 1 of 3 people");
}

TEST_CASE("features tell people apart, gestures apart, both or neither") {
    const auto clips = people_of(5, 30, 3);
    context ctx;
    const auto stands = [&](double of_person, double of_gesture) {
        const auto r = probe::reidentify<matrix>(ctx, clips, knowing(clips, of_person, of_gesture));
        CHECK(r.person.chance.estimate == Catch::Approx(.2));
        CHECK(r.gesture->chance.estimate == Catch::Approx(1. / 3));
        CHECK(r.folds == 5);
        CHECK(r.gesture_folds == 5);
        return std::vector{r.person.knn_stands(), r.person.linear_stands(), r.gesture->knn_stands(),
                           r.gesture->linear_stands()};
    };
    using enum probe::standing;
    CHECK(stands(7, 0) == std::vector{above, above, at_chance, at_chance});
    CHECK(stands(0, 7) == std::vector{at_chance, at_chance, above, above});
    CHECK(stands(7, 7) == std::vector{above, above, above, above});
    CHECK(stands(0, 0) == std::vector{at_chance, at_chance, at_chance, at_chance});
}

TEST_CASE("a moment that returns in a neighbour is no identity") {
    // Every recording has a direction of its own: neighbours know it, other recordings do not.
    const auto clips = people_of(6, 20, 2);
    std::vector<int> recordings;
    for (std::size_t i = 0; i < 120; ++i) recordings.push_back(static_cast<int>(i / 4));
    random_stream draws({std::uint64_t{8}}, "moments");
    std::map<int, std::vector<float>> of_recording;
    data::feature_table features{120, 30, {}};
    for (const int r : recordings) {
        auto& own = of_recording[r];
        while (own.size() < 30) own.push_back(static_cast<float>(3 * draws.normal()));
        for (const float v : own)
            features.values.push_back(v + .1f * static_cast<float>(draws.normal()));
    }
    context ctx;
    const auto kept = probe::reidentify<matrix>(ctx, clips, features, recordings);
    CHECK(kept.person.knn_stands() == probe::standing::at_chance);
    CHECK(kept.person.linear_stands() == probe::standing::at_chance);
    // Each clip a recording of its own: the moment is on both sides, and passes for a person.
    const auto leaking = probe::reidentify<matrix>(ctx, clips, features, data::all_of(clips));
    CHECK(leaking.person.knn.top1 > .95);
}

TEST_CASE("who is it is said in words and as JSON", "[quick]") {
    auto clips = people_of(4, 12, 3);
    context ctx, two{.threads = 2};
    const auto features = knowing(clips, 6, 0);
    const auto r = probe::reidentify<matrix>(ctx, clips, features);
    const auto words = report::to_text(r);
    CHECK_CONTAINS(words, "who is it");
    CHECK_CONTAINS(words, "above chance");
    CHECK_CONTAINS(words, "25.0 [");
    CHECK_CONTAINS(words, "neighbouring clips");
    const io::json json = report::to_json(r);
    CHECK(json["person"]["knn_top1"].get<double>() == r.person.knn.top1);
    CHECK(json["person"]["chance_interval"][1].get<double>() == r.person.chance.high);
    CHECK(json["recordings"].is_null());
    CHECK(report::to_json(probe::reidentify<matrix>(two, clips, features)).dump() == json.dump());
    clips.labels.clear();
    const auto unlabelled = probe::reidentify<matrix>(ctx, clips, features);
    CHECK(!unlabelled.gesture);
    CHECK(report::to_json(unlabelled)["gesture"].is_null());
    CHECK(unlabelled.person.linear.predicted == r.person.linear.predicted);
    CHECK_REFUSED(probe::reidentify<matrix>(ctx, clips, features.subset(std::vector<int>{0, 1})),
                  "features of 48 clips");
    CHECK_REFUSED(probe::reidentify<matrix>(ctx, clips, features, {}, {.ridge = -1}), "ridge");
}

namespace {

/// Generated movements (seed 1, one camera) dealt anew to eight people, who differ in nothing but
/// how long their bones are: each bone up to 15 % shorter or longer than in the movement.
data::clip_set limbs_alone() {
    auto clips = data::make_synthetic({.seed = 1, .frames = 16, .view_degrees = 0});
    const auto joints = static_cast<std::size_t>(clips.shape.joints);
    std::vector<float> values;
    for (int i = 0; i < clips.size(); ++i) {
        // Every generated person lends clips of each class to six of the eight.
        int& person = clips.subjects[static_cast<std::size_t>(i)];
        person = (person + i % 6) % 8;
        random_stream draws({1, 0, static_cast<std::uint32_t>(person)}, "limbs");
        std::vector<float> factor(joints);
        for (float& f : factor) f = static_cast<float>(draws.uniform(.85, 1.15));
        const auto in = clips.clip(i);
        skeleton::pose<float> made(in.shape, in.length);
        const auto out = made.view();
        for (int c = 0; c < 3; ++c)
            for (int t = 0; t < in.length; ++t)
                for (int v = 0; v < in.shape.joints; ++v) {
                    const int above = clips.topology.parents[static_cast<std::size_t>(v)];
                    out.at(c, t, v) = above == v ? in.at(c, t, v)
                                                 : out.at(c, t, above) +
                                                       factor[static_cast<std::size_t>(v)] *
                                                           (in.at(c, t, v) - in.at(c, t, above));
                }
        values.insert(values.end(), out.values, out.values + in.shape.size());
    }
    clips.set_values(std::move(values));
    return clips;
}

probe::reidentification who_is_it(const data::clip_set& clips) {
    const auto ready = clip::prepare({.scale = clip::scale_rule::none,
                                      .reference = clip::reference_rule::per_frame,
                                      .frames = 4},
                                     clips)
                           .clips;
    std::vector<probe::clip_view> views;
    for (int i = 0; i < ready.size(); ++i) views.push_back(ready.clip(i));
    context ctx;
    return probe::reidentify<matrix>(ctx, ready, probe::raw_features(views));
}

data::clip_set of_equal_bones(const data::clip_set& clips) {
    return clip::normalise_bones(clips, clip::mean_bone_lengths(clips, data::all_of(clips))).clips;
}

}  // namespace

TEST_CASE("people who differ in limbs alone are known by them, and no more once bones are equal") {
    const auto clips = limbs_alone();
    using enum probe::standing;
    const auto before = who_is_it(clips), after = who_is_it(of_equal_bones(clips));
    CAPTURE(before.person.knn.top1, before.person.linear.top1, after.person.knn.top1,
            after.person.linear.top1);
    CHECK(before.person.knn.top1 > .25);
    CHECK(before.person.linear.top1 > .8);
    CHECK(before.person.knn_stands() == above);
    CHECK(before.person.linear_stands() == above);
    CHECK(after.person.knn_stands() == at_chance);
    CHECK(after.person.linear_stands() == at_chance);
    for (const auto& r : {before, after}) {
        CHECK(r.gesture->knn_stands() == above);
        CHECK(r.gesture->linear_stands() == above);
    }
}

TEST_CASE("who reaches for the same places with other arms is known by the angles too") {
    const auto clips = data::make_synthetic({.seed = 5, .frames = 16, .view_degrees = 0});
    const auto before = who_is_it(clips), after = who_is_it(of_equal_bones(clips));
    CAPTURE(before.person.linear.top1, after.person.linear.top1);
    CHECK(after.person.linear.top1 < before.person.linear.top1 - .3);
    CHECK(after.person.linear_stands() == probe::standing::above);
}
