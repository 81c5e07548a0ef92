// One pre-training step (forward of four views, loss, backward, Adam) against the ceiling of matrix
// products measured in the same run; bench_step_torch.cpp has peers.
//
// Rows pretrain/d<width>_b<batch>/ours, float, and ours_bf16 (products in bf16, with oneDNN),
// MGKIT_THREADS threads (2). Counters: clips_per_second; gflops, from the multiply-adds of what is
// computed times 2, forward and twice that backward; fraction of ceiling_gflops, the best product
// in float.
#include <string>

#include "measure.hpp"
#include "pretrain_step.hpp"

#if defined(MGKIT_GEMM_ONEDNN)
#include "mgkit/backend/eigen_bf16.hpp"
#endif

namespace {

template <class T>
void add(int width, const char* variant) {
    constexpr int batch = 32;
    bench::add("pretrain/d" + std::to_string(width) + "_b32/" + variant,
               [=](benchmark::State& state) {
                   bench::pretraining<T> work({.clip = bench::clip, .width = width}, batch,
                                              bench::threads());
                   work.step();
                   for (auto _ : state) work.step();
                   bench::count_clips(state, batch);
                   bench::count_work(state, work.work, bench::threads());
                   state.SetLabel(T::provider::name);
               });
}

}  // namespace

int main(int count, char** arguments) {
    for (const int width : {64, 128, 256}) {
        add<mgkit::eigen::tensor<float>>(width, "ours");
#if defined(MGKIT_GEMM_ONEDNN)
        add<mgkit::eigen::bf16>(width, "ours_bf16");
#endif
    }
    return bench::run(count, arguments);
}
