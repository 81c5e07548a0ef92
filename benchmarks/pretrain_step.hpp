// SPDX-License-Identifier: MIT
// One pre-training step of ours on any backend: forward of four views, loss, backward, Adam.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "measure.hpp"
#include "mgkit/augment/n_views.hpp"
#include "mgkit/augment/presets.hpp"
#include "mgkit/encode/dste.hpp"
#include "mgkit/pretext/decorrelation.hpp"
#include "mgkit/train/adam.hpp"

namespace bench {

/// Clips of 64 frames, 25 joints, two persons: 50 spatial tokens.
inline constexpr mgkit::encode::clip_extents clip{
    .channels = 3, .frames = 64, .joints = 25, .persons = 2};

/// Widths of the rows, and a batch that fits memory and time: smaller for the widest.
struct step_size {
    int width, batch;
    std::string name() const { return "d" + std::to_string(width) + "_b" + std::to_string(batch); }
};
inline constexpr step_size step_sizes[] = {{64, 32}, {128, 32}, {256, 32}, {512, 32}, {1024, 16}};

/// Values of `rows` clips, each within [-1, 1].
inline std::vector<float> clip_values(std::int64_t rows,
                                      const mgkit::encode::clip_extents& e = clip) {
    std::vector<float> values(
        static_cast<std::size_t>(rows * e.channels * e.frames * e.joints * e.persons));
    mgkit::random_stream draws(mgkit::random_key{7}, "bench");
    for (float& v : values) v = static_cast<float>(draws.uniform(-1, 1));
    return values;
}

/// A model, its optimiser and one batch of four views of random clips.
template <mgkit::tensor T>
struct pretraining {
    using views = mgkit::augment::n_views<4, mgkit::augment::reference>;
    static constexpr bool skips = mgkit::overrides_forward<mgkit::op::take_rows, T, 1>;
    using model_type = mgkit::pretext::decorrelation<T, mgkit::encode::dste<T>, views>;

    mgkit::context ctx;
    model_type model;
    mgkit::train::updater<T> update;
    std::vector<float> values;
    mgkit::shape stacked;
    double work;  ///< multiply-adds of a step

    pretraining(const mgkit::encode::dste_settings& settings, int batch, int threads)
        : ctx{.seed = 1, .threads = threads, .training = true},
          model(mgkit::nn::scope(ctx), settings),
          update(ctx, model, mgkit::train::adam{}),
          values(clip_values(4 * batch, settings.clip)),
          stacked{4 * batch, settings.clip.channels, settings.clip.frames, settings.clip.joints,
                  settings.clip.persons},
          work(batch * step_work(encoder_work_left(settings.clip, settings.width, settings.heads,
                                                   skips ? 1 - settings.drop_path : 1),
                                 settings.width)) {
        for (std::uint32_t k = 0; k < 4; ++k)
            for (int i = 0; i < batch; ++i) ctx.rows.push_back({static_cast<std::uint32_t>(i), k});
    }
    pretraining(const pretraining&) = delete;

    /// Loss of the batch, its gradients left in the parameters.
    mgkit::variable<T> gradients() {
        const mgkit::recording<T> record(ctx);
        const mgkit::variable<T> clips{mgkit::backend_traits<T>::from_host(ctx, values, stacked)};
        const auto loss = model(ctx, mgkit::pretext::batch<mgkit::variable<T>>{clips, {}}).loss;
        mgkit::nn::zero_gradients(model);
        backward(ctx, loss);
        return loss;
    }
    void step() {
        gradients();
        update.step(ctx, 5e-4);
        ++ctx.epoch;
    }
};

}  // namespace bench
