// SPDX-License-Identifier: MIT
// Marks of functions that run on a device; nothing for compilers of plain C++.
#pragma once

#include "mgkit/core/compiler.hpp"

// MGKIT_HOST_DEVICE: arithmetic for both sides. MGKIT_DEVICE: bodies of kernels, on the device only
// under a CUDA compiler; plain C++ reads them as ordinary functions, so that tests can run a kernel
// without a GPU (tests/cuda/emulated.hpp). MGKIT_UNROLL: before a loop over registers. None changes
// a class.
#if defined(__CUDACC__)
#define MGKIT_HOST_DEVICE __host__ __device__
#define MGKIT_DEVICE __device__
#define MGKIT_UNROLL _Pragma("unroll")
#else
#define MGKIT_HOST_DEVICE
#define MGKIT_DEVICE
#define MGKIT_UNROLL
#endif
