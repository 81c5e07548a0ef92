// SPDX-License-Identifier: MIT
// Dropout, drawn where it is used.
#pragma once

#include <bit>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "mgkit/core/row_scope.hpp"
#include "mgkit/tensor/integers.hpp"
#include "mgkit/tensor/ops/structure.hpp"

namespace MGKIT_NAMESPACE {

namespace op {

/// Elements become 0 with probability `rate`, others are divided by 1 - rate. Element e of row r
/// draws number e of the stream whose state is keys[r].
struct dropout {
    double rate = 0;
    integers<std::int32_t> keys{};  ///< [B, random_stream::state_words]

    /// Whether a drawn number keeps its element: as bits, so that every backend decides alike.
    std::uint32_t dropped_below() const { return static_cast<std::uint32_t>(rate * 0x1p24); }

    template <operand X>
    static X compose(context& ctx, const dropout& self, const X& x) {
        using scalar = scalar_of<X>;
        const shape in = shape_of(x);
        const auto keys = self.keys.on_host(ctx);
        const extent width = in[0] == 0 ? 0 : in.elements() / in[0];
        std::vector<scalar> factors(static_cast<std::size_t>(in.elements()));
        for (extent row = 0; row < in[0]; ++row)
            self.fill_row(
                keys.values().subspan(static_cast<std::size_t>(row) * random_stream::state_words,
                                      random_stream::state_words),
                std::span(factors).subspan(static_cast<std::size_t>(row * width),
                                           static_cast<std::size_t>(width)));
        return mgkit::mul(ctx, x, X{backend_traits<tensor_of<X>>::from_host(ctx, factors, in)});
    }
    /// The factors of one row: 0 or 1 / (1 - rate).
    template <class S>
    void fill_row(std::span<const std::int32_t> key, std::span<S> factors) const {
        random_stream draws = stream_of(key);
        const std::uint32_t below = dropped_below();
        const S kept = static_cast<S>(1 / (1 - rate));
        for (S& f : factors) f = (draws.bits() >> 8) < below ? S(0) : kept;
    }
    static random_stream stream_of(std::span<const std::int32_t> key) {
        std::array<std::uint32_t, random_stream::state_words> words{};
        for (std::size_t i = 0; i < words.size(); ++i)
            words[i] = std::bit_cast<std::uint32_t>(key[i]);
        return random_stream(words);
    }
};

}  // namespace op

/// Dropout of x [B, ...] while training: elements become 0 with probability `rate`, others are
/// divided by 1 - rate; x itself in evaluation.
///
/// Randomness: keyed by seed, epoch, each row's clip and view (`context::rows`, or those of the
/// row_scope that is open), `layer` and the element's place in its row; independent of batch
/// composition, thread count and backend. Backward draws again instead of keeping a mask.
/// Errors: a rate outside [0, 1); rows that the context does not know. Source: Srivastava et al.,
/// "Dropout" (JMLR 2014), in the inverted form.
template <operand X>
X dropout(context& ctx, const X& x, std::string_view layer, double rate) {
    const shape in = shape_of(x);
    if (!(rate >= 0 && rate < 1)) throw error("dropout", "a rate in [0, 1)", text(rate));
    if (in.rank() < 1) throw error("dropout", "x [B, ...]", in.str());
    if (!ctx.training || rate == 0) return x;
    using T = tensor_of<X>;
    constexpr auto fill = [](std::span<std::int32_t> keys, const context* now,
                             std::optional<row_window> window, std::uint32_t id) {
        constexpr std::size_t words = random_stream::state_words;
        const std::size_t rows = keys.size() / words;
        const row_window part = rows_at_work("dropout", now->rows.size(), window, rows);
        for (std::size_t row = 0; row < rows; ++row) {
            const auto state = row_draws(*now, part, row, id).state();
            for (std::size_t i = 0; i < words; ++i)
                keys[row * words + i] = std::bit_cast<std::int32_t>(state[i]);
        }
    };
    const auto keys = step_integers<T, std::int32_t>(
        ctx, {in[0], static_cast<extent>(random_stream::state_words)},
        {std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()}, fill,
        static_cast<const context*>(&ctx), ctx.window, name_hash(layer));
    return apply(ctx, op::dropout{rate, keys}, x);
}

}  // namespace MGKIT_NAMESPACE
