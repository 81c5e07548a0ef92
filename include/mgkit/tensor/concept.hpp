// SPDX-License-Identifier: MIT
// What mgkit asks of a tensor type it does not own, and how an operation finds its kernel.
#pragma once

#include <concepts>
#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

#include "mgkit/core/context.hpp"
#include "mgkit/core/error.hpp"
#include "mgkit/tensor/arena.hpp"
#include "mgkit/tensor/shape.hpp"

namespace MGKIT_NAMESPACE {

/// Specialise this for a tensor type of another library; nothing else about the type matters.
///
/// A specialisation gives: `scalar`; `shape_of(t)`; `empty(ctx, shape)`; `full(ctx, shape, value)`;
/// `from_host(ctx, span<const scalar>, shape)`; `to_host(ctx, t, span<scalar>)`;
/// `reshape(t, shape)` (may alias); `assign(ctx, target, source)` (writes into target's storage).
/// Copies may alias; operations never write their operands. It may give `precision` and `epsilon`
/// where products are coarser than the scalar, `deterministic` (false) where threads change bits,
/// and `every_step`, `step_values`, `step_is_recorded` and `repeated_step` where steps are recorded
/// (repeated_step.hpp).
template <class T>
struct backend_traits;

/// A type with backend traits. The concept names no operation on purpose: operations are
/// constrained by it, and naming them here would make the two circular.
template <class T>
concept tensor = requires(context& ctx, const T& t, T& target, const shape& s) {
    typename backend_traits<T>::scalar;
    requires std::floating_point<typename backend_traits<T>::scalar>;
    { backend_traits<T>::shape_of(t) } -> std::convertible_to<shape>;
    { backend_traits<T>::empty(ctx, s) } -> std::same_as<T>;
    { backend_traits<T>::full(ctx, s, 0.0) } -> std::same_as<T>;
    {
        backend_traits<T>::from_host(ctx, std::span<const typename backend_traits<T>::scalar>{}, s)
        } -> std::same_as<T>;
    backend_traits<T>::to_host(ctx, t, std::span<typename backend_traits<T>::scalar>{});
    { backend_traits<T>::reshape(t, s) } -> std::same_as<T>;
    backend_traits<T>::assign(ctx, target, t);
};

/// The override point of an operation on a tensor type.
///
/// `static T forward(ctx, op, saved<T>&, in...)` computes; `static void backward(ctx, op,
/// const saved<T>&, const T& dout, gradients<T>&)` is optional. Without a specialisation the
/// operation's composition runs; a specialisation must come before the first use.
template <class Op, class T>
struct kernel {};

/// What a kernel wants to see again in its backward pass, and nothing else. In a record the values
/// stand on the tape, any number of them. Errors: one that was not kept.
template <class T>
class saved {
public:
    using values = detail::steady_stack<T>;
    static constexpr int capacity = std::numeric_limits<int>::max();  ///< no bound but memory

    explicit saved(bool wanted = false) : wanted_(wanted) {}
    /// Keeps values on top of `on`.
    explicit saved(values& on) : on_(&on), first_(on.size()), wanted_(true) {}

    /// False outside recording: a kernel may then skip work done only for the backward pass.
    bool wanted() const { return wanted_; }
    /// Whether the gradient of operand i will be asked for.
    bool wanted(int i) const { return wanted_ && (i >= 32 || (operands_ >> i & 1u) != 0); }
    void limit_to(unsigned operands) { operands_ = operands; }
    void keep(T value) {
        if (!wanted_) return;
        if (on_ == nullptr) {
            own_ = std::make_shared<values>();
            on_ = own_.get();
        }
        on_->grow() = std::move(value);
        ++count_;
    }
    const T& operator[](int i) const {
        if (i < 0 || i >= count_)
            throw error("saved", text("one of ", count_, " kept tensors"), text("number ", i),
                        "keep it in the forward pass");
        return (*on_)[first_ + static_cast<std::size_t>(i)];
    }
    int count() const { return count_; }
    /// Forgets the values, which are the last ones of the stack they stand on.
    void clear() {
        for (; count_ > 0; --count_) {
            on_->back() = T{};
            on_->pop();
        }
    }

private:
    values* on_ = nullptr;
    std::size_t first_ = 0;
    int count_ = 0;
    unsigned operands_ = ~0u;
    bool wanted_;
    std::shared_ptr<values> own_{};  ///< outside records
};

template <class T>
class gradients;

namespace detail {
template <class T, std::size_t>
using repeat = T;

template <class Op, class T, class Sequence>
struct overrides;
template <class Op, class T, std::size_t... I>
struct overrides<Op, T, std::index_sequence<I...>> {
    static constexpr bool forward =
        requires(context & ctx, const Op& op, saved<T>& kept, const repeat<T, I>&... in) {
        { kernel<Op, T>::forward(ctx, op, kept, in...) } -> std::same_as<T>;
    };
    static constexpr bool backward = requires(context & ctx, const Op& op, const saved<T>& kept,
                                              const T& dout, gradients<T>& sink) {
        kernel<Op, T>::backward(ctx, op, kept, dout, sink);
    };
};
}  // namespace detail

/// Whether T has its own forward / backward for Op with `Inputs` operands. Backend headers end
/// with static assertions on these, so that a mistyped override cannot fall back silently.
template <class Op, class T, std::size_t Inputs>
inline constexpr bool overrides_forward =
    detail::overrides<Op, T, std::make_index_sequence<Inputs>>::forward;
template <class Op, class T, std::size_t Inputs>
inline constexpr bool overrides_backward =
    detail::overrides<Op, T, std::make_index_sequence<Inputs>>::backward;

}  // namespace MGKIT_NAMESPACE
