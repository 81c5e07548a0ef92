// SPDX-License-Identifier: MIT
// A stack of gated recurrent units over the frames of a clip.
#pragma once

#include <string>

#include "mgkit/encode/recurrent_network.hpp"

namespace MGKIT_NAMESPACE::encode {

/// Settings of `gru`.
struct gru_settings {
    clip_extents clip;
    int width = 1024;
    int layers = 3;
    std::string pooling = "last";  ///< last: the state after the last frame; mean: of all frames

    template <class Self, class F>
    static void each_named(Self& s, F&& f) {
        clip_extents::each_named(s.clip, f);
        f("width", s.width);
        f("layers", s.layers);
        f("pooling", s.pooling);
    }
    /// The network of these settings.
    recurrent_plan plan() const {
        return {.clip = clip, .width = width, .layers = layers, .pooling = pooling};
    }
    /// The encoder holds no fewer values.
    double least_values() const { return plan().least_values(3); }
};

/// Clips [N, C, T, V, M] -> features [N, width], frames as vectors in the order M V C: the last
/// layer's state after the last frame. `bigru` in one direction, under its file names.
///
/// Any number of frames; channels, joints and persons are checked. No randomness. Cost per clip:
/// 3 T width (M V C + width + 2 (layers - 1) width) multiply-adds. Source: Cho et al., EMNLP 2014.
template <model_tensor T>
class gru : public recurrent_encoder<gru<T>, T, nn::recurrent_cell::gru, gru_settings> {
public:
    using gru::recurrent_encoder::recurrent_encoder;
    static constexpr const char* name = "gru";
    static constexpr const char* source = "Cho et al., EMNLP 2014";
};

}  // namespace MGKIT_NAMESPACE::encode
