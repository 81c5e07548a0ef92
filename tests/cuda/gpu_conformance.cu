// SPDX-License-Identifier: MIT
// The laws of the conformance kit on a device.
#include "catch.hpp"
#include "cuda/coarse.hpp"
#include "mgkit/backend/cuda.hpp"
#include "mgkit/testing/conformance.hpp"

using namespace mgkit;

namespace {

template <class C, class Families = testing::operation_families>
void keeps_the_laws() {
    using T = cuda::tensor<C>;
    const auto report = testing::conformance<T, Families>({.epsilon = backend_traits<T>::epsilon});
    for (const std::string& failure : report.failures()) UNSCOPED_INFO(failure);
    CHECK(report.ok());
}

}  // namespace

TEST_CASE("operations in float on the device", "[gpu]") {
    keeps_the_laws<float>();
}
TEST_CASE("operations in double on the device", "[gpu]") {
    keeps_the_laws<double>();
}
TEST_CASE("operations with products in bf16 on the device", "[gpu]") {
    keeps_the_laws<cuda::bf16>();
}
TEST_CASE("operations on coarse operands on the device", "[gpu]") {
    keeps_the_laws<cuda::bf16, test::families_on_coarse<~0u>>();
    keeps_the_laws<cuda::bf16, test::families_on_coarse<1u>>();
}
TEST_CASE("attention by tiles on the device", "[gpu]") {
    keeps_the_laws<cuda::bf16, type_list<test::family_on_coarse<test::wide_operations, ~0u>>>();
}
