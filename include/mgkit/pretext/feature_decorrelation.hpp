// SPDX-License-Identifier: MIT
// Self-supervised pre-training of any encoder by decorrelation of its feature alone.
#pragma once

#include <concepts>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/encode/concept.hpp"
#include "mgkit/encode/settings.hpp"
#include "mgkit/loss/decorrelation.hpp"
#include "mgkit/nn/projector.hpp"
#include "mgkit/pretext/by_view.hpp"
#include "mgkit/pretext/method_settings.hpp"
#include "mgkit/pretext/objective.hpp"

namespace MGKIT_NAMESPACE::pretext {

/// Encoder, one projector on its feature and the instance domain of the decorrelation loss over K
/// augmented views: for encoders that have no temporal and spatial stream. With two streams it is
/// `decorrelation` without what that does on each of them.
///
/// Parameters: `backbone.*`, and `i_proj.*` as there, of the same widths for the same features.
/// Randomness: the views' augmentation and the encoder's own. Errors: a batch of fewer than two
/// clips, fewer than two views. Cost per clip: K encoder passes, 4 f^2 per view of f features for
/// the projector. Source: the instance domain of USDRL; `other_domains` of the weights plays no
/// part.
template <tensor T, class Encoder, class Views>
requires encode::sized_encoder<Encoder, T>
class feature_decorrelation {
public:
    using tensor_type = T;
    static constexpr const char* name = "feature_decorrelation";
    static constexpr int views = static_cast<int>(Views::views);

    Encoder backbone;
    nn::projector<T> i_proj;
    Views augmentation;
    loss::decorrelation_settings weights;

    MGKIT_COLD feature_decorrelation(const nn::scope& at,
                                     const encode::settings_type<Encoder>& settings,
                                     Views augmentation_policy = {},
                                     const loss::decorrelation_settings& w = {})
        : backbone(at / "backbone", settings),
          i_proj(head(at)),
          augmentation(std::move(augmentation_policy)),
          weights(w),
          encoder_words_(encode::settings_words<Encoder>(settings)) {}
    /// Takes an encoder that is made, at `at / "backbone"` where initial values shall be the same.
    template <std::same_as<Encoder> E>
    MGKIT_COLD feature_decorrelation(const nn::scope& at, E encoder, Views augmentation_policy = {},
                                     const loss::decorrelation_settings& w = {})
        : backbone(std::move(encoder)),
          i_proj(head(at)),
          augmentation(std::move(augmentation_policy)),
          weights(w),
          encoder_words_(encode::encoder_words(backbone)) {}

    static recipe default_words(const method_settings&) {
        return {{"loss weights", settings_text(loss::decorrelation_settings{})}};
    }

    static constexpr auto fields() {
        return nn::members(nn::field("backbone", &feature_decorrelation::backbone),
                           nn::field("i_proj", &feature_decorrelation::i_proj));
    }

    Encoder& encoder() { return backbone; }
    const Encoder& encoder() const { return backbone; }

    recipe made_of() const {
        return {{"encoder", encoder_words_}, {"loss weights", settings_text(weights)}};
    }

    /// Embeddings of `stacked` views [stacked * B, C, T, V, M], view first.
    template <operand X>
    loss::views_of_batch<X> embed(context& ctx, const X& clips, int stacked = views) const {
        return by_view(ctx, i_proj(ctx, backbone(ctx, clips), stacked), stacked);
    }

    /// The loss of one batch of stacked views and its parts.
    template <operand X>
    objective_value<X> operator()(context& ctx, const batch<X>& input) const {
        const int stacked = views_of(input, "clips", views, name);
        const auto terms = loss::decorrelation(ctx, embed(ctx, input.clips(), stacked), weights);
        return {terms.total,
                {{"similarity", terms.similarity},
                 {"variance_covariance", terms.variance_covariance},
                 {"cross_correlation", terms.cross_correlation}}};
    }

private:
    nn::projector<T> head(const nn::scope& at) const {
        const int f = backbone.features();
        return {at / "i_proj", f, f, 2 * f};
    }

    std::string encoder_words_;
};

}  // namespace MGKIT_NAMESPACE::pretext
