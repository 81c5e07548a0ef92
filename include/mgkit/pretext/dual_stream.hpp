// SPDX-License-Identifier: MIT
// Two encoders on the same clips, each in a contrast of its own: joints and their sequence.
// infrastructure: two methods of the list as one
#pragma once

#include <utility>

#include "mgkit/pretext/moco.hpp"

namespace MGKIT_NAMESPACE::pretext {

/// The dual-stream network of identity-free micro-gesture understanding: a spatial encoder (aagcn
/// in the paper) and a temporal one (bigru), each with head, key encoder and queue, on the same two
/// views of a clip. The loss is the sum of both, so each learns as it would alone, to the bit where
/// gradients are not clipped together; features are read from each, and scores of probes on them
/// fused by the sum of their softmaxes (metric::fuse).
///
/// Parameters: those of `moco` below `spatial` and `temporal`. Randomness, errors and cost: both
/// moco's. Source: the dual-stream method of the identity-free micro-gesture paper, which trains
/// the streams one after the other with queues of 512 (iMiGUE) or 16,384 (NTU-60).
template <tensor T, class Spatial, class Temporal, class Views>
class dual_stream {
public:
    using tensor_type = T;
    static constexpr const char* name = "dual_stream";
    static constexpr int views = static_cast<int>(Views::views);
    static constexpr method_traits traits{.wanted_views = 2};

    moco<T, Spatial, no_views> spatial;
    moco<T, Temporal, no_views> temporal;
    Views augmentation;

    MGKIT_COLD dual_stream(const nn::scope& at, const encode::settings_type<Spatial>& joints,
                           const encode::settings_type<Temporal>& sequence,
                           Views augmentation_policy = {}, const momentum_settings& how = {})
        : spatial(at / "spatial", joints, {}, how),
          temporal(at / "temporal", sequence, {}, how),
          augmentation(std::move(augmentation_policy)) {}

    static constexpr auto fields() {
        return nn::members(nn::field("spatial", &dual_stream::spatial),
                           nn::field("temporal", &dual_stream::temporal));
    }

    recipe made_of() const {
        recipe out;
        const recipe joints = spatial.made_of(), sequence = temporal.made_of();
        for (const auto& [part, words] : joints.parts()) out.set("spatial " + part, words);
        for (const auto& [part, words] : sequence.parts()) out.set("temporal " + part, words);
        return out;
    }

    template <operand X>
    objective_value<X> operator()(context& ctx, const batch<X>& input) {
        const X joints = spatial(ctx, input).loss, sequence = temporal(ctx, input).loss;
        return {add(ctx, joints, sequence), {{"spatial", joints}, {"temporal", sequence}}};
    }

    void before_step(context& ctx) {
        spatial.before_step(ctx);
        temporal.before_step(ctx);
    }
};

}  // namespace MGKIT_NAMESPACE::pretext
