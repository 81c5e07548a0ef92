// SPDX-License-Identifier: MIT
// Primitive operations that reduce, move and multiply: sum, max, permute, slice, concat, matmul.
#pragma once

#include "mgkit/tensor/ops/elementwise.hpp"

namespace MGKIT_NAMESPACE {

namespace op {

/// Sum over the axes whose bit is set; they stay as extent 1.
struct sum {
    unsigned axes = 0;

    shape result(const shape& in) const {
        shape out = in;
        for (int i = 0; i < in.rank(); ++i)
            if (axes >> i & 1u) out[i] = 1;
        return out;
    }
    template <class T>
    static void remember(const sum&, saved<T>& kept, const T&, const T& x) {
        kept.keep(x);
    }
    template <class T>
    static void gradient(context& ctx, const sum&, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const T zero = backend_traits<T>::full(ctx, shape_of(kept[0]), 0);
        sink.add(ctx, 0, apply(ctx, add{}, zero, dout));
    }
};

/// Maximum along one axis, which stays as extent 1. Ties share the gradient equally.
struct max {
    int axis = 0;

    shape result(const shape& in) const {
        shape out = in;
        out[axis] = 1;
        return out;
    }
    template <class T>
    static void remember(const max&, saved<T>& kept, const T& out, const T& x) {
        kept.keep(x);
        kept.keep(out);
    }
    template <class T>
    static void gradient(context& ctx, const max& self, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const T below = apply(ctx, greater{}, kept[1], kept[0]);
        const T ties = apply(ctx, affine{-1, 1}, below);
        const T count = apply(ctx, sum{1u << self.axis}, ties);
        const T root = apply(ctx, rsqrt{}, count);
        const T share = apply(ctx, mul{}, dout, apply(ctx, mul{}, root, root));
        sink.add(ctx, 0, apply(ctx, mul{}, ties, share));
    }
};

/// Axes in another order: out axis i is in axis order[i].
struct permute {
    std::array<int, shape::max_rank> order{};

    shape result(const shape& in) const {
        shape out;
        for (int i = 0; i < in.rank(); ++i) out.push_back(in[order[static_cast<std::size_t>(i)]]);
        return out;
    }
    template <class T>
    static void remember(const permute&, saved<T>&, const T&, const T&) {}
    template <class T>
    static void gradient(context& ctx, const permute& self, const saved<T>&, const T& dout,
                         gradients<T>& sink) {
        permute inverse;
        for (int i = 0; i < shape_of(dout).rank(); ++i)
            inverse.order[static_cast<std::size_t>(self.order[static_cast<std::size_t>(i)])] = i;
        sink.add(ctx, 0, apply(ctx, inverse, dout));
    }
};

/// Two tensors one after the other along an axis.
struct concat {
    int axis = 0;

    shape result(const shape& a, const shape& b) const {
        shape out = a;
        bool fits = a.rank() == b.rank() && axis < a.rank();
        for (int i = 0; fits && i < a.rank(); ++i) fits = i == axis || a[i] == b[i];
        if (!fits)
            throw error("concat", text("shapes equal but for axis ", axis, " of ", a.str()),
                        b.str());
        out[axis] = a[axis] + b[axis];
        return out;
    }
    template <class T>
    static void remember(const concat&, saved<T>& kept, const T&, const T& a, const T& b) {
        kept.keep(a);
        kept.keep(b);
    }
    template <class T>
    static void gradient(context& ctx, const concat& self, const saved<T>& kept, const T& dout,
                         gradients<T>& sink);
};

/// `length` entries of an axis from `begin` on.
struct slice {
    int axis = 0;
    extent begin = 0, length = 0;

    shape result(const shape& in) const {
        if (begin < 0 || length < 0 || begin + length > in[axis])
            throw error("slice", text("a range within ", in[axis], " entries"),
                        text("[", begin, ", ", begin + length, ")"));
        shape out = in;
        out[axis] = length;
        return out;
    }
    template <class T>
    static void remember(const slice&, saved<T>& kept, const T&, const T& x) {
        kept.keep(x);
    }
    template <class T>
    static void gradient(context& ctx, const slice& self, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        sink.add_part(ctx, 0, shape_of(kept[0]), self.axis, self.begin, dout);
    }
};

template <class T>
void concat::gradient(context& ctx, const concat& self, const saved<T>& kept, const T& dout,
                      gradients<T>& sink) {
    const extent first = shape_of(kept[0])[self.axis], second = shape_of(kept[1])[self.axis];
    if (sink.wants(0)) sink.add(ctx, 0, apply(ctx, slice{self.axis, 0, first}, dout));
    if (sink.wants(1)) sink.add(ctx, 1, apply(ctx, slice{self.axis, first, second}, dout));
}

/// Product of (optionally transposed) matrices, batched over leading axes; a two-axis operand is
/// used for every batch entry.
struct matmul {
    bool transpose_a = false, transpose_b = false;

    shape result(const shape& a, const shape& b) const {
        return product_shape(a, b, transpose_a, transpose_b);
    }
    /// Multiply-adds.
    extent work(const shape& a, const shape& b) const {
        return result(a, b).elements() * a[transpose_a ? -2 : -1];
    }
    template <class T>
    static void remember(const matmul&, saved<T>& kept, const T&, const T& a, const T& b) {
        kept.keep(a);
        kept.keep(b);
    }
    template <class T>
    static void gradient(context& ctx, const matmul& self, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const T &a = kept[0], &b = kept[1];
        if (sink.wants(0)) {
            const T da = self.transpose_a ? apply(ctx, matmul{self.transpose_b, true}, b, dout)
                                          : apply(ctx, matmul{false, !self.transpose_b}, dout, b);
            sink.add(ctx, 0, unbatch(ctx, da, shape_of(a)));
        }
        if (sink.wants(1)) {
            const T db = self.transpose_b ? apply(ctx, matmul{true, self.transpose_a}, dout, a)
                                          : apply(ctx, matmul{!self.transpose_a, false}, a, dout);
            sink.add(ctx, 1, unbatch(ctx, db, shape_of(b)));
        }
    }

private:
    template <class T>
    static T unbatch(context& ctx, const T& x, const shape& target) {
        return shape_of(x) == target ? x : reduce_to(ctx, x, target);
    }
};

/// Same elements, other extents.
struct reshape {
    shape extents;

    template <class T>
    static void backward(context& ctx, const reshape&, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        sink.pass(ctx, 0, backend_traits<T>::reshape(dout, shape_of(kept[0])));
        (void)ctx;
    }
};

}  // namespace op

template <operand X>
X reshape(context& ctx, const X& x, const shape& extents) {
    using T = tensor_of<X>;
    if (extents.elements() != shape_of(x).elements())
        throw error("reshape", text("as many elements as ", shape_of(x).str()), extents.str());
    if constexpr (std::same_as<X, T>) {
        return backend_traits<T>::reshape(x, extents);
    } else if constexpr (native_gradient<T>) {
        return detail::native_result<T>(
            ctx, backend_traits<T>::reshape(detail::native_value(ctx, x), extents));
    } else {
        T out = backend_traits<T>::reshape(x.value, extents);
        tape<T>& record = ctx.state.template get<tape<T>>();
        if (!record.recording() || x.slot == nullptr) return {std::move(out)};
        struct undo {
            static void run(context& c, const op::reshape& self, const saved<T>& kept,
                            const T& dout, gradients<T>& sink) {
                op::reshape::backward(c, self, kept, dout, sink);
            }
        };
        auto& node = record.template record<undo>(op::reshape{extents}, x);
        node.kept.keep(x.value);
        return record.result(std::move(out), node);
    }
}

/// Sum over a set of axes. `keep` leaves them as extent 1.
template <operand X>
X sum(context& ctx, const X& x, std::initializer_list<int> axes, bool keep = false) {
    const shape in = shape_of(x);
    op::sum what;
    for (int a : axes) what.axes |= 1u << in.axis(a);
    X out = apply(ctx, what, x);
    if (keep) return out;
    shape left;
    for (int i = 0; i < in.rank(); ++i)
        if (!(what.axes >> i & 1u)) left.push_back(in[i]);
    return reshape(ctx, out, left);
}
/// Sum of all elements, as a tensor without axes.
template <operand X>
X sum(context& ctx, const X& x) {
    const shape in = shape_of(x);
    return reshape(ctx, apply(ctx, op::sum{(1u << in.rank()) - 1u}, x), shape{});
}
template <operand X>
X mean(context& ctx, const X& x) {
    return affine(ctx, mgkit::sum(ctx, x), 1.0 / static_cast<double>(shape_of(x).elements()));
}
template <operand X>
X mean(context& ctx, const X& x, std::initializer_list<int> axes, bool keep = false) {
    double count = 1;
    for (int a : axes) count *= static_cast<double>(shape_of(x)[a]);
    return affine(ctx, mgkit::sum(ctx, x, axes, keep), 1.0 / count);
}
/// Maximum along an axis, ties sharing the gradient.
template <operand X>
X max(context& ctx, const X& x, int axis, bool keep = false) {
    const shape in = shape_of(x);
    const int a = in.axis(axis);
    if (in[a] == 0) throw error("max", "an axis with entries", in.str());
    X out = apply(ctx, op::max{a}, x);
    if (keep) return out;
    shape left;
    for (int i = 0; i < in.rank(); ++i)
        if (i != a) left.push_back(in[i]);
    return reshape(ctx, out, left);
}
template <operand X>
X permute(context& ctx, const X& x, std::initializer_list<int> order) {
    const shape in = shape_of(x);
    op::permute what;
    unsigned seen = 0;
    int i = 0;
    for (int a : order) {
        if (i < shape::max_rank) what.order[static_cast<std::size_t>(i)] = in.axis(a);
        seen |= 1u << in.axis(a);
        ++i;
    }
    if (i != in.rank() || seen != (1u << in.rank()) - 1u)
        throw error("permute", text("every axis of ", in.str(), " once"), text(i, " axes"));
    return apply(ctx, what, x);
}
template <operand X>
X slice(context& ctx, const X& x, int axis, extent begin, extent length) {
    const shape in = shape_of(x);
    const op::slice part{in.axis(axis), begin, length};
    if (part.result(in) == in) return x;
    return apply(ctx, part, x);
}
template <operand X>
X concat(context& ctx, int axis, const X& a, const X& b) {
    const op::concat joined{shape_of(a).axis(axis)};
    joined.result(shape_of(a), shape_of(b));
    return apply(ctx, joined, a, b);
}
template <operand X>
X matmul(context& ctx, const X& a, const X& b, bool transpose_a = false, bool transpose_b = false) {
    product_shape(shape_of(a), shape_of(b), transpose_a, transpose_b);
    return apply(ctx, op::matmul{transpose_a, transpose_b}, a, b);
}

template <operand X>
X reduce_to(context& ctx, const X& x, const shape& target) {
    const shape in = shape_of(x);
    if (in == target) return x;
    op::sum what;
    const int lead = in.rank() - target.rank();
    for (int i = 0; i < in.rank(); ++i)
        if (i < lead || (target[i - lead] == 1 && in[i] != 1)) what.axes |= 1u << i;
    return reshape(ctx, what.axes ? apply(ctx, what, x) : x, target);
}

template <class T>
void gradients<T>::put(context& ctx, int i, T gradient, bool shared) {
    if (!wants(i)) return;
    gradient_slot<T>& slot = *slots_[i];
    if (!slot.filled) {
        slot.gradient = std::move(gradient);
        slot.filled = true;
        slot.shared = shared;
        return;
    }
    slot.gradient = mgkit::apply(ctx, op::add{}, slot.gradient, gradient);
    slot.shared = false;
}

template <class T>
void gradients<T>::add_part(context& ctx, int i, const shape& extents, int axis, extent begin,
                            const T& part) {
    if (!wants(i)) return;
    if constexpr (adds_parts<T>) {
        const target whole =
            accumulate_into(ctx, i, [&] { return backend_traits<T>::full(ctx, extents, 0); });
        backend_traits<T>::add_part(ctx, whole.gradient, axis, begin, part);
    } else {
        const extent length = shape_of(part)[axis];
        shape pad = extents;
        T whole = part;
        if (begin > 0) {
            pad[axis] = begin;
            whole = apply(ctx, op::concat{axis}, backend_traits<T>::full(ctx, pad, 0), whole);
        }
        if (begin + length < extents[axis]) {
            pad[axis] = extents[axis] - begin - length;
            whole = apply(ctx, op::concat{axis}, whole, backend_traits<T>::full(ctx, pad, 0));
        }
        put(ctx, i, std::move(whole), true);
    }
}

}  // namespace MGKIT_NAMESPACE
