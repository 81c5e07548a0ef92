// SPDX-License-Identifier: MIT
// What graph networks share: settings, the plan of their blocks, the way in and out.
// infrastructure
#pragma once

#include <concepts>
#include <string>
#include <vector>

#include "mgkit/encode/feature_map.hpp"
#include "mgkit/encode/settings.hpp"
#include "mgkit/nn/conv.hpp"
#include "mgkit/nn/maybe.hpp"
#include "mgkit/nn/norm.hpp"
#include "mgkit/skeleton/partitions.hpp"
#include "mgkit/tensor/ops/finished_contraction.hpp"

namespace MGKIT_NAMESPACE::encode {

/// Settings of every graph network: blocks of graph and temporal convolution over joints.
struct graph_network_settings {
    clip_extents clip;
    std::string graph;  ///< joints and edges, or a topology by name: skeleton::parse_graph
    int width = 64;     ///< channels of the first block
    int blocks = 10;
    std::string wider = "5,8";   ///< blocks, from 1, that double the channels
    std::string slower = "5,8";  ///< blocks that halve the frames
    int last = 0;                ///< channels of the last block; 0: as the blocks before say

    template <class Self, class F>
    static void each_named(Self& s, F&& f) {
        clip_extents::each_named(s.clip, f);
        f("graph", s.graph);
        f("width", s.width);
        f("blocks", s.blocks);
        f("wider", s.wider);
        f("slower", s.slower);
        f("last", s.last);
    }
};

/// One block of a graph network.
struct block_plan {
    int in = 0, out = 0, stride = 1;
    bool first = false;  ///< of the network: no residual around it

    bool same() const { return in == out && stride == 1; }
};

/// The graph of the settings, as a graph. Errors: none stated, one that is not sound, of other
/// joints than the clips.
skeleton::graph graph_of(const graph_network_settings& s, const std::string& where);

/// The strategy that a setting names. Errors: another word than spatial, distance or uniform.
skeleton::hop_strategy partition_strategy(const std::string& name, const std::string& where);

/// "1,2" as numbers. Errors: anything else, numbers out of range.
std::vector<int> number_list(const std::string& list, int least, int most,
                             const std::string& where);

/// The blocks of the settings. Errors: sizes below 1, blocks that there are not.
std::vector<block_plan> block_plans(const graph_network_settings& s, const std::string& where);

/// Small settings for clips of these extents, to try a network with: a tree of their joints, three
/// blocks.
graph_network_settings sample_graph_network(const clip_extents& clip);

/// Settings whose graph is written out, so that files keep what the name of a topology stands for.
/// Errors: see graph_of.
template <class S>
S with_graph(S s, const std::string& where) {
    s.network.graph = skeleton::graph_text(graph_of(s.network, where));
    return s;
}

/// Errors: clips [N, C, T, V, M] of other channels, joints or persons than the settings', or
/// without frames; they may have any number of frames.
void require_clips(const shape& clips, const clip_extents& made_for, const std::string& where);

/// Matrices [K, V, V] as a tensor.
template <tensor T>
T adjacency_tensor(context& ctx, const skeleton::adjacency& a) {
    using scalar = typename backend_traits<T>::scalar;
    const std::vector<scalar> values(a.values.begin(), a.values.end());
    return backend_traits<T>::from_host(ctx, values, {a.slots, a.joints, a.joints});
}

/// Every person's frames: clips [N, C, T, V, M] -> [N * M, T, V, C], channels normalised for each
/// joint by `norm` of V * C, or of M * V * C where persons are told apart.
template <operand X>
X persons_of(context& ctx, const X& clips, const nn::batch_norm<tensor_of<X>>& norm,
             bool by_person) {
    const shape s = shape_of(clips);
    const extent n = s[0], c = s[1], t = s[2], v = s[3], m = s[4];
    if (!by_person) {
        const X rows = reshape(ctx, permute(ctx, clips, {0, 4, 2, 3, 1}), {n * m * t, v * c});
        return reshape(ctx, norm.channels(ctx, rows), {n * m, t, v, c});
    }
    const X rows = reshape(ctx, permute(ctx, clips, {0, 2, 4, 3, 1}), {n * t, m * v * c});
    const X level = reshape(ctx, norm.channels(ctx, rows), {n, t, m, v, c});
    return reshape(ctx, permute(ctx, level, {0, 2, 1, 3, 4}), {n * m, t, v, c});
}

/// Messages of each partition, then what the edges bring of them: x [B, T, V, K * C] with edges
/// [K, V, V], [B, K, V, V] or [B, K, V, V, C] -> [B, T, V, C].
template <operand X>
X contracted(context& ctx, const X& messages, const X& edges, extent partitions) {
    const shape s = shape_of(messages);
    return graph_contract(
        ctx, reshape(ctx, messages, {s[0], s[1], s[2], partitions, s[3] / partitions}), edges);
}

/// norm.channels(contracted(..) + bias, end), `bias` [C] or null; in one operation where nothing is
/// recorded, in evaluation mode, on tensors that offer it, the same but for rounding.
template <operand X>
X contracted(context& ctx, const X& messages, const X& edges, extent partitions, const X* bias,
             const nn::batch_norm<tensor_of<X>>& norm, const normalise_end<X>& end) {
    using T = tensor_of<X>;
    if constexpr (std::same_as<X, T> && finishes_contraction<T>)
        if (!ctx.training) {
            const shape s = shape_of(messages);
            return finished_contraction(
                ctx, reshape(ctx, messages, {s[0], s[1], s[2], partitions, s[3] / partitions}),
                edges, bias, norm.as_end(end));
        }
    const X plain = contracted(ctx, messages, edges, partitions);
    return norm.channels(ctx, bias ? add(ctx, plain, *bias) : plain, end);
}

/// Convolution along frames alone: x [B, T, V, C].
inline window along_frames(extent kernel, extent stride = 1, extent dilation = 1) {
    return {{kernel, stride, dilation * (kernel - 1) / 2, dilation}, {1}};
}

}  // namespace MGKIT_NAMESPACE::encode

#if !defined(MGKIT_COMPILED)
#include "mgkit/encode/graph_network-inl.hpp"
#endif
