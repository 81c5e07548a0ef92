// SPDX-License-Identifier: MIT
// Every product of a pre-training step beside the best that its provider does: whole, or cut by
// hand along rows, columns or depth.
//
// Rows products/d<width>_<NN, NT or TN>_<rows>x<columns>x<depth>_t<threads>/ours, float; N and T
// say which factors are transposed. The products are recorded from a step of these widths and
// batches without stochastic depth, so the list follows the model; one that several widths share
// stands under the first. Threads: 1 and MGKIT_THREADS (2). Time and gflops are the best of ours,
// as `matmul` cuts; ceiling_product_gflops the best of all cuttings, tried in turn with ours, on as
// many threads; fraction their ratio. One thread is timed by its processor, several by the clock on
// the wall. The label says which cutting was best.
#include <algorithm>
#include <cstddef>
#include <ctime>
#include <limits>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "measure.hpp"
#include "pretrain_step.hpp"

namespace {

using namespace mgkit;
using gemm::extent;
using provider = gemm::default_provider;

struct product {
    bool transpose_a, transpose_b;
    extent m, n, k;

    auto key() const { return std::tuple(transpose_a, transpose_b, m, n, k); }
    bool operator<(const product& other) const { return key() < other.key(); }
    std::string name() const {
        return std::string(transpose_a ? "T" : "N") + (transpose_b ? "T_" : "N_") +
               std::to_string(m) + "x" + std::to_string(n) + "x" + std::to_string(k);
    }
};

/// A provider that notes products before they are cut and computes none.
struct recorder {
    static constexpr const char* name = "recorder";
    static inline std::set<product> seen;

    struct unchanged {
        gemm::problem<float> whole;
        const gemm::problem<float>& product() const { return whole; }
    };
    static unchanged rounded(context&, int, const gemm::problem<float>& p) {
        if (p.m * p.n * p.k > 0) seen.insert({p.transpose_a, p.transpose_b, p.m, p.n, p.k});
        return {p};
    }
    static void run(const gemm::problem<float>& p) {
        for (extent i = 0; i < p.m; ++i)
            for (extent j = 0; j < p.n; ++j)
                p.c[i * p.ldc + j] = .01F * static_cast<float>((3 * i + 5 * j) % 7);
    }
};

std::set<product> products_of(bench::step_size size) {
    recorder::seen.clear();
    bench::pretraining<eigen::tensor<float, recorder>> step(
        {.clip = bench::clip, .width = size.width, .drop_path = 0}, size.batch, bench::threads());
    step.gradients();
    return recorder::seen;
}

/// Factors and result of a product, and the best times of ours and of each cutting so far.
class contest {
public:
    contest(const product& p, int threads)
        : product_(p), threads_(threads), cuttings_(bench::cuttings(p.m, p.n, p.k)) {
        best_.assign(cuttings_.size(), std::numeric_limits<double>::infinity());
    }

    /// Calls of ours and of the cuttings in turn until `seconds` have passed, at least one round;
    /// after the first round only of those that are within a fifth of the best.
    void run(double seconds) {
        std::vector<float> a(values(product_.m, product_.k)), b(values(product_.k, product_.n)),
            c(values(product_.m, product_.n)), partial;
        const gemm::problem<float> whole{product_.transpose_a,
                                         product_.transpose_b,
                                         product_.m,
                                         product_.n,
                                         product_.k,
                                         a.data(),
                                         product_.transpose_a ? product_.m : product_.k,
                                         b.data(),
                                         product_.transpose_b ? product_.k : product_.n,
                                         0,
                                         c.data(),
                                         product_.n};
        context ctx{.threads = threads_};
        const auto ours = [&] {
            gemm::run_pieces<provider>(ctx, whole, [](extent, extent, extent, extent) {});
        };
        const auto cut = [&](std::size_t i) {
            bench::run_cut<provider>(threads_, whole, cuttings_[i], partial);
        };
        ours();
        double spent = 0;
        const int calls = static_cast<int>(std::max(1., 2e7 / work()));
        const auto time = [&](double& best, auto&& call) {
            const double taken = seconds_of([&] {
                for (int i = 0; i < calls; ++i) call();
            });
            best = std::min(best, taken / calls);
            spent += taken;
        };
        do {
            const double limit = 1.2 * provider_seconds();
            for (std::size_t i = 0; i < cuttings_.size(); ++i)
                if (!(best_[i] > limit)) time(best_[i], [&] { cut(i); });
            time(ours_, ours);
            time(ours_, ours);
        } while (spent < seconds);
    }

    double seconds() const { return ours_; }
    double provider_seconds() const { return *std::min_element(best_.begin(), best_.end()); }
    std::string best_cutting() const {
        return cuttings_[static_cast<std::size_t>(std::min_element(best_.begin(), best_.end()) -
                                                  best_.begin())]
            .name();
    }
    double work() const {
        return static_cast<double>(product_.m) * static_cast<double>(product_.n) *
               static_cast<double>(product_.k);
    }

private:
    /// One thread's time is that on its processor, which others on the machine cannot lengthen.
    template <class F>
    double seconds_of(F&& call) const {
        if (threads_ > 1) return bench::seconds_of(call);
        const std::clock_t start = std::clock();
        call();
        return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    }
    static std::vector<float> values(extent rows, extent columns) {
        return std::vector<float>(static_cast<std::size_t>(rows * columns), .5F);
    }

    product product_;
    int threads_;
    std::vector<bench::cutting> cuttings_;
    std::vector<double> best_;
    double ours_ = std::numeric_limits<double>::infinity();
};

void measure(benchmark::State& state, contest& c) {
    for (auto _ : state) {
        c.run(.1);
        state.SetIterationTime(c.seconds());
    }
    state.counters["gflops"] = 2e-9 * c.work() / c.seconds();
    state.counters["ceiling_product_gflops"] = 2e-9 * c.work() / c.provider_seconds();
    state.counters["fraction"] = c.provider_seconds() / c.seconds();
    state.SetLabel("best " + c.best_cutting());
}

}  // namespace

int main(int count, char** arguments) {
    std::set<product> known;
    for (const bench::step_size size : bench::step_sizes)
        for (const product& p : products_of(size)) {
            if (!known.insert(p).second) continue;
            for (const int threads : std::set<int>{1, bench::threads()}) {
                const auto both = std::make_shared<contest>(p, threads);
                benchmark::RegisterBenchmark(
                    ("products/d" + std::to_string(size.width) + "_" + p.name() + "_t" +
                     std::to_string(threads) + "/ours")
                        .c_str(),
                    [both](benchmark::State& state) { measure(state, *both); })
                    ->UseManualTime()
                    ->Iterations(1)
                    ->Unit(benchmark::kMillisecond);
            }
        }
    return bench::run(count, arguments);
}
