// SPDX-License-Identifier: MIT
// Operations on the default tensors in float and double, which the compiled form holds: every row
// of the table but updates in place.
#pragma once

#include "mgkit/tensor/apply.hpp"
#include "mgkit/tensor/operations.hpp"

#define MGKIT_OPERANDS_1(X) const X&
#define MGKIT_OPERANDS_2(X) MGKIT_OPERANDS_1(X), const X&
#define MGKIT_OPERANDS_3(X) MGKIT_OPERANDS_2(X), const X&
#define MGKIT_OPERANDS_4(X) MGKIT_OPERANDS_3(X), const X&
#define MGKIT_OPERANDS_5(X) MGKIT_OPERANDS_4(X), const X&
// HEAD is `template`, or `extern template`; T the tensor type.
#define MGKIT_COMPILED_OPERATION(HEAD, T, NAME, OPERANDS)                  \
    HEAD T apply(context&, const op::NAME&, MGKIT_OPERANDS_##OPERANDS(T)); \
    HEAD variable<T> apply(context&, const op::NAME&, MGKIT_OPERANDS_##OPERANDS(variable<T>));

#define MGKIT_COMPILED_FINISHED(HEAD, T)                                                    \
    HEAD T ready_weight(context&, const op::conv&, const T&);                               \
    HEAD T finished_conv(context&, const op::conv&, const T&, const T&, const T&, const T*, \
                         const normalised_end<T>*);                                         \
    HEAD T finished_contraction(context&, const T&, const T&, const T*, const normalised_end<T>&);

#define MGKIT_DECLARED(NAME, OPERANDS, ...)                                         \
    MGKIT_COMPILED_OPERATION(extern template, eigen::tensor<float>, NAME, OPERANDS) \
    MGKIT_COMPILED_OPERATION(extern template, eigen::tensor<double>, NAME, OPERANDS)

namespace MGKIT_NAMESPACE {
MGKIT_PRIMITIVES(MGKIT_DECLARED)
MGKIT_COMPOSED(MGKIT_DECLARED)
MGKIT_COMPILED_FINISHED(extern template, eigen::tensor<float>)
MGKIT_COMPILED_FINISHED(extern template, eigen::tensor<double>)
}  // namespace MGKIT_NAMESPACE

#undef MGKIT_DECLARED
