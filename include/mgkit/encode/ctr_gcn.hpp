// SPDX-License-Identifier: MIT
// CTR-GCN: graph convolution whose edges are refined for every channel.
#pragma once

#include "mgkit/encode/temporal_branches.hpp"

namespace MGKIT_NAMESPACE::encode {

/// Settings of `ctr_gcn`.
struct ctr_gcn_settings {
    graph_network_settings network;
    int kernel = 5;                    ///< frames of a temporal convolution, an odd number
    std::string dilations = "1,2";     ///< of the branches with a temporal convolution
    bool relu_behind_branches = true;  ///< PYSKL's code has it, the authors' has not

    template <class Self, class F>
    static void each_named(Self& s, F&& f) {
        graph_network_settings::each_named(s.network, f);
        f("kernel", s.kernel);
        f("dilations", s.dilations);
        f("relu_behind_branches", s.relu_behind_branches);
    }
};

/// Refinement of the edges of one partition: x [B, T, V, in] -> [B, T, V, out]; edges of channel c
/// are A + alpha * conv4(tanh(difference of two joints' means over frames)). File names conv1 to
/// conv4.
template <model_tensor T>
struct channel_refinement {
    nn::conv<T> conv1, conv2, conv3, conv4;

    channel_refinement() = default;
    MGKIT_COLD channel_refinement(const nn::scope& at, extent in, extent out)
        : conv1(at / "conv1", in, compared(in), along_frames(1)),
          conv2(at / "conv2", in, compared(in), along_frames(1)),
          conv3(at / "conv3", in, out, along_frames(1)),
          conv4(at / "conv4", compared(in), out, along_frames(1)) {}

    static constexpr auto fields() {
        return nn::members(nn::field("conv1", &channel_refinement::conv1),
                           nn::field("conv2", &channel_refinement::conv2),
                           nn::field("conv3", &channel_refinement::conv3),
                           nn::field("conv4", &channel_refinement::conv4));
    }

    /// `means` [B, 1, V, in] of x over frames, A [V, V], alpha [1]. The mean over frames is taken
    /// before the products, with which it commutes.
    template <operand X>
    X operator()(context& ctx, const X& x, const X& means, const X& A, const X& alpha) const {
        const X senders = conv1(ctx, means), receivers = conv2(ctx, means);
        const shape s = shape_of(senders);
        const extent b = s[0], v = s[2], r = s[3];
        const X apart = mgkit::tanh(ctx, sub(ctx, reshape(ctx, senders, {b, v, 1, r}),
                                             reshape(ctx, receivers, {b, 1, v, r})));
        const shape w = shape_of(conv4.weight.value);
        const X weight = mul(ctx, reshape(ctx, use<X>(conv4.weight), {w[0], w[1]}), alpha);
        const X refined = linear(ctx, apart, weight, mul(ctx, use<X>(conv4.bias), alpha));
        const X edges = add(ctx, refined, reshape(ctx, A, {v, v, 1}));
        return contracted(ctx, conv3(ctx, x), reshape(ctx, edges, {b, 1, v, v, w[0]}), 1);
    }

private:
    static extent compared(extent in) { return in <= 16 ? 8 : in / 8; }
};

/// The unit: refinements of all partitions summed, normalisation, the way around, relu. File names
/// A, alpha, convs, down, bn.
template <model_tensor T>
struct channel_refined_unit {
    parameter<T> A, alpha;
    std::vector<channel_refinement<T>> convs;
    nn::maybe<conv_and_norm<T>> down;
    nn::batch_norm<T> bn;

    channel_refined_unit() = default;
    MGKIT_COLD channel_refined_unit(const nn::scope& at, const block_plan& p, const T& edges)
        : A(nn::initial::constant<T>(at / "A", shape_of(edges), 0)),
          alpha(nn::initial::constant<T>(at / "alpha", {1}, 0)),
          bn(scaled_norm<T>(at / "bn", p.out, 1e-6)) {
        backend_traits<T>::assign(at.ctx, A.value, edges);
        for (extent k = 0; k < shape_of(edges)[0]; ++k)
            convs.emplace_back(at / "convs" / std::to_string(k), p.in, p.out);
        if (p.in != p.out) down = conv_and_norm<T>(at / "down", p.in, p.out);
    }

    static constexpr auto fields() {
        return nn::members(nn::field("A", &channel_refined_unit::A),
                           nn::field("alpha", &channel_refined_unit::alpha),
                           nn::field("convs", &channel_refined_unit::convs),
                           nn::field("down", &channel_refined_unit::down),
                           nn::field("bn", &channel_refined_unit::bn));
    }
    template <operand X>
    X operator()(context& ctx, const X& x) const {
        const X means = mgkit::mean(ctx, x, {1}, true), edges = use<X>(A), factor = use<X>(alpha);
        const shape s = shape_of(edges);
        std::optional<X> sum;
        for (std::size_t k = 0; k < convs.size(); ++k) {
            const X matrix =
                reshape(ctx, slice(ctx, edges, 0, static_cast<extent>(k), 1), {s[1], s[2]});
            const X part = convs[k](ctx, x, means, matrix, factor);
            sum = sum ? add(ctx, *sum, part) : part;
        }
        const X around = down ? (*down)(ctx, x) : x;
        return bn.channels(ctx, *sum, {.residual = &around, .relu = true});
    }
};

/// One block: file names gcn1, tcn1, residual.
template <model_tensor T>
struct ctr_gcn_block {
    channel_refined_unit<T> gcn1;
    dilated_branches<T> tcn1;
    nn::maybe<temporal_unit<T>> residual;

    ctr_gcn_block() = default;
    MGKIT_COLD ctr_gcn_block(const nn::scope& at, const block_plan& p, const T& edges,
                             const dilated_reach& reach, bool relu_behind)
        : gcn1(at / "gcn1", p, edges),
          tcn1(at / "tcn1", p.out, p.out, p.stride, reach),
          plan_(p),
          relu_behind_(relu_behind) {
        if (!p.first && !p.same()) residual = temporal_unit<T>(at / "residual", p, 1);
    }

    static constexpr auto fields() {
        return nn::members(nn::field("gcn1", &ctr_gcn_block::gcn1),
                           nn::field("tcn1", &ctr_gcn_block::tcn1),
                           nn::field("residual", &ctr_gcn_block::residual));
    }
    template <operand X>
    X operator()(context& ctx, const X& x) const {
        X y = side_by_side(ctx, gcn1(ctx, x), tcn1.branches);
        if (relu_behind_) y = relu(ctx, y);
        if (plan_.first) return relu_behind_ ? y : relu(ctx, y);
        if (!residual) return relu(ctx, add(ctx, y, x));
        return (*residual)(ctx, x, {.residual = &y, .relu = true});
    }

private:
    block_plan plan_{};
    bool relu_behind_ = true;
};

/// Clips [N, C, T, V, M] -> features [N, channels of the last block]: the mean over frames, joints
/// and persons.
///
/// Any graph, number of frames and channels; channels, joints and persons are checked; the channels
/// of every block are a multiple of the branches. Initial values: Kaiming normal (fan-out);
/// refinement starts at 0, the scale of graph convolution at 1e-6. Cost per clip: 5 C^2 T V M
/// multiply-adds and more of each block, and 3 V^2 C T M of refined edges. Source: Chen et al.,
/// ICCV 2021; code: CTR-GCN of PYSKL.
template <model_tensor T>
class ctr_gcn {
public:
    using tensor_type = T;
    using settings = ctr_gcn_settings;
    static constexpr const char* name = "ctr_gcn";
    static constexpr const char* source = "Chen et al., ICCV 2021";

    nn::batch_norm<T> data_bn;
    std::vector<ctr_gcn_block<T>> net;

    ctr_gcn() = default;
    MGKIT_COLD ctr_gcn(const nn::scope& at, const settings& s)
        : data_bn(at / "data_bn", extent{s.network.clip.points()} * s.network.clip.channels),
          settings_(with_graph(s, name)) {
        const T edges =
            adjacency_tensor<T>(at.ctx, skeleton::inward_outward(graph_of(s.network, name)));
        const dilated_reach reach = dilated_reach_of(s.kernel, s.dilations, name);
        const int count = static_cast<int>(reach.dilations.size()) + 2;
        for (const block_plan& p : block_plans(s.network, name)) {
            if (p.out % count != 0)
                throw error(name,
                            text("channels that are a multiple of ", count, " in every block"),
                            text(p.out));
            net.emplace_back(at / "net" / std::to_string(net.size()), p, edges, reach,
                             s.relu_behind_branches);
            features_ = p.out;
        }
    }

    static constexpr auto fields() {
        return nn::members(nn::field("data_bn", &ctr_gcn::data_bn),
                           nn::field("net", &ctr_gcn::net));
    }
    static settings sample_settings(const clip_extents& clip) {
        settings s{sample_graph_network(clip)};
        s.network.last = 8;
        return s;
    }
    const settings& configuration() const { return settings_; }
    nn::fact_map facts() const { return facts_of(name, settings_); }
    int features() const { return features_; }

    /// What the blocks make of clips: [N * M, T', V, features].
    template <operand X>
    X frames(context& ctx, const X& clips) const {
        require_clips(shape_of(clips), settings_.network.clip, name);
        X x = persons_of(ctx, clips, data_bn, true);
        for (const auto& block : net) x = block(ctx, x);
        return x;
    }
    template <operand X>
    X operator()(context& ctx, const X& clips) const {
        return mean_of_persons(ctx, frames(ctx, clips), shape_of(clips)[0]);
    }

private:
    settings settings_;
    int features_ = 0;
};

}  // namespace MGKIT_NAMESPACE::encode
