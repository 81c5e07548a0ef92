// SPDX-License-Identifier: MIT
// Values whose gradient is wanted, parameters, and where gradients gather.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "mgkit/core/error.hpp"
#include "mgkit/tensor/explained.hpp"

namespace MGKIT_NAMESPACE {

/// Tells a record whether what it points to is still where it was: destroyed and moved objects are
/// gone, copies are others.
class presence {
public:
    presence() = default;
    presence(const presence&) noexcept {}
    presence(presence&& other) noexcept { other.leave(); }
    presence& operator=(const presence&) noexcept { return *this; }
    presence& operator=(presence&& other) noexcept {
        if (this != &other) other.leave();
        return *this;
    }
    ~presence() { leave(); }

    /// True for as long as this object stays; outlives it.
    std::shared_ptr<const bool> observe() {
        if (!here_) here_ = std::make_shared<bool>(true);
        return here_;
    }

private:
    void leave() noexcept {
        if (here_) *here_ = false;
        here_.reset();
    }
    std::shared_ptr<bool> here_;
};

/// Where the gradient of one value gathers.
template <class T>
struct gradient_slot {
    T gradient{};
    bool filled = false;
    bool shared = false;  ///< gradient aliases a tensor in use elsewhere: never add in place
    presence here{};

    void clear() {
        gradient = T{};
        filled = shared = false;
    }
};

/// A value together with the place its gradient goes to; without a place it is a constant.
///
/// A result of operations belongs to the record in which it was made: it is no operand of another
/// one, and ends with it. `detach` gives its value as a constant.
template <model_tensor T>
struct variable {
    T value{};
    gradient_slot<T>* slot = nullptr;
    std::uint64_t record = 0;  ///< that made it; 0 for constants, parameters and watched values

    variable() = default;
    variable(T v, gradient_slot<T>* s = nullptr, std::uint64_t made_in = 0)
        : value(std::move(v)), slot(s), record(made_in) {}
};

/// A trainable tensor: its value and its gradient of the last backward pass. Where gradients gather
/// is no part of the value: a const model may be used in a record.
template <model_tensor T>
struct parameter {
    T value{};
    mutable gradient_slot<T> slot{};
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
    static T use(const parameter<T>& p) { return p.value; }
};
template <tensor T>
struct operand_traits<variable<T>> {
    static constexpr bool valid = true;
    using value_type = T;
    static const T& value(const variable<T>& x) { return x.value; }
    static variable<T> use(const parameter<T>& p) {
        return {p.value, p.trainable ? &p.slot : nullptr};
    }
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
/// The value as a constant: no gradient goes through it, and it may be used in any record.
template <operand X>
X detach(const X& x) {
    using T = tensor_of<X>;
    if constexpr (requires { backend_traits<T>::detached(value_of(x)); })
        return X{backend_traits<T>::detached(value_of(x))};
    else
        return X{value_of(x)};
}
/// A parameter as an operand of type X: its plain value, or a variable that gathers its gradient.
template <operand X>
X use(const parameter<tensor_of<X>>& p) {
    return operand_traits<X>::use(p);
}
template <operand X>
X use(const parameter<tensor_of<X>>&&) = delete;  // its gradient would go nowhere

/// Traits that write a part in place: `add_part(ctx, T& whole, int axis, extent begin, const T&
/// part)` adds it to entries of an axis.
template <class T>
concept adds_parts = requires(context& ctx, T& whole, const T& part) {
    backend_traits<T>::add_part(ctx, whole, 0, extent{0}, part);
};

/// The places a backward kernel adds its results to, one per operand.
template <class T>
class gradients {
public:
    gradients(gradient_slot<T>* const* slots, int count) : slots_(slots), count_(count) {}

    /// Whether operand i needs a gradient at all.
    bool wants(int i) const { return i >= 0 && i < count_ && slots_[i] != nullptr; }

    /// Adds a tensor made for this purpose: the slot may take it over.
    void add(context& ctx, int i, T gradient) { put(ctx, i, std::move(gradient), false); }

    /// Adds a tensor that is in use elsewhere, such as dout itself.
    void pass(context& ctx, int i, T gradient) { put(ctx, i, std::move(gradient), true); }

    /// Adds a tensor to entries [begin, begin + its extent) of an axis of a gradient of these
    /// extents, in place where T can: many parts of one operand cost no more than the operand.
    void add_part(context& ctx, int i, const shape& extents, int axis, extent begin, const T& part);

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
        if (!wants(i))
            throw error("gradients", text("an operand below ", count_, " that wants a gradient"),
                        text("operand ", i), "ask wants(i) before adding in place");
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

}  // namespace MGKIT_NAMESPACE
