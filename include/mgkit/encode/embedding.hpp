// SPDX-License-Identifier: MIT
// What both skeleton encoders share: sizes, token embeddings and positions.
// infrastructure
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "mgkit/encode/settings.hpp"
#include "mgkit/encode/tokens.hpp"
#include "mgkit/nn/linear.hpp"
#include "mgkit/nn/norm.hpp"

namespace MGKIT_NAMESPACE::encode {

inline void check(const clip_extents& e, int width, int heads, const std::string& where) {
    check(e, where);
    if (e.frames > 200)
        throw error(where, "at most 200 frames", std::to_string(e.frames),
                    "resample clips: the position table has 200 rows");
    if (width < 2 || width % 2 != 0 || heads < 1 || width % heads != 0)
        throw error(where, "an even width that is a multiple of the number of heads",
                    text("width ", width, ", ", heads, " heads"));
}

/// linear, layer norm, ReLU, linear: tokens [N, L, in] -> [N, L, d]. File names 0, 1, 3.
template <model_tensor T>
struct token_embedding {
    nn::linear<T> first, second;
    nn::layer_norm<T> norm;

    token_embedding() = default;
    MGKIT_COLD token_embedding(const nn::scope& at, extent in, extent width)
        : first(at / "0", in, width), second(at / "3", width, width), norm(at / "1", width) {}

    static constexpr auto fields() {
        return nn::members(nn::field("0", &token_embedding::first),
                           nn::field("1", &token_embedding::norm),
                           nn::field("3", &token_embedding::second));
    }
    template <operand X>
    X operator()(context& ctx, const X& tokens) const {
        return second(ctx, relu(ctx, norm(ctx, first(ctx, tokens))));
    }
};

/// The embeddings of both streams.
template <model_tensor T>
struct skeleton_embedding {
    token_embedding<T> t_embedding, s_embedding;

    skeleton_embedding() = default;
    MGKIT_COLD skeleton_embedding(const nn::scope& at, const clip_extents& e, extent width)
        : t_embedding(at / "t_embedding", e.points() * e.channels, width),
          s_embedding(at / "s_embedding", e.frames * e.channels, width) {}

    static constexpr auto fields() {
        return nn::members(nn::field("t_embedding", &skeleton_embedding::t_embedding),
                           nn::field("s_embedding", &skeleton_embedding::s_embedding));
    }
};

/// Fixed sin/cos positions: even columns sine, odd columns cosine of row * 10000^(-2i/d); 200 rows,
/// kept in files as `pe` [1, 200, d].
template <model_tensor T>
struct position_table {
    T pe;

    position_table() = default;
    MGKIT_COLD position_table(const nn::scope& at, extent width) : pe(table(at.ctx, width)) {}

    static constexpr auto fields() { return nn::members(nn::field("pe", &position_table::pe)); }

    /// The first `frames` rows, [1, frames, d].
    T rows(context& ctx, extent frames) const { return slice(ctx, pe, 1, 0, frames); }

    static constexpr extent longest = 200;

private:
    static T table(context& ctx, extent width) {
        using scalar = typename backend_traits<T>::scalar;
        std::vector<scalar> values(static_cast<std::size_t>(longest * width));
        for (extent row = 0; row < longest; ++row)
            for (extent i = 0; i < width; i += 2) {
                const double angle = static_cast<double>(row) *
                                     std::exp(-std::log(10000.0) * static_cast<double>(i) /
                                              static_cast<double>(width));
                const auto at = static_cast<std::size_t>(row * width + i);
                values[at] = static_cast<scalar>(std::sin(angle));
                values[at + 1] = static_cast<scalar>(std::cos(angle));
            }
        return backend_traits<T>::from_host(ctx, values, {1, longest, width});
    }
};

}  // namespace MGKIT_NAMESPACE::encode
