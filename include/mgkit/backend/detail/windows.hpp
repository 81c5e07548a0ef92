// SPDX-License-Identifier: MIT
// Windows and pooling on the default tensor.
#pragma once

#include <algorithm>
#include <array>

#include "mgkit/backend/detail/primitives.hpp"
#include "mgkit/tensor/ops/pool.hpp"

namespace MGKIT_NAMESPACE {

namespace eigen::detail {

/// A window over x [N, D1, .., Dk, C] as it lies in memory: `samples`, each of `places` along the
/// axes it moves over, each place `inner` rows of C. Axes before these that it leaves alone count
/// as samples, those after them as rows.
struct window_grid {
    std::array<window_axis, 3> axes{};
    std::array<extent, 3> in{1, 1, 1}, out{1, 1, 1};
    extent samples = 0, inner = 1, places = 1, outputs = 1, taps = 1;

    window_grid(const window& over, const shape& x) : samples(x[0]) {
        int first = 0, last = over.axes();
        while (last > 0 && over[last - 1] == window_axis{}) inner *= x[last--];
        while (first < last && over[first] == window_axis{}) samples *= x[++first];
        for (int i = first; i < last; ++i) {
            const auto at = static_cast<std::size_t>(i + 3 - last);
            axes[at] = over[i];
            in[at] = x[i + 1];
            out[at] = over[i].result(in[at]);
            places *= in[at];
            outputs *= out[at];
            taps *= over[i].kernel;
        }
    }
    /// Whether neighbouring outputs see neighbouring places through every tap.
    bool runs() const {
        return in[0] == 1 && in[1] == 1 && axes[2].stride == 1 && taps == axes[2].kernel;
    }
    /// The place that output 0 sees through a tap, where a window runs.
    extent shift(extent tap) const { return tap * axes[2].dilation - axes[2].padding; }

    /// `f(output, place)` for outputs [begin, end) of one sample through a tap; the place is -1
    /// beside x.
    template <class F>
    void for_outputs(extent begin, extent end, extent tap, F&& f) const {
        const extent k2 = tap % axes[2].kernel, k1 = tap / axes[2].kernel % axes[1].kernel,
                     k0 = tap / (axes[2].kernel * axes[1].kernel);
        extent o2 = begin % out[2], o1 = begin / out[2] % out[1], o0 = begin / (out[2] * out[1]);
        for (extent o = begin; o < end; o2 = 0) {
            const extent p0 = seen(0, o0, k0), p1 = seen(1, o1, k1);
            for (; o < end && o2 < out[2]; ++o, ++o2) {
                const extent p2 = seen(2, o2, k2);
                f(o, p0 < 0 || p1 < 0 || p2 < 0 ? extent{-1} : (p0 * in[1] + p1) * in[2] + p2);
            }
            if (++o1 == out[1]) {
                o1 = 0;
                ++o0;
            }
        }
    }

private:
    /// What output o sees of axis i through tap k; -1 beside it.
    extent seen(std::size_t i, extent o, extent k) const {
        const extent p = o * axes[i].stride - axes[i].padding + k * axes[i].dilation;
        return p < in[i] ? std::max<extent>(p, -1) : -1;
    }
};

/// Calls f(sample, begin, end) over ranges of the outputs of each sample, about a cache's worth of
/// `width` values an output.
template <class F>
void for_output_ranges(const context& ctx, const window_grid& grid, extent width, F&& f) {
    const extent each = std::max<extent>(1, 2 * grain / std::max<extent>(1, width)),
                 ranges = (grid.outputs + each - 1) / each;
    parallel_for(ctx.threads, grid.samples * ranges, [&](extent i) {
        const extent begin = i % ranges * each;
        f(i / ranges, begin, std::min(grid.outputs, begin + each));
    });
}

/// Calls f(sample, first, count) over columns of each sample's places, `width` of them: what is
/// added to places through overlapping windows stays with one thread.
template <class F>
void for_columns(const context& ctx, const window_grid& grid, extent width, F&& f) {
    constexpr extent most = 512;
    const extent ranges = (width + most - 1) / most;
    parallel_for(ctx.threads, grid.samples * ranges, [&](extent i) {
        const extent first = i % ranges * most;
        f(i / ranges, first, std::min(most, width - first));
    });
}

}  // namespace eigen::detail

template <class S, class P>
struct kernel<op::max_pool, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;

    static T forward(context& ctx, const op::max_pool& o, saved<T>& kept, const T& x) {
        const eigen::detail::window_grid grid(o.over, x.extents());
        const extent width = grid.inner * x.extents()[-1];
        const S beside = static_cast<S>(o.beside);
        T out(ctx, o.result(x.extents()));
        const S* const in = x.data();
        S* const to = out.data();
        eigen::detail::for_output_ranges(ctx, grid, width, [&](extent n, extent begin, extent end) {
            for (extent tap = 0; tap < grid.taps; ++tap)
                grid.for_outputs(begin, end, tap, [&](extent output, extent place) {
                    S* const best = to + (n * grid.outputs + output) * width;
                    const S* const seen =
                        place < 0 ? nullptr : in + (n * grid.places + place) * width;
                    if (tap == 0)
                        seen ? std::copy_n(seen, width, best) : std::fill_n(best, width, beside);
                    else if (seen)
                        for (extent c = 0; c < width; ++c)
                            best[c] = seen[c] > best[c] ? seen[c] : best[c];
                    else
                        for (extent c = 0; c < width; ++c)
                            best[c] = beside > best[c] ? beside : best[c];
                });
        });
        kept.keep(x);
        kept.keep(out);
        return out;
    }
    static void backward(context& ctx, const op::max_pool& o, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const T &x = kept[0], &out = kept[1];
        const eigen::detail::window_grid grid(o.over, x.extents());
        const extent width = grid.inner * x.extents()[-1];
        const S beside = static_cast<S>(o.beside);
        auto [dx, beta] = sink.accumulate(ctx, 0, x.extents());
        S* const to = dx.data();
        const bool add = beta != 0;
        eigen::detail::for_columns(ctx, grid, width, [&](extent n, extent first, extent count) {
            S* const sample = to + n * grid.places * width + first;
            if (!add)
                for (extent p = 0; p < grid.places; ++p)
                    std::fill_n(sample + p * width, count, S(0));
            const S* const in = x.data() + n * grid.places * width + first;
            S left[512];  // what no tap has taken yet
            for (extent output = 0; output < grid.outputs; ++output) {
                const extent at = (n * grid.outputs + output) * width + first;
                const S* const best = out.data() + at;
                std::copy_n(dout.data() + at, count, left);
                for (extent tap = 0; tap < grid.taps; ++tap)
                    grid.for_outputs(output, output + 1, tap, [&](extent, extent place) {
                        if (place < 0) {
                            for (extent c = 0; c < count; ++c) {
                                const S own = left[c];
                                left[c] = beside == best[c] ? S(0) : own;
                            }
                            return;
                        }
                        const S* const seen = in + place * width;
                        S* const d = sample + place * width;
                        for (extent c = 0; c < count; ++c) {
                            const S own = left[c];
                            const bool hit = seen[c] == best[c];
                            d[c] += hit ? own : S(0);
                            left[c] = hit ? S(0) : own;
                        }
                    });
            }
        });
    }
};

template <class S, class P>
struct kernel<op::mean_pool, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;

    static T forward(context& ctx, const op::mean_pool& o, saved<T>& kept, const T& x) {
        const eigen::detail::window_grid grid(o.over, x.extents());
        const extent width = grid.inner * x.extents()[-1];
        const S share = S(1) / static_cast<S>(grid.taps);
        T out(ctx, o.result(x.extents()));
        const S* const in = x.data();
        S* const to = out.data();
        eigen::detail::for_output_ranges(ctx, grid, width, [&](extent n, extent begin, extent end) {
            S* const first = to + (n * grid.outputs + begin) * width;
            std::fill_n(first, (end - begin) * width, S(0));
            for (extent tap = 0; tap < grid.taps; ++tap)
                grid.for_outputs(begin, end, tap, [&](extent output, extent place) {
                    if (place < 0) return;
                    S* const sum = to + (n * grid.outputs + output) * width;
                    const S* const seen = in + (n * grid.places + place) * width;
                    for (extent c = 0; c < width; ++c) sum[c] += seen[c];
                });
            for (extent c = 0; c < (end - begin) * width; ++c) first[c] *= share;
        });
        kept.keep(x);
        return out;
    }
    static void backward(context& ctx, const op::mean_pool& o, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const shape& whole = kept[0].extents();
        const eigen::detail::window_grid grid(o.over, whole);
        const extent width = grid.inner * whole[-1];
        const S share = S(1) / static_cast<S>(grid.taps);
        auto [dx, beta] = sink.accumulate(ctx, 0, whole);
        S* const to = dx.data();
        const bool add = beta != 0;
        eigen::detail::for_columns(ctx, grid, width, [&](extent n, extent first, extent count) {
            S* const sample = to + n * grid.places * width + first;
            if (!add)
                for (extent p = 0; p < grid.places; ++p)
                    std::fill_n(sample + p * width, count, S(0));
            const S* const from = dout.data() + n * grid.outputs * width + first;
            for (extent tap = 0; tap < grid.taps; ++tap)
                grid.for_outputs(0, grid.outputs, tap, [&](extent output, extent place) {
                    if (place < 0) return;
                    S* const d = sample + place * width;
                    for (extent c = 0; c < count; ++c) d[c] += share * from[output * width + c];
                });
        });
    }
};

}  // namespace MGKIT_NAMESPACE
