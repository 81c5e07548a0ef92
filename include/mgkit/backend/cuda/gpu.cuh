// SPDX-License-Identifier: MIT
// The device of cuda::tensor: launches, transfers and products on a context's stream.
#pragma once

#include <mma.h>

#include <memory>
#include <utility>
#include <vector>

#include "mgkit/backend/cuda/cublaslt.cuh"
#include "mgkit/backend/cuda/recording.cuh"
#include "mgkit/backend/cuda/replay.hpp"

namespace MGKIT_NAMESPACE::cuda {

/// Sums of a tile of 16 x 16, spread over a warp; bf16 factors on tensor cores.
struct gpu_tile {
    nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> sums;

    __device__ void clear() { nvcuda::wmma::fill_fragment(sums, 0.0f); }
    /// Adds op(a) op(b); op transposes where told, `*_ld` lies between rows in memory.
    template <bool TransposedA, bool TransposedB>
    __device__ void add(const bf16* a, extent a_ld, const bf16* b, extent b_ld) {
        using namespace nvcuda::wmma;
        using row = row_major;
        using column = col_major;
        fragment<matrix_a, 16, 16, 16, __nv_bfloat16, std::conditional_t<TransposedA, column, row>>
            left;
        fragment<matrix_b, 16, 16, 16, __nv_bfloat16, std::conditional_t<TransposedB, column, row>>
            right;
        load_matrix_sync(left, reinterpret_cast<const __nv_bfloat16*>(a),
                         static_cast<unsigned>(a_ld));
        load_matrix_sync(right, reinterpret_cast<const __nv_bfloat16*>(b),
                         static_cast<unsigned>(b_ld));
        mma_sync(sums, left, right, sums);
    }
    __device__ void store(float* to, extent ld) const {
        nvcuda::wmma::store_matrix_sync(to, sums, static_cast<unsigned>(ld),
                                        nvcuda::wmma::mem_row_major);
    }
};

/// The threads of one block; see device_tensor for the phases they work in.
struct gpu_block {
    __device__ int threads() const { return static_cast<int>(blockDim.x); }

    template <class G>
    __device__ void each(G&& g) const {
        g(static_cast<int>(threadIdx.x));
        __syncthreads();
    }

    /// A phase of whole warps: g(warp), its threads together.
    template <class G>
    __device__ void warps(G&& g) const {
        g(static_cast<int>(threadIdx.x / 32));
        __syncthreads();
    }
    /// Within a warp.
    template <class G>
    __device__ void lanes(G&& g) const {
        __syncwarp();  // tiles may have been stored before
        g(static_cast<int>(threadIdx.x % 32));
        __syncwarp();
    }
    template <class S, class G, class Combine>
    __device__ S among_lanes(G&& g, Combine combine) const {
        S value = g(static_cast<int>(threadIdx.x % 32));
        for (int step = 16; step > 0; step /= 2) value = combine(value, from_other(value, step));
        return value;
    }
    __device__ unsigned char* shared() const {
        extern __shared__ __align__(128) unsigned char mgkit_shared[];
        return mgkit_shared;
    }
    /// N tiles of each warp, kept between phases.
    template <int N>
    struct owned_tiles {
        gpu_tile tile[N];
        __device__ gpu_tile (&operator()(int))[N] { return tile; }
    };
    template <int N>
    __device__ owned_tiles<N> tiles() const {
        return {};
    }

    /// N values of each thread, kept between phases.
    template <class S, int N>
    struct owned {
        S value[N];
        __device__ S (&operator()(int))[N] { return value; }
    };
    template <class S, int N>
    __device__ owned<S, N> own() const {
        return {};
    }

    /// Butterflies within warps, then warp after warp: the same order whatever runs first. Blocks
    /// are whole warps, and `combine` gives the same value with its operands exchanged.
    template <class S, class G, class Combine>
    __device__ S reduce(G&& g, Combine combine) const {
        __shared__ S leaders[32];
        const unsigned thread = threadIdx.x, warps = blockDim.x / 32;
        S value = g(static_cast<int>(thread));
        for (int step = 16; step > 0; step /= 2) value = combine(value, from_other(value, step));
        if (warps == 1) return value;
        if (thread % 32 == 0) leaders[thread / 32] = value;
        __syncthreads();
        value = leaders[0];
        for (unsigned warp = 1; warp < warps; ++warp) value = combine(value, leaders[warp]);
        __syncthreads();  // the next reduction writes where this one reads
        return value;
    }

private:
    template <class S>
    __device__ static S from_other(S value, int step) {
        return __shfl_xor_sync(0xFFFFFFFFu, value, step);
    }
    template <class S>
    __device__ static two<S> from_other(const two<S>& value, int step) {
        return {from_other(value.first, step), from_other(value.second, step)};
    }
};

template <class F>
__global__ void __launch_bounds__(element_threads)
    run_elements(extent count, const __grid_constant__ F f) {
    const extent stride = static_cast<extent>(gridDim.x) * element_threads;
    for (extent i = static_cast<extent>(blockIdx.x) * element_threads + threadIdx.x; i < count;
         i += stride)
        f(i);
}

template <class F>
__global__ void __launch_bounds__(256) run_blocks(extent rows, const __grid_constant__ F f) {
    gpu_block block;
    for (extent row = blockIdx.x; row < rows; row += gridDim.x) f(block, row);
}

template <class F>
__global__ void __launch_bounds__(512) run_tiles(extent rows, const __grid_constant__ F f) {
    gpu_block block;
    for (extent row = blockIdx.x; row < rows; row += gridDim.x) f(block, row);
}

/// Names the machine in cuda::tensor.
struct gpu {
    using memory = gpu_memory;
    using recording = gpu_recording;
    class runtime;
    /// The context's runtime, made on first use. Errors: no usable GPU.
    static runtime& of(context& ctx);
};

/// All calls come from the thread that the context serves.
class gpu::runtime {
public:
    explicit runtime(const placement& where)
        : core_(std::make_shared<const core>(where)), pool_(new_pool()) {}

    const core& device() const { return *core_; }
    storage<gpu_memory> take(std::size_t bytes) { return storage<gpu_memory>(pool_->take(bytes)); }
    /// Where memory comes from; a recorded step puts its own in place.
    std::shared_ptr<pool<gpu_memory>> exchange_pool(std::shared_ptr<pool<gpu_memory>> other) {
        return std::exchange(pool_, std::move(other));
    }
    std::shared_ptr<pool<gpu_memory>> new_pool() {
        auto made = std::make_shared<pool<gpu_memory>>(gpu_memory(core_));
        std::erase_if(pools_, [](const auto& p) { return p.expired(); });
        pools_.push_back(made);
        return made;
    }
    /// Bytes of device memory that this context's pools hold, those of recordings included: the
    /// most they have needed so far.
    std::size_t reserved() const {
        std::size_t all = 0;
        for (const auto& some : pools_)
            if (const auto p = some.lock()) all += p->reserved();
        return all;
    }
    /// The host work of the step that is being recorded; null outside a recording.
    host_work<gpu_memory>* capturing() const { return work_; }
    template <class Step>
    gpu_recording record(host_work<gpu_memory>& work, Step&& step) {
        core_->wait("before recording a step");
        stream_capture capture(*core_);
        struct scope {
            runtime& device;
            ~scope() { device.work_ = nullptr; }
        };
        {
            const scope until_done{*this};
            work_ = &work;
            step();
        }
        return gpu_recording(core_, capture.finish());
    }

    /// The source may change as soon as this returns.
    void upload(void* to, const void* from, std::size_t bytes) {
        core_->use();
        check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, core_->stream()),
              "copying to the device");
        if (core_->reads_host()) core_->wait("copying to the device");
    }
    /// Waits for the stream.
    void download(void* to, const void* from, std::size_t bytes) {
        core_->use();
        check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, core_->stream()),
              "copying to the host");
        core_->wait("waiting for a result");
    }
    void copy(void* to, const void* from, std::size_t bytes) {
        core_->use();
        check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, core_->stream()),
              "copying on the device");
    }

    template <class F>
    void elements(const char* name, extent count, const F& f) {
        if (count <= 0) return;
        core_->use();
        run_elements<<<element_blocks(count), element_threads, 0, core_->stream()>>>(count, f);
        launched(name);
    }
    template <class F>
    void blocks(const char* name, extent rows, int threads, const F& f) {
        if (rows <= 0) return;
        core_->use();
        run_blocks<<<row_blocks(rows), static_cast<unsigned>(threads), 0, core_->stream()>>>(rows,
                                                                                             f);
        launched(name);
    }
    template <class F>
    void tiles(const char* name, extent rows, int threads, std::size_t shared, const F& f) {
        if (rows <= 0) return;
        core_->use();
        check(cudaFuncSetAttribute(run_tiles<F>, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                   static_cast<int>(shared)),
              name);
        run_tiles<<<row_blocks(rows), static_cast<unsigned>(threads), shared, core_->stream()>>>(
            rows, f);
        launched(name);
    }
    std::size_t most_shared() const { return core_->most_shared(); }
    template <class In, class Out>
    extras multiply(const product<In, Out>& p) {
        core_->use();
        const extras done = plans_.run(*core_, p);
        if (core_->where().check_each_launch && work_ == nullptr) core_->wait("matmul");
        return done;
    }

private:
    void launched(const char* name) const {
        check(cudaGetLastError(), name);
        if (core_->where().check_each_launch && work_ == nullptr) core_->wait(name);
    }

    std::shared_ptr<const core> core_;
    std::vector<std::weak_ptr<pool<gpu_memory>>> pools_;
    std::shared_ptr<pool<gpu_memory>> pool_;
    product_plans plans_;
    host_work<gpu_memory>* work_ = nullptr;
};

namespace detail {
struct gpu_of_context {
    std::unique_ptr<gpu::runtime> made;
};
}  // namespace detail

inline gpu::runtime& gpu::of(context& ctx) {
    auto& own = ctx.state.get<detail::gpu_of_context>();
    if (!own.made) own.made = std::make_unique<runtime>(ctx.state.get<placement>());
    return *own.made;
}

}  // namespace MGKIT_NAMESPACE::cuda
