// What every consumer builds: the whole umbrella, used in two translation units so that a function
// or variable that is not inline fails to link.
#include "mgkit/mgkit.hpp"

#include <cstdio>

std::uint32_t first_bits(const mgkit::context& ctx);

int main() {
    mgkit::context ctx{.seed = 7, .threads = 2};
    mgkit::random_stream same(ctx.key(), "consumer");
    const bool equal = first_bits(ctx) == same.bits();
#if defined(MGKIT_GEMM_ONEDNN)
    const char* gemm = "onednn";
#elif defined(MGKIT_GEMM_OPENBLAS)
    const char* gemm = "openblas";
#else
    const char* gemm = "eigen";
#endif
    std::printf("mgkit %s, products by %s\n", mgkit::version, gemm);
    return equal ? 0 : 1;
}
