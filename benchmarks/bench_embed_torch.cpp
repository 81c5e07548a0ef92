// SPDX-License-Identifier: MIT
// Features of 64-frame clips in evaluation mode on one thread: ours on our own tensors, the same
// with products in bf16, ours on LibTorch's, and the encoder written by hand with torch::nn.
//
// Rows embed/d<width>_b<clips>/<variant>, float; b1 is the latency of one clip. Counters as in
// bench_step_torch.cpp. Features of all three in float are compared first; the program ends where
// they differ.
#include "peers/dste_torch.hpp"
#include "peers/torch_run.hpp"
// LibTorch's own headers follow ours.
#include <c10/core/InferenceMode.h>

#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "measure.hpp"
#include "mgkit/nn/prepared.hpp"
#include "pretrain_step.hpp"

namespace {

using ours_tensor = mgkit::eigen::tensor<float>;
using torch_tensor = mgkit::torch::tensor<float>;

constexpr int threads = 1;

template <class T>
struct ours_encoder {
    mgkit::context ctx{.seed = 1, .threads = threads};
    mgkit::encode::dste<T> model;
    mgkit::nn::prepared<mgkit::encode::dste<T>> ready;
    T clips;

    ours_encoder(int width, int batch)
        : model(mgkit::nn::scope(ctx), {.clip = bench::clip, .width = width}),
          ready(ctx, model),
          clips(mgkit::backend_traits<T>::from_host(ctx, bench::clip_values(batch),
                                                    {batch, 3, 64, 25, 2})) {}
    T features() { return ready(ctx, clips); }
    static double work(int width) { return bench::encoder_work_left(bench::clip, width, 1, 1); }
    std::vector<float> values() {
        const T out = features();
        std::vector<float> host(static_cast<std::size_t>(mgkit::shape_of(out).elements()));
        mgkit::backend_traits<T>::to_host(ctx, out, host);
        return host;
    }
};

struct hand_written_encoder {
    peer::dste model;
    at::Tensor clips;

    hand_written_encoder(int width, int batch)
        : model(mgkit::encode::dste_settings{.clip = bench::clip, .width = width}),
          clips(at::empty({batch, 3, 64, 25, 2})) {
        ours_encoder<ours_tensor> from(width, batch);
        bench::copy_parameters(bench::named_values(from.ctx, from.model, false), *model);
        const auto values = bench::clip_values(batch);
        std::copy(values.begin(), values.end(), clips.data_ptr<float>());
        model->eval();
    }
    at::Tensor features() { return model(clips); }
    static double work(int width) { return bench::encoder_work(bench::clip, width); }
    std::vector<float> values() {
        const at::Tensor out = features().contiguous();
        return {out.data_ptr<float>(), out.data_ptr<float>() + out.numel()};
    }
};

template <class Encoder>
void embed(benchmark::State& state, int width, int batch) {
    bench::set_torch_threads(threads);
    const c10::InferenceMode nothing_recorded;
    Encoder encoder(width, batch);
    benchmark::DoNotOptimize(encoder.features());
    for (auto _ : state) benchmark::DoNotOptimize(encoder.features());
    bench::count_clips(state, batch);
    bench::count_work_beside_torch(state, Encoder::work(width) * batch, threads);
}

/// Largest difference of two sets of features, as a share of the largest feature.
double apart(const std::vector<float>& a, const std::vector<float>& b) {
    double gap = 0, size = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        gap = std::max(gap, std::abs(static_cast<double>(a[i]) - b.at(i)));
        size = std::max(size, std::abs(static_cast<double>(a[i])));
    }
    return gap / size;
}

bool same_features(int width, int batch) {
    const c10::InferenceMode nothing_recorded;
    const auto mine = ours_encoder<ours_tensor>(width, batch).values();
    const double on_torch = apart(mine, ours_encoder<torch_tensor>(width, batch).values());
    const double by_hand = apart(mine, hand_written_encoder(width, batch).values());
    const bool same = on_torch < 1e-4 && by_hand < 1e-4;
    std::fprintf(stderr, "%s at d %d: ours on torch apart by %.1e, by hand %.1e\n",
                 same ? "same features" : "NOT THE SAME FEATURES", width, on_torch, by_hand);
    return same;
}

}  // namespace

int main(int count, char** arguments) {
    bench::name_torch();
    if (!same_features(64, 3) || !same_features(256, 2)) return 1;
#if defined(MGKIT_GEMM_ONEDNN)
    const bool coarse = bench::has_bf16_products("embed/*/ours_bf16");
#endif
    for (const int batch : {1, 64}) {
        constexpr int width = 256;
        const std::string row = "embed/d256_b" + std::to_string(batch) + "/";
        const auto add = [&](const char* variant, void (*run)(benchmark::State&, int, int)) {
            bench::add(row + variant, [=](benchmark::State& s) { run(s, width, batch); });
        };
        add("ours", embed<ours_encoder<ours_tensor>>);
#if defined(MGKIT_GEMM_ONEDNN)
        if (coarse) add("ours_bf16", embed<ours_encoder<mgkit::eigen::bf16>>);
#endif
        add("ours_on_torch", embed<ours_encoder<torch_tensor>>);
        add("torch_nn", embed<hand_written_encoder>);
    }
    return bench::run(count, arguments);
}
