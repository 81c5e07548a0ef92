// SPDX-License-Identifier: MIT
// AAGCN: adaptive graph convolution with attention to joints, frames and channels.
#pragma once

#include "mgkit/encode/adaptive_graph.hpp"

namespace MGKIT_NAMESPACE::encode {

/// Settings of `aagcn`.
struct aagcn_settings {
    graph_network_settings network;
    bool adaptive = true;   ///< false: the edges of the skeleton, alike for all clips
    bool attention = true;  ///< gates of joints, frames and channels

    template <class Self, class F>
    static void each_named(Self& s, F&& f) {
        graph_network_settings::each_named(s.network, f);
        f("adaptive", s.adaptive);
        f("attention", s.attention);
    }
};

/// Clips [N, C, T, V, M] -> features [N, channels of the last block]: the mean over frames, joints
/// and persons. Edges are learned ones, which start as those of the skeleton, and tanh of the
/// joints' likeness in this clip times a learned factor, which starts at 0; behind each graph
/// convolution stand gates of joints, frames and channels, which start at 1.5.
///
/// Any graph, number of frames and channels; channels, joints and persons are checked. Cost per
/// clip: 9 C^2 T V M multiply-adds and more of each block. Source: Shi et al., TIP 2020; code:
/// aagcn of 2s-AGCN, the spatial stream of dual-stream micro-gesture learning. PYSKL's AAGCN is the
/// same network under other names, see encode::reference_names. Deviations: widths, blocks,
/// channels and persons are sizes; without adaptation edges are fixed, as in PYSKL (the reference
/// stops there).
template <model_tensor T>
class aagcn : public adaptive_graph_network<T> {
public:
    using settings = aagcn_settings;
    static constexpr const char* name = "aagcn";
    static constexpr const char* source = "Shi et al., TIP 2020";

    aagcn() = default;
    MGKIT_COLD aagcn(const nn::scope& at, const settings& s)
        : adaptive_graph_network<T>(
              at, s.network, {.softmax = false, .adaptive = s.adaptive, .attention = s.attention},
              name),
          settings_(with_graph(s, name)) {}

    static settings sample_settings(const clip_extents& clip) {
        return {sample_graph_network(clip)};
    }
    const settings& configuration() const { return settings_; }
    nn::fact_map facts() const { return facts_of(name, settings_); }

private:
    settings settings_;
};

}  // namespace MGKIT_NAMESPACE::encode
