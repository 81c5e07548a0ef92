// SPDX-License-Identifier: MIT
// Gated recurrent units in both directions: the temporal stream of dual-stream gesture learning.
#pragma once

#include <string>

#include "mgkit/encode/recurrent_network.hpp"

namespace MGKIT_NAMESPACE::encode {

/// Settings of `bigru`; the defaults are the paper's.
struct bigru_settings {
    clip_extents clip;
    int width = 1024;
    int layers = 3;
    bool look_ahead = true;        ///< else both directions run forwards, as in the public code
    std::string pooling = "last";  ///< last: final states of both directions; mean: of all frames

    template <class Self, class F>
    static void each_named(Self& s, F&& f) {
        clip_extents::each_named(s.clip, f);
        f("width", s.width);
        f("layers", s.layers);
        f("look_ahead", s.look_ahead);
        f("pooling", s.pooling);
    }
    /// The network of these settings.
    recurrent_plan plan() const {
        return {.clip = clip,
                .width = width,
                .layers = layers,
                .both = true,
                .look_ahead = look_ahead,
                .pooling = pooling};
    }
    /// The encoder holds no fewer values.
    double least_values() const { return plan().least_values(3); }
};

/// Clips [N, C, T, V, M] -> features [N, 2 width], frames as vectors in the order M V C: the last
/// layer's state after the last frame, beside that of the other direction after the first.
///
/// Without `look_ahead` the network is fed frame by frame with both states carried on, so that its
/// second direction is a second forward one: skeleton-contrast's encoder and Predict & Cluster's.
/// File names `encoder.gru.*` as there.
///
/// Any number of frames; channels, joints and persons are checked. No randomness. Cost per clip:
/// 6 T width (M V C + width + 3 (layers - 1) width) multiply-adds. Source: BIGRU of
/// skeleton-contrast at bacd86a, three layers of 1024 units as in dual-stream micro-gesture
/// learning.
template <model_tensor T>
class bigru : public recurrent_encoder<bigru<T>, T, nn::recurrent_cell::gru, bigru_settings> {
public:
    using bigru::recurrent_encoder::recurrent_encoder;
    static constexpr const char* name = "bigru";
    static constexpr const char* source = "Thoker et al., ACM MM 2021 (skeleton-contrast)";
};

}  // namespace MGKIT_NAMESPACE::encode
