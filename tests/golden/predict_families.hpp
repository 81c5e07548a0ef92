// SPDX-License-Identifier: MIT
// Families: pc_seq2seq, mamp_pretrain, skeleton_mae, mamp_linprobe, mamp_finetune.
#pragma once

#include "golden/support.hpp"
#include "mgkit/encode/bigru.hpp"
#include "mgkit/pretext/mamp.hpp"
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

/// A number of a config, or another one where it states none.
template <class V>
V stated(const io::json& config, const char* name, V otherwise) {
    const io::json* const found = config.find(name);
    return found == nullptr || found->is_null() ? otherwise : found->template get<V>();
}

/// The encoder of MAMP for clips of the file.
inline encode::patch_transformer_settings patches_of(const io::safetensors_file& file,
                                                     const io::json& config) {
    const shape x = extents_of(file, "input/x");
    return {.clip = {static_cast<int>(x[1]), static_cast<int>(x[2]), static_cast<int>(x[3]),
                     static_cast<int>(x[4])},
            .width = config.at("dim").get<int>(),
            .heads = config.at("heads").get<int>(),
            .layers = config.at("depth").get<int>(),
            .patch = config.at("t_patch").get<int>(),
            .mlp_ratio = config.at("mlp_ratio").get<int>()};
}

/// Masks, target, predictions, loss and all gradients of one batch, uniform numbers as recorded.
template <pretext::masked_target Target, class... Ts>
void masked(const io::safetensors_file& file, const io::json& config, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using X = variable<T>;
        context ctx;
        const bounds<scalar_of<T>> bound(config);
        const auto settings = patches_of(file, config);
        const pretext::mamp_settings how{.target = Target,
                                         .ratio = config.at("mask_ratio").get<double>(),
                                         .temperature = stated(config, "tau", 0.0),
                                         .stride = stated(config, "motion_stride", 1),
                                         .normalised = stated(config, "norm_skes_loss", true),
                                         .width = config.at("decoder_dim").get<int>(),
                                         .heads = settings.heads,
                                         .layers = config.at("decoder_depth").get<int>(),
                                         .mlp_ratio = settings.mlp_ratio};
        pretext::mamp<T, encode::patch_transformer<T>, pretext::no_views> model(nn::scope(ctx),
                                                                                settings, {}, how);
        nn::load(ctx, model.backbone, file, {.prefix = "param/", .ignore_extra = true});
        nn::load(ctx, model.decoder, file, {.prefix = "param/decoder_"});
        model.mask_token.value = tensor_from<T>(ctx, file, "param/mask_token");

        ctx.training = true;
        const recording<T> record(ctx);
        const T clips = tensor_from<T>(ctx, file, "input/x");
        const T patches = encode::patches_of(ctx, clips, settings.patch);
        const auto at = model.masks(ctx, patches, tensor_from<T>(ctx, file, "rng/uniform"));
        const auto expect_known = [&](const std::string& name, const T& got) {
            if (file.contains(name)) expect(out, ctx, file, name, got, bound.values);
        };
        if (file.contains("output/ids_keep"))
            expect(out, ctx, file, "output/ids_keep", mgkit::cast<T>(ctx, at.kept), 0);
        const T moves =
            pretext::motion_intensity(ctx, patches, settings.clip.joints, how.temperature);
        expect_known("output/motion_intensity", moves);
        expect_known("output/motion_prob", mgkit::softmax(ctx, moves));
        const shape s = shape_of(patches);
        const extent kept = model.kept_patches();
        const T hides = mgkit::scatter_add(
            ctx, backend_traits<T>::full(ctx, {s[0], s[1], 1}, 0), 1, at.order,
            mgkit::concat(ctx, 1, backend_traits<T>::full(ctx, {s[0], kept, 1}, 0),
                          backend_traits<T>::full(ctx, {s[0], s[1] - kept, 1}, 1)));
        expect(out, ctx, file, "output/mask", hides, 0);

        const T truth = model.targets(ctx, clips);
        expect_known("output/target", truth);
        const X hidden = model.hidden(ctx, X{clips}, at);
        expect_known("output/latent", model.backbone.of_patches(ctx, X{patches}, at.kept).value);
        if (file.contains("output/block0_in"))
            expect_known(
                "output/block0_out",
                model.backbone.blocks[0](ctx, tensor_from<T>(ctx, file, "output/block0_in")));
        expect_known("output/pred", model.decoder.values(ctx, hidden).value);
        const X loss = model.loss_of(ctx, hidden, truth, at);
        expect(out, ctx, file, "output/loss", loss.value, bound.values);
        backward(ctx, loss);
        expect_gradients(out, ctx, file, nn::leaves(model.backbone), "grad/", bound.gradients);
        expect_gradients(out, ctx, file, nn::leaves(model.decoder), "grad/decoder_",
                         bound.gradients);
        expect(out, ctx, file, "grad/mask_token", model.mask_token.slot.gradient, bound.gradients);
    });
}

/// The encoder under both of the reference's heads: a linear map of the mean token, or two with
/// batch normalisation and relu between of the joints side by side.
template <class... Ts>
void downstream(const io::safetensors_file& file, const io::json& config, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using X = variable<T>;
        context ctx;
        const bounds<scalar_of<T>> bound(config);
        auto settings = patches_of(file, config);
        const bool tuned = config.at("protocol").get<std::string>() == "finetune";
        if (tuned) settings.pooling = "joints";
        encode::patch_transformer<T> model(nn::scope(ctx), settings);
        const int units = config.at("head_hidden").get<int>(),
                  classes = config.at("classes").get<int>();
        nn::linear<T> first(nn::scope(ctx), model.features(), tuned ? units : classes),
            second(nn::scope(ctx), tuned ? units : 1, classes);
        nn::batch_norm<T> norm(nn::scope(ctx), tuned ? units : 1);
        const std::string head = tuned ? "head.fc1." : "head.fc.";
        nn::load(ctx, model, file, {.prefix = "param/", .ignore_extra = true});
        nn::load(ctx, first, file, {.prefix = "param/" + head});
        if (tuned) {
            nn::load(ctx, second, file, {.prefix = "param/head.fc2."});
            norm.weight.value = tensor_from<T>(ctx, file, "param/head.bn.weight");
            norm.bias.value = tensor_from<T>(ctx, file, "param/head.bn.bias");
            norm.running_mean = tensor_from<T>(ctx, file, "buffer/head.bn.running_mean");
            norm.running_var = tensor_from<T>(ctx, file, "buffer/head.bn.running_var");
        }
        const auto scores = [&]<class V>(const V& clips) -> V {
            const V low = first(ctx, model(ctx, clips));
            return tuned ? second(ctx, relu(ctx, norm(ctx, low))) : low;
        };
        const T clips = tensor_from<T>(ctx, file, "input/x");
        expect(out, ctx, file, "output/eval/y", scores(clips), bound.values);

        ctx.training = true;
        gradient_slot<T> dx;
        const recording<T> record(ctx);
        const X y = scores(watch(clips, dx));
        expect(out, ctx, file, "output/train/y", y.value, bound.values);
        const auto stored = file.read<double>("input/label");
        const std::vector<std::int32_t> labels(stored.begin(), stored.end());
        const X loss =
            cross_entropy(ctx, y, index_tensor({static_cast<extent>(labels.size())}, labels));
        expect(out, ctx, file, "output/train/loss", loss.value, bound.values);
        backward(ctx, loss);
        expect(out, ctx, file, "grad/input/x", dx.gradient, bound.gradients);
        // Batch normalisation cancels what shifts all its rows alike.
        expect_gradients(out, ctx, file, nn::leaves(model), "grad/", bound.gradients,
                         tuned ? [](const std::string& name) { return name == "norm.bias"; }
                               : nothing_cancelled);
        if (!tuned) {
            expect_gradients(out, ctx, file, nn::leaves(first), "grad/head.fc.", bound.gradients);
            return;
        }
        expect(out, ctx, file, "output/train/buffer/head.bn.running_mean", norm.running_mean,
               bound.values);
        expect(out, ctx, file, "output/train/buffer/head.bn.running_var", norm.running_var,
               bound.values);
        expect_gradients(out, ctx, file, nn::leaves(first), "grad/head.fc1.", bound.gradients,
                         [](const std::string& name) { return name == "bias"; });
        expect_gradients(out, ctx, file, nn::leaves(norm), "grad/head.bn.", bound.gradients);
        expect_gradients(out, ctx, file, nn::leaves(second), "grad/head.fc2.", bound.gradients);
    });
}

template <class... Ts>
void add_families(std::vector<family>& families) {
    using pretext::masked_target;
    families.push_back({"graph/pc_seq2seq", seq2seq<Ts...>});
    families.push_back({"pretext/mamp_pretrain", masked<masked_target::motion, Ts...>});
    families.push_back({"pretext/skeleton_mae", masked<masked_target::coordinates, Ts...>});
    families.push_back({"pretext/mamp_linprobe", downstream<Ts...>});
    families.push_back({"pretext/mamp_finetune", downstream<Ts...>});
}

}  // namespace MGKIT_NAMESPACE::golden::predict_group
