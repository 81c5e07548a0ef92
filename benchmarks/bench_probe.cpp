// SPDX-License-Identifier: MIT
// Linear probe by the reference's protocol (SGD with momentum, batches of 512, 160 epochs) on
// 13,000 features of 512 values in 60 classes, beside the same loop written by hand with LibTorch
// where a build has it.
//
// Rows probe/13000x512_e<epochs>/<variant>, float, MGKIT_THREADS threads (2); each starts from
// features and labels in memory and ends with a trained classifier. Counters: rows_per_second
// (rows seen, over all epochs), gflops of the products alone and its fraction of ceiling_gflops.
// Trained without shuffling, the two must end with the same weights, else nothing is timed.
#ifdef MGKIT_BENCH_TORCH
#include "peers/torch_run.hpp"
// LibTorch's own headers follow ours.
#include <torch/nn/functional/loss.h>
#include <torch/nn/modules/linear.h>
#include <torch/optim/sgd.h>
#endif

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "class_features.hpp"
#include "measure.hpp"
#include "mgkit/probe/linear.hpp"

namespace {

using namespace mgkit;
using tensor_type = eigen::tensor<float>;
using protocol = decltype(probe::reference_protocol());

constexpr std::size_t columns = 512;

struct problem {
    data::feature_table features;
    std::vector<int> labels;
};

problem of_size(std::size_t rows) {
    // Classes overlap enough that the loop has work to do until its end.
    return {bench::class_features(1, rows, columns, 4), bench::class_labels(rows)};
}

nn::linear<tensor_type> start(context& ctx) {
    return {nn::scope(ctx, "fc"), columns, bench::classes, 0.01};
}

/// Trained weights [classes, columns].
std::vector<float> ours(const problem& p, const protocol& settings) {
    context ctx{.seed = 3, .threads = bench::threads()};
    auto fc = start(ctx);
    probe::train_classifier(ctx, fc, p.features, p.labels, settings);
    std::vector<float> out(columns * bench::classes);
    backend_traits<tensor_type>::to_host(ctx, fc.weight.value, out);
    return out;
}

#ifdef MGKIT_BENCH_TORCH
std::vector<float> torch_nn(const problem& p, const protocol& settings) {
    bench::set_torch_threads(bench::threads());
    context ctx{.seed = 3};
    auto from = start(ctx);
    ::torch::nn::Linear fc(columns, bench::classes);
    bench::copy_parameters(bench::named_values(ctx, from, false), *fc);
    const auto rows = static_cast<std::int64_t>(p.features.rows);
    const at::Tensor features = at::empty({rows, columns});
    std::copy(p.features.values.begin(), p.features.values.end(), features.data_ptr<float>());
    const at::Tensor labels =
        at::tensor(std::vector<std::int64_t>(p.labels.begin(), p.labels.end()));
    auto options = ::torch::optim::SGDOptions(settings.optimiser.rate);
    ::torch::optim::SGD optimiser(fc->parameters(), options.momentum(settings.optimiser.momentum));
    at::manual_seed(3);
    for (int epoch = 0; epoch < settings.epochs; ++epoch) {
        const double rate = settings.optimiser.rate * settings.schedule(epoch, settings.epochs);
        static_cast<::torch::optim::SGDOptions&>(optimiser.param_groups()[0].options()).lr(rate);
        const at::Tensor order = settings.shuffle ? at::randperm(rows, at::kLong) : at::Tensor();
        for (std::int64_t first = 0; first < rows; first += settings.batch) {
            const std::int64_t last = std::min<std::int64_t>(first + settings.batch, rows);
            at::Tensor x, y;
            if (settings.shuffle) {
                const at::Tensor picked = order.slice(0, first, last);
                x = features.index_select(0, picked);
                y = labels.index_select(0, picked);
            } else {
                x = features.slice(0, first, last);
                y = labels.slice(0, first, last);
            }
            fc->zero_grad(/*set_to_none=*/true);
            ::torch::nn::functional::cross_entropy(fc(x), y).backward();
            optimiser.step();
        }
    }
    const at::Tensor weight = fc->weight.detach();
    return {weight.data_ptr<float>(), weight.data_ptr<float>() + weight.numel()};
}

bool same_training() {
    const problem p = of_size(1200);
    protocol settings = probe::reference_protocol(.01);
    settings.epochs = 5;
    settings.shuffle = false;
    const auto a = ours(p, settings), b = torch_nn(p, settings);
    double gap = 0, size = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        gap = std::max(gap, std::abs(static_cast<double>(a[i]) - b.at(i)));
        size = std::max(size, std::abs(static_cast<double>(a[i])));
    }
    const bool same = gap < 1e-4 * size;
    std::fprintf(stderr, "%s: weights apart by %.1e\n",
                 same ? "same training" : "NOT THE SAME TRAINING", gap / size);
    return same;
}
#endif

using variant = std::vector<float>(const problem&, const protocol&);

void fit(benchmark::State& state, variant* run, std::size_t rows, int epochs) {
    const problem p = of_size(rows);
    protocol settings = probe::reference_protocol();
    settings.epochs = epochs;
    for (auto _ : state) benchmark::DoNotOptimize(run(p, settings).data());
    const double seen = static_cast<double>(rows) * epochs;
    state.counters["rows_per_second"] =
        benchmark::Counter(seen, benchmark::Counter::kIsIterationInvariantRate);
    // Scores forward, the weights' gradient backward.
    bench::count_work(state, 2 * seen * columns * bench::classes, bench::threads());
}

}  // namespace

int main(int count, char** arguments) {
    struct named {
        const char* name;
        variant* run;
    };
    const std::vector<named> variants{
        {"ours", ours},
#ifdef MGKIT_BENCH_TORCH
        {"torch_nn", torch_nn},
#endif
    };
#ifdef MGKIT_BENCH_TORCH
    bench::name_torch();
    if (!same_training()) return 1;
#endif
    for (const int epochs : {16, 160})
        for (const named& v : variants)
            bench::add("probe/13000x512_e" + std::to_string(epochs) + "/" + v.name,
                       [=](benchmark::State& s) { fit(s, v.run, 13'000, epochs); });
    return bench::run(count, arguments);
}
