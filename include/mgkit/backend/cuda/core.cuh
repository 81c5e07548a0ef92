// SPDX-License-Identifier: MIT
// One device, one stream and one cuBLASLt handle: what a context's tensors share and outlive it by.
#pragma once

#include <memory>
#include <utility>

#include "mgkit/backend/cuda/check.cuh"
#include "mgkit/backend/cuda/pool.hpp"

namespace MGKIT_NAMESPACE::cuda {

/// Where a context's tensors live. Set before its first tensor:
/// `ctx.state.get<mgkit::cuda::placement>().device = 1`.
struct placement {
    int device = 0;
    cudaStream_t stream = nullptr;   ///< the user's, who keeps it alive; null makes one
    bool tf32 = false;               ///< float products on tensor cores, with 10 bits of mantissa
    bool check_each_launch = false;  ///< waits after each kernel, so that errors name the right one
    std::size_t workspace = std::size_t{32} << 20;  ///< bytes for cuBLASLt
};

/// Errors: no_device where there is no GPU or driver; no such device, one older than compute
/// capability 8.0.
class core {
public:
    explicit core(const placement& where) : where_(where) {
        int count = 0;
        const cudaError_t found = cudaGetDeviceCount(&count);
        if (found != cudaSuccess || count == 0)
            throw no_device("cuda: looking for a GPU", "a GPU and its driver", reason(found),
                            remedy_for(cudaErrorNoDevice));
        if (where.device < 0 || where.device >= count)
            throw error("cuda: placement", text("a device number below ", count),
                        text(where.device), "set cuda::placement::device");
        int major = 0, minor = 0, host_tables = 0;
        check(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, where.device),
              "asking for the device's architecture");
        check(cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, where.device),
              "asking for the device's architecture");
        if (major < 8)
            throw error("cuda: placement", "a device of compute capability 8.0 or more",
                        text(major, ".", minor),
                        "use mgkit::eigen::tensor or mgkit::torch::tensor");
        check(cudaDeviceGetAttribute(
                  &host_tables, cudaDevAttrPageableMemoryAccessUsesHostPageTables, where.device),
              "asking how the device reads host memory");
        reads_host_ = host_tables != 0;
        check(cudaDeviceGetAttribute(&most_shared_, cudaDevAttrMaxSharedMemoryPerBlockOptin,
                                     where.device),
              "asking for the device's shared memory");
        use();
        try {
            if (where.stream == nullptr)
                check(cudaStreamCreateWithFlags(&where_.stream, cudaStreamNonBlocking),
                      "making a stream");
            check(cublasLtCreate(&blas_), "making a handle");
            if (where_.workspace > 0)
                check(cudaMalloc(&workspace_, where_.workspace), "cuBLASLt's workspace");
        } catch (...) {
            close(where.stream == nullptr);
            throw;
        }
        owns_stream_ = where.stream == nullptr;
    }
    ~core() { close(owns_stream_); }
    core(const core&) = delete;
    core& operator=(const core&) = delete;

    const placement& where() const { return where_; }
    cudaStream_t stream() const { return where_.stream; }
    cublasLtHandle_t blas() const { return blas_; }
    void* workspace() const { return workspace_; }
    /// The device reads pageable host memory where it lies: an upload may still be reading.
    bool reads_host() const { return reads_host_; }
    /// Bytes of shared memory that a block may ask for.
    std::size_t most_shared() const { return static_cast<std::size_t>(most_shared_); }

    /// Makes the device current in the calling thread.
    void use() const { check(cudaSetDevice(where_.device), "choosing the device"); }
    void wait(const char* place) const { check(cudaStreamSynchronize(where_.stream), place); }

private:
    void close(bool own_stream) noexcept {
        cudaSetDevice(where_.device);
        if (workspace_ != nullptr) cudaFree(workspace_);
        if (blas_ != nullptr) cublasLtDestroy(blas_);
        if (own_stream && where_.stream != nullptr) cudaStreamDestroy(where_.stream);
    }

    placement where_;
    cublasLtHandle_t blas_ = nullptr;
    void* workspace_ = nullptr;
    int most_shared_ = 0;
    bool owns_stream_ = false, reads_host_ = false;
};

/// Allocation is allowed while a stream is captured: the memory belongs to the graph's own pool.
class relaxed_capture {
public:
    relaxed_capture() { valid_ = cudaThreadExchangeStreamCaptureMode(&mode_) == cudaSuccess; }
    ~relaxed_capture() {
        if (valid_) cudaThreadExchangeStreamCaptureMode(&mode_);
    }
    relaxed_capture(const relaxed_capture&) = delete;
    relaxed_capture& operator=(const relaxed_capture&) = delete;

private:
    cudaStreamCaptureMode mode_ = cudaStreamCaptureModeRelaxed;
    bool valid_ = false;
};

/// Device memory for a pool.
class gpu_memory {
public:
    explicit gpu_memory(std::shared_ptr<const core> shared) : core_(std::move(shared)) {}

    void* allocate(std::size_t bytes) {
        core_->use();
        const relaxed_capture allowed;
        void* place = nullptr;
        const cudaError_t status = cudaMalloc(&place, bytes);
        if (status == cudaErrorMemoryAllocation) {
            cudaGetLastError();  // it is reported by the pool, and must not be found again
            return nullptr;
        }
        check(status, "allocating device memory");
        return place;
    }
    /// Waits for work in flight, as cudaFree does.
    void release(void* place) noexcept {
        if (cudaSetDevice(core_->where().device) != cudaSuccess) return;
        const relaxed_capture allowed;
        cudaFree(place);
    }

private:
    std::shared_ptr<const core> core_;
};

}  // namespace MGKIT_NAMESPACE::cuda
