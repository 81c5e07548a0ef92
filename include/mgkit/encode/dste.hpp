// SPDX-License-Identifier: MIT
// The dense spatio-temporal encoder (DSTE) of USDRL, the skeleton encoder of MG-FM.
#pragma once

#include "mgkit/encode/embedding.hpp"
#include "mgkit/nn/dst_layer.hpp"

namespace MGKIT_NAMESPACE::encode {

/// Settings of `dste`; the defaults are the reference's.
struct dste_settings {
    clip_extents clip;
    int width = 1024;
    int heads = 1;
    int gap = 4;             ///< every gap-th token is restored after the dense shift
    double alpha = 0.5;      ///< weight of the convolution branch
    double drop_path = 0.1;  ///< stochastic depth rate while training

    template <class Self, class F>
    static void each_named(Self& s, F&& f) {
        clip_extents::each_named(s.clip, f);
        f("width", s.width);
        f("heads", s.heads);
        f("gap", s.gap);
        f("alpha", s.alpha);
        f("drop_path", s.drop_path, setting_role::training);
    }
    /// The encoder holds no fewer values.
    double least_values() const {
        const double d = width, t = clip.frames, tokens = 1.0 * clip.joints * clip.persons;
        return d * (2 * d + clip.channels * (t + tokens)) + 4 * (t * t + tokens * tokens);
    }
};

/// Clips [N, C, T, V, M] -> features [N, 2 width]: two streams (frames as tokens, joints as tokens)
/// of two DST layers each, positions added before both, maximum over tokens.
///
/// Frames, channels, joints and persons are sizes of the weights and checked. Randomness:
/// stochastic depth. Cost per clip: 2 T S C d + (T+S) d^2 + 50 (T+S) d^2 + 16 d (T^2 + S^2)
/// multiply-adds. Source: USDRL at 7e83bb6; there T 64, 50 tokens and two persons are fixed, here
/// they are sizes.
template <model_tensor T>
class dste {
public:
    using tensor_type = T;
    using settings = dste_settings;
    static constexpr const char* name = "dste";
    static constexpr const char* source = "Weng et al., AAAI 2025 (USDRL)";

    skeleton_embedding<T> ske_emb;
    position_table<T> tpe;
    parameter<T> spe;
    nn::dst_layer<T> t_tr, s_tr, t_tr1, s_tr1;

    dste() = default;
    MGKIT_COLD dste(const nn::scope& at, const settings& s)
        : ske_emb((check(s.clip, s.width, s.heads, "dste"), at / "ske_emb"), s.clip, s.width),
          tpe(at / "tpe", s.width),
          spe(nn::initial::normal<T>(at / "spe", {1, s.clip.points(), s.width}, 0.02)),
          t_tr(at / "t_tr", s.clip.frames, s.width, layer(s)),
          s_tr(at / "s_tr", s.clip.points(), s.width, layer(s)),
          t_tr1(at / "t_tr1", s.clip.frames, s.width, layer(s)),
          s_tr1(at / "s_tr1", s.clip.points(), s.width, layer(s)),
          settings_(s) {}

    static constexpr auto fields() {
        return nn::members(nn::field("spe", &dste::spe), nn::field("ske_emb", &dste::ske_emb),
                           nn::field("tpe", &dste::tpe), nn::field("t_tr", &dste::t_tr),
                           nn::field("s_tr", &dste::s_tr), nn::field("t_tr1", &dste::t_tr1),
                           nn::field("s_tr1", &dste::s_tr1));
    }

    /// Small settings for clips of these extents, to try the encoder with.
    static settings sample_settings(const clip_extents& clip) {
        return {.clip = clip, .width = 4, .heads = 2};
    }
    const settings& configuration() const { return settings_; }
    /// What archives keep and compare: all that features depend on.
    nn::fact_map facts() const { return facts_of(name, settings_); }
    /// Width of one stream's pooled feature; the clip's feature is twice as wide.
    int width() const { return settings_.width; }
    int features() const { return 2 * settings_.width; }
    encode::stream_widths stream_widths() const { return {settings_.width, settings_.width}; }

    /// Token sequences of both streams from ready tokens [N, T, M*V*C] and [N, M*V, T*C].
    template <operand X>
    stream_pair<X> encode_tokens(context& ctx, const X& temporal, const X& spatial) const {
        const X time = X{tpe.rows(ctx, settings_.clip.frames)};
        const X space = use<X>(spe);
        X t = add(ctx, ske_emb.t_embedding(ctx, temporal), time);
        X s = add(ctx, ske_emb.s_embedding(ctx, spatial), space);
        t = add(ctx, t_tr(ctx, t), time);
        s = add(ctx, s_tr(ctx, s), space);
        return {t_tr1(ctx, t), s_tr1(ctx, s)};
    }

    template <operand X>
    MGKIT_COLD stream_pair<X> tokens(context& ctx, const X& clips) const {
        return encode_tokens(ctx, temporal_tokens(ctx, clips), spatial_tokens(ctx, clips));
    }

    /// The clip's feature [N, 2 width].
    template <operand X>
    MGKIT_COLD X operator()(context& ctx, const X& clips) const {
        return joined(ctx, pooled(ctx, tokens(ctx, clips)));
    }

private:
    static typename nn::dst_layer<T>::settings layer(const settings& s) {
        return {.heads = s.heads, .gap = s.gap, .alpha = s.alpha, .drop_path = s.drop_path};
    }

    settings settings_;
};

}  // namespace MGKIT_NAMESPACE::encode
