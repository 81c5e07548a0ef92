// SPDX-License-Identifier: MIT
// S-VAE: a latent sequence that clips are rebuilt from and classified by.
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <utility>

#include "mgkit/data/labels.hpp"
#include "mgkit/pretext/method_settings.hpp"
#include "mgkit/pretext/sequence_vae.hpp"

namespace MGKIT_NAMESPACE::pretext {

struct s_vae_settings {
    sequence_vae_settings vae = {};
    double label_weight = 1;  ///< of the cross-entropy beside the loss of `u_s_vae`
};

/// `u_s_vae` with labels: its loss, and the cross-entropy of a linear classifier on the mean of the
/// latent over time, a sample while training. Told beside the loss are the parts of both.
///
/// One view. Parameters: `backbone.*`, `vae.*`, `fc.*`. Randomness as in u_s_vae. Errors: also
/// clips without labels. Cost: as u_s_vae. Source: Shi et al., BMVC 2018 (bidirectional LSTM as
/// variational autoencoder), as Liu et al., CVPR 2021 (iMiGUE) list it; without public code, so
/// sizes and weights are ours.
template <tensor T, class Encoder, class Views>
requires encode::sized_encoder<Encoder, T>
class s_vae {
public:
    using tensor_type = T;
    static constexpr const char* name = "s_vae";
    static constexpr int views = static_cast<int>(Views::views);
    static constexpr method_traits traits{.wanted_views = 1, .uses_labels = true};
    static_assert(views == 0 || views == traits.wanted_views, "mgkit: s_vae looks at one view");

    Encoder backbone;
    sequence_vae<T> vae;
    nn::linear<T> fc;
    Views augmentation;

    MGKIT_COLD s_vae(const nn::scope& at, const encode::settings_type<Encoder>& settings,
                     int classes, Views augmentation_policy = {}, const s_vae_settings& how = {})
        : s_vae(at, Encoder(at / "backbone", settings), classes, std::move(augmentation_policy),
                how, encode::settings_words<Encoder>(settings)) {}
    /// Takes an encoder that is made, at `at / "backbone"` where initial values shall be the same.
    template <std::same_as<Encoder> E>
    MGKIT_COLD s_vae(const nn::scope& at, E encoder, int classes, Views augmentation_policy = {},
                     const s_vae_settings& how = {}, std::string encoder_words = {})
        : backbone(std::move(encoder)),
          vae(at / "vae", backbone, how.vae, name),
          fc(at / "fc", how.vae.latent, checked(classes, how), 0.01),
          augmentation(std::move(augmentation_policy)),
          label_weight_(how.label_weight),
          encoder_words_(encoder_words.empty() ? encode::encoder_words(backbone)
                                               : std::move(encoder_words)),
          classes_(classes) {}

    static recipe default_words(const method_settings& stated) {
        return words(stated.classes, sequence_vae_settings{}, s_vae_settings{}.label_weight);
    }

    static constexpr auto fields() {
        return nn::members(nn::field("backbone", &s_vae::backbone), nn::field("vae", &s_vae::vae),
                           nn::field("fc", &s_vae::fc));
    }

    Encoder& encoder() { return backbone; }
    const Encoder& encoder() const { return backbone; }

    recipe made_of() const {
        recipe out{{"encoder", encoder_words_}};
        return out.add(words(classes_, vae.configuration(), label_weight_));
    }

    /// The latent of clips [N, C, T, V, M], [N, T', units] each part.
    template <operand X>
    latent_sequence<X> latent(context& ctx, const X& clips) const {
        return vae.encoded(ctx, encode::frame_states(ctx, backbone, clips));
    }
    /// Class scores [N, classes] of a latent.
    template <operand X>
    X scores(context& ctx, const latent_sequence<X>& z) const {
        return fc(ctx, mgkit::mean(ctx, z.sample, {1}));
    }

    template <operand X>
    objective_value<X> operator()(context& ctx, const batch<X>& input) const {
        views_of(input, "clips", traits.wanted_views, name);
        const X& clips = input.clips();
        data::require_labels(name, static_cast<std::size_t>(shape_of(clips)[0]),
                             input.labels().size());
        const latent_sequence<X> z = latent(ctx, clips);
        objective_value<X> out = vae.objective(ctx, z, clips);
        const X labelled = cross_entropy(ctx, scores(ctx, z), input.index(ctx, "labels", classes_));
        out.loss = add(ctx, out.loss, affine(ctx, labelled, label_weight_));
        out.parts.push_back({"cross_entropy", labelled});
        return out;
    }

private:
    static int checked(int classes, const s_vae_settings& how) {
        if (classes < 1 || !(how.label_weight >= 0))
            throw error(name, "one or more classes and a weight of 0 or more",
                        text(classes, " classes, weight ", how.label_weight));
        return classes;
    }
    static recipe words(int classes, const sequence_vae_settings& latent, double label_weight) {
        return {{"classes", text(classes)},
                {"latent", settings_text(latent)},
                {"label weight", nn::exact(label_weight)}};
    }

    double label_weight_;
    std::string encoder_words_;
    int classes_;
};

}  // namespace MGKIT_NAMESPACE::pretext
