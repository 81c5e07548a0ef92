// SPDX-License-Identifier: MIT
// CUDA as a backend: device tensors, cuBLASLt, own kernels, whole steps as graphs.
#pragma once

#ifndef __CUDACC__
#error \
    "mgkit: backend/cuda.hpp needs a CUDA compiler: name the file .cu, or include backend/eigen.hpp"
#else

#include "mgkit/backend/cuda/attention.cuh"
#include "mgkit/backend/cuda/batch_norm.cuh"
#include "mgkit/backend/cuda/graph.cuh"
#include "mgkit/backend/cuda/masked.cuh"
#include "mgkit/backend/cuda/optimiser.cuh"
#include "mgkit/backend/cuda/parts.cuh"
#include "mgkit/backend/cuda/tokens.cuh"
#include "mgkit/tensor/complete_backend.hpp"

/// `cuda::tensor<float>`, `cuda::tensor<double>`, and `cuda::tensor<cuda::bf16>`. CUDA toolkit 12
/// or later, devices of compute capability 8.0 or later; link cublasLt.
///
/// bf16. Factors of matrix products are bfloat16, sums in float. Kept in bfloat16 (coarse): results
/// of linear over token sequences (three axes or more), what layer norm, attention, token mixing,
/// relu, gelu, sigmoid, dropout, affine, add, mul, select, gather and restore_tokens make of coarse
/// operands of the result's size, attention weights, and the gradients of all of these. Kept in
/// float (fine): parameters, their gradients, optimiser state; moments of layer norm, batch norm
/// and its statistics; rows of two axes (pooled features, projections, logits); sums, maxima,
/// matmul, softmax, exp and the like, so every loss. Kernels compute in float whatever they read;
/// the host sees float.
///
/// For the backward pass the results of layer norm, of a gelu and of attend are made again instead
/// of kept; a relu after linear keeps one bit a value.
///
/// Work runs in the context's stream (`cuda::placement` chooses device and stream before the first
/// tensor); tensors of two contexts meet only through the host. Only to_host and recording wait, so
/// a whole step can become a graph (`cuda::capture`). The first tensor of a context throws
/// mgkit::no_device where there is no GPU or driver.
///
/// Determinism: sums are cut by extents and added in a fixed order; equal inputs give equal bits on
/// one device and build.
namespace MGKIT_NAMESPACE::cuda {

template <class Compute>
using tensor = device_tensor<Compute, gpu>;

namespace detail {
using f = tensor<float>;
template <class Op, std::size_t Inputs>
inline constexpr bool fused = overrides_forward<Op, f, Inputs>&& overrides_backward<Op, f, Inputs>;

static_assert(complete_backend<f> && complete_backend<tensor<double>> &&
              complete_backend<tensor<bf16>>);
static_assert(fused<op::add, 2> && fused<op::mul, 2> && fused<op::sum, 1> && fused<op::max, 1> &&
              fused<op::relu, 1> && fused<op::gelu, 1> && fused<op::linear, 3> &&
              fused<op::batch_norm, 4> && fused<op::blend, 2> && fused<op::layer_norm, 3> &&
              fused<op::softmax, 1> && fused<op::attention, 1> && fused<op::attend, 2> &&
              fused<op::token_mix, 3> && fused<op::restore_tokens, 2> && fused<op::sigmoid, 1> &&
              fused<op::masked_softmax, 2> && fused<op::dropout, 1> &&
              overrides_forward<op::moments, f, 1> && adds_parts<f>);
static_assert(op::updates_in_place<op::adam_step, f, f, f> && op::updates_together<f> &&
              op::updates_in_place<op::sgd_step, f, f>);
}  // namespace detail

}  // namespace MGKIT_NAMESPACE::cuda

#endif
