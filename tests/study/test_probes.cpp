// SPDX-License-Identifier: MIT
// Probes of a fold: nothing about tested people is chosen by, or reaches what is trained.
#include <algorithm>
#include <cmath>
#include <set>
#include <span>
#include <vector>

#include "catch.hpp"
#include "metric/refused.hpp"
#include "mgkit/metric/fusion.hpp"
#include "mgkit/probe/baseline_dtw.hpp"
#include "mgkit/study/systems.hpp"
#include "study/small.hpp"

using namespace mgkit;

namespace {

study::fold first_fold(const data::clip_set& clips) {
    return study::fold_of(clips, study::choose_splits(clips), 0);
}

study::fold_features features_of(const study::fold& at, double apart, std::uint64_t seed,
                                 std::size_t columns = 40) {
    return {features_like(at.train.labels, apart, seed, columns),
            features_like(at.test.labels, apart, seed + 1000, columns)};
}

double ridge_of(const study::fold& at, const study::fold_features& features) {
    context ctx;
    return study::linear_probe<T>(ctx, at, features).ridge;
}

}  // namespace

TEST_CASE("the ridge is chosen by training people alone") {
    const data::clip_set clips = small_clips();
    const study::fold at = first_fold(clips);
    std::set<double> chosen;
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        const auto features = features_of(at, 1.0, seed);
        const double ridge = ridge_of(at, features);
        chosen.insert(ridge);

        study::fold changed = at;
        study::fold_features moved = features;
        std::reverse(changed.test.labels.begin(), changed.test.labels.end());
        std::reverse(changed.test.subjects.begin(), changed.test.subjects.end());
        std::reverse(moved.test.values.begin(), moved.test.values.end());
        CHECK(ridge_of(changed, moved) == ridge);
        for (float& v : moved.test.values) v = 100 * v + 7;
        CHECK(ridge_of(changed, moved) == ridge);
        // A class that only tested people have, in a longer list of classes.
        for (auto* side : {&changed.train, &changed.test}) side->class_names.push_back("unseen");
        std::fill(changed.test.labels.begin(), changed.test.labels.end(), 6);
        CHECK(ridge_of(changed, moved) == ridge);
    }
    // What training people do decides: another draw of their features chooses otherwise.
    CHECK(chosen.size() > 1);
}

TEST_CASE("the ridge is judged on whole people") {
    // Everybody has a way of his own to do a class, which says nothing about others.
    const data::clip_set clips = small_clips(6);
    const study::fold at = first_fold(clips);
    context ctx;
    const study::trained_classes trained(at.train.labels);
    const study::ridge_settings settings;
    std::vector<probe::inner_fold> people, clipwise(2);
    for (auto& inner : data::subject_folds(at.train, 3))
        people.push_back({inner.train, inner.test});
    for (int i = 0; i < at.train.size(); ++i) {
        clipwise[static_cast<std::size_t>(i % 2)].train.push_back(i);
        clipwise[static_cast<std::size_t>(1 - i % 2)].test.push_back(i);
    }
    bool differs = false;
    for (std::uint64_t seed = 2; seed < 6; ++seed) {
        auto features = features_like(at.train.labels, 1, seed, 16);
        for (std::size_t i = 0; i < features.rows; ++i) {
            const int own = 6 * at.train.subjects[i] + at.train.labels[i];
            random_stream draws({static_cast<std::uint64_t>(own)}, "own way");
            for (std::size_t j = 6; j < 16; ++j)
                features.row(i)[j] += static_cast<float>(6 * draws.normal());
        }
        const auto chosen_by = [&](std::span<const probe::inner_fold> folds) {
            return probe::choose_ridge<T>(ctx, features, trained.labels, trained.count(),
                                          settings.strengths, folds);
        };
        const double chosen = study::choose_ridge<T>(ctx, at, features, at.train.labels);
        CHECK(chosen == chosen_by(people));
        differs = differs || chosen != chosen_by(clipwise);
    }
    CHECK(differs);

    study::fold one = at;
    one.train = at.train.subset(data::subject_folds(at.train, 5).front().test);
    CHECK(data::subjects_of(one.train, data::all_of(one.train)).size() == 1);
    const auto few = features_like(one.train.labels, 0.8, 3);
    CHECK(study::choose_ridge<T>(ctx, one, few, one.train.labels) == settings.strengths.front());
    CHECK_REFUSED(study::choose_ridge<T>(ctx, one, few, one.train.labels, {.strengths = {}}),
                  "one or more strengths");
}

TEST_CASE("classes that nobody trains on rank last and change nothing else", "[quick]") {
    data::clip_set clips = small_clips();
    const auto who = study::choose_splits(clips);
    // Nobody of the training side does class 4.
    for (const int i : who.folds[0].train) {
        int& label = clips.labels[static_cast<std::size_t>(i)];
        if (label == 4) label = 5;
    }
    const study::fold at = study::fold_of(clips, who, 0);
    CHECK(who.folds[0].unseen_classes.empty());
    const auto features = features_of(at, 6, 1, 8);
    context ctx;
    const auto found = study::linear_probe<T>(ctx, at, features);
    REQUIRE(found.scores.classes == 6);
    CHECK(std::count(found.scores.predicted.begin(), found.scores.predicted.end(), 4) == 0);
    CHECK(found.scores.top1 > .5);
    const auto share = metric::softmax_rows(found.scores.scores, 6);
    for (std::size_t i = 0; i < share.size(); i += 6) CHECK(share[i + 4] == 0);

    study::fold longer = at;
    for (auto* side : {&longer.train, &longer.test}) side->class_names.push_back("more");
    const auto wide = study::linear_probe<T>(ctx, longer, features);
    CHECK(wide.ridge == found.ridge);
    CHECK(wide.scores.predicted == found.scores.predicted);
    for (std::size_t i = 0; i < at.test.labels.size(); ++i)
        for (std::size_t k : {0u, 1u, 2u, 3u, 5u})
            CHECK(wide.scores.scores[i * 7 + k] == found.scores.scores[i * 6 + k]);
}

TEST_CASE("trained classes count labels among themselves", "[quick]") {
    const study::trained_classes some(std::vector<int>{5, 1, 5, 3});
    CHECK(some.classes == std::vector<int>{1, 3, 5});
    CHECK(some.labels == std::vector<int>{2, 0, 2, 1});
    const std::vector<float> scores{.5f, -2, 1, 0, 0, 9};
    const auto wide = some.widened(scores, 7);
    REQUIRE(wide.size() == 14);
    CHECK(wide[1] == .5f);
    CHECK(wide[3] == -2);
    CHECK(wide[5] == 1);
    CHECK(wide[7 + 5] == 9);
    for (const std::size_t absent : {0u, 2u, 4u, 6u, 7u, 9u, 11u, 13u}) CHECK(wide[absent] < -900);
    const study::trained_classes all(std::vector<int>{0, 1});
    CHECK(all.widened(std::vector<float>{1, 2}, 2) == std::vector<float>{1, 2});
    CHECK_REFUSED(some.widened(scores, 5), "class 5");
    CHECK_REFUSED(some.widened(std::vector<float>{1, 2}, 7), "2 scores");
    CHECK_REFUSED(study::trained_classes({}).widened(scores, 7), "rows of 0 scores");
}

TEST_CASE("both probes see what features know; with shuffled labels they see nothing", "[quick]") {
    const data::clip_set clips = small_clips(8);
    const study::fold at = study::fold_of(clips, study::choose_splits(clips, {.folds = 2}), 0);
    const study::feature_maker make = [](const study::task& t) {
        return features_of(t.at, 8, 1, 8);
    };
    const study::task t{at, "joint", 1};
    const auto all = study::probed_system<T>(study::feature_kind::pretrained, make, {});
    const auto found = all.run(t);
    CHECK(found.knn->top1 > .95);
    CHECK(found.linear->top1 > .95);
    const auto chance = study::shuffled_system<T>(make, {}).run(t);
    CHECK(chance.knn->top1 < .5);
    CHECK(chance.linear->top1 < .5);
    const auto searched =
        study::searched_system<T>(study::feature_kind::pretrained, make, {}).run(t);
    CHECK(searched.knn->predicted == found.knn->predicted);
    CHECK_FALSE(searched.linear);
}

TEST_CASE("the linear evaluation of contrastive work is a choice that rows name", "[quick]") {
    const data::clip_set clips = small_clips(8);
    const study::fold at = study::fold_of(clips, study::choose_splits(clips, {.folds = 2}), 0);
    const study::feature_maker make = [](const study::task& t) {
        return features_of(t.at, 8, 1, 8);
    };
    const study::parts_maker parts = [](const study::task&) {
        return recipe{{"features", "some"}};
    };
    const study::task t{at, "joint", 1};
    const auto by = [&](const study::linear_choice& how) {
        return study::probed_system<T>(study::feature_kind::pretrained, make, parts, 1, {0}, how);
    };
    const probe::sgd_linear_settings published;
    const auto found = by(published).run(t);
    context ctx;
    const auto alone = study::sgd_linear_probe<T>(ctx, at, make(t), at.train.labels);
    CHECK(found.linear->scores == alone.scores);
    CHECK(found.linear->top1 > .95);
    CHECK(found.chosen.empty());
    CHECK(found.linear->scores != by({}).run(t).linear->scores);
    // Rows of before there was a choice stay; those of other settings are others.
    CHECK(by({}).made_of(t) == parts(t));
    CHECK(by(study::ridge_settings{}).made_of(t) == parts(t));
    const recipe named = by(published).made_of(t);
    CHECK(named.words("features") == "some");
    CHECK(named.words("linear probe").starts_with("sgd_linear("));
    CHECK_FALSE(named == by(probe::sgd_linear_settings{.epochs = 50}).made_of(t));
    CHECK_FALSE(by(study::ridge_settings{.folds = 2}).made_of(t) == parts(t));
    const auto plain = study::with_linear({}, {});
    CHECK_FALSE(plain);
}

TEST_CASE("baselines answer as their parts do", "[quick]") {
    const data::clip_set clips = small_clips();
    const study::fold at = first_fold(clips);
    const study::task t{at, "bone", 0};
    const auto input = [&](const std::string& stream) {
        return encode::clip_input(
            clips.topology, clips.shape,
            {.frames = 6, .stream = skeleton::parse_stream(stream), .confidence = false});
    };
    const auto raw = study::raw_system<T>(input);
    CHECK(raw.made_of(t) == recipe{{"input", "bone stream, 6 frames, without confidence"}});
    const auto features = study::from_input(input)(t);
    CHECK(features.train.rows == at.train.labels.size());
    CHECK(features.test.columns == input("bone").size());
    encode::clip_input::scratch work;
    std::vector<float> one(features.test.columns);
    input("bone").write_whole(at.test.clip(5), one, work);
    CHECK(std::equal(one.begin(), one.end(), features.test.row(5).begin()));
    CHECK(study::from_input(input, 2)(t).train.values == features.train.values);

    const auto majority = study::majority_system().run(t);
    CHECK(majority.knn->predicted == std::vector<int>(at.test.labels.size(), 0));
    CHECK(majority.knn->top1 == majority.linear->top1);
    context ctx;
    const auto warped = study::dtw_system().run(t);
    CHECK(warped.knn->predicted ==
          probe::dtw_nearest(ctx, study::views(at.train), at.train.labels, 6, study::views(at.test))
              .predicted);
    CHECK_FALSE(warped.linear);
    CHECK(study::summary_system<T>().streams == std::vector<std::string>{"joint"});
}

TEST_CASE("what is remembered is of the same fold, stream, seed and clips", "[quick]") {
    const data::clip_set clips = small_clips();
    int made = 0;
    const auto make = study::remembered([&](const study::task& t) {
        ++made;
        return features_of(t.at, 1, t.seed);
    });
    const auto who = study::choose_splits(clips);
    const study::fold a = study::fold_of(clips, who, 0), b = study::fold_of(clips, who, 1);
    const auto first = make({a, "joint", 1});
    CHECK(make({a, "joint", 1}).test.values == first.test.values);
    CHECK(made == 1);
    make({a, "bone", 1});
    make({a, "bone", 2});
    make({b, "bone", 2});
    CHECK(made == 4);
    make({study::fold_of(with_values(clips, [](int, float v) { return 2 * v; }), who, 1), "bone",
          2});
    CHECK(made == 5);
    const auto failing = study::remembered([&](const study::task& t) -> study::fold_features {
        if (++made % 2 == 0) throw error("maker", "luck", "none");
        return features_of(t.at, 1, t.seed);
    });
    CHECK_REFUSED(failing({a, "joint", 1}), "luck");
    CHECK(failing({a, "joint", 1}).test.values == first.test.values);
}
