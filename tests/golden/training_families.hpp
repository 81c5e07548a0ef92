// SPDX-License-Identifier: MIT
// Families: usdrl_forward, pretrain_steps, downstream.
#pragma once

#include "golden/support.hpp"
#include "mgkit/augment/n_views.hpp"
#include "mgkit/augment/presets.hpp"
#include "mgkit/clip/resample.hpp"
#include "mgkit/encode/any_encoder.hpp"
#include "mgkit/pretext/decorrelation.hpp"
#include "mgkit/skeleton/streams.hpp"
#include "mgkit/train/adam.hpp"

namespace MGKIT_NAMESPACE::golden::training_group {

using four_views = augment::n_views<4, augment::reference>;

inline encode::clip_extents clip_of(const io::json& config) {
    return {.channels = config.at("C").get<int>(),
            .frames = config.at("T").get<int>(),
            .joints = config.at("V").get<int>(),
            .persons = config.at("M").get<int>()};
}

/// What the encoder that a file names is made from.
inline nn::fact_map settings_of(const io::json& config) {
    const int width = config.at("hidden").get<int>(), heads = config.at("heads").get<int>();
    if (config.at("backbone") == "STTR")
        return encode::facts_of("sttr",
                                encode::sttr_settings{.clip = clip_of(config),
                                                      .width = width,
                                                      .heads = heads,
                                                      .layers = config.at("layers").get<int>()});
    nn::fact_map out =
        encode::facts_of("dste", encode::dste_settings{.clip = clip_of(config),
                                                       .width = width,
                                                       .heads = heads,
                                                       .gap = config.at("gap").get<int>(),
                                                       .alpha = config.at("alpha").get<double>()});
    out["drop_path"] = "0";
    return out;
}

inline std::vector<skeleton::joint_pair> bones_of(const io::json& config) {
    std::vector<skeleton::joint_pair> out;
    for (const auto& pair : config.at("bones"))
        out.push_back({pair.at(0).get<int>(), pair.at(1).get<int>()});
    return out;
}

/// One stream of raw clips [B, C, T, V, M], as the reference computes it.
template <class S>
std::vector<S> modality(const std::vector<S>& clips, const io::json& config, int frames) {
    const std::string kind = config.at("modality").get<std::string>();
    if (kind == "joint") return clips;
    std::vector<S> out(clips.size());
    const int channel_count = config.at("C").get<int>();
    const skeleton::pose_shape shape{
        channel_count == 2 ? skeleton::channel_layout::xy : skeleton::channel_layout::xyz, frames,
        config.at("V").get<int>(), config.at("M").get<int>()};
    const auto bones = bones_of(config);
    for (std::size_t at = 0; at < clips.size(); at += shape.size()) {
        const skeleton::pose_view<const S> in{clips.data() + at, shape, frames};
        const skeleton::pose_view<S> to{out.data() + at, shape, frames};
        if (kind == "bone")
            skeleton::reference::bone<S>(bones, in, to);
        else
            skeleton::reference::motion<S>(in, to);
    }
    return out;
}

template <class T>
T stacked_views(context& ctx, const io::safetensors_file& file, const io::json& config,
                const std::string& prefix) {
    using S = typename backend_traits<T>::scalar;
    std::vector<S> all;
    for (int k = 1; k <= 4; ++k) {
        const auto view = file.read<S>(text(prefix, "v", k));
        all.insert(all.end(), view.begin(), view.end());
    }
    shape extents = extents_of(file, prefix + "v1");
    extents[0] *= 4;
    return backend_traits<T>::from_host(ctx, modality(all, config, config.at("T").get<int>()),
                                        extents);
}

template <class... Ts>
void usdrl_forward(const io::safetensors_file& file, const io::json& config, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using X = variable<T>;
        context ctx;
        ctx.training = true;
        const bounds<scalar_of<T>> bound(config);
        pretext::decorrelation<T, encode::any_encoder<T>, four_views> model(nn::scope(ctx),
                                                                            settings_of(config));
        nn::load(ctx, model, file, {.prefix = "param/"});
        const recording<T> record(ctx);
        const X clips = X{stacked_views<T>(ctx, file, config, "input/")};
        const auto pooled = encode::pooled(ctx, model.backbone.tokens(ctx, clips));
        const auto z = model.project(ctx, pooled);
        const extent rows = shape_of(clips)[0] / 4;
        std::optional<X> total;
        for (std::size_t k = 0; k < 4; ++k) {
            const auto view = [&](const X& x) {
                return slice(ctx, x, 0, static_cast<extent>(k) * rows, rows).value;
            };
            expect(out, ctx, file, text("output/pool_t", k), view(pooled.temporal), bound.values);
            expect(out, ctx, file, text("output/pool_s", k), view(pooled.spatial), bound.values);
            const auto domain = [&](const char* name, const X& value) {
                expect(out, ctx, file, text("output/z_", name, k), value.value, bound.values);
                if (!file.contains(text("input/w_", name, k))) return;
                const X w = X{tensor_from<T>(ctx, file, text("input/w_", name, k))};
                const X part = mgkit::sum(ctx, mul(ctx, value, w));
                total = total ? add(ctx, *total, part) : part;
            };
            domain("t", z.temporal[k]);
            domain("s", z.spatial[k]);
            domain("i", z.instance[k]);
        }
        for (const auto& l : nn::leaves(model)) {
            const std::string stored = "output/" + l.name;
            if (!file.contains(stored) || l.weights != nullptr) continue;
            if (l.value != nullptr) {
                expect(out, ctx, file, stored, *l.value, bound.values);
            } else {
                const double got = static_cast<double>(*l.counter);
                out.close(stored, std::span(&got, 1),
                          std::span<const double>(file.read<double>(stored)), 0);
            }
        }
        if (!total) return;
        backward(ctx, *total);
        expect_gradients(out, ctx, file, nn::leaves(model), "grad/", bound.gradients,
                         cancelled_by_batch_norm);
    });
}

/// Float32 runs drift: directions without a gradient (biases that batch norm cancels, the key
/// third of attention biases) take Adam steps of up to lr each, following rounding. The reference's
/// own float32 losses are in the file; ours may differ from the float64 loss by three times as
/// much, at least 1e-3, and parameters by twice the rate per step (one step each way); running
/// statistics follow the drifting biases and are compared on the scale of 1.
template <class... Ts>
void pretrain_steps(const io::safetensors_file& file, const io::json& config, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using S = scalar_of<T>;
        constexpr bool exact = std::is_same_v<S, double>;
        context ctx;
        ctx.training = true;
        loss::decorrelation_settings weights;
        weights.guard = 0;
        weights.similarity = config.at("ws").at("sim").get<double>();
        weights.variance_covariance = config.at("ws").at("vac").get<double>();
        weights.cross_correlation = config.at("ws").at("xcorr").get<double>();
        pretext::decorrelation<T, encode::any_encoder<T>, four_views> model(
            nn::scope(ctx), settings_of(config), {}, weights);
        nn::load(ctx, model, file, {.prefix = "param/"});
        const train::adam adam{.rate = config.at("lr").get<double>(),
                               .beta1 = config.at("betas").at(0).get<double>(),
                               .beta2 = config.at("betas").at(1).get<double>(),
                               .epsilon = config.at("eps").get<double>(),
                               .weight_decay = config.at("weight_decay").get<double>()};
        train::updater<T> update(ctx, model, adam);
        const int steps = config.at("steps").get<int>(), batches = config.at("batches").get<int>();
        for (int step = 1; step <= steps; ++step) {
            const std::string prefix =
                batches > 1 ? text("input/b", (step - 1) % batches, "/") : "input/";
            const recording<T> record(ctx);
            const variable<T> views{stacked_views<T>(ctx, file, config, prefix)};
            const auto z = model.embed(ctx, views);
            const auto terms = loss::decorrelation(ctx, z, weights);
            const std::string at = text("step/", step, "/");
            double bound = 1e-9;
            if constexpr (!exact) {
                const double want = file.read<double>(at + "loss")[0];
                const double theirs =
                    config.at("f32_losses").at(static_cast<std::size_t>(step - 1)).get<double>();
                bound = std::max(1e-3, 3 * std::abs(theirs - want) / std::abs(want));
            }
            expect(out, ctx, file, at + "loss", terms.total.value, bound);
            if constexpr (exact) {
                expect(out, ctx, file, at + "sim", terms.similarity.value, bound);
                expect(out, ctx, file, at + "vac", terms.variance_covariance.value, bound);
                expect(out, ctx, file, at + "xcorr", terms.cross_correlation.value, bound);
            }
            nn::zero_gradients(model);
            backward(ctx, terms.total);
            if (step == 1)
                expect_gradients(out, ctx, file, nn::leaves(model), "grad/", exact ? 1e-9 : 2e-2,
                                 cancelled_by_loss);
            update.step(ctx, adam.rate);
            for (const auto& l : nn::leaves(model)) {
                if (l.value == nullptr || !file.contains(at + l.name)) continue;
                // Double: 1e-8, as the files' readme states for parameters after Adam steps;
                // on the scale of 1, since a bias that starts at 0 has none of its own.
                auto got = nn::host_values(ctx, *l.value);
                auto want = file.read<double>(at + l.name);
                got.push_back(1);
                want.push_back(1);
                const double single = l.weights != nullptr ? 2.1 * adam.rate * step : 5e-2;
                out.close(at + l.name, std::span(got), std::span(want), exact ? 1e-8 : single);
            }
        }
    });
}

template <class... Ts>
void downstream(const io::safetensors_file& file, const io::json& config, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using S = scalar_of<T>;
        context ctx;
        // Float bound: evaluation forward passes of the other families stay below 3e-6.
        const double bound = std::is_same_v<S, float> ? 2e-5 : 1e-9;
        const encode::clip_extents e = clip_of(config);
        auto model = encode::make_encoder<T>(nn::scope(ctx), settings_of(config));
        nn::load(ctx, model, file, {.prefix = "param/backbone."});
        nn::linear<T> fc(nn::scope(ctx), model.features(), config.at("classes").get<int>());
        nn::load(ctx, fc, file, {.prefix = "param/fc."});

        const auto data = file.read<S>("input/data");
        const auto valid = file.read<std::int64_t>("input/valid_frames");
        const double ratio = config.at("ratio").get<double>();
        skeleton::pose_shape from{
            e.channels == 2 ? skeleton::channel_layout::xy : skeleton::channel_layout::xyz,
            config.at("T_in").get<int>(), e.joints, e.persons};
        skeleton::pose_shape to = from;
        to.frames = e.frames;
        std::vector<S> clips(valid.size() * to.size());
        for (std::size_t i = 0; i < valid.size(); ++i) {
            const int frames = static_cast<int>(valid[i]);
            const int start = static_cast<int>((1 - ratio) * frames / 2);
            clip::resample<S>({data.data() + i * from.size(), from, frames}, start,
                              frames - 2 * start, {clips.data() + i * to.size(), to, to.frames});
        }
        const T input = backend_traits<T>::from_host(
            ctx, modality(clips, config, e.frames),
            {static_cast<extent>(valid.size()), e.channels, e.frames, e.joints, e.persons});
        expect(out, ctx, file, "input/xt", encode::temporal_tokens(ctx, input), bound);
        expect(out, ctx, file, "input/xs", encode::spatial_tokens(ctx, input), bound);
        const auto tokens = model.tokens(ctx, input);
        const T features = encode::joined(ctx, encode::pooled(ctx, tokens));
        expect(out, ctx, file, "output/features", features, bound);
        expect(out, ctx, file, "output/logits", fc(ctx, features), bound);
        if (!file.contains("output/dense")) return;
        T dense = encode::per_frame(ctx, tokens);
        if (config.at("backbone") == "STTR") dense = fc(ctx, dense);
        expect(out, ctx, file, "output/dense", dense, bound);
    });
}

template <class... Ts>
void add_families(std::vector<family>& families) {
    families.push_back({"usdrl_forward", usdrl_forward<Ts...>});
    families.push_back({"pretrain_steps", pretrain_steps<Ts...>});
    families.push_back({"downstream", downstream<Ts...>});
}

}  // namespace MGKIT_NAMESPACE::golden::training_group
