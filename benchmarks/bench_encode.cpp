// SPDX-License-Identifier: MIT
// Features of clips with every encoder of encode::all, prepared and in evaluation mode, on one
// thread.
//
// Rows encode/<encoder>_d<width>_b<clips per batch>/ours; an encoder without a width has its
// default sizes in all of them. Counter: clips_per_second.
#include <string>
#include <utility>

#include "measure.hpp"
#include "mgkit/encode/list.hpp"
#include "mgkit/nn/prepared.hpp"

namespace {

using namespace mgkit;
using tensor_type = eigen::tensor<float>;

template <class Encoder>
void features(benchmark::State& state, int width, extent batch) {
    context ctx{.threads = 1};
    typename Encoder::settings settings;
    settings.clip = {.channels = 3, .frames = 64, .joints = 41, .persons = 1};
    if constexpr (requires { settings.width; }) settings.width = width;
    const Encoder model(nn::scope(ctx), settings);
    const nn::prepared ready(ctx, model);
    const auto clips = backend_traits<tensor_type>::full(ctx, {batch, 3, 64, 41, 1}, 0.5);
    for (auto _ : state) benchmark::DoNotOptimize(ready(ctx, clips));
    bench::count_clips(state, static_cast<double>(batch));
    state.SetLabel(gemm::default_provider::name);
}

}  // namespace

int main(int count, char** arguments) {
    encode::all<tensor_type>::for_each([](auto tag) {
        using encoder = typename decltype(tag)::type;
        for (const auto& [width, batch] : {std::pair{64, 1}, {256, 1}, {256, 64}})
            bench::add("encode/" + std::string(encoder::name) + "_d" + std::to_string(width) +
                           "_b" + std::to_string(batch) + "/ours",
                       [w = width, b = batch](benchmark::State& s) { features<encoder>(s, w, b); });
    });
    return bench::run(count, arguments);
}
