// Values whose gradient is wanted, parameters, and where gradients gather.
#pragma once

#include <cstddef>
#include <utility>

#include "mgkit/tensor/explained.hpp"

namespace mgkit {

/// Where the gradient of one value gathers.
template <class T>
struct gradient_slot {
    T gradient{};
    bool filled = false;
    bool shared = false;  ///< gradient aliases a tensor in use elsewhere: never add in place

    void clear() {
        gradient = T{};
        filled = shared = false;
    }
};

/// A value together with the place its gradient goes to; without a place it is a constant.
template <model_tensor T>
struct variable {
    T value{};
    gradient_slot<T>* slot = nullptr;

    variable() = default;
    variable(T v, gradient_slot<T>* s = nullptr) : value(std::move(v)), slot(s) {}
};

/// A trainable tensor: its value and its gradient of the last backward pass.
template <model_tensor T>
struct parameter {
    T value{};
    gradient_slot<T> slot{};
    bool trainable = true;
};

template <class X>
struct operand_traits {
    static constexpr bool valid = false;
};
template <tensor T>
struct operand_traits<T> {
    static constexpr bool valid = true;
    using value_type = T;
    static const T& value(const T& x) { return x; }
    static T use(parameter<T>& p) { return p.value; }
};
template <tensor T>
struct operand_traits<variable<T>> {
    static constexpr bool valid = true;
    using value_type = T;
    static const T& value(const variable<T>& x) { return x.value; }
    static variable<T> use(parameter<T>& p) { return {p.value, p.trainable ? &p.slot : nullptr}; }
};

/// What operations accept: a tensor (computes), or a variable of one (computes and may record).
template <class X>
concept operand = operand_traits<X>::valid;
template <operand X>
using tensor_of = typename operand_traits<X>::value_type;
template <operand X>
using scalar_of = typename backend_traits<tensor_of<X>>::scalar;

template <operand X>
const tensor_of<X>& value_of(const X& x) {
    return operand_traits<X>::value(x);
}
template <operand X>
shape shape_of(const X& x) {
    return backend_traits<tensor_of<X>>::shape_of(value_of(x));
}
/// A parameter as an operand of type X: its plain value, or a variable that gathers its gradient.
template <operand X>
X use(parameter<tensor_of<X>>& p) {
    return operand_traits<X>::use(p);
}

/// The places a backward kernel adds its results to, one per operand.
template <class T>
class gradients {
public:
    gradients(gradient_slot<T>* const* slots, int count) : slots_(slots), count_(count) {}

    /// Whether operand i needs a gradient at all.
    bool wants(int i) const { return i < count_ && slots_[i] != nullptr; }

    /// Adds a tensor made for this purpose: the slot may take it over.
    void add(context& ctx, int i, T gradient) { put(ctx, i, std::move(gradient), false); }

    /// Adds a tensor that is in use elsewhere, such as dout itself.
    void pass(context& ctx, int i, T gradient) { put(ctx, i, std::move(gradient), true); }

    /// Storage to accumulate into, and the factor (0 or 1) for what is in it already.
    struct target {
        T& gradient;
        int beta;
    };
    target accumulate(context& ctx, int i, const shape& extents) {
        return accumulate_into(ctx, i, [&] { return backend_traits<T>::empty(ctx, extents); });
    }
    /// The same with storage from `make()` where it is new: for types that keep some of their
    /// tensors in another way.
    template <class Make>
    target accumulate_into(context& ctx, int i, Make make) {
        gradient_slot<T>& slot = *slots_[i];
        if (!slot.filled) {
            slot.gradient = make();
            slot.filled = true;
            slot.shared = false;
            return {slot.gradient, 0};
        }
        if (slot.shared) {
            T own = make();
            backend_traits<T>::assign(ctx, own, slot.gradient);
            slot.gradient = std::move(own);
            slot.shared = false;
        }
        return {slot.gradient, 1};
    }

private:
    void put(context& ctx, int i, T gradient, bool shared);

    gradient_slot<T>* const* slots_;
    int count_;
};

}  // namespace mgkit
