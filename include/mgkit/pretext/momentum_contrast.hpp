// SPDX-License-Identifier: MIT
// What methods of momentum contrast share: an encoder that learns, one that follows, and a queue.
// infrastructure
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "mgkit/encode/settings.hpp"
#include "mgkit/loss/extreme_views.hpp"
#include "mgkit/nn/queue.hpp"
#include "mgkit/pretext/by_view.hpp"
#include "mgkit/pretext/contrastive_encoder.hpp"
#include "mgkit/pretext/method_settings.hpp"
#include "mgkit/pretext/objective.hpp"

namespace MGKIT_NAMESPACE::pretext {

/// The first view of a clip is told from clips of earlier batches by its likeness to the second,
/// which an encoder that follows slowly embeds: cross-entropy of dot products over the temperature.
/// Batches of any size up to the queue's; while it is not full, its empty rows do not count.
///
/// `Kind` says what is special about a method:
/// - `name`, `traits`, and `settings` with `words(settings)`;
/// - `contrast(settings)`: the part of them that has `queue`, `momentum` and `temperature`;
/// - `network<T, Encoder>`: what embeds, the encoder itself or something with a `backbone`, and
///   `make(at, encoder, settings)`, which makes it and refuses settings;
/// - `adopt(settings, stated)`, optional: what it takes of method_settings beside the queue;
/// - `rows(ctx, z)`: the embeddings that are compared, of what the network gives;
/// - `follows_before`: whether the second encoder moves before a step or behind it.
///
/// Parameters: `pair.query.*`, `pair.key.*` and the queue. Randomness: the views' augmentation and
/// the encoder's own. Errors: another number of views than two; a batch beyond the queue. Cost per
/// clip: two encoder passes and one backward pass, `queue` dot products.
template <class Kind, tensor T, class Encoder, class Views>
requires encode::sized_encoder<Encoder, T>
class momentum_contrast {
    static constexpr int compared = 2;

public:
    using tensor_type = T;
    using options = typename Kind::settings;
    using network = typename Kind::template network<T, Encoder>;
    static constexpr const char* name = Kind::name;
    static constexpr int views = static_cast<int>(Views::views);
    static constexpr method_traits traits = Kind::traits;
    static_assert(views == 0 || (views >= compared && views <= traits.wanted_views),
                  "mgkit: momentum contrast compares two views");

    momentum_pair<network> pair;
    nn::queue<T> queue;
    Views augmentation;

    MGKIT_COLD momentum_contrast(const nn::scope& at,
                                 const encode::settings_type<Encoder>& settings,
                                 Views augmentation_policy = {}, const options& how = {})
        : momentum_contrast(at, Encoder(at / "backbone", settings), std::move(augmentation_policy),
                            how, encode::settings_words<Encoder>(settings)) {}
    /// Takes an encoder that is made, at `at / "backbone"` where initial values shall be the same.
    template <std::same_as<Encoder> E>
    MGKIT_COLD momentum_contrast(const nn::scope& at, E encoder, Views augmentation_policy = {},
                                 const options& how = {}, std::string encoder_words = {})
        : pair(at.ctx, Kind::template make<T>(at, std::move(encoder), how)),
          queue(at / "queue", Kind::contrast(how).queue, pair.query.features()),
          augmentation(std::move(augmentation_policy)),
          how_(how),
          encoder_words_(encoder_words.empty() ? encode::encoder_words(this->encoder())
                                               : std::move(encoder_words)) {}

    static options options_of(const method_settings& stated) {
        options out;
        if (stated.queue != 0) Kind::contrast(out).queue = stated.queue;
        if constexpr (requires { Kind::adopt(out, stated); }) Kind::adopt(out, stated);
        return out;
    }
    static recipe default_words(const method_settings& stated) {
        return {{"contrast", Kind::words(options_of(stated))}};
    }

    static constexpr auto fields() {
        return nn::members(nn::field("pair", &momentum_contrast::pair),
                           nn::field("queue", &momentum_contrast::queue));
    }

    Encoder& encoder() { return backbone_of(pair.query); }
    const Encoder& encoder() const { return backbone_of(pair.query); }
    const options& settings() const { return how_; }

    recipe made_of() const {
        return {{"encoder", encoder_words_}, {"contrast", Kind::words(how_)}};
    }

    /// Scores [B, 1 + queue] of queries beside their keys and the queue, a row's own key first.
    /// q rows [B, D]; k likewise, a constant.
    template <operand X>
    X scores(context& ctx, const X& q, const tensor_of<X>& k) const {
        return loss::contrast_scores(ctx, q, X{k}, queue.template values<X>(ctx),
                                     queue.template mask<X>(ctx), Kind::contrast(how_).temperature);
    }
    /// Shares of scores that count as right, [B, 1 + queue]: a row's own key and, when `from`
    /// epochs of `epochs` are finished (never where that is below 0), its nearest `neighbours` in
    /// the queue by any of the scores; see loss::right_columns.
    template <operand X>
    tensor_of<X> right_ones(context& ctx, const short_list<X, 3>& scores, int neighbours, int from,
                            const std::int64_t& epochs) const {
        if (from < 0) return loss::right_columns(ctx, scores, neighbours, T{}, T{});
        const auto fill = [](std::span<scalar_of<T>> to, const std::int64_t* now, int first) {
            to[0] = scalar_of<T>(*now >= first ? 1 : 0);
        };
        return loss::right_columns(ctx, scores, neighbours, queue.mask(ctx),
                                   step_values<T>(ctx, {1, 1}, fill, &epochs, from));
    }
    /// Rows of one view of a batch, of `views` views, to be compared: by the encoder that learns,
    /// and by the one that follows.
    template <operand X>
    X query_of(context& ctx, const X& clips, int view) const {
        return by_rows_of_view(ctx, clips, view,
                               [&] { return Kind::rows(ctx, pair.query(ctx, clips)); });
    }
    template <operand X>
    tensor_of<X> key_of(context& ctx, const X& clips, int view) const {
        return by_rows_of_view(ctx, clips, view,
                               [&] { return Kind::rows(ctx, pair.keys(ctx, clips)); });
    }

    template <operand X>
    objective_value<X> operator()(context& ctx, const batch<X>& input) {
        views_of(input, "clips", compared, name);
        const auto clips = by_view(ctx, input.clips(), compared);
        const X q = query_of(ctx, clips[0], 0);
        const tensor_of<X> k = key_of(ctx, clips[1], 1);
        const X loss = loss::first_is_right(ctx, scores(ctx, q, k));
        if (ctx.training) queue.push(ctx, k);
        return {loss, {}};
    }

    void before_step(context& ctx) requires(Kind::follows_before) { follow(ctx); }
    void after_step(context& ctx) requires(!Kind::follows_before) { follow(ctx); }

private:
    static auto& backbone_of(auto& made) {
        if constexpr (std::same_as<network, Encoder>)
            return made;
        else
            return made.backbone;
    }
    void follow(context& ctx) { pair.follow(ctx, Kind::contrast(how_).momentum); }

    options how_;
    std::string encoder_words_;
};

}  // namespace MGKIT_NAMESPACE::pretext
