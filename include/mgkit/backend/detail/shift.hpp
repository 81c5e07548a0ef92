// SPDX-License-Identifier: MIT
// Channels moved along an axis, on the default tensor.
#pragma once

#include <algorithm>
#include <cmath>

#include "mgkit/backend/detail/primitives.hpp"
#include "mgkit/tensor/ops/shift.hpp"

namespace MGKIT_NAMESPACE {

/// Channels of one batch lie next to each other, so a tap is a product of rows: taps are the whole
/// numbers from the least to the largest that any channel looks at.
template <class S, class P>
struct kernel<op::shift, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;

    static T forward(context& ctx, const op::shift& o, saved<T>& kept, const T& x,
                     const T& offsets) {
        const layout at(o, x.extents(), offsets);
        const T weights = at.shares(ctx, offsets);
        T out(ctx, o.result(x.extents(), offsets.extents()));
        const S *const in = x.data(), *const w = weights.data();
        S* const to = out.data();
        const extent each = std::max<extent>(1, 2 * eigen::detail::grain / at.row()),
                     pieces = (at.outputs + each - 1) / each;
        parallel_for(ctx.threads, at.before * pieces, [&](extent i) {
            const extent b = i / pieces, first = i % pieces * each,
                         last = std::min(at.outputs, first + each);
            std::fill_n(to + (b * at.outputs + first) * at.row(), (last - first) * at.row(), S(0));
            at.for_taps(w, [&](extent tap, const S* share) {
                at.for_places(first, last, tap, [&](extent output, extent place) {
                    const S* from = in + (b * at.entries + place) * at.row();
                    S* y = to + (b * at.outputs + output) * at.row();
                    for (extent r = 0; r < at.between; ++r, from += at.c, y += at.c)
                        for (extent k = 0; k < at.c; ++k) y[k] += share[k] * from[k];
                });
            });
        });
        kept.keep(x);
        kept.keep(offsets);
        return out;
    }

    static void backward(context& ctx, const op::shift& o, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const T &x = kept[0], &offsets = kept[1];
        const layout at(o, x.extents(), offsets);
        if (sink.wants(0)) {
            const T weights = at.shares(ctx, offsets);
            auto [dx, beta] = sink.accumulate(ctx, 0, x.extents());
            const bool add = beta != 0;
            S* const to = dx.data();
            at.for_lines(ctx, [&](extent b, extent r) {
                S* const line = to + b * at.entries * at.row() + r * at.c;
                const S* const from = dout.data() + b * at.outputs * at.row() + r * at.c;
                if (!add)
                    for (extent p = 0; p < at.entries; ++p)
                        std::fill_n(line + p * at.row(), at.c, S(0));
                at.for_taps(weights.data(), [&](extent tap, const S* share) {
                    at.for_places(0, at.outputs, tap, [&](extent output, extent place) {
                        const S* const g = from + output * at.row();
                        S* const d = line + place * at.row();
                        for (extent k = 0; k < at.c; ++k) d[k] += share[k] * g[k];
                    });
                });
            });
        }
        if (sink.wants(1)) sink.add(ctx, 1, offset_gradient(ctx, at, x, offsets, dout));
    }

private:
    /// x as [before, entries, between, c].
    struct layout {
        extent before, entries, between, c, outputs, stride;
        extent least = 0, taps = 0;  ///< taps that some channel has, `least` the first

        layout(const op::shift& o, const shape& x, const T& offsets)
            : before(x.before(o.axis)),
              entries(x[o.axis]),
              between(x.after(o.axis) / x[-1]),
              c(x[-1]),
              outputs(o.outputs),
              stride(o.stride) {
            extent most = 0;
            bool any = false;
            for (const S y : offsets.values()) {
                if (!reaches(y)) continue;
                const extent p = static_cast<extent>(std::floor(y));
                least = any ? std::min(least, p) : p;
                most = any ? std::max(most, p) : p;
                any = true;
            }
            taps = any ? most - least + 2 : 0;
        }
        extent row() const { return between * c; }

        /// How much of a tap's entry each channel takes, [taps, c].
        T shares(context& ctx, const T& offsets) const {
            return table(
                ctx, offsets, [](S f) { return S(1) - f; }, [](S f) { return f; });
        }
        /// How that changes with the offset.
        T slopes(context& ctx, const T& offsets) const {
            return table(
                ctx, offsets, [](S) { return S(-1); }, [](S) { return S(1); });
        }
        /// f(tap, its row of a table) for taps that are not 0 for all channels.
        template <class F>
        void for_taps(const S* table, F&& f) const {
            for (extent t = 0; t < taps; ++t) {
                const S* const row = table + t * c;
                if (std::any_of(row, row + c, [](S v) { return v != S(0); })) f(least + t, row);
            }
        }
        /// f(output, place) for outputs [first, last) that see an entry through a tap.
        template <class F>
        void for_places(extent first, extent last, extent tap, F&& f) const {
            for (extent output = first; output < last; ++output) {
                const extent place = stride * output + tap;
                if (place >= 0 && place < entries) f(output, place);
            }
        }
        template <class F>
        void for_lines(const context& ctx, F&& f) const {
            parallel_for(ctx.threads, before * between,
                         [&](extent i) { f(i / between, i % between); });
        }

    private:
        /// Whether a channel sees any entry; not where its offset is no number.
        bool reaches(S y) const {
            return y >= static_cast<S>(-stride * (outputs - 1) - 1) && y < static_cast<S>(entries);
        }
        /// here(f) and next(f) of the two taps of each channel, f the part of a step between them.
        template <class F, class G>
        T table(context& ctx, const T& offsets, F&& here, G&& next) const {
            T out(ctx, {std::max<extent>(1, taps), c});
            std::fill_n(out.data(), out.elements(), S(0));
            for (extent k = 0; k < c; ++k) {
                const S y = offsets.data()[k];
                if (!reaches(y)) continue;
                const S whole = std::floor(y);
                S* const first = out.data() + (static_cast<extent>(whole) - least) * c + k;
                first[0] = here(y - whole);
                first[c] = next(y - whole);
            }
            return out;
        }
    };

    /// Sums of each line of x, added up in their order.
    static T offset_gradient(context& ctx, const layout& at, const T& x, const T& offsets,
                             const T& dout) {
        const T slopes = at.slopes(ctx, offsets);
        T lines(ctx, {at.before * at.between, at.c});
        at.for_lines(ctx, [&](extent b, extent r) {
            S* const sum = lines.data() + (b * at.between + r) * at.c;
            const S* const in = x.data() + b * at.entries * at.row() + r * at.c;
            const S* const from = dout.data() + b * at.outputs * at.row() + r * at.c;
            std::fill_n(sum, at.c, S(0));
            at.for_taps(slopes.data(), [&](extent tap, const S* slope) {
                at.for_places(0, at.outputs, tap, [&](extent output, extent place) {
                    const S* const g = from + output * at.row();
                    const S* const seen = in + place * at.row();
                    for (extent k = 0; k < at.c; ++k) sum[k] += slope[k] * seen[k] * g[k];
                });
            });
        });
        T out(ctx, {at.c});
        std::fill_n(out.data(), at.c, S(0));
        for (extent line = 0; line < at.before * at.between; ++line)
            for (extent k = 0; k < at.c; ++k) out.data()[k] += lines.data()[line * at.c + k];
        return out;
    }
};

}  // namespace MGKIT_NAMESPACE
