// SPDX-License-Identifier: MIT
// Entries by index on the CUDA backend.
#pragma once

#include "mgkit/backend/cuda/elementwise.cuh"
#include "mgkit/tensor/ops/gather.hpp"

namespace MGKIT_NAMESPACE::cuda {

/// An index on the device, and how it lies against the tensor whose entries it chooses.
struct device_index {
    const std::int32_t* which;
    op::gather_plan plan;
    /// Entry that number k of the outer row `outer` stands for.
    MGKIT_DEVICE extent operator()(extent outer, extent k) const {
        const extent sample = plan.batch == 1 ? 0 : outer / plan.before;
        return which[sample * plan.chosen + k];
    }
};

/// Where `after` is whole chunks an index means one, else an element.
template <class S>
struct gather_body {
    values<S> in;
    places<S> out;
    device_index index;
    MGKIT_DEVICE void operator()(extent i) const {
        const bool chunk = index.plan.after % lanes == 0;
        const extent first = chunk ? i * lanes : i;
        extent outer = first;
        const extent at = split(outer, index.plan.after), k = split(outer, index.plan.chosen);
        const extent from = (outer * index.plan.entries + index(outer, k)) * index.plan.after + at;
        if (chunk) {
            S v[lanes];
            in.load(from, v);
            out.store(first, v);
        } else {
            out.set(first, in[from]);
        }
    }
};

/// One thread for each place within an entry adds to all entries there, in the order of the index.
template <class S>
struct scatter_add_body {
    values<S> from;
    S* to;
    device_index index;
    MGKIT_DEVICE void operator()(extent i) const {
        extent outer = i;
        const extent at = split(outer, index.plan.after);
        for (extent k = 0; k < index.plan.chosen; ++k)
            to[(outer * index.plan.entries + index(outer, k)) * index.plan.after + at] +=
                from[(outer * index.plan.chosen + k) * index.plan.after + at];
    }
};

}  // namespace MGKIT_NAMESPACE::cuda

namespace MGKIT_NAMESPACE {

/// As x is kept.
template <class C, class D>
struct kernel<op::gather, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    using S = typename T::scalar;
    static T forward(context& ctx, const op::gather& o, saved<T>&, const T& x) {
        const index_tensor which = cuda::on_device<D>(ctx, o.which);
        T out(ctx, o.result(x.extents()), x.kept());
        const op::gather_plan plan = o.plan(x.extents());
        D::of(ctx).elements(
            "gather", plan.after % cuda::lanes == 0 ? out.elements() / cuda::lanes : out.elements(),
            cuda::gather_body<S>{x.in(), out.out(), {cuda::device_data<D>(which), plan}});
        return out;
    }
};

/// Sums are fine; the result is kept as `into` is.
template <class C, class D>
struct kernel<op::scatter_add, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    using S = typename T::scalar;
    static T forward(context& ctx, const op::scatter_add& o, saved<T>&, const T& into,
                     const T& values) {
        const index_tensor which = cuda::on_device<D>(ctx, o.which);
        T out(ctx, into.extents());
        backend_traits<T>::assign(ctx, out, into);
        const op::gather_plan plan = o.plan(into.extents());
        D::of(ctx).elements("scatter_add", plan.batch * plan.before * plan.after,
                            cuda::scatter_add_body<S>{
                                values.in(), out.data(), {cuda::device_data<D>(which), plan}});
        return cuda::as(ctx, out, into.kept());
    }
};

}  // namespace MGKIT_NAMESPACE
