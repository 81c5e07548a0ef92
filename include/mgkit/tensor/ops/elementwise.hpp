// SPDX-License-Identifier: MIT
// Primitive elementwise operations and their gradients.
#pragma once

#include "mgkit/tensor/apply.hpp"

namespace MGKIT_NAMESPACE {

/// Sums `x` over the axes along which `target` was broadcast: the gradient of broadcasting.
template <operand X>
X reduce_to(context& ctx, const X& x, const shape& target);

/// The same values under other extents (same element count). Shares storage where it can.
template <operand X>
X reshape(context& ctx, const X& x, const shape& extents);

namespace op {

/// a + b, broadcasting.
struct add {
    template <class T>
    static void remember(const add&, saved<T>& kept, const T&, const T& a, const T& b) {
        kept.keep(a);
        if (shape_of(a) != shape_of(b)) kept.keep(b);
    }
    template <class T>
    static void gradient(context& ctx, const add&, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        for (int i = 0; i < 2; ++i) {
            if (!sink.wants(i)) continue;
            const shape in = shape_of(kept[i < kept.count() ? i : 0]);
            sink.pass(ctx, i, reduce_to(ctx, dout, in));  // may be dout under other extents
        }
    }
};

/// a * b, broadcasting.
struct mul {
    template <class T>
    static void remember(const mul&, saved<T>& kept, const T&, const T& a, const T& b) {
        kept.keep(a);
        kept.keep(b);
    }
    template <class T>
    static void gradient(context& ctx, const mul& self, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        for (int i = 0; i < 2; ++i)
            if (sink.wants(i))
                sink.add(ctx, i,
                         reduce_to(ctx, apply(ctx, self, dout, kept[1 - i]), shape_of(kept[i])));
    }
};

/// scale * x + shift, with constants.
struct affine {
    double scale = 1, shift = 0;

    template <class T>
    static void remember(const affine&, saved<T>&, const T&, const T&) {}
    template <class T>
    static void gradient(context& ctx, const affine& self, const saved<T>&, const T& dout,
                         gradients<T>& sink) {
        sink.add(ctx, 0, apply(ctx, affine{self.scale, 0}, dout));
    }
};

/// Functions of one value whose derivative is a product of dout with something of x or f(x).
struct exp {
    template <class T>
    static void remember(const exp&, saved<T>& kept, const T& out, const T&) {
        kept.keep(out);
    }
    template <class T>
    static void gradient(context& ctx, const exp&, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        sink.add(ctx, 0, apply(ctx, mul{}, dout, kept[0]));
    }
};

/// Reciprocal square root of positive values.
struct rsqrt {
    template <class T>
    static void remember(const rsqrt&, saved<T>& kept, const T& out, const T&) {
        kept.keep(out);
    }
    template <class T>
    static void gradient(context& ctx, const rsqrt&, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const T cube = apply(ctx, mul{}, kept[0], apply(ctx, mul{}, kept[0], kept[0]));
        sink.add(ctx, 0, apply(ctx, affine{-0.5, 0}, apply(ctx, mul{}, dout, cube)));
    }
};

/// Natural logarithm of positive values.
struct log {
    template <class T>
    static void remember(const log&, saved<T>& kept, const T&, const T& x) {
        kept.keep(x);
    }
    template <class T>
    static void gradient(context& ctx, const log&, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const T root = apply(ctx, rsqrt{}, kept[0]);
        sink.add(ctx, 0, apply(ctx, mul{}, dout, apply(ctx, mul{}, root, root)));
    }
};

/// Error function.
struct erf {
    template <class T>
    static void remember(const erf&, saved<T>& kept, const T&, const T& x) {
        kept.keep(x);
    }
    template <class T>
    static void gradient(context& ctx, const erf&, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        constexpr double two_over_root_pi = 1.1283791670955125739;
        const T square = apply(ctx, mul{}, kept[0], kept[0]);
        const T bell = apply(ctx, exp{}, apply(ctx, affine{-1, 0}, square));
        sink.add(ctx, 0, apply(ctx, affine{two_over_root_pi, 0}, apply(ctx, mul{}, dout, bell)));
    }
};

/// Hyperbolic tangent.
struct tanh {
    template <class T>
    static void remember(const tanh&, saved<T>& kept, const T& out, const T&) {
        kept.keep(out);
    }
    template <class T>
    static void gradient(context& ctx, const tanh&, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const T slope = apply(ctx, affine{-1, 1}, apply(ctx, mul{}, kept[0], kept[0]));
        sink.add(ctx, 0, apply(ctx, mul{}, dout, slope));
    }
};

/// 1 where a > b, else 0, broadcasting. No gradient.
struct greater {
    template <class T>
    static void remember(const greater&, saved<T>&, const T&, const T&, const T&) {}
    template <class T>
    static void gradient(context&, const greater&, const saved<T>&, const T&, gradients<T>&) {}
};

/// a where mask is not 0, else b; the values not chosen (NaN included) do not matter.
/// Equal shapes; no gradient for the mask.
struct select {
    static shape result(const shape& mask, const shape& a, const shape& b) {
        if (a != b || mask != a)
            throw error("select", text("three operands of shape ", a.str()),
                        text(mask.str(), " and ", b.str()));
        return a;
    }
    template <class T>
    static void remember(const select&, saved<T>& kept, const T&, const T& mask, const T&,
                         const T&) {
        kept.keep(mask);
    }
    template <class T>
    static void gradient(context& ctx, const select& self, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const T zero = backend_traits<T>::full(ctx, shape_of(dout), 0);
        if (sink.wants(1)) sink.add(ctx, 1, apply(ctx, self, kept[0], dout, zero));
        if (sink.wants(2)) sink.add(ctx, 2, apply(ctx, self, kept[0], zero, dout));
    }
};

}  // namespace op

template <operand X>
X add(context& ctx, const X& a, const X& b) {
    broadcast(shape_of(a), shape_of(b), "add");
    return apply(ctx, op::add{}, a, b);
}
template <operand X>
X mul(context& ctx, const X& a, const X& b) {
    broadcast(shape_of(a), shape_of(b), "mul");
    return apply(ctx, op::mul{}, a, b);
}
template <operand X>
X affine(context& ctx, const X& x, double scale, double shift = 0) {
    return apply(ctx, op::affine{scale, shift}, x);
}
template <operand X>
X sub(context& ctx, const X& a, const X& b) {
    return add(ctx, a, affine(ctx, b, -1));
}
template <operand X>
X exp(context& ctx, const X& x) {
    return apply(ctx, op::exp{}, x);
}
template <operand X>
X log(context& ctx, const X& x) {
    return apply(ctx, op::log{}, x);
}
template <operand X>
X rsqrt(context& ctx, const X& x) {
    return apply(ctx, op::rsqrt{}, x);
}
template <operand X>
X erf(context& ctx, const X& x) {
    return apply(ctx, op::erf{}, x);
}
template <operand X>
X tanh(context& ctx, const X& x) {
    return apply(ctx, op::tanh{}, x);
}
template <operand X>
X greater(context& ctx, const X& a, const X& b) {
    broadcast(shape_of(a), shape_of(b), "greater");
    return apply(ctx, op::greater{}, a, b);
}
template <operand X>
X select(context& ctx, const X& mask, const X& a, const X& b) {
    op::select::result(shape_of(mask), shape_of(a), shape_of(b));
    return apply(ctx, op::select{}, mask, a, b);
}
template <operand X>
X square(context& ctx, const X& x) {
    return mul(ctx, x, x);
}
/// A constant of the operand's type.
template <operand X>
X constant(context& ctx, const shape& extents, double value) {
    return X{backend_traits<tensor_of<X>>::full(ctx, extents, value)};
}

}  // namespace MGKIT_NAMESPACE
