// SPDX-License-Identifier: MIT
// A one-feature method: views of a clip agree, features keep a size.
// entry: pretext/list.hpp all mgkit::toys::agreement<T, encode::any_encoder<T>, no_views>
#pragma once

#include <string>

#include "mgkit/encode/concept.hpp"
#include "mgkit/encode/settings.hpp"
#include "mgkit/pretext/by_view.hpp"
#include "mgkit/pretext/objective.hpp"

namespace MGKIT_NAMESPACE::toys {

template <tensor T, class Encoder, class Views>
requires encode::sized_encoder<Encoder, T>
class agreement {
public:
    using tensor_type = T;
    static constexpr const char* name = "agreement";
    static constexpr int views = static_cast<int>(Views::views);

    Encoder backbone;
    Views augmentation;

    agreement(const nn::scope& at, const encode::settings_type<Encoder>& settings,
              Views augmentation_policy = {})
        : backbone(at / "backbone", settings),
          augmentation(std::move(augmentation_policy)),
          encoder_words_(encode::settings_words<Encoder>(settings)) {}
    static constexpr auto fields() {
        return nn::members(nn::field("backbone", &agreement::backbone));
    }
    Encoder& encoder() { return backbone; }
    const Encoder& encoder() const { return backbone; }
    recipe made_of() const { return {{"encoder", encoder_words_}}; }

    template <operand X>
    pretext::objective_value<X> operator()(context& ctx, const pretext::batch<X>& input) const {
        const int stacked = pretext::views_of(input, "clips", views, name);
        const X z = backbone(ctx, input.clips());
        const auto parts = pretext::by_view(ctx, z, stacked);
        const X apart = mse(ctx, parts[0], parts[static_cast<std::size_t>(stacked - 1)]);
        const X size = mean(ctx, square(ctx, affine(ctx, square(ctx, z), 1, -1)));
        return {add(ctx, apart, size), {{"apart", apart}, {"size", size}}};
    }

private:
    std::string encoder_words_;
};

}  // namespace MGKIT_NAMESPACE::toys
