// SPDX-License-Identifier: MIT
// Graph convolution whose edges depend on the clip, with attention: the unit of AGCN and AAGCN.
// infrastructure
#pragma once

#include <cmath>

#include "mgkit/encode/graph_layers.hpp"
#include "mgkit/nn/linear.hpp"

namespace MGKIT_NAMESPACE::encode {

/// How the edges of an adaptive graph convolution come about.
struct adaptive_settings {
    bool softmax = true;   ///< similarity by softmax over senders, else tanh times a learned factor
    bool adaptive = true;  ///< false: learned or given edges alone, alike for all clips
    bool attention = false;  ///< gates of joints, frames and channels behind the unit
};

/// Gates y * (1 + sigmoid(.)) of joints, frames and channels, one after the other, each seen
/// through the means over the other axes. x [B, T, V, C].
template <model_tensor T>
struct gated_attention {
    nn::conv<T> conv_ta, conv_sa;
    nn::linear<T> fc1c, fc2c;

    gated_attention() = default;
    MGKIT_COLD gated_attention(const nn::scope& at, extent width, extent joints)
        : conv_ta(at / "conv_ta", width, 1, {{9, 1, 4}}),
          conv_sa(at / "conv_sa", width, 1, over_joints(joints)),
          fc1c(at / "fc1c", width, std::max<extent>(1, width / 2)),
          fc2c(at / "fc2c", std::max<extent>(1, width / 2), width) {
        const extent taps = over_joints(joints)[0].kernel;
        const auto taken = static_cast<double>(width * taps), made = static_cast<double>(taps);
        conv_ta.weight = nn::initial::constant<T>(at / "conv_ta" / "weight", {1, width, 9}, 0);
        conv_sa.weight = nn::initial::normal<T>(at / "conv_sa" / "weight", {1, width, taps},
                                                std::sqrt(2 / (taken + made)));
        fc1c.weight =
            nn::initial::normal<T>(at / "fc1c" / "weight", {std::max<extent>(1, width / 2), width},
                                   std::sqrt(2.0 / static_cast<double>(width)));
        fc2c.weight = nn::initial::constant<T>(at / "fc2c" / "weight",
                                               {width, std::max<extent>(1, width / 2)}, 0);
    }

    static constexpr auto fields() {
        return nn::members(nn::field("conv_ta", &gated_attention::conv_ta),
                           nn::field("conv_sa", &gated_attention::conv_sa),
                           nn::field("fc1c", &gated_attention::fc1c),
                           nn::field("fc2c", &gated_attention::fc2c));
    }

    template <operand X>
    X operator()(context& ctx, const X& x) const {
        const shape s = shape_of(x);
        const auto gated = [&](const X& y, const X& score, const shape& along) {
            return mul(ctx, y, reshape(ctx, affine(ctx, mgkit::sigmoid(ctx, score), 1, 1), along));
        };
        const X joints = gated(x, conv_sa(ctx, mgkit::mean(ctx, x, {1})), {s[0], 1, s[2], 1});
        const X frames =
            gated(joints, conv_ta(ctx, mgkit::mean(ctx, joints, {2})), {s[0], s[1], 1, 1});
        const X channels = fc2c(ctx, fc1c(ctx, mgkit::mean(ctx, frames, {1, 2}), activation::relu));
        return gated(frames, channels, {s[0], 1, 1, s[3]});
    }

private:
    /// Over all joints, one less where their number is even.
    static window over_joints(extent joints) {
        const extent kernel = joints % 2 == 1 ? joints : joints - 1;
        return {{kernel, 1, (kernel - 1) / 2}};
    }
};

/// Adaptive graph convolution: x [B, T, V, in] -> [B, T, V, out]. Edges of subset k are learned
/// ones PA, fixed ones where softmax is used, and the similarity of joints embedded to out / 4
/// channels over all frames. Then normalisation, the way around, relu, attention.
template <model_tensor T>
class adaptive_graph_unit {
public:
    using tensor_type = T;

    parameter<T> PA, alpha;
    std::vector<nn::conv<T>> conv_a, conv_b, conv_d;
    nn::maybe<gated_attention<T>> attention;
    nn::maybe<conv_and_norm<T>> down;
    nn::batch_norm<T> bn;

    adaptive_graph_unit() = default;
    /// `edges` [K, V, V]: where AAGCN's learned edges start.
    MGKIT_COLD adaptive_graph_unit(const nn::scope& at, const block_plan& p, const T& edges,
                                   const adaptive_settings& s)
        : bn(scaled_norm<T>(at / "bn", p.out, 1e-6)), how_(s), embedded_(std::max(1, p.out / 4)) {
        const shape k = shape_of(edges);
        PA = nn::initial::constant<T>(at / "PA", k, 1e-6);
        if (!s.softmax) backend_traits<T>::assign(at.ctx, PA.value, edges);
        alpha = nn::initial::constant<T>(at / "alpha", {1}, 0);
        for (extent i = 0; i < k[0]; ++i) {
            const std::string number = std::to_string(i);
            if (s.adaptive) {
                conv_a.emplace_back(at / "conv_a" / number, p.in, embedded_, along_frames(1));
                conv_b.emplace_back(at / "conv_b" / number, p.in, embedded_, along_frames(1));
            }
            conv_d.emplace_back(at / "conv_d" / number, p.in, p.out, along_frames(1),
                                std::sqrt(2.0 / (static_cast<double>(k[0]) * p.out * p.in)));
        }
        if (s.attention) attention = gated_attention<T>(at, p.out, k[1]);
        if (p.in != p.out) down = conv_and_norm<T>(at / "down", p.in, p.out);
    }

    nn::leaf_list<T> leaves() {
        nn::detail::leaf_collector<T> out;
        const auto add = [&](const char* member, auto& value) {
            nn::detail::collect_leaves<T>(value, nn::detail::leaf_place{member}, out);
        };
        if (how_.adaptive || how_.softmax) add("PA", PA);
        if (how_.adaptive && !how_.softmax) add("alpha", alpha);
        add("conv_a", conv_a);
        add("conv_b", conv_b);
        add("conv_d", conv_d);
        for (auto& l : attention.leaves()) out.found.push_back(l);
        add("down", down);
        add("bn", bn);
        return std::move(out.found);
    }
    /// See nn::prepared.
    void add_standing(context& ctx, nn::standing_values& out) const {
        attention.add_standing(ctx, out);
        down.add_standing(ctx, out);
    }

    /// `fixed` [K, V, V] are the edges of the skeleton.
    template <operand X>
    X operator()(context& ctx, const X& x, const T& fixed) const {
        const extent partitions = static_cast<extent>(conv_d.size());
        const X around = down ? (*down)(ctx, x) : x;
        const X bias = summed_bias<X>(ctx, conv_d);
        const X out =
            contracted<X>(ctx, stacked_product(ctx, x, conv_d, false), edges(ctx, x, fixed),
                          partitions, &bias, bn, {.residual = &around, .relu = true});
        return attention ? (*attention)(ctx, out) : out;
    }

private:
    template <operand X>
    X edges(context& ctx, const X& x, const T& fixed) const {
        if (!how_.adaptive) return how_.softmax ? add(ctx, X{fixed}, use<X>(PA)) : X{fixed};
        const X likeness = similarity(ctx, x);
        if (how_.softmax) {
            const X senders = permute(ctx, softmax(ctx, likeness), {0, 1, 3, 2});
            return add(ctx, senders, add(ctx, X{fixed}, use<X>(PA)));
        }
        const X weighted =
            mul(ctx, mgkit::tanh(ctx, permute(ctx, likeness, {0, 1, 3, 2})), use<X>(alpha));
        return add(ctx, weighted, use<X>(PA));
    }
    /// [B, K, receivers, senders]
    template <operand X>
    X similarity(context& ctx, const X& x) const {
        const shape s = shape_of(x);
        const extent k = static_cast<extent>(conv_a.size()), depth = s[1] * embedded_;
        const auto embedded = [&](const std::vector<nn::conv<T>>& layers) {
            const X rows =
                reshape(ctx, stacked_product(ctx, x, layers), {s[0], s[1], s[2], k, embedded_});
            return reshape(ctx, permute(ctx, rows, {0, 3, 2, 1, 4}), {s[0], k, s[2], depth});
        };
        return affine(ctx, matmul(ctx, embedded(conv_b), embedded(conv_a), false, true),
                      1.0 / static_cast<double>(depth));
    }

    adaptive_settings how_{};
    extent embedded_ = 1;
};

/// One block: the unit, temporal convolution over 9 frames, the way around. File names gcn1, tcn1,
/// residual.
template <model_tensor T>
struct adaptive_graph_block {
    adaptive_graph_unit<T> gcn1;
    temporal_unit<T> tcn1;
    nn::maybe<temporal_unit<T>> residual;

    adaptive_graph_block() = default;
    MGKIT_COLD adaptive_graph_block(const nn::scope& at, const block_plan& p, const T& edges,
                                    const adaptive_settings& s)
        : gcn1(at / "gcn1", p, edges, s), tcn1(at / "tcn1", {p.out, p.out, p.stride}, 9), plan_(p) {
        if (!p.first && !p.same()) residual = temporal_unit<T>(at / "residual", p, 1);
    }

    static constexpr auto fields() {
        return nn::members(nn::field("gcn1", &adaptive_graph_block::gcn1),
                           nn::field("tcn1", &adaptive_graph_block::tcn1),
                           nn::field("residual", &adaptive_graph_block::residual));
    }
    template <operand X>
    X operator()(context& ctx, const X& x, const T& fixed) const {
        return end_of_block(ctx, tcn1.conv, tcn1.bn, gcn1(ctx, x, fixed), x, plan_, residual);
    }

private:
    block_plan plan_{};
};

/// Blocks under the names l1, l2, ... behind the normalisation of joints.
template <model_tensor T>
class adaptive_graph_network {
public:
    using tensor_type = T;

    nn::batch_norm<T> data_bn;
    std::vector<adaptive_graph_block<T>> blocks;

    adaptive_graph_network() = default;
    MGKIT_COLD adaptive_graph_network(const nn::scope& at, const graph_network_settings& s,
                                      const adaptive_settings& how, const std::string& name)
        : data_bn(at / "data_bn", extent{s.clip.points()} * s.clip.channels),
          adjacency_(
              adjacency_tensor<T>(at.ctx, skeleton::inward_outward(encode::graph_of(s, name)))),
          clip_(s.clip),
          name_(name) {
        for (const block_plan& p : block_plans(s, name)) {
            blocks.emplace_back(at / text("l", blocks.size() + 1), p, adjacency_, how);
            features_ = p.out;
        }
    }

    nn::leaf_list<T> leaves() {
        nn::detail::leaf_collector<T> out;
        nn::detail::collect_leaves<T>(data_bn, nn::detail::leaf_place{"data_bn"}, out);
        for (std::size_t i = 0; i < blocks.size(); ++i)
            nn::detail::collect_leaves<T>(blocks[i], nn::detail::leaf_place{text("l", i + 1)}, out);
        return std::move(out.found);
    }
    /// See nn::prepared.
    void add_standing(context& ctx, nn::standing_values& out) const {
        nn::add_standing(ctx, blocks, out);
    }
    int features() const { return features_; }
    /// Edges of the skeleton, [3, V, V].
    const T& adjacency() const { return adjacency_; }

    /// What the blocks make of clips: [N * M, T', V, features].
    template <operand X>
    X frames(context& ctx, const X& clips) const {
        require_clips(shape_of(clips), clip_, name_);
        X x = persons_of(ctx, clips, data_bn, true);
        for (const auto& block : blocks) x = block(ctx, x, adjacency_);
        return x;
    }
    template <operand X>
    X operator()(context& ctx, const X& clips) const {
        return mean_of_persons(ctx, frames(ctx, clips), shape_of(clips)[0]);
    }

private:
    T adjacency_{};
    clip_extents clip_;
    std::string name_;
    int features_ = 0;
};

}  // namespace MGKIT_NAMESPACE::encode
