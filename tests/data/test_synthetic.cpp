// SPDX-License-Identifier: MIT
// The generated set: reproducible, plausible, neither trivial nor hopeless.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "catch.hpp"
#include "io/support.hpp"
#include "mgkit/data/split.hpp"
#include "mgkit/data/synthetic.hpp"

using namespace mgkit;

namespace {

double length_of(const skeleton::pose_view<const float>& clip, int t, int a, int b) {
    double square = 0;
    for (int c = 0; c < 3; ++c) square += std::pow(clip.at(c, t, a) - clip.at(c, t, b), 2);
    return std::sqrt(square);
}

/// Nearest neighbour on a few numbers per clip.
double nearest(const data::clip_set& clips, const data::split& split,
               const std::vector<std::vector<double>>& features) {
    int right = 0;
    for (const int q : split.test) {
        double best = std::numeric_limits<double>::infinity();
        int label = -1;
        for (const int g : split.train) {
            double d = 0;
            for (std::size_t k = 0; k < features[std::size_t(q)].size(); ++k)
                d += std::pow(features[std::size_t(q)][k] - features[std::size_t(g)][k], 2);
            if (d < best) best = d, label = clips.labels[std::size_t(g)];
        }
        right += label == clips.labels[std::size_t(q)];
    }
    return right / double(split.test.size());
}

}  // namespace

TEST_CASE("the generated set is what it says", "[data][synthetic]") {
    const auto clips = data::make_synthetic();
    CHECK(clips.size() == 8 * 6 * 6);
    CHECK(clips.classes() == 6);
    CHECK(clips.about.synthetic);
    CHECK_CONTAINS(clips.about.name, "synthetic");
    CHECK(data::subjects_of(clips, data::all_of(clips)).size() == 8);
    const auto short_long = std::minmax_element(clips.num_frames.begin(), clips.num_frames.end());
    CHECK((*short_long.first >= 30 && *short_long.second <= 48));
    CHECK(*short_long.first < *short_long.second);
    for (int i = 0; i < clips.size(); i += 7) {
        const auto clip = clips.clip(i);
        for (int t = 0; t < clip.length; ++t) {
            // Bones keep their length up to noise.
            CHECK(length_of(clip, t, 4, 5) == Catch::Approx(length_of(clip, 0, 4, 5)).margin(.12));
            CHECK(length_of(clip, t, 9, 10) ==
                  Catch::Approx(length_of(clip, 0, 9, 10)).margin(.12));
            for (int v = 0; v < 20; ++v)
                for (int c = 0; c < 3; ++c) CHECK(std::abs(clip.at(c, t, v)) < 6);
        }
    }
}

TEST_CASE("a generated clip depends on its key alone", "[data][synthetic]") {
    const auto same = [](const data::clip_set& a, const data::clip_set& b, int i) {
        const auto x = a.clip(i), y = b.clip(i);
        return x.length == y.length && std::equal(x.values, x.values + x.shape.size(), y.values);
    };
    const auto a = data::make_synthetic({.subjects = 3, .repetitions = 2});
    const auto b = data::make_synthetic({.subjects = 3, .repetitions = 2});
    const auto more = data::make_synthetic({.subjects = 5, .repetitions = 2});
    const auto other = data::make_synthetic({.seed = 2, .subjects = 3, .repetitions = 2});
    for (int i = 0; i < a.size(); ++i) {
        CHECK(same(a, b, i));
        CHECK(same(a, more, i));
        CHECK_FALSE(same(a, other, i));
    }
}

TEST_CASE("classes can be told apart, but not by position alone", "[data][synthetic]") {
    const auto clips = data::make_synthetic();
    const auto split = data::every_other_subject(clips);
    std::vector<std::vector<double>> position, movement;
    for (int i = 0; i < clips.size(); ++i) {
        const auto clip = clips.clip(i);
        std::vector<double> where, travel;
        for (int v = 0; v < 20; ++v) {
            double height = 0, path = 0;
            for (int t = 0; t < clip.length; ++t)
                height = std::max(height, double(clip.at(1, t, v) - clip.at(1, t, 0)));
            for (int t = 4; t < clip.length; ++t)
                for (int c = 0; c < 3; ++c)
                    path += std::abs(clip.at(c, t, v) - clip.at(c, t - 4, v));
            for (int c = 0; c < 3; ++c)
                where.push_back(clip.at(c, clip.length / 2, v) - clip.at(c, clip.length / 2, 0));
            travel.push_back(height);
            travel.push_back(path / clip.length);
        }
        position.push_back(where);
        movement.push_back(travel);
    }
    const double by_position = nearest(clips, split, position);
    const double by_movement = nearest(clips, split, movement);
    INFO(by_position << " by position, " << by_movement << " by movement");
    CHECK(by_position < 0.75);
    CHECK(by_movement > 0.45);
}

TEST_CASE("settings out of range are refused", "[data][synthetic]") {
    CHECK_REFUSED(data::make_synthetic({.subjects = 1}), "2 to 10000 subjects");
    CHECK_REFUSED(data::make_synthetic({.repetitions = 0}), "repetitions");
    CHECK_REFUSED(data::make_synthetic({.frames = 7}), "frames");
    CHECK_REFUSED(data::make_synthetic({.subjects = 10000, .repetitions = 10000}), "1000000 clips");
}
