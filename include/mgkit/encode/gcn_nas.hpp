// SPDX-License-Identifier: MIT
// GCN-NAS: graph convolution over sums of edges that a search chose for each block.
#pragma once

#include <array>
#include <cmath>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/encode/graph_layers.hpp"
#include "mgkit/tensor/ops/conv.hpp"

namespace MGKIT_NAMESPACE::encode {

/// Edges that a graph convolution may sum, A being those of the skeleton, I each joint's own:
/// polynomials of A by element, learned ones, and likenesses of joints in the clip at hand.
enum class edge_term {
    A,
    ch3,     ///< 4 A^2 - A - 2 I, "Chebyshev" in the published network
    ch4s,    ///< softmax over senders of (8 A^4 - 4 A^2 - 4 A + I) / V
    cheb2,   ///< 2 A^2 - I, like the next three a term of the search
    cheb3,   ///< 4 A^3 - 3 A
    cheb4,   ///< 8 A^4 - 8 A^2 + I
    cheb4s,  ///< softmax over senders of cheb4 / V
    PA,      ///< learned, alike for all clips
    S,       ///< likeness of single frames
    T,       ///< likeness of 9 frames around each
    ST       ///< both, by turns of the partitions
};

/// The edges of one block: each term with a factor, or without.
struct edge_sum {
    static constexpr std::array<const char*, 11> names{
        "A", "ch3", "ch4s", "cheb2", "cheb3", "cheb4", "cheb4s", "PA", "S", "T", "ST"};
    std::array<std::optional<double>, names.size()> factors{};

    bool has(edge_term t) const { return factors[static_cast<std::size_t>(t)].has_value(); }
    double factor(edge_term t) const { return factors[static_cast<std::size_t>(t)].value_or(0); }
};

/// "ch3+PA+.5*S,PA+T" as the sums of blocks; one sum holds for all of them. Errors: terms that
/// there are not, twice the same one, no number before '*', another number of sums.
std::vector<edge_sum> edge_sums(const std::string& list, int blocks, const std::string& where);

/// The sums that a point of the searched space stands for: eight numbers a block, whose softmax are
/// the factors of A, cheb4s, cheb4, cheb3, cheb2, S, T and ST. train::separable_cem finds points.
/// Errors: numbers that are not eight for each block.
std::string searched_sums(std::span<const double> point, const std::string& where);

/// What of a sum is the same for all clips and all steps, [K, V, V].
skeleton::adjacency fixed_edges(const edge_sum& sum, const skeleton::adjacency& a);

/// The sums of the published network, one for each of its ten blocks.
inline constexpr const char* published_sums =
    "ch3+PA+S+T+ST,ch3+PA+S+T+ST,PA+S+T+ST,PA+S+T+ST,ch3+PA+S+T,ch3+PA+T,ch3+ch4s+PA+S+T+ST,"
    "ch3+PA+T,ch3+PA+T,PA+T";

/// Settings of `gcn_nas`.
struct gcn_nas_settings {
    graph_network_settings network;
    std::string sums = published_sums;  ///< edges of each block, or of all: see edge_term

    template <class Self, class F>
    static void each_named(Self& s, F&& f) {
        graph_network_settings::each_named(s.network, f);
        f("sums", s.sums);
    }
};

/// Graph convolution over a sum of edges: x [B, T, V, in] -> [B, T, V, out], then normalisation,
/// the way around, relu. File names PA, conv_a and conv_b, conv_T1 and conv_T2, conv_ST11 and
/// conv_ST12 (the pairs whose likeness is summed), conv_d, down, bn.
template <model_tensor T>
class summed_graph_unit {
public:
    using tensor_type = T;
    using layers = std::vector<nn::conv<T>>;

    parameter<T> PA;
    layers conv_a, conv_b, conv_T1, conv_T2, conv_ST11, conv_ST12, conv_d;
    nn::maybe<conv_and_norm<T>> down;
    nn::batch_norm<T> bn;

    summed_graph_unit() = default;
    MGKIT_COLD summed_graph_unit(const nn::scope& at, const block_plan& p,
                                 const skeleton::adjacency& a, const edge_sum& sum)
        : PA(nn::initial::constant<T>(at / "PA", {a.slots, a.joints, a.joints}, 1e-6)),
          bn(scaled_norm<T>(at / "bn", p.out, 1e-6)),
          sum_(sum),
          fixed_(adjacency_tensor<T>(at.ctx, fixed_edges(sum, a))),
          embedded_(std::max(1, p.out / 4)) {
        for (int i = 0; i < a.slots; ++i) {
            if (sum.has(edge_term::S)) add_pair(at, "conv_a", "conv_b", conv_a, conv_b, p, 1);
            if (sum.has(edge_term::T)) add_pair(at, "conv_T1", "conv_T2", conv_T1, conv_T2, p, 9);
            if (sum.has(edge_term::ST))
                for (const extent kernel : {1, 9})
                    add_pair(at, "conv_ST11", "conv_ST12", conv_ST11, conv_ST12, p, kernel);
            conv_d.emplace_back(at / "conv_d" / std::to_string(i), p.in, p.out, along_frames(1),
                                std::sqrt(2.0 / (1.0 * a.slots * p.out * p.in)));
        }
        if (p.in != p.out) down = conv_and_norm<T>(at / "down", p.in, p.out);
    }

    nn::leaf_list<T> leaves() {
        nn::detail::leaf_collector<T> out;
        const auto add = [&](const char* member, auto& value, bool unused = false) {
            nn::detail::collect_leaves<T>(value, nn::detail::leaf_place{member, false, unused},
                                          out);
        };
        add("PA", PA, !sum_.has(edge_term::PA));
        add("conv_a", conv_a);
        add("conv_b", conv_b);
        add("conv_T1", conv_T1);
        add("conv_T2", conv_T2);
        for (auto [member, pair] : {std::pair{"conv_ST11", &conv_ST11}, {"conv_ST12", &conv_ST12}})
            for (std::size_t i = 0; i < pair->size(); ++i)
                add(text(member, ".", i).c_str(), (*pair)[i], i >= conv_d.size());
        add("conv_d", conv_d);
        add("down", down);
        add("bn", bn);
        return std::move(out.found);
    }
    /// See nn::prepared.
    void add_standing(context& ctx, nn::standing_values& out) const {
        down.add_standing(ctx, out);
        nn::add_standing(ctx, conv_ST11, out);
        nn::add_standing(ctx, conv_ST12, out);
    }

    template <operand X>
    X operator()(context& ctx, const X& x) const {
        const extent partitions = static_cast<extent>(conv_d.size());
        const X around = down ? (*down)(ctx, x) : x;
        const X bias = summed_bias<X>(ctx, conv_d);
        return contracted<X>(ctx, stacked_product(ctx, x, conv_d, false), edges(ctx, x), partitions,
                             &bias, bn, {.residual = &around, .relu = true});
    }

private:
    MGKIT_COLD void add_pair(const nn::scope& at, const char* first, const char* second, layers& a,
                             layers& b, const block_plan& p, extent kernel) {
        const std::string number = std::to_string(a.size());
        a.emplace_back(at / first / number, p.in, embedded_, along_frames(kernel));
        b.emplace_back(at / second / number, p.in, embedded_, along_frames(kernel));
    }

    template <operand X>
    X edges(context& ctx, const X& x) const {
        std::optional<X> likeness;
        const auto add_term = [&](edge_term t, const X& senders, const X& receivers) {
            X now = softmax(ctx, similarity(ctx, senders, receivers));
            if (sum_.factor(t) != 1) now = affine(ctx, now, sum_.factor(t));
            likeness = likeness ? add(ctx, *likeness, now) : now;
        };
        if (sum_.has(edge_term::S))
            add_term(edge_term::S, stacked(ctx, x, conv_a, 1), stacked(ctx, x, conv_b, 1));
        if (sum_.has(edge_term::T))
            add_term(edge_term::T, stacked(ctx, x, conv_T1, 9), stacked(ctx, x, conv_T2, 9));
        if (sum_.has(edge_term::ST))
            add_term(edge_term::ST, in_turn(ctx, x, conv_ST11), in_turn(ctx, x, conv_ST12));
        X common{fixed_};
        if (sum_.has(edge_term::PA)) {
            const double factor = sum_.factor(edge_term::PA);
            const X learned = use<X>(PA);
            common = add(ctx, common, factor == 1 ? learned : affine(ctx, learned, factor));
        }
        return likeness ? add(ctx, permute(ctx, *likeness, {0, 1, 3, 2}), common) : common;
    }
    /// What the layers make of x, side by side: one convolution.
    template <operand X>
    static X stacked(context& ctx, const X& x, const layers& all, extent kernel) {
        std::vector<X> weights, biases;
        for (const auto& l : all) {
            weights.push_back(use<X>(l.weight));
            biases.push_back(use<X>(l.bias));
        }
        return mgkit::conv(ctx, x, concat(ctx, 0, std::span<const X>(weights)),
                           concat(ctx, 0, std::span<const X>(biases)), along_frames(kernel), 1);
    }
    /// The same of the first layers, one for each partition, whose kernels differ.
    template <operand X>
    X in_turn(context& ctx, const X& x, const layers& all) const {
        std::vector<X> parts;
        for (std::size_t k = 0; k < conv_d.size(); ++k) parts.push_back(all[k](ctx, x));
        return concat(ctx, 3, std::span<const X>(parts));
    }
    /// Of joints embedded [B, T, V, K * embedded] twice: [B, K, receivers, senders].
    template <operand X>
    X similarity(context& ctx, const X& senders, const X& receivers) const {
        const shape s = shape_of(senders);
        const extent k = s[3] / embedded_, depth = s[1] * embedded_;
        const auto rows = [&](const X& all) {
            const X apart = reshape(ctx, all, {s[0], s[1], s[2], k, embedded_});
            return reshape(ctx, permute(ctx, apart, {0, 3, 2, 1, 4}), {s[0], k, s[2], depth});
        };
        return affine(ctx, matmul(ctx, rows(receivers), rows(senders), false, true),
                      1.0 / static_cast<double>(depth));
    }

    edge_sum sum_{};
    T fixed_{};
    extent embedded_ = 1;
};

/// One block: the unit, temporal convolution over 9 frames, the way around. File names gcn1, tcn1,
/// residual.
template <model_tensor T>
struct gcn_nas_block {
    summed_graph_unit<T> gcn1;
    temporal_unit<T> tcn1;
    nn::maybe<temporal_unit<T>> residual;

    gcn_nas_block() = default;
    MGKIT_COLD gcn_nas_block(const nn::scope& at, const block_plan& p, const skeleton::adjacency& a,
                             const edge_sum& sum)
        : gcn1(at / "gcn1", p, a, sum), tcn1(at / "tcn1", {p.out, p.out, p.stride}, 9), plan_(p) {
        if (!p.first && !p.same()) residual = temporal_unit<T>(at / "residual", p, 1);
    }

    static constexpr auto fields() {
        return nn::members(nn::field("gcn1", &gcn_nas_block::gcn1),
                           nn::field("tcn1", &gcn_nas_block::tcn1),
                           nn::field("residual", &gcn_nas_block::residual));
    }
    template <operand X>
    X operator()(context& ctx, const X& x) const {
        return end_of_block(ctx, tcn1.conv, tcn1.bn, gcn1(ctx, x), x, plan_, residual);
    }

private:
    block_plan plan_{};
};

/// Clips [N, C, T, V, M] -> features [N, channels of the last block]: the mean over frames, joints
/// and persons. The edges of each block are a sum of polynomials of the skeleton's, learned ones,
/// and softmax over senders of up to three likenesses of joints in this clip. Factors before the
/// terms (".25*S") make a point of the space that was searched, see searched_sums.
///
/// Any graph, number of frames and channels; channels, joints and persons are checked. Initial
/// values are those of `agcn`. Cost per clip, in C^2 T V M multiply-adds of each block: 12,
/// and 13.5 more for T, 5.5 for ST, 1.5 for S. Source: Peng et al., AAAI 2020; code: agcn3 and
/// agcn_search of GCN-NAS at da838b7. What it computes counts: powers are those of elements, and ST
/// has layers of 1 and of 9 frames by turns of the partitions, with three more that no pass uses.
/// Deviations: widths, blocks, channels and persons are sizes.
template <model_tensor T>
class gcn_nas {
public:
    using tensor_type = T;
    using settings = gcn_nas_settings;
    static constexpr const char* name = "gcn_nas";
    static constexpr const char* source = "Peng et al., AAAI 2020";

    nn::batch_norm<T> data_bn;
    std::vector<gcn_nas_block<T>> blocks;

    gcn_nas() = default;
    MGKIT_COLD gcn_nas(const nn::scope& at, const settings& s)
        : data_bn(at / "data_bn", extent{s.network.clip.points()} * s.network.clip.channels),
          settings_(with_graph(s, name)) {
        const auto edges = skeleton::inward_outward(graph_of(s.network, name));
        const auto plans = block_plans(s.network, name);
        const auto sums = edge_sums(s.sums, s.network.blocks, name);
        for (std::size_t i = 0; i < plans.size(); ++i) {
            blocks.emplace_back(at / text("l", i + 1), plans[i], edges, sums[i]);
            features_ = plans[i].out;
        }
    }

    /// Blocks stand under the names l1, l2, ...
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
    static settings sample_settings(const clip_extents& clip) {
        return {sample_graph_network(clip),
                "ch3+ch4s+PA+S+T+ST,.5*A+.25*cheb4s+.125*cheb2+.5*T,PA+.75*S+ST"};
    }
    const settings& configuration() const { return settings_; }
    nn::fact_map facts() const { return facts_of(name, settings_); }
    int features() const { return features_; }

    /// What the blocks make of clips: [N * M, T', V, features].
    template <operand X>
    X frames(context& ctx, const X& clips) const {
        require_clips(shape_of(clips), settings_.network.clip, name);
        X x = persons_of(ctx, clips, data_bn, true);
        for (const auto& block : blocks) x = block(ctx, x);
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

#if !defined(MGKIT_COMPILED)
#include "mgkit/encode/gcn_nas-inl.hpp"
#endif
