// SPDX-License-Identifier: MIT
// Many parts of one axis: sequences taken apart and put together in time linear in their length.
#pragma once

#include <concepts>
#include <span>
#include <utility>
#include <vector>

#include "mgkit/tensor/ops/structure.hpp"

namespace MGKIT_NAMESPACE {

/// Traits of a library that records by itself and joins, or takes apart, any number of parts in one
/// operation of its own: `concat_all(ctx, span<const T>, axis)` and `split_all(ctx, x, axis,
/// lengths)`, which gives one T for each length.
template <class T>
concept joins_at_once = requires(context& ctx, std::span<const T> parts) {
    { backend_traits<T>::concat_all(ctx, parts, 0) } -> std::same_as<T>;
};
template <class T>
concept splits_at_once = requires(context& ctx, const T& x, std::span<const extent> lengths) {
    { backend_traits<T>::split_all(ctx, x, 0, lengths) } -> std::same_as<std::vector<T>>;
};

namespace detail {

/// An operand as its library sees it, and a result of it as an operand.
template <operand X>
tensor_of<X> native_operand(context& ctx, const X& x) {
    if constexpr (std::same_as<X, tensor_of<X>>)
        return x;
    else
        return native_value(ctx, x);
}
template <operand X>
X native_operand_of(context& ctx, tensor_of<X> value) {
    if constexpr (std::same_as<X, tensor_of<X>>)
        return value;
    else
        return native_result<tensor_of<X>>(ctx, std::move(value));
}

/// Parts one after the other; neighbours join first where T cannot write in place.
template <operand X>
X joined_by_pairs(context& ctx, int axis, std::span<const X> parts) {
    if (parts.size() == 1) return parts[0];
    const std::size_t half = parts.size() / 2;
    return concat(ctx, axis, joined_by_pairs(ctx, axis, parts.first(half)),
                  joined_by_pairs(ctx, axis, parts.subspan(half)));
}

/// Parts of given places, written into zeros.
template <tensor T>
T joined_in_place(context& ctx, int axis, const shape& extents, std::span<const T* const> parts) {
    T out = backend_traits<T>::full(ctx, extents, 0);
    extent at = 0;
    for (const T* part : parts) {
        backend_traits<T>::add_part(ctx, out, axis, at, *part);
        at += shape_of(*part)[axis];
    }
    return out;
}

/// The record of a join: each part gets its entries of the gradient.
struct join {
    int axis;

    template <class T>
    static void run(context& ctx, const join& self, const saved<T>& kept, const T& dout,
                    gradients<T>& sink) {
        extent at = 0;
        for (int i = 0; i < kept.count(); ++i) {
            const extent length = shape_of(kept[i])[self.axis];
            if (sink.wants(i)) sink.add(ctx, i, apply(ctx, op::slice{self.axis, at, length}, dout));
            at += length;
        }
    }
};

}  // namespace detail

/// Any number of tensors one after the other along an axis, equal in all others.
/// Cost: one move of the result, and of its gradient. Errors: no tensor; extents that do not fit.
template <operand X>
X concat(context& ctx, int axis, std::span<const X> parts) {
    using T = tensor_of<X>;
    if (parts.empty()) throw error("concat", "one tensor or more", "none");
    const int along = shape_of(parts[0]).axis(axis);
    shape extents = shape_of(parts[0]);
    for (std::size_t i = 1; i < parts.size(); ++i)
        extents = op::concat{along}.result(extents, shape_of(parts[i]));
    if constexpr (native_gradient<T> && joins_at_once<T>) {
        std::vector<T> values;
        for (const X& x : parts) values.push_back(detail::native_operand(ctx, x));
        return detail::native_operand_of<X>(
            ctx, backend_traits<T>::concat_all(ctx, std::span<const T>(values), along));
    } else if constexpr (native_gradient<T> || !adds_parts<T>) {
        return detail::joined_by_pairs(ctx, along, parts);
    } else {
        if (parts.size() <= 2) return detail::joined_by_pairs(ctx, along, parts);
        std::vector<const T*> values;
        for (const X& x : parts) values.push_back(&value_of(x));
        T out = detail::joined_in_place<T>(ctx, along, extents, values);
        if constexpr (std::same_as<X, T>) {
            return out;
        } else {
            tape<T>& record = ctx.state.template get<tape<T>>();
            bool wanted = false;
            std::vector<const X*> operands;
            for (const X& x : parts) {
                wanted = wanted || x.slot != nullptr;
                operands.push_back(&x);
            }
            if (!record.recording() || !wanted) return X{std::move(out)};
            auto& node = record.template record_all<detail::join>(detail::join{along}, operands);
            for (const X& x : parts) node.kept.keep(x.value);
            return record.result(std::move(out), node);
        }
    }
}
template <operand X, std::same_as<X>... Xs>
requires(sizeof...(Xs) > 0) X
    concat(context& ctx, int axis, const X& a, const X& b, const Xs&... rest) {
    const X parts[] = {a, b, rest...};
    return concat(ctx, axis, std::span<const X>(parts));
}

/// The entries of an axis in consecutive parts of these lengths. Gradients gather in place: linear
/// in the axis. Errors: lengths that do not add up to the axis' extent.
template <operand X>
std::vector<X> split(context& ctx, const X& x, int axis, std::span<const extent> lengths) {
    const shape in = shape_of(x);
    extent total = 0;
    for (const extent n : lengths) {
        if (n < 0) throw error("split", "lengths of 0 or more", text(n));
        total += n;
    }
    if (total != in[axis])
        throw error("split", text("lengths that add up to ", in[axis]), text(total));
    using T = tensor_of<X>;
    std::vector<X> out;
    out.reserve(lengths.size());
    if constexpr (native_gradient<T> && splits_at_once<T>) {
        for (T& part : backend_traits<T>::split_all(ctx, detail::native_operand(ctx, x),
                                                    in.axis(axis), lengths))
            out.push_back(detail::native_operand_of<X>(ctx, std::move(part)));
    } else {
        extent at = 0;
        for (const extent n : lengths) {
            out.push_back(slice(ctx, x, axis, at, n));
            at += n;
        }
    }
    return out;
}
/// Each entry of an axis by itself, without the axis: [.., T, ..] -> T times [.., ..].
template <operand X>
std::vector<X> unstack(context& ctx, const X& x, int axis) {
    const shape in = shape_of(x);
    const int along = in.axis(axis);
    shape one;
    for (int i = 0; i < in.rank(); ++i)
        if (i != along) one.push_back(in[i]);
    const std::vector<extent> lengths(static_cast<std::size_t>(in[along]), 1);
    std::vector<X> out = split(ctx, x, along, lengths);
    for (X& part : out) part = reshape(ctx, part, one);
    return out;
}
/// Tensors of one shape under a new axis: T times [.., ..] -> [.., T, ..].
template <operand X>
X stack(context& ctx, std::span<const X> parts, int axis) {
    if (parts.empty()) throw error("stack", "one tensor or more", "none");
    const shape in = shape_of(parts[0]);
    const int along = axis < 0 ? axis + in.rank() + 1 : axis;
    if (along < 0 || along > in.rank())
        throw error("stack", text("a new axis among those of ", in.str()), text(axis));
    shape one;
    for (int i = 0; i <= in.rank(); ++i) {
        if (i == along) one.push_back(1);
        if (i < in.rank()) one.push_back(in[i]);
    }
    std::vector<X> under;
    under.reserve(parts.size());
    for (const X& part : parts) {
        if (shape_of(part) != in)
            throw error("stack", text("tensors of shape ", in.str()), shape_of(part).str());
        under.push_back(reshape(ctx, part, one));
    }
    return concat(ctx, along, std::span<const X>(under));
}

}  // namespace MGKIT_NAMESPACE
