// SPDX-License-Identifier: MIT
// Contraction with the edges of a graph on the default tensor: products too small for a library, in
// registers.
#pragma once

#include <algorithm>
#include <utility>

#include "mgkit/backend/detail/column_end.hpp"
#include "mgkit/tensor/ops/finished_contraction.hpp"

namespace MGKIT_NAMESPACE {

namespace eigen::detail {

/// y[r] (+)= sum over o and d of m[o, d, r] x[o, d] for rows of channels, frame by frame; steps in
/// values. Coefficients are numbers, or rows of channels themselves.
template <class S>
struct contraction {
    const S* m;
    extent m_outer, m_depth, m_row;
    const S* x;
    extent x_outer, x_depth, x_frame;
    S* y;
    extent y_row, y_frame;
    extent outer, depth, rows, channels;
    bool by_channel, add;

    /// From y to x, through the same coefficients.
    contraction turned() const {
        contraction out = *this;
        std::swap(out.m_depth, out.m_row);
        std::swap(out.depth, out.rows);
        out.x = y;
        out.x_depth = y_row;
        out.x_frame = y_frame;
        out.y = const_cast<S*>(x);
        out.y_row = x_depth;
        out.y_frame = x_frame;
        return out;
    }
};

/// Sums over joints in registers.
template <class S>
struct sums_of_joints {
    static void contract(const contraction<S>& p, extent frames);
    /// m[d, r] += sum over frames of x[d] y[r], the slopes of coefficients, for one `outer`.
    static void add_slopes(const contraction<S>& p, S* m, extent frames);
};

}  // namespace eigen::detail

/// Registers of 32 bytes or more hold what a product of some 25 joints needs; with narrower ones a
/// provider that chooses its kernels for the processor is faster, unless channels have edges of
/// their own.
template <class S, class P>
struct kernel<op::graph_contract, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;
    using contraction = eigen::detail::contraction<S>;

    static T forward(context& ctx, const op::graph_contract&, saved<T>& kept, const T& x,
                     const T& a) {
        kept.keep(x);
        kept.keep(a);
        return contracted(ctx, x, a, [](S*, extent, extent) {});
    }
    /// See finished_contraction.
    static T finished(context& ctx, const T& x, const T& a, const T* bias,
                      const normalised_end<T>* end) {
        return contracted(ctx, x, a,
                          eigen::detail::column_end<S, P>(ctx, x.extents()[4], bias, end));
    }

    static void backward(context& ctx, const op::graph_contract&, const saved<T>& kept,
                         const T& dout, gradients<T>& sink) {
        const T &x = kept[0], &a = kept[1];
        const layout at(x.extents(), a.extents());
        if (sink.wants(0)) {
            const T edges = by_source(ctx, at, a);
            auto target = sink.accumulate(ctx, 0, x.extents());
            at.for_frames(ctx, [&](extent n, extent first, extent frames) {
                for (extent k = 0; k < at.k; ++k) {
                    contraction p =
                        at.of(target.gradient.data(), edges.data(), dout.data(), n, first, k);
                    p.add = target.beta != 0;
                    run(p.turned(), frames);
                }
            });
        }
        if (sink.wants(1)) sink.add(ctx, 1, edge_gradient(ctx, at, x, a, dout));
    }

private:
    /// Where samples, frames and partitions lie. Where edges are numbers, each joint of each
    /// partition counts as a joint, so that x is read as it lies.
    struct layout {
        extent n, t, v, k, c, w;
        bool by_sample, by_channel;

        layout(const shape& x, const shape& a)
            : n(x[0]),
              t(x[1]),
              v(x[2]),
              k(x[3]),
              c(x[4]),
              w(op::graph_contract::result(x, a)[2]),
              by_sample(a.rank() > 3),
              by_channel(a.rank() == 5) {
            if (by_channel) return;
            v *= k;
            k = 1;
        }
        extent edges() const { return k * v * w * (by_channel ? c : 1); }
        /// Calls f(sample, first, count) over frames of samples.
        template <class F>
        void for_frames(const context& ctx, F&& f) const {
            // Edges by channel are larger than a frame: they are read once for all of them.
            const extent each = by_channel
                                    ? t
                                    : std::max<extent>(1, 2 * eigen::detail::grain / (v * c)),
                         pieces = (t + each - 1) / each;
            parallel_for(ctx.threads, n * pieces, [&](extent i) {
                const extent first = i % pieces * each;
                f(i / pieces, first, std::min(each, t - first));
            });
        }
        contraction of(const S* x, const S* a, const S* y, extent sample, extent frame,
                       extent partition) const {
            const extent own = by_channel ? c : 1, number = sample * t + frame;
            return {a + (by_sample ? sample * edges() : 0) + partition * v * w * own,
                    v * w * own,
                    w * own,
                    own,
                    x + (number * v * k + partition) * c,
                    c,
                    k * c,
                    v * k * c,
                    const_cast<S*>(y) + number * w * c,
                    c,
                    w * c,
                    1,
                    v,
                    w,
                    c,
                    by_channel,
                    false};
        }
    };

    /// `finish(y, begin, end)` sees each range of results while it is in cache.
    template <class Finish>
    static T contracted(context& ctx, const T& x, const T& a, const Finish& finish) {
        const layout at(x.extents(), a.extents());
        T out(ctx, op::graph_contract::result(x.extents(), a.extents()));
        const T edges = by_source(ctx, at, a);
        S* const y = out.data();
        at.for_frames(ctx, [&](extent n, extent first, extent frames) {
            contraction p = at.of(x.data(), edges.data(), y, n, first, 0);
            p.outer = at.k;
            run(p, frames);
            const extent begin = n * at.t + first, frame = at.w * at.c;
            finish(y, begin * frame, (begin + frames) * frame);
        });
        return out;
    }

    static void run(const contraction& p, extent frames) {
        if (!p.by_channel && !gemm::eigen::wide<S>()) {
            for (extent f = 0; f < frames; ++f)
                for (extent o = 0; o < p.outer; ++o) {
                    const bool transposed = p.m_row == 1;
                    gemm::run<P>(gemm::problem<S>{
                        transposed, false, p.rows, p.channels, p.depth, p.m + o * p.m_outer,
                        transposed ? p.m_depth : p.m_row, p.x + f * p.x_frame + o * p.x_outer,
                        p.x_depth, S(o > 0 || p.add ? 1 : 0), p.y + f * p.y_frame, p.y_row});
                }
            return;
        }
        eigen::detail::sums_of_joints<S>::contract(p, frames);
    }

    static void add_slopes(const contraction& p, S* m, extent frames) {
        if (!p.by_channel && !gemm::eigen::wide<S>()) {
            for (extent f = 0; f < frames; ++f)
                gemm::run<P>(gemm::problem<S>{false, true, p.depth, p.rows, p.channels,
                                              p.x + f * p.x_frame, p.x_depth, p.y + f * p.y_frame,
                                              p.y_row, S(1), m, p.m_depth});
            return;
        }
        eigen::detail::sums_of_joints<S>::add_slopes(p, m, frames);
    }

    /// Edges that are numbers as [.., V, K, W], others as they are.
    static T by_source(context& ctx, const layout& at, const T& a) {
        if (at.by_channel) return a;
        return at.by_sample ? mgkit::permute(ctx, a, {0, 2, 1, 3})
                            : mgkit::permute(ctx, a, {1, 0, 2});
    }

    /// Edges of a sample sum over its frames; shared ones over parts of the samples, which are
    /// added in their order.
    static T edge_gradient(context& ctx, const layout& at, const T& x, const T& a, const T& dout) {
        constexpr extent most_parts = 16;
        const extent each = at.by_sample ? 1 : (at.n + most_parts - 1) / most_parts,
                     parts = (at.n + each - 1) / each;
        T sums(ctx, {parts, at.edges()});
        parallel_for(ctx.threads, parts, [&](extent part) {
            S* const own = sums.data() + part * at.edges();
            std::fill_n(own, at.edges(), S(0));
            for (extent n = part * each; n < std::min(at.n, (part + 1) * each); ++n)
                for (extent k = 0; k < at.k; ++k) {
                    const contraction p = at.of(x.data(), a.data(), dout.data(), n, 0, k);
                    add_slopes(p, own + k * p.m_outer, at.t);
                }
        });
        const shape& edges = a.extents();
        if (at.by_channel) return sums.viewed(edges);
        if (at.by_sample)
            return mgkit::permute(ctx, sums.viewed({edges[0], edges[2], edges[1], edges[3]}),
                                  {0, 2, 1, 3});
        T total(ctx, {edges[1], edges[0], edges[2]});
        std::fill_n(total.data(), total.elements(), S(0));
        eigen::detail::add_rows(static_cast<const S*>(sums.data()), 0, parts, at.edges(),
                                total.data());
        return mgkit::permute(ctx, total, {1, 0, 2});
    }
};

}  // namespace MGKIT_NAMESPACE

#if defined(MGKIT_COMPILED)
namespace MGKIT_NAMESPACE::eigen::detail {
extern template struct sums_of_joints<float>;
extern template struct sums_of_joints<double>;
}  // namespace MGKIT_NAMESPACE::eigen::detail
#endif
#if !defined(MGKIT_COMPILED)
#include "mgkit/backend/detail/graph-inl.hpp"
#endif
