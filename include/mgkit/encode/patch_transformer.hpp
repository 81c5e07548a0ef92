// SPDX-License-Identifier: MIT
// A plain transformer over patches of a joint and a few frames, the encoder of MAMP.
#pragma once

#include <string>
#include <vector>

#include "mgkit/encode/embedding.hpp"
#include "mgkit/encode/patches.hpp"
#include "mgkit/nn/pre_norm_layer.hpp"
#include "mgkit/tensor/ops/gather.hpp"

namespace MGKIT_NAMESPACE::encode {

/// Settings of `patch_transformer`; the defaults are MAMP's.
struct patch_transformer_settings {
    clip_extents clip;
    int width = 256;
    int heads = 8;
    int layers = 8;
    int patch = 4;      ///< frames of a patch; divides those of a clip
    int mlp_ratio = 4;  ///< hidden units of a layer, in widths
    /// mean: of all tokens; joints: of frames and persons, joints side by side, as MAMP fine-tunes
    std::string pooling = "mean";

    template <class Self, class F>
    static void each_named(Self& s, F&& f) {
        clip_extents::each_named(s.clip, f);
        f("width", s.width);
        f("heads", s.heads);
        f("layers", s.layers);
        f("patch", s.patch);
        f("mlp_ratio", s.mlp_ratio);
        f("pooling", s.pooling);
    }
    /// The encoder holds no fewer values.
    double least_values() const {
        const double d = width, units = d * mlp_ratio;
        return d * (layers * (4 * d + 2 * units) + clip.channels * patch + clip.joints);
    }
};

/// A weight kept as that of a convolution with kernel (frames, 1) and equal stride, [out, in,
/// frames, 1], and its bias. File name `proj`.
template <model_tensor T>
struct patch_embedding {
    parameter<T> weight, bias;

    patch_embedding() = default;
    MGKIT_COLD patch_embedding(const nn::scope& at, extent channels, extent frames, extent width)
        : weight(nn::initial::normal<T>(at / "proj.weight", {width, channels, frames, 1}, 0.02)),
          bias(nn::initial::constant<T>(at / "proj.bias", {width}, 0)) {}

    static constexpr auto fields() {
        return nn::members(nn::field("proj.weight", &patch_embedding::weight),
                           nn::field("proj.bias", &patch_embedding::bias));
    }
    /// Patches [B, L, frames * in] -> tokens [B, L, out].
    template <operand X>
    X operator()(context& ctx, const X& patches) const {
        const shape w = shape_of(weight.value);
        const X by_frame =
            permute(ctx, reshape(ctx, use<X>(weight), {w[0], w[1], w[2]}), {0, 2, 1});
        return mgkit::linear(ctx, patches, reshape(ctx, by_frame, {w[0], w[2] * w[1]}),
                             use<X>(bias));
    }
};

/// Clips [N, C, T, V, M] -> features [N, width]: each person a sequence of T / patch * V tokens, an
/// affine map of a patch and learned places of its joint and time, through pre-norm layers and a
/// last normalisation; their mean over tokens and persons. With pooling "joints" [N, V * width].
///
/// Frames, channels, joints and persons are checked. As an encoder of two streams its tokens are
/// the means over joints and over time. No randomness. Cost per clip: layers L M (4 d^2 + 2 L d + 2
/// mlp_ratio d^2) multiply-adds, L = T / patch * V. File names are the reference's. Source: Mao et
/// al., ICCV 2023 (MAMP) at 09e6252; there any number of persons is taken, and dropout and
/// stochastic depth are options.
template <model_tensor T>
class patch_transformer {
public:
    using tensor_type = T;
    using settings = patch_transformer_settings;
    static constexpr const char* name = "patch_transformer";
    static constexpr const char* source = "Mao et al., ICCV 2023 (MAMP)";

    patch_embedding<T> joints_embed;
    parameter<T> pos_embed, temp_embed;
    std::vector<nn::pre_norm_layer<T>> blocks;
    nn::layer_norm<T> norm;

    patch_transformer() = default;
    MGKIT_COLD patch_transformer(const nn::scope& at, const settings& s)
        : joints_embed((check(s), at / "joints_embed"), s.clip.channels, s.patch, s.width),
          pos_embed(nn::initial::normal<T>(at / "pos_embed", {1, 1, s.clip.joints, s.width}, 0.02)),
          temp_embed(nn::initial::normal<T>(at / "temp_embed",
                                            {1, s.clip.frames / s.patch, 1, s.width}, 0.02)),
          norm(at / "norm", s.width),
          settings_(s) {
        for (int i = 0; i < s.layers; ++i)
            blocks.emplace_back(at / ("blocks." + std::to_string(i)), s.width, s.heads,
                                s.width * s.mlp_ratio);
    }

    static constexpr auto fields() {
        return nn::members(nn::field("joints_embed", &patch_transformer::joints_embed),
                           nn::field("pos_embed", &patch_transformer::pos_embed),
                           nn::field("temp_embed", &patch_transformer::temp_embed),
                           nn::field("blocks", &patch_transformer::blocks),
                           nn::field("norm", &patch_transformer::norm));
    }

    /// Small settings for clips of these extents, to try the encoder with.
    static settings sample_settings(const clip_extents& clip) {
        return {.clip = clip,
                .width = 4,
                .heads = 2,
                .layers = 2,
                .patch = clip.frames % 2 == 0 ? 2 : 1,
                .mlp_ratio = 2};
    }
    const settings& configuration() const { return settings_; }
    /// What archives keep and compare: all that features depend on.
    nn::fact_map facts() const { return facts_of(name, settings_); }
    int features() const {
        return settings_.pooling == "joints" ? settings_.clip.joints * settings_.width
                                             : settings_.width;
    }
    encode::stream_widths stream_widths() const { return {settings_.width, settings_.width}; }

    /// Tokens of patches [B, L, patch * C] -> [B, L, width].
    template <operand X>
    X of_patches(context& ctx, const X& patches) const {
        return through(ctx, add(ctx, joints_embed(ctx, patches), places<X>(ctx)));
    }
    /// The same of the patches `kept` [B, K] of each sequence alone -> [B, K, width]: no other one
    /// is read.
    template <operand X>
    X of_patches(context& ctx, const X& patches, const index_tensor& kept) const {
        const extent sequences = kept.extents()[0], count = kept.extents()[1];
        const X own = joints_embed(ctx, gather(ctx, patches, 1, kept));
        const X there = gather(ctx, places<X>(ctx), 0, kept.reshaped({sequences * count}));
        return through(ctx, add(ctx, own, reshape(ctx, there, shape_of(own))));
    }

    template <operand X>
    MGKIT_COLD stream_pair<X> tokens(context& ctx, const X& clips) const {
        const X grid = of_clips(ctx, clips);
        const shape s = shape_of(grid);
        return {mgkit::mean(ctx, grid, {1, 3}),
                reshape(ctx, mgkit::mean(ctx, grid, {2}), {s[0], s[1] * s[3], s[4]})};
    }

    /// The clip's feature [N, features].
    template <operand X>
    MGKIT_COLD X operator()(context& ctx, const X& clips) const {
        const X grid = of_clips(ctx, clips);
        if (settings_.pooling == "mean") return mgkit::mean(ctx, grid, {1, 2, 3});
        const extent clip_count = shape_of(clips)[0];
        return reshape(ctx, mgkit::mean(ctx, grid, {1, 2}), {clip_count, features()});
    }

private:
    static void check(const settings& s) {
        encode::check(s.clip, name);
        if (s.width < 1 || s.heads < 1 || s.width % s.heads != 0 || s.layers < 1 || s.mlp_ratio < 1)
            throw error(name, "one or more layers and a width that is a multiple of the heads",
                        text("width ", s.width, ", ", s.heads, " heads, ", s.layers, " layers of ",
                             s.mlp_ratio, " widths"));
        if (s.patch < 1 || s.clip.frames % s.patch != 0)
            throw error(name, "a patch whose frames divide those of a clip",
                        text(s.clip.frames, " frames, ", s.patch, " of a patch"),
                        "set patch, or another number of frames");
        if (s.pooling != "mean" && s.pooling != "joints")
            throw error(name, "pooling mean or joints", s.pooling);
    }

    /// [L, width]
    template <operand X>
    X places(context& ctx) const {
        return patch_places(ctx, use<X>(pos_embed), use<X>(temp_embed));
    }
    template <operand X>
    X through(context& ctx, X x) const {
        for (const auto& block : blocks) x = block(ctx, x);
        return norm(ctx, x);
    }
    /// Tokens [N, M, T', V, width].
    template <operand X>
    X of_clips(context& ctx, const X& clips) const {
        const clip_extents& e = settings_.clip;
        const shape s = shape_of(clips);
        if (s.rank() != 5 || s != shape{s[0], e.channels, e.frames, e.joints, e.persons})
            throw error(name,
                        text("clips [N, ", e.channels, ", ", e.frames, ", ", e.joints, ", ",
                             e.persons, "]"),
                        s.str());
        return reshape(ctx, of_patches(ctx, patches_of(ctx, clips, settings_.patch)),
                       {s[0], e.persons, e.frames / settings_.patch, e.joints, settings_.width});
    }

    settings settings_;
};

}  // namespace MGKIT_NAMESPACE::encode
