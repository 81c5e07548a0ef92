// Reverse-mode differentiation for tensor types without a gradient of their own.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

#include "mgkit/tensor/native_gradient.hpp"
#include "mgkit/tensor/variable.hpp"

namespace mgkit {

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
        unsigned with_gradient = 0;
        for (int i = 0; i < n.count; ++i) with_gradient |= (n.inputs[i] != nullptr ? 1u : 0u) << i;
        n.kept.limit_to(with_gradient);
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
template <model_tensor T>
class recording {
public:
    explicit recording(context& ctx)
        : tape_(ctx.state.template get<tape<T>>()),
          leaves_(ctx.state.template get<native_leaves<T>>()),
          mark_(tape_.size()),
          was_(tape_.recording(true)) {}
    ~recording() {
        tape_.forget(mark_);
        tape_.recording(was_);
        if (!was_) leaves_ = {};
    }
    recording(const recording&) = delete;
    recording& operator=(const recording&) = delete;

private:
    tape<T>& tape_;
    native_leaves<T>& leaves_;
    std::size_t mark_;
    bool was_;
};

namespace detail {

/// What the library differentiates: a leaf for parameters and watched values.
template <native_gradient T>
T native_value(context& ctx, const variable<T>& x) {
    if (x.slot == nullptr || !ctx.state.template get<tape<T>>().recording()) return x.value;
    return ctx.state.template get<native_leaves<T>>().of(x);
}

template <native_gradient T>
void native_backward(context& ctx, const variable<T>& result, const T& weights) {
    const T value = native_value(ctx, result);
    const native_leaves<T> used =
        std::exchange(ctx.state.template get<native_leaves<T>>(), native_leaves<T>{});
    if (used.values.empty())
        throw error("backward", "a result of the record in progress", "one whose record has ended",
                    "run the forward pass again: a record serves one backward pass");
    std::vector<char> found(used.values.size(), 0);
    std::vector<T> gradient =
        backend_traits<T>::native_gradients(value, weights, used.values, found);
    for (std::size_t i = 0; i < used.slots.size(); ++i)
        if (found[i] != 0) {
            gradient_slot<T>* const places[] = {used.slots[i]};
            gradients<T>(places, 1).add(ctx, 0, std::move(gradient[i]));
        }
}

}  // namespace detail

/// Whether a value was made of parameters or watched values, so that `backward` has a way to go.
template <tensor T>
bool recorded(const variable<T>& x) {
    if constexpr (native_gradient<T>)
        if (backend_traits<T>::needs_gradient(x.value)) return true;
    return x.slot != nullptr;
}

/// Gradient of a scalar (or of sum(weights * result)) with respect to everything it was made of;
/// adds to the slots of parameters and watched values. Ends the record.
template <tensor T>
void backward(context& ctx, const variable<T>& result, const T* weights = nullptr) {
    tape<T>& record = ctx.state.template get<tape<T>>();
    if (!recorded(result))
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
    const T seed = weights ? *weights : backend_traits<T>::full(ctx, extents, 1.0);
    if constexpr (native_gradient<T>) {
        detail::native_backward(ctx, result, seed);
    } else {
        gradient_slot<T>* const places[] = {result.slot};
        gradients<T>(places, 1).pass(ctx, 0, seed);
        record.run_backward(ctx);
    }
}

/// A value whose gradient is wanted though it is no parameter.
template <tensor T>
variable<T> watch(T value, gradient_slot<T>& slot) {
    return {std::move(value), &slot};
}

}  // namespace mgkit
