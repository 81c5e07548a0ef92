// SPDX-License-Identifier: MIT
// Definitions of graph.hpp: sums of small products that stay in registers.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cstddef>

#include "mgkit/backend/detail/graph.hpp"

#if defined(__GNUC__)
#define MGKIT_UNROLL _Pragma("GCC unroll 8")
#else
#define MGKIT_UNROLL
#endif

namespace MGKIT_NAMESPACE::eigen::detail {

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
                    Packet a[static_cast<std::size_t>(across)];
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

template <class S>
void sums_of_joints<S>::contract(const contraction<S>& p, extent frames) {
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

template <class S>
void sums_of_joints<S>::add_slopes(const contraction<S>& p, S* m, extent frames) {
    using by_packet = slopes_in_registers<S, true>;
    using one_by_one = slopes_in_registers<S, false>;
    const extent whole = p.channels / by_packet::lanes * by_packet::lanes;
    // As many frames as a cache holds beside the sums.
    const extent some = p.by_channel ? extent{16} : std::max<extent>(1, 1024 / p.channels);
    for (extent f = 0; f < frames; f += some) {
        contraction<S> part = p;
        part.x += f * p.x_frame;
        part.y += f * p.y_frame;
        const extent count = std::min(some, frames - f);
        if (whole > 0) by_packet::add_up(part, m, count, 0, whole);
        if (whole < p.channels) one_by_one::add_up(part, m, count, whole, p.channels);
    }
}

#undef MGKIT_UNROLL

#if defined(MGKIT_COMPILED)
template struct sums_of_joints<float>;
template struct sums_of_joints<double>;
#endif

}  // namespace MGKIT_NAMESPACE::eigen::detail
