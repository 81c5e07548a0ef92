// The laws of the conformance kit on a device.
#include "catch.hpp"
#include "mgkit/backend/cuda.hpp"
#include "mgkit/testing/conformance.hpp"

using namespace mgkit;

namespace {

template <class C>
void keeps_the_laws() {
    using T = cuda::tensor<C>;
    const auto report = testing::conformance<T>({.epsilon = backend_traits<T>::epsilon});
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
