// SPDX-License-Identifier: MIT
// AS-CAL: momentum contrast of features as they are.
#pragma once

#include <concepts>
#include <string>
#include <utility>

#include "mgkit/encode/settings.hpp"
#include "mgkit/loss/contrastive.hpp"
#include "mgkit/nn/queue.hpp"
#include "mgkit/pretext/by_view.hpp"
#include "mgkit/pretext/contrastive_encoder.hpp"
#include "mgkit/pretext/objective.hpp"

namespace MGKIT_NAMESPACE::pretext {

/// Sizes and rates of `ascal`, the published ones.
struct ascal_settings {
    int queue = 16384;
    double momentum = 0.999;
    double temperature = 0.06;
};

/// As `moco`, but dot products of the encoder's features without head or normalisation, and the
/// second encoder follows behind the step instead of before it.
///
/// Parameters: `pair.query.*`, `pair.key.*` and the queue. Randomness, errors and cost as `moco`.
/// Source: Rao et al., Information Sciences 2021, code at 189bc0e. There the first epoch fills the
/// queue without training; here rows that hold nothing yet do not count, and all epochs train.
template <tensor T, class Encoder, class Views>
requires encode::sized_encoder<Encoder, T>
class ascal {
public:
    using tensor_type = T;
    using momentum_options = ascal_settings;
    static constexpr const char* name = "ascal";
    static constexpr int views = static_cast<int>(Views::views);
    static constexpr int wanted_views = 2;
    static_assert(views == 0 || views == wanted_views, "mgkit: ascal compares two views");

    momentum_pair<Encoder> pair;
    nn::queue<T> queue;
    Views augmentation;

    MGKIT_COLD ascal(const nn::scope& at, const encode::settings_type<Encoder>& settings,
                     Views augmentation_policy = {}, const ascal_settings& how = {})
        : ascal(at, Encoder(at / "backbone", settings), std::move(augmentation_policy), how,
                encode::settings_words<Encoder>(settings)) {}
    /// Takes an encoder that is made, at `at / "backbone"` where initial values shall be the same.
    template <std::same_as<Encoder> E>
    MGKIT_COLD ascal(const nn::scope& at, E encoder, Views augmentation_policy = {},
                     const ascal_settings& how = {}, std::string encoder_words = {})
        : pair(at.ctx, std::move(encoder)),
          queue(at / "queue", how.queue, pair.query.features()),
          augmentation(std::move(augmentation_policy)),
          how_(how),
          encoder_words_(encoder_words.empty() ? encode::encoder_words(pair.query)
                                               : std::move(encoder_words)) {
        if (!(how.momentum >= 0 && how.momentum <= 1) || !(how.temperature > 0))
            throw error(name, "a momentum in [0, 1], a temperature above 0", settings_text(how));
    }

    static int& queue_of(momentum_options& how) { return how.queue; }

    static constexpr auto fields() {
        return nn::members(nn::field("pair", &ascal::pair), nn::field("queue", &ascal::queue));
    }

    Encoder& encoder() { return pair.query; }
    const Encoder& encoder() const { return pair.query; }

    recipe made_of() const {
        return {{"encoder", encoder_words_}, {"contrast", settings_text(how_)}};
    }

    template <operand X>
    objective_value<X> operator()(context& ctx, const batch<X>& input) {
        views_of(input, "clips", wanted_views, name);
        const auto clips = by_view(ctx, input.clips(), wanted_views);
        const X q = by_rows_of_view(ctx, clips[0], 0, [&] { return pair.query(ctx, clips[0]); });
        const tensor_of<X> k =
            by_rows_of_view(ctx, clips[1], 1, [&] { return pair.keys(ctx, clips[1]); });
        const X scores = loss::contrast_scores(ctx, q, X{k}, queue.template values<X>(ctx),
                                               queue.template mask<X>(ctx), how_.temperature);
        if (ctx.training) queue.push(ctx, k);
        return {loss::first_is_right(ctx, scores), {}};
    }

    void after_step(context& ctx) { pair.follow(ctx, how_.momentum); }

private:
    ascal_settings how_;
    std::string encoder_words_;
};

}  // namespace MGKIT_NAMESPACE::pretext
