// SPDX-License-Identifier: MIT
// Shift-GCN: channels move between joints and between frames; products see single points.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "mgkit/encode/graph_layers.hpp"
#include "mgkit/tensor/ops/gather.hpp"
#include "mgkit/tensor/ops/shift.hpp"

namespace MGKIT_NAMESPACE::encode {

/// Settings of `shift_gcn`.
struct shift_gcn_settings {
    graph_network_settings network;
    bool signed_offsets = true;  ///< steps of equal size for offsets in time, as the reference has
    bool joint_offsets = false;  ///< the reference's offsets between joints: noise up to 1e-8

    template <class Self, class F>
    static void each_named(Self& s, F&& f) {
        graph_network_settings::each_named(s.network, f);
        f("signed_offsets", s.signed_offsets);
        f("joint_offsets", s.joint_offsets);
    }
};

/// Channel c of joint v becomes that of joint v + `by` * c, counted around: x [B, T, V, C].
template <operand X>
X around_joints(context& ctx, const X& x, int by) {
    const shape s = shape_of(x);
    const extent v = s[2], c = s[3];
    constexpr auto fill = [](std::span<std::int32_t> to, extent joints, extent channels, int sign) {
        for (extent j = 0; j < joints; ++j)
            for (extent k = 0; k < channels; ++k) {
                const extent from = (j + sign * (k % joints) + joints) % joints;
                to[static_cast<std::size_t>(j * channels + k)] =
                    static_cast<std::int32_t>(from * channels + k);
            }
    };
    const auto which = step_integers<tensor_of<X>, std::int32_t>(
        ctx, {v * c}, {0, static_cast<std::int32_t>(v * c - 1)}, fill, v, c, by);
    return reshape(ctx, gather(ctx, reshape(ctx, x, {s[0] * s[1], v * c}), 1, which), s);
}

/// Shift between joints: x [B, T, V, in] -> [B, T, V, out]. Channels move, are weighed for each
/// joint, go through a product and move back; normalisation knows joints, then the way around and
/// relu. File names Linear_weight, Linear_bias, Feature_Mask, bn, down.
template <model_tensor T>
struct joint_shift_unit {
    parameter<T> Linear_weight, Linear_bias, Feature_Mask;
    nn::maybe<conv_and_norm<T>> down;
    nn::batch_norm<T> bn;

    joint_shift_unit() = default;
    MGKIT_COLD joint_shift_unit(const nn::scope& at, const block_plan& p, extent joints)
        : Linear_weight(
              nn::initial::normal<T>(at / "Linear_weight", {p.in, p.out}, std::sqrt(1.0 / p.out))),
          Linear_bias(nn::initial::constant<T>(at / "Linear_bias", {1, 1, p.out}, 0)),
          Feature_Mask(nn::initial::constant<T>(at / "Feature_Mask", {1, joints, p.in}, 0)),
          bn(at / "bn", joints * p.out) {
        if (p.in != p.out) down = conv_and_norm<T>(at / "down", p.in, p.out);
    }

    static constexpr auto fields() {
        return nn::members(nn::field("Linear_weight", &joint_shift_unit::Linear_weight),
                           nn::field("Linear_bias", &joint_shift_unit::Linear_bias),
                           nn::field("Feature_Mask", &joint_shift_unit::Feature_Mask),
                           nn::field("down", &joint_shift_unit::down),
                           nn::field("bn", &joint_shift_unit::bn));
    }
    template <operand X>
    X operator()(context& ctx, const X& x) const {
        const X mask = affine(ctx, mgkit::tanh(ctx, use<X>(Feature_Mask)), 1, 1);
        const X weight = permute(ctx, use<X>(Linear_weight), {1, 0});
        const X bias = reshape(ctx, use<X>(Linear_bias), {shape_of(weight)[0]});
        const X made = linear(ctx, mul(ctx, around_joints(ctx, x, 1), mask), weight, bias);
        const X back = around_joints(ctx, made, -1), around = down ? (*down)(ctx, x) : x;
        const shape s = shape_of(back), rows{s[0] * s[1], s[2] * s[3]};
        const X beside = reshape(ctx, around, rows);
        return reshape(
            ctx, bn.channels(ctx, reshape(ctx, back, rows), {.residual = &beside, .relu = true}),
            s);
    }
};

/// Channels moved along frames, each by its own offset ypos in frames, x [B, T, V, C] -> [B, T', V,
/// C] with T / stride frames, rounded up; where wanted along joints too, by xpos. File names ypos,
/// xpos.
template <model_tensor T>
struct frame_shift {
    parameter<T> ypos;
    T xpos;  ///< nothing learns it

    frame_shift() = default;
    MGKIT_COLD frame_shift(const nn::scope& at, extent width, const shift_gcn_settings& s,
                           extent stride)
        : ypos(nn::initial::uniform<T>(at / "ypos", {width}, 1)),
          xpos(nn::initial::uniform<T>(at / "xpos", {width}, 1e-8).value),
          stride_(stride),
          signed_(s.signed_offsets),
          joints_(s.joint_offsets) {}

    static constexpr auto fields() {
        return nn::members(nn::field("xpos", &frame_shift::xpos),
                           nn::field("ypos", &frame_shift::ypos));
    }
    template <operand X>
    X operator()(context& ctx, const X& x) const {
        const extent frames = (shape_of(x)[1] + stride_ - 1) / stride_;
        X offsets = use<X>(ypos);
        if (signed_) offsets = signed_gradient(ctx, offsets, 0.01, 0.0001);
        if (stride_ > 1) offsets = affine(ctx, offsets, 1, 0.5 * static_cast<double>(stride_ - 1));
        const X out = shift(ctx, x, 1, offsets, stride_, frames);
        return joints_ ? shift(ctx, out, 2, X{xpos}, 1, shape_of(x)[2]) : out;
    }

private:
    extent stride_ = 1;
    bool signed_ = true, joints_ = false;
};

/// Shift between frames: normalisation, shift, product, relu, shift. File names bn, shift_in,
/// temporal_linear, shift_out, bn2; the last one belongs to the end of the block.
template <model_tensor T>
struct frame_shift_unit {
    nn::batch_norm<T> bn;
    frame_shift<T> shift_in;
    nn::conv<T> temporal_linear;
    frame_shift<T> shift_out;
    nn::batch_norm<T> bn2;

    frame_shift_unit() = default;
    MGKIT_COLD frame_shift_unit(const nn::scope& at, extent width, extent stride,
                                const shift_gcn_settings& s)
        : bn(at / "bn", width),
          shift_in(at / "shift_in", width, s, 1),
          temporal_linear(at / "temporal_linear", width, width, along_frames(1)),
          shift_out(at / "shift_out", width, s, stride),
          bn2(at / "bn2", width) {}

    static constexpr auto fields() {
        return nn::members(nn::field("bn", &frame_shift_unit::bn),
                           nn::field("shift_in", &frame_shift_unit::shift_in),
                           nn::field("temporal_linear", &frame_shift_unit::temporal_linear),
                           nn::field("shift_out", &frame_shift_unit::shift_out),
                           nn::field("bn2", &frame_shift_unit::bn2));
    }
    template <operand X>
    X operator()(context& ctx, const X& x, const normalise_end<X>& end = {}) const {
        const X inner = temporal_linear(ctx, shift_in(ctx, bn.channels(ctx, x)));
        return bn2.channels(ctx, shift_out(ctx, relu(ctx, inner)), end);
    }
};

/// One block: file names gcn1, tcn1, residual.
template <model_tensor T>
struct shift_gcn_block {
    joint_shift_unit<T> gcn1;
    frame_shift_unit<T> tcn1;
    nn::maybe<temporal_unit<T>> residual;

    shift_gcn_block() = default;
    MGKIT_COLD shift_gcn_block(const nn::scope& at, const block_plan& p,
                               const shift_gcn_settings& s)
        : gcn1(at / "gcn1", p, s.network.clip.joints),
          tcn1(at / "tcn1", p.out, p.stride, s),
          plan_(p) {
        if (!p.first && !p.same()) residual = temporal_unit<T>(at / "residual", p, 1);
    }

    static constexpr auto fields() {
        return nn::members(nn::field("gcn1", &shift_gcn_block::gcn1),
                           nn::field("tcn1", &shift_gcn_block::tcn1),
                           nn::field("residual", &shift_gcn_block::residual));
    }
    template <operand X>
    X operator()(context& ctx, const X& x) const {
        const X inner = gcn1(ctx, x);
        if (plan_.first) return tcn1(ctx, inner, {.relu = true});
        const X around = residual ? (*residual)(ctx, x) : x;
        return tcn1(ctx, inner, {.residual = &around, .relu = true});
    }

private:
    block_plan plan_{};
};

/// Clips [N, C, T, V, M] -> features [N, channels of the last block]: the mean over frames, joints
/// and persons. Each channel sees other joints and other frames than its neighbours; the edges of
/// the graph play no part, the order of the joints does.
///
/// Any graph, number of frames and channels; channels, joints and persons are checked. Initial
/// values: products between joints normal with deviation sqrt(1 / channels), other ones Kaiming
/// normal (fan-out), offsets in time uniform in +-1. Offsets learn by the sign of their gradient
/// (.01 of it, .0001 where it is 0) unless signed_offsets is false. Cost per clip: 2 C^2 T V M
/// multiply-adds and more of each block, and four moves. Source: Cheng et al., CVPR 2020; code:
/// Shift-GCN at 20276b6. Deviations: joints are a size (25 there); an odd number of frames is
/// halved upwards (an error there); every normalisation starts at 1, of which that of PyTorch 0.4
/// left two of each block uniform in [0, 1]; offsets are rounded to float nowhere; what joints
/// exchange is computed and not stored (shift_in and shift_out of gcn1); joint_offsets is off.
template <model_tensor T>
class shift_gcn {
public:
    using tensor_type = T;
    using settings = shift_gcn_settings;
    static constexpr const char* name = "shift_gcn";
    static constexpr const char* source = "Cheng et al., CVPR 2020";

    nn::batch_norm<T> data_bn;
    std::vector<shift_gcn_block<T>> blocks;

    shift_gcn() = default;
    MGKIT_COLD shift_gcn(const nn::scope& at, const settings& s)
        : data_bn(at / "data_bn", extent{s.network.clip.points()} * s.network.clip.channels),
          settings_(with_graph(s, name)) {
        for (const block_plan& p : block_plans(s.network, name)) {
            blocks.emplace_back(at / text("l", blocks.size() + 1), p, s);
            features_ = p.out;
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
    /// Offsets whose gradient is one, and a width at which no relu bends within a difference.
    static settings sample_settings(const clip_extents& clip) {
        settings s{sample_graph_network(clip), false, true};
        s.network.width = 5;
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
