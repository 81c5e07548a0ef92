// SPDX-License-Identifier: MIT
// Long short-term memory in both directions over the frames of a clip.
#pragma once

#include <string>

#include "mgkit/encode/recurrent_network.hpp"

namespace MGKIT_NAMESPACE::encode {

/// Settings of `blstm`.
struct blstm_settings {
    clip_extents clip;
    int width = 256;
    int layers = 1;
    std::string pooling = "mean";  ///< last: final states of both directions; mean: of all frames

    template <class Self, class F>
    static void each_named(Self& s, F&& f) {
        clip_extents::each_named(s.clip, f);
        f("width", s.width);
        f("layers", s.layers);
        f("pooling", s.pooling);
    }
    /// The network of these settings.
    recurrent_plan plan() const {
        return {.clip = clip,
                .width = width,
                .layers = layers,
                .both = true,
                .channel_major = true,
                .pooling = pooling};
    }
    /// The encoder holds no fewer values.
    double least_values() const { return plan().least_values(4); }
};

/// Clips [N, C, T, V, M] -> features [N, 2 width]: `lstm` in both directions, whose states stand
/// side by side; frames as vectors in the order C V M. File names `bi_lstm.*`, with `_reverse`
/// behind those of the second direction.
///
/// Any number of frames; channels, joints and persons are checked. No randomness. Cost per clip:
/// 8 T width (C V M + width + 3 (layers - 1) width) multiply-adds. Source: Graves and Schmidhuber,
/// Neural Networks 2005.
template <model_tensor T>
class blstm : public recurrent_encoder<blstm<T>, T, nn::recurrent_cell::lstm, blstm_settings> {
public:
    using blstm::recurrent_encoder::recurrent_encoder;
    static constexpr const char* name = "blstm";
    static constexpr const char* source = "Graves and Schmidhuber, Neural Networks 2005";
};

}  // namespace MGKIT_NAMESPACE::encode
