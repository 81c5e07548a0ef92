// SPDX-License-Identifier: MIT
// Momentum contrast of two views of a clip; on a graph network, SkeletonCLR.
#pragma once

#include <string>
#include <utility>

#include "mgkit/pretext/momentum_contrast.hpp"

namespace MGKIT_NAMESPACE::pretext {

/// Sizes and rates of momentum contrast; the defaults are those of skeleton-contrast for NTU-60.
struct momentum_settings {
    int features = 128;       ///< columns of an embedding
    int queue = 16384;        ///< embeddings of earlier batches that a clip is told from
    double momentum = 0.999;  ///< of the encoder that follows
    double temperature = 0.07;
};

/// Errors: sizes below 1, a momentum outside [0, 1], a temperature that is not above 0.
inline void check(const momentum_settings& s, const char* where) {
    if (s.features < 1 || s.queue < 1 || !(s.momentum >= 0 && s.momentum <= 1) ||
        !(s.temperature > 0))
        throw error(
            where, "features and a queue of 1 or more, a momentum in [0, 1], a temperature above 0",
            settings_text(s));
}

/// What is special about `moco`: unit rows behind a head.
struct moco_contrast {
    static constexpr const char* name = "moco";
    static constexpr method_traits traits{.wanted_views = 2};
    static constexpr bool follows_before = true;
    using settings = momentum_settings;
    template <model_tensor T, class Encoder>
    using network = contrastive_encoder<T, Encoder>;

    static auto& contrast(auto& s) { return s; }
    static std::string words(const settings& s) { return settings_text(s); }
    template <model_tensor T, class Encoder>
    static network<T, Encoder> make(const nn::scope& at, Encoder encoder, const settings& s) {
        check(s, name);
        return {at, std::move(encoder), static_cast<extent>(s.features)};
    }
    template <operand X>
    static X rows(context& ctx, const X& z) {
        return loss::unit_rows(ctx, z);
    }
};

/// momentum_contrast of cosines: of unit rows, which a head makes of the encoder's features.
///
/// Source: He et al., CVPR 2020; SkeletonCLR of AimCLR's and CrosSCLR's code; the streams of
/// skeleton-contrast. As these, the key is embedded in training mode by its own statistics, without
/// shuffling. Unlike them, both encoders are equal at first, the queue starts empty instead of
/// random, and its size need not be a multiple of the batch's.
template <tensor T, class Encoder, class Views>
using moco = momentum_contrast<moco_contrast, T, Encoder, Views>;

}  // namespace MGKIT_NAMESPACE::pretext
