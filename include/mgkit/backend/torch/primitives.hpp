// SPDX-License-Identifier: MIT
// Primitive operations by LibTorch.
#pragma once

#include <cstdint>
#include <vector>

#include "mgkit/backend/torch/tensor.hpp"
#include "mgkit/tensor/ops/gather.hpp"
#include "mgkit/tensor/ops/objective.hpp"

namespace MGKIT_NAMESPACE {

template <class S>
struct kernel<op::add, torch::tensor<S>> {
    using T = torch::tensor<S>;
    static T forward(context&, const op::add&, saved<T>&, const T& a, const T& b) {
        return at::add(a, b);
    }
};
template <class S>
struct kernel<op::mul, torch::tensor<S>> {
    using T = torch::tensor<S>;
    static T forward(context&, const op::mul&, saved<T>&, const T& a, const T& b) {
        return at::mul(a, b);
    }
};
template <class S>
struct kernel<op::affine, torch::tensor<S>> {
    using T = torch::tensor<S>;
    static T forward(context&, const op::affine& o, saved<T>&, const T& x) {
        const at::Tensor scaled = at::mul(x, o.scale);
        return o.shift == 0 ? scaled : at::add(scaled, o.shift);
    }
};
template <class S>
struct kernel<op::exp, torch::tensor<S>> {
    using T = torch::tensor<S>;
    static T forward(context&, const op::exp&, saved<T>&, const T& x) { return at::exp(x); }
};
template <class S>
struct kernel<op::log, torch::tensor<S>> {
    using T = torch::tensor<S>;
    static T forward(context&, const op::log&, saved<T>&, const T& x) { return at::log(x); }
};
template <class S>
struct kernel<op::rsqrt, torch::tensor<S>> {
    using T = torch::tensor<S>;
    static T forward(context&, const op::rsqrt&, saved<T>&, const T& x) { return at::rsqrt(x); }
};
template <class S>
struct kernel<op::erf, torch::tensor<S>> {
    using T = torch::tensor<S>;
    static T forward(context&, const op::erf&, saved<T>&, const T& x) { return at::erf(x); }
};
template <class S>
struct kernel<op::tanh, torch::tensor<S>> {
    using T = torch::tensor<S>;
    static T forward(context&, const op::tanh&, saved<T>&, const T& x) { return at::tanh(x); }
};
template <class S>
struct kernel<op::greater, torch::tensor<S>> {
    using T = torch::tensor<S>;
    static T forward(context&, const op::greater&, saved<T>&, const T& a, const T& b) {
        return at::gt(a, b).to(T::type);
    }
};
template <class S>
struct kernel<op::select, torch::tensor<S>> {
    using T = torch::tensor<S>;
    static T forward(context&, const op::select&, saved<T>&, const T& mask, const T& a,
                     const T& b) {
        return at::where(at::ne(mask, 0), a, b);
    }
};
template <class S>
struct kernel<op::sum, torch::tensor<S>> {
    using T = torch::tensor<S>;
    static T forward(context&, const op::sum& o, saved<T>&, const T& x) {
        std::vector<std::int64_t> axes;
        for (std::int64_t i = 0; i < x.value().dim(); ++i)
            if (o.axes >> i & 1u) axes.push_back(i);
        return axes.empty() ? x : T(at::sum(x, axes, /*keepdim=*/true));
    }
};
/// Ties share the gradient equally, as LibTorch's amax does.
template <class S>
struct kernel<op::max, torch::tensor<S>> {
    using T = torch::tensor<S>;
    static T forward(context&, const op::max& o, saved<T>&, const T& x) {
        return at::amax(x, {o.axis}, /*keepdim=*/true);
    }
};
template <class S>
struct kernel<op::permute, torch::tensor<S>> {
    using T = torch::tensor<S>;
    static T forward(context&, const op::permute& o, saved<T>&, const T& x) {
        const std::vector<std::int64_t> order(o.order.begin(), o.order.begin() + x.value().dim());
        return x.value().permute(order);
    }
};
template <class S>
struct kernel<op::slice, torch::tensor<S>> {
    using T = torch::tensor<S>;
    static T forward(context&, const op::slice& o, saved<T>&, const T& x) {
        return x.value().narrow(o.axis, o.begin, o.length);
    }
};
template <class S>
struct kernel<op::concat, torch::tensor<S>> {
    using T = torch::tensor<S>;
    static T forward(context&, const op::concat& o, saved<T>&, const T& a, const T& b) {
        return at::cat({a.value(), b.value()}, o.axis);
    }
};

namespace torch::detail {

/// An index [B, K] along an axis of values that it chooses, as LibTorch takes it.
inline at::Tensor spread_index(const at::Tensor& index, int axis, const shape& values) {
    std::vector<std::int64_t> aligned(static_cast<std::size_t>(values.rank()), 1);
    aligned[0] = index.size(0);
    aligned[static_cast<std::size_t>(axis)] = index.size(1);
    return index.reshape(aligned).expand(sizes(values));
}

}  // namespace torch::detail

template <class S>
struct kernel<op::gather, torch::tensor<S>> {
    using T = torch::tensor<S>;
    static T forward(context& ctx, const op::gather& o, saved<T>&, const T& x) {
        const at::Tensor index = torch::detail::numbers(ctx, o.which, x.value().device());
        if (!o.by_sample) return at::index_select(x, o.axis, index);
        const shape out = o.result(torch::detail::extents_of(x));
        return at::gather(x, o.axis, torch::detail::spread_index(index, o.axis, out));
    }
};
template <class S>
struct kernel<op::scatter_add, torch::tensor<S>> {
    using T = torch::tensor<S>;
    static T forward(context& ctx, const op::scatter_add& o, saved<T>&, const T& into,
                     const T& values) {
        const at::Tensor index = torch::detail::numbers(ctx, o.which, into.value().device());
        if (!o.by_sample) return at::index_add(into, o.axis, index, values);
        const shape part = torch::detail::extents_of(values);
        return at::scatter_add(into, o.axis, torch::detail::spread_index(index, o.axis, part),
                               values);
    }
};
template <class S>
struct kernel<op::matmul, torch::tensor<S>> {
    using T = torch::tensor<S>;
    static T forward(context&, const op::matmul& o, saved<T>&, const T& a, const T& b) {
        const auto side = [](const T& x, bool transposed) {
            return transposed ? x.value().transpose(-2, -1) : x.value();
        };
        return at::matmul(side(a, o.transpose_a), side(b, o.transpose_b));
    }
};

}  // namespace MGKIT_NAMESPACE
