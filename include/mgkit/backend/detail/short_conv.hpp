// SPDX-License-Identifier: MIT
// Convolution over 3, 6 or 9 neighbouring frames with five products where there would be nine.
#pragma once

#include <algorithm>

#include "mgkit/backend/detail/windows.hpp"

namespace MGKIT_NAMESPACE::eigen::detail {

/// Three outputs of three taps by five products instead of nine, through the values of polynomials
/// at 0, 1, -1, 2 and infinity; windows of 6 and 9 are two and three of these, whose frames lie
/// three apart and so share what they see. Rounds a few times as coarsely as sums of products.
/// Source: Toom-Cook, as in Lavin and Gray, Fast algorithms for convolutional neural networks,
/// 2016 (F(3, 3)).
template <class S, class P>
class short_conv {
public:
    extent frames, outputs, inner, channels, made, padding, groups;

    /// What they have in common: y = A (G w * B x).
    static constexpr extent points = 5, step = 3;

    extent tiles() const { return (outputs + step - 1) / step; }
    extent matrices() const { return points * groups * channels * made; }

    /// [points, groups, C, O] from weights [3 * groups, C, O].
    static void spread_weights(const S* w, extent groups, extent size, S* to) {
        for (extent g = 0; g < groups; ++g) {
            const S* const from = w + g * step * size;
            spread_three(from, from + size, from + 2 * size, size, to + g * size, groups * size);
        }
    }

    /// y of one sample for tiles [begin, end), overwritten or added to; `finish(begin, end)` sees
    /// each range of its values when nothing is missing from them. `room`: room() values.
    template <class F>
    void forward(const S* x, const S* weights, bool add, S* y, extent begin, extent end, S* room,
                 F&& finish) const {
        const extent count = end - begin, seen = count + groups - 1, in_row = inner * channels,
                     out_row = inner * made;
        S *const xs = room, *const ys = xs + points * seen * in_row,
                 *const none = ys + points * count * out_row;
        std::fill_n(none, std::max(in_row, out_row), S(0));
        for (extent j = 0; j < seen; ++j)
            spread_five(x, (begin + j) * step - padding, none, xs + j * in_row, seen * in_row);
        for (extent p = 0; p < points; ++p)
            for (extent g = 0; g < groups; ++g)
                gemm::run<P>(gemm::problem<S>{false, false, count * inner, made, channels,
                                              xs + (p * seen + g) * in_row, channels,
                                              weights + (p * groups + g) * channels * made, made,
                                              S(g > 0 ? 1 : 0), ys + p * count * out_row, made});
        S* const spare = none;  // for outputs beyond the last
        constexpr extent piece = 1024;
        for (extent j = 0; j < count; ++j) {
            const extent first = (begin + j) * step, there = std::min(step, outputs - first);
            const S* const from = ys + j * out_row;
            for (extent at = 0; at < out_row; at += piece) {
                const extent width = std::min(piece, out_row - at);
                S* to[step];
                for (extent i = 0; i < step; ++i)
                    to[i] = (i < there ? y + (first + i) * out_row : spare) + at;
                gather_three(from + at, count * out_row, width, add, to[0], to[1], to[2]);
                for (extent i = 0; i < there; ++i) {
                    const extent value = (first + i) * out_row + at;
                    finish(value, value + width);
                }
            }
        }
    }
    extent room(extent count) const {
        return points * inner * ((count + groups - 1) * channels + count * made) +
               inner * std::max(channels, made);
    }

    /// Adds one sample's part to the slopes of spread weights [points, groups, C, O]. `room`:
    /// room(tiles()) values.
    void add_slopes(const S* x, const S* dy, S* to, S* room) const {
        const extent count = tiles(), seen = count + groups - 1, in_row = inner * channels,
                     out_row = inner * made;
        S *const xs = room, *const ys = xs + points * seen * in_row,
                 *const none = ys + points * count * out_row;
        std::fill_n(none, std::max(in_row, out_row), S(0));
        for (extent j = 0; j < seen; ++j)
            spread_five(x, j * step - padding, none, xs + j * in_row, seen * in_row);
        for (extent j = 0; j < count; ++j) {
            const S* d[step];
            for (extent i = 0; i < step; ++i)
                d[i] = j * step + i < outputs ? dy + (j * step + i) * out_row : none;
            spread_three(d[0], d[1], d[2], out_row, ys + j * out_row, count * out_row);
        }
        for (extent p = 0; p < points; ++p)
            for (extent g = 0; g < groups; ++g)
                gemm::run<P>(gemm::problem<S>{true, false, channels, made, count * inner,
                                              xs + (p * seen + g) * in_row, channels,
                                              ys + p * count * out_row, made, S(1),
                                              to + (p * groups + g) * channels * made, made});
    }
    /// Slopes of weights [3 * groups, C, O] from those of spread ones.
    static void gather_slopes(const S* from, extent groups, extent size, S* w) {
        for (extent g = 0; g < groups; ++g) {
            S* const to = w + g * step * size;
            gather_three(from + g * size, groups * size, size, false, to, to + size, to + 2 * size);
        }
    }

private:
    /// B: five frames of x from `first` on, none beside it, as five rows `apart`.
    void spread_five(const S* x, extent first, const S* none, S* to, extent apart) const {
        const extent width = inner * channels;
        const S* d[points];
        for (extent i = 0; i < points; ++i) {
            const extent f = first + i;
            d[i] = f >= 0 && f < frames ? x + f * width : none;
        }
        const S *const a = d[0], *const b = d[1], *const c = d[2], *const e = d[3], *const h = d[4];
        S *const p = to, *const q = p + apart, *const r = q + apart, *const s = r + apart,
                 *const t = s + apart;
        for (extent i = 0; i < width; ++i) {
            const S across = e[i] - c[i], twice = S(2) * b[i];
            p[i] = S(2) * a[i] - b[i] + across - c[i];
            q[i] = across - twice;
            r[i] = across + twice - S(2) * c[i];
            s[i] = e[i] - b[i];
            t[i] = h[i] - S(2) * e[i] + twice - c[i];
        }
    }
    /// G.
    static void spread_three(const S* a, const S* b, const S* c, extent width, S* to,
                             extent apart) {
        S *const p = to, *const q = p + apart, *const r = q + apart, *const s = r + apart,
                 *const t = s + apart;
        constexpr S half = S(1) / S(2), sixth = S(1) / S(6);
        for (extent i = 0; i < width; ++i) {
            const S ends = a[i] + c[i];
            p[i] = half * a[i];
            q[i] = -half * (ends + b[i]);
            r[i] = -sixth * (ends - b[i]);
            s[i] = sixth * (a[i] + S(2) * b[i] + S(4) * c[i]);
            t[i] = c[i];
        }
    }
    /// A.
    static void gather_three(const S* from, extent apart, extent width, bool add, S* a, S* b,
                             S* c) {
        const S *const p = from, *const q = p + apart, *const r = q + apart, *const s = r + apart,
                       *const t = s + apart;
        if (!add) {
            for (extent i = 0; i < width; ++i) {
                const S sum = q[i] + r[i];
                a[i] = p[i] + sum + s[i];
                b[i] = q[i] - r[i] + S(2) * s[i];
                c[i] = sum + S(4) * s[i] + t[i];
            }
            return;
        }
        for (extent i = 0; i < width; ++i) {
            const S sum = q[i] + r[i];
            a[i] = a[i] + p[i] + sum + s[i];
            b[i] = b[i] + q[i] - r[i] + S(2) * s[i];
            c[i] = c[i] + sum + S(4) * s[i] + t[i];
        }
    }
};

}  // namespace MGKIT_NAMESPACE::eigen::detail
