// Builds: the same headers, used rightly.
#include "training.hpp"

int main() {
    context ctx;
    const good x{eigen::tensor<double>(ctx, {2, 3})};
    return static_cast<int>(shape_of(gelu(ctx, x))[0]) - 2 +
           static_cast<int>(run_fit(ctx, quiet{}));
}
