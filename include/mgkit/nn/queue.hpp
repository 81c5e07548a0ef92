// SPDX-License-Identifier: MIT
// Features of the last batches, first in, first out: negatives of contrastive methods.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "mgkit/nn/module.hpp"
#include "mgkit/tensor/ops/structure.hpp"
#include "mgkit/tensor/repeated_step.hpp"

namespace MGKIT_NAMESPACE::nn {

/// The last `capacity` rows of features that were pushed, [K, D]: oldest first, newest last. Until
/// it is full, the first K - filled rows are 0 and `mask` is 0 there.
///
/// A module: its leaves are the rows and how many are filled, so archives and checkpoints hold it
/// and a run resumes on equal bits. Rows are moved up instead of a position moving down: nothing
/// in a recorded step depends on how often it ran. No gradient goes through what is queued.
/// Source: He et al., "Momentum contrast for unsupervised visual representation learning" (CVPR
/// 2020); there the queue starts with random rows, and batches must divide its size.
template <model_tensor T>
struct queue {
    T rows;
    std::int64_t filled = 0;

    queue() = default;
    MGKIT_COLD queue(const scope& at, extent capacity, extent width) {
        if (capacity < 1 || width < 1)
            throw error("nn::queue", "room for one row and one feature or more",
                        text(capacity, " rows of ", width));
        rows = backend_traits<T>::full(at.ctx, {capacity, width}, 0);
    }

    static constexpr auto fields() {
        return members(field("rows", &queue::rows), field("filled", &queue::filled));
    }

    extent capacity() const { return backend_traits<T>::shape_of(rows)[0]; }

    /// Takes in a batch [B, D] of any B up to K; the oldest rows leave. In a pass that is computed
    /// again (`context::recomputing`) the rows are in already. In a recorded step this happens at
    /// each replay; the queue must then stay where it is. Cost: 3 K D values moved.
    template <operand X>
    void push(context& ctx, const X& batch) {
        const shape in = shape_of(batch), own = backend_traits<T>::shape_of(rows);
        if (in.rank() != 2 || in[1] != own[1] || in[0] > own[0])
            throw error("nn::queue", text("rows [B, ", own[1], "] with B up to ", own[0]), in.str(),
                        "push as many rows of features as there is room for");
        if (ctx.recomputing || in[0] == 0) return;
        const T fresh = value_of(detach(batch));
        backend_traits<T>::assign(
            ctx, rows,
            in[0] == own[0]
                ? fresh
                : concat(ctx, 0, mgkit::slice(ctx, rows, 0, in[0], own[0] - in[0]), fresh));
        every_step<T>(
            ctx,
            [](std::int64_t* count, std::int64_t more, std::int64_t room) {
                *count = std::min(*count + more, room);
            },
            &filled, static_cast<std::int64_t>(in[0]), static_cast<std::int64_t>(own[0]));
    }

    /// The rows as they are now [K, D], a constant. A copy: a push between the forward pass and its
    /// backward pass does not reach it. Cost: K D values.
    template <operand X = T>
    X values(context& ctx) const {
        T out = backend_traits<T>::empty(ctx, backend_traits<T>::shape_of(rows));
        backend_traits<T>::assign(ctx, out, rows);
        return X{out};
    }
    /// 1 for rows that hold something, 0 for others [K], as of now in every step. Not inside
    /// `checkpoint`, whose second run would see later pushes.
    template <operand X = T>
    X mask(context& ctx) const {
        using scalar = typename backend_traits<T>::scalar;
        const auto fill = [](std::span<scalar> to, const std::int64_t* count) {
            const auto held =
                std::clamp<std::int64_t>(*count, 0, static_cast<std::int64_t>(to.size()));
            std::fill(to.end() - static_cast<std::ptrdiff_t>(held), to.end(), scalar(1));
        };
        return X{step_values<T>(ctx, {capacity()}, fill, &filled)};
    }
};

}  // namespace MGKIT_NAMESPACE::nn
