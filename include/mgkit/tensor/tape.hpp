// Reverse-mode differentiation for tensor types without a gradient of their own.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

#include "mgkit/tensor/concept.hpp"

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
template <tensor T>
struct variable {
    T value{};
    gradient_slot<T>* slot = nullptr;

    variable() = default;
    variable(T v, gradient_slot<T>* s = nullptr) : value(std::move(v)), slot(s) {}
};

/// A trainable tensor: its value and its gradient of the last backward pass.
template <tensor T>
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
        gradient_slot<T>& slot = *slots_[i];
        if (!slot.filled) {
            slot.gradient = backend_traits<T>::empty(ctx, extents);
            slot.filled = true;
            slot.shared = false;
            return {slot.gradient, 0};
        }
        if (slot.shared) {
            T own = backend_traits<T>::empty(ctx, extents);
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

/// The record of one forward pass, kept by the context. Nodes and their storage are reused, so
/// that from the second step on recording does not reach the system allocator.
template <tensor T>
class tape {
public:
    static constexpr int max_inputs = 6;

    struct node {
        gradient_slot<T> out;
        saved<T> kept{true};
        gradient_slot<T>* inputs[max_inputs] = {};
        int count = 0;
        alignas(std::max_align_t) std::byte op[192];
        void (*run)(context&, node&) = nullptr;
        void (*destroy)(void*) = nullptr;
    };

    bool recording() const { return recording_; }
    bool recording(bool on) { return std::exchange(recording_, on); }
    std::size_t size() const { return used_; }

    /// Recording switched on or off for a scope, however the scope is left.
    class switched {
    public:
        switched(tape& record, bool on) : tape_(record), was_(record.recording(on)) {}
        ~switched() { tape_.recording(was_); }
        switched(const switched&) = delete;
        switched& operator=(const switched&) = delete;

    private:
        tape& tape_;
        bool was_;
    };

    /// Whether a place belonged to a node that has been forgotten since.
    bool forgot(const gradient_slot<T>* place) const {
        for (std::size_t i = used_; i < nodes_.size(); ++i)
            if (&nodes_[i]->out == place) return true;
        return false;
    }

    /// Adds a node whose backward is `Backward::run(ctx, op, kept, dout, sink)`.
    template <class Backward, class Op, class... Slots>
    node& record(const Op& op, Slots*... slots) {
        static_assert(sizeof(Op) <= sizeof(node::op), "mgkit: operation settings are too large");
        static_assert(sizeof...(Slots) <= max_inputs, "mgkit: too many operands");
        if (used_ == nodes_.size()) nodes_.push_back(std::make_unique<node>());
        node& n = *nodes_[used_++];
        n.count = 0;
        ((n.inputs[n.count++] = slots), ...);
        new (static_cast<void*>(n.op)) Op(op);
        n.destroy = [](void* p) { static_cast<Op*>(p)->~Op(); };
        n.run = [](context& ctx, node& self) {
            gradients<T> sink(self.inputs, self.count);
            Backward::run(ctx, *std::launder(reinterpret_cast<const Op*>(self.op)), self.kept,
                          self.out.gradient, sink);
        };
        return n;
    }

    /// Runs the nodes above `mark` in reverse and forgets them.
    void run_backward(context& ctx, std::size_t mark = 0) {
        const switched off(*this, false);
        while (used_ > mark) {
            node& n = *nodes_[used_ - 1];
            if (n.out.filled) n.run(ctx, n);
            pop();
        }
    }

    /// Forgets the nodes above `mark` without running them.
    void forget(std::size_t mark = 0) {
        while (used_ > mark) pop();
    }

private:
    void pop() {
        node& n = *nodes_[--used_];
        n.kept.clear();
        n.out.clear();
        n.destroy(n.op);
    }

    std::vector<std::unique_ptr<node>> nodes_;
    std::size_t used_ = 0;
    bool recording_ = false;
};

/// Records operations on variables of T while in scope; what was not run backward is forgotten.
template <tensor T>
class recording {
public:
    explicit recording(context& ctx)
        : tape_(ctx.state.template get<tape<T>>()),
          mark_(tape_.size()),
          was_(tape_.recording(true)) {}
    ~recording() {
        tape_.forget(mark_);
        tape_.recording(was_);
    }
    recording(const recording&) = delete;
    recording& operator=(const recording&) = delete;

private:
    tape<T>& tape_;
    std::size_t mark_;
    bool was_;
};

/// Gradient of a scalar (or of sum(weights * result)) with respect to everything it was made of;
/// adds to the slots of parameters and watched values. Ends the record.
template <tensor T>
void backward(context& ctx, const variable<T>& result, const T* weights = nullptr) {
    tape<T>& record = ctx.state.template get<tape<T>>();
    if (result.slot == nullptr)
        throw error("backward", "a result recorded from parameters or watched values", "a constant",
                    "keep a mgkit::recording alive around the forward pass");
    if (record.forgot(result.slot))
        throw error("backward", "a result of the record in progress", "one whose record has ended",
                    "run the forward pass again: a record serves one backward pass");
    const shape extents = shape_of(result);
    if (weights == nullptr && extents.elements() != 1)
        throw error("backward", "a scalar", text("a result of shape ", extents.str()),
                    "pass weights of that shape");
    if (weights != nullptr && backend_traits<T>::shape_of(*weights) != extents)
        throw error("backward", text("weights of the result's shape ", extents.str()),
                    shape(backend_traits<T>::shape_of(*weights)).str());
    gradient_slot<T>* const places[] = {result.slot};
    gradients<T>(places, 1).pass(ctx, 0,
                                 weights ? *weights : backend_traits<T>::full(ctx, extents, 1.0));
    record.run_backward(ctx);
}

/// A value whose gradient is wanted though it is no parameter.
template <tensor T>
variable<T> watch(T value, gradient_slot<T>& slot) {
    return {std::move(value), &slot};
}

}  // namespace mgkit
