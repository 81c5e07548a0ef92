// SPDX-License-Identifier: MIT
// The types behind pipeline.hpp, for the units that instantiate them.
#pragma once

#include "mgkit/backend/eigen.hpp"
#include "mgkit/encode/any_encoder.hpp"
#include "mgkit/encode/embed.hpp"
#include "pipeline.hpp"

namespace mgfm {

using tensor = mgkit::eigen::tensor<float>;
using encoder = mgkit::encode::any_encoder<tensor>;

/// What `mgfm` trains, made for these clips; settings that the encoder does not have are left out.
inline mgkit::nn::fact_map settings_of(const mgkit::encode::clip_input& input,
                                       const model_options& model) {
    auto out = mgkit::encode::complete_settings<mgkit::encode::all<tensor>>(
        {{"encoder", model.encoder}}, "--encoder");
    if (out.contains("width")) out["width"] = mgkit::nn::exact(model.width);
    if (out.contains("heads")) out["heads"] = mgkit::nn::exact(model.heads);
    const auto clip = input.extents();
    mgkit::encode::clip_extents::each_named(
        clip, [&out](const char* name, int value) { out[name] = mgkit::nn::exact(value); });
    return out;
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

namespace MGKIT_NAMESPACE::encode {
// The encoders are compiled once, in encoders.cpp.
extern template any_encoder<mgfm::tensor> make_encoder<mgfm::tensor, all<mgfm::tensor>>(
    const nn::scope&, const nn::fact_map&);
}  // namespace MGKIT_NAMESPACE::encode
