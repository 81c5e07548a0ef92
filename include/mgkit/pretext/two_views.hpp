// SPDX-License-Identifier: MIT
// What methods share whose loss is a function of two views' embeddings alone.
// infrastructure
#pragma once

#include <concepts>
#include <string>
#include <utility>

#include "mgkit/encode/concept.hpp"
#include "mgkit/encode/settings.hpp"
#include "mgkit/pretext/by_view.hpp"
#include "mgkit/pretext/method_settings.hpp"
#include "mgkit/pretext/objective.hpp"

namespace MGKIT_NAMESPACE::pretext {

/// Encoder, head and a loss of two views [B, D]. `Loss` has a `name`, `settings`, a
/// `head<T>(at, features)` and a call (ctx, z0, z1, settings) -> objective_value. Both views are
/// one batch for the encoder; heads that normalise do so by view.
///
/// Parameters: `backbone.*`, `head.*`. Randomness: the views' augmentation and the encoder's own.
/// Errors: another number of views than two, a batch of fewer than two clips.
template <class Loss, tensor T, class Encoder, class Views>
requires encode::sized_encoder<Encoder, T>
class two_view_method {
public:
    using tensor_type = T;
    using loss_settings = typename Loss::settings;
    static constexpr const char* name = Loss::name;
    static constexpr int views = static_cast<int>(Views::views);
    static constexpr method_traits traits{.wanted_views = 2};
    static_assert(views == 0 || views == traits.wanted_views, "mgkit: the loss compares two views");

    Encoder backbone;
    typename Loss::template head<T> projection;
    Views augmentation;

    MGKIT_COLD two_view_method(const nn::scope& at, const encode::settings_type<Encoder>& settings,
                               Views augmentation_policy = {}, const loss_settings& how = {})
        : backbone(at / "backbone", settings),
          projection(at / "head", backbone.features()),
          augmentation(std::move(augmentation_policy)),
          how_(how),
          encoder_words_(encode::settings_words<Encoder>(settings)) {}
    /// Takes an encoder that is made, at `at / "backbone"` where initial values shall be the same.
    template <std::same_as<Encoder> E>
    MGKIT_COLD two_view_method(const nn::scope& at, E encoder, Views augmentation_policy = {},
                               const loss_settings& how = {})
        : backbone(std::move(encoder)),
          projection(at / "head", backbone.features()),
          augmentation(std::move(augmentation_policy)),
          how_(how),
          encoder_words_(encode::encoder_words(backbone)) {}

    static recipe default_words(const method_settings&) {
        return {{"loss", settings_text(loss_settings{})}};
    }

    static constexpr auto fields() {
        return nn::members(nn::field("backbone", &two_view_method::backbone),
                           nn::field("head", &two_view_method::projection));
    }

    Encoder& encoder() { return backbone; }
    const Encoder& encoder() const { return backbone; }

    recipe made_of() const { return {{"encoder", encoder_words_}, {"loss", settings_text(how_)}}; }

    template <operand X>
    objective_value<X> operator()(context& ctx, const batch<X>& input) const {
        const int stacked = views_of(input, "clips", traits.wanted_views, name);
        const auto z =
            by_view(ctx, projection(ctx, backbone(ctx, input.clips()), stacked), stacked);
        return Loss{}(ctx, z[0], z[1], how_);
    }

private:
    loss_settings how_;
    std::string encoder_words_;
};

}  // namespace MGKIT_NAMESPACE::pretext
