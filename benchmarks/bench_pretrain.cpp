// One pre-training step (forward of four views, loss, backward, Adam) against the ceiling of matrix
// products measured in the same run; bench_step_torch.cpp has peers.
//
// Rows pretrain/d<width>_b<batch>/ours, float, MGKIT_THREADS threads (2). Counters:
// clips_per_second; gflops, from the multiply-adds of the model's formula times 2, forward and
// twice that backward; fraction of ceiling_gflops, the best product.
#include <string>

#include "measure.hpp"
#include "pretrain_step.hpp"

int main(int count, char** arguments) {
    constexpr int batch = 32;
    for (const int width : {64, 128, 256})
        bench::add("pretrain/d" + std::to_string(width) + "_b32/ours",
                   [=](benchmark::State& state) {
                       bench::pretraining<mgkit::eigen::tensor<float>> work(
                           {.clip = bench::clip, .width = width}, batch, bench::threads());
                       work.step();
                       for (auto _ : state) work.step();
                       bench::count_clips(state, batch);
                       bench::count_work(state, bench::step_work(bench::clip, width) * batch,
                                         bench::threads());
                       state.SetLabel(mgkit::gemm::default_provider::name);
                   });
    return bench::run(count, arguments);
}
