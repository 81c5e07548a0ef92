// SPDX-License-Identifier: MIT
// LibTorch as a backend: its tensors, its operations, its automatic differentiation.
#pragma once

#include "mgkit/core/compiler.hpp"

#include <ATen/core/ivalue.h>
// ivalue.h first: some compilers meet an incomplete type otherwise.
#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include "mgkit/backend/torch/layers.hpp"
#include "mgkit/backend/torch/windows.hpp"
#include "mgkit/tensor/complete_backend.hpp"
#include "mgkit/tensor/ops/parts.hpp"

/// `torch::tensor<float>` and `torch::tensor<double>` hold an `at::Tensor` (the same type as
/// `::torch::Tensor`) by reference, so a tensor of the user's becomes one without a copy, and back.
///
/// Gradients are LibTorch's own: operations on variables run its kernels, nothing goes on the tape,
/// and a model's parameters take part in any graph of the user's (mark them with
/// `requires_grad_()`). Tensors live on the context's `torch::placement` (default: the processor).
/// LibTorch 1.13 and later. Threads and the order of its sums are LibTorch's: set
/// `at::set_num_threads`; equal bits for any number of threads are not promised.
namespace MGKIT_NAMESPACE::torch::detail {
using f = tensor<float>;
static_assert(mgkit::tensor<f> && mgkit::tensor<tensor<double>>);
static_assert(mgkit::native_gradient<f>);
static_assert(complete_backend<f> && complete_backend<tensor<double>>);
static_assert(overrides_forward<op::relu, f, 1> && overrides_forward<op::gelu, f, 1> &&
              overrides_forward<op::linear, f, 3> && overrides_forward<op::layer_norm, f, 3> &&
              overrides_forward<op::softmax, f, 1> && overrides_forward<op::attention, f, 1> &&
              overrides_forward<op::attend, f, 2> && overrides_forward<op::token_mix, f, 3> &&
              overrides_forward<op::restore_tokens, f, 2> &&
              overrides_forward<op::cross_entropy, f, 2> && overrides_forward<op::sigmoid, f, 1> &&
              overrides_forward<op::moments, f, 1> && overrides_forward<op::batch_norm, f, 4> &&
              overrides_forward<op::masked_softmax, f, 2> && overrides_forward<op::conv, f, 3> &&
              overrides_forward<op::max_pool, f, 1> && overrides_forward<op::mean_pool, f, 1> &&
              overrides_forward<op::normalise, f, 5>);
static_assert(joins_at_once<f> && splits_at_once<f>);
static_assert(op::updates_in_place<op::adam_step, f, f, f> &&
              op::updates_in_place<op::sgd_step, f, f>);
}  // namespace MGKIT_NAMESPACE::torch::detail
