// SPDX-License-Identifier: MIT
// Entries of an axis by index: taken, added back, and the largest ones found.
#pragma once

#include <algorithm>
#include <numeric>
#include <vector>

#include "mgkit/tensor/integers.hpp"
#include "mgkit/tensor/ops/structure.hpp"

namespace MGKIT_NAMESPACE {

namespace op {

/// How an index lies against a tensor: x as [batch, before, entries, after], `chosen` indices for
/// each of batch.
struct gather_plan {
    extent batch = 1, before = 1, entries = 0, chosen = 0, after = 1;
};

/// Entries which[k] (or which[b][k], for entry b of the first axis) of an axis.
struct gather {
    int axis = 0;
    bool by_sample = false;  ///< `which` is [B, K], B the extent of the first axis
    index_tensor which{};

    shape result(const shape& in) const {
        shape out = in;
        out[axis] = which.extents()[-1];
        return out;
    }
    /// For the tensor whose axis is `whole` long.
    gather_plan plan(const shape& whole) const {
        const extent before = whole.before(axis), batch = by_sample ? whole[0] : 1;
        return {batch, batch == 0 ? 0 : before / batch, whole[axis], which.extents()[-1],
                whole.after(axis)};
    }
    template <class T>
    static void remember(const gather&, saved<T>& kept, const T&, const T& x) {
        kept.keep(x);
    }
    template <class T>
    static void gradient(context& ctx, const gather& self, const saved<T>& kept, const T& dout,
                         gradients<T>& sink);
};

/// `into` with `values` added to the entries `which` of an axis, repeated ones in their order.
struct scatter_add {
    int axis = 0;
    bool by_sample = false;
    index_tensor which{};

    shape result(const shape& into, const shape&) const { return into; }
    extent work(const shape& into, const shape& values) const {
        return into.elements() + values.elements();
    }
    gather_plan plan(const shape& whole) const {
        return gather{axis, by_sample, which}.plan(whole);
    }
    template <class T>
    static void remember(const scatter_add&, saved<T>&, const T&, const T&, const T&) {}
    template <class T>
    static void gradient(context& ctx, const scatter_add& self, const saved<T>&, const T& dout,
                         gradients<T>& sink) {
        sink.pass(ctx, 0, dout);
        if (sink.wants(1))
            sink.add(ctx, 1, apply(ctx, gather{self.axis, self.by_sample, self.which}, dout));
    }
};

template <class T>
void gather::gradient(context& ctx, const gather& self, const saved<T>& kept, const T& dout,
                      gradients<T>& sink) {
    if (!sink.wants(0)) return;
    const T zero = backend_traits<T>::full(ctx, shape_of(kept[0]), 0);
    sink.add(ctx, 0, apply(ctx, scatter_add{self.axis, self.by_sample, self.which}, zero, dout));
}

}  // namespace op

namespace detail {

/// The axis of a gather, checked against its index. Errors: an index of other axes than [K] or
/// [B, K], or with values outside of the axis; one whose values are not known to lie within it.
inline op::gather gather_of(const char* where, const shape& in, int axis,
                            const index_tensor& which) {
    if (in.rank() == 0) throw error(where, "a tensor with axes", in.str());
    const int along = in.axis(axis);
    const shape& given = which.extents();
    const bool by_sample = given.rank() == 2;
    if (given.rank() != 1 && (!by_sample || along == 0 || given[0] != in[0]))
        throw error(
            where,
            text("an index [K], or [", in[0], ", K] along an axis after the first, for ", in.str()),
            text("an index ", given.str(), " along axis ", along));
    if (which.elements() > 0) {
        if (!which.limits())
            throw error(where, text("an index known to lie below ", in[along]),
                        "one whose limits are not known", "state them with within(0, largest)");
        const auto [least, most] = *which.limits();
        if (least < 0 || most >= in[along])
            throw error(where, text("indices from 0 to ", in[along] - 1),
                        text("indices from ", least, " to ", most));
    }
    return {along, by_sample, which};
}

}  // namespace detail

/// Entries of an axis in the order of an index: which [K], for all alike, or [B, K], for each
/// entry of the first axis its own. x [.., n, ..] -> [.., K, ..].
/// Gradient: repeated entries add up. Cost: one move of the result.
template <operand X>
X gather(context& ctx, const X& x, int axis, const index_tensor& which) {
    return apply(ctx, detail::gather_of("gather", shape_of(x), axis, which), x);
}

/// x [.., n, ..] with values [.., K, ..] added to the entries `which` of an axis; repeated entries
/// add up in the order of the index. Cost: one move of x and of the values.
template <operand X>
X scatter_add(context& ctx, const X& x, int axis, const index_tensor& which, const X& values) {
    const op::gather g = detail::gather_of("scatter_add", shape_of(x), axis, which);
    if (g.result(shape_of(x)) != shape_of(values))
        throw error("scatter_add", text("values of shape ", g.result(shape_of(x)).str()),
                    shape_of(values).str());
    return apply(ctx, op::scatter_add{g.axis, g.by_sample, g.which}, x, values);
}

/// The largest values of the last axis and where they stood.
template <operand X>
struct top {
    X values;             ///< [..., k], largest first
    index_tensor places;  ///< [..., k]
};

namespace detail {

/// Places of the k largest of each row of x [rows, n]: equal values by place, NaN before all
/// others.
template <class S>
std::vector<std::int32_t> largest_places(std::span<const S> x, extent rows, extent n, extent k) {
    std::vector<std::int32_t> out(static_cast<std::size_t>(rows * k)),
        order(static_cast<std::size_t>(n));
    for (extent r = 0; r < rows; ++r) {
        const S* const row = x.data() + r * n;
        std::iota(order.begin(), order.end(), 0);
        std::partial_sort(order.begin(), order.begin() + k, order.end(),
                          [row](std::int32_t a, std::int32_t b) {
                              const bool na = row[a] != row[a], nb = row[b] != row[b];
                              if (na != nb) return na;
                              if (!na && row[a] != row[b]) return row[a] > row[b];
                              return a < b;
                          });
        std::copy_n(order.begin(), k, out.begin() + r * k);
    }
    return out;
}

}  // namespace detail

/// Places of the k largest values of each row, [..., n] -> [..., k]: see top_k.
template <tensor T>
index_tensor top_places(context& ctx, const T& x, int k) {
    const shape in = shape_of(x);
    if (in.rank() < 1 || k < 1 || k > in[-1])
        throw error("top_k", text("k from 1 to the last extent of ", in.str()), text(k));
    shape out = in;
    out[-1] = k;
    if constexpr (requires { backend_traits<T>::top_places(ctx, x, k); }) {
        return backend_traits<T>::top_places(ctx, x, k);
    } else {
        std::vector<typename backend_traits<T>::scalar> values(
            static_cast<std::size_t>(in.elements()));
        backend_traits<T>::to_host(ctx, x, std::span(values));
        auto places =
            detail::largest_places(std::span<const typename backend_traits<T>::scalar>(values),
                                   in.elements() / in[-1], in[-1], k);
        return index_tensor(out, std::move(places));
    }
}

/// The k largest values of the last axis, largest first, and their places; of equal ones the first,
/// NaN before all others. x [..., n] -> [..., k]. Gradients go to the entries that were chosen.
/// Cost: n log k a row; a backend without a kernel brings x to the host.
template <operand X>
top<X> top_k(context& ctx, const X& x, int k) {
    const index_tensor places = top_places(ctx, value_of(x), k);
    const shape in = shape_of(x);
    const extent rows = in[-1] == 0 ? 0 : in.elements() / in[-1];
    const X table = mgkit::reshape(ctx, x, {rows, in[-1]});
    const index_tensor flat =
        places.reshaped({rows, k}).within(0, static_cast<std::int32_t>(in[-1] - 1));
    return {mgkit::reshape(ctx, gather(ctx, table, 1, flat), places.extents()), places};
}

}  // namespace MGKIT_NAMESPACE
