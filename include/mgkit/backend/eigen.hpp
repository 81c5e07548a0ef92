// The default backend: tensors in host memory, products by Eigen, oneDNN or OpenBLAS.
#pragma once

#include "mgkit/backend/detail/batch_norm.hpp"
#include "mgkit/backend/detail/classifier.hpp"
#include "mgkit/backend/detail/layers.hpp"
#include "mgkit/backend/detail/masked.hpp"
#include "mgkit/backend/detail/objective.hpp"
#include "mgkit/backend/detail/optimiser.hpp"
#include "mgkit/backend/detail/parts.hpp"
#include "mgkit/backend/detail/rows.hpp"
#include "mgkit/backend/detail/tokens.hpp"

/// Default backend. `eigen::tensor<float>` and `eigen::tensor<double>` need Eigen and Boost headers
/// only; the provider of matrix products is the second template argument, so that two choices are
/// two types. The build's default is `gemm::default_provider` (Eigen under plain -I).
///
/// Determinism: work is cut by sizes, never by the number of threads, and sums run in index order;
/// equal inputs give equal bits for any `context::threads` on one machine and build.
namespace MGKIT_NAMESPACE::eigen {

namespace detail {
using f = tensor<float>;
template <class Op, std::size_t Inputs>
inline constexpr bool fused = overrides_forward<Op, f, Inputs>&& overrides_backward<Op, f, Inputs>;

static_assert(complete_backend<f> && complete_backend<tensor<double>>);
static_assert(fused<op::sigmoid, 1> && fused<op::masked_softmax, 2> && fused<op::dropout, 1> &&
              fused<op::batch_norm, 4> && overrides_forward<op::moments, f, 1> && adds_parts<f>);
static_assert(fused<op::max, 1> && fused<op::relu, 1> && fused<op::gelu, 1> &&
              fused<op::linear, 3> && fused<op::layer_norm, 3> && fused<op::softmax, 1> &&
              fused<op::attention, 1> && fused<op::attend, 2> && fused<op::token_mix, 3> &&
              fused<op::restore_tokens, 2> && fused<op::cross_entropy, 2> &&
              fused<op::classifier_loss, 4> && fused<op::take_rows, 1> && fused<op::add_rows, 2> &&
              fused<op::blend, 2>);
static_assert(op::updates_in_place<op::adam_step, f, f, f> &&
              op::updates_in_place<op::sgd_step, f, f>);
}  // namespace detail

}  // namespace MGKIT_NAMESPACE::eigen
