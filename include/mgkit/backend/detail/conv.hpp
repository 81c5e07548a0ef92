// SPDX-License-Identifier: MIT
// Convolution on the default tensor: products of rows of x with the weights of one tap, or a few.
#pragma once

#include <algorithm>
#include <type_traits>

#include "mgkit/backend/detail/column_end.hpp"
#include "mgkit/backend/detail/short_conv.hpp"
#include "mgkit/tensor/ops/finished_conv.hpp"

namespace MGKIT_NAMESPACE {

namespace eigen::detail {

/// The products of one convolution. A window that moves along one axis by single steps sees,
/// through each tap, rows that lie one behind the other: no patch is ever copied. Other windows
/// gather the rows of a few taps at a time, as many as make a product deep enough, for outputs that
/// fit a cache. With oneDNN's products this takes as long as its convolutions (2.6, channels last),
/// weight gradients two fifths of theirs; windows of 6 and 9 are shorter still (short_conv.hpp).
template <class S, class P>
class conv_products {
public:
    using F = typename gemm::factor<P, S>::value;

    conv_products(const op::conv& o, const shape& x, const shape& weight)
        : grid(o.over, x),
          groups(o.groups),
          channels(x[-1]),
          made(weight[0]),
          each(weight[1]),
          made_each(made / groups),
          deep(grid.runs() ? 1 : std::clamp<extent>(deep_enough / each, 1, grid.taps)),
          steps((grid.taps + deep - 1) / deep) {
        const extent rows = std::clamp<extent>(cached / (channels + made), 256, 1024);
        block = std::max<extent>(1, rows / grid.inner);
        blocks = (grid.outputs + block - 1) / block;
    }

    window_grid grid;
    extent groups, channels, made, each, made_each;
    extent deep, steps;    ///< taps of one product, products for all taps
    extent block, blocks;  ///< outputs worked on at once, such ranges of a sample

    extent weights() const { return grid.taps * each * made; }
    extent outputs() const { return grid.samples * grid.outputs * grid.inner; }
    extent panel() const { return grid.runs() ? 0 : block * grid.inner * deep * each; }
    extent taps_of(extent step) const { return std::min(deep, grid.taps - step * deep); }

    /// Weights as [taps, C / groups, O].
    static tensor<S, P> by_tap(context& ctx, const tensor<S, P>& weight) {
        const extent made = weight.extents()[0], each = weight.extents()[1],
                     taps = weight.elements() / (made * each);
        tensor<S, P> out(ctx, {taps * each, made});
        const S* const from = weight.data();
        S* const to = out.data();
        for_ranges(
            ctx, made,
            [&](extent begin, extent end) {
                for (extent k = 0; k < taps; ++k)
                    for (extent c = 0; c < each; ++c)
                        for (extent o = begin; o < end; ++o)
                            to[(k * each + c) * made + o] = from[(o * each + c) * taps + k];
            },
            16);
        return out;
    }
    /// Weights as products take them: as they are, by tap, or spread.
    static tensor<S, P> ready(context& ctx, const op::conv& o, const tensor<S, P>& weight) {
        if (o.over.pointwise() && o.groups == 1) return weight;
        const tensor<S, P> taps = by_tap(ctx, weight);
        return is_short(o, weight.extents()) ? spread(ctx, taps, o.over.taps()) : taps;
    }
    /// Weights of a short window from those by tap.
    static tensor<S, P> spread(context& ctx, const tensor<S, P>& by_tap, extent taps) {
        const extent size = by_tap.elements() / taps;
        tensor<S, P> out(ctx, {short_conv<S, P>::points * (taps / 3) * size});
        short_conv<S, P>::spread_weights(by_tap.data(), taps / 3, size, out.data());
        return out;
    }

    /// dW as the weights lie, from sums [parts, taps, C / groups, O], parts in their order.
    void by_weight(context& ctx, const S* sums, extent parts, tensor<S, P>& dw, int beta) const {
        S* const out = dw.data();
        parallel_for(ctx.threads, each, [&](extent c) {
            for (extent k = 0; k < grid.taps; ++k)
                for (extent o = 0; o < made; ++o) {
                    const S* from = sums + (k * each + c) * made + o;
                    S total = S(0);
                    for (extent part = 0; part < parts; ++part) total += from[part * weights()];
                    S& w = out[(o * each + c) * grid.taps + k];
                    w = beta ? w + total : total;
                }
        });
    }

    /// Whether fewer products pay for sums before and after them: wide matrices, registers of 32
    /// bytes or more, factors that are not rounded. The window moves along one axis, whatever x is.
    static bool is_short(const op::conv& o, const shape& weight) {
        const window_axis a = only_axis(o.over);
        return std::is_same_v<F, S> && gemm::eigen::wide<S>() && o.groups == 1 && a.stride == 1 &&
               a.dilation == 1 && a.kernel % 3 == 0 && a.kernel > 3 && a.padding < a.kernel &&
               a.kernel <= 9 && std::min(weight[0], weight[1]) >= narrowest_short;
    }
    short_conv<S, P> short_form() const {
        return {grid.in[2], grid.outputs,         grid.inner,   channels,
                made,       grid.axes[2].padding, grid.taps / 3};
    }

    /// The product of what outputs [begin, end) of a sample see through the taps of a step, as far
    /// as they see anything: A [rows, taps * C / groups] without what it is multiplied with.
    struct factor_rows {
        const F* a;
        extent step, first, count;  ///< outputs
    };
    factor_rows seen(const F* sample, extent begin, extent end, extent step, extent group,
                     F* panel) const {
        const F* const from = sample + group * each;
        if (grid.runs()) {
            const extent shift = grid.shift(step), first = std::max(begin, -shift),
                         last = std::min(end, grid.in[2] - shift);
            return {from + (first + shift) * grid.inner * channels, channels, first,
                    std::max<extent>(0, last - first)};
        }
        const extent taps = taps_of(step), width = taps * each;
        for (extent k = 0; k < taps; ++k)
            grid.for_outputs(begin, end, step * deep + k, [&](extent output, extent place) {
                F* to = panel + (output - begin) * grid.inner * width + k * each;
                const F* row = from + place * grid.inner * channels;
                for (extent r = 0; r < grid.inner; ++r, to += width, row += channels)
                    if (place < 0)
                        std::fill_n(to, each, F(0));
                    else
                        std::copy_n(row, each, to);
            });
        return {panel, width, begin, end - begin};
    }

private:
    /// The one axis that a window moves along; one of kernel 1 where these are several or none.
    static window_axis only_axis(const window& over) {
        window_axis out{};
        for (int i = 0; i < over.axes(); ++i) {
            if (over[i] == window_axis{}) continue;
            if (out != window_axis{}) return {};
            out = over[i];
        }
        return out;
    }

    static constexpr extent deep_enough = 128, cached = 131072, narrowest_short = 32;
};

}  // namespace eigen::detail

template <class S, class P>
struct kernel<op::conv, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;
    using products = eigen::detail::conv_products<S, P>;
    using factor = gemm::factor<P, S>;
    using F = typename factor::value;
    using problem = gemm::problem<S, F>;
    using short_conv = eigen::detail::short_conv<S, P>;

    static T forward(context& ctx, const op::conv& o, saved<T>& kept, const T& x, const T& weight,
                     const T& bias) {
        kept.keep(x);
        kept.keep(weight);
        return finished(ctx, o, x, weight, bias, nullptr, nullptr);
    }
    /// See finished_conv.
    static T finished(context& ctx, const op::conv& o, const T& x, const T& weight, const T& bias,
                      const T* given, const normalised_end<T>* end) {
        const shape &in = x.extents(), &w = weight.extents();
        const eigen::detail::column_end<S, P> finish(ctx, w[0], &bias, end);
        const T matrices = given ? *given : products::ready(ctx, o, weight);
        T out(ctx, o.result(in, w));
        if (o.over.pointwise() && o.groups == 1)
            gemm::run_pieces<P>(
                ctx,
                gemm::problem<S>{false, true, x.elements() / w[1], w[0], w[1], x.data(), w[1],
                                 matrices.data(), w[1], S(0), out.data(), w[0]},
                [&](extent row, extent rows, extent column, extent columns) {
                    finish(out.data(), row, rows, column, columns);
                });
        else if (const products p(o, in, w); products::is_short(o, w))
            short_forward(ctx, p.short_form(), p.grid.samples, x.data(), matrices.data(), false,
                          out.data(),
                          [&](extent begin, extent last) { finish(out.data(), begin, last); });
        else
            forward_by_tap(ctx, p, x, matrices, finish, out);
        return out;
    }
    /// See ready_weight.
    static T ready(context& ctx, const op::conv& o, const T& weight) {
        return products::ready(ctx, o, weight);
    }

    static void backward(context& ctx, const op::conv& o, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const T &x = kept[0], &weight = kept[1];
        const products p(o, x.extents(), weight.extents());
        if (sink.wants(2)) {
            auto [db, beta] = sink.accumulate(ctx, 2, {p.made});
            eigen::detail::column_sums<S, P>(ctx, p.outputs(), p.made, db.data(), beta,
                                             [&](extent begin, extent end, S* partial) {
                                                 eigen::detail::add_rows(dout.data(), begin, end,
                                                                         p.made, partial);
                                             });
        }
        if (!sink.wants(0) && !sink.wants(1)) return;
        if (products::is_short(o, weight.extents())) {
            short_backward(ctx, p, x, weight, dout, sink);
            return;
        }
        const factor slopes(ctx, dout.data(), p.outputs(), p.made);
        if (sink.wants(1)) {
            auto [dw, beta] = sink.accumulate(ctx, 1, weight.extents());
            weight_gradient(ctx, p, x, slopes.data(), dw, beta);
        }
        if (sink.wants(0)) {
            auto [dx, beta] = sink.accumulate(ctx, 0, x.extents());
            const T matrices = p.by_tap(ctx, weight);
            const factor by_tap(ctx, matrices.data(), p.grid.taps * p.each, p.made);
            if (p.grid.runs())
                run_gradient(ctx, p, by_tap.data(), slopes.data(), dx, beta);
            else
                patch_gradient(ctx, p, by_tap.data(), slopes.data(), dx, beta);
        }
    }

private:
    /// The first product of a block overwrites it, where it sees something.
    static void forward_by_tap(context& ctx, const products& p, const T& x, const T& matrices,
                               const eigen::detail::column_end<S, P>& finish, T& out) {
        const auto& grid = p.grid;
        const factor rows(ctx, x.data(), x.elements() / p.channels, p.channels),
            by_tap(ctx, matrices.data(), grid.taps * p.each, p.made);
        S* const y = out.data();
        const extent row = grid.inner * p.made;
        parallel_for(ctx.threads, grid.samples * p.blocks, [&](extent i) {
            const extent n = i / p.blocks, begin = i % p.blocks * p.block,
                         end = std::min(grid.outputs, begin + p.block);
            S* const to = y + n * grid.outputs * row;
            const F* const sample = rows.data() + n * grid.places * grid.inner * p.channels;
            const gemm::scratch<F> panel(ctx, static_cast<std::size_t>(p.panel()));
            for (extent g = 0; g < p.groups; ++g)
                for (extent step = 0; step < p.steps; ++step) {
                    const auto seen = p.seen(sample, begin, end, step, g, panel.data());
                    if (g == 0 && step == 0) {
                        const extent first = std::min(seen.first, end), last = first + seen.count;
                        std::fill(to + begin * row, to + first * row, S(0));
                        std::fill(to + last * row, to + end * row, S(0));
                    }
                    if (seen.count == 0) continue;
                    gemm::run<P>(problem{
                        false, false, seen.count * grid.inner, p.made_each,
                        p.taps_of(step) * p.each, seen.a, seen.step,
                        by_tap.data() + step * p.deep * p.each * p.made + g * p.made_each, p.made,
                        S(step > 0 ? 1 : 0), to + seen.first * row + g * p.made_each, p.made});
                }
            finish(y, (n * grid.outputs + begin) * row, (n * grid.outputs + end) * row);
        });
    }
    /// dx of a window that runs: each place gathers from the outputs that see it.
    static void run_gradient(context& ctx, const products& p, const F* by_tap, const F* slopes,
                             T& dx, int beta) {
        const auto& grid = p.grid;
        const extent blocks = (grid.places + p.block - 1) / p.block;
        parallel_for(ctx.threads, grid.samples * blocks, [&](extent i) {
            const extent n = i / blocks, begin = i % blocks * p.block,
                         end = std::min(grid.places, begin + p.block);
            S* const to = dx.data() + n * grid.places * grid.inner * p.channels;
            if (!beta)
                std::fill_n(to + begin * grid.inner * p.channels,
                            (end - begin) * grid.inner * p.channels, S(0));
            const F* const from = slopes + n * grid.outputs * grid.inner * p.made;
            for (extent k = 0; k < grid.taps; ++k) {
                const extent shift = grid.shift(k), first = std::max(begin, shift),
                             last = std::min(end, grid.outputs + shift);
                if (first >= last) continue;
                for (extent g = 0; g < p.groups; ++g)
                    gemm::run<P>(problem{
                        false, true, (last - first) * grid.inner, p.each, p.made_each,
                        from + (first - shift) * grid.inner * p.made + g * p.made_each, p.made,
                        by_tap + k * p.each * p.made + g * p.made_each, p.made, S(1),
                        to + first * grid.inner * p.channels + g * p.each, p.channels});
            }
        });
    }
    /// dx of any window: slopes of gathered rows go back to where they were gathered.
    static void patch_gradient(context& ctx, const products& p, const F* by_tap, const F* slopes,
                               T& dx, int beta) {
        const auto& grid = p.grid;
        const extent size = grid.places * grid.inner * p.channels;
        if (!beta) std::fill_n(dx.data(), grid.samples * size, S(0));
        parallel_for(ctx.threads, grid.samples * p.groups, [&](extent i) {
            const extent n = i / p.groups, g = i % p.groups;
            S* const to = dx.data() + n * size + g * p.each;
            const gemm::scratch<S> panel(ctx, static_cast<std::size_t>(p.panel()));
            for (extent begin = 0; begin < grid.outputs; begin += p.block) {
                const extent end = std::min(grid.outputs, begin + p.block);
                for (extent step = 0; step < p.steps; ++step) {
                    const extent taps = p.taps_of(step), width = taps * p.each;
                    gemm::run<P>(problem{
                        false, true, (end - begin) * grid.inner, width, p.made_each,
                        slopes + (n * grid.outputs + begin) * grid.inner * p.made + g * p.made_each,
                        p.made, by_tap + step * p.deep * p.each * p.made + g * p.made_each, p.made,
                        S(0), panel.data(), width});
                    for (extent k = 0; k < taps; ++k)
                        grid.for_outputs(
                            begin, end, step * p.deep + k, [&](extent output, extent place) {
                                if (place < 0) return;
                                const S* from = panel.data() +
                                                (output - begin) * grid.inner * width + k * p.each;
                                S* row = to + place * grid.inner * p.channels;
                                for (extent r = 0; r < grid.inner;
                                     ++r, from += width, row += p.channels)
                                    for (extent c = 0; c < p.each; ++c) row[c] += from[c];
                            });
                }
            }
        });
    }
    /// Sums over a part of the samples for each step of taps, parts added in their order.
    static void weight_gradient(context& ctx, const products& p, const T& x, const F* slopes, T& dw,
                                int beta) {
        const auto& grid = p.grid;
        const factor rows(ctx, x.data(), x.elements() / p.channels, p.channels);
        const extent each = (grid.samples + most_parts - 1) / most_parts,
                     parts = (grid.samples + each - 1) / each;
        const extent block = grid.runs() ? grid.outputs : p.block;
        T sums(ctx, {parts, grid.taps * p.each, p.made});
        parallel_for(ctx.threads, parts * p.steps, [&](extent i) {
            const extent part = i / p.steps, step = i % p.steps, deep = p.taps_of(step) * p.each;
            S* const to = sums.data() + part * p.weights() + step * p.deep * p.each * p.made;
            std::fill_n(to, deep * p.made, S(0));
            const gemm::scratch<F> panel(ctx, static_cast<std::size_t>(p.panel()));
            for (extent n = part * each; n < std::min(grid.samples, (part + 1) * each); ++n)
                for (extent begin = 0; begin < grid.outputs; begin += block)
                    for (extent g = 0; g < p.groups; ++g) {
                        const auto seen =
                            p.seen(rows.data() + n * grid.places * grid.inner * p.channels, begin,
                                   std::min(grid.outputs, begin + block), step, g, panel.data());
                        if (seen.count == 0) continue;
                        gemm::run<P>(
                            problem{true, false, deep, p.made_each, seen.count * grid.inner, seen.a,
                                    seen.step,
                                    slopes + (n * grid.outputs + seen.first) * grid.inner * p.made +
                                        g * p.made_each,
                                    p.made, S(1), to + g * p.made_each, p.made});
                    }
        });
        p.by_weight(ctx, sums.data(), parts, dw, beta);
    }

    /// A window short enough for fewer products; `finish` sees ranges of all values of y.
    template <class Finish>
    static void short_forward(context& ctx, const short_conv& c, extent samples, const S* x,
                              const S* weights, bool add, S* y, Finish&& finish) {
        const extent cached =
            std::max<extent>(1, 524288 / (short_conv::points * c.inner * (c.channels + c.made)));
        const extent blocks = (c.tiles() + cached - 1) / cached,
                     each = (c.tiles() + blocks - 1) / blocks;
        parallel_for(ctx.threads, samples * blocks, [&](extent i) {
            const extent n = i / blocks, begin = i % blocks * each,
                         end = std::min(c.tiles(), begin + each);
            if (begin >= end) return;
            const extent sample = n * c.outputs * c.inner * c.made;
            const gemm::scratch<S> room(ctx, static_cast<std::size_t>(c.room(end - begin)));
            c.forward(x + n * c.frames * c.inner * c.channels, weights, add, y + sample, begin, end,
                      room.data(),
                      [&](extent first, extent last) { finish(sample + first, sample + last); });
        });
    }
    static void short_backward(context& ctx, const products& p, const T& x, const T& weight,
                               const T& dout, gradients<T>& sink) {
        const short_conv c = p.short_form();
        const extent size = c.channels * c.made, taps = p.grid.taps;
        if (sink.wants(1)) {
            const extent each = (p.grid.samples + 7) / 8,
                         parts = (p.grid.samples + each - 1) / each;
            T spread(ctx, {parts, c.matrices()}), sums(ctx, {taps * size});
            S* const all = spread.data();
            parallel_for(ctx.threads, parts, [&](extent part) {
                S* const to = all + part * c.matrices();
                std::fill_n(to, c.matrices(), S(0));
                const gemm::scratch<S> room(ctx, static_cast<std::size_t>(c.room(c.tiles())));
                for (extent n = part * each; n < std::min(p.grid.samples, (part + 1) * each); ++n)
                    c.add_slopes(x.data() + n * c.frames * c.inner * c.channels,
                                 dout.data() + n * c.outputs * c.inner * c.made, to, room.data());
            });
            eigen::detail::for_ranges(ctx, c.matrices(), [&](extent begin, extent end) {
                for (extent part = 1; part < parts; ++part) {
                    const S* const more = all + part * c.matrices();
                    for (extent i = begin; i < end; ++i) all[i] += more[i];
                }
            });
            short_conv::gather_slopes(all, c.groups, size, sums.data());
            auto [dw, beta] = sink.accumulate(ctx, 1, weight.extents());
            p.by_weight(ctx, sums.data(), 1, dw, beta);
        }
        if (sink.wants(0)) {
            // The taps in the opposite order, from outputs to channels.
            T turned(ctx, {taps, c.made, c.channels});
            const S* const w = weight.data();
            S* const to = turned.data();
            parallel_for(ctx.threads, c.made, [&](extent o) {
                for (extent k = 0; k < taps; ++k)
                    for (extent i = 0; i < c.channels; ++i)
                        to[((taps - 1 - k) * c.made + o) * c.channels + i] =
                            w[(o * c.channels + i) * taps + k];
            });
            const short_conv back{
                c.outputs, c.frames, c.inner, c.made, c.channels, taps - 1 - c.padding, c.groups};
            auto [dx, beta] = sink.accumulate(ctx, 0, x.extents());
            short_forward(ctx, back, p.grid.samples, dout.data(),
                          products::spread(ctx, turned, taps).data(), beta != 0, dx.data(),
                          [](extent, extent) {});
        }
    }

    static constexpr extent most_parts = 4;
};

}  // namespace MGKIT_NAMESPACE
