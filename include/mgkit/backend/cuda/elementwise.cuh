// SPDX-License-Identifier: MIT
// Elementwise kernels of the CUDA backend, and those that move elements.
#pragma once

#include "mgkit/backend/cuda/math.hpp"
#include "mgkit/backend/cuda/tensor.hpp"
#include "mgkit/tensor/ops/objective.hpp"
#include "mgkit/tensor/ops/rows.hpp"

namespace MGKIT_NAMESPACE::cuda {

/// Bodies over chunks of `lanes` values; the last one may be cut short.
template <class S, class F>
struct map_body {
    values<S> in;
    places<S> out;
    extent count;
    F f;
    MGKIT_DEVICE void operator()(extent chunk) const {
        S v[lanes];
        load(in, chunk * lanes, count, v);
        for (S& x : v) x = f(x);
        store(out, chunk * lanes, count, v);
    }
};
template <class S, class F>
struct zip_body {
    values<S> a, b;
    places<S> out;
    extent count;
    F f;
    MGKIT_DEVICE void operator()(extent chunk) const {
        S u[lanes], v[lanes];
        load(a, chunk * lanes, count, u);
        load(b, chunk * lanes, count, v);
        for (int k = 0; k < lanes; ++k) u[k] = f(u[k], v[k]);
        store(out, chunk * lanes, count, u);
    }
};
/// Broadcasting where the innermost axis is whole chunks: each operand runs along it or repeats.
template <class S, class F>
struct broadcast_chunks_body {
    values<S> a, b;
    places<S> out;
    walk<2> axes;
    F f;
    MGKIT_DEVICE void operator()(extent chunk) const {
        extent at[2];
        axes.locate(chunk * lanes, at);
        S u[lanes], v[lanes];
        run(a, at[0], axes.steps[0][axes.rank - 1], u);
        run(b, at[1], axes.steps[1][axes.rank - 1], v);
        for (int k = 0; k < lanes; ++k) u[k] = f(u[k], v[k]);
        out.store(chunk * lanes, u);
    }

private:
    MGKIT_DEVICE static void run(const values<S>& from, extent at, extent step, S (&to)[lanes]) {
        if (step == 1) {
            from.load(at, to);
            return;
        }
        const S same = from[at];
        for (S& x : to) x = same;
    }
};
/// Broadcasting, an element each.
template <class S, class F>
struct broadcast_body {
    values<S> a, b;
    places<S> out;
    walk<2> axes;
    F f;
    MGKIT_DEVICE void operator()(extent i) const {
        extent at[2];
        axes.locate(i, at);
        out.set(i, f(a[at[0]], b[at[1]]));
    }
};
template <class S>
struct select_body {
    values<S> mask, a, b;
    places<S> out;
    extent count;
    MGKIT_DEVICE void operator()(extent chunk) const {
        S m[lanes], u[lanes], v[lanes];
        load(mask, chunk * lanes, count, m);
        load(a, chunk * lanes, count, u);
        load(b, chunk * lanes, count, v);
        for (int k = 0; k < lanes; ++k) u[k] = m[k] != S(0) ? u[k] : v[k];
        store(out, chunk * lanes, count, u);
    }
};
template <class S>
struct permute_body {
    values<S> in;
    places<S> out;
    walk<1> axes;
    MGKIT_DEVICE void operator()(extent i) const {
        extent at[1];
        axes.locate(i, at);
        out.set(i, in[at[0]]);
    }
};
/// Rows of `length` elements, `all` apart in the input.
template <class S>
struct slice_body {
    values<S> in;
    places<S> out;
    extent length, all;
    MGKIT_DEVICE void operator()(extent i) const {
        extent row = i;
        const extent at = split(row, length);
        out.set(i, in[row * all + at]);
    }
};
/// Rows of `first` elements of a and `second` of b.
template <class S>
struct concat_body {
    values<S> a, b;
    places<S> out;
    extent first, second;
    MGKIT_DEVICE void operator()(extent i) const {
        extent row = i;
        const extent at = split(row, first + second);
        out.set(i, at < first ? a[row * first + at] : b[row * second + at - first]);
    }
};

/// f of every element.
template <class T, class F>
T map(context& ctx, const char* name, const T& x, F f, grain kept = grain::fine) {
    using S = typename T::scalar;
    T out(ctx, x.extents(), kept);
    T::device::of(ctx).elements(name, chunks_of(out.elements()),
                                map_body<S, F>{x.in(), out.out(), out.elements(), f});
    return out;
}

/// f of two operands, broadcasting to `extents`.
template <class T, class F>
T zip_to(context& ctx, const char* name, const shape& extents, const T& a, const T& b, F f,
         grain kept) {
    using S = typename T::scalar;
    T out(ctx, extents, kept);
    auto& device = T::device::of(ctx);
    if (a.extents() == extents && b.extents() == extents) {
        device.elements(name, chunks_of(out.elements()),
                        zip_body<S, F>{a.in(), b.in(), out.out(), out.elements(), f});
        return out;
    }
    const walk<2> axes = broadcast_walk(a.extents(), b.extents(), extents);
    if (axes.rank > 0 && axes.extents[axes.rank - 1] % lanes == 0)
        device.elements(name, out.elements() / lanes,
                        broadcast_chunks_body<S, F>{a.in(), b.in(), out.out(), axes, f});
    else
        device.elements(name, out.elements(),
                        broadcast_body<S, F>{a.in(), b.in(), out.out(), axes, f});
    return out;
}
template <class T, class F>
T zip(context& ctx, const char* name, const T& a, const T& b, F f, grain kept = grain::fine) {
    return zip_to(ctx, name, broadcast(a.extents(), b.extents(), name), a, b, f, kept);
}

/// Sums and products are coarse where an operand of the result's size is: what is broadcast to it
/// (positions, factors) does not count.
template <class T>
grain joined(const shape& result, const T& a, const T& b) {
    const auto counts = [&](const T& t) {
        return t.kept() == grain::coarse && t.elements() == result.elements();
    };
    return counts(a) || counts(b) ? grain::coarse : grain::fine;
}
template <class T, class F>
T joined_zip(context& ctx, const char* name, const T& a, const T& b, F f) {
    const shape extents = broadcast(a.extents(), b.extents(), name);
    return zip_to(ctx, name, extents, a, b, f, joined(extents, a, b));
}

}  // namespace MGKIT_NAMESPACE::cuda

namespace MGKIT_NAMESPACE {

#define MGKIT_CUDA_MAP(OP)                                                     \
    template <class C, class D>                                                \
    struct kernel<op::OP, cuda::device_tensor<C, D>> {                         \
        using T = cuda::device_tensor<C, D>;                                   \
        static T forward(context& ctx, const op::OP&, saved<T>&, const T& x) { \
            return cuda::map(ctx, #OP, x, cuda::OP##_of{});                    \
        }                                                                      \
    };
MGKIT_CUDA_MAP(exp)
MGKIT_CUDA_MAP(log)
MGKIT_CUDA_MAP(rsqrt)
MGKIT_CUDA_MAP(erf)
MGKIT_CUDA_MAP(tanh)
#undef MGKIT_CUDA_MAP

/// Gradients have the grain of what they belong to; extents are all that is kept.
template <class C, class D>
struct kernel<op::add, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    static T forward(context& ctx, const op::add&, saved<T>& kept, const T& a, const T& b) {
        kept.keep(a.outline());
        kept.keep(b.outline());
        return cuda::joined_zip(ctx, "add", a, b, cuda::plus{});
    }
    static void backward(context& ctx, const op::add&, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        for (int i = 0; i < 2; ++i)
            if (sink.wants(i))
                sink.pass(ctx, i,
                          cuda::as(ctx, reduce_to(ctx, dout, kept[i].extents()), kept[i].kept()));
    }
};

template <class C, class D>
struct kernel<op::mul, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    static T forward(context& ctx, const op::mul&, saved<T>& kept, const T& a, const T& b) {
        kept.keep(kept.wanted(1) ? a.light() : a.outline());
        kept.keep(kept.wanted(0) ? b.light() : b.outline());
        return cuda::joined_zip(ctx, "mul", a, b, cuda::times{});
    }
    static void backward(context& ctx, const op::mul&, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        for (int i = 0; i < 2; ++i) {
            if (!sink.wants(i)) continue;
            const T& own = kept[i];
            const bool summed = own.extents() != dout.extents();  // rounded after the sum
            const T all = cuda::zip(ctx, "mul backward", dout, kept[1 - i].whole(ctx),
                                    cuda::times{}, summed ? cuda::grain::fine : own.kept());
            sink.add(ctx, i, cuda::as(ctx, reduce_to(ctx, all, own.extents()), own.kept()));
        }
    }
};

template <class C, class D>
struct kernel<op::blend, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    using S = typename T::scalar;
    static T forward(context& ctx, const op::blend& o, saved<T>& kept, const T& x, const T& y) {
        kept.keep(x.outline());
        kept.keep(y.outline());
        return cuda::joined_zip(ctx, "blend", x, y,
                                cuda::weigh<S>{static_cast<S>(o.a), static_cast<S>(o.b)});
    }
    static void backward(context& ctx, const op::blend& o, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const S weights[] = {static_cast<S>(o.a), static_cast<S>(o.b)};
        for (int i = 0; i < 2; ++i)
            if (sink.wants(i))
                sink.add(ctx, i,
                         cuda::map(ctx, "blend backward", dout,
                                   cuda::scale_shift<S>{weights[i], S(0)}, kept[i].kept()));
    }
};

template <class C, class D>
struct kernel<op::greater, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    static T forward(context& ctx, const op::greater&, saved<T>&, const T& a, const T& b) {
        return cuda::zip(ctx, "greater", a, b, cuda::exceeds{});
    }
};

template <class C, class D>
struct kernel<op::affine, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    static T forward(context& ctx, const op::affine& o, saved<T>&, const T& x) {
        using S = typename T::scalar;
        return cuda::map(ctx, "affine", x,
                         cuda::scale_shift<S>{static_cast<S>(o.scale), static_cast<S>(o.shift)},
                         x.kept());
    }
};

template <class C, class D>
struct kernel<op::select, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    static T forward(context& ctx, const op::select&, saved<T>&, const T& mask, const T& a,
                     const T& b) {
        using S = typename T::scalar;
        T out(ctx, a.extents(), cuda::joined(a.extents(), a, b));
        D::of(ctx).elements(
            "select", cuda::chunks_of(out.elements()),
            cuda::select_body<S>{mask.in(), a.in(), b.in(), out.out(), out.elements()});
        return out;
    }
};

template <class C, class D>
struct kernel<op::permute, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    static T forward(context& ctx, const op::permute& o, saved<T>&, const T& x) {
        using S = typename T::scalar;
        T out(ctx, o.result(x.extents()), x.kept());
        D::of(ctx).elements(
            "permute", out.elements(),
            cuda::permute_body<S>{x.in(), out.out(), cuda::permuted_walk(x.extents(), o.order)});
        return out;
    }
};

template <class C, class D>
struct kernel<op::slice, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    static T forward(context& ctx, const op::slice& o, saved<T>&, const T& x) {
        using S = typename T::scalar;
        T out(ctx, o.result(x.extents()), x.kept());
        const extent inner = x.extents().after(o.axis);
        D::of(ctx).elements("slice", out.elements(),
                            cuda::slice_body<S>{x.in() + o.begin * inner, out.out(),
                                                o.length * inner, x.extents()[o.axis] * inner});
        return out;
    }
};

template <class C, class D>
struct kernel<op::concat, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    static T forward(context& ctx, const op::concat& o, saved<T>&, const T& a, const T& b) {
        using S = typename T::scalar;
        const bool both = a.kept() == cuda::grain::coarse && b.kept() == cuda::grain::coarse;
        T out(ctx, o.result(a.extents(), b.extents()),
              both ? cuda::grain::coarse : cuda::grain::fine);
        D::of(ctx).elements("concat", out.elements(),
                            cuda::concat_body<S>{a.in(), b.in(), out.out(),
                                                 a.extents()[o.axis] * a.extents().after(o.axis),
                                                 b.extents()[o.axis] * b.extents().after(o.axis)});
        return out;
    }
};

}  // namespace MGKIT_NAMESPACE
