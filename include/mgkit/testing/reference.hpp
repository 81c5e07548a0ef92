// SPDX-License-Identifier: MIT
// A tensor of doubles that computes every primitive in the plainest way: what others are held to.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include "mgkit/testing/complete_backend.hpp"

namespace MGKIT_NAMESPACE::testing {

/// Row-major values in a vector; copies are deep. One loop per primitive, sums in long double, no
/// threads, no library.
/// Operations made of primitives run as their compositions.
class reference {
public:
    reference() : extents_{0} {}
    explicit reference(const shape& extents, double value = 0)
        : extents_(extents), values_(static_cast<std::size_t>(extents.elements()), value) {}

    const shape& extents() const { return extents_; }
    extent elements() const { return extents_.elements(); }
    double& operator[](extent i) { return values_[static_cast<std::size_t>(i)]; }
    double operator[](extent i) const { return values_[static_cast<std::size_t>(i)]; }
    std::vector<double>& values() { return values_; }
    const std::vector<double>& values() const { return values_; }

    reference viewed(const shape& extents) const {
        reference out = *this;
        out.extents_ = extents;
        return out;
    }

private:
    shape extents_;
    std::vector<double> values_;
};

namespace detail {

using position = std::array<extent, shape::max_rank>;

/// Where element `flat` of row-major `extents` lies.
inline position position_of(extent flat, const shape& extents) {
    position at{};
    for (int axis = extents.rank() - 1; axis >= 0; --axis) {
        at[static_cast<std::size_t>(axis)] = flat % extents[axis];
        flat /= extents[axis];
    }
    return at;
}

/// Element number in `extents` of a position given in a shape of `rank` axes, the last ones shared;
/// axes of extent 1 repeat.
inline extent flat_of(const position& at, int rank, const shape& extents) {
    extent flat = 0;
    for (int axis = 0; axis < extents.rank(); ++axis) {
        const extent i = at[static_cast<std::size_t>(axis + rank - extents.rank())];
        flat = flat * extents[axis] + (extents[axis] == 1 ? 0 : i);
    }
    return flat;
}

template <class F>
reference mapped(const reference& x, F&& f) {
    reference out = x;
    for (double& v : out.values()) v = f(v);
    return out;
}

template <class F>
reference zipped(const reference& a, const reference& b, F&& f) {
    reference out(broadcast(a.extents(), b.extents(), "elementwise operation"));
    const int rank = out.extents().rank();
    for (extent i = 0; i < out.elements(); ++i) {
        const position at = position_of(i, out.extents());
        out[i] = f(a[flat_of(at, rank, a.extents())], b[flat_of(at, rank, b.extents())]);
    }
    return out;
}

}  // namespace detail
}  // namespace MGKIT_NAMESPACE::testing

namespace MGKIT_NAMESPACE {

template <>
struct backend_traits<testing::reference> {
    static constexpr const char* name = "reference";
    using scalar = double;
    using T = testing::reference;

    static const shape& shape_of(const T& t) { return t.extents(); }
    static T empty(context&, const shape& extents) { return T(extents); }
    static T full(context&, const shape& extents, double value) { return T(extents, value); }
    static T from_host(context&, std::span<const double> values, const shape& extents) {
        if (static_cast<extent>(values.size()) != extents.elements())
            throw error("from_host", text(extents.elements(), " values for ", extents.str()),
                        text(values.size(), " values"));
        T out(extents);
        std::copy(values.begin(), values.end(), out.values().begin());
        return out;
    }
    static void to_host(context&, const T& t, std::span<double> target) {
        if (static_cast<extent>(target.size()) != t.elements())
            throw error("to_host", text("room for ", t.elements(), " values"),
                        text("room for ", target.size()));
        std::copy(t.values().begin(), t.values().end(), target.begin());
    }
    static T reshape(const T& t, const shape& extents) { return t.viewed(extents); }
    static void assign(context&, T& target, const T& source) {
        if (target.extents() != source.extents())
            throw error("assign", text("a source of shape ", target.extents().str()),
                        source.extents().str());
        if (&target != &source) target = source;
    }
    static void add_part(context&, T& whole, int axis, extent begin, const T& part) {
        for (extent i = 0; i < part.elements(); ++i) {
            auto at = testing::detail::position_of(i, part.extents());
            at[static_cast<std::size_t>(axis)] += begin;
            whole[testing::detail::flat_of(at, whole.extents().rank(), whole.extents())] += part[i];
        }
    }
};

template <class Op>
requires(testing::primitives::contains<Op>) struct kernel<Op, testing::reference> {
    using T = testing::reference;
    static constexpr bool elementwise =
        facts_of_operation<Op>.kind == cost_kind::elementwise && !std::same_as<Op, op::select>;
    static constexpr bool one_value = elementwise && facts_of_operation<Op>.operands == 1;
    static constexpr bool two_values = elementwise && facts_of_operation<Op>.operands == 2;

    static T forward(context&, const Op& o, saved<T>&, const T& x) requires one_value {
        return testing::detail::mapped(x, [&](double v) { return value(o, v); });
    }
    static T forward(context&, const Op& o, saved<T>&, const T& a, const T& b) requires two_values {
        return testing::detail::zipped(a, b, [&](double u, double v) { return value(o, u, v); });
    }
    static T forward(context&, const Op&, saved<T>&, const T& mask, const T& a,
                     const T& b) requires std::same_as<Op, op::select> {
        T out = a;
        for (extent i = 0; i < out.elements(); ++i) out[i] = mask[i] != 0 ? a[i] : b[i];
        return out;
    }
    static T forward(context&, const Op& o, saved<T>&,
                     const T& x) requires std::same_as<Op, op::sum> {
        T out(o.result(x.extents()));
        std::vector<long double> totals(out.values().size());
        for (extent i = 0; i < x.elements(); ++i)
            totals[static_cast<std::size_t>(target(x, i, out.extents()))] += x[i];
        std::copy(totals.begin(), totals.end(), out.values().begin());
        return out;
    }
    static T forward(context&, const Op& o, saved<T>&,
                     const T& x) requires std::same_as<Op, op::max> {
        shape extents = x.extents();
        extents[o.axis] = 1;
        T out(extents, -INFINITY);
        for (extent i = 0; i < x.elements(); ++i) {
            double& best = out[target(x, i, extents)];
            if (x[i] > best || std::isnan(x[i])) best = x[i];
        }
        return out;
    }
    static T forward(context&, const Op& o, saved<T>&,
                     const T& x) requires std::same_as<Op, op::permute> {
        T out(o.result(x.extents()));
        const int rank = x.extents().rank();
        for (extent i = 0; i < out.elements(); ++i) {
            const auto at = testing::detail::position_of(i, out.extents());
            testing::detail::position from{};
            for (std::size_t axis = 0; axis < static_cast<std::size_t>(rank); ++axis)
                from[static_cast<std::size_t>(o.order[axis])] = at[axis];
            out[i] = x[testing::detail::flat_of(from, rank, x.extents())];
        }
        return out;
    }
    static T forward(context&, const Op& o, saved<T>&,
                     const T& x) requires std::same_as<Op, op::slice> {
        T out(o.result(x.extents()));
        for (extent i = 0; i < out.elements(); ++i)
            out[i] = x[moved(i, out.extents(), x.extents(), o.axis, o.begin)];
        return out;
    }
    static T forward(context&, const Op& o, saved<T>&, const T& a,
                     const T& b) requires std::same_as<Op, op::concat> {
        T out(o.result(a.extents(), b.extents()));
        for (extent i = 0; i < a.elements(); ++i)
            out[moved(i, a.extents(), out.extents(), o.axis, 0)] = a[i];
        for (extent i = 0; i < b.elements(); ++i)
            out[moved(i, b.extents(), out.extents(), o.axis, a.extents()[o.axis])] = b[i];
        return out;
    }
    static T forward(context& ctx, const Op& o, saved<T>&,
                     const T& x) requires std::same_as<Op, op::gather> {
        T out(o.result(x.extents()));
        const index_tensor which = o.which.on_host(ctx);
        for (extent i = 0; i < out.elements(); ++i)
            out[i] = x[chosen(o, which, i, out.extents(), x.extents())];
        return out;
    }
    static T forward(context& ctx, const Op& o, saved<T>&, const T& into,
                     const T& values) requires std::same_as<Op, op::scatter_add> {
        T out = into;
        const index_tensor which = o.which.on_host(ctx);
        for (extent i = 0; i < values.elements(); ++i)
            out[chosen(o, which, i, values.extents(), into.extents())] += values[i];
        return out;
    }
    static T forward(context&, const Op& o, saved<T>&, const T& a,
                     const T& b) requires std::same_as<Op, op::matmul> {
        const shape &sa = a.extents(), &sb = b.extents();
        T out(product_shape(sa, sb, o.transpose_a, o.transpose_b));
        const extent m = out.extents()[-2], n = out.extents()[-1],
                     inner = sa[o.transpose_a ? -2 : -1];
        const extent step_a = o.transpose_a ? m : 1, step_b = o.transpose_b ? 1 : n;
        for (extent i = 0; i < out.elements(); ++i) {
            const extent batch = i / (m * n), row = i / n % m, column = i % n;
            const extent from_a =
                (sa.rank() == 2 ? 0 : batch * m * inner) + (o.transpose_a ? row : row * inner);
            const extent from_b = (sb.rank() == 2 ? 0 : batch * n * inner) +
                                  (o.transpose_b ? column * inner : column);
            long double total = 0;
            for (extent k = 0; k < inner; ++k)
                total += static_cast<long double>(a[from_a + k * step_a]) * b[from_b + k * step_b];
            out[i] = static_cast<double>(total);
        }
        return out;
    }

private:
    static double value(const op::affine& o, double x) { return o.scale * x + o.shift; }
    static double value(const op::exp&, double x) { return std::exp(x); }
    static double value(const op::log&, double x) { return std::log(x); }
    static double value(const op::rsqrt&, double x) { return 1 / std::sqrt(x); }
    static double value(const op::erf&, double x) { return std::erf(x); }
    static double value(const op::tanh&, double x) { return std::tanh(x); }
    static double value(const op::add&, double a, double b) { return a + b; }
    static double value(const op::mul&, double a, double b) { return a * b; }
    static double value(const op::greater&, double a, double b) { return a > b ? 1 : 0; }

    /// Element of a reduced shape to which element i of x belongs.
    static extent target(const T& x, extent i, const shape& reduced) {
        const auto at = testing::detail::position_of(i, x.extents());
        return testing::detail::flat_of(at, reduced.rank(), reduced);
    }
    /// Element of `whole` that element i of the entries chosen from it stands for.
    static extent chosen(const Op& o, const index_tensor& which, extent i, const shape& from,
                         const shape& whole) {
        auto at = testing::detail::position_of(i, from);
        extent& along = at[static_cast<std::size_t>(o.axis)];
        const extent sample = o.by_sample ? at[0] : 0;
        along = which.values()[static_cast<std::size_t>(sample * from[o.axis] + along)];
        extent flat = 0;
        for (int a = 0; a < whole.rank(); ++a)
            flat = flat * whole[a] + at[static_cast<std::size_t>(a)];
        return flat;
    }
    /// Element i of `from` in `to`, `by` further along an axis.
    static extent moved(extent i, const shape& from, const shape& to, int axis, extent by) {
        auto at = testing::detail::position_of(i, from);
        at[static_cast<std::size_t>(axis)] += by;
        extent flat = 0;
        for (int a = 0; a < to.rank(); ++a) flat = flat * to[a] + at[static_cast<std::size_t>(a)];
        return flat;
    }
};

static_assert(testing::complete_backend<testing::reference>);

}  // namespace MGKIT_NAMESPACE
