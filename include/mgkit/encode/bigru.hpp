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
    /// The encoder holds no fewer values.
    double least_values() const {
        return recurrent_plan{clip, width, layers, true}.least_values(3);
    }
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
class bigru : public recurrent_network<T, nn::recurrent_cell::gru> {
    using network = recurrent_network<T, nn::recurrent_cell::gru>;

public:
    using settings = bigru_settings;
    static constexpr const char* name = "bigru";
    static constexpr const char* source = "Thoker et al., ACM MM 2021 (skeleton-contrast)";

    bigru() = default;
    bigru(const nn::scope& at, const settings& s)
        : network(at,
                  {.clip = s.clip,
                   .width = s.width,
                   .layers = s.layers,
                   .both = true,
                   .look_ahead = s.look_ahead,
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
