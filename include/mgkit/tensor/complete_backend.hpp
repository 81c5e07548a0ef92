// The closed list of operations that every backend must bring.
#pragma once

#include "mgkit/core/type_list.hpp"
#include "mgkit/tensor/ops/objective.hpp"

namespace mgkit {

/// A tensor type with a kernel for every primitive; everything else is composed of these. Where it
/// does not hold, the compiler names the first primitive that is missing.
template <class T>
concept complete_backend =
    tensor<T> && overrides_forward<op::add, T, 2> && overrides_forward<op::mul, T, 2> &&
    overrides_forward<op::affine, T, 1> && overrides_forward<op::exp, T, 1> &&
    overrides_forward<op::log, T, 1> && overrides_forward<op::rsqrt, T, 1> &&
    overrides_forward<op::erf, T, 1> && overrides_forward<op::tanh, T, 1> &&
    overrides_forward<op::greater, T, 2> && overrides_forward<op::select, T, 3> &&
    overrides_forward<op::sum, T, 1> && overrides_forward<op::max, T, 1> &&
    overrides_forward<op::permute, T, 1> && overrides_forward<op::slice, T, 1> &&
    overrides_forward<op::concat, T, 2> && overrides_forward<op::matmul, T, 2>;

/// The same operations as a list of types.
using primitives = type_list<op::add, op::mul, op::affine, op::exp, op::log, op::rsqrt, op::erf,
                             op::tanh, op::greater, op::select, op::sum, op::max, op::permute,
                             op::slice, op::concat, op::matmul>;

/// complete_backend<T>; where it does not hold, errors name every primitive that is missing.
template <class T>
constexpr bool complete_backend_in_words() {
    const auto all = []<class... Ops>(type_list<Ops...>) {
        return (detail::explained_kernel<Ops, T>() && ...);
    };
    return all(primitives{}) && complete_backend<T>;
}

}  // namespace mgkit
