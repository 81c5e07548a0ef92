// SPDX-License-Identifier: MIT
// A backend of shapes without data: shows that a model can be traced, and counts what it costs.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <vector>

#include "mgkit/testing/complete_backend.hpp"

namespace MGKIT_NAMESPACE::testing {

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
    std::int64_t moved = 0;          ///< values that are copied from place to place
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

/// Where the cost of a kind is counted.
constexpr std::int64_t symbolic_counts::*count_of(cost_kind kind) {
    switch (kind) {
        case cost_kind::elementwise:
            return &symbolic_counts::elementwise;
        case cost_kind::reduction:
            return &symbolic_counts::reduced;
        case cost_kind::movement:
            return &symbolic_counts::moved;
        default:
            return &symbolic_counts::multiply_adds;
    }
}

}  // namespace detail
}  // namespace MGKIT_NAMESPACE::testing

namespace MGKIT_NAMESPACE {

template <>
struct backend_traits<testing::symbolic> {
    using scalar = float;
    using T = testing::symbolic;
    static constexpr bool has_no_values = true;  ///< initial values need not be drawn

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
    static void add_part(context& ctx, T&, int, extent, const T& part) {
        testing::detail::counted(ctx, part.extents(), &testing::symbolic_counts::moved,
                                 part.extents().elements());
    }
    /// Places are not known: the first ones stand for them.
    static index_tensor top_places(context&, const T& x, int k) {
        shape out = x.extents();
        out[-1] = k;
        return index_tensor(out,
                            std::vector<std::int32_t>(static_cast<std::size_t>(out.elements())));
    }
};

/// Every primitive: its own rule for extents (`result`), and for its work where the table's kind
/// does not say it all.
template <class Op>
requires(primitives::contains<Op>) struct kernel<Op, testing::symbolic> {
    using T = testing::symbolic;

    template <std::same_as<T>... Ts>
    requires(1 + sizeof...(Ts) == facts_of_operation<Op>.operands) static T
        forward(context& ctx, const Op& o, saved<T>&, const T& first, const Ts&... rest) {
        shape out = first.extents();
        if constexpr (requires { o.result(first.extents(), rest.extents()...); })
            out = o.result(first.extents(), rest.extents()...);
        else
            ((out = broadcast(out, rest.extents(), "elementwise operation")), ...);
        constexpr cost_kind kind = facts_of_operation<Op>.kind;
        extent work = kind == cost_kind::reduction ? first.extents().elements() : out.elements();
        if constexpr (requires { o.work(first.extents(), rest.extents()...); })
            work = o.work(first.extents(), rest.extents()...);
        return testing::detail::counted(ctx, out, testing::detail::count_of(kind), work);
    }
};

static_assert(testing::complete_backend<testing::symbolic>);

}  // namespace MGKIT_NAMESPACE
