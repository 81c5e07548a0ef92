// SPDX-License-Identifier: MIT
// U-S-VAE: a latent sequence that clips are rebuilt from, learned without labels.
#pragma once

#include <concepts>
#include <string>
#include <utility>

#include "mgkit/pretext/method_settings.hpp"
#include "mgkit/pretext/sequence_vae.hpp"

namespace MGKIT_NAMESPACE::pretext {

/// A variational autoencoder over time: the encoder's states become a normal distribution for each
/// step, whose samples a bidirectional LSTM turns back into frames. The loss is the mean squared
/// error of frames and `kl_weight` times the divergence from the standard normal distribution; told
/// beside it are both and the share of latent units in use ("active_units"). What is learned is the
/// latent, `latent(ctx, clips)`, to be classified while it stays as it is. The published encoder is
/// `encode::blstm`; any other gives the states that it has (encode::frame_states).
///
/// One view. Parameters: `backbone.*`, `vae.*`. Randomness: the view's augmentation, the encoder's
/// own and samples of the latent. Errors: more views than one, those of `sequence_vae`. Cost per
/// clip: an encoder pass and one of the decoder, each forward and backward. Source: Liu et al.,
/// CVPR 2021 (iMiGUE); without public code, so sizes and weights are ours, Adam at 1e-3 suits them.
template <tensor T, class Encoder, class Views>
requires encode::sized_encoder<Encoder, T>
class u_s_vae {
public:
    using tensor_type = T;
    static constexpr const char* name = "u_s_vae";
    static constexpr int views = static_cast<int>(Views::views);
    static constexpr method_traits traits{.wanted_views = 1};
    static_assert(views == 0 || views == traits.wanted_views, "mgkit: u_s_vae looks at one view");

    Encoder backbone;
    sequence_vae<T> vae;
    Views augmentation;

    MGKIT_COLD u_s_vae(const nn::scope& at, const encode::settings_type<Encoder>& settings,
                       Views augmentation_policy = {}, const sequence_vae_settings& how = {})
        : u_s_vae(at, Encoder(at / "backbone", settings), std::move(augmentation_policy), how,
                  encode::settings_words<Encoder>(settings)) {}
    /// Takes an encoder that is made, at `at / "backbone"` where initial values shall be the same.
    template <std::same_as<Encoder> E>
    MGKIT_COLD u_s_vae(const nn::scope& at, E encoder, Views augmentation_policy = {},
                       const sequence_vae_settings& how = {}, std::string encoder_words = {})
        : backbone(std::move(encoder)),
          vae(at / "vae", backbone, how, name),
          augmentation(std::move(augmentation_policy)),
          encoder_words_(encoder_words.empty() ? encode::encoder_words(backbone)
                                               : std::move(encoder_words)) {}

    static recipe default_words(const method_settings&) {
        return {{"latent", settings_text(sequence_vae_settings{})}};
    }

    static constexpr auto fields() {
        return nn::members(nn::field("backbone", &u_s_vae::backbone),
                           nn::field("vae", &u_s_vae::vae));
    }

    Encoder& encoder() { return backbone; }
    const Encoder& encoder() const { return backbone; }

    recipe made_of() const {
        return {{"encoder", encoder_words_}, {"latent", settings_text(vae.configuration())}};
    }

    /// The latent of clips [N, C, T, V, M], [N, T', units] each part.
    template <operand X>
    latent_sequence<X> latent(context& ctx, const X& clips) const {
        return vae.encoded(ctx, encode::frame_states(ctx, backbone, clips));
    }

    template <operand X>
    objective_value<X> operator()(context& ctx, const batch<X>& input) const {
        views_of(input, "clips", traits.wanted_views, name);
        return vae.objective(ctx, latent(ctx, input.clips()), input.clips());
    }

private:
    std::string encoder_words_;
};

}  // namespace MGKIT_NAMESPACE::pretext
