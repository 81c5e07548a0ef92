// SPDX-License-Identifier: MIT
// 2s-AGCN: graph convolution whose edges adapt to the clip.
#pragma once

#include "mgkit/encode/adaptive_graph.hpp"

namespace MGKIT_NAMESPACE::encode {

/// Settings of `agcn`.
struct agcn_settings {
    graph_network_settings network;

    template <class Self, class F>
    static void each_named(Self& s, F&& f) {
        graph_network_settings::each_named(s.network, f);
    }
};

/// Clips [N, C, T, V, M] -> features [N, channels of the last block]: the mean over frames, joints
/// and persons. Edges are those of the skeleton, learned ones, and the softmax over senders of the
/// joints' likeness in this clip.
///
/// Any graph, number of frames and channels; channels, joints and persons are checked. Initial
/// values are the reference's; all branches of graph convolution start near 0 (scale 1e-6).
/// Cost per clip: 9 C^2 T V M multiply-adds and more of each block. Source: Shi et al., CVPR 2019;
/// code: agcn of 2s-AGCN, one stream of the two (bones and joints are streams of the library).
/// Deviation: widths, blocks, channels and persons are sizes here.
template <model_tensor T>
class agcn : public adaptive_graph_network<T> {
public:
    using settings = agcn_settings;
    static constexpr const char* name = "agcn";
    static constexpr const char* source = "Shi et al., CVPR 2019";

    agcn() = default;
    MGKIT_COLD agcn(const nn::scope& at, const settings& s)
        : adaptive_graph_network<T>(at, s.network, {}, name), settings_(with_graph(s, name)) {}

    static settings sample_settings(const clip_extents& clip) {
        return {sample_graph_network(clip)};
    }
    const settings& configuration() const { return settings_; }
    nn::fact_map facts() const { return facts_of(name, settings_); }

private:
    settings settings_;
};

}  // namespace MGKIT_NAMESPACE::encode
