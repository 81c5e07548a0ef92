// Batched matrix products of the CUDA backend: what a device multiplies, and op::matmul on it.
#pragma once

#include <limits>

#include "mgkit/backend/cuda/elementwise.cuh"

namespace mgkit::cuda {

/// c[i] = op(a[i]) op(b[i]) + beta c[i] + bias for i in [0, batch), row-major; op transposes where
/// told. `step_*` lies between batch entries (0: the same matrix), `*_ld` between rows. `bias` (may
/// be null) has n values, added to every row.
template <class In, class Out>
struct product {
    bool transpose_a = false, transpose_b = false;
    extent m = 0, n = 0, k = 0;
    const In* a = nullptr;
    extent a_ld = 0, step_a = 0;
    const In* b = nullptr;
    extent b_ld = 0, step_b = 0;
    Out* c = nullptr;
    extent c_ld = 0, step_c = 0;
    extent batch = 1;
    int beta = 0;
    const Out* bias = nullptr;
};

/// A batch of matrices rounded to bf16, side by side, rows padded to `ld`.
struct pack_body {
    const float* in;
    bf16* out;
    extent rows, columns, in_ld, step, ld;
    MGKIT_DEVICE void operator()(extent i) const {
        extent rest = i;
        const extent column = split(rest, ld), row = split(rest, rows);
        out[i] = to_bf16(column < columns ? in[rest * step + row * in_ld + column] : 0.0f);
    }
};

/// c = beta c + bias: what a product leaves to do, or all where there is nothing to multiply.
template <class S>
struct bias_body {
    S* c;
    const S* bias;
    extent m, n, ld, step;
    int beta;
    MGKIT_DEVICE void operator()(extent i) const {
        extent rest = i;
        const extent column = split(rest, n), row = split(rest, m);
        S& to = c[rest * step + row * ld + column];
        to = (beta != 0 ? to : S(0)) + (bias != nullptr ? bias[column] : S(0));
    }
};

/// The product of a tensor's scalars, its factors rounded to what T computes in.
template <class T>
void multiply(context& ctx, const product<typename T::scalar, typename T::scalar>& p) {
    using S = typename T::scalar;
    using operand = typename compute_traits<typename T::compute>::operand;
    auto& device = T::device::of(ctx);
    if (p.m == 0 || p.n == 0 || p.batch == 0) return;
    if (p.batch > std::numeric_limits<int>::max())
        throw error("matmul", "a batch of fewer than 2^31 products", text(p.batch),
                    "cut the batch into parts");
    const auto finish = [&](int beta) {
        device.elements("matmul", p.batch * p.m * p.n,
                        bias_body<S>{p.c, p.bias, p.m, p.n, p.c_ld, p.step_c, beta});
    };
    if (p.k == 0) {
        finish(p.beta);
        return;
    }
    if constexpr (std::same_as<operand, S>) {
        if (!device.multiply(p)) finish(1);
    } else {
        const auto packed = [&](const S* from, extent rows, extent columns, extent ld, extent step,
                                extent& new_ld, extent& new_step) {
            const extent count = step == 0 ? 1 : p.batch;
            new_ld = pieces_of(columns, 8) * 8;
            new_step = step == 0 ? 0 : rows * new_ld;
            auto out =
                device.take(static_cast<std::size_t>(count * rows * new_ld) * sizeof(operand));
            device.elements("matmul operand", count * rows * new_ld,
                            pack_body{from, static_cast<operand*>(out.data()), rows, columns, ld,
                                      step, new_ld});
            return out;
        };
        product<operand, S> q{p.transpose_a, p.transpose_b, p.m, p.n, p.k};
        q.c = p.c;
        q.c_ld = p.c_ld;
        q.step_c = p.step_c;
        q.batch = p.batch;
        q.beta = p.beta;
        q.bias = p.bias;
        const auto a = packed(p.a, p.transpose_a ? p.k : p.m, p.transpose_a ? p.m : p.k, p.a_ld,
                              p.step_a, q.a_ld, q.step_a);
        const auto b = packed(p.b, p.transpose_b ? p.n : p.k, p.transpose_b ? p.k : p.n, p.b_ld,
                              p.step_b, q.b_ld, q.step_b);
        q.a = static_cast<const operand*>(a.data());
        q.b = static_cast<const operand*>(b.data());
        if (!device.multiply(q)) finish(1);
    }
}

}  // namespace mgkit::cuda

namespace mgkit {

template <class C, class D>
struct kernel<op::matmul, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    static T forward(context& ctx, const op::matmul& o, saved<T>&, const T& a, const T& b) {
        const shape &sa = a.extents(), &sb = b.extents();
        T out(ctx, product_shape(sa, sb, o.transpose_a, o.transpose_b));
        const extent m = out.extents()[-2], n = out.extents()[-1], k = sa[o.transpose_a ? -2 : -1];
        const extent batch = m * n == 0 ? 0 : out.elements() / (m * n);
        cuda::multiply<T>(ctx, {o.transpose_a, o.transpose_b, m, n, k, a.data(), sa[-1],
                                sa.rank() == 2 ? 0 : m * k, b.data(), sb[-1],
                                sb.rank() == 2 ? 0 : k * n, out.data(), n, m * n, batch});
        return out;
    }
};

}  // namespace mgkit
