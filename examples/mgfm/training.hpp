// SPDX-License-Identifier: MIT
// The types behind pipeline.hpp, for the units that instantiate them.
#pragma once

#include <optional>
#include <vector>

#include "mgkit/backend/eigen.hpp"
#include "mgkit/encode/any_encoder.hpp"
#include "mgkit/encode/embed.hpp"
#include "mgkit/nn/linear.hpp"
#include "mgkit/train/run.hpp"
#include "pipeline.hpp"

namespace mgfm {

using tensor = mgkit::eigen::tensor<float>;
using encoder = mgkit::encode::any_encoder<tensor>;

/// What `mgfm` trains, made for these clips: what --set, --width and --heads state, the joints and
/// bones of the clips where the encoder is made for a graph, its defaults for the rest. Encoders of
/// two streams are 64 wide with 4 heads where nothing is said.
/// Errors: settings that the encoder does not have or take.
mgkit::nn::fact_map settings_of(const mgkit::encode::clip_input& input, const model_options& model);

/// Calls `f` with each step of a training in clips.
struct reporter {
    const on_progress& call;
    std::int64_t clips_per_epoch;
    std::int64_t earlier = -1, in_epoch = 0;
    int epoch = -1;

    void on_step(const mgkit::train::step_info& s) {
        if (s.epoch != epoch) in_epoch = 0;
        epoch = s.epoch;
        in_epoch += s.clips;
        const std::int64_t share = s.batches > 0 ? clips_per_epoch * (s.batch + 1) / s.batches : 0;
        const std::int64_t done = s.epoch * clips_per_epoch + share;
        if (earlier < 0) earlier = s.resumed ? done - s.clips : 0;
        if (call) call(done, clips_per_epoch * s.epochs, earlier, s.loss);
    }
};

struct trained_encoder::state {
    mgkit::context ctx;
    mgkit::encode::clip_input input;
    encoder model;
    /// Of an encoder that was trained with labels: its classifier, and the classes of its rows.
    std::optional<mgkit::nn::linear<tensor>> classifier;
    std::vector<int> classes;

    state(const mgkit::encode::clip_input& i, const model_options& m, std::uint64_t seed,
          int threads)
        : ctx{.seed = seed, .threads = threads},
          input(i),
          model(mgkit::nn::scope(ctx, "backbone"), settings_of(i, m)) {}
};

}  // namespace mgfm

#if !defined(MGKIT_COMPILED)
namespace MGKIT_NAMESPACE::encode {
// The encoders are compiled once, in encoders.cpp.
extern template any_encoder<mgfm::tensor> make_encoder<mgfm::tensor, all<mgfm::tensor>>(
    const nn::scope&, const nn::fact_map&);
}  // namespace MGKIT_NAMESPACE::encode
#endif
