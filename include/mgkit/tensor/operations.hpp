// SPDX-License-Identifier: MIT
// The one table of operations, and what follows from it: which of them a backend must bring, what
// the compiler says where one is missing, and what tests, counts and documents are made of.
#pragma once

#include <string_view>

#include "mgkit/core/type_list.hpp"
#include "mgkit/tensor/concept.hpp"

// ROW(name, operands, kind, exported name): the type below mgkit::op, the operands it is recorded
// with, what its cost is counted in, and the operator of ONNX that does the same ("" where it takes
// several).
#define MGKIT_PRIMITIVES(ROW)                        \
    ROW(add, 2, elementwise, "Add")                  \
    ROW(mul, 2, elementwise, "Mul")                  \
    ROW(affine, 1, elementwise, "")                  \
    ROW(exp, 1, elementwise, "Exp")                  \
    ROW(log, 1, elementwise, "Log")                  \
    ROW(rsqrt, 1, elementwise, "")                   \
    ROW(erf, 1, elementwise, "Erf")                  \
    ROW(tanh, 1, elementwise, "Tanh")                \
    ROW(greater, 2, elementwise, "Greater")          \
    ROW(select, 3, elementwise, "Where")             \
    ROW(sum, 1, reduction, "ReduceSum")              \
    ROW(max, 1, reduction, "ReduceMax")              \
    ROW(permute, 1, movement, "Transpose")           \
    ROW(slice, 1, movement, "Slice")                 \
    ROW(concat, 2, movement, "Concat")               \
    ROW(gather, 1, movement, "Gather")               \
    ROW(scatter_add, 2, movement, "ScatterElements") \
    ROW(matmul, 2, product, "MatMul")

#define MGKIT_COMPOSED(ROW)                                     \
    ROW(relu, 1, elementwise, "Relu")                           \
    ROW(gelu, 1, elementwise, "Gelu")                           \
    ROW(sigmoid, 1, elementwise, "Sigmoid")                     \
    ROW(blend, 2, elementwise, "")                              \
    ROW(dropout, 1, elementwise, "Dropout")                     \
    ROW(softmax, 1, reduction, "Softmax")                       \
    ROW(masked_softmax, 2, reduction, "")                       \
    ROW(layer_norm, 3, reduction, "LayerNormalization")         \
    ROW(moments, 1, reduction, "")                              \
    ROW(batch_norm, 4, reduction, "BatchNormalization")         \
    ROW(normalise, 5, reduction, "")                            \
    ROW(max_pool, 1, reduction, "MaxPool")                      \
    ROW(mean_pool, 1, reduction, "AveragePool")                 \
    ROW(shift, 2, movement, "")                                 \
    ROW(take_rows, 1, movement, "Gather")                       \
    ROW(add_rows, 2, movement, "")                              \
    ROW(restore_tokens, 2, movement, "")                        \
    ROW(linear, 3, product, "Gemm")                             \
    ROW(attention, 1, product, "")                              \
    ROW(attend, 2, product, "")                                 \
    ROW(token_mix, 3, product, "")                              \
    ROW(conv, 3, product, "Conv")                               \
    ROW(graph_contract, 2, product, "")                         \
    ROW(gru, 4, product, "GRU")                                 \
    ROW(lstm, 3, product, "LSTM")                               \
    ROW(cross_entropy, 2, reduction, "SoftmaxCrossEntropyLoss") \
    ROW(classifier_loss, 4, product, "")

// What `apply` does not run: another view of the same values, and updates in place.
#define MGKIT_UNAPPLIED(ROW)               \
    ROW(reshape, 1, movement, "Reshape")   \
    ROW(adam_step, 5, elementwise, "Adam") \
    ROW(sgd_step, 4, elementwise, "Momentum")

namespace MGKIT_NAMESPACE {

/// What the cost of an operation is counted in: results, values read, values moved, multiply-adds.
enum class cost_kind { elementwise, reduction, movement, product };

/// What the table says of an operation.
struct operation_facts {
    std::string_view name;
    int operands = 0;
    cost_kind kind = cost_kind::elementwise;
    bool primitive = false;       ///< every backend has a kernel; others are made of these
    std::string_view exported{};  ///< as ONNX calls it
};

namespace op {
#define MGKIT_DECLARE(NAME, ...) struct NAME;
MGKIT_PRIMITIVES(MGKIT_DECLARE)
MGKIT_COMPOSED(MGKIT_DECLARE)
MGKIT_UNAPPLIED(MGKIT_DECLARE)
#undef MGKIT_DECLARE
}  // namespace op

/// The row of an operation; operations of users have one without a name.
template <class Op>
inline constexpr operation_facts facts_of_operation{};
#define MGKIT_FACTS(NAME, OPERANDS, KIND, EXPORTED, PRIMITIVE)     \
    template <>                                                    \
    inline constexpr operation_facts facts_of_operation<op::NAME>{ \
        #NAME, OPERANDS, cost_kind::KIND, PRIMITIVE, EXPORTED};
#define MGKIT_PRIMITIVE_FACTS(NAME, OPERANDS, KIND, EXPORTED) \
    MGKIT_FACTS(NAME, OPERANDS, KIND, EXPORTED, true)
#define MGKIT_COMPOSED_FACTS(NAME, OPERANDS, KIND, EXPORTED) \
    MGKIT_FACTS(NAME, OPERANDS, KIND, EXPORTED, false)
MGKIT_PRIMITIVES(MGKIT_PRIMITIVE_FACTS)
MGKIT_COMPOSED(MGKIT_COMPOSED_FACTS)
MGKIT_UNAPPLIED(MGKIT_COMPOSED_FACTS)
#undef MGKIT_PRIMITIVE_FACTS
#undef MGKIT_COMPOSED_FACTS
#undef MGKIT_FACTS

namespace detail {
/// What comes before it takes no part: lists begin with a comma.
template <class, class... Ops>
using operations_after = type_list<Ops...>;

/// Instantiated where T has no kernel for a primitive: the error names it.
template <class Op, class T>
struct missing_kernel {
#define MGKIT_MISSING(NAME, ...)               \
    static_assert(!std::same_as<Op, op::NAME>, \
                  "mgkit: no kernel for primitive '" #NAME "' on this tensor type");
    MGKIT_PRIMITIVES(MGKIT_MISSING)
#undef MGKIT_MISSING
    static_assert(facts_of_operation<Op>.primitive,
                  "mgkit: this operation has neither a kernel on this tensor type nor a "
                  "composition for these operands");
    static constexpr bool value = false;
};

/// Whether T has a kernel for a primitive; says so where not.
template <class Op, class T>
constexpr bool explained_kernel() {
    if constexpr (overrides_forward<Op, T,
                                    static_cast<std::size_t>(facts_of_operation<Op>.operands)>)
        return true;
    else
        return missing_kernel<Op, T>::value;
}
}  // namespace detail

#define MGKIT_LISTED(NAME, ...) , op::NAME
/// The closed list of operations that every backend must bring.
using primitives = detail::operations_after<void MGKIT_PRIMITIVES(MGKIT_LISTED)>;
/// Every operation with a type.
using operations = detail::operations_after<void MGKIT_PRIMITIVES(MGKIT_LISTED) MGKIT_COMPOSED(
    MGKIT_LISTED) MGKIT_UNAPPLIED(MGKIT_LISTED)>;
#undef MGKIT_LISTED

/// A tensor type with a kernel for every primitive; everything else is composed of these. Where it
/// does not hold, the compiler names the first primitive that is missing.
#define MGKIT_BROUGHT(NAME, OPERANDS, ...) &&overrides_forward<op::NAME, T, OPERANDS>
template <class T>
concept complete_backend = tensor<T> MGKIT_PRIMITIVES(MGKIT_BROUGHT);
#undef MGKIT_BROUGHT

/// complete_backend<T>; where it does not hold, errors name every primitive that is missing.
template <class T>
constexpr bool complete_backend_in_words() {
    const auto all = []<class... Ops>(type_list<Ops...>) {
        return (detail::explained_kernel<Ops, T>() && ...);
    };
    return all(primitives{}) && complete_backend<T>;
}

}  // namespace MGKIT_NAMESPACE
