// SPDX-License-Identifier: MIT
// One pre-training step (forward of four views, loss, backward, Adam): ours on our own tensors, the
// same with products in bf16, ours on LibTorch's tensors, and written by hand with torch::nn.
//
// Rows step/d<width>_b<batch>/<variant>, float, MGKIT_THREADS threads (2). Counters:
// clips_per_second, gflops of what the row multiplies, and their fraction of the best product by
// our provider and by at::matmul. Before anything is timed, loss and gradients of ours and of the
// hand-written model are compared at the same parameters; the program ends where they differ.
#include "peers/dste_torch.hpp"
#include "peers/torch_run.hpp"
// LibTorch's own headers follow ours.
#include <torch/optim/adam.h>

#include <cmath>
#include <cstdio>
#include <string>

#include "measure.hpp"
#include "pretrain_step.hpp"

namespace {

using ours_tensor = mgkit::eigen::tensor<float>;
using torch_tensor = mgkit::torch::tensor<float>;

mgkit::encode::dste_settings settings(int width, double drop_path) {
    return {.clip = bench::clip, .width = width, .drop_path = drop_path};
}

constexpr double drop_path = .1;

void count(benchmark::State& state, double work, int batch) {
    bench::count_clips(state, batch);
    bench::count_work_beside_torch(state, work, bench::threads());
}

template <class T>
void ours(benchmark::State& state, int width, int batch) {
    bench::set_torch_threads(bench::threads());
    bench::pretraining<T> work(settings(width, drop_path), batch, bench::threads());
    work.step();
    for (auto _ : state) work.step();
    count(state, work.work, batch);
}

/// The hand-written step with the parameters and the batch of ours.
struct by_hand {
    peer::pretraining model;
    ::torch::optim::Adam optimiser;
    at::Tensor clips;

    by_hand(bench::pretraining<ours_tensor>& from, const mgkit::encode::dste_settings& s)
        : model(s),
          optimiser(model->parameters(), ::torch::optim::AdamOptions(5e-4).weight_decay(1e-5)),
          clips(at::empty({from.stacked[0], 3, 64, 25, 2})) {
        bench::copy_parameters(bench::named_values(from.ctx, from.model, false), *model);
        std::copy(from.values.begin(), from.values.end(), clips.data_ptr<float>());
        model->train();
    }
    at::Tensor gradients() {
        model->zero_grad(/*set_to_none=*/true);
        const at::Tensor loss = model(clips.clone());
        loss.backward();
        return loss;
    }
    void step() {
        gradients();
        optimiser.step();
    }
};

void torch_nn(benchmark::State& state, int width, int batch) {
    bench::set_torch_threads(bench::threads());
    bench::pretraining<ours_tensor> start(settings(width, drop_path), batch, bench::threads());
    by_hand work(start, settings(width, drop_path));
    work.step();
    for (auto _ : state) work.step();
    count(state, batch * bench::step_work(bench::encoder_work(bench::clip, width), width), batch);
}

/// Moves every parameter far from its initial value, where softmax and GELU are nearly linear and
/// would hide a mistake.
void shake(mgkit::context& ctx, bench::pretraining<ours_tensor>::model_type& model) {
    mgkit::random_stream draws(mgkit::random_key{11}, "shake");
    auto values = bench::named_values(ctx, model, false);
    mgkit::nn::for_each_parameter(model, [&](const std::string& name, auto& p) {
        const mgkit::shape extents = mgkit::shape_of(p.value);
        const double reach =
            extents.rank() == 1 ? .3 : 2 / std::sqrt(static_cast<double>(extents[1]));
        for (float& v : values.at(name)) v += static_cast<float>(draws.uniform(-reach, reach));
        p.value = mgkit::backend_traits<ours_tensor>::from_host(ctx, values.at(name), extents);
    });
}

/// Compares the hand-written loss and gradients with ours, without stochastic depth: true where the
/// loss is within 1e-4 and the gradients, as one vector, within 5e-3 (a maximum over tokens may
/// fall on another of two that are nearly equal).
bool same_arithmetic(int width, int batch) {
    const auto plain = settings(width, 0);
    bench::pretraining<ours_tensor> one(plain, batch, bench::threads());
    shake(one.ctx, one.model);
    by_hand other(one, plain);
    std::vector<float> loss(1);
    const auto value = one.gradients();
    mgkit::backend_traits<ours_tensor>::to_host(one.ctx, value_of(value), loss);
    const double theirs = other.gradients().item<float>();
    const double loss_gap = std::abs(theirs - loss[0]) / std::abs(loss[0]);
    const auto slopes = bench::named_values(one.ctx, one.model, true);
    double gap = 0, norm = 0;
    for (const auto& p : other.model->named_parameters()) {
        const float* const g = p->grad().data_ptr<float>();
        const auto& mine = slopes.at(p.key());
        for (std::size_t i = 0; i < mine.size(); ++i) {
            gap += std::pow(static_cast<double>(g[i]) - mine[i], 2);
            norm += std::pow(static_cast<double>(mine[i]), 2);
        }
    }
    const double slope_gap = std::sqrt(gap / norm);
    const bool same = loss_gap < 1e-4 && slope_gap < 5e-3;
    std::fprintf(stderr, "%s at d %d: loss %.6f beside %.6f (%.1e), gradients apart by %.1e\n",
                 same ? "same arithmetic" : "NOT THE SAME ARITHMETIC", width,
                 static_cast<double>(loss[0]), theirs, loss_gap, slope_gap);
    return same;
}

}  // namespace

int main(int count_of_arguments, char** arguments) {
    bench::name_torch();
    if (!same_arithmetic(64, 16) || !same_arithmetic(128, 8)) return 1;
#if defined(MGKIT_GEMM_ONEDNN)
    const bool coarse = bench::has_bf16_products("step/*/ours_bf16");
#endif
    for (const bench::step_size size : bench::step_sizes) {
        const std::string row = "step/" + size.name() + "/";
        const auto add = [&](const char* variant, void (*run)(benchmark::State&, int, int)) {
            bench::add(row + variant, [=](benchmark::State& s) { run(s, size.width, size.batch); });
        };
        add("ours", ours<ours_tensor>);
#if defined(MGKIT_GEMM_ONEDNN)
        if (coarse) add("ours_bf16", ours<mgkit::eigen::bf16>);
#endif
        add("ours_on_torch", ours<torch_tensor>);
        add("torch_nn", torch_nn);
    }
    return bench::run(count_of_arguments, arguments);
}
