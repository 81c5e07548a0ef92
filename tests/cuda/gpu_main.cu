// mgkit_test_cuda_gpu: the suites of the CUDA backend that need a device.
//
// Without a GPU they end with code 77 and say so; `--without-gpu` runs the others, which ask for an
// error there.
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#define CATCH_CONFIG_RUNNER
#include "catch.hpp"
#include "mgkit/backend/cuda.hpp"

int main(int count, char** arguments) {
    std::vector<char*> rest(arguments, arguments + count);
    bool without = false;
    for (auto it = rest.begin(); it != rest.end();)
        if (std::strcmp(*it, "--without-gpu") == 0) {
            without = true;
            it = rest.erase(it);
        } else {
            ++it;
        }
    int devices = 0;
    const cudaError_t found = cudaGetDeviceCount(&devices);
    const bool gpu = found == cudaSuccess && devices > 0;
    if (gpu == without) {
        std::printf("skipped: %s\n", gpu ? "there is a GPU" : "no GPU found");
        if (!gpu) std::printf("CUDA says: %s\n", cudaGetErrorString(found));
        return 77;
    }
    static char chosen[] = "[without]", all[] = "[gpu]";
    rest.push_back(without ? chosen : all);
    return Catch::Session().run(static_cast<int>(rest.size()), rest.data());
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
