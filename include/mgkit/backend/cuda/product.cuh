// SPDX-License-Identifier: MIT
// Batched matrix products of the CUDA backend: what a device multiplies, and op::matmul on it.
#pragma once

#include <limits>

#include "mgkit/backend/cuda/elementwise.cuh"

namespace MGKIT_NAMESPACE::cuda {

/// c[i] = op(a[i]) op(b[i]) + beta c[i] + bias for i in [0, batch), row-major; op transposes where
/// told. `step_*` lies between batch entries (0: the same matrix), `*_ld` between rows. `bias` (may
/// be null) has n values, added to every row. `sums` (may be null, a single product only) receives
/// the m sums of op(a)'s rows: with a the gradient of a result, that of a bias.
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
    Out* sums = nullptr;
};

/// Which of a product's extras a device has done; the others are still to be done.
struct extras {
    bool bias = false, sums = false;
};

/// The same of values in any grain.
template <class S>
struct multiplication {
    bool transpose_a = false, transpose_b = false;
    extent m = 0, n = 0, k = 0;
    values<S> a = {};
    extent a_ld = 0, step_a = 0;
    values<S> b = {};
    extent b_ld = 0, step_b = 0;
    places<S> c = {};
    extent c_ld = 0, step_c = 0;
    extent batch = 1;
    int beta = 0;
    values<S> bias = {};
    S* sums = nullptr;  ///< with a fine c only
};

/// A batch of matrices rounded to bf16, side by side, rows padded to `ld`; a chunk at a time where
/// rows are whole chunks, else an element.
struct rounding {
    values<float> in;
    bf16* out = nullptr;
    extent rows = 0, columns = 0, in_ld = 0, step = 0, ld = 0;
    bool chunks = false;
    extent work = 0;

    MGKIT_DEVICE void operator()(extent i) const {
        if (chunks) {
            extent rest = i;
            const extent column = split(rest, ld / lanes) * lanes, row = split(rest, rows);
            float v[lanes];
            in.load(rest * step + row * in_ld + column, v);
            places<float>{out, grain::coarse}.store(i * lanes, v);
            return;
        }
        extent rest = i;
        const extent column = split(rest, ld), row = split(rest, rows);
        out[i] = to_bf16(column < columns ? in[rest * step + row * in_ld + column] : 0.0f);
    }
};
/// What a product rounds: both factors and a bias, in one launch.
struct rounding_body {
    rounding item[3];
    MGKIT_DEVICE void operator()(extent i) const {
        int n = 0;
        for (; n < 2 && i >= item[n].work; ++n) i -= item[n].work;
        item[n](i);
    }
};

/// c = beta c + bias: what a product leaves to do, or all where there is nothing to multiply.
template <class S>
struct bias_body {
    places<S> c;
    values<S> bias;
    extent m, n, ld, step;
    int beta;
    MGKIT_DEVICE void operator()(extent i) const {
        extent rest = i;
        const extent column = split(rest, n), row = split(rest, m), at = rest * step + row * ld;
        c.set(at + column, (beta != 0 ? c[at + column] : S(0)) + (bias ? bias[column] : S(0)));
    }
};

/// Factors as the device takes them: where they lie, or rounded into memory of their own.
template <class T>
class factors {
public:
    using S = typename T::scalar;
    using operand = typename compute_traits<typename T::compute>::operand;

    struct factor {
        const operand* at = nullptr;
        extent ld = 0, step = 0;
        storage<typename T::device::memory> own;
    };

    /// Matrices of `rows` x `columns`. To be rounded by `run`.
    factor operator()(context& ctx, const values<S>& from, extent rows, extent columns, extent ld,
                      extent step, extent batch) {
        if constexpr (std::same_as<operand, S>) {
            return {from.fine(), ld, step, {}};
        } else {
            const bool whole = ld % lanes == 0 && step % lanes == 0 &&
                               reinterpret_cast<std::uintptr_t>(from.at) % 16 == 0;
            if (from.coarse() && whole) return {from.rounded(), ld, step, {}};
            const extent count = step == 0 ? 1 : batch, own_ld = chunks_of(columns) * lanes;
            factor out{nullptr, own_ld, step == 0 ? 0 : rows * own_ld,
                       T::device::of(ctx).take(static_cast<std::size_t>(count * rows * own_ld) *
                                               sizeof(operand))};
            out.at = static_cast<const operand*>(out.own.data());
            const bool chunks = whole && columns % lanes == 0;
            const extent all = count * rows * own_ld, work = chunks ? all / lanes : all;
            body_.item[used_++] = {
                from, static_cast<bf16*>(out.own.data()), rows, columns, ld, step, own_ld, chunks,
                work};
            work_ += work;
            return out;
        }
    }
    void run(context& ctx) {
        if (used_ > 0) T::device::of(ctx).elements("factors", work_, body_);
    }

private:
    rounding_body body_{};
    int used_ = 0;
    extent work_ = 0;
};

/// The product of a tensor's values, its factors rounded to what T computes in. True where `sums`
/// have been written; where not, they are still to be added up.
template <class T>
bool multiply(context& ctx, const multiplication<typename T::scalar>& p) {
    using S = typename T::scalar;
    using operand = typename compute_traits<typename T::compute>::operand;
    auto& device = T::device::of(ctx);
    if (p.m == 0 || p.n == 0 || p.batch == 0) return false;
    if (p.batch > std::numeric_limits<int>::max())
        throw error("matmul", "a batch of fewer than 2^31 products", text(p.batch),
                    "cut the batch into parts");
    const auto finish = [&](int beta) {
        device.elements("matmul", p.batch * p.m * p.n,
                        bias_body<S>{p.c, p.bias, p.m, p.n, p.c_ld, p.step_c, beta});
    };
    if (p.k == 0) {
        finish(p.beta);
        return false;
    }
    factors<T> round;
    const auto a = round(ctx, p.a, p.transpose_a ? p.k : p.m, p.transpose_a ? p.m : p.k, p.a_ld,
                         p.step_a, p.batch),
               b = round(ctx, p.b, p.transpose_b ? p.n : p.k, p.transpose_b ? p.k : p.n, p.b_ld,
                         p.step_b, p.batch);
    const auto run = [&]<class Out>(Out* c, const Out* bias, Out* sums) {
        round.run(ctx);
        const product<operand, Out> q{p.transpose_a, p.transpose_b, p.m,     p.n,    p.k,    a.at,
                                      a.ld,          a.step,        b.at,    b.ld,   b.step, c,
                                      p.c_ld,        p.step_c,      p.batch, p.beta, bias,   sums};
        const extras done = device.multiply(q);
        if (p.bias && !done.bias) finish(1);
        return done.sums;
    };
    if constexpr (!std::same_as<operand, S>)
        if (p.c.coarse()) {
            if (!p.bias) return run(p.c.rounded(), static_cast<const bf16*>(nullptr), {});
            const auto bias = round(ctx, p.bias, 1, p.n, chunks_of(p.n) * lanes, 0, 1);
            return run(p.c.rounded(), bias.at, {});
        }
    storage<typename T::device::memory> widened;
    const S* bias = p.bias.fine();
    if (p.bias.coarse()) {
        widened = device.take(static_cast<std::size_t>(p.n) * sizeof(S));
        device.elements("bias", chunks_of(p.n),
                        convert_body<S>{p.bias, {widened.data(), grain::fine}, p.n});
        bias = static_cast<const S*>(widened.data());
    }
    return run(p.c.fine(), bias, p.sums);
}

}  // namespace MGKIT_NAMESPACE::cuda

namespace MGKIT_NAMESPACE {

template <class C, class D>
struct kernel<op::matmul, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    static T forward(context& ctx, const op::matmul& o, saved<T>&, const T& a, const T& b) {
        const shape &sa = a.extents(), &sb = b.extents();
        T out(ctx, product_shape(sa, sb, o.transpose_a, o.transpose_b));
        const extent m = out.extents()[-2], n = out.extents()[-1], k = sa[o.transpose_a ? -2 : -1];
        const extent batch = m * n == 0 ? 0 : out.elements() / (m * n);
        cuda::multiply<T>(
            ctx, {o.transpose_a, o.transpose_b, m, n, k, a.in(), sa[-1], sa.rank() == 2 ? 0 : m * k,
                  b.in(), sb[-1], sb.rank() == 2 ? 0 : k * n, out.out(), n, m * n, batch});
        return out;
    }
};

}  // namespace MGKIT_NAMESPACE
