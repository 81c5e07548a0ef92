// SPDX-License-Identifier: MIT
// ST-GCN: graph convolution over joints and convolution over frames in turn.
#pragma once

#include "mgkit/encode/graph_layers.hpp"
#include "mgkit/tensor/ops/random.hpp"

namespace MGKIT_NAMESPACE::encode {

/// Settings of `st_gcn`.
struct st_gcn_settings {
    graph_network_settings network;
    int hops = 1;                        ///< edges that one graph convolution reaches over
    std::string partitions = "spatial";  ///< of joints within reach: spatial, distance or uniform
    int kernel = 9;                      ///< frames of a temporal convolution, an odd number
    double dropout = 0;                  ///< behind each temporal convolution

    template <class Self, class F>
    static void each_named(Self& s, F&& f) {
        graph_network_settings::each_named(s.network, f);
        f("hops", s.hops);
        f("partitions", s.partitions);
        f("kernel", s.kernel);
        f("dropout", s.dropout, setting_role::training);
    }
};

/// One block: graph convolution, normalisation, temporal convolution.
template <model_tensor T>
struct st_gcn_block {
    struct graph_part {
        nn::conv<T> conv;
        static constexpr auto fields() { return nn::members(nn::field("conv", &graph_part::conv)); }
    };
    struct frame_part {
        nn::batch_norm<T> before;
        nn::conv<T> conv;
        nn::batch_norm<T> after;
        static constexpr auto fields() {
            return nn::members(nn::field("0", &frame_part::before),
                               nn::field("2", &frame_part::conv),
                               nn::field("3", &frame_part::after));
        }
    };

    graph_part gcn;
    frame_part tcn;
    nn::maybe<conv_and_norm<T>> residual;

    st_gcn_block() = default;
    MGKIT_COLD st_gcn_block(const nn::scope& at, const block_plan& p, int partitions, int kernel,
                            double dropout)
        : gcn{{at / "gcn" / "conv", p.in, extent{partitions} * p.out, along_frames(1), deviation}},
          tcn{scattered_norm<T>(at / "tcn" / "0", p.out),
              {at / "tcn" / "2", p.out, p.out, along_frames(kernel, p.stride), deviation},
              scattered_norm<T>(at / "tcn" / "3", p.out)},
          plan_(p),
          partitions_(partitions),
          dropout_(dropout),
          name_(at.name) {
        if (!p.first && !p.same())
            residual = conv_and_norm<T>{
                {at / "residual" / "0", p.in, p.out, along_frames(1, p.stride), deviation},
                scattered_norm<T>(at / "residual" / "1", p.out)};
    }

    static constexpr auto fields() {
        return nn::members(nn::field("gcn", &st_gcn_block::gcn),
                           nn::field("tcn", &st_gcn_block::tcn),
                           nn::field("residual", &st_gcn_block::residual));
    }

    /// x [N * M, T, V, in] of `clips` clips, edges [K, V, V].
    template <operand X>
    X operator()(context& ctx, const X& x, const X& edges, extent clips) const {
        const X inner = contracted<X>(ctx, gcn.conv(ctx, x), edges, partitions_, nullptr,
                                      tcn.before, {.relu = true});
        if (!ctx.training || dropout_ == 0)
            return end_of_block(ctx, tcn.conv, tcn.after, inner, x, plan_, residual);
        const X normal = tcn.conv.normalised(ctx, inner, tcn.after);
        const shape s = shape_of(normal);
        const X kept = reshape(
            ctx, dropout(ctx, reshape(ctx, normal, {clips, s.elements() / clips}), name_, dropout_),
            s);
        if (plan_.first) return relu(ctx, kept);
        return relu(ctx, add(ctx, kept, residual ? (*residual)(ctx, x) : x));
    }

private:
    static constexpr double deviation = 0.02;

    block_plan plan_{};
    int partitions_ = 1;
    double dropout_ = 0;
    std::string name_;
};

/// Clips [N, C, T, V, M] -> features [N, channels of the last block]: the mean over frames, joints
/// and persons. Persons share all weights; each edge has a learned weight per block.
///
/// Any graph, number of frames and channels; joints and persons are checked. Initial values: normal
/// with deviation .02, scales normal around 1 (that of the reference's self-supervised code).
/// Randomness: dropout. Cost per clip: dominated by 9 C^2 T V M multiply-adds of each block.
/// Source: Yan et al., AAAI 2018; code: st_gcn of AimCLR, with the distances of its partitions
/// (skeleton::hop_settings). PYSKL's ST-GCN is the same network under other names, see
/// encode::reference_names. Width 16 and last 256 are those of SkeletonCLR, width 64 of ST-GCN.
template <model_tensor T>
class st_gcn {
public:
    using tensor_type = T;
    using settings = st_gcn_settings;
    static constexpr const char* name = "st_gcn";
    static constexpr const char* source = "Yan et al., AAAI 2018";

    nn::batch_norm<T> data_bn;
    std::vector<st_gcn_block<T>> st_gcn_networks;
    std::vector<parameter<T>> edge_importance;

    st_gcn() = default;
    MGKIT_COLD st_gcn(const nn::scope& at, const settings& s) : settings_(with_graph(s, name)) {
        if (s.hops < 1 || s.kernel < 1 || s.kernel % 2 == 0 || !(s.dropout >= 0 && s.dropout < 1))
            throw error(name, "one hop or more, an odd kernel and a dropout in [0, 1)",
                        text(s.hops, " hops, kernel ", s.kernel, ", dropout ", s.dropout));
        const auto parts = skeleton::hop_partitions(
            graph_of(s.network, name), {partition_strategy(s.partitions, name), s.hops});
        adjacency_ = adjacency_tensor<T>(at.ctx, parts);
        data_bn = scattered_norm<T>(at / "data_bn",
                                    extent{s.network.clip.joints} * s.network.clip.channels);
        for (const block_plan& p : block_plans(s.network, name)) {
            const std::string i = std::to_string(st_gcn_networks.size());
            st_gcn_networks.emplace_back(at / "st_gcn_networks" / i, p, parts.slots, s.kernel,
                                         s.dropout);
            edge_importance.push_back(nn::initial::constant<T>(
                at / "edge_importance" / i, {parts.slots, parts.joints, parts.joints}, 1));
            features_ = p.out;
        }
    }

    static constexpr auto fields() {
        return nn::members(nn::field("data_bn", &st_gcn::data_bn),
                           nn::field("st_gcn_networks", &st_gcn::st_gcn_networks),
                           nn::field("edge_importance", &st_gcn::edge_importance));
    }
    static settings sample_settings(const clip_extents& clip) {
        return {sample_graph_network(clip), 2, "spatial", 3};
    }
    const settings& configuration() const { return settings_; }
    nn::fact_map facts() const { return facts_of(name, settings_); }
    int features() const { return features_; }
    /// Edges before they are weighted, [K, V, V].
    const T& adjacency() const { return adjacency_; }

    /// What the blocks make of clips: [N * M, T', V, features].
    template <operand X>
    X frames(context& ctx, const X& clips) const {
        require_clips(shape_of(clips), settings_.network.clip, name);
        X x = persons_of(ctx, clips, data_bn, false);
        for (std::size_t i = 0; i < st_gcn_networks.size(); ++i)
            x = st_gcn_networks[i](ctx, x, mul(ctx, X{adjacency_}, use<X>(edge_importance[i])),
                                   shape_of(clips)[0]);
        return x;
    }
    template <operand X>
    X operator()(context& ctx, const X& clips) const {
        return mean_of_persons(ctx, frames(ctx, clips), shape_of(clips)[0]);
    }

private:
    settings settings_;
    T adjacency_{};
    int features_ = 0;
};

}  // namespace MGKIT_NAMESPACE::encode
