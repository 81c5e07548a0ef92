// SPDX-License-Identifier: MIT
// Momentum contrast of two views of a clip; on a graph network, SkeletonCLR.
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

/// Sizes and rates of momentum contrast; the defaults are those of skeleton-contrast for NTU-60.
struct momentum_settings {
    int features = 128;       ///< columns of an embedding
    int queue = 16384;        ///< embeddings of earlier batches that a clip is told from
    double momentum = 0.999;  ///< of the encoder that follows
    double temperature = 0.07;
};

/// Errors: sizes below 1, a momentum outside [0, 1], a temperature that is not above 0.
inline void check(const momentum_settings& s, const char* where) {
    if (s.features < 1 || s.queue < 1 || !(s.momentum >= 0 && s.momentum <= 1) ||
        !(s.temperature > 0))
        throw error(
            where, "features and a queue of 1 or more, a momentum in [0, 1], a temperature above 0",
            settings_text(s));
}

/// The first view of a clip is told from clips of earlier batches by its likeness to the second,
/// which an encoder that follows slowly embeds: cross-entropy of cosines over the temperature.
/// Batches of any size up to the queue's; while it is not full, its empty rows do not count.
///
/// Parameters: `pair.query.*`, `pair.key.*` and the queue. Randomness: the views' augmentation and
/// the encoder's own. Errors: another number of views than two; a batch beyond the queue. Cost per
/// clip: two encoder passes and one backward pass, `queue` dot products.
///
/// Source: He et al., CVPR 2020; SkeletonCLR of AimCLR's and CrosSCLR's code; the streams of
/// skeleton-contrast. As these, the key is embedded in training mode by its own statistics, without
/// shuffling. Unlike them, both encoders are equal at first, the queue starts empty instead of
/// random, and its size need not be a multiple of the batch's.
template <tensor T, class Encoder, class Views>
requires encode::sized_encoder<Encoder, T>
class moco {
public:
    using tensor_type = T;
    using momentum_options = momentum_settings;
    static constexpr const char* name = "moco";
    static constexpr int views = static_cast<int>(Views::views);
    static constexpr int wanted_views = 2;
    static_assert(views == 0 || views == wanted_views, "mgkit: moco compares two views");

    momentum_pair<contrastive_encoder<T, Encoder>> pair;
    nn::queue<T> queue;
    Views augmentation;

    MGKIT_COLD moco(const nn::scope& at, const encode::settings_type<Encoder>& settings,
                    Views augmentation_policy = {}, const momentum_settings& how = {})
        : moco(at, Encoder(at / "backbone", settings), std::move(augmentation_policy), how,
               encode::settings_words<Encoder>(settings)) {}
    /// Takes an encoder that is made, at `at / "backbone"` where initial values shall be the same.
    template <std::same_as<Encoder> E>
    MGKIT_COLD moco(const nn::scope& at, E encoder, Views augmentation_policy = {},
                    const momentum_settings& how = {}, std::string encoder_words = {})
        : pair((check(how, name), at.ctx),
               {at, std::move(encoder), static_cast<extent>(how.features)}),
          queue(at / "queue", how.queue, how.features),
          augmentation(std::move(augmentation_policy)),
          how_(how),
          encoder_words_(encoder_words.empty() ? encode::encoder_words(pair.query.backbone)
                                               : std::move(encoder_words)) {}

    static int& queue_of(momentum_options& how) { return how.queue; }

    static constexpr auto fields() {
        return nn::members(nn::field("pair", &moco::pair), nn::field("queue", &moco::queue));
    }

    Encoder& encoder() { return pair.query.backbone; }
    const Encoder& encoder() const { return pair.query.backbone; }
    const momentum_settings& settings() const { return how_; }

    recipe made_of() const {
        return {{"encoder", encoder_words_}, {"contrast", settings_text(how_)}};
    }

    /// Scores [B, 1 + queue] of queries beside their keys and the queue, a row's own key first.
    /// q unit rows [B, D]; k likewise, a constant.
    template <operand X>
    X scores(context& ctx, const X& q, const tensor_of<X>& k) const {
        return loss::contrast_scores(ctx, q, X{k}, queue.template values<X>(ctx),
                                     queue.template mask<X>(ctx), how_.temperature);
    }
    /// Unit embeddings of one view of a batch, of `views` views: by the encoder that learns, and
    /// by the one that follows.
    template <operand X>
    X query_of(context& ctx, const X& clips, int view) const {
        return by_rows_of_view(ctx, clips, view,
                               [&] { return loss::unit_rows(ctx, pair.query(ctx, clips)); });
    }
    template <operand X>
    tensor_of<X> key_of(context& ctx, const X& clips, int view) const {
        return by_rows_of_view(ctx, clips, view,
                               [&] { return loss::unit_rows(ctx, pair.keys(ctx, clips)); });
    }

    template <operand X>
    objective_value<X> operator()(context& ctx, const batch<X>& input) {
        views_of(input, "clips", wanted_views, name);
        const auto clips = by_view(ctx, input.clips(), wanted_views);
        const X q = query_of(ctx, clips[0], 0);
        const tensor_of<X> k = key_of(ctx, clips[1], 1);
        const X loss = loss::first_is_right(ctx, scores(ctx, q, k));
        if (ctx.training) queue.push(ctx, k);
        return {loss, {}};
    }

    void before_step(context& ctx) { pair.follow(ctx, how_.momentum); }

private:
    momentum_settings how_;
    std::string encoder_words_;
};

}  // namespace MGKIT_NAMESPACE::pretext
