// SPDX-License-Identifier: MIT
// Self-supervised pre-training by multi-grained feature decorrelation (USDRL, MG-FM-Skele).
#pragma once

#include <concepts>
#include <string>
#include <utility>

#include "mgkit/encode/concept.hpp"
#include "mgkit/encode/settings.hpp"
#include "mgkit/loss/decorrelation.hpp"
#include "mgkit/nn/projector.hpp"
#include "mgkit/pretext/by_view.hpp"
#include "mgkit/pretext/method_settings.hpp"
#include "mgkit/pretext/objective.hpp"

namespace MGKIT_NAMESPACE::pretext {

/// Encoder, three projectors and the decorrelation loss over K augmented views.
///
/// Parameters carry the reference's names (`backbone.*`, `t_proj.*`, `s_proj.*`, `i_proj.*`).
/// Randomness: the views' augmentation and the encoder's stochastic depth. Errors: a batch of fewer
/// than two clips. Cost per clip: K encoder passes, 36 d^2 per view for the projectors.
template <tensor T, class Encoder, class Views>
requires encode::two_stream_encoder<Encoder, T>
class decorrelation {
public:
    using tensor_type = T;
    static constexpr const char* name = "decorrelation";
    static constexpr int views = static_cast<int>(Views::views);
    static constexpr method_traits traits{.two_streams = true};

    Encoder backbone;
    nn::projector<T> t_proj, s_proj, i_proj;
    Views augmentation;
    loss::decorrelation_settings weights;

    MGKIT_COLD decorrelation(const nn::scope& at, const encode::settings_type<Encoder>& settings,
                             Views augmentation_policy = {},
                             const loss::decorrelation_settings& w = {})
        : backbone(at / "backbone", settings),
          augmentation(std::move(augmentation_policy)),
          weights(w),
          encoder_words_(encode::settings_words<Encoder>(settings)) {
        make_projectors(at);
    }
    /// Takes an encoder that is made, at `at / "backbone"` where initial values shall be the same.
    template <std::same_as<Encoder> E>
    MGKIT_COLD decorrelation(const nn::scope& at, E encoder, Views augmentation_policy = {},
                             const loss::decorrelation_settings& w = {})
        : backbone(std::move(encoder)),
          augmentation(std::move(augmentation_policy)),
          weights(w),
          encoder_words_(encode::encoder_words(backbone)) {
        make_projectors(at);
    }

    static recipe default_words(const method_settings&) {
        return {{"loss weights", settings_text(loss::decorrelation_settings{})}};
    }

    static constexpr auto fields() {
        return nn::members(nn::field("backbone", &decorrelation::backbone),
                           nn::field("t_proj", &decorrelation::t_proj),
                           nn::field("s_proj", &decorrelation::s_proj),
                           nn::field("i_proj", &decorrelation::i_proj));
    }

    Encoder& encoder() { return backbone; }
    const Encoder& encoder() const { return backbone; }

    recipe made_of() const {
        return {{"encoder", encoder_words_}, {"loss weights", settings_text(weights)}};
    }

    /// Embeddings of `stacked` views [stacked * B, C, T, V, M], view first.
    template <operand X>
    MGKIT_COLD loss::multi_grained<X> embed(context& ctx, const X& clips,
                                            int stacked = views) const {
        return project(ctx, encode::pooled(ctx, backbone.tokens(ctx, clips)), stacked);
    }

    template <operand X>
    loss::multi_grained<X> project(context& ctx, const encode::stream_pair<X>& pooled,
                                   int stacked = views) const {
        return {by_view(ctx, t_proj(ctx, pooled.temporal, stacked), stacked),
                by_view(ctx, s_proj(ctx, pooled.spatial, stacked), stacked),
                by_view(ctx, i_proj(ctx, encode::joined(ctx, pooled), stacked), stacked)};
    }

    /// The loss of one batch of stacked views and its parts.
    template <operand X>
    MGKIT_COLD objective_value<X> operator()(context& ctx, const batch<X>& input) const {
        const int stacked = views_of(input, "clips", views, name);
        const auto terms = loss::decorrelation(ctx, embed(ctx, input.clips(), stacked), weights);
        return {terms.total,
                {{"similarity", terms.similarity},
                 {"variance_covariance", terms.variance_covariance},
                 {"cross_correlation", terms.cross_correlation}}};
    }

private:
    /// Widths of a stream's projector are twice the stream's, as in the reference.
    void make_projectors(const nn::scope& at) {
        const auto [t, s] = backbone.stream_widths();
        t_proj = {at / "t_proj", t, 2 * t, 2 * t};
        s_proj = {at / "s_proj", s, 2 * s, 2 * s};
        i_proj = {at / "i_proj", t + s, t + s, 2 * (t + s)};
    }

    std::string encoder_words_;
};

}  // namespace MGKIT_NAMESPACE::pretext
