// SPDX-License-Identifier: MIT
// An optional backend as a user's program instantiates it, for flags.sh, which says which one: an
// encoder, a step of training, values there and back. Compiled and not run.
#include <cstddef>
#include <vector>

#if defined(MGKIT_TEST_XTENSOR)
#include "mgkit/backend/xtensor.hpp"
#elif defined(MGKIT_TEST_TORCH)
#include "mgkit/backend/torch.hpp"
#include "mgkit/nn/torch_module.hpp"
#elif defined(MGKIT_TEST_EIGEN_BF16)
#include "mgkit/backend/eigen_bf16.hpp"
#endif
#include "mgkit/encode/dste.hpp"
#include "mgkit/nn/archive.hpp"
#include "mgkit/pretext/supervised.hpp"
#include "mgkit/train/adam.hpp"
#include "mgkit/train/optimiser.hpp"

namespace {

using namespace mgkit;

#if defined(MGKIT_TEST_XTENSOR)
using T = xtensor::tensor<float>;
#elif defined(MGKIT_TEST_TORCH)
using T = mgkit::torch::tensor<float>;
#elif defined(MGKIT_TEST_EIGEN_BF16)
using T = eigen::bf16;
#endif

}  // namespace

#if defined(MGKIT_TEST_TORCH)
template class mgkit::torch::module<encode::dste<T>>;
#endif

std::size_t other_backend(const std::vector<float>& values);

std::size_t other_backend(const std::vector<float>& values) {
    context ctx{.training = true};
    const encode::clip_extents e{.channels = 3, .frames = 12, .joints = 7, .persons = 1};
    pretext::supervised<T, encode::dste<T>, pretext::no_views> model(
        nn::scope(ctx), encode::dste_settings{.clip = e, .width = 8, .heads = 2}, 2);
    const T clips = backend_traits<T>::from_host(ctx, values, {2, 3, 12, 7, 1});
    train::updater<T> update(ctx, model, train::adam{});
    const std::vector<int> labels{0, 1};
    {
        const recording<T> record(ctx);
        backward(ctx, model(ctx, pretext::batch<variable<T>>(variable<T>{clips}, labels)).loss);
    }
    update.step(ctx, 1e-3);
    return nn::host_values(ctx, model.encoder()(ctx, clips)).size();
}
