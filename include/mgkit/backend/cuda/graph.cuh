// A whole training step as one CUDA graph.
#pragma once

#include <memory>
#include <utility>

#include "mgkit/backend/cuda/gpu.cuh"

namespace mgkit::cuda {

/// A captured step: `replay()` runs its kernels again, on the same memory, with one launch.
///
/// What the step only made for itself lives in memory of the graph's own, which it keeps. Tensors
/// that were made before and are read or written by the step (parameters, inputs, rates) must
/// outlive the graph, and must be changed by `assign`, not replaced. Replays run in the context's
/// stream, in order with everything else there.
class graph {
public:
    graph(std::shared_ptr<const core> device, std::shared_ptr<pool<gpu_memory>> memory,
          cudaGraph_t captured)
        : core_(std::move(device)), memory_(std::move(memory)) {
        check(cudaGraphInstantiate(&run_, captured, 0), "making a graph runnable");
    }
    ~graph() {
        if (run_ == nullptr) return;
        cudaSetDevice(core_->where().device);
        cudaStreamSynchronize(core_->stream());
        cudaGraphExecDestroy(run_);
    }
    graph(graph&& other) noexcept
        : core_(std::move(other.core_)),
          memory_(std::move(other.memory_)),
          run_(std::exchange(other.run_, nullptr)) {}
    graph& operator=(graph&& other) noexcept {
        std::swap(core_, other.core_);
        std::swap(memory_, other.memory_);
        std::swap(run_, other.run_);
        return *this;
    }

    /// Starts the step and returns. Errors: of the launch; those of the kernels show when a result
    /// is read.
    void replay() const {
        core_->use();
        check(cudaGraphLaunch(run_, core_->stream()), "replaying a graph");
    }
    /// Bytes that the graph keeps for intermediate values.
    std::size_t reserved() const { return memory_->reserved(); }

private:
    std::shared_ptr<const core> core_;
    std::shared_ptr<pool<gpu_memory>> memory_;
    cudaGraphExec_t run_ = nullptr;
};

namespace detail {

/// Memory from another pool for a scope.
class pool_guard {
public:
    pool_guard(gpu::runtime& device, std::shared_ptr<pool<gpu_memory>> other)
        : device_(device), was_(device.exchange_pool(std::move(other))) {}
    ~pool_guard() { device_.exchange_pool(std::move(was_)); }
    pool_guard(const pool_guard&) = delete;
    pool_guard& operator=(const pool_guard&) = delete;

private:
    gpu::runtime& device_;
    std::shared_ptr<pool<gpu_memory>> was_;
};

/// A stream under capture for a scope; `finish` gives the graph.
class stream_capture {
public:
    explicit stream_capture(gpu::runtime& device) : device_(device) {
        device.device().use();
        check(cudaStreamBeginCapture(device.device().stream(), cudaStreamCaptureModeThreadLocal),
              "starting to capture");
        device_.capturing(true);
    }
    ~stream_capture() {
        if (!device_.capturing()) {
            if (made_ != nullptr) cudaGraphDestroy(made_);
            return;
        }
        device_.capturing(false);
        cudaGraph_t unfinished = nullptr;
        if (cudaStreamEndCapture(device_.device().stream(), &unfinished) == cudaSuccess &&
            unfinished != nullptr)
            cudaGraphDestroy(unfinished);
        cudaGetLastError();
    }
    cudaGraph_t finish() {
        device_.capturing(false);
        check(cudaStreamEndCapture(device_.device().stream(), &made_), "capturing a step");
        return made_;
    }
    stream_capture(const stream_capture&) = delete;
    stream_capture& operator=(const stream_capture&) = delete;

private:
    gpu::runtime& device_;
    cudaGraph_t made_ = nullptr;
};

}  // namespace detail

/// Runs `step()` `warm_up` times for real (they count as steps), then records it once without
/// running it. Everything that changes between steps must be a tensor, assigned before a replay:
/// inputs, rates, random factors. Errors: mgkit::error where the step moves data between host and
/// device or waits; whatever the step throws. The context works as before in either case.
template <class Step>
graph capture(context& ctx, Step&& step, int warm_up = 2) {
    if (warm_up < 1)
        throw error("cuda::capture", "one or more steps of warm-up", text(warm_up),
                    "they choose algorithms and make the memory that the capture reuses");
    gpu::runtime& device = gpu::of(ctx);
    if (device.capturing())
        throw error("cuda::capture", "no other capture in progress", "one in this context");
    const auto memory = device.new_pool();
    const detail::pool_guard own(device, memory);
    for (int i = 0; i < warm_up; ++i) step();
    device.device().wait("warming up for a capture");
    detail::stream_capture recording(device);
    step();
    return graph(device.shared_core(), memory, recording.finish());
}

}  // namespace mgkit::cuda
