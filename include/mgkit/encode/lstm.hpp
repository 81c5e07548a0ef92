// SPDX-License-Identifier: MIT
// Long short-term memory over the frames of a clip, the encoder of AS-CAL.
#pragma once

#include <string>

#include "mgkit/encode/recurrent_network.hpp"

namespace MGKIT_NAMESPACE::encode {

/// Settings of `lstm`; the defaults are AS-CAL's.
struct lstm_settings {
    clip_extents clip;
    int width = 256;
    int layers = 1;
    std::string pooling = "mean";  ///< last: the state after the last frame; mean: of all frames

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
                .channel_major = true,
                .pooling = pooling};
    }
    /// The encoder holds no fewer values.
    double least_values() const { return plan().least_values(4); }
};

/// Clips [N, C, T, V, M] -> features [N, width], frames as vectors in the order C V M: the mean of
/// the last layer's states over all frames. No head, not normalised. File names `bi_lstm.*`.
///
/// Any number of frames; channels, joints and persons are checked. No randomness. Cost per clip:
/// 4 T width (C V M + width + 2 (layers - 1) width) multiply-adds. Source: AS-CAL at 189bc0e.
template <model_tensor T>
class lstm : public recurrent_encoder<lstm<T>, T, nn::recurrent_cell::lstm, lstm_settings> {
public:
    using lstm::recurrent_encoder::recurrent_encoder;
    static constexpr const char* name = "lstm";
    static constexpr const char* source = "Rao et al., Information Sciences 2021 (AS-CAL)";
};

}  // namespace MGKIT_NAMESPACE::encode
