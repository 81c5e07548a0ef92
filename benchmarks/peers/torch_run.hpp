// SPDX-License-Identifier: MIT
// LibTorch as a peer: its threads, its ceiling, and our parameters in its modules.
#pragma once

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "mgkit/backend/torch.hpp"
#include "mgkit/nn/leaves.hpp"
// LibTorch's own headers follow ours.
#include <ATen/Parallel.h>
#include <torch/nn/module.h>

#include "measure.hpp"
#include "peers/blas_threads.hpp"
#include "peers/torch_version.hpp"

namespace bench {

/// Threads of everything that LibTorch calls: its OpenMP pool, and OpenBLAS where that keeps
/// threads of its own.
inline void set_torch_threads(int threads) {
    at::set_num_threads(threads);
    set_blas_threads(threads);
}

/// `ceiling` by at::matmul.
inline double torch_ceiling(int threads) {
    static std::map<int, double> best;
    const at::NoGradGuard not_recorded;
    set_torch_threads(threads);
    const at::Tensor a = at::full({4096, 1024}, .5), b = at::full({1024, 1024}, .25);
    return best[threads] = best_product_rate(best[threads],
                                             [&] { benchmark::DoNotOptimize(at::matmul(a, b)); });
}

/// count_work, with at::matmul's ceiling beside our provider's.
inline void count_work_beside_torch(benchmark::State& state, double work, int threads) {
    count_work(state, work, threads);
    const double limit = torch_ceiling(threads);
    state.counters["torch_ceiling_gflops"] = limit;
    state.counters["fraction_of_torch_ceiling"] =
        benchmark::Counter(2e-9 * work / limit, benchmark::Counter::kIsIterationInvariantRate);
}

/// Values of every parameter of one of our models, or their gradients, by name.
template <class M>
std::map<std::string, std::vector<float>> named_values(mgkit::context& ctx, M& model,
                                                       bool gradients) {
    std::map<std::string, std::vector<float>> out;
    mgkit::nn::for_each_parameter(
        model, [&]<class T>(const std::string& name, mgkit::parameter<T>& p) {
            if (gradients && !p.slot.filled) return;
            const T& from = gradients ? p.slot.gradient : p.value;
            auto& to = out[name];
            to.resize(static_cast<std::size_t>(mgkit::shape_of(from).elements()));
            mgkit::backend_traits<T>::to_host(ctx, from, to);
        });
    return out;
}

/// Copies values into a module of LibTorch's whose parameters carry the same names; extents may
/// differ by axes of one. Errors: a name or a size that is on one side only.
inline void copy_parameters(const std::map<std::string, std::vector<float>>& from,
                            ::torch::nn::Module& to) {
    const at::NoGradGuard not_recorded;
    auto target = to.named_parameters();
    if (target.size() != from.size())
        throw std::runtime_error("copy_parameters: " + std::to_string(from.size()) +
                                 " parameters for " + std::to_string(target.size()));
    for (const auto& [name, values] : from) {
        at::Tensor* const p = target.find(name);
        if (!p || p->numel() != static_cast<std::int64_t>(values.size()))
            throw std::runtime_error("copy_parameters: no parameter of this size: " + name);
        std::copy(values.begin(), values.end(), p->data_ptr<float>());
    }
}

}  // namespace bench
