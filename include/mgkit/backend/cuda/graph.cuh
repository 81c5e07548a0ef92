// SPDX-License-Identifier: MIT
// A whole training step as one CUDA graph.
#pragma once

#include <utility>

#include "mgkit/backend/cuda/gpu.cuh"

namespace MGKIT_NAMESPACE::cuda {

/// A captured step: `replay()` does its host work and runs its kernels with one launch.
using graph = step_graph<gpu>;

/// Runs `step()` `warm_up` times for real (they count as steps), then records it once without
/// running it. What changes between steps is a tensor, assigned before a replay, or comes from the
/// host by step_values (rates, random factors, labels). Errors: mgkit::error where the step moves
/// other data between host and device or waits; whatever the step throws. The context works as
/// before in either case. `train::fit` does this by itself.
template <class Step>
graph capture(context& ctx, Step&& step, int warm_up = 2) {
    if (warm_up < 1)
        throw error("cuda::capture", "one or more steps of warm-up", text(warm_up),
                    "they choose algorithms and make the memory that the capture reuses");
    gpu::runtime& device = gpu::of(ctx);
    auto memory = device.new_pool();
    {
        const detail::pool_guard<gpu> own(device, memory);
        for (int i = 0; i < warm_up; ++i) step();
    }
    return graph(ctx, std::move(memory), step);
}

}  // namespace MGKIT_NAMESPACE::cuda
