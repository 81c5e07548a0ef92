// SPDX-License-Identifier: MIT
// What the tests of operations share. The laws every operation keeps are those of the conformance
// kit (tests/conformance); here are values worked out by hand and the words of errors.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "catch.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/testing/conformance.hpp"
#include "mgkit/testing/primitives_only.hpp"

namespace MGKIT_NAMESPACE::test {

using t64 = eigen::tensor<double>;
using t32 = eigen::tensor<float>;
using composed = testing::primitives_only<t64>;
using testing::detail::difference;

template <class T>
std::vector<double> values_of(context& ctx, const T& t) {
    return testing::detail::to_doubles(ctx, t);
}

template <class T>
T tensor_of(context& ctx, const std::vector<double>& values, const shape& extents) {
    return testing::detail::from_doubles<T>(ctx, values, extents);
}

/// The error that a call throws; fails where it throws none.
template <class F>
std::string refusal(F&& f) {
    try {
        f();
    } catch (const error& e) {
        return e.what();
    }
    FAIL_CHECK("nothing was refused");
    return {};
}

}  // namespace MGKIT_NAMESPACE::test
