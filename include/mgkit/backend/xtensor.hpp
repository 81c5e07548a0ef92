// SPDX-License-Identifier: MIT
// Models on xt::xarray<float> and xt::xarray<double> as they are: primitives only.
#pragma once

#include "mgkit/core/compiler.hpp"

#include <algorithm>
#include <array>
#include <concepts>
#include <limits>
#include <span>
#include <vector>

// All of xtensor and its BLAS interface that the kernels below need; programs link a BLAS.
#include <xtensor-blas/xblas.hpp>
#if __has_include(<xtensor/containers/xarray.hpp>)  // since 0.26
#include <xtensor/containers/xadapt.hpp>
#include <xtensor/containers/xarray.hpp>
#include <xtensor/core/xmath.hpp>
#include <xtensor/generators/xbuilder.hpp>
#include <xtensor/misc/xmanipulation.hpp>
#include <xtensor/views/xstrided_view.hpp>
#else
#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xbuilder.hpp>
#include <xtensor/xmanipulation.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xstrided_view.hpp>
#endif

#include "mgkit/tensor/complete_backend.hpp"

/// Backend of code bases that live in xtensor: operands are the program's own row-major arrays,
/// without a copy at the border. Copies are deep, as xtensor's are. Every kernel is a primitive in
/// xtensor's own terms; everything else is composed, gradients come from the tape.
///
/// Products run in the BLAS the program links, which chooses its own threads; the rest runs on one.
/// Results do not depend on `context::threads`. Cost: docs/backends.md.
namespace MGKIT_NAMESPACE::xtensor {

/// The backend's tensor is xtensor's own.
template <std::floating_point S>
using tensor = xt::xarray<S>;

namespace detail {

using extents_type = std::vector<std::size_t>;

inline extents_type extents_of(const shape& s) {
    extents_type out;
    for (extent e : s) out.push_back(static_cast<std::size_t>(e));
    return out;
}

template <class S>
shape shape_of(const tensor<S>& t) {
    shape out;
    for (std::size_t e : t.shape()) out.push_back(static_cast<extent>(e));
    return out;
}

/// A result without values; xtensor's own functions are not asked about those.
template <class S>
tensor<S> nothing(const shape& extents) {
    return tensor<S>::from_shape(extents_of(extents));
}

/// One matrix of a batch, in place.
template <class P>
auto matrix(P* values, extent rows, extent columns) {
    const std::array<std::size_t, 2> extents{static_cast<std::size_t>(rows),
                                             static_cast<std::size_t>(columns)};
    return xt::adapt<xt::layout_type::row_major>(values, static_cast<std::size_t>(rows * columns),
                                                 xt::no_ownership(), extents);
}

/// Calls `f(part, whole, count)` for every run of `count` elements that lie together in `whole`,
/// the tensor of an index, and in the part that it chooses; in the order of the index.
template <class Op, class F>
void for_chosen(context& ctx, const Op& o, const shape& whole, F&& f) {
    const op::gather_plan plan = o.plan(whole);
    const index_tensor which = o.which.on_host(ctx);
    for (extent outer = 0; outer < plan.batch * plan.before; ++outer)
        for (extent k = 0; k < plan.chosen; ++k) {
            const extent sample = plan.batch == 1 ? 0 : outer / plan.before;
            const extent place = which.values()[static_cast<std::size_t>(sample * plan.chosen + k)];
            f((outer * plan.chosen + k) * plan.after, (outer * plan.entries + place) * plan.after,
              plan.after);
        }
}

}  // namespace detail
}  // namespace MGKIT_NAMESPACE::xtensor

namespace MGKIT_NAMESPACE {

template <std::floating_point S>
struct backend_traits<xt::xarray<S>> {
    using scalar = S;
    using T = xt::xarray<S>;

    static shape shape_of(const T& t) { return xtensor::detail::shape_of<S>(t); }
    static T empty(context&, const shape& extents) { return xtensor::detail::nothing<S>(extents); }
    static T full(context&, const shape& extents, double value) {
        T out = xtensor::detail::nothing<S>(extents);
        out.fill(static_cast<S>(value));
        return out;
    }
    static T from_host(context&, std::span<const S> values, const shape& extents) {
        if (static_cast<extent>(values.size()) != extents.elements())
            throw error("from_host", text(extents.elements(), " values for ", extents.str()),
                        text(values.size(), " values"));
        T out = xtensor::detail::nothing<S>(extents);
        std::copy(values.begin(), values.end(), out.storage().begin());
        return out;
    }
    static void to_host(context&, const T& t, std::span<S> target) {
        if (target.size() != t.size())
            throw error("to_host", text("room for ", t.size(), " values"),
                        text("room for ", target.size()));
        std::copy(t.storage().begin(), t.storage().end(), target.begin());
    }
    static T reshape(const T& t, const shape& extents) {
        if (extents.elements() != static_cast<extent>(t.size()))
            throw error("reshape", text("as many elements as ", shape_of(t).str()), extents.str());
        T out = t;
        out.reshape(xtensor::detail::extents_of(extents));
        return out;
    }
    static void assign(context&, T& target, const T& source) {
        if (target.shape() != source.shape())
            throw error("assign", text("a source of shape ", shape_of(target).str()),
                        shape_of(source).str());
        std::copy(source.storage().begin(), source.storage().end(), target.storage().begin());
    }
    static void add_part(context&, T& whole, int axis, extent begin, const T& part) {
        const shape extents = shape_of(part);
        const extent inner = extents.after(axis), width = extents[axis] * inner,
                     step = shape_of(whole)[axis] * inner;
        for (extent row = 0; row < extents.before(axis); ++row)
            for (extent i = 0; i < width; ++i)
                whole.data()[row * step + begin * inner + i] += part.data()[row * width + i];
    }
};

/// Every primitive: the kernel of operations for which `value` below has an expression.
template <class Op, std::floating_point S>
requires(primitives::contains<Op>) struct kernel<Op, xt::xarray<S>> {
private:
    using T = xt::xarray<S>;

    static T value(const op::affine& o, const T& x) {
        return static_cast<S>(o.scale) * x + static_cast<S>(o.shift);
    }
    static T value(const op::exp&, const T& x) { return xt::exp(x); }
    static T value(const op::log&, const T& x) { return xt::log(x); }
    static T value(const op::rsqrt&, const T& x) { return S(1) / xt::sqrt(x); }
    static T value(const op::erf&, const T& x) { return xt::erf(x); }
    static T value(const op::tanh&, const T& x) { return xt::tanh(x); }

    template <class F>
    static T broadcast_value(const T& a, const T& b, F&& f) {
        const shape out = broadcast(shape_of(a), shape_of(b), "elementwise operation");
        if (out.elements() == 0) return xtensor::detail::nothing<S>(out);
        return f();
    }
    static T value(const op::add&, const T& a, const T& b) {
        return broadcast_value(a, b, [&]() -> T { return a + b; });
    }
    static T value(const op::mul&, const T& a, const T& b) {
        return broadcast_value(a, b, [&]() -> T { return a * b; });
    }
    static T value(const op::greater&, const T& a, const T& b) {
        return broadcast_value(a, b, [&]() -> T { return xt::cast<S>(xt::greater(a, b)); });
    }

    /// Reduces one axis, which stays as extent 1. The array is seen as three axes: xtensor 0.24
    /// goes wrong in immediate reductions of arrays whose number of axes is known at run time only.
    template <class F>
    static T reduced(const T& x, int axis, F&& reduction) {
        const shape in = shape_of(x);
        shape extents = in;
        extents[axis] = 1;
        const std::array<std::size_t, 3> cube{static_cast<std::size_t>(in.before(axis)),
                                              static_cast<std::size_t>(in[axis]),
                                              static_cast<std::size_t>(in.after(axis))};
        T out = reduction(
            xt::adapt<xt::layout_type::row_major>(x.data(), x.size(), xt::no_ownership(), cube),
            std::array<std::size_t, 1>{1});
        out.reshape(xtensor::detail::extents_of(extents));
        return out;
    }
    static T value(const op::sum& o, const T& x) {
        const shape in = shape_of(x);
        if (in.elements() == 0) return xt::zeros<S>(xtensor::detail::extents_of(o.result(in)));
        T out = x;
        for (int axis = 0; axis < in.rank(); ++axis)
            if (o.axes >> axis & 1u)
                out = reduced(out, axis, [](auto&& cube, auto axes) -> T {
                    return xt::sum<double>(cube, axes, xt::evaluation_strategy::immediate);
                });
        return out;
    }
    /// Not xt::amax, which may lose a missing value.
    static T value(const op::max& o, const T& x) {
        shape extents = shape_of(x);
        extents[o.axis] = 1;
        if (x.size() == 0) return xtensor::detail::nothing<S>(extents);
        return reduced(x, o.axis, [](auto&& cube, auto axes) -> T {
            const auto larger = [](S best, S next) {
                return next > best || next != next ? next : best;
            };
            const auto functor = xt::make_xreducer_functor(
                larger, xt::const_value<S>(-std::numeric_limits<S>::infinity()));
            return xt::reduce(functor, cube, axes, xt::evaluation_strategy::immediate);
        });
    }
    static T value(const op::permute& o, const T& x) {
        if (x.dimension() < 2) return x;
        std::vector<std::size_t> order;
        for (std::size_t i = 0; i < x.dimension(); ++i)
            order.push_back(static_cast<std::size_t>(o.order[i]));
        return xt::transpose(x, order);
    }
    static T value(const op::slice& o, const T& x) {
        const shape out = o.result(shape_of(x));
        if (out.elements() == 0) return xtensor::detail::nothing<S>(out);
        xt::xstrided_slice_vector ranges(x.dimension(), xt::all());
        ranges[static_cast<std::size_t>(o.axis)] = xt::range(o.begin, o.begin + o.length);
        return xt::strided_view(x, ranges);
    }
    static T value(const op::concat& o, const T& a, const T& b) {
        if (a.size() == 0 && b.size() == 0)
            return xtensor::detail::nothing<S>(o.result(shape_of(a), shape_of(b)));
        if (a.size() == 0) return b;
        if (b.size() == 0) return a;
        return xt::concatenate(xt::xtuple(a, b), static_cast<std::size_t>(o.axis));
    }
    static T value(const op::matmul& o, const T& a, const T& b) {
        const shape sa = shape_of(a), sb = shape_of(b);
        const shape extents = product_shape(sa, sb, o.transpose_a, o.transpose_b);
        const extent m = extents[-2], n = extents[-1], k = sa[o.transpose_a ? -2 : -1];
        T out = xtensor::detail::nothing<S>(extents);
        if (out.size() == 0) return out;
        if (k == 0) {
            out.fill(S(0));
            return out;
        }
        for (extent i = 0; i < extents.elements() / (m * n); ++i) {
            auto to = xtensor::detail::matrix(out.data() + i * m * n, m, n);
            xt::blas::gemm(xtensor::detail::matrix(a.data() + (sa.rank() == 2 ? 0 : i * m * k),
                                                   sa[-2], sa[-1]),
                           xtensor::detail::matrix(b.data() + (sb.rank() == 2 ? 0 : i * k * n),
                                                   sb[-2], sb[-1]),
                           to, o.transpose_a, o.transpose_b);
        }
        return out;
    }

public:
    static T forward(context&, const Op& o, saved<T>&, const T& x) requires requires {
        value(o, x);
    }
    { return value(o, x); }
    static T forward(context&, const Op& o, saved<T>&, const T& a, const T& b) requires requires {
        value(o, a, b);
    }
    { return value(o, a, b); }
    static T forward(context&, const Op&, saved<T>&, const T& mask, const T& a,
                     const T& b) requires std::same_as<Op, op::select> {
        return xt::where(xt::not_equal(mask, S(0)), a, b);
    }
    static T forward(context& ctx, const Op& o, saved<T>&,
                     const T& x) requires std::same_as<Op, op::gather> {
        T out = xtensor::detail::nothing<S>(o.result(shape_of(x)));
        xtensor::detail::for_chosen(ctx, o, shape_of(x),
                                    [&](extent part, extent whole, extent count) {
                                        std::copy_n(x.data() + whole, count, out.data() + part);
                                    });
        return out;
    }
    static T forward(context& ctx, const Op& o, saved<T>&, const T& into,
                     const T& values) requires std::same_as<Op, op::scatter_add> {
        T out = into;
        xtensor::detail::for_chosen(ctx, o, shape_of(into),
                                    [&](extent part, extent whole, extent count) {
                                        for (extent i = 0; i < count; ++i)
                                            out.data()[whole + i] += values.data()[part + i];
                                    });
        return out;
    }
};

namespace xtensor::detail {

/// Nothing but the primitives, and no gradient of its own.
template <class T>
inline constexpr bool primitives_only =
    complete_backend<T> && !overrides_forward<op::relu, T, 1> &&
    !overrides_forward<op::gelu, T, 1> && !overrides_forward<op::linear, T, 3> &&
    !overrides_forward<op::layer_norm, T, 3> && !overrides_forward<op::batch_norm, T, 4> &&
    adds_parts<T> && !overrides_forward<op::softmax, T, 1> &&
    !overrides_forward<op::attention, T, 1> && !overrides_forward<op::token_mix, T, 3> &&
    !overrides_forward<op::restore_tokens, T, 2> && !overrides_forward<op::gru, T, 4> &&
    !overrides_forward<op::cross_entropy, T, 2> && !overrides_backward<op::max, T, 1> &&
    !overrides_backward<op::matmul, T, 2> && !op::updates_in_place<op::adam_step, T, T, T> &&
    !op::updates_in_place<op::sgd_step, T, T>;
static_assert(primitives_only<tensor<float>> && primitives_only<tensor<double>>);

}  // namespace xtensor::detail
}  // namespace MGKIT_NAMESPACE
