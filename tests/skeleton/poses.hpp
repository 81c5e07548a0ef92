// SPDX-License-Identifier: MIT
// Poses for tests: random values, random validity, poison where nothing should be read.
#pragma once

#include <limits>
#include <vector>

#include "mgkit/core/random.hpp"
#include "mgkit/skeleton/pose.hpp"

namespace poses {

using mgkit::random_stream;
using mgkit::skeleton::channel_layout;
using mgkit::skeleton::pose;
using mgkit::skeleton::pose_shape;
using mgkit::skeleton::pose_view;

inline random_stream draws(std::uint64_t seed) {
    return {{seed, 0, 0, 0}, "test"};
}

/// Coordinates in [-1, 1), confidence 0 for about `hidden` of the joints, else in (0, 1].
template <class S>
pose<S> random_pose(std::uint64_t seed, pose_shape shape, int length, double hidden = 0.3) {
    auto random = draws(seed);
    pose<S> out(shape, length);
    const auto view = out.view();
    for (int c = 0; c < mgkit::skeleton::coordinates(shape.layout); ++c)
        for (std::size_t i = 0; i < shape.plane(); ++i)
            view.plane(c)[i] = static_cast<S>(random.uniform(-1, 1));
    if (S* c = view.confidence())
        for (std::size_t i = 0; i < shape.plane(); ++i)
            c[i] = random.uniform() < hidden ? S(0) : static_cast<S>(1 - random.uniform());
    return out;
}

/// Overwrites what must not matter: coordinates of invalid joints and everything in the padding.
template <class S>
void poison(pose<S>& target, S value) {
    const auto view = target.view();
    const auto& shape = view.shape;
    for (int t = 0; t < shape.frames; ++t)
        for (int v = 0; v < shape.joints; ++v)
            for (int m = 0; m < shape.persons; ++m)
                if (t >= view.length || !view.valid(t, v, m))
                    for (int c = 0; c < mgkit::skeleton::coordinates(shape.layout); ++c)
                        view.at(c, t, v, m) = value;
}

template <class S>
std::vector<S> values(const pose<S>& p) {
    return {p.view().values, p.view().values + p.shape().size()};
}

inline constexpr float poisons[] = {std::numeric_limits<float>::quiet_NaN(),
                                    std::numeric_limits<float>::infinity(), 1e30f, -1e30f};

}  // namespace poses
