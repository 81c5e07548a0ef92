// SPDX-License-Identifier: MIT
// Clips to features with a trained encoder.
// infrastructure
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "mgkit/core/parallel.hpp"
#include "mgkit/data/clip_set.hpp"
#include "mgkit/data/feature_table.hpp"
#include "mgkit/encode/clip_input.hpp"
#include "mgkit/encode/concept.hpp"
#include "mgkit/nn/prepared.hpp"

namespace MGKIT_NAMESPACE::encode {

/// Features [N, D] of N clips in evaluation mode, a batch at a time. The model is prepared for it
/// (nn::prepared) and not touched: several threads may embed with one model at a time, each with a
/// context of its own; handing in an `nn::prepared` of it saves preparing it in each.
///
/// `clip_at(i)` gives clip i as a `pose_view<const float>`. Memory: one batch of activations.
/// Cost: N forward passes. Deterministic; does not depend on the batch size beyond rounding.
/// Errors: a batch of 0.
template <tensor T, class Encoder, class ClipAt>
requires encoder<Encoder, T> data::feature_table embed(context& ctx, const Encoder& model,
                                                       const clip_input& input, std::size_t count,
                                                       ClipAt&& clip_at, std::size_t batch = 64) {
    using scalar = typename backend_traits<T>::scalar;
    if (batch == 0) throw error("encode::embed", "a batch of one or more clips", "0");
    const context_guard guard(ctx);
    ctx.training = false;
    const nn::prepared ready(ctx, model);
    const clip_extents e = input.extents();
    data::feature_table out;
    out.rows = count;
    std::vector<float> host;
    std::vector<scalar> values;
    for (std::size_t first = 0; first < count; first += batch) {
        const std::size_t rows = std::min(batch, count - first), size = input.size();
        host.resize(rows * size);
        parallel_for(ctx.threads, static_cast<std::ptrdiff_t>(rows), [&](std::ptrdiff_t i) {
            clip_input::scratch work;
            const auto at = static_cast<std::size_t>(i);
            input.write_whole(clip_at(first + at), std::span(host).subspan(at * size, size), work);
        });
        values.assign(host.begin(), host.end());
        const T clips = backend_traits<T>::from_host(
            ctx, values, {static_cast<extent>(rows), e.channels, e.frames, e.joints, e.persons});
        const T features = ready(ctx, clips);
        out.columns = static_cast<std::size_t>(shape_of(features)[1]);
        values.resize(rows * out.columns);
        backend_traits<T>::to_host(ctx, features, values);
        out.values.insert(out.values.end(), values.begin(), values.end());
    }
    return out;
}

/// Features of every clip of a set, in its order; as above. Labels are not needed.
/// Errors: also those of data::check.
template <class Encoder>
requires encoder<Encoder, typename Encoder::tensor_type> data::feature_table embed(
    context& ctx, const Encoder& model, const clip_input& input, const data::clip_set& clips,
    std::size_t batch = 64) {
    data::check(clips);
    return embed<typename Encoder::tensor_type>(
        ctx, model, input, static_cast<std::size_t>(clips.size()),
        [&clips](std::size_t i) { return clips.clip(static_cast<int>(i)); }, batch);
}

}  // namespace MGKIT_NAMESPACE::encode
