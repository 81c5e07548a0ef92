// SPDX-License-Identifier: MIT
// Features of an encoder on a GPU (the component cuda). Only the tensor's type says where the work is
// done; a machine without the device says so.
#include <cstdio>
#include <vector>

#include "mgkit/backend/cuda.hpp"
#include "mgkit/core/random.hpp"
#include "mgkit/encode/dste.hpp"
#include "mgkit/encode/embedding.hpp"

namespace mg = mgkit;
using tensor = mg::cuda::tensor<float>;
using backend = mg::backend_traits<tensor>;

int main() {
    mg::context ctx{.seed = 3};
    try {
        const mg::encode::dste<tensor> encoder(
            mg::nn::scope(ctx),
            {.clip = {.channels = 3, .frames = 64, .joints = 20, .persons = 1}, .width = 64, .heads = 4});
        const mg::shape extents{8, 3, 64, 20, 1};  // clips, channels, frames, joints, people
        std::vector<float> clips(static_cast<std::size_t>(extents.elements()));
        mg::random_stream draws(ctx.key(), "clips");
        for (float& value : clips) value = float(draws.normal());
        const tensor features = mg::encode::joined(
            ctx, mg::encode::pooled(ctx, encoder.tokens(ctx, backend::from_host(ctx, clips, extents))));
        std::vector<float> here(static_cast<std::size_t>(mg::shape_of(features).elements()));
        backend::to_host(ctx, features, here);
        std::printf("8 clips: %zu features, %+.3f %+.3f ...\n", here.size(), double(here[0]), double(here[1]));
    } catch (const mg::no_device& missing) {
        std::printf("%s\n", missing.what());
    }
}
