// SPDX-License-Identifier: MIT
// Predict & Cluster: an encoder whose feature a weak decoder must rebuild the clip from.
#pragma once

#include <concepts>
#include <span>
#include <string>
#include <utility>

#include "mgkit/encode/concept.hpp"
#include "mgkit/encode/settings.hpp"
#include "mgkit/encode/tokens.hpp"
#include "mgkit/pretext/frame_decoder.hpp"
#include "mgkit/pretext/method_settings.hpp"
#include "mgkit/pretext/objective.hpp"
#include "mgkit/tensor/repeated_step.hpp"

namespace MGKIT_NAMESPACE::pretext {

/// How the decoder of `predict_cluster` is kept weak, so that the feature has to hold the clip.
enum class weak_decoder {
    fixed_state,  ///< each frame is the one before and a step read from it and the feature
    fixed_weight  ///< states run on from the feature without input, by weights as they were drawn
};

struct predict_cluster_settings {
    weak_decoder decoder = weak_decoder::fixed_state;
    /// fixed_weight: the recurrence learns too, as it does in the public PyTorch code, which sets
    /// out to fix it.
    bool trained_weights = false;
};

/// L1 distance of frames [B, T, values] from the true ones: over a clip's values, divided by its
/// frames, mean over clips. With `lengths` [B], from 1 to T, frames from there on do not count.
/// Errors: unequal shapes, lengths that do not fit.
template <operand X>
X frame_distance(context& ctx, const X& frames, const X& truth, std::span<const int> lengths = {}) {
    const shape in = shape_of(truth);
    if (in.rank() != 3 || shape_of(frames) != in ||
        !(lengths.empty() || static_cast<extent>(lengths.size()) == in[0]))
        throw error("predict_cluster", text("frames [B, T, values], B lengths or none"),
                    text(shape_of(frames).str(), ", ", in.str(), ", ", lengths.size(), " lengths"));
    const X apart = sub(ctx, frames, truth);
    // Without slope where they are equal.
    const X distance = add(ctx, relu(ctx, apart), relu(ctx, affine(ctx, apart, -1)));
    if (lengths.empty())
        return affine(ctx, mgkit::sum(ctx, distance), 1 / static_cast<double>(in[0] * in[1]));
    const auto share = [](std::span<scalar_of<X>> to, std::span<const int> of, extent frame_count) {
        for (std::size_t i = 0; i < of.size(); ++i) {
            if (of[i] < 1 || of[i] > frame_count)
                throw error("predict_cluster", text("lengths from 1 to ", frame_count),
                            text(of[i], " for clip ", i, " of the batch"));
            for (int t = 0; t < of[i]; ++t)
                to[i * static_cast<std::size_t>(frame_count) + static_cast<std::size_t>(t)] =
                    static_cast<scalar_of<X>>(1.0 / of[i] / static_cast<double>(of.size()));
        }
    };
    const X shares{step_values<tensor_of<X>>(ctx, {in[0], in[1], 1}, share, lengths, in[1])};
    return mgkit::sum(ctx, mul(ctx, distance, shares));
}

/// The encoder's feature of a clip starts a recurrent layer that gives the clip back, frame by
/// frame; how far it is from the clip is the loss (`frame_distance`). What is learned is the
/// feature, for nearest neighbours: the decoder is kept too weak to do without it. In the paper the
/// encoder is `encode::bigru` without `look_ahead`.
///
/// One view: what is rebuilt is the view itself, frames as vectors in the order M V C. Where the
/// batch has integers `lengths`, frames from there on do not count in the loss; the encoder sees
/// them all.
///
/// Parameters: `backbone.*`, `decoder.gru.*`, `decoder.out.*`. Randomness: the view's augmentation
/// and the encoder's own. Errors: more views than one, an encoder that does not state its channels,
/// joints and persons, clips of others. Cost per clip: an encoder pass and one of `frame_decoder`,
/// each forward and backward. Source: Su et al., CVPR 2020 (Predict & Cluster), PyTorch code at
/// 76a2e7c. Unlike there, `lengths` mask errors and do not only divide, `fixed_weight` fixes
/// weights, and initial values are those of the library's layers.
template <tensor T, class Encoder, class Views>
requires encode::sized_encoder<Encoder, T>
class predict_cluster {
public:
    using tensor_type = T;
    static constexpr const char* name = "predict_cluster";
    static constexpr int views = static_cast<int>(Views::views);
    static constexpr method_traits traits{.wanted_views = 1};
    static_assert(views == 0 || views == traits.wanted_views,
                  "mgkit: predict_cluster looks at one view");

    Encoder backbone;
    frame_decoder<T> decoder;
    Views augmentation;

    MGKIT_COLD predict_cluster(const nn::scope& at, const encode::settings_type<Encoder>& settings,
                               Views augmentation_policy = {},
                               const predict_cluster_settings& how = {})
        : predict_cluster(at, Encoder(at / "backbone", settings), std::move(augmentation_policy),
                          how, encode::settings_words<Encoder>(settings)) {}
    /// Takes an encoder that is made, at `at / "backbone"` where initial values shall be the same.
    template <std::same_as<Encoder> E>
    MGKIT_COLD predict_cluster(const nn::scope& at, E encoder, Views augmentation_policy = {},
                               const predict_cluster_settings& how = {},
                               std::string encoder_words = {})
        : backbone(std::move(encoder)),
          decoder(at / "decoder", backbone.features(), frame_values(backbone)),
          augmentation(std::move(augmentation_policy)),
          how_(how),
          encoder_words_(encoder_words.empty() ? encode::encoder_words(backbone)
                                               : std::move(encoder_words)) {
        if (how.decoder == weak_decoder::fixed_weight && !how.trained_weights)
            nn::set_trainable(decoder.gru, false);
    }

    static recipe default_words(const method_settings&) {
        return {{"decoder", settings_text(predict_cluster_settings{})}};
    }

    static constexpr auto fields() {
        return nn::members(nn::field("backbone", &predict_cluster::backbone),
                           nn::field("decoder", &predict_cluster::decoder));
    }

    Encoder& encoder() { return backbone; }
    const Encoder& encoder() const { return backbone; }

    recipe made_of() const {
        return {{"encoder", encoder_words_}, {"decoder", settings_text(how_)}};
    }

    /// Frames [B, T, values] out of features [B, features]; of the clip itself, `frames`
    /// [B, T, values], nothing but their number and the first one matters.
    template <operand X>
    X decoded(context& ctx, const X& features, const X& frames) const {
        const shape s = shape_of(frames);
        if (how_.decoder == weak_decoder::fixed_weight)
            return decoder.unrolled(ctx, features, s[1]);
        const X first = reshape(ctx, slice(ctx, frames, 1, 0, 1), {s[0], s[2]});
        return decoder.steps_from(ctx, features, first, s[1]);
    }

    template <operand X>
    objective_value<X> operator()(context& ctx, const batch<X>& input) const {
        views_of(input, "clips", traits.wanted_views, name);
        const X features = backbone(ctx, input.clips());
        const X frames = encode::temporal_tokens(ctx, input.clips());
        const auto lengths =
            input.has("lengths") ? input.integers("lengths") : std::span<const int>{};
        return {frame_distance(ctx, decoded(ctx, features, frames), frames, lengths), {}};
    }

private:
    static int frame_values(const Encoder& encoder) {
        const nn::fact_map stated = nn::facts_of(encoder);
        int out = 1;
        for (const char* extent_name : {"channels", "joints", "persons"}) {
            const int count = nn::number_of(stated, extent_name, 0, name);
            if (count < 1)
                throw error(name, "an encoder that states its channels, joints and persons",
                            encode::encoder_words(encoder),
                            "give it facts() of settings that hold clip_extents");
            out *= count;
        }
        return out;
    }

    predict_cluster_settings how_;
    std::string encoder_words_;
};

}  // namespace MGKIT_NAMESPACE::pretext
