// SPDX-License-Identifier: MIT
// What the host does anew in every step, so that a step can be recorded and run again.
#pragma once

#include <algorithm>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "mgkit/tensor/concept.hpp"

namespace MGKIT_NAMESPACE {

/// Runs `action(data...)` once for every step that is run: now, and where the step is being
/// recorded (see repeated_step) before each of its replays, not now. For host state that a step
/// moves on: counters, draws.
///
/// `action` captures nothing; `data` are copied. What a pointer, reference wrapper or span among
/// them leads to must outlive the recording.
template <tensor T, class Action, class... Data>
void every_step(context& ctx, Action action, Data... data) {
    static_assert(std::is_empty_v<Action>,
                  "mgkit: an action of every_step captures nothing: hand values over as further "
                  "arguments, which are copied; it may run when what was captured is gone");
    if constexpr (requires { backend_traits<T>::every_step(ctx, [] {}); })
        backend_traits<T>::every_step(
            ctx, [action, ... data = std::move(data)]() mutable { action(data...); });
    else
        action(data...);
}

/// A tensor of values that the host computes for every step: `fill(span<scalar>, data...)` writes
/// them in row-major order over zeros, called as the action of every_step, with the same rules for
/// what it may refer to. `from_host` inside a recorded step would repeat the values of one moment.
template <tensor T, class Fill, class... Data>
T step_values(context& ctx, const shape& extents, Fill fill, Data... data) {
    static_assert(std::is_empty_v<Fill>,
                  "mgkit: what fills step_values captures nothing: hand values over as further "
                  "arguments, which are copied; it may run when what was captured is gone");
    using scalar = typename backend_traits<T>::scalar;
    const auto over_zeros = [fill, ... data = std::move(data)](std::span<scalar> to) {
        std::fill(to.begin(), to.end(), scalar(0));
        fill(to, data...);
    };
    if constexpr (requires { backend_traits<T>::step_values(ctx, extents, over_zeros); }) {
        return backend_traits<T>::step_values(ctx, extents, over_zeros);
    } else {
        std::vector<scalar> values(static_cast<std::size_t>(extents.elements()));
        over_zeros(std::span(values));
        return backend_traits<T>::from_host(ctx, values, extents);
    }
}

/// Whether a step is being recorded: what is computed now is computed again in each replay.
template <tensor T>
bool step_is_recorded(context& ctx) {
    if constexpr (requires { backend_traits<T>::step_is_recorded(ctx); })
        return backend_traits<T>::step_is_recorded(ctx);
    else
        return false;
}

namespace detail {

/// Calls the step; for backends on which each call costs what it should.
struct plain_step {
    template <class Step>
    void operator()(context&, Step&& step) {
        step();
    }
};

template <class T>
struct repeated_step_of {
    using type = plain_step;
};
template <class T>
requires requires {
    typename backend_traits<T>::repeated_step;
}
struct repeated_step_of<T> {
    using type = typename backend_traits<T>::repeated_step;
};

}  // namespace detail

/// A step that runs many times on equal extents: `run(ctx, step)` once per step, always with the
/// same `step`. A backend may call it at first, then record it and replay the recording; the step
/// therefore makes no decision by values, reads them from tensors that outlive it or through
/// step_values, and leaves its results in tensors of its own that the caller reads afterwards.
template <tensor T>
using repeated_step = typename detail::repeated_step_of<T>::type;

}  // namespace MGKIT_NAMESPACE
