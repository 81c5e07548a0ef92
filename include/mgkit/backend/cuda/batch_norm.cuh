// SPDX-License-Identifier: MIT
// Batch norm of the CUDA backend: statistics of columns within groups of rows, in the scalar.
#pragma once

#include "mgkit/backend/cuda/reduce.cuh"

namespace MGKIT_NAMESPACE::cuda {

/// Terms of sums over the rows [group, row, column] of a group; `each` rows, `width` columns.
template <class S>
struct squared_distance {
    values<S> x;
    const S* sums;  ///< of each group and column
    extent each, width;
    MGKIT_DEVICE S operator()(extent group, extent row, extent i) const {
        const S d =
            x[(group * each + row) * width + i] - sums[group * width + i] / static_cast<S>(each);
        return d * d;
    }
};
template <class S>
struct divide_body {
    S* values;
    S by;
    MGKIT_DEVICE void operator()(extent i) const { values[i] = values[i] / by; }
};
/// Mean and inverse deviation of the element at `i`.
template <class S>
struct group_moments {
    const S *means, *variances;
    extent each, width;
    S epsilon;
    MGKIT_DEVICE two<S> operator()(extent i) const {
        extent group = i;
        const extent column = split(group, width), at = group / each * width + column;
        return {means[at], S(1) / std::sqrt(variances[at] + epsilon)};
    }
};
template <class S>
struct batch_norm_body {
    values<S> x, scale, shift;
    places<S> out;
    group_moments<S> of;
    MGKIT_DEVICE void operator()(extent i) const {
        const two<S> m = of(i);
        const extent column = i % of.width;
        out.set(i, (x[i] - m.first) * m.second * scale[column] + shift[column]);
    }
};
/// dout times the standardised value: summed for the gradient of the scale.
template <class S>
struct batch_norm_slope {
    values<S> x, dout;
    group_moments<S> of;
    MGKIT_DEVICE S operator()(extent group, extent row, extent column) const {
        const extent i = (group * of.each + row) * of.width + column;
        const two<S> m = of(i);
        return dout[i] * ((x[i] - m.first) * m.second);
    }
};
template <class S>
struct batch_norm_backward_body {
    values<S> x, scale, dout;
    places<S> dx;
    group_moments<S> of;
    const S *shift_sums, *scale_sums;  ///< of each group and column
    MGKIT_DEVICE void operator()(extent i) const {
        const two<S> m = of(i);
        const extent column = i % of.width, at = i / of.width / of.each * of.width + column;
        const S rows = static_cast<S>(of.each);
        dx.set(i, scale[column] * m.second *
                      (dout[i] - shift_sums[at] / rows -
                       (x[i] - m.first) * m.second * (scale_sums[at] / rows)));
    }
};

}  // namespace MGKIT_NAMESPACE::cuda

namespace MGKIT_NAMESPACE {

/// Fine, whatever x is: sums of columns, of their squared distances from the means, and a division.
template <class C, class D>
struct kernel<op::moments, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    using S = typename T::scalar;

    static T forward(context& ctx, const op::moments& o, saved<T>&, const T& x) {
        const extent width = x.extents()[1], each = x.extents()[0] / o.groups;
        T out(ctx, o.result(x.extents()));
        const cuda::places<S> sums = out.out(), squares = sums + o.groups * width;
        cuda::column_sum<T>(ctx, "moments", o.groups, each, width,
                            cuda::load_cube<S>{x.in(), each, width}, sums);
        cuda::column_sum<T>(ctx, "moments", o.groups, each, width,
                            cuda::squared_distance<S>{x.in(), out.data(), each, width}, squares);
        D::of(ctx).elements("moments", out.elements(),
                            cuda::divide_body<S>{out.data(), static_cast<S>(each)});
        return out;
    }
};

/// Fine, whatever x is.
template <class C, class D>
struct kernel<op::batch_norm, cuda::device_tensor<C, D>> {
    using T = cuda::device_tensor<C, D>;
    using S = typename T::scalar;

    static T forward(context& ctx, const op::batch_norm& o, saved<T>& kept, const T& x,
                     const T& scale, const T& shift, const T& moments) {
        T out(ctx, x.extents());
        D::of(ctx).elements(
            "batch_norm", out.elements(),
            cuda::batch_norm_body<S>{x.in(), scale.in(), shift.in(), out.out(), of(o, moments, x)});
        kept.keep(x.light());
        kept.keep(moments);
        kept.keep(scale);
        return out;
    }
    static void backward(context& ctx, const op::batch_norm& o, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const T x = kept[0].whole(ctx), &moments = kept[1], &scale = kept[2];
        const extent width = x.extents()[1], each = x.extents()[0] / o.groups;
        const auto terms = of(o, moments, x);
        T sums(ctx, {2, o.groups, width});
        const cuda::places<S> for_shift = sums.out(), for_scale = for_shift + o.groups * width;
        cuda::column_sum<T>(ctx, "batch_norm backward", o.groups, each, width,
                            cuda::load_cube<S>{dout.in(), each, width}, for_shift);
        cuda::column_sum<T>(ctx, "batch_norm backward", o.groups, each, width,
                            cuda::batch_norm_slope<S>{x.in(), dout.in(), terms}, for_scale);
        if (sink.wants(0)) {
            T dx(ctx, x.extents(), x.kept());
            D::of(ctx).elements(
                "batch_norm backward", dx.elements(),
                cuda::batch_norm_backward_body<S>{x.in(), scale.in(), dout.in(), dx.out(), terms,
                                                  sums.data(), sums.data() + o.groups * width});
            sink.add(ctx, 0, std::move(dx));
        }
        for (int i = 1; i < 3; ++i) {
            if (!sink.wants(i)) continue;
            auto [gradient, beta] = sink.accumulate(ctx, i, {width});
            cuda::column_sum<T>(ctx, "batch_norm backward", 1, o.groups, width,
                                cuda::load_cube<S>{i == 1 ? for_scale : for_shift, o.groups, width},
                                gradient.out(), beta);
        }
    }

private:
    static cuda::group_moments<S> of(const op::batch_norm& o, const T& moments, const T& x) {
        const extent width = x.extents()[1];
        return {moments.data(), moments.data() + o.groups * width, x.extents()[0] / o.groups, width,
                static_cast<S>(o.epsilon)};
    }
};

}  // namespace MGKIT_NAMESPACE
