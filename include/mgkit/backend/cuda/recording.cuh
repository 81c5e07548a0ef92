// SPDX-License-Identifier: MIT
// A CUDA graph made from a stream, and the host memory from which its inputs are sent.
#pragma once

#include <array>
#include <memory>
#include <utility>

#include "mgkit/backend/cuda/core.cuh"

namespace MGKIT_NAMESPACE::cuda {

/// Pinned host memory in two halves, taken in turn: one is written while the device still reads
/// the other.
class staging_memory {
public:
    explicit staging_memory(std::shared_ptr<const core> device) : core_(std::move(device)) {}
    ~staging_memory() {
        for (half& h : halves_) {
            if (h.read != nullptr) {
                cudaEventSynchronize(h.read);
                cudaEventDestroy(h.read);
            }
            if (h.memory != nullptr) cudaFreeHost(h.memory);
        }
    }
    staging_memory(const staging_memory&) = delete;
    staging_memory& operator=(const staging_memory&) = delete;

    /// The next half, once the device has read it. `bytes` is the same in every call.
    std::byte* next(std::size_t bytes) {
        turn_ = 1 - turn_;
        half& h = halves_[turn_];
        if (h.memory == nullptr && bytes > 0) {
            const cudaError_t status = cudaMallocHost(&h.memory, bytes);
            if (status != cudaSuccess) cudaGetLastError();  // not to be found again by a launch
            check(status, "allocating pinned memory");
        }
        if (h.read == nullptr)
            check(cudaEventCreateWithFlags(&h.read, cudaEventDisableTiming), "making an event");
        check(cudaEventSynchronize(h.read), "waiting for inputs to be read");
        return static_cast<std::byte*>(h.memory);
    }
    /// What has been sent so far is what the device reads of this half.
    void sent() { check(cudaEventRecord(halves_[turn_].read, core_->stream()), "marking inputs"); }

private:
    struct half {
        void* memory = nullptr;
        cudaEvent_t read = nullptr;
    };
    std::shared_ptr<const core> core_;
    std::array<half, 2> halves_;
    std::size_t turn_ = 0;
};

/// A graph that runs in the stream from which it was captured.
class gpu_recording {
public:
    gpu_recording() = default;
    gpu_recording(std::shared_ptr<const core> device, cudaGraph_t captured)
        : core_(std::move(device)), staging_(std::make_unique<staging_memory>(core_)) {
        check(cudaGraphInstantiate(&run_, captured, 0), "making a graph runnable");
    }
    ~gpu_recording() {
        if (run_ == nullptr) return;
        cudaSetDevice(core_->where().device);
        cudaStreamSynchronize(core_->stream());
        cudaGraphExecDestroy(run_);
    }
    gpu_recording(gpu_recording&& other) noexcept { *this = std::move(other); }
    gpu_recording& operator=(gpu_recording&& other) noexcept {
        std::swap(core_, other.core_);
        std::swap(staging_, other.staging_);
        std::swap(run_, other.run_);
        return *this;
    }

    std::byte* staging(std::size_t bytes) {
        core_->use();
        return staging_->next(bytes);
    }
    void send(void* to, const std::byte* from, std::size_t bytes) {
        check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, core_->stream()),
              "sending inputs");
    }
    void launch() {
        staging_->sent();
        check(cudaGraphLaunch(run_, core_->stream()), "replaying a graph");
    }

private:
    std::shared_ptr<const core> core_;
    std::unique_ptr<staging_memory> staging_;
    cudaGraphExec_t run_ = nullptr;
};

/// A stream under capture for a scope; `finish` gives the graph, which lives as long as this.
class stream_capture {
public:
    explicit stream_capture(const core& device) : core_(device) {
        core_.use();
        check(cudaStreamBeginCapture(core_.stream(), cudaStreamCaptureModeThreadLocal),
              "starting to capture");
    }
    ~stream_capture() {
        if (!finished_) {
            cudaStreamEndCapture(core_.stream(), &made_);
            cudaGetLastError();
        }
        if (made_ != nullptr) cudaGraphDestroy(made_);
    }
    cudaGraph_t finish() {
        finished_ = true;
        const cudaError_t status = cudaStreamEndCapture(core_.stream(), &made_);
        if (status != cudaSuccess) cudaGetLastError();
        check(status, "capturing a step");
        return made_;
    }
    stream_capture(const stream_capture&) = delete;
    stream_capture& operator=(const stream_capture&) = delete;

private:
    const core& core_;
    cudaGraph_t made_ = nullptr;
    bool finished_ = false;
};

}  // namespace MGKIT_NAMESPACE::cuda
