// SPDX-License-Identifier: MIT
// Contraction with the edges of a graph on the default tensor: products too small for a library, in
// registers.
#pragma once

#include <Eigen/Core>
#include <algorithm>

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
};

/// Sums held in registers: of `rows` rows for `slots` packets each.
template <class Packet, class S>
struct sums_in_registers {
    static constexpr int rows = 5, slots = EIGEN_ARCH_DEFAULT_NUMBER_OF_REGISTERS >= 32 ? 4 : 2;
    static constexpr extent lanes = Eigen::internal::unpacket_traits<Packet>::size;

    /// Rows from `first` on for the packets at x and y; `m` belongs to these channels.
    template <bool ByChannel>
    static void contract(const contraction<S>& p, const S* m, extent first, const S* const* x,
                         S* const* y, int used) {
        using namespace Eigen::internal;
        const int count = static_cast<int>(std::min<extent>(rows, p.rows - first));
        const S* own[rows];
        MGKIT_UNROLL for (int r = 0; r < rows; ++r) own[r] =
            m + (first + std::min(r, count - 1)) * p.m_row;
        Packet sums[rows][slots];
        MGKIT_UNROLL for (int r = 0; r < rows; ++r) {
            MGKIT_UNROLL for (int q = 0; q < slots; ++q) sums[r][q] = pset1<Packet>(S(0));
        }
        for (extent o = 0; o < p.outer; ++o) {
            extent at = o * p.m_outer, from = o * p.x_outer;
            for (extent d = 0; d < p.depth; ++d, at += p.m_depth, from += p.x_depth) {
                Packet seen[slots];
                MGKIT_UNROLL for (int q = 0; q < slots; ++q) seen[q] = ploadu<Packet>(x[q] + from);
                MGKIT_UNROLL for (int r = 0; r < rows; ++r) {
                    Packet a;
                    if constexpr (ByChannel)
                        a = ploadu<Packet>(own[r] + at);
                    else
                        a = pset1<Packet>(own[r][at]);
                    MGKIT_UNROLL for (int q = 0; q < slots; ++q) sums[r][q] =
                        pmadd(a, seen[q], sums[r][q]);
                }
            }
        }
        for (int r = 0; r < count; ++r)
            for (int q = 0; q < used; ++q) {
                S* const to = y[q] + (first + r) * p.y_row;
                pstoreu(to, p.add ? padd(sums[r][q], ploadu<Packet>(to)) : sums[r][q]);
            }
    }

    /// Channels [begin, end), whole packets, of some frames.
    static void contract(const contraction<S>& p, extent frames, extent begin, extent end) {
        const extent packets = (end - begin) / lanes;
        const S* x[slots];
        S* y[slots];
        const auto at = [&](extent frame, extent packet, int q) {
            const extent c = begin + packet * lanes;
            x[q] = p.x + frame * p.x_frame + c;
            y[q] = p.y + frame * p.y_frame + c;
        };
        const extent groups = p.by_channel ? packets : 1,
                     each = p.by_channel ? frames : frames * packets;
        for (extent g = 0; g < groups; ++g)
            for (extent s = 0; s < each; s += slots) {
                const int used = static_cast<int>(std::min<extent>(slots, each - s));
                for (int q = 0; q < slots; ++q) {
                    const extent slot = s + std::min(q, used - 1);
                    p.by_channel ? at(slot, g, q) : at(slot / packets, slot % packets, q);
                }
                for (extent r = 0; r < p.rows; r += rows)
                    p.by_channel ? contract<true>(p, p.m + begin + g * lanes, r, x, y, used)
                                 : contract<false>(p, p.m, r, x, y, used);
            }
    }
};

/// m[d, r] += sum over frames of x[d] y[r], the slopes of coefficients: x and y as in a contraction
/// with one `outer`, `m` written.
template <class Packet, class S>
struct slopes_in_registers {
    static constexpr int rows = 5, depth = EIGEN_ARCH_DEFAULT_NUMBER_OF_REGISTERS >= 32 ? 4 : 2;
    static constexpr extent lanes = Eigen::internal::unpacket_traits<Packet>::size;

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
        Packet sums[depth][rows];
        MGKIT_UNROLL for (int d = 0; d < depth; ++d) {
            MGKIT_UNROLL for (int r = 0; r < rows; ++r) sums[d][r] = pset1<Packet>(S(0));
        }
        for (extent t = 0; t < frames; ++t)
            for (extent c = begin; c < end; c += lanes) {
                Packet a[depth];
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
        at.for_frames(ctx, [&](extent n, extent first, extent frames) {
            contraction p = at.of(x.data(), a.data(), out.data(), n, first, 0);
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
            auto target = sink.accumulate(ctx, 0, x.extents());
            at.for_frames(ctx, [&](extent n, extent first, extent frames) {
                for (extent k = 0; k < at.k; ++k) {
                    const contraction p =
                        at.of(target.gradient.data(), a.data(), dout.data(), n, first, k);
                    contraction turned = p;
                    turned.m_depth = p.m_row;
                    turned.m_row = p.m_depth;
                    turned.x = p.y;
                    turned.x_depth = p.y_row;
                    turned.x_frame = p.y_frame;
                    turned.y = const_cast<S*>(p.x);
                    turned.y_row = p.x_depth;
                    turned.y_frame = p.x_frame;
                    turned.depth = p.rows;
                    turned.rows = p.depth;
                    turned.add = target.beta != 0;
                    run(turned, frames);
                }
            });
        }
        if (sink.wants(1)) edge_gradient(ctx, at, x, a, dout, sink);
    }

private:
    using packet = typename Eigen::internal::packet_traits<S>::type;
    static constexpr bool wide = sizeof(packet) >= 32;

    /// Where samples, frames and partitions lie.
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
              by_channel(a.rank() == 5) {}
        extent edges() const { return k * v * w * (by_channel ? c : 1); }
        /// Calls f(sample, first, count) over frames of samples.
        template <class F>
        void for_frames(const context& ctx, F&& f) const {
            const extent each = std::max<extent>(1, 2 * eigen::detail::grain / (v * c)),
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
        using by_packet = eigen::detail::sums_in_registers<packet, S>;
        using one_by_one = eigen::detail::sums_in_registers<S, S>;
        const extent whole = p.channels / by_packet::lanes * by_packet::lanes;
        by_packet::contract(p, frames, 0, whole);
        if (whole < p.channels) one_by_one::contract(p, frames, whole, p.channels);
    }

    static void add_slopes(const contraction& p, S* m, extent frames) {
        if (!wide && !p.by_channel) {
            for (extent f = 0; f < frames; ++f)
                gemm::run<P>(gemm::problem<S>{false, true, p.depth, p.rows, p.channels,
                                              p.x + f * p.x_frame, p.x_depth, p.y + f * p.y_frame,
                                              p.y_row, S(1), m, p.m_depth});
            return;
        }
        using by_packet = eigen::detail::slopes_in_registers<packet, S>;
        using one_by_one = eigen::detail::slopes_in_registers<S, S>;
        const extent whole = p.channels / by_packet::lanes * by_packet::lanes;
        // As many frames as a cache holds beside the sums.
        const extent some = p.by_channel ? frames : std::max<extent>(1, 1024 / p.channels);
        for (extent f = 0; f < frames; f += some) {
            contraction part = p;
            part.x += f * p.x_frame;
            part.y += f * p.y_frame;
            const extent count = std::min(some, frames - f);
            if (whole > 0) by_packet::add_up(part, m, count, 0, whole);
            if (whole < p.channels) one_by_one::add_up(part, m, count, whole, p.channels);
        }
    }

    /// Edges of a sample sum over its frames; shared ones over parts of the samples, which are
    /// added in their order.
    static void edge_gradient(context& ctx, const layout& at, const T& x, const T& a,
                              const T& dout, gradients<T>& sink) {
        auto [da, beta] = sink.accumulate(ctx, 1, a.extents());
        constexpr extent most_parts = 16;
        const extent each = at.by_sample ? 1 : (at.n + most_parts - 1) / most_parts,
                     parts = (at.n + each - 1) / each;
        const bool apart = !at.by_sample && parts > 1;
        T sums(ctx, {apart ? parts : 0, at.edges()});
        S* const to = da.data();
        const bool fresh = beta == 0;
        parallel_for(ctx.threads, parts, [&](extent part) {
            S* const own = apart ? sums.data() + part * at.edges() : to + part * at.edges();
            if (apart || fresh) std::fill_n(own, at.edges(), S(0));
            for (extent n = part * each; n < std::min(at.n, (part + 1) * each); ++n)
                for (extent k = 0; k < at.k; ++k) {
                    const contraction p = at.of(x.data(), a.data(), dout.data(), n, 0, k);
                    add_slopes(p, own + k * p.m_outer, at.t);
                }
        });
        if (!apart) return;
        if (fresh) std::fill_n(to, at.edges(), S(0));
        eigen::detail::add_rows(static_cast<const S*>(sums.data()), 0, parts, at.edges(), to);
    }
};

}  // namespace MGKIT_NAMESPACE
