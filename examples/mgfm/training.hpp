// The types behind pipeline.hpp, for the units that instantiate them.
#pragma once

#include "mgkit/backend/eigen.hpp"
#include "mgkit/encode/dste.hpp"
#include "mgkit/encode/embed.hpp"
#include "pipeline.hpp"

namespace mgfm {

using tensor = mgkit::eigen::tensor<float>;
using encoder = mgkit::encode::dste<tensor>;

inline mgkit::encode::dste_settings settings_of(const mgkit::encode::clip_input& input,
                                                const model_options& model) {
    return {.clip = input.extents(), .width = model.width, .heads = model.heads};
}

struct trained_encoder::state {
    mgkit::context ctx;
    mgkit::encode::clip_input input;
    encoder model;

    state(const mgkit::encode::clip_input& i, const model_options& m, std::uint64_t seed,
          int threads)
        : ctx{.seed = seed, .threads = threads},
          input(i),
          model(mgkit::nn::scope(ctx, "backbone"), settings_of(i, m)) {}
};

}  // namespace mgfm
