// SPDX-License-Identifier: MIT
// Primitive operations on the default tensor: elementwise, reductions, permutations, products.
#pragma once

#include <algorithm>
#include <array>

#include "mgkit/backend/detail/math.hpp"
#include "mgkit/backend/detail/tensor.hpp"
#include "mgkit/tensor/complete_backend.hpp"

namespace MGKIT_NAMESPACE::eigen::detail {

/// Elements per piece of an elementwise loop: large against the cost of scheduling one.
inline constexpr extent grain = 16384;

/// Calls f(begin, end) over ranges that cover [0, count), on the context's threads where there is
/// enough to do to wake them.
template <class F>
void for_ranges(const context& ctx, extent count, F&& f, extent size = grain) {
    constexpr extent least_pieces = 4;
    const extent pieces = (count + size - 1) / size;
    parallel_for(pieces < least_pieces ? 1 : ctx.threads, pieces,
                 [&](extent i) { f(i * size, std::min(count, (i + 1) * size)); });
}

/// Calls f(begin, end) over ranges of rows of `width` elements each.
template <class F>
void for_rows(const context& ctx, extent rows, extent width, F&& f) {
    for_ranges(ctx, rows, std::forward<F>(f),
               std::max<extent>(1, grain / std::max<extent>(1, width)));
}

template <class S, class P, class F>
tensor<S, P> map(context& ctx, const tensor<S, P>& x, F&& f) {
    tensor<S, P> out(ctx, x.extents());
    const S* in = x.data();
    S* to = out.data();
    for_ranges(ctx, x.elements(), [&](extent begin, extent end) {
        for (extent i = begin; i < end; ++i) to[i] = f(in[i]);
    });
    return out;
}

/// Steps of an operand through the axes of a broadcast result: 0 where it repeats.
inline std::array<extent, shape::max_rank> broadcast_strides(const shape& in, const shape& out) {
    std::array<extent, shape::max_rank> strides{};
    extent step = 1;
    for (int i = in.rank() - 1; i >= 0; --i) {
        const int axis = i + out.rank() - in.rank();
        strides[static_cast<std::size_t>(axis)] = in[i] == 1 ? 0 : step;
        step *= in[i];
    }
    return strides;
}

/// f(a, b) elementwise with broadcasting. Each row along the last axis runs one of three loops
/// (both advance, or one of them stands still), so that all of them vectorise.
template <class S, class P, class F>
tensor<S, P> zip(context& ctx, const tensor<S, P>& a, const tensor<S, P>& b, F&& f) {
    const shape out_shape = broadcast(a.extents(), b.extents(), "elementwise operation");
    tensor<S, P> out(ctx, out_shape);
    const S *pa = a.data(), *pb = b.data();
    S* to = out.data();
    if (a.extents() == b.extents()) {
        for_ranges(ctx, out.elements(), [&](extent begin, extent end) {
            for (extent i = begin; i < end; ++i) to[i] = f(pa[i], pb[i]);
        });
        return out;
    }
    if (out.elements() == 0) return out;
    const int rank = out_shape.rank();
    const auto sa = broadcast_strides(a.extents(), out_shape);
    const auto sb = broadcast_strides(b.extents(), out_shape);
    const extent width = out_shape[-1];
    const auto last = static_cast<std::size_t>(rank - 1);
    for_rows(ctx, out.elements() / width, width, [&](extent begin, extent end) {
        for (extent row = begin; row < end; ++row) {
            extent ia = 0, ib = 0, left = row;
            for (int axis = rank - 2; axis >= 0; --axis) {
                const extent at = left % out_shape[axis];
                left /= out_shape[axis];
                ia += at * sa[static_cast<std::size_t>(axis)];
                ib += at * sb[static_cast<std::size_t>(axis)];
            }
            S* o = to + row * width;
            const S *ra = pa + ia, *rb = pb + ib;
            if (sa[last] && sb[last])
                for (extent i = 0; i < width; ++i) o[i] = f(ra[i], rb[i]);
            else if (sa[last])
                for (extent i = 0; i < width; ++i) o[i] = f(ra[i], *rb);
            else if (sb[last])
                for (extent i = 0; i < width; ++i) o[i] = f(*ra, rb[i]);
            else
                for (extent i = 0; i < width; ++i) o[i] = f(*ra, *rb);
        }
    });
    return out;
}

/// Sums rows [begin, end) of x [rows, width] into `to` [width], in index order.
template <class S>
void add_rows(const S* x, extent begin, extent end, extent width, S* to) {
    for (extent r = begin; r < end; ++r)
        for (extent i = 0; i < width; ++i) to[i] += x[r * width + i];
}

/// Column sums of a [rows, width] quantity: `part(begin, end, partial)` adds a range of rows to a
/// zeroed partial; partials are added in index order. `to` is overwritten (beta 0) or added to.
template <class S, class P, class F>
void column_sums(context& ctx, extent rows, extent width, S* to, int beta, F&& part) {
    const extent size = std::max<extent>(64, (rows + 31) / 32);
    const extent pieces = std::max<extent>(1, (rows + size - 1) / size);
    tensor<S, P> partial(ctx, {pieces, width});
    std::fill_n(partial.data(), partial.elements(), S(0));
    parallel_for(ctx.threads, pieces, [&](extent i) {
        part(i * size, std::min(rows, (i + 1) * size), partial.data() + i * width);
    });
    if (!beta) std::fill_n(to, width, S(0));
    add_rows(static_cast<const S*>(partial.data()), 0, pieces, width, to);
}

}  // namespace MGKIT_NAMESPACE::eigen::detail

namespace MGKIT_NAMESPACE {

#define MGKIT_EIGEN_MAP(OP, EXPRESSION)                                            \
    template <class S, class P>                                                    \
    struct kernel<op::OP, eigen::tensor<S, P>> {                                   \
        using T = eigen::tensor<S, P>;                                             \
        static T forward(context& ctx, const op::OP&, saved<T>&, const T& in) {    \
            return eigen::detail::map(ctx, in, [](S x) { return S(EXPRESSION); }); \
        }                                                                          \
    };
MGKIT_EIGEN_MAP(exp, eigen::detail::fast_exp(x))
MGKIT_EIGEN_MAP(erf, eigen::detail::fast_erf(x))
MGKIT_EIGEN_MAP(log, std::log(x))
MGKIT_EIGEN_MAP(rsqrt, S(1) / std::sqrt(x))
MGKIT_EIGEN_MAP(tanh, std::tanh(x))
#undef MGKIT_EIGEN_MAP

#define MGKIT_EIGEN_ZIP(OP, EXPRESSION)                                                           \
    template <class S, class P>                                                                   \
    struct kernel<op::OP, eigen::tensor<S, P>> {                                                  \
        using T = eigen::tensor<S, P>;                                                            \
        static T forward(context& ctx, const op::OP&, saved<T>&, const T& left, const T& right) { \
            return eigen::detail::zip(ctx, left, right, [](S a, S b) { return S(EXPRESSION); });  \
        }                                                                                         \
    };
MGKIT_EIGEN_ZIP(add, a + b)
MGKIT_EIGEN_ZIP(mul, a* b)
MGKIT_EIGEN_ZIP(greater, a > b ? 1 : 0)
#undef MGKIT_EIGEN_ZIP

template <class S, class P>
struct kernel<op::affine, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;
    static T forward(context& ctx, const op::affine& o, saved<T>&, const T& in) {
        const S scale = static_cast<S>(o.scale), shift = static_cast<S>(o.shift);
        return eigen::detail::map(ctx, in, [=](S x) { return scale * x + shift; });
    }
};

template <class S, class P>
struct kernel<op::select, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;
    static T forward(context& ctx, const op::select&, saved<T>&, const T& mask, const T& a,
                     const T& b) {
        T out(ctx, a.extents());
        const S *m = mask.data(), *pa = a.data(), *pb = b.data();
        S* to = out.data();
        eigen::detail::for_ranges(ctx, out.elements(), [&](extent begin, extent end) {
            for (extent i = begin; i < end; ++i) to[i] = m[i] != S(0) ? pa[i] : pb[i];
        });
        return out;
    }
};

template <class S, class P>
struct kernel<op::sum, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;
    static T forward(context& ctx, const op::sum& o, saved<T>&, const T& x) {
        // One pass per axis: [outer, n, inner] -> [outer, 1, inner].
        T out = x;
        for (int axis = 0; axis < x.extents().rank(); ++axis)
            if ((o.axes >> axis & 1u) && out.extents()[axis] != 1) out = along(ctx, out, axis);
        return out;
    }

private:
    static T along(context& ctx, const T& x, int axis) {
        const extent outer = x.extents().before(axis), count = x.extents()[axis],
                     inner = x.extents().after(axis);
        shape extents = x.extents();
        extents[axis] = 1;
        T out(ctx, extents);
        const S* in = x.data();
        S* to = out.data();
        if (inner == 1) {
            eigen::detail::for_rows(ctx, outer, count, [&](extent begin, extent end) {
                for (extent r = begin; r < end; ++r)
                    to[r] = eigen::detail::ordered_sum<S>(
                        count, [row = in + r * count](extent i) { return row[i]; });
            });
        } else if (outer == 1) {
            eigen::detail::column_sums<S, P>(
                ctx, count, inner, to, 0, [&](extent begin, extent end, S* partial) {
                    eigen::detail::add_rows(in, begin, end, inner, partial);
                });
        } else {
            eigen::detail::for_rows(ctx, outer, count * inner, [&](extent begin, extent end) {
                for (extent r = begin; r < end; ++r) {
                    std::fill_n(to + r * inner, inner, S(0));
                    eigen::detail::add_rows(in + r * count * inner, 0, count, inner,
                                            to + r * inner);
                }
            });
        }
        return out;
    }
};

template <class S, class P>
struct kernel<op::max, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;
    static T forward(context& ctx, const op::max& o, saved<T>& kept, const T& x) {
        const extent outer = x.extents().before(o.axis), count = x.extents()[o.axis],
                     inner = x.extents().after(o.axis);
        shape extents = x.extents();
        extents[o.axis] = 1;
        T out(ctx, extents);
        const S* in = x.data();
        S* to = out.data();
        eigen::detail::for_rows(ctx, outer, count * inner, [&](extent begin, extent end) {
            for (extent r = begin; r < end; ++r) {
                const S* from = in + r * count * inner;
                S* best = to + r * inner;
                if (inner == 1) {
                    *best =
                        eigen::detail::ordered_max<S>(count, [from](extent i) { return from[i]; });
                    continue;
                }
                std::copy_n(from, inner, best);
                for (extent t = 1; t < count; ++t)
                    for (extent i = 0; i < inner; ++i) {
                        const S value = from[t * inner + i];
                        best[i] = value > best[i] || value != value ? value : best[i];
                    }
            }
        });
        kept.keep(x);
        kept.keep(out);
        return out;
    }
    static void backward(context& ctx, const op::max& o, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const T &x = kept[0], &out = kept[1];
        const extent outer = x.extents().before(o.axis), count = x.extents()[o.axis],
                     inner = x.extents().after(o.axis);
        T dx(ctx, x.extents());
        T ties = backend_traits<T>::full(ctx, out.extents(), 0);
        eigen::detail::for_rows(ctx, outer, count * inner, [&](extent begin, extent end) {
            for (extent r = begin; r < end; ++r) {
                const S *in = x.data() + r * count * inner, *best = out.data() + r * inner,
                        *d = dout.data() + r * inner;
                S *number = ties.data() + r * inner, *to = dx.data() + r * count * inner;
                for (extent t = 0; t < count; ++t)
                    for (extent i = 0; i < inner; ++i)
                        number[i] += in[t * inner + i] == best[i] ? S(1) : S(0);
                for (extent t = 0; t < count; ++t)
                    for (extent i = 0; i < inner; ++i)
                        to[t * inner + i] = in[t * inner + i] == best[i] ? d[i] / number[i] : S(0);
            }
        });
        sink.add(ctx, 0, std::move(dx));
    }
};

template <class S, class P>
struct kernel<op::permute, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;
    static T forward(context& ctx, const op::permute& o, saved<T>&, const T& x) {
        const shape out_shape = o.result(x.extents());
        T out(ctx, out_shape);
        if (out_shape.rank() == 0 || out.elements() == 0) {
            backend_traits<T>::assign(ctx, out, x.viewed(out_shape));
            return out;
        }
        // Axes that stay beside each other count as one.
        std::array<extent, shape::max_rank> extents{}, strides{};
        std::size_t last = 0;
        for (int i = 0; i < out_shape.rank(); ++i) {
            const auto axis = static_cast<std::size_t>(i);
            const bool beside = i > 0 && o.order[axis] == o.order[axis - 1] + 1;
            if (!beside && i > 0) ++last;
            extents[last] = beside ? extents[last] * out_shape[i] : out_shape[i];
            strides[last] = x.extents().after(o.order[axis]);
        }
        const extent width = extents[last], step = strides[last];
        const S* in = x.data();
        S* to = out.data();
        eigen::detail::for_rows(ctx, out.elements() / width, width, [&](extent begin, extent end) {
            for (extent row = begin; row < end; ++row) {
                extent at = 0, left = row;
                for (std::size_t axis = last; axis-- > 0;) {
                    at += left % extents[axis] * strides[axis];
                    left /= extents[axis];
                }
                S* target = to + row * width;
                if (step == 1)
                    std::copy_n(in + at, width, target);
                else
                    for (extent i = 0; i < width; ++i) target[i] = in[at + i * step];
            }
        });
        return out;
    }
};

template <class S, class P>
struct kernel<op::matmul, eigen::tensor<S, P>> {
    using T = eigen::tensor<S, P>;
    static T forward(context& ctx, const op::matmul& o, saved<T>&, const T& a, const T& b) {
        const shape &sa = a.extents(), &sb = b.extents();
        const shape extents = product_shape(sa, sb, o.transpose_a, o.transpose_b);
        T out(ctx, extents);
        const extent m = extents[-2], n = extents[-1], k = sa[o.transpose_a ? -2 : -1];
        const extent batch = m * n == 0 ? 0 : extents.elements() / (m * n);
        const extent step_a = sa.rank() == 2 ? 0 : m * k, step_b = sb.rank() == 2 ? 0 : k * n;
        gemm::problem<S> p{o.transpose_a, o.transpose_b, m,      n,    k,          a.data(),
                           sa[-1],        b.data(),      sb[-1], S(0), out.data(), n};
        if (batch == 1) {
            gemm::run_pieces<P>(ctx, p, [](extent, extent, extent, extent) {});
            return out;
        }
        parallel_for(ctx.threads, batch, [&](extent i) {
            gemm::problem<S> one = p;
            one.a += i * step_a;
            one.b += i * step_b;
            one.c += i * m * n;
            gemm::run_rounded<P>(ctx, one);
        });
        return out;
    }
};

}  // namespace MGKIT_NAMESPACE
