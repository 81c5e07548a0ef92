// SPDX-License-Identifier: MIT
// How an operation runs: its kernel for the tensor type, or its composition; recorded or not.
#pragma once

#include <concepts>
#include <utility>

#include "mgkit/tensor/tape.hpp"

namespace MGKIT_NAMESPACE {

namespace detail {

/// Backward through the kernel's own rule.
template <class Op, class T>
struct kernel_backward {
    static void run(context& ctx, const Op& op, const saved<T>& kept, const T& dout,
                    gradients<T>& sink) {
        kernel<Op, T>::backward(ctx, op, kept, dout, sink);
    }
};

/// Backward of a primitive through its rule in terms of other operations.
template <class Op, class T>
struct rule_backward {
    static void run(context& ctx, const Op& op, const saved<T>& kept, const T& dout,
                    gradients<T>& sink) {
        Op::gradient(ctx, op, kept, dout, sink);
    }
};

/// Runs `f` again on saved operands under a nested record, for gradients of forward-only kernels
/// and for checkpoints.
template <class F, class T, std::size_t... I>
void recompute(context& ctx, const F& f, const saved<T>& kept, const T& dout, gradients<T>& sink,
               std::index_sequence<I...>) {
    tape<T>& record = ctx.state.template get<tape<T>>();
    const std::size_t mark = record.size();
    gradient_slot<T> slots[sizeof...(I)];
    const typename tape<T>::switched on(record, true);
    struct again {
        context& ctx;
        bool was;
        ~again() { ctx.recomputing = was; }
    } const flag{ctx, std::exchange(ctx.recomputing, true)};
    auto out = f(ctx, variable<T>{kept[static_cast<int>(I)],
                                  sink.wants(static_cast<int>(I)) ? &slots[I] : nullptr}...);
    if (out.slot != nullptr) {
        gradient_slot<T>* const places[] = {out.slot};
        gradients<T>(places, 1).pass(ctx, 0, dout);
        record.run_backward(ctx, mark);
    }
    const auto hand_over = [&](int i, gradient_slot<T>& slot) {
        if (!slot.filled) return;
        if (slot.shared)
            sink.pass(ctx, i, std::move(slot.gradient));
        else
            sink.add(ctx, i, std::move(slot.gradient));
    };
    (hand_over(static_cast<int>(I), slots[I]), ...);
}

template <class Op, class T, std::size_t Inputs>
struct composed_backward {
    static void run(context& ctx, const Op& op, const saved<T>& kept, const T& dout,
                    gradients<T>& sink) {
        const auto f = [&op](context& c, const auto&... in) { return Op::compose(c, op, in...); };
        recompute(ctx, f, kept, dout, sink, std::make_index_sequence<Inputs>{});
    }
};

template <class Op, class X, class... Xs>
concept composable = requires(context& ctx, const Op& op, const X& x, const Xs&... xs) {
    Op::compose(ctx, op, x, xs...);
};
template <class Op, class T>
concept has_rule = requires(context& ctx, const Op& op, const saved<T>& kept, const T& dout,
                            gradients<T>& sink) {
    Op::gradient(ctx, op, kept, dout, sink);
};

}  // namespace detail

/// Runs an operation on plain tensors.
template <class Op, tensor T, std::same_as<T>... Ts>
T apply(context& ctx, const Op& op, const T& first, const Ts&... rest) {
    if constexpr (overrides_forward<Op, T, 1 + sizeof...(Ts)>) {
        saved<T> nothing(false);
        return kernel<Op, T>::forward(ctx, op, nothing, first, rest...);
    } else if constexpr (detail::composable<Op, T, Ts...>) {
        return Op::compose(ctx, op, first, rest...);
    } else {
        static_cast<void>(detail::missing_kernel<Op, T>::value);
        return first;
    }
}

/// Runs an operation on variables of a library that records by itself.
template <class Op, native_gradient T, std::same_as<variable<T>>... Vs>
variable<T> apply(context& ctx, const Op& op, const variable<T>& first, const Vs&... rest) {
    return detail::native_result<T>(
        ctx, apply(ctx, op, detail::native_value(ctx, first), detail::native_value(ctx, rest)...));
}

/// Runs an operation on variables and records it where a gradient is wanted.
template <class Op, tensor T, std::same_as<variable<T>>... Vs>
requires(!native_gradient<T>) variable<T> apply(context& ctx, const Op& op,
                                                const variable<T>& first, const Vs&... rest) {
    constexpr std::size_t inputs = 1 + sizeof...(Vs);
    tape<T>& record = ctx.state.template get<tape<T>>();
    if (!record.recording() || !(first.slot || ... || (rest.slot != nullptr)))
        return {apply(ctx, op, first.value, rest.value...)};
    if constexpr (overrides_forward<Op, T, inputs> && overrides_backward<Op, T, inputs>) {
        auto& node = record.template record<detail::kernel_backward<Op, T>>(op, first, rest...);
        T out = kernel<Op, T>::forward(ctx, op, node.kept, first.value, rest.value...);
        return record.result(std::move(out), node);
    } else if constexpr (overrides_forward<Op, T, inputs> && detail::has_rule<Op, T>) {
        auto& node = record.template record<detail::rule_backward<Op, T>>(op, first, rest...);
        saved<T> nothing(false);
        T out = kernel<Op, T>::forward(ctx, op, nothing, first.value, rest.value...);
        Op::remember(op, node.kept, out, first.value, rest.value...);
        return record.result(std::move(out), node);
    } else if constexpr (overrides_forward<Op, T, inputs> &&
                         detail::composable<Op, variable<T>, Vs...>) {
        auto& node =
            record.template record<detail::composed_backward<Op, T, inputs>>(op, first, rest...);
        node.kept.keep(first.value);
        (node.kept.keep(rest.value), ...);
        saved<T> nothing(false);
        T out = kernel<Op, T>::forward(ctx, op, nothing, first.value, rest.value...);
        return record.result(std::move(out), node);
    } else if constexpr (detail::composable<Op, variable<T>, Vs...>) {
        return Op::compose(ctx, op, first, rest...);
    } else {
        static_cast<void>(detail::missing_kernel<Op, T>::value);
        return first;
    }
}

/// Runs `f(ctx, x...)` without keeping its intermediate values; backward runs it again. Random
/// layers repeat their draws, since draws depend on keys and not on when they happen.
/// Running statistics and counters move in the forward pass only (`context::recomputing`). `f` must
/// be copyable, small, and outlive nothing it refers to.
template <class F, operand X, std::same_as<X>... Xs>
X checkpoint(context& ctx, F f, const X& x, const Xs&... rest) {
    using T = tensor_of<X>;
    if constexpr (std::same_as<X, T> || native_gradient<T>) {
        return f(ctx, x, rest...);
    } else {
        struct again {
            static void run(context& c, const F& g, const saved<T>& kept, const T& dout,
                            gradients<T>& sink) {
                detail::recompute(c, g, kept, dout, sink,
                                  std::make_index_sequence<1 + sizeof...(Xs)>{});
            }
        };
        tape<T>& record = ctx.state.template get<tape<T>>();
        if (!record.recording()) return f(ctx, x, rest...);
        const auto value = [&] {
            const typename tape<T>::switched off(record, false);
            return f(ctx, x, rest...).value;
        };
        T out = value();
        auto& node = record.template record<again>(f, x, rest...);
        node.kept.keep(x.value);
        (node.kept.keep(rest.value), ...);
        return record.result(std::move(out), node);
    }
}

}  // namespace MGKIT_NAMESPACE
