// SPDX-License-Identifier: MIT
// One translation unit as a user writes it: features from an encoder that a file describes, nothing
// of training, for tests/checks/include_cost.py.
#include <vector>

#include "mgkit/backend/eigen.hpp"
#include "mgkit/clip/prepare.hpp"
#include "mgkit/encode/archive.hpp"
#include "mgkit/encode/dste.hpp"
#include "mgkit/encode/embed.hpp"
#include "mgkit/encode/input_for.hpp"

namespace mg = mgkit;
using tensor = mg::eigen::tensor<float>;

std::vector<float> features(const mg::data::clip_set& clips, const char* weights) {
    mg::context ctx;
    const auto [encoder, about, notes] =
        mg::encode::load_encoder<mg::encode::dste<tensor>>(ctx, weights);
    const auto ready = mg::clip::prepare(about.prepared.value().clips, clips).clips;
    return mg::encode::embed(ctx, encoder, mg::encode::input_for(about, ready), ready).values;
}
