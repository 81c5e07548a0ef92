// Elementwise kernels of the CUDA backend, and those that move elements.
#pragma once

#include "mgkit/backend/cuda/math.hpp"
#include "mgkit/backend/cuda/tensor.hpp"
#include "mgkit/tensor/ops/objective.hpp"

namespace mgkit::cuda {

template <class S, class F>
struct map_body {
    const S* in;
    S* out;
    F f;
    MGKIT_DEVICE void operator()(extent i) const { out[i] = f(in[i]); }
};
template <class S, class F>
struct zip_body {
    const S *a, *b;
    S* out;
    F f;
    MGKIT_DEVICE void operator()(extent i) const { out[i] = f(a[i], b[i]); }
};
template <class S, class F>
struct broadcast_body {
    const S *a, *b;
    S* out;
    walk<2> axes;
    F f;
    MGKIT_DEVICE void operator()(extent i) const {
        extent at[2];
        axes.locate(i, at);
        out[i] = f(a[at[0]], b[at[1]]);
    }
};
template <class S>
struct select_body {
    const S *mask, *a, *b;
    S* out;
    MGKIT_DEVICE void operator()(extent i) const { out[i] = mask[i] != S(0) ? a[i] : b[i]; }
};
template <class S>
struct permute_body {
    const S* in;
    S* out;
    walk<1> axes;
    MGKIT_DEVICE void operator()(extent i) const {
        extent at[1];
        axes.locate(i, at);
        out[i] = in[at[0]];
    }
};
/// Rows of `length` elements, `all` apart in the input.
template <class S>
struct slice_body {
    const S* in;
    S* out;
    extent length, all;
    MGKIT_DEVICE void operator()(extent i) const {
        extent row = i;
        const extent at = split(row, length);
        out[i] = in[row * all + at];
    }
};
/// Rows of `first` elements of a and `second` of b.
template <class S>
struct concat_body {
    const S *a, *b;
    S* out;
    extent first, second;
    MGKIT_DEVICE void operator()(extent i) const {
        extent row = i;
        const extent at = split(row, first + second);
        out[i] = at < first ? a[row * first + at] : b[row * second + at - first];
    }
};

/// f of every element.
template <class T, class F>
T map(context& ctx, const char* name, const T& x, F f) {
    using S = typename T::scalar;
    T out(ctx, x.extents());
    T::device::of(ctx).elements(name, out.elements(), map_body<S, F>{x.data(), out.data(), f});
    return out;
}

/// f of two operands, broadcasting.
template <class T, class F>
T zip(context& ctx, const char* name, const T& a, const T& b, F f) {
    using S = typename T::scalar;
    T out(ctx, broadcast(a.extents(), b.extents(), name));
    auto& device = T::device::of(ctx);
    if (a.extents() == b.extents())
        device.elements(name, out.elements(), zip_body<S, F>{a.data(), b.data(), out.data(), f});
    else
        device.elements(
            name, out.elements(),
            broadcast_body<S, F>{a.data(), b.data(), out.data(),
                                 broadcast_walk(a.extents(), b.extents(), out.extents()), f});
    return out;
}

}  // namespace mgkit::cuda

namespace mgkit {

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

#define MGKIT_CUDA_ZIP(OP, F)                                                              \
    template <class C, class D>                                                            \
    struct kernel<op::OP, cuda::device_tensor<C, D>> {                                     \
        using T = cuda::device_tensor<C, D>;                                               \
        static T forward(context& ctx, const op::OP&, saved<T>&, const T& a, const T& b) { \
            return cuda::zip(ctx, #OP, a, b, cuda::F{});                                   \
        }                                                                                  \
    };
MGKIT_CUDA_ZIP(add, plus)
MGKIT_CUDA_ZIP(mul, times)
MGKIT_CUDA_ZIP(greater, exceeds)
#undef MGKIT_CUDA_ZIP

template <class C, class D>
struct kernel<op::affine, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    static T forward(context& ctx, const op::affine& o, saved<T>&, const T& x) {
        using S = typename T::scalar;
        return cuda::map(ctx, "affine", x,
                         cuda::scale_shift<S>{static_cast<S>(o.scale), static_cast<S>(o.shift)});
    }
};

template <class C, class D>
struct kernel<op::select, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    static T forward(context& ctx, const op::select&, saved<T>&, const T& mask, const T& a,
                     const T& b) {
        using S = typename T::scalar;
        T out(ctx, a.extents());
        D::of(ctx).elements("select", out.elements(),
                            cuda::select_body<S>{mask.data(), a.data(), b.data(), out.data()});
        return out;
    }
};

template <class C, class D>
struct kernel<op::permute, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    static T forward(context& ctx, const op::permute& o, saved<T>&, const T& x) {
        using S = typename T::scalar;
        T out(ctx, o.result(x.extents()));
        D::of(ctx).elements(
            "permute", out.elements(),
            cuda::permute_body<S>{x.data(), out.data(), cuda::permuted_walk(x.extents(), o.order)});
        return out;
    }
};

template <class C, class D>
struct kernel<op::slice, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    static T forward(context& ctx, const op::slice& o, saved<T>&, const T& x) {
        using S = typename T::scalar;
        T out(ctx, o.result(x.extents()));
        const extent inner = x.extents().after(o.axis);
        D::of(ctx).elements("slice", out.elements(),
                            cuda::slice_body<S>{x.data() + o.begin * inner, out.data(),
                                                o.length * inner, x.extents()[o.axis] * inner});
        return out;
    }
};

template <class C, class D>
struct kernel<op::concat, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    static T forward(context& ctx, const op::concat& o, saved<T>&, const T& a, const T& b) {
        using S = typename T::scalar;
        T out(ctx, o.result(a.extents(), b.extents()));
        D::of(ctx).elements("concat", out.elements(),
                            cuda::concat_body<S>{a.data(), b.data(), out.data(),
                                                 a.extents()[o.axis] * a.extents().after(o.axis),
                                                 b.extents()[o.axis] * b.extents().after(o.axis)});
        return out;
    }
};

}  // namespace mgkit
