// What the host does anew in every step, so that a step can be recorded and run again.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "mgkit/tensor/concept.hpp"

namespace mgkit {

/// Runs `action()` once for every step that is run: now, and where the step is being recorded (see
/// repeated_step) before each of its replays, not now. What it refers to must outlive the
/// recording. For host state that a step moves on: counters, draws.
template <tensor T, class Action>
void every_step(context& ctx, Action action) {
    if constexpr (requires { backend_traits<T>::every_step(ctx, std::move(action)); })
        backend_traits<T>::every_step(ctx, std::move(action));
    else
        action();
}

/// A tensor of values that the host computes for every step: `fill(span<scalar>)` writes them in
/// row-major order, called as the action of every_step. `from_host` inside a recorded step would
/// repeat the values of one moment.
template <tensor T, class Fill>
T step_values(context& ctx, const shape& extents, Fill fill) {
    if constexpr (requires { backend_traits<T>::step_values(ctx, extents, std::move(fill)); }) {
        return backend_traits<T>::step_values(ctx, extents, std::move(fill));
    } else {
        std::vector<typename backend_traits<T>::scalar> values(
            static_cast<std::size_t>(extents.elements()));
        fill(std::span(values));
        return backend_traits<T>::from_host(ctx, values, extents);
    }
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

}  // namespace mgkit
