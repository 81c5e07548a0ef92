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
    /// The encoder holds no fewer values.
    double least_values() const { return recurrent_plan{clip, width, layers}.least_values(3); }
};

/// Clips [N, C, T, V, M] -> features [N, width], frames as vectors in the order M V C: the last
/// layer's state after the last frame. `bigru` in one direction, under its file names.
///
/// Any number of frames; channels, joints and persons are checked. No randomness. Cost per clip:
/// 3 T width (M V C + width + 2 (layers - 1) width) multiply-adds. Source: Cho et al., EMNLP 2014.
template <model_tensor T>
class gru : public recurrent_network<T, nn::recurrent_cell::gru> {
    using network = recurrent_network<T, nn::recurrent_cell::gru>;

public:
    using settings = gru_settings;
    static constexpr const char* name = "gru";
    static constexpr const char* source = "Cho et al., EMNLP 2014";

    gru() = default;
    gru(const nn::scope& at, const settings& s)
        : network(at,
                  {.clip = s.clip,
                   .width = s.width,
                   .layers = s.layers,
                   .mean = is_mean(s.pooling, name)},
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
