// SPDX-License-Identifier: MIT
// A momentum method with a queue: queries of one view against keys of the other, from a slow copy
// of the encoder, and against keys of earlier batches.
// entry: pretext/list.hpp all mgkit::toys::slow_keys<T, encode::any_encoder<T>, no_views>
#pragma once

#include <string>
#include <utility>

#include "mgkit/core/row_scope.hpp"
#include "mgkit/encode/concept.hpp"
#include "mgkit/encode/settings.hpp"
#include "mgkit/nn/queue.hpp"
#include "mgkit/nn/values.hpp"
#include "mgkit/pretext/objective.hpp"

namespace MGKIT_NAMESPACE::toys {

template <tensor T, class Encoder, class Views>
requires encode::sized_encoder<Encoder, T>
class slow_keys {
public:
    using tensor_type = T;
    static constexpr const char* name = "slow_keys";
    static constexpr int views = static_cast<int>(Views::views);
    static constexpr pretext::method_traits traits{.wanted_views = 2};
    static constexpr double rate = 0.1, temperature = 0.5;
    static constexpr extent room = 20;

    Encoder backbone, slow;
    nn::queue<T> keys;
    Views augmentation;

    slow_keys(const nn::scope& at, const encode::settings_type<Encoder>& settings,
              Views augmentation_policy = {})
        : backbone(at / "backbone", settings),
          slow(at / "backbone", settings),
          keys(at / "keys", room, backbone.features()),
          augmentation(std::move(augmentation_policy)),
          encoder_words_(encode::settings_words<Encoder>(settings)) {
        nn::set_trainable(slow, false);
    }
    static constexpr auto fields() {
        return nn::members(nn::field("backbone", &slow_keys::backbone),
                           nn::field("slow", &slow_keys::slow),
                           nn::field("keys", &slow_keys::keys));
    }
    Encoder& encoder() { return backbone; }
    recipe made_of() const { return {{"encoder", encoder_words_}}; }

    void before_step(context& ctx) {
        nn::move_towards(ctx, slow, backbone, rate, nn::follows::parameters);
    }

    template <operand X>
    pretext::objective_value<X> operator()(context& ctx, const pretext::batch<X>& input) {
        pretext::views_of(input, "clips", traits.wanted_views, name);
        const extent clips = shape_of(input.clips())[0] / 2;
        const auto half = [&](Encoder& encoder, extent first) {
            const row_scope some(ctx, static_cast<std::size_t>(first),
                                 static_cast<std::size_t>(clips));
            return normalised(ctx, encoder(ctx, slice(ctx, input.clips(), 0, first, clips)));
        };
        const X q = half(backbone, 0);
        const X k = detach(half(slow, clips));
        // Where the queue is not yet full, its empty rows are pushed below every other score.
        const X mask = keys.template mask<X>(ctx);
        const X old = add(ctx, scores(ctx, q, keys.template values<X>(ctx)),
                          reshape(ctx, affine(ctx, mask, 50, -50), {1, room}));
        const X own = affine(ctx, sum(ctx, mul(ctx, q, k), {1}, true), 1 / temperature);
        const X all = concat(ctx, 1, own, old);
        const auto first = [](std::span<scalar_of<X>> to, extent columns) {
            for (std::size_t i = 0; i < to.size(); i += static_cast<std::size_t>(columns))
                to[i] = 1;
        };
        const X truth{step_values<T>(ctx, {clips, room + 1}, first, room + 1)};
        const X loss = cross_entropy(ctx, all, truth);
        keys.push(ctx, k);
        return {loss, {{"own", mean(ctx, own)}}};
    }

private:
    template <operand X>
    static X normalised(context& ctx, const X& z) {
        return mul(ctx, z, rsqrt(ctx, affine(ctx, sum(ctx, square(ctx, z), {1}, true), 1, 1e-6)));
    }
    template <operand X>
    static X scores(context& ctx, const X& q, const X& k) {
        return affine(ctx, matmul(ctx, q, k, false, true), 1 / temperature);
    }

    std::string encoder_words_;
};

}  // namespace MGKIT_NAMESPACE::toys
