// SPDX-License-Identifier: MIT
// Layer norm of the CUDA backend: each row is read once and written once.
#pragma once

#include "mgkit/backend/cuda/layers.cuh"

namespace MGKIT_NAMESPACE::cuda {

/// Rows of whole chunks up to this width stay in their threads' registers, a chunk each.
inline constexpr extent widest_held_row = 256 * lanes;
constexpr bool row_is_held(extent width) {
    return width % lanes == 0 && width <= widest_held_row;
}
constexpr int held_row_threads(extent width) {
    return static_cast<int>(pieces_of(width / lanes, 32) * 32);
}
/// Rows that one block takes in the backward pass, by their number alone.
constexpr extent rows_a_block(extent rows) {
    const extent even = pieces_of(rows, 2048);
    return even < 4 ? 4 : even;
}

template <class S>
MGKIT_HOST_DEVICE inline S normed(S x, S mean, S inverse, S scale, S shift) {
    return (x - mean) * inverse * scale + shift;
}

/// Standardises a row, scales and shifts it; keeps its mean and inverse deviation.
template <class S>
struct norm_body {
    values<S> x, scale, shift;
    places<S> out;
    S* moments;
    extent width;
    S epsilon;
    template <class Block>
    MGKIT_DEVICE void operator()(Block& block, extent row) const {
        const values<S> in = x + row * width;
        const places<S> to = out + row * width;
        const int threads = block.threads();
        const S mean = block.template reduce<S>(
                           [&](int thread) {
                               S part = S(0);
                               for (extent i = thread; i < width; i += threads) part += in[i];
                               return part;
                           },
                           plus{}) /
                       static_cast<S>(width);
        const S variance = block.template reduce<S>(
                               [&](int thread) {
                                   S part = S(0);
                                   for (extent i = thread; i < width; i += threads)
                                       part += (in[i] - mean) * (in[i] - mean);
                                   return part;
                               },
                               plus{}) /
                           static_cast<S>(width);
        const S inverse = S(1) / std::sqrt(variance + epsilon);
        block.each([&](int thread) {
            if (thread == 0) {
                moments[2 * row] = mean;
                moments[2 * row + 1] = inverse;
            }
            for (extent i = thread; i < width; i += threads)
                to.set(i, normed(in[i], mean, inverse, scale[i], shift[i]));
        });
    }
};
/// The same for rows that are held.
template <class S>
struct held_norm_body {
    values<S> x, scale, shift;
    places<S> out;
    S* moments;
    extent width;
    S epsilon;
    template <class Block>
    MGKIT_DEVICE void operator()(Block& block, extent row) const {
        auto held = block.template own<S, lanes>();
        const S mean = block.template reduce<S>(
                           [&](int thread) {
                               S(&v)[lanes] = held(thread);
                               S part = S(0);
                               if (thread * lanes < width) {
                                   x.load(row * width + thread * lanes, v);
                                   for (const S u : v) part += u;
                               }
                               return part;
                           },
                           plus{}) /
                       static_cast<S>(width);
        const S variance = block.template reduce<S>(
                               [&](int thread) {
                                   S part = S(0);
                                   if (thread * lanes < width)
                                       for (const S u : held(thread))
                                           part += (u - mean) * (u - mean);
                                   return part;
                               },
                               plus{}) /
                           static_cast<S>(width);
        const S inverse = S(1) / std::sqrt(variance + epsilon);
        block.each([&](int thread) {
            if (thread == 0) {
                moments[2 * row] = mean;
                moments[2 * row + 1] = inverse;
            }
            const extent at = thread * lanes;
            if (at >= width) return;
            S(&v)[lanes] = held(thread);
            S a[lanes], b[lanes];
            scale.load(at, a);
            shift.load(at, b);
            for (int k = 0; k < lanes; ++k) v[k] = normed(v[k], mean, inverse, a[k], b[k]);
            out.store(row * width + at, v);
        });
    }
};
/// The result once more, from what the forward pass kept.
template <class S>
struct norm_again_body {
    values<S> x, scale, shift;
    places<S> out;
    const S* moments;
    extent count, width;
    MGKIT_DEVICE void operator()(extent chunk) const {
        const extent first = chunk * lanes;
        S v[lanes];
        load(x, first, count, v);
        extent row = first;
        extent i = split(row, width);
        for (int k = 0; k < lanes && first + k < count; ++k) {
            v[k] = normed(v[k], moments[2 * row], moments[2 * row + 1], scale[i], shift[i]);
            if (++i == width) {
                i = 0;
                ++row;
            }
        }
        store(out, first, count, v);
    }
};

template <class S>
struct norm_backward_body {
    values<S> x, scale, dout;
    const S* moments;
    places<S> dx;
    extent width;
    template <class Block>
    MGKIT_DEVICE void operator()(Block& block, extent row) const {
        const values<S> in = x + row * width, d = dout + row * width;
        const places<S> to = dx + row * width;
        const S mean = moments[2 * row], inverse = moments[2 * row + 1];
        const int threads = block.threads();
        const two<S> sums = block.template reduce<two<S>>(
            [&](int thread) {
                two<S> part{S(0), S(0)};
                for (extent i = thread; i < width; i += threads) {
                    const S g = d[i] * scale[i];
                    part = part + two<S>{g, g * ((in[i] - mean) * inverse)};
                }
                return part;
            },
            plus{});
        const S first = sums.first / static_cast<S>(width),
                second = sums.second / static_cast<S>(width);
        block.each([&](int thread) {
            for (extent i = thread; i < width; i += threads)
                to.set(i, inverse * (d[i] * scale[i] - first - (in[i] - mean) * inverse * second));
        });
    }
};
/// What a row adds to the gradient of the scale.
template <class S>
struct norm_scale_term {
    values<S> x, dout;
    const S* moments;
    extent width;
    MGKIT_DEVICE S operator()(extent, extent row, extent i) const {
        const extent at = row * width + i;
        return dout[at] * ((x[at] - moments[2 * row]) * moments[2 * row + 1]);
    }
};
/// `each` held rows after another, and their sums for the gradients of scale and shift in
/// partial[block][2][width]. A null dx is not wanted.
template <class S>
struct held_norm_backward_body {
    values<S> x, scale, dout;
    const S* moments;
    places<S> dx;
    S* partial;
    extent rows, each, width;
    template <class Block>
    MGKIT_DEVICE void operator()(Block& block, extent group) const {
        auto unit = block.template own<S, lanes>(), slope = block.template own<S, lanes>();
        auto for_scale = block.template own<S, lanes>(), for_shift = block.template own<S, lanes>();
        block.each([&](int thread) {
            for (int k = 0; k < lanes; ++k) for_scale(thread)[k] = for_shift(thread)[k] = S(0);
        });
        const extent last = (group + 1) * each < rows ? (group + 1) * each : rows;
        for (extent row = group * each; row < last; ++row) {
            const S mean = moments[2 * row], inverse = moments[2 * row + 1];
            const two<S> sums = block.template reduce<two<S>>(
                [&](int thread) {
                    const extent at = thread * lanes;
                    two<S> part{S(0), S(0)};
                    if (at >= width) return part;
                    S(&u)[lanes] = unit(thread);
                    S(&g)[lanes] = slope(thread);
                    S a[lanes];
                    x.load(row * width + at, u);
                    dout.load(row * width + at, g);
                    scale.load(at, a);
                    for (int k = 0; k < lanes; ++k) {
                        u[k] = (u[k] - mean) * inverse;
                        for_scale(thread)[k] += g[k] * u[k];
                        for_shift(thread)[k] += g[k];
                        g[k] *= a[k];
                        part = part + two<S>{g[k], g[k] * u[k]};
                    }
                    return part;
                },
                plus{});
            if (!dx) continue;
            const S first = sums.first / static_cast<S>(width),
                    second = sums.second / static_cast<S>(width);
            block.each([&](int thread) {
                const extent at = thread * lanes;
                if (at >= width) return;
                S(&u)[lanes] = unit(thread);
                S(&g)[lanes] = slope(thread);
                for (int k = 0; k < lanes; ++k) g[k] = inverse * (g[k] - first - u[k] * second);
                dx.store(row * width + at, g);
            });
        }
        block.each([&](int thread) {
            const extent at = thread * lanes;
            if (at >= width) return;
            for (int k = 0; k < lanes; ++k) {
                partial[2 * group * width + at + k] = for_scale(thread)[k];
                partial[(2 * group + 1) * width + at + k] = for_shift(thread)[k];
            }
        });
    }
};

/// One of the two rows of each group's partial sums.
template <class S>
struct load_half {
    values<S> in;
    extent width;
    MGKIT_DEVICE S operator()(extent, extent t, extent i) const { return in[2 * t * width + i]; }
};

}  // namespace MGKIT_NAMESPACE::cuda

namespace MGKIT_NAMESPACE {

/// Statistics in the scalar; the result has the grain of x and is made again where it is needed in
/// the backward pass.
template <class C, class D>
struct kernel<op::layer_norm, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    using S = typename T::scalar;

    static T forward(context& ctx, const op::layer_norm& o, saved<T>& kept, const T& x,
                     const T& scale, const T& shift) {
        const extent width = x.extents()[-1], rows = x.elements() / width;
        T out(ctx, x.extents(), x.kept()), moments(ctx, {rows, 2});
        const S epsilon = static_cast<S>(o.epsilon);
        if (cuda::row_is_held(width))
            D::of(ctx).blocks("layer_norm", rows, cuda::held_row_threads(width),
                              cuda::held_norm_body<S>{x.in(), scale.in(), shift.in(), out.out(),
                                                      moments.data(), width, epsilon});
        else
            D::of(ctx).blocks("layer_norm", rows, cuda::row_threads(width),
                              cuda::norm_body<S>{x.in(), scale.in(), shift.in(), out.out(),
                                                 moments.data(), width, epsilon});
        kept.keep(x.light());
        kept.keep(moments);
        kept.keep(scale);
        if (kept.wanted())
            out.made_by([x = x.light(), scale, shift, moments](context& c) {
                const T in = x.whole(c);
                T again(c, in.extents(), in.kept());
                D::of(c).elements(
                    "layer_norm again", cuda::chunks_of(in.elements()),
                    cuda::norm_again_body<S>{in.in(), scale.in(), shift.in(), again.out(),
                                             moments.data(), in.elements(), in.extents()[-1]});
                return again;
            });
        return out;
    }
    static void backward(context& ctx, const op::layer_norm&, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const T x = kept[0].whole(ctx);
        if (cuda::row_is_held(x.extents()[-1]))
            in_one_pass(ctx, x, kept, dout, sink);
        else
            in_passes(ctx, x, kept, dout, sink);
    }

private:
    static void in_one_pass(context& ctx, const T& x, const saved<T>& kept, const T& dout,
                            gradients<T>& sink) {
        const T &moments = kept[1], &scale = kept[2];
        const extent width = x.extents()[-1], rows = x.elements() / width,
                     each = cuda::rows_a_block(rows), groups = cuda::pieces_of(rows, each);
        T dx = sink.wants(0) ? T(ctx, x.extents(), x.kept()) : T{},
          partial(ctx, {groups, 2, width});
        D::of(ctx).blocks(
            "layer_norm backward", groups, cuda::held_row_threads(width),
            cuda::held_norm_backward_body<S>{x.in(), scale.in(), dout.in(), moments.data(),
                                             dx.out(), partial.data(), rows, each, width});
        if (sink.wants(0)) sink.add(ctx, 0, std::move(dx));
        for (int i = 1; i < 3; ++i) {
            if (!sink.wants(i)) continue;
            auto [gradient, beta] = sink.accumulate(ctx, i, {width});
            cuda::column_sum<T>(ctx, "layer_norm backward", 1, groups, width,
                                cuda::load_half<S>{partial.in() + (i - 1) * width, width},
                                gradient.out(), beta);
        }
    }
    static void in_passes(context& ctx, const T& x, const saved<T>& kept, const T& dout,
                          gradients<T>& sink) {
        const T &moments = kept[1], &scale = kept[2];
        const extent width = x.extents()[-1], rows = x.elements() / width;
        if (sink.wants(0)) {
            T dx(ctx, x.extents(), x.kept());
            D::of(ctx).blocks("layer_norm backward", rows, cuda::row_threads(width),
                              cuda::norm_backward_body<S>{x.in(), scale.in(), dout.in(),
                                                          moments.data(), dx.out(), width});
            sink.add(ctx, 0, std::move(dx));
        }
        if (sink.wants(1)) {
            auto [gradient, beta] = sink.accumulate(ctx, 1, {width});
            cuda::column_sum<T>(ctx, "layer_norm backward", 1, rows, width,
                                cuda::norm_scale_term<S>{x.in(), dout.in(), moments.data(), width},
                                gradient.out(), beta);
        }
        if (sink.wants(2)) {
            auto [gradient, beta] = sink.accumulate(ctx, 2, {width});
            cuda::column_sum<T>(ctx, "layer_norm backward", 1, rows, width,
                                cuda::load_cube<S>{dout.in(), rows, width}, gradient.out(), beta);
        }
    }
};

}  // namespace MGKIT_NAMESPACE
