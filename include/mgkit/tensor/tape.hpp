// SPDX-License-Identifier: MIT
// Reverse-mode differentiation for tensor types without a gradient of their own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "mgkit/tensor/native_gradient.hpp"
#include "mgkit/tensor/variable.hpp"

namespace MGKIT_NAMESPACE {

/// The records of forward passes in progress, kept by the context: one, or several where recordings
/// nest. Nodes, operands, settings and kept values stand in stacks whose memory is reused, so that
/// from the second step on recording takes nothing from the system.
template <tensor T>
class tape {
public:
    struct node {
        gradient_slot<T> out;
        saved<T> kept{true};
        gradient_slot<T>** inputs = nullptr;
        std::shared_ptr<const bool>* present = nullptr;  ///< of parameters and watched values
        int count = 0;
        void* op = nullptr;
        detail::byte_stack::mark below;  ///< where the bytes of operands and settings begin
        void (*run)(context&, node&) = nullptr;
        void (*destroy)(void*) = nullptr;
    };

    bool recording() const { return recording_; }
    bool recording(bool on) { return std::exchange(recording_, on); }
    std::size_t size() const { return nodes_.size(); }
    /// The record in progress; 0 for none. Never the same twice.
    std::uint64_t current() const { return current_; }

    /// Where an outer record stands while an inner one is in progress.
    struct outer_record {
        std::size_t floor;
        std::uint64_t current;
        bool recording;
    };
    /// Begins a record above what is there.
    outer_record begin() {
        const outer_record out{floor_, current_, recording_};
        floor_ = nodes_.size();
        current_ = ++last_;
        recording_ = true;
        return out;
    }
    /// Forgets the record in progress and goes back to the one around it.
    void end(const outer_record& outer) {
        forget(floor_);
        floor_ = outer.floor;
        current_ = outer.current;
        recording_ = outer.recording;
    }

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

    /// Errors: a result of another record than the one in progress.
    void require_current(const variable<T>& x, const char* where) const {
        if (x.record != 0 && x.record != current_)
            throw error(where, "a result of the record in progress",
                        "one of another record: one that has ended, or one around this one",
                        "compute it again in this record, or take its value with detach(x)");
    }

    /// Adds a node whose backward is `Backward::run(ctx, op, kept, dout, sink)`.
    template <class Backward, class Op, class... Variables>
    node& record(const Op& op, const Variables&... operands) {
        const variable<T>* const all[] = {&operands...};
        return record_all<Backward>(op, std::span<const variable<T>* const>(all));
    }
    /// The same for operands that are counted when the program runs.
    template <class Backward, class Op>
    node& record_all(const Op& op, std::span<const variable<T>* const> operands) {
        static_assert(alignof(Op) <= alignof(std::max_align_t), "mgkit: over-aligned settings");
        for (const variable<T>* x : operands) require_current(*x, "operation");
        const auto below = bytes_.here();
        void* const settings = new (bytes_.take(sizeof(Op))) Op(op);
        node& n = nodes_.grow();
        n.below = below;
        n.op = settings;
        n.destroy = [](void* p) { static_cast<Op*>(p)->~Op(); };
        n.run = [](context& ctx, node& self) {
            gradients<T> sink(self.inputs, self.count);
            Backward::run(ctx, *static_cast<const Op*>(self.op), self.kept, self.out.gradient,
                          sink);
        };
        take_operands(n, operands);
        return n;
    }
    /// The result of a node.
    variable<T> result(T value, node& made) const {
        return {std::move(value), &made.out, current_};
    }

    /// Runs the nodes above `mark` in reverse and forgets them. Errors: those of the operations; a
    /// parameter or watched value that was moved or destroyed since the forward pass.
    void run_backward(context& ctx, std::size_t mark) {
        const switched off(*this, false);
        while (nodes_.size() > mark) {
            node& n = nodes_.back();
            if (n.out.filled) {
                for (int i = 0; i < n.count; ++i) require_present(n.present[i]);
                n.run(ctx, n);
            }
            pop();
        }
    }
    /// The same for the record in progress, which ends with it: another one begins.
    void run_backward(context& ctx) {
        struct fresh {
            tape& of;
            ~fresh() { of.current_ = ++of.last_; }
        } const next{*this};
        run_backward(ctx, floor_);
    }
    static void require_present(const std::shared_ptr<const bool>& seen) {
        if (seen && !*seen)
            throw error("backward", "the parameters and watched values of the forward pass",
                        "one that was moved or destroyed since",
                        "keep a model where it is between forward and backward");
    }

    /// Forgets the nodes above `mark` without running them.
    void forget(std::size_t mark) {
        while (nodes_.size() > mark) pop();
    }

private:
    void take_operands(node& n, std::span<const variable<T>* const> operands) {
        using seen = std::shared_ptr<const bool>;
        const std::size_t count = operands.size();
        n.inputs = static_cast<gradient_slot<T>**>(bytes_.take(count * sizeof(gradient_slot<T>*)));
        n.present = static_cast<seen*>(bytes_.take(count * sizeof(seen)));
        unsigned with_gradient = 0;
        for (std::size_t i = 0; i < count; ++i) {
            gradient_slot<T>* const slot = operands[i]->slot;
            if (slot != nullptr && i < 32) with_gradient |= 1u << i;
            n.inputs[i] = slot;
            new (n.present + i)
                seen(slot != nullptr && operands[i]->record == 0 ? slot->here.observe() : seen());
        }
        n.count = static_cast<int>(count);
        n.kept = saved<T>(kept_);
        n.kept.limit_to(with_gradient);
    }
    void pop() {
        node& n = nodes_.back();
        n.kept.clear();
        n.out.clear();
        std::destroy_n(n.present, n.count);
        n.destroy(n.op);
        bytes_.back_to(n.below);
        nodes_.pop();
    }

    detail::steady_stack<node> nodes_;
    detail::steady_stack<T> kept_;
    detail::byte_stack bytes_;
    std::size_t floor_ = 0;
    std::uint64_t current_ = 0, last_ = 0;
    bool recording_ = false;
};

/// Records operations on variables of T while in scope; what was not run backward is forgotten.
/// Recordings nest: the inner record is one of its own, which the outer one survives.
template <model_tensor T>
class recording {
public:
    explicit recording(context& ctx)
        : tape_(ctx.state.template get<tape<T>>()),
          leaves_(ctx.state.template get<native_leaves<T>>()),
          outer_leaves_(std::exchange(leaves_, {})),
          outer_(tape_.begin()) {}
    ~recording() {
        tape_.end(outer_);
        leaves_ = std::move(outer_leaves_);
    }
    recording(const recording&) = delete;
    recording& operator=(const recording&) = delete;

private:
    tape<T>& tape_;
    native_leaves<T>& leaves_;
    native_leaves<T> outer_leaves_;
    typename tape<T>::outer_record outer_;
};

namespace detail {

/// What the library differentiates: a leaf for parameters and watched values.
template <native_gradient T>
T native_value(context& ctx, const variable<T>& x) {
    const tape<T>& record = ctx.state.template get<tape<T>>();
    if (!record.recording()) return x.value;
    record.require_current(x, "operation");
    return x.slot == nullptr ? x.value : ctx.state.template get<native_leaves<T>>().of(x);
}

/// The result of an operation: of the record in progress where it was made from leaves.
template <native_gradient T>
variable<T> native_result(context& ctx, T value) {
    const tape<T>& record = ctx.state.template get<tape<T>>();
    const bool recorded = record.recording() && backend_traits<T>::needs_gradient(value);
    return {std::move(value), nullptr, recorded ? record.current() : 0};
}

template <native_gradient T>
void native_backward(context& ctx, const variable<T>& result, const T& weights) {
    const T value = native_value(ctx, result);
    const native_leaves<T> used =
        std::exchange(ctx.state.template get<native_leaves<T>>(), native_leaves<T>{});
    ctx.state.template get<tape<T>>().run_backward(ctx);
    for (const auto& seen : used.present) tape<T>::require_present(seen);
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
    record.require_current(result, "backward");
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

}  // namespace MGKIT_NAMESPACE
