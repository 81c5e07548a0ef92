// SPDX-License-Identifier: MIT
// Small synthetic corpora for tests, and ways to compare recordings.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <vector>

#include "mgkit/data/interview/generator.hpp"

namespace iv = mgkit::data::interview;

/// Short recordings, so that a test makes many.
inline iv::settings small_corpus(int recordings, double scale = 0.1) {
    iv::settings s;
    s.seed = 7;
    s.recordings = recordings;
    s.minutes_scale = scale;
    return s;
}

inline bool same_values(const mgkit::skeleton::pose<float>& a,
                        const mgkit::skeleton::pose<float>& b) {
    return a.shape() == b.shape() && a.length() == b.length() &&
           std::memcmp(a.view().values, b.view().values, a.shape().size() * sizeof(float)) == 0;
}

inline bool same_recording(const iv::interview& a, const iv::interview& b) {
    return a.observed.name == b.observed.name && a.observed.subject == b.observed.subject &&
           a.observed.result == b.observed.result && a.test_split == b.test_split &&
           a.truth == b.truth && a.first == b.first && a.second == b.second &&
           same_values(a.observed.poses, b.observed.poses) && same_values(a.latent, b.latent);
}

/// Distance of two joints of a pose in its first `dims` coordinates.
inline double distance(mgkit::skeleton::pose_view<const float> p, int t, int a, int b) {
    double square = 0;
    for (int c = 0; c < mgkit::skeleton::coordinates(p.shape.layout); ++c)
        square += std::pow(double(p.at(c, t, a)) - double(p.at(c, t, b)), 2);
    return std::sqrt(square);
}
