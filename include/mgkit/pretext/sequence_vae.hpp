// SPDX-License-Identifier: MIT
// A variational autoencoder of sequences: what `u_s_vae` and `s_vae` are made of.
// infrastructure
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "mgkit/core/row_scope.hpp"
#include "mgkit/encode/frame_states.hpp"
#include "mgkit/encode/settings.hpp"
#include "mgkit/nn/linear.hpp"
#include "mgkit/nn/recurrent.hpp"
#include "mgkit/pretext/objective.hpp"
#include "mgkit/tensor/ops/objective.hpp"

namespace MGKIT_NAMESPACE::pretext {

struct sequence_vae_settings {
    int latent = 64;  ///< units of the latent at each step
    int width = 256;  ///< units of the decoder in each direction
    /// Of the divergence beside the mean squared error: 2 s^2 / values of a frame where the decoder
    /// takes values for normal ones with deviation s. The larger it is, the fewer units are in use.
    double kl_weight = 1e-4;
};

/// The distribution of a latent sequence, [N, T', latent] each, and a sample of it.
template <operand X>
struct latent_sequence {
    X mean, log_variance, sample;
};

/// Variance over all steps from which a latent unit's mean counts as active. Source: Burda et al.,
/// ICLR 2016.
inline constexpr double active_variance = 0.01;

/// Divergence of normal distributions from the standard one: summed over units, mean over steps.
template <operand X>
X divergence(context& ctx, const latent_sequence<X>& z) {
    const X terms = sub(ctx, add(ctx, square(ctx, z.mean), exp(ctx, z.log_variance)),
                        affine(ctx, z.log_variance, 1, 1));
    return affine(ctx, mgkit::mean(ctx, terms), 0.5 * static_cast<double>(shape_of(z.mean)[2]));
}

/// Share of latent units that tell steps of these clips apart, see active_variance. No gradient.
template <operand X>
X active_units(context& ctx, const latent_sequence<X>& z) {
    using T = tensor_of<X>;
    const T means = value_of(detach(z.mean));
    const shape s = shape_of(means);
    const T both = moments(ctx, mgkit::reshape(ctx, means, {s[0] * s[1], s[2]}));
    const T variance = mgkit::slice(ctx, both, 0, 1, 1);
    return X{mgkit::mean(
        ctx, mgkit::greater(ctx, variance,
                            backend_traits<T>::full(ctx, shape_of(variance), active_variance)))};
}

/// States of an encoder along time (encode::frame_states) as normal distributions of a latent at
/// each step, and frames out of samples of it: LSTM layers in both directions and an affine map.
/// Where the encoder has fewer steps than frames, each frame has the latent of its own step.
///
/// Names `latent.*`, `decoder.*`, `out.*`. Randomness: the sample, keyed by the rows of the
/// context, while training; in evaluation it is the mean. Errors: an encoder that does not state
/// its channels, joints and persons, sizes below 1. Cost per clip beside the encoder: 8 T width
/// (latent
/// + width) + 2 T width values multiply-adds, forward and backward.
template <model_tensor T>
class sequence_vae {
public:
    nn::linear<T> latent;
    nn::recurrent<T, nn::recurrent_cell::lstm> decoder;
    nn::linear<T> out;

    template <class Encoder>
    MGKIT_COLD sequence_vae(const nn::scope& at, const Encoder& encoder,
                            const sequence_vae_settings& how, const char* name)
        : latent((check(how, name), at / "latent"), encode::state_width<T>(encoder),
                 2 * how.latent),
          decoder(at / "decoder", {.input = how.latent, .hidden = how.width, .both = true}),
          out(at / "out", decoder.features(), frame_values(encoder, name)),
          how_(how),
          name_(name) {}

    static constexpr auto fields() {
        return nn::members(nn::field("latent", &sequence_vae::latent),
                           nn::field("decoder", &sequence_vae::decoder),
                           nn::field("out", &sequence_vae::out));
    }
    const sequence_vae_settings& configuration() const { return how_; }

    /// The latent of an encoder's states [N, T', D].
    template <operand X>
    latent_sequence<X> encoded(context& ctx, const X& states) const {
        const X both = latent(ctx, states);
        const X mean = slice(ctx, both, 2, 0, how_.latent),
                spread = slice(ctx, both, 2, how_.latent, how_.latent);
        if (!ctx.training) return {mean, spread, mean};
        const X deviation = exp(ctx, affine(ctx, spread, 0.5));
        return {mean, spread, add(ctx, mean, mul(ctx, deviation, X{noise(ctx, shape_of(mean))}))};
    }
    /// Frames [N, count, M V C] out of a sample [N, T', latent].
    template <operand X>
    X decoded(context& ctx, const X& sample, extent count) const {
        const extent steps = shape_of(sample)[1];
        X own = sample;
        if (steps != count) {
            const auto fill = [](std::span<std::int32_t> to, extent from) {
                for (std::size_t t = 0; t < to.size(); ++t)
                    to[t] =
                        static_cast<std::int32_t>(t * static_cast<std::size_t>(from) / to.size());
            };
            own = gather(ctx, sample, 1,
                         step_integers<T, std::int32_t>(
                             ctx, {count}, {0, static_cast<std::int32_t>(steps - 1)}, fill, steps));
        }
        return out(ctx, decoder(ctx, own).out);
    }

    /// Mean squared error of the decoded frames from those of clips, and the divergence times its
    /// weight; both, unweighted, and the share of active units are its parts.
    template <operand X>
    objective_value<X> objective(context& ctx, const latent_sequence<X>& z, const X& clips) const {
        const X frames = encode::temporal_tokens(ctx, clips);
        const X error = mse(ctx, decoded(ctx, z.sample, shape_of(frames)[1]), frames);
        const X apart = divergence(ctx, z);
        return {add(ctx, error, affine(ctx, apart, how_.kl_weight)),
                {{"reconstruction", error}, {"kl", apart}, {"active_units", active_units(ctx, z)}}};
    }

private:
    static void check(const sequence_vae_settings& how, const char* name) {
        if (how.latent < 1 || how.width < 1 || !(how.kl_weight >= 0))
            throw error(name, "one or more units and a weight of 0 or more", settings_text(how));
    }
    template <class Encoder>
    static int frame_values(const Encoder& encoder, const char* name) {
        const nn::fact_map stated = nn::facts_of(encoder);
        int values = 1;
        for (const char* extent_name : {"channels", "joints", "persons"}) {
            const int count = nn::number_of(stated, extent_name, 0, name);
            if (count < 1)
                throw error(name, "an encoder that states its channels, joints and persons",
                            encode::encoder_words(encoder),
                            "give it facts() of settings that hold clip_extents");
            values *= count;
        }
        return values;
    }
    /// Standard normal numbers for the rows of the context.
    T noise(context& ctx, const shape& extents) const {
        using scalar = scalar_of<T>;
        const auto fill = [](std::span<scalar> to, const context* now,
                             std::optional<row_window> window, std::size_t rows,
                             const char* where) {
            const row_window part = rows_at_work(where, now->rows.size(), window, rows);
            const std::size_t each = to.size() / rows;
            for (std::size_t row = 0; row < rows; ++row) {
                random_stream draws = row_draws(*now, part, row, name_hash("sequence_vae.sample"));
                for (scalar& v : to.subspan(row * each, each))
                    v = static_cast<scalar>(draws.normal());
            }
        };
        return step_values<T>(ctx, extents, fill, static_cast<const context*>(&ctx), ctx.window,
                              static_cast<std::size_t>(extents[0]), name_);
    }

    sequence_vae_settings how_;
    const char* name_;
};

}  // namespace MGKIT_NAMESPACE::pretext
