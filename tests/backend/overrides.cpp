// SPDX-License-Identifier: MIT
// What the default backend computes by itself rather than by composition: a kernel that no longer
// matches its operation would silently fall back to the slower one.
#include <cstddef>

#include "mgkit/backend/eigen.hpp"

namespace {

using namespace mgkit;
using f = eigen::tensor<float>;

template <class Op, std::size_t Inputs>
inline constexpr bool fused = overrides_forward<Op, f, Inputs>&& overrides_backward<Op, f, Inputs>;

static_assert(complete_backend<f> && complete_backend<eigen::tensor<double>>);
static_assert(fused<op::sigmoid, 1> && fused<op::masked_softmax, 2> && fused<op::dropout, 1> &&
              fused<op::batch_norm, 4> && overrides_forward<op::moments, f, 1> && adds_parts<f>);
static_assert(fused<op::max, 1> && fused<op::relu, 1> && fused<op::gelu, 1> &&
              fused<op::linear, 3> && fused<op::layer_norm, 3> && fused<op::softmax, 1> &&
              fused<op::attention, 1> && fused<op::attend, 2> && fused<op::token_mix, 3> &&
              fused<op::restore_tokens, 2> && fused<op::cross_entropy, 2> &&
              fused<op::classifier_loss, 4> && fused<op::take_rows, 1> && fused<op::add_rows, 2> &&
              fused<op::blend, 2> && fused<op::gru, 4> && fused<op::lstm, 3> &&
              fused<op::conv, 3> && fused<op::max_pool, 1> && fused<op::mean_pool, 1> &&
              fused<op::shift, 2> && fused<op::graph_contract, 2> && fused<op::normalise, 5>);
static_assert(op::updates_in_place<op::adam_step, f, f, f> &&
              op::updates_in_place<op::sgd_step, f, f>);

}  // namespace
