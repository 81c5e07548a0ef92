// SPDX-License-Identifier: MIT
// Every kernel of the CUDA backend under the laws of the conformance kit, run by the processor.
#include "catch.hpp"
#include "cuda/emulated.hpp"
#include "mgkit/testing/conformance.hpp"

using namespace mgkit;
using test::emulated_tensor;

namespace {

template <class C>
void keeps_the_laws(testing::conformance_options options = {}) {
    const auto report = testing::conformance<emulated_tensor<C>>(options);
    for (const std::string& failure : report.failures()) UNSCOPED_INFO(failure);
    CHECK(report.ok());
    CHECK(report.rows.size() > 100);
}

}  // namespace

// On the emulated device two threads mean the opposite order of everything a GPU runs at once.
TEST_CASE("kernels in float keep the laws of the conformance kit", "[cuda]") {
    keeps_the_laws<float>();
}
TEST_CASE("kernels in double keep the laws of the conformance kit", "[cuda]") {
    keeps_the_laws<double>();
}
TEST_CASE("products in bf16 keep the laws of the conformance kit", "[cuda]") {
    keeps_the_laws<cuda::bf16>({.epsilon = 0.0078125});
}
