// SPDX-License-Identifier: MIT
// The calibration of the synthetic press conference: what simple classifiers make of its clips.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "mgkit/backend/eigen.hpp"
#include "mgkit/clip/preprocess.hpp"
#include "mgkit/data/interview/generator.hpp"
#include "mgkit/probe/baseline.hpp"
#include "mgkit/probe/linear.hpp"

namespace calibration {

namespace iv = mgkit::data::interview;
using mgkit::data::feature_table;
using latent_view = mgkit::skeleton::pose_view<const float>;

/// Clips of a corpus on both sides of its split, as two kinds of features.
struct clips {
    feature_table raw[2], latent[2];
    std::vector<int> labels[2];
    int left_out = 0;  ///< without visible shoulders
};

inline std::array<double, 3> at(const latent_view& v, int t, int j) {
    return {v.at(0, t, j), v.at(1, t, j), v.at(2, t, j)};
}
inline double distance(const std::array<double, 3>& a, const std::array<double, 3>& b) {
    return std::sqrt((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]) +
                     (a[2] - b[2]) * (a[2] - b[2]));
}

inline double distance_to_bone(const std::array<double, 3>& p, const std::array<double, 3>& a,
                               const std::array<double, 3>& b) {
    double along = 0, square = 0;
    for (std::size_t c = 0; c < 3; ++c) {
        along += (p[c] - a[c]) * (b[c] - a[c]);
        square += (b[c] - a[c]) * (b[c] - a[c]);
    }
    const double share = std::clamp(along / square, 0.0, 1.0);
    std::array<double, 3> nearest{};
    for (std::size_t c = 0; c < 3; ++c) nearest[c] = a[c] + share * (b[c] - a[c]);
    return distance(p, nearest);
}

/// Signals over time that say what a body does, without regard to any class: coordinates of the
/// main joints, distances between them, and from fingers to the rest.
inline std::vector<double> signals(const latent_view& v, int t) {
    std::vector<double> out;
    for (const int j : {0, 1, 4, 5, 8, 9, 10, 11, 24, 34})
        for (int c = 0; c < 3; ++c) out.push_back(v.at(c, t, j));
    constexpr std::array<std::pair<int, int>, 8> pairs{
        {{16, 17}, {18, 19}, {1, 20}, {0, 1}, {0, 12}, {10, 11}, {24, 34}, {22, 32}}};
    for (const auto& [a, b] : pairs) out.push_back(distance(at(v, t, a), at(v, t, b)));
    for (int hand = 0; hand < 2; ++hand) {
        const int base = hand == 0 ? 21 : 31, other = 1 - hand;
        // Folded fingers and the direction of the hand.
        out.push_back(distance(at(v, t, base + 5), at(v, t, 10 + hand)));
        for (int c = 0; c < 3; ++c) out.push_back(v.at(c, t, base + 5) - v.at(c, t, 10 + hand));
        for (const int joint : {6 + other, 8 + other}) {
            const double d =
                distance_to_bone(at(v, t, base + 3), at(v, t, joint), at(v, t, joint + 2));
            out.push_back(std::exp(-d * d / 0.02));
        }
        for (const int tip : {base + 3, base + 5}) {
            const auto p = at(v, t, tip);
            for (const int j : {1, 2 + hand, 4 + hand, 14 + hand, 16, 20, 0, 6 + hand, 6 + other,
                                8 + other, 10 + other, 12 + hand}) {
                const double d = distance(p, at(v, t, j));
                out.push_back(std::exp(-d * d / 0.02));
                out.push_back(std::exp(-d * d / 0.2));
            }
        }
    }
    return out;
}

/// Per signal: start, middle, end, extremes, mean, deviation, speed and turns per second.
inline std::vector<float> latent_row(const latent_view& v, int start, int end) {
    const int frames = end - start;
    std::vector<std::vector<double>> s;
    for (int t = start; t < end; ++t) s.push_back(signals(v, t));
    const std::size_t count = s[0].size();
    std::vector<float> out;
    for (std::size_t k = 0; k < count; ++k) {
        double sum = 0, square = 0, path = 0, low = 1e9, high = -1e9;
        int turns = 0;
        double last_way = 0;
        for (int t = 0; t < frames; ++t) {
            const double x = s[static_cast<std::size_t>(t)][k];
            sum += x;
            square += x * x;
            low = std::min(low, x);
            high = std::max(high, x);
            if (t == 0) continue;
            const double way = x - s[static_cast<std::size_t>(t) - 1][k];
            path += std::abs(way);
            if (std::abs(way) < 0.001) continue;
            turns += way * last_way < 0 ? 1 : 0;
            last_way = way;
        }
        const double mean = sum / frames;
        const double deviation = std::sqrt(std::max(0.0, square / frames - mean * mean));
        const double first = s.front()[k], middle = s[static_cast<std::size_t>(frames / 2)][k];
        for (const double f :
             {middle - first, s.back()[k] - first, middle, mean, low, high, deviation,
              std::log(path / frames + 1e-4), turns / double(frames), low - first, high - first})
            out.push_back(static_cast<float>(f));
    }
    out.push_back(std::log(static_cast<float>(frames)));
    return out;
}

/// Cuts the clips that the first annotator marked, resampled to `frames`.
inline clips cut(const iv::settings& settings, int frames) {
    clips out;
    const iv::generator corpus(settings);
    mgkit::clip::preprocess_settings prepare;
    prepare.frames = frames;
    const auto joints = mgkit::skeleton::references(mgkit::skeleton::upper_body{});
    for (int i = 0; i < corpus.size(); ++i) {
        const iv::interview one = corpus.make(i);
        const std::size_t side = one.test_split ? 1 : 0;
        const auto all = one.observed.poses.view();
        const auto latent = one.latent.view();
        for (const auto& s : one.first) {
            mgkit::skeleton::pose<float> piece({all.shape.layout, s.length(), 41, 1}, s.length());
            for (int c = 0; c < 3; ++c)
                std::copy(all.row(c, s.start), all.row(c, s.start) + 41 * s.length(),
                          piece.view().plane(c));
            mgkit::skeleton::pose<float> ready;
            const auto fault =
                mgkit::clip::preprocess<float>(prepare, joints, std::as_const(piece).view(), ready);
            if (fault != mgkit::clip::clip_fault::none) {
                ++out.left_out;
                continue;
            }
            const auto view = std::as_const(ready).view();
            const auto row = mgkit::probe::raw_features(std::span(&view, 1));
            const auto add = [](feature_table& table, const std::vector<float>& values) {
                table.columns = values.size();
                ++table.rows;
                table.values.insert(table.values.end(), values.begin(), values.end());
            };
            add(out.raw[side], row.values);
            add(out.latent[side], latent_row(latent, s.start, s.end));
            out.labels[side].push_back(s.label);
        }
    }
    return out;
}

using tensor = mgkit::eigen::tensor<float>;

/// Standardised by the training side and held within four deviations, so that a subject with habits
/// that training never saw does not run away.
inline feature_table bounded(const mgkit::probe::standardiser& scale, const feature_table& in) {
    feature_table out = scale(in);
    for (float& value : out.values) value = std::clamp(value, -4.0f, 4.0f);
    return out;
}

/// Softmax regression of the training side, judged on the test side.
inline mgkit::probe::evaluation judge(const feature_table& train, std::span<const int> labels,
                                      const feature_table& test, const std::vector<int>& truth,
                                      double ridge) {
    mgkit::context ctx;
    ctx.seed = 1;
    return mgkit::probe::evaluate_scores(
        truth,
        mgkit::probe::fit_and_score<tensor>(ctx, train, labels, test, iv::class_count, ridge),
        iv::class_count);
}

}  // namespace calibration
