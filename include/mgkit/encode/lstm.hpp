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
    /// The encoder holds no fewer values.
    double least_values() const { return recurrent_plan{clip, width, layers}.least_values(4); }
};

/// Clips [N, C, T, V, M] -> features [N, width], frames as vectors in the order C V M: the mean of
/// the last layer's states over all frames. No head, not normalised. File names `bi_lstm.*`.
///
/// Any number of frames; channels, joints and persons are checked. No randomness. Cost per clip:
/// 4 T width (C V M + width + 2 (layers - 1) width) multiply-adds. Source: AS-CAL at 189bc0e.
template <model_tensor T>
class lstm : public recurrent_network<T, nn::recurrent_cell::lstm> {
    using network = recurrent_network<T, nn::recurrent_cell::lstm>;

public:
    using settings = lstm_settings;
    static constexpr const char* name = "lstm";
    static constexpr const char* source = "Rao et al., Information Sciences 2021 (AS-CAL)";

    lstm() = default;
    lstm(const nn::scope& at, const settings& s)
        : network(at,
                  {.clip = s.clip,
                   .width = s.width,
                   .layers = s.layers,
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
