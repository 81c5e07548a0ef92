// SPDX-License-Identifier: MIT
// mgkit_test_cuda_gpu: the suites of the CUDA backend that need a device.
//
// Without a GPU they end with code 77 and say so; `--without-gpu` runs the others, which ask for an
// error there. `--large` runs those that a small GPU has to skip.
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#define CATCH_CONFIG_RUNNER
#include "catch.hpp"
#include "mgkit/backend/cuda.hpp"

int main(int count, char** arguments) {
    std::vector<char*> rest(arguments, arguments + count);
    const auto asked = [&](const char* option) {
        return std::erase_if(rest, [&](char* one) { return std::strcmp(one, option) == 0; }) > 0;
    };
    const bool without = asked("--without-gpu"), large = asked("--large");
    int devices = 0;
    const cudaError_t found = cudaGetDeviceCount(&devices);
    const bool gpu = found == cudaSuccess && devices > 0;
    if (gpu == without) {
        std::printf("skipped: %s\n", gpu ? "there is a GPU" : "no GPU found");
        if (!gpu) std::printf("CUDA says: %s\n", cudaGetErrorString(found));
        return 77;
    }
    std::string cases = without ? "[without]" : large ? "[gpu][machine]" : "[gpu]~[machine]";
    rest.push_back(cases.data());
    return run_cases(static_cast<int>(rest.size()), rest.data());
}

TEST_CASE("without a GPU the first tensor says what is missing", "[without]") {
    using namespace mgkit;
    context ctx;
    for (int again = 0; again < 2; ++again) {
        try {
            backend_traits<cuda::tensor<float>>::full(ctx, {2, 3}, 1);
            FAIL("no error");
        } catch (const error& e) {
            CHECK_THAT(e.where(), Catch::Contains("GPU"));
            CHECK_THAT(e.remedy(), Catch::Contains("driver"));
        }
    }
    // A tensor without storage needs no device.
    CHECK(cuda::tensor<float>().elements() == 0);
}
