// SPDX-License-Identifier: MIT
// How one pre-training step grows with its sizes: frames, joints, width, clips a step and threads,
// each alone, from a step of 64 frames, 25 joints, 2 persons, d 128, 32 clips.
//
// Rows scale/<what><value>/ours, float. Counters: clips_per_second; microseconds_per_clip;
// megabytes, what tensors took from the system (parameters, gradients, activations). The figures of
// docs/performance.md are drawn from this program's JSON by mgkit_scaling_figures.
#include <string>

#include "measure.hpp"
#include "pretrain_step.hpp"

namespace {

using tensor_type = mgkit::eigen::tensor<float>;

struct sizes {
    mgkit::encode::clip_extents clip = bench::clip;
    int width = 128, batch = 32, threads = bench::threads();
};

void add(const std::string& what, int value, const sizes& s) {
    bench::add("scale/" + what + std::to_string(value) + "/ours", [=](benchmark::State& state) {
        bench::pretraining<tensor_type> work({.clip = s.clip, .width = s.width}, s.batch,
                                             s.threads);
        work.step();
        for (auto _ : state) work.step();
        bench::count_clips(state, s.batch);
        state.counters["microseconds_per_clip"] =
            benchmark::Counter(1e-6 * s.batch, benchmark::Counter::kIsIterationInvariantRate |
                                                   benchmark::Counter::kInvert);
        state.counters["megabytes"] =
            1e-6 * static_cast<double>(
                       work.ctx.state.get<mgkit::eigen::detail::pool_state>().shared->reserved());
    });
}

}  // namespace

int main(int count, char** arguments) {
    for (const int frames : {16, 32, 64, 128}) {
        sizes s;
        s.clip.frames = frames;
        add("frames", frames, s);
    }
    for (const int joints : {10, 25, 50, 75}) {
        sizes s;
        s.clip.joints = joints;
        add("joints", joints, s);
    }
    for (const int width : {32, 64, 128, 256}) {
        sizes s;
        s.width = width;
        add("width", width, s);
    }
    for (const int batch : {4, 8, 16, 32, 64}) {
        sizes s;
        s.batch = batch;
        add("batch", batch, s);
    }
    for (int threads = 1; threads <= bench::threads(); threads *= 2) {
        sizes s;
        s.threads = threads;
        add("threads", threads, s);
    }
    return bench::run(count, arguments);
}
