// SPDX-License-Identifier: MIT
// ST-GCN++: learned edges, a way around each graph convolution, temporal convolution in branches.
#pragma once

#include "mgkit/encode/temporal_branches.hpp"

namespace MGKIT_NAMESPACE::encode {

/// Settings of `st_gcn_pp`.
struct st_gcn_pp_settings {
    graph_network_settings network;

    template <class Self, class F>
    static void each_named(Self& s, F&& f) {
        graph_network_settings::each_named(s.network, f);
    }
};

/// Graph convolution over learned edges with a way around it. File names A, bn, conv, down.
template <model_tensor T>
struct learned_graph_unit {
    parameter<T> A;
    nn::batch_norm<T> bn;
    nn::conv<T> conv;
    nn::maybe<conv_and_norm<T>> down;

    learned_graph_unit() = default;
    MGKIT_COLD learned_graph_unit(const nn::scope& at, const block_plan& p, const T& edges)
        : A(nn::initial::constant<T>(at / "A", shape_of(edges), 0)),
          bn(at / "bn", p.out),
          conv(at / "conv", p.in, shape_of(edges)[0] * p.out, along_frames(1)) {
        backend_traits<T>::assign(at.ctx, A.value, edges);
        if (p.in != p.out) down = conv_and_norm<T>(at / "down", p.in, p.out);
    }

    static constexpr auto fields() {
        return nn::members(nn::field("A", &learned_graph_unit::A),
                           nn::field("bn", &learned_graph_unit::bn),
                           nn::field("conv", &learned_graph_unit::conv),
                           nn::field("down", &learned_graph_unit::down));
    }
    template <operand X>
    X operator()(context& ctx, const X& x) const {
        const X around = down ? (*down)(ctx, x) : x;
        return contracted<X>(ctx, conv(ctx, x), use<X>(A), shape_of(A.value)[0], nullptr, bn,
                             {.residual = &around, .relu = true});
    }
};

/// Six branches (four convolutions over 3 frames with dilation 1 to 4, a maximum over 3, one that
/// sees single frames), then normalisation, relu, a product, normalisation. The first branch takes
/// the channels that a sixth each leaves over. File names branches, transform, bn.
template <model_tensor T>
struct six_branches {
    struct mixing {
        nn::batch_norm<T> norm;
        nn::conv<T> conv;
        static constexpr auto fields() {
            return nn::members(nn::field("0", &mixing::norm), nn::field("2", &mixing::conv));
        }
    };

    std::vector<temporal_branch<T>> branches;
    mixing transform;
    nn::batch_norm<T> bn;

    six_branches() = default;
    MGKIT_COLD six_branches(const nn::scope& at, extent width, extent stride)
        : transform{{at / "transform" / "0", width},
                    {at / "transform" / "2", width, width, along_frames(1)}},
          bn(at / "bn", width) {
        using branch = temporal_branch<T>;
        const extent each = width / 6;
        if (each < 1) throw error("st_gcn_pp", "channels of 6 or more in every block", text(width));
        for (int i = 0; i < 6; ++i) {
            const auto how = i < 4    ? typename branch::reach{branch::kind::convolution, 3, i + 1}
                             : i == 4 ? typename branch::reach{branch::kind::maximum, 3}
                                      : typename branch::reach{};
            branches.emplace_back(at / "branches" / std::to_string(i), width,
                                  i == 0 ? width - 5 * each : each, stride, how, i == 5);
        }
    }

    static constexpr auto fields() {
        return nn::members(nn::field("branches", &six_branches::branches),
                           nn::field("transform", &six_branches::transform),
                           nn::field("bn", &six_branches::bn));
    }
    /// Before the product and the last normalisation.
    template <operand X>
    X branched(context& ctx, const X& x) const {
        return transform.norm.channels(ctx, side_by_side(ctx, x, branches), {.relu = true});
    }
};

/// One block: file names gcn, tcn, residual.
template <model_tensor T>
struct st_gcn_pp_block {
    learned_graph_unit<T> gcn;
    six_branches<T> tcn;
    nn::maybe<temporal_unit<T>> residual;

    st_gcn_pp_block() = default;
    MGKIT_COLD st_gcn_pp_block(const nn::scope& at, const block_plan& p, const T& edges)
        : gcn(at / "gcn", p, edges), tcn(at / "tcn", p.out, p.stride), plan_(p) {
        if (!p.first && !p.same()) residual = temporal_unit<T>(at / "residual", p, 1);
    }

    static constexpr auto fields() {
        return nn::members(nn::field("gcn", &st_gcn_pp_block::gcn),
                           nn::field("tcn", &st_gcn_pp_block::tcn),
                           nn::field("residual", &st_gcn_pp_block::residual));
    }
    template <operand X>
    X operator()(context& ctx, const X& x) const {
        return end_of_block(ctx, tcn.transform.conv, tcn.bn, tcn.branched(ctx, gcn(ctx, x)), x,
                            plan_, residual);
    }

private:
    block_plan plan_{};
};

/// Clips [N, C, T, V, M] -> features [N, channels of the last block]: the mean over frames, joints
/// and persons. Persons share all weights; edges are learned, from those of the skeleton on.
///
/// Any graph, number of frames and channels; channels, joints and persons are checked; every block
/// has at least 6 channels. Initial values: Kaiming normal (fan-out). Cost per clip: 4 C^2 T V M
/// multiply-adds and more of each block. Source: Duan et al., ACM MM 2022; code: STGCN++ of PYSKL.
template <model_tensor T>
class st_gcn_pp {
public:
    using tensor_type = T;
    using settings = st_gcn_pp_settings;
    static constexpr const char* name = "st_gcn_pp";
    static constexpr const char* source = "Duan et al., ACM MM 2022";

    nn::batch_norm<T> data_bn;
    std::vector<st_gcn_pp_block<T>> gcn;

    st_gcn_pp() = default;
    MGKIT_COLD st_gcn_pp(const nn::scope& at, const settings& s)
        : data_bn(at / "data_bn", extent{s.network.clip.joints} * s.network.clip.channels),
          settings_(with_graph(s, name)) {
        const T edges =
            adjacency_tensor<T>(at.ctx, skeleton::inward_outward(graph_of(s.network, name)));
        for (const block_plan& p : block_plans(s.network, name)) {
            gcn.emplace_back(at / "gcn" / std::to_string(gcn.size()), p, edges);
            features_ = p.out;
        }
    }

    static constexpr auto fields() {
        return nn::members(nn::field("data_bn", &st_gcn_pp::data_bn),
                           nn::field("gcn", &st_gcn_pp::gcn));
    }
    static settings sample_settings(const clip_extents& clip) {
        settings s{sample_graph_network(clip)};
        s.network.width = s.network.last = 7;
        return s;
    }
    const settings& configuration() const { return settings_; }
    nn::fact_map facts() const { return facts_of(name, settings_); }
    int features() const { return features_; }

    /// What the blocks make of clips: [N * M, T', V, features].
    template <operand X>
    X frames(context& ctx, const X& clips) const {
        require_clips(shape_of(clips), settings_.network.clip, name);
        X x = persons_of(ctx, clips, data_bn, false);
        for (const auto& block : gcn) x = block(ctx, x);
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
