// SPDX-License-Identifier: MIT
// A few joints moved aside, as far as the movement returns to where it came from.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>

#include "mgkit/augment/concept.hpp"

namespace MGKIT_NAMESPACE::augment {

/// Moves `joints` joints, drawn per clip, by lambda R_j in every frame: R_j U[-1, 1) per
/// coordinate, one for each joint, lambda one for each person, lambda = min(|L_fin - L_mid| /
/// max(|L_mid - L_sta|, 1e-6), cap) / tau, with the person's coordinates in the first, the middle
/// (floor(n / 2)) and the last of n valid frames. A movement that returns gives 1 / tau, one that
/// ends in the middle and is held gives 0.
///
/// Coordinates in shoulder widths: lambda is a bare number and would move joints in another unit by
/// another length. Joints that are invalid in one of the three frames do not count for lambda (0
/// where none is left); invalid joints are neither read nor moved.
/// Shapes stay. At most m (1 + D) draws for m joints, all joints where the clip has fewer. lambda
/// needs the values: one pass, then T values per joint, coordinate and person.
/// Source: dual-stream micro-gesture learning (section 4.1.1, equations 2 and 3, damaged in print).
/// It leaves open whether the quotient is of norms (Frobenius, our reading; the sign does not
/// matter to R), tau (10), the number of joints (5), the unit, persons, and what bounds a quotient
/// whose denominator vanishes (a late one-way movement: cap 2, ours). Its R has three columns
/// beside two coordinates: we take as many as the clip has. Errors: settings outside their ranges,
/// a plan that is not finite or names no joint of the clip.
struct coordinate_perturbation {
    static constexpr std::string_view name = "coordinate_perturbation";
    static constexpr int most_joints = 32;

    double tau = 10;  ///< temperature: a movement that returns moves joints by up to 1 / tau
    int joints = 5;   ///< joints moved, 0 to 32
    double cap = 2;   ///< lambda is cap / tau at most

    struct moved_joint {
        int joint = 0;
        std::array<double, 3> direction{};  ///< R_j
        friend bool operator==(const moved_joint&, const moved_joint&) = default;
    };
    struct plan {
        int count = 0;
        std::array<moved_joint, most_joints> moved{};  ///< the first `count` are meant
        friend bool operator==(const plan&, const plan&) = default;
    };

    static coordinate_perturbation none() { return {.joints = 0}; }

    plan draw(random_stream& stream, const clip_info& info) const;

    /// lambda of one person of a clip.
    template <class S>
    double lambda(skeleton::pose_view<S> clip, int person) const {
        check();
        const int middle = clip.length / 2, last = clip.length - 1;
        double before = 0, behind = 0;
        for (int v = 0; v < clip.shape.joints; ++v) {
            if (!clip.valid(0, v, person) || !clip.valid(middle, v, person) ||
                !clip.valid(last, v, person))
                continue;
            for (int c = 0; c < skeleton::coordinates(clip.shape.layout); ++c) {
                const auto at = [&](int t) { return double(clip.at(c, t, v, person)); };
                before = std::hypot(before, at(middle) - at(0));
                behind = std::hypot(behind, at(last) - at(middle));
            }
        }
        const double quotient = behind / std::max(before, 1e-6);
        // Written so that a quotient of two overflows is the cap as well.
        return (quotient < cap ? quotient : cap) / tau;
    }

    template <class S>
    void apply(const plan& p, workspace<S>& work) const {
        check_plan(p, work.shape().joints);
        if (p.count == 0) return;
        const skeleton::pose_view<S> clip = work.current();
        const int dimension = skeleton::coordinates(clip.shape.layout);
        for (int m = 0; m < clip.shape.persons; ++m)
            if (const double strength = lambda(clip, m); strength > 0)
                for (std::size_t i = 0; i < static_cast<std::size_t>(p.count); ++i)
                    for (int c = 0; c < dimension; ++c)
                        shift(clip, p.moved[i].joint, m, c,
                              strength * p.moved[i].direction[static_cast<std::size_t>(c)]);
    }

private:
    /// Adds `by` to a coordinate of a joint wherever it is valid.
    template <class S>
    static void shift(const skeleton::pose_view<S>& clip, int joint, int person, int coordinate,
                      double by) {
        const auto points = static_cast<std::size_t>(clip.shape.points());
        S* value = &clip.at(coordinate, 0, joint, person);
        const S* sure = skeleton::has_confidence(clip.shape.layout)
                            ? &clip.at(skeleton::coordinates(clip.shape.layout), 0, joint, person)
                            : nullptr;
        for (std::size_t t = 0; t < static_cast<std::size_t>(clip.length); ++t)
            if (sure == nullptr || sure[t * points] > S(0)) value[t * points] += static_cast<S>(by);
    }

    void check() const;
    void check_plan(const plan& p, int joints_there) const;
};

}  // namespace MGKIT_NAMESPACE::augment

#if !defined(MGKIT_COMPILED)
#include "mgkit/augment/coordinate_perturbation-inl.hpp"
#endif
