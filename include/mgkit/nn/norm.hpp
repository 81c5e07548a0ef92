// SPDX-License-Identifier: MIT
// Normalisation layers with their statistics.
#pragma once

#include <cstdint>

#include "mgkit/nn/module.hpp"
#include "mgkit/tensor/ops/normalise.hpp"
#include "mgkit/tensor/repeated_step.hpp"

namespace MGKIT_NAMESPACE::nn {

/// Layer normalisation of the last axis, epsilon 1e-5.
template <model_tensor T>
struct layer_norm {
    parameter<T> weight, bias;

    layer_norm() = default;
    MGKIT_COLD layer_norm(const scope& at, extent width)
        : weight(initial::constant<T>(at / "weight", {width}, 1)),
          bias(initial::constant<T>(at / "bias", {width}, 0)) {}

    static constexpr auto fields() {
        return members(field("weight", &layer_norm::weight), field("bias", &layer_norm::bias));
    }

    template <operand X>
    X operator()(context& ctx, const X& x) const {
        return mgkit::layer_norm(ctx, x, use<X>(weight), use<X>(bias));
    }
};

/// Batch normalisation of rows [groups * B, D], or of the last axis of any x [..., D] with what
/// follows in a residual network; epsilon 1e-5, momentum .1.
///
/// Training: each group of B rows (a view) is standardised by its own statistics, and the running
/// statistics take one step per group, in group order (unbiased variance). Evaluation: running
/// statistics for all rows.
///
/// A pass in training mode moves the statistics of a const module too: such passes are for one
/// thread at a time. Evaluation and recomputation write nothing.
template <model_tensor T>
struct batch_norm {
    parameter<T> weight, bias;
    mutable T running_mean, running_var;
    mutable std::int64_t num_batches_tracked = 0;

    static constexpr double epsilon = 1e-5, momentum = 0.1;

    batch_norm() = default;
    MGKIT_COLD batch_norm(const scope& at, extent width)
        : weight(initial::constant<T>(at / "weight", {width}, 1)),
          bias(initial::constant<T>(at / "bias", {width}, 0)),
          running_mean(backend_traits<T>::full(at.ctx, {width}, 0)),
          running_var(backend_traits<T>::full(at.ctx, {width}, 1)) {}

    static constexpr auto fields() {
        return members(field("weight", &batch_norm::weight), field("bias", &batch_norm::bias),
                       field("running_mean", &batch_norm::running_mean),
                       field("running_var", &batch_norm::running_var),
                       field("num_batches_tracked", &batch_norm::num_batches_tracked));
    }

    template <operand X>
    X operator()(context& ctx, const X& x, int groups = 1) const {
        if (ctx.training) {
            const normalised<X> made =
                mgkit::batch_norm(ctx, x, use<X>(weight), use<X>(bias), groups, epsilon);
            if (!ctx.recomputing) update(ctx, made.moments, shape_of(x)[0] / groups);
            return made.out;
        }
        const T inverse = rsqrt(ctx, affine(ctx, running_var, 1, epsilon));
        const X centred = sub(ctx, x, X{running_mean});
        const X unit = mul(ctx, centred, X{inverse});
        return add(ctx, mul(ctx, unit, use<X>(weight)), use<X>(bias));
    }

    /// The last axis of x [..., D], all rows one group; then the residual, then relu, in one
    /// operation: `norm.channels(ctx, x, {.residual = &before, .relu = true})`.
    template <operand X>
    X channels(context& ctx, const X& x, const normalise_end<X>& end = {}) const {
        if (ctx.training) {
            const normalised<X> made =
                normalise(ctx, x, use<X>(weight), use<X>(bias), end, epsilon);
            if (!ctx.recomputing)
                update(ctx, made.moments, shape_of(x).elements() / shape_of(x)[-1]);
            return made.out;
        }
        const shape row{1, shape_of(x)[-1]};
        const T now =
            concat(ctx, 0, reshape(ctx, running_mean, row), reshape(ctx, running_var, row));
        return normalise_by(ctx, x, use<X>(weight), use<X>(bias), now, end, epsilon);
    }

    /// What `channels` does in evaluation mode, as the end of another operation on plain tensors.
    normalised_end<T> as_end(const normalise_end<T>& then = {}) const {
        return {weight.value, bias.value, running_mean, running_var, epsilon, then};
    }

private:
    /// `moments` [2, groups, D] of `rows` rows each.
    void update(context& ctx, const T& moments, extent rows) const {
        const shape in = backend_traits<T>::shape_of(moments);
        const int groups = static_cast<int>(in[1]);
        const double unbiased = static_cast<double>(rows) / static_cast<double>(rows - 1);
        for (int g = 0; g < groups; ++g) {
            const T now = slice(ctx, moments, 1, g, 1);
            blend(ctx, running_mean, reshape(ctx, slice(ctx, now, 0, 0, 1), {in[2]}), 1);
            blend(ctx, running_var, reshape(ctx, slice(ctx, now, 0, 1, 1), {in[2]}), unbiased);
        }
        every_step<T>(
            ctx, [](const batch_norm* self, int more) { self->num_batches_tracked += more; }, this,
            groups);
    }
    static void blend(context& ctx, T& running, const T& now, double factor) {
        backend_traits<T>::assign(
            ctx, running,
            add(ctx, affine(ctx, running, 1 - momentum), affine(ctx, now, momentum * factor)));
    }
};

}  // namespace MGKIT_NAMESPACE::nn
