// SPDX-License-Identifier: MIT
// Family: graph/pc_seq2seq.
#pragma once

#include "golden/support.hpp"
#include "mgkit/encode/bigru.hpp"
#include "mgkit/pretext/predict_cluster.hpp"

namespace MGKIT_NAMESPACE::golden::predict_group {

/// Encoder, decoder, loss and all gradients of one batch.
template <class... Ts>
void seq2seq(const io::safetensors_file& file, const io::json& config, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using X = variable<T>;
        context ctx;
        const bounds<scalar_of<T>> bound(config);
        const io::json* const fixed = config.find("fix_state");
        const bool fixed_state = fixed != nullptr && fixed->template get<bool>();
        const int input = config.at("input").get<int>(), frames = config.at("T").get<int>();
        pretext::predict_cluster<T, encode::bigru<T>, pretext::no_views> model(
            nn::scope(ctx),
            {.clip = {input, frames, 1, 1},
             .width = config.at("hidden").get<int>(),
             .layers = config.at("encoder_layers").get<int>(),
             .look_ahead = false},
            {},
            {.decoder = fixed_state ? pretext::weak_decoder::fixed_state
                                    : pretext::weak_decoder::fixed_weight,
             .trained_weights = true});
        nn::load(ctx, model.backbone, file, {.prefix = "param/", .ignore_extra = true});
        nn::load(ctx, model.decoder, file, {.prefix = "param/decoder."});

        ctx.training = true;
        const recording<T> record(ctx);
        const T x = tensor_from<T>(ctx, file, "input/x");
        const shape s = shape_of(x);
        const T clips =
            mgkit::reshape(ctx, mgkit::permute(ctx, x, {0, 2, 1}), {s[0], s[2], s[1], 1, 1});
        const X state = model.backbone(ctx, X{clips});
        const auto hidden = nn::host_values(ctx, state.value);
        const auto want = file.read<double>("output/encoder_hidden");
        out.close("output/encoder_hidden", std::span(hidden), std::span(want), bound.values);
        expect(out, ctx, file, "output/decoded", model.decoded(ctx, state, X{x}).value,
               bound.values);
        const auto value = model(ctx, pretext::batch<X>{{{"clips", X{clips}, 1}}, {}});
        expect(out, ctx, file, "output/loss", value.loss.value, bound.values);
        backward(ctx, value.loss);
        expect_gradients(out, ctx, file, nn::leaves(model.backbone), "grad/", bound.gradients);
        expect_gradients(out, ctx, file, nn::leaves(model.decoder), "grad/decoder.",
                         bound.gradients);
    });
}

template <class... Ts>
void add_families(std::vector<family>& families) {
    families.push_back({"graph/pc_seq2seq", seq2seq<Ts...>});
}

}  // namespace MGKIT_NAMESPACE::golden::predict_group
