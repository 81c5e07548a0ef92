// SPDX-License-Identifier: MIT
// Contraction with the edges of a graph on the default tensor: products too small for a library, in
// registers.
#pragma once

#include "mgkit/core/compiler.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <utility>

#include "mgkit/backend/detail/primitives.hpp"
#include "mgkit/tensor/ops/graph.hpp"

#if defined(__GNUC__)
#define MGKIT_UNROLL _Pragma("GCC unroll 8")
#else
#define MGKIT_UNROLL
#endif

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

/// The processor's widest registers of S, or one value at a time.
template <class S, bool Wide>
struct lanes_of {
    using type = typename Eigen::internal::packet_traits<S>::type;
    static constexpr extent count = Eigen::internal::packet_traits<S>::size;
};
template <class S>
struct lanes_of<S, false> {
    using type = S;
    static constexpr extent count = 1;
};

/// Sums held in registers: of `rows` rows for `slots` packets each. Where channels have
/// coefficients of their own, slots are `Across` packets of channels in some frames; else (0)
/// coefficients are numbers, and slots any packets.
template <class S, bool Wide, int Across>
struct sums_in_registers {
    using Packet = typename lanes_of<S, Wide>::type;
    static constexpr int rows = 5, slots = EIGEN_ARCH_DEFAULT_NUMBER_OF_REGISTERS >= 32 ? 4 : 2;
    static constexpr extent lanes = lanes_of<S, Wide>::count;

    /// Channels [begin, end), whole packets of which Across is a divisor, of some frames.
    static void contract(const contraction<S>& p, extent frames, extent begin, extent end) {
        const extent packets = (end - begin) / lanes;
        if constexpr (Across == 0) {
            const extent all = frames * packets;
            places now(p, begin, packets, 0, all);
            for (extent s = 0; s < all; s += slots) {
                const places next(p, begin, packets, std::min(s + slots, all - 1), all);
                for (extent r = 0; r < p.rows; r += rows) block(p, p.m, r, now, next);
                now = next;
            }
        } else {
            for (extent c = begin; c < end; c += Across * lanes)
                for (extent r = 0; r < p.rows; r += rows) {
                    const extent all = frames * Across;
                    places now(p, c, Across, 0, all);
                    for (extent s = 0; s < all; s += slots) {
                        const places next(p, c, Across, std::min(s + slots, all - 1), all);
                        block(p, p.m + c, r, now, next);
                        now = next;
                    }
                }
        }
    }

private:
    /// Where slots from `first` on lie: those of a frame side by side, the last one repeated.
    struct places {
        const S* x[slots];
        S* y[slots];
        int used;

        places(const contraction<S>& p, extent begin, extent packets, extent first, extent all)
            : used(static_cast<int>(std::min<extent>(slots, all - first))) {
            for (int q = 0; q < slots; ++q) {
                const extent slot = first + std::min(q, used - 1),
                             c = begin + slot % packets * lanes;
                x[q] = p.x + slot / packets * p.x_frame + c;
                y[q] = p.y + slot / packets * p.y_frame + c;
            }
        }
    };

    static void block(const contraction<S>& p, const S* m, extent first, const places& now,
                      const places& next) {
        using namespace Eigen::internal;
        constexpr int across = std::max(1, Across);
        const int count = static_cast<int>(std::min<extent>(rows, p.rows - first));
        const S* own[rows];
        MGKIT_UNROLL for (int r = 0; r < rows; ++r) own[r] =
            m + (first + std::min(r, count - 1)) * p.m_row;
        Packet sums[rows][slots];
        MGKIT_UNROLL for (int r = 0; r < rows; ++r) {
            MGKIT_UNROLL for (int q = 0; q < slots; ++q) {
                sums[r][q] = pset1<Packet>(S(0));
                prefetch(now.y[q] + (first + std::min(r, count - 1)) * p.y_row);
            }
        }
        // Blocks of rows in turn fetch what comes next.
        const S *const x0 = now.x[0], *const ahead = next.x[first / rows % slots];
        extent steps[slots];
        MGKIT_UNROLL for (int q = 0; q < slots; ++q) steps[q] = now.x[q] - x0;
        for (extent o = 0; o < p.outer; ++o) {
            extent at = o * p.m_outer, from = o * p.x_outer;
            for (extent d = 0; d < p.depth; ++d, at += p.m_depth, from += p.x_depth) {
                Packet seen[slots];
                prefetch(ahead + from);
                MGKIT_UNROLL for (int q = 0; q < slots; ++q) seen[q] =
                    ploadu<Packet>(x0 + from + steps[q]);
                MGKIT_UNROLL for (int r = 0; r < rows; ++r) {
                    Packet a[across];
                    if constexpr (Across == 0)
                        a[0] = pset1<Packet>(own[r][at]);
                    else
                        MGKIT_UNROLL for (int i = 0; i < across; ++i) a[i] =
                            ploadu<Packet>(own[r] + at + i * lanes);
                    MGKIT_UNROLL for (int q = 0; q < slots; ++q) sums[r][q] =
                        pmadd(a[q % across], seen[q], sums[r][q]);
                }
            }
        }
        for (int r = 0; r < count; ++r)
            for (int q = 0; q < now.used; ++q) {
                S* const to = now.y[q] + (first + r) * p.y_row;
                pstoreu(to, p.add ? padd(sums[r][q], ploadu<Packet>(to)) : sums[r][q]);
            }
    }
};

/// m[d, r] += sum over frames of x[d] y[r], the slopes of coefficients: x and y as in a contraction
/// with one `outer`, `m` written.
template <class S, bool Wide>
struct slopes_in_registers {
    using Packet = typename lanes_of<S, Wide>::type;
    static constexpr int rows = 5, depth = EIGEN_ARCH_DEFAULT_NUMBER_OF_REGISTERS >= 32 ? 4 : 2;
    static constexpr extent lanes = lanes_of<S, Wide>::count;

    static void add_up(const contraction<S>& p, S* m, extent frames, extent begin, extent end) {
        for (extent c = begin; c < end; c += p.by_channel ? lanes : end - begin)
            for (extent d = 0; d < p.depth; d += depth)
                for (extent r = 0; r < p.rows; r += rows)
                    block(p, m, frames, c, p.by_channel ? c + lanes : end, d, r);
    }

private:
    static void block(const contraction<S>& p, S* m, extent frames, extent begin, extent end,
                      extent first_d, extent first_r) {
        using namespace Eigen::internal;
        const int ds = static_cast<int>(std::min<extent>(depth, p.depth - first_d)),
                  rs = static_cast<int>(std::min<extent>(rows, p.rows - first_r));
        const S *x[depth], *y[rows];
        MGKIT_UNROLL for (int d = 0; d < depth; ++d) x[d] =
            p.x + (first_d + std::min(d, ds - 1)) * p.x_depth;
        MGKIT_UNROLL for (int r = 0; r < rows; ++r) y[r] =
            p.y + (first_r + std::min(r, rs - 1)) * p.y_row;
        // Blocks of rows in turn fetch the next block of depth.
        const S* const ahead =
            p.x + std::min(p.depth - 1, first_d + depth + first_r / rows % depth) * p.x_depth;
        Packet sums[depth][rows];
        MGKIT_UNROLL for (int d = 0; d < depth; ++d) {
            MGKIT_UNROLL for (int r = 0; r < rows; ++r) sums[d][r] = pset1<Packet>(S(0));
        }
        for (extent t = 0; t < frames; ++t)
            for (extent c = begin; c < end; c += lanes) {
                Packet a[depth];
                prefetch(ahead + t * p.x_frame + c);
                MGKIT_UNROLL for (int d = 0; d < depth; ++d) a[d] =
                    ploadu<Packet>(x[d] + t * p.x_frame + c);
                MGKIT_UNROLL for (int r = 0; r < rows; ++r) {
                    const Packet b = ploadu<Packet>(y[r] + t * p.y_frame + c);
                    MGKIT_UNROLL for (int d = 0; d < depth; ++d) sums[d][r] =
                        pmadd(a[d], b, sums[d][r]);
                }
            }
        for (int d = 0; d < ds; ++d)
            for (int r = 0; r < rs; ++r) {
                S* const to = m + (first_d + d) * p.m_depth + (first_r + r) * p.m_row;
                if (p.by_channel)
                    pstoreu(to + begin, padd(ploadu<Packet>(to + begin), sums[d][r]));
                else
                    *to += predux(sums[d][r]);
            }
    }
};

#undef MGKIT_UNROLL

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
        const layout at(x.extents(), a.extents());
        T out(ctx, op::graph_contract::result(x.extents(), a.extents()));
        const T edges = by_source(ctx, at, a);
        at.for_frames(ctx, [&](extent n, extent first, extent frames) {
            contraction p = at.of(x.data(), edges.data(), out.data(), n, first, 0);
            p.outer = at.k;
            run(p, frames);
        });
        kept.keep(x);
        kept.keep(a);
        return out;
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
    using packet = typename Eigen::internal::packet_traits<S>::type;
    static constexpr bool wide = sizeof(packet) >= 32;

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

    static void run(const contraction& p, extent frames) {
        if (!wide && !p.by_channel) {
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
        using namespace eigen::detail;
        using by_packet = sums_in_registers<S, true, 0>;
        const extent lanes = by_packet::lanes, whole = p.channels / lanes * lanes;
        if (p.by_channel) {
            const extent pairs = whole / (2 * lanes) * 2 * lanes;
            sums_in_registers<S, true, 2>::contract(p, frames, 0, pairs);
            sums_in_registers<S, true, 1>::contract(p, frames, pairs, whole);
            sums_in_registers<S, false, 1>::contract(p, frames, whole, p.channels);
        } else {
            if (whole > 0) by_packet::contract(p, frames, 0, whole);
            if (whole < p.channels)
                sums_in_registers<S, false, 0>::contract(p, frames, whole, p.channels);
        }
    }

    static void add_slopes(const contraction& p, S* m, extent frames) {
        if (!wide && !p.by_channel) {
            for (extent f = 0; f < frames; ++f)
                gemm::run<P>(gemm::problem<S>{false, true, p.depth, p.rows, p.channels,
                                              p.x + f * p.x_frame, p.x_depth, p.y + f * p.y_frame,
                                              p.y_row, S(1), m, p.m_depth});
            return;
        }
        using by_packet = eigen::detail::slopes_in_registers<S, true>;
        using one_by_one = eigen::detail::slopes_in_registers<S, false>;
        const extent whole = p.channels / by_packet::lanes * by_packet::lanes;
        // As many frames as a cache holds beside the sums.
        const extent some = p.by_channel ? extent{16} : std::max<extent>(1, 1024 / p.channels);
        for (extent f = 0; f < frames; f += some) {
            contraction part = p;
            part.x += f * p.x_frame;
            part.y += f * p.y_frame;
            const extent count = std::min(some, frames - f);
            if (whole > 0) by_packet::add_up(part, m, count, 0, whole);
            if (whole < p.channels) one_by_one::add_up(part, m, count, whole, p.channels);
        }
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
