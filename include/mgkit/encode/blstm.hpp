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
    /// The encoder holds no fewer values.
    double least_values() const {
        return recurrent_plan{clip, width, layers, true}.least_values(4);
    }
};

/// Clips [N, C, T, V, M] -> features [N, 2 width]: `lstm` in both directions, whose states stand
/// side by side; frames as vectors in the order C V M. File names `bi_lstm.*`, with `_reverse`
/// behind those of the second direction.
///
/// Any number of frames; channels, joints and persons are checked. No randomness. Cost per clip:
/// 8 T width (C V M + width + 3 (layers - 1) width) multiply-adds. Source: Graves and Schmidhuber,
/// Neural Networks 2005.
template <model_tensor T>
class blstm : public recurrent_network<T, nn::recurrent_cell::lstm> {
    using network = recurrent_network<T, nn::recurrent_cell::lstm>;

public:
    using settings = blstm_settings;
    static constexpr const char* name = "blstm";
    static constexpr const char* source = "Graves and Schmidhuber, Neural Networks 2005";

    blstm() = default;
    blstm(const nn::scope& at, const settings& s)
        : network(at,
                  {.clip = s.clip,
                   .width = s.width,
                   .layers = s.layers,
                   .both = true,
                   .mean = is_mean(s.pooling, name),
                   .channel_major = true},
                  name),
          settings_(s) {}

    /// Small settings for clips of these extents, to try the encoder with.
    static settings sample_settings(const clip_extents& clip) {
        return {.clip = clip, .width = 4, .layers = 2};
    }
    const settings& configuration() const { return settings_; }
    nn::fact_map facts() const { return facts_of(name, settings_); }

private:
    settings settings_;
};

}  // namespace MGKIT_NAMESPACE::encode
