// SPDX-License-Identifier: MIT
// Every call into CUDA and cuBLAS is checked: an error names the place and the library's reason.
#pragma once

#include <cublasLt.h>
#include <cuda_runtime.h>

#include <string>

#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::cuda {

inline const char* remedy_for(cudaError_t status) {
    switch (status) {
        case cudaErrorNoDevice:
        case cudaErrorInsufficientDriver:
            return "install a GPU and its driver, or use mgkit::eigen::tensor";
        case cudaErrorInvalidDevice:
            return "choose a device that cudaGetDeviceCount counts";
        case cudaErrorMemoryAllocation:
            return "use a smaller batch or model";
        case cudaErrorNoKernelImageForDevice:
        case cudaErrorInvalidDeviceFunction:
            return "compile for this device's architecture (nvcc -gencode)";
        case cudaErrorIllegalAddress:
        case cudaErrorMisalignedAddress:
        case cudaErrorLaunchFailure:
            return "an earlier kernel failed: set cuda::placement::check_each_launch to find it, "
                   "or "
                   "run under compute-sanitizer";
        case cudaErrorStreamCaptureUnsupported:
        case cudaErrorStreamCaptureInvalidated:
            return "a captured step may only compute: no transfers, no waiting";
        default:
            return "";
    }
}

inline std::string reason(cudaError_t status) {
    return text(cudaGetErrorName(status), " (", cudaGetErrorString(status), ")");
}

inline void check(cudaError_t status, const char* place) {
    if (status == cudaSuccess) return;
    throw error(text("cuda: ", place), "success", reason(status), remedy_for(status));
}
inline void check(cublasStatus_t status, const char* place) {
    if (status == CUBLAS_STATUS_SUCCESS) return;
    throw error(text("cublasLt: ", place), "success",
                text(cublasLtGetStatusName(status), " (", cublasLtGetStatusString(status), ")"));
}

}  // namespace MGKIT_NAMESPACE::cuda
