// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "catch.hpp"
#include "metric/refused.hpp"
#include "mgkit/probe/baseline.hpp"
#include "mgkit/probe/result.hpp"
#include "probe/clips.hpp"

using namespace mgkit;
using namespace mgkit::probe;
using Catch::Approx;

TEST_CASE("evaluations carry the figures of their answers", "[quick]") {
    const evaluation e = evaluate({0, 0, 1, 2}, {0, 1, 1, 1}, 3);
    CHECK(e.top1 == Approx(.5));
    CHECK(e.class_mean == Approx((.5 + 1 + 0) / 3));
    CHECK_FALSE(e.top5);
    CHECK(e.confusion.at(2, 1) == 1);
    CHECK(e.hits() == std::vector<double>{1, 0, 1, 0});

    const evaluation s = evaluate_scores({1, 0}, {.5f, .5f, .1f, .2f}, 2);
    CHECK(s.predicted == std::vector<int>{0, 1});
    CHECK(s.top1 == 0);
    CHECK(s.top5.value() == 1);
}

TEST_CASE("evaluations refuse mismatches", "[quick]") {
    CHECK_REFUSED(evaluate({}, {}, 3), "at least one clip");
    CHECK_REFUSED(evaluate({0, 1}, {0}, 3), "2 predictions");
    CHECK_REFUSED(evaluate({0, 3}, {0, 1}, 3), "true class 3 at index 1");
    CHECK_REFUSED(evaluate({0}, {-1}, 3), "predicted class -1 at index 0");
    CHECK_REFUSED(evaluate({0}, {0}, 3, {1.f, 2.f}), "scores of 1 clips x 3 classes");
    CHECK_REFUSED(evaluate_scores({0}, {1.f, std::nanf("")}, 2), "NaN");
    CHECK_REFUSED(evaluate_scores({}, {}, 2), "at least one clip");
}

TEST_CASE("the majority class answers everything; ties go to the lowest index", "[quick]") {
    const evaluation e =
        majority(std::vector<int>{2, 1, 1, 2, 0}, std::vector<int>{0, 1, 1, 2, 1}, 4);
    CHECK(e.predicted == std::vector<int>(5, 1));
    CHECK(e.top1 == Approx(.6));
    CHECK(e.class_mean == Approx(1.0 / 3));
    CHECK(e.scores[1] == Approx(.4));
    CHECK_REFUSED(majority({}, std::vector<int>{0}, 1), "training label");
    CHECK_REFUSED(majority(std::vector<int>{0}, {}, 1), "at least one clip");
    CHECK_REFUSED(majority(std::vector<int>{5}, std::vector<int>{0}, 5), "5 at index 0");
}

TEST_CASE("shuffling keeps class shares, depends on the key only and moves labels") {
    std::vector<int> labels;
    for (int i = 0; i < 500; ++i) labels.push_back(i % 7);
    const std::vector<int> a = shuffled_labels(labels, {1});
    CHECK(a == shuffled_labels(labels, {1}));
    CHECK(a != shuffled_labels(labels, {2}));
    CHECK(std::is_permutation(a.begin(), a.end(), labels.begin()));
    int kept = 0;
    for (std::size_t i = 0; i < a.size(); ++i) kept += a[i] == labels[i];
    CHECK(kept > 35);  // 500 / 7 = 71 expected, sd 7.8
    CHECK(kept < 110);
    CHECK(shuffled_labels({}, {1}).empty());
}

TEST_CASE("every permutation of three labels is equally likely") {
    std::vector<int> count(27);
    const std::vector<int> labels{0, 1, 2};
    for (std::uint32_t i = 0; i < 6000; ++i) {
        const std::vector<int> s = shuffled_labels(labels, {9, 0, i});
        ++count[static_cast<std::size_t>(s[0] * 9 + s[1] * 3 + s[2])];
    }
    for (int place : {5, 7, 11, 15, 19, 21})
        CHECK(std::abs(count[std::size_t(place)] - 1000) < 130);
}

TEST_CASE("summary statistics by hand, with a gap and padding", "[quick]") {
    // One joint, x: 1, 3, (missing), 7, 8; y is 0. Padding holds rubbish.
    clip c({channel_layout::xyc, 6, 1, 1}, 5);
    const float x[] = {1, 3, 1e9f, 7, 8, std::nanf("")};
    for (int t = 0; t < 6; ++t) {
        c.view().at(0, t, 0) = x[t];
        c.view().at(1, t, 0) = 0;
        c.view().at(2, t, 0) = t == 2 ? 0.f : 1.f;
    }
    const feature_table f = summary_features(views({c}));
    REQUIRE(f.columns == 6);
    const double mean = 19.0 / 4;
    CHECK(f.row(0)[0] == Approx(mean));
    CHECK(f.row(0)[1] == 0);
    CHECK(f.row(0)[2] == Approx(std::sqrt((1 + 9 + 49 + 64) / 4.0 - mean * mean)));
    CHECK(f.row(0)[4] == Approx((2 + 1) / 2.0));  // 1-3 and 7-8; the gap gives no step
    CHECK(f.row(0)[5] == 0);
}

TEST_CASE("summary statistics ignore order in time except for speed, and shift with the mean") {
    const clip a = random_clip(1, channel_layout::xyz, 20, 4, 2);
    clip turned = a, moved = a;
    for (int c = 0; c < 3; ++c)
        for (int t = 0; t < 20; ++t)
            for (int p = 0; p < 8; ++p) {
                turned.view().row(c, t)[p] = a.view().row(c, 19 - t)[p];
                moved.view().row(c, t)[p] += 10;
            }
    const feature_table f = summary_features(views({a, turned, moved}));
    REQUIRE(f.columns == 3 * 24);
    for (std::size_t k = 0; k < 72; ++k) {
        CHECK(f.row(1)[k] == Approx(f.row(0)[k]).margin(1e-5));
        CHECK(f.row(2)[k] == Approx(f.row(0)[k] + (k < 24 ? 10 : 0)).margin(1e-4));
    }
}

TEST_CASE("missing joints never influence features", "[quick]") {
    clip a = random_clip(3, channel_layout::xyzc, 9, 5, 2);
    clip b = a;
    for (int t = 0; t < 9; ++t)
        for (int v = 0; v < 5; ++v)
            for (int m = 0; m < 2; ++m)
                if (!a.view().valid(t, v, m))
                    for (int c = 0; c < 3; ++c) b.view().at(c, t, v, m) = std::nanf("");
    const feature_table s = summary_features(views({a, b})), r = raw_features(views({a, b}));
    CHECK(std::equal(s.row(0).begin(), s.row(0).end(), s.row(1).begin()));
    CHECK(std::equal(r.row(0).begin(), r.row(0).end(), r.row(1).begin()));
}

TEST_CASE("raw features are the coordinates, missing ones 0, confidence left out", "[quick]") {
    const clip a = random_clip(4, channel_layout::xyc, 3, 2);
    const feature_table f = raw_features(views({a}));
    REQUIRE(f.columns == 12);
    for (int c = 0; c < 2; ++c)
        for (int t = 0; t < 3; ++t)
            for (int v = 0; v < 2; ++v)
                CHECK(f.row(0)[std::size_t(c * 6 + t * 2 + v)] ==
                      (a.view().valid(t, v) ? a.view().at(c, t, v) : 0.f));
}

TEST_CASE("features refuse clips that do not belong together", "[quick]") {
    const clip a = random_clip(1, channel_layout::xyz, 5, 4);
    const clip other_joints = random_clip(2, channel_layout::xyz, 5, 3);
    const clip other_layout = random_clip(2, channel_layout::xyc, 5, 4);
    const clip longer = random_clip(2, channel_layout::xyz, 6, 4);
    clip empty = a, infinite = a;
    empty.set_length(0);
    infinite.view().at(1, 2, 3) = std::numeric_limits<float>::infinity();
    CHECK_REFUSED(summary_features({}), "at least one clip");
    CHECK_REFUSED(summary_features(views({a, other_joints})), "3 joints");
    CHECK_REFUSED(summary_features(views({a, other_layout})), "xyc in clip 1");
    CHECK_REFUSED(summary_features(views({a, empty})), "0 in clip 1");
    CHECK_REFUSED(summary_features(views({infinite})), "clip 0, frame 2, joint 3");
    CHECK_REFUSED(raw_features(views({a, longer})), "6 in clip 1");
    CHECK_REFUSED(raw_features({}), "at least one clip");
    CHECK(summary_features(views({a, longer})).rows == 2);
}
