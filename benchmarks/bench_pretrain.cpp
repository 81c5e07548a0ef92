// SPDX-License-Identifier: MIT
// One pre-training step (forward of four views, loss, backward, Adam) against the ceiling of matrix
// products measured in the same run; bench_step_torch.cpp has peers.
//
// Rows pretrain/d<width>_b<batch>/ours, float, and ours_bf16 (products in bf16, with oneDNN on a
// processor that has them), MGKIT_THREADS threads (2). Counters: clips_per_second; gflops, from the
// multiply-adds of what is computed times 2, forward and twice that backward; fraction of
// ceiling_gflops, the best product in float.
#include <string>

#include "measure.hpp"
#include "pretrain_step.hpp"

namespace {

template <class T>
void add(bench::step_size size, const char* variant) {
    bench::add("pretrain/" + size.name() + "/" + variant, [=](benchmark::State& state) {
        bench::pretraining<T> work({.clip = bench::clip, .width = size.width}, size.batch,
                                   bench::threads());
        work.step();
        for (auto _ : state) work.step();
        bench::count_clips(state, size.batch);
        bench::count_work(state, work.work, bench::threads());
        state.SetLabel(T::provider::name);
    });
}

}  // namespace

int main(int count, char** arguments) {
#if defined(MGKIT_GEMM_ONEDNN)
    const bool coarse = bench::has_bf16_products("pretrain/*/ours_bf16");
#endif
    for (const bench::step_size size : bench::step_sizes) {
        add<mgkit::eigen::tensor<float>>(size, "ours");
#if defined(MGKIT_GEMM_ONEDNN)
        if (coarse) add<mgkit::eigen::bf16>(size, "ours_bf16");
#endif
    }
    return bench::run(count, arguments);
}
