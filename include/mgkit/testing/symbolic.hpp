// A backend of shapes without data: shows that a model can be traced, and counts what it costs.
#pragma once

#include <cstdint>
#include <span>

#include "mgkit/testing/complete_backend.hpp"

namespace mgkit::testing {

/// A tensor that knows its extents and nothing else. Models, losses and backward passes run on it
/// as on any backend, in no time and no memory; whatever looks at a value throws. Composed of
/// primitives only, so counts do not depend on what a fast backend fuses.
class symbolic {
public:
    symbolic() : extents_{0} {}
    explicit symbolic(const shape& extents) : extents_(extents) {}
    const shape& extents() const { return extents_; }

private:
    shape extents_;
};

/// What ran on symbolic tensors of a context so far. Values are single precision in `bytes`.
struct symbolic_counts {
    std::int64_t operations = 0;
    std::int64_t multiply_adds = 0;  ///< of matrix products
    std::int64_t elementwise = 0;    ///< results of functions of one to three values
    std::int64_t reduced = 0;        ///< values that sums and maxima read
    std::int64_t moved = 0;          ///< values that permute, slice and concat copy
    std::int64_t bytes = 0;          ///< written by all results
};

/// The counts of a context; assign `{}` to start again.
inline symbolic_counts& counts(context& ctx) {
    return ctx.state.get<symbolic_counts>();
}

namespace detail {

/// A result of given extents, entered into the counts.
inline symbolic counted(context& ctx, const shape& result, std::int64_t symbolic_counts::*kind,
                        std::int64_t amount) {
    symbolic_counts& c = counts(ctx);
    ++c.operations;
    c.*kind += amount;
    c.bytes += static_cast<std::int64_t>(result.elements() * static_cast<extent>(sizeof(float)));
    return symbolic(result);
}

template <class Op>
inline constexpr bool maps_one_value =
    type_list<op::affine, op::exp, op::log, op::rsqrt, op::erf, op::tanh>::contains<Op>;
template <class Op>
inline constexpr bool maps_two_values = type_list<op::add, op::mul, op::greater>::contains<Op>;

}  // namespace detail
}  // namespace mgkit::testing

namespace mgkit {

template <>
struct backend_traits<testing::symbolic> {
    using scalar = float;
    using T = testing::symbolic;

    static const shape& shape_of(const T& t) { return t.extents(); }
    static T empty(context&, const shape& extents) { return T(extents); }
    static T full(context&, const shape& extents, double) { return T(extents); }
    /// Values are checked for their number and dropped.
    static T from_host(context&, std::span<const float> values, const shape& extents) {
        if (static_cast<extent>(values.size()) != extents.elements())
            throw error("from_host", text(extents.elements(), " values for ", extents.str()),
                        text(values.size(), " values"));
        return T(extents);
    }
    [[noreturn]] static void to_host(context&, const T& t, std::span<float>) {
        throw error("to_host", "a tensor with values",
                    text("a symbolic tensor of shape ", t.extents().str()),
                    "a symbolic tensor has no values: read them back outside of what is traced");
    }
    static T reshape(const T& t, const shape& extents) {
        if (extents.elements() != t.extents().elements())
            throw error("reshape", text("as many elements as ", t.extents().str()), extents.str());
        return T(extents);
    }
    static void assign(context&, T& target, const T& source) {
        if (target.extents() != source.extents())
            throw error("assign", text("a source of shape ", target.extents().str()),
                        source.extents().str());
    }
};

template <class Op>
requires testing::detail::maps_one_value<Op>
struct kernel<Op, testing::symbolic> {
    using T = testing::symbolic;
    static T forward(context& ctx, const Op&, saved<T>&, const T& x) {
        return testing::detail::counted(ctx, x.extents(), &testing::symbolic_counts::elementwise,
                                        x.extents().elements());
    }
};

template <class Op>
requires testing::detail::maps_two_values<Op>
struct kernel<Op, testing::symbolic> {
    using T = testing::symbolic;
    static T forward(context& ctx, const Op&, saved<T>&, const T& a, const T& b) {
        const shape out = broadcast(a.extents(), b.extents(), "elementwise operation");
        return testing::detail::counted(ctx, out, &testing::symbolic_counts::elementwise,
                                        out.elements());
    }
};

template <>
struct kernel<op::select, testing::symbolic> {
    using T = testing::symbolic;
    static T forward(context& ctx, const op::select&, saved<T>&, const T& mask, const T& a,
                     const T& b) {
        if (mask.extents() != a.extents() || b.extents() != a.extents())
            throw error("select", text("three operands of shape ", a.extents().str()),
                        text(mask.extents().str(), " and ", b.extents().str()));
        return testing::detail::counted(ctx, a.extents(), &testing::symbolic_counts::elementwise,
                                        a.extents().elements());
    }
};

template <>
struct kernel<op::sum, testing::symbolic> {
    using T = testing::symbolic;
    static T forward(context& ctx, const op::sum& o, saved<T>&, const T& x) {
        return testing::detail::counted(ctx, o.result(x.extents()),
                                        &testing::symbolic_counts::reduced, x.extents().elements());
    }
};

template <>
struct kernel<op::max, testing::symbolic> {
    using T = testing::symbolic;
    static T forward(context& ctx, const op::max& o, saved<T>&, const T& x) {
        shape out = x.extents();
        out[o.axis] = 1;
        return testing::detail::counted(ctx, out, &testing::symbolic_counts::reduced,
                                        x.extents().elements());
    }
};

template <>
struct kernel<op::permute, testing::symbolic> {
    using T = testing::symbolic;
    static T forward(context& ctx, const op::permute& o, saved<T>&, const T& x) {
        return testing::detail::counted(ctx, o.result(x.extents()),
                                        &testing::symbolic_counts::moved, x.extents().elements());
    }
};

template <>
struct kernel<op::slice, testing::symbolic> {
    using T = testing::symbolic;
    static T forward(context& ctx, const op::slice& o, saved<T>&, const T& x) {
        if (o.begin < 0 || o.length < 0 || o.begin + o.length > x.extents()[o.axis])
            throw error("slice", text("a range within axis ", o.axis, " of ", x.extents().str()),
                        text("[", o.begin, ", ", o.begin + o.length, ")"));
        const shape out = o.result(x.extents());
        return testing::detail::counted(ctx, out, &testing::symbolic_counts::moved, out.elements());
    }
};

template <>
struct kernel<op::concat, testing::symbolic> {
    using T = testing::symbolic;
    static T forward(context& ctx, const op::concat& o, saved<T>&, const T& a, const T& b) {
        const shape out = o.result(a.extents(), b.extents());
        shape rest = out;
        rest[o.axis] = b.extents()[o.axis];
        if (rest != b.extents())
            throw error("concat",
                        text("shapes equal but for axis ", o.axis, " of ", a.extents().str()),
                        b.extents().str());
        return testing::detail::counted(ctx, out, &testing::symbolic_counts::moved, out.elements());
    }
};

template <>
struct kernel<op::matmul, testing::symbolic> {
    using T = testing::symbolic;
    static T forward(context& ctx, const op::matmul& o, saved<T>&, const T& a, const T& b) {
        const shape out = product_shape(a.extents(), b.extents(), o.transpose_a, o.transpose_b);
        const extent inner = a.extents()[o.transpose_a ? -2 : -1];
        return testing::detail::counted(ctx, out, &testing::symbolic_counts::multiply_adds,
                                        out.elements() * inner);
    }
};

static_assert(testing::complete_backend<testing::symbolic>);

}  // namespace mgkit
