// SPDX-License-Identifier: MIT
// Some joints lost or bent for the whole clip.
#pragma once

#include <cstddef>
#include <string_view>

#include "mgkit/augment/concept.hpp"
#include "mgkit/augment/index_set.hpp"

namespace MGKIT_NAMESPACE::augment {

/// What happens to the joints that are hit.
enum class damage { erase, map };

/// A set of joints and what happens to them, the same in all frames and persons.
struct joint_damage {
    index_set joints;
    damage kind = damage::erase;
    /// Row vector p becomes p K; in 2-D the upper left 2 x 2 block counts.
    matrix3 mixing = identity3;
    friend bool operator==(const joint_damage&, const joint_damage&) = default;

    template <class S>
    void apply(workspace<S>& work) const {
        if (kind == damage::erase) return work.erase(joints);
        affine_map map;
        for (std::size_t r = 0; r < 3; ++r)
            for (std::size_t c = 0; c < 3; ++c) map.linear[r][c] = mixing[c][r];
        work.transform(map, joints);
    }
};

namespace detail {

/// Kind and matrix for a drawn set; entries U[-1, 1). 1 draw, then 4 in 2-D or 9 in 3-D.
void draw_damage(random_stream& stream, double erase_share, int dimension, joint_damage& plan);

}  // namespace detail

/// Joint corruption: round(fraction V) joints without replacement are erased (coordinates 0;
/// invalid where there is a confidence channel) or mapped by one random matrix (p -> p K on row
/// vectors, K entries U[-1, 1)), in all frames of all persons.
///
/// Shapes stay. About 11 (erase) or round(fraction V) + 11 draws. Costs no pass of its own.
/// Source: USDRL's feeder, there fixed to 15 of 25 joints and 3 channels; the matrix multiplies
/// from the right, unlike `shear`. Errors: settings outside [0, 1]; joints the clip does not have
/// are not touched.
struct joint_corruption {
    static constexpr std::string_view name = "joint_corruption";

    double fraction = .6;     ///< of the joints
    double erase_share = .5;  ///< probability of erasing rather than mapping

    using plan = joint_damage;

    static joint_corruption none() { return {.fraction = 0}; }

    plan draw(random_stream& stream, const clip_info& info) const;

    template <class S>
    void apply(const plan& p, workspace<S>& work) const {
        p.apply(work);
    }
};

}  // namespace MGKIT_NAMESPACE::augment

#if !defined(MGKIT_COMPILED)
#include "mgkit/augment/joint_corruption-inl.hpp"
#endif
