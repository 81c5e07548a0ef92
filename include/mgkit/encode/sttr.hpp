// SPDX-License-Identifier: MIT
// The plain spatio-temporal transformer (STTR), USDRL's alternative encoder.
#pragma once

#include <vector>

#include "mgkit/encode/embedding.hpp"
#include "mgkit/nn/transformer_layer.hpp"

namespace MGKIT_NAMESPACE::encode {

/// Settings of `sttr`.
struct sttr_settings {
    clip_extents clip;
    int width = 1024;
    int heads = 1;
    int layers = 2;  ///< per stream

    template <class Self, class F>
    static void each_named(Self& s, F&& f) {
        clip_extents::each_named(s.clip, f);
        f("width", s.width);
        f("heads", s.heads);
        f("layers", s.layers);
    }
    /// The encoder holds no fewer values.
    double least_values() const {
        const double d = width, tokens = 1.0 * clip.joints * clip.persons;
        return d * (2 * d * layers + clip.channels * (clip.frames + tokens));
    }
};

/// One stream's layers; files call them `layers.0`, `layers.1`, ...
template <model_tensor T>
struct transformer_stack {
    std::vector<nn::transformer_layer<T>> layers;

    static constexpr auto fields() {
        return nn::members(nn::field("layers", &transformer_stack::layers));
    }
    template <operand X>
    X operator()(context& ctx, X x) const {
        for (const auto& layer : layers) x = layer(ctx, x);
        return x;
    }
};

/// Clips [N, C, T, V, M] -> features [N, 2 width]: the embeddings and positions of `dste`
/// (positions added once), then standard post-norm layers per stream, maximum over tokens. No
/// randomness. Cost per clip: 2 T S C d + (T+S) d^2 + layers ((T+S) 6 d^2 + 2 d (T^2 + S^2))
/// multiply-adds. Source: USDRL at 7e83bb6. Deviation: there the layers start as copies of one
/// another; here only the in-projections do not start equal across depth.
template <model_tensor T>
class sttr {
public:
    using tensor_type = T;
    using settings = sttr_settings;
    static constexpr const char* name = "sttr";
    static constexpr const char* source = "Weng et al., AAAI 2025 (USDRL)";

    skeleton_embedding<T> ske_emb;
    position_table<T> tpe;
    parameter<T> spe;
    transformer_stack<T> t_tr, s_tr;

    sttr() = default;
    MGKIT_COLD sttr(const nn::scope& at, const settings& s)
        : ske_emb((check(s.clip, s.width, s.heads, "sttr"), at / "ske_emb"), s.clip, s.width),
          tpe(at / "tpe", s.width),
          spe(nn::initial::normal<T>(at / "spe", {1, s.clip.points(), s.width}, 0.02)),
          settings_(s) {
        if (s.layers < 1) throw error("sttr", "one or more layers", std::to_string(s.layers));
        for (int i = 0; i < s.layers; ++i) {
            const std::string below = "layers." + std::to_string(i);
            t_tr.layers.emplace_back(at / "t_tr" / below, s.width, s.heads);
            s_tr.layers.emplace_back(at / "s_tr" / below, s.width, s.heads);
        }
    }

    static constexpr auto fields() {
        return nn::members(nn::field("spe", &sttr::spe), nn::field("ske_emb", &sttr::ske_emb),
                           nn::field("tpe", &sttr::tpe), nn::field("t_tr", &sttr::t_tr),
                           nn::field("s_tr", &sttr::s_tr));
    }

    /// Small settings for clips of these extents, to try the encoder with.
    static settings sample_settings(const clip_extents& clip) {
        return {.clip = clip, .width = 4, .heads = 2};
    }
    const settings& configuration() const { return settings_; }
    /// What archives keep and compare: all that features depend on.
    nn::fact_map facts() const { return facts_of(name, settings_); }
    int width() const { return settings_.width; }
    int features() const { return 2 * settings_.width; }
    encode::stream_widths stream_widths() const { return {settings_.width, settings_.width}; }

    template <operand X>
    stream_pair<X> encode_tokens(context& ctx, const X& temporal, const X& spatial) const {
        const X time = X{tpe.rows(ctx, settings_.clip.frames)};
        const X t = add(ctx, ske_emb.t_embedding(ctx, temporal), time);
        const X s = add(ctx, ske_emb.s_embedding(ctx, spatial), use<X>(spe));
        return {t_tr(ctx, t), s_tr(ctx, s)};
    }

    template <operand X>
    stream_pair<X> tokens(context& ctx, const X& clips) const {
        return encode_tokens(ctx, temporal_tokens(ctx, clips), spatial_tokens(ctx, clips));
    }

    /// The clip's feature [N, 2 width].
    template <operand X>
    X operator()(context& ctx, const X& clips) const {
        return joined(ctx, pooled(ctx, tokens(ctx, clips)));
    }

private:
    settings settings_;
};

}  // namespace MGKIT_NAMESPACE::encode
