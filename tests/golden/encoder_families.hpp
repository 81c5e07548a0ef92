// SPDX-License-Identifier: MIT
// Families: positional, dst_layer, dste, sttr.
#pragma once

#include <functional>

#include "golden/support.hpp"
#include "mgkit/encode/list.hpp"

namespace MGKIT_NAMESPACE::golden::encoder_group {

template <class... Ts>
void positional(const io::safetensors_file& file, const io::json& config, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using S = scalar_of<T>;
        context ctx;
        for (const int width : config.at("dims").get<std::vector<int>>()) {
            const encode::position_table<T> table(nn::scope(ctx), width);
            // Float: the table is computed in double and rounded once.
            expect(out, ctx, file, text("output/pe_", width),
                   table.rows(ctx, config.at("rows").get<int>()),
                   std::is_same_v<S, float> ? 1e-7 : 1e-9);
        }
    });
}

template <class... Ts>
void dst_layer(const io::safetensors_file& file, const io::json& config, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using S = scalar_of<T>;
        using X = variable<T>;
        context ctx;
        const bounds<S> bound(config);
        nn::dst_layer<T> layer(nn::scope(ctx), config.at("seqlen").get<int>(),
                               config.at("dim").get<int>(),
                               {.heads = config.at("heads").get<int>(),
                                .gap = config.at("gap").get<int>(),
                                .alpha = config.at("alpha").get<double>()});
        nn::load(ctx, layer, file, {.prefix = "param/"});
        nn::path_plan<X, 6> paths;
        const double rate = config.at("drop_path").get<double>();
        paths.active = rate > 0;
        for (std::size_t k = 0; paths.active && k < 6; ++k) {
            const T mask = tensor_from<T>(ctx, file, text("input/mask_", k));
            paths.factors[k] =
                affine(ctx, reshape(ctx, mask, {shape_of(mask)[0], 1, 1}), 1 / (1 - rate));
        }
        gradient_slot<T> dx;
        const recording<T> record(ctx);
        const X x = watch(tensor_from<T>(ctx, file, "input/x"), dx);
        expect(out, ctx, file, "output/ca", layer.CA(ctx, x, paths).value, bound.values);
        expect(out, ctx, file, "output/dsa", layer.DSA(ctx, x, layer.CA.attn, paths).value,
               bound.values);
        const X y = layer(ctx, x, paths);
        expect(out, ctx, file, "output/y", y.value, bound.values);
        const T weights = tensor_from<T>(ctx, file, "input/w");
        backward(ctx, y, &weights);
        expect(out, ctx, file, "grad_input/x", dx.gradient, bound.gradients);
        expect_gradients(out, ctx, file, nn::leaves(layer), "grad/", bound.gradients);
    });
}

/// An encoder as the files see it, by its parts; of any type with the two embeddings of tokens.
template <class T>
struct encoder_parts {
    using X = variable<T>;

    nn::leaf_list<T> leaves;
    std::function<T(context&, const T&)> t_embedding, s_embedding;
    std::function<encode::stream_pair<X>(context&, const X& temporal, const X& spatial)> encode;
};

/// The encoder must outlive its parts.
template <class T, class Encoder>
encoder_parts<T> parts_of(Encoder& model) {
    using X = variable<T>;
    return {
        nn::leaves(model),
        [&](context& ctx, const T& jt) { return model.ske_emb.t_embedding(ctx, jt); },
        [&](context& ctx, const T& js) { return model.ske_emb.s_embedding(ctx, js); },
        [&](context& ctx, const X& jt, const X& js) { return model.encode_tokens(ctx, jt, js); }};
}

template <class T>
void compare_encoder(const io::safetensors_file& file, const io::json& config, checks& out,
                     context& ctx, const encoder_parts<T>& model) {
    using S = scalar_of<T>;
    using X = variable<T>;
    const bounds<S> bound(config);
    const T jt = tensor_from<T>(ctx, file, "input/jt"), js = tensor_from<T>(ctx, file, "input/js");
    expect(out, ctx, file, "output/emb_t", model.t_embedding(ctx, jt), bound.values);
    expect(out, ctx, file, "output/emb_s", model.s_embedding(ctx, js), bound.values);
    const auto weighted = [&](const X& value, const std::string& name) {
        return mgkit::sum(ctx, mul(ctx, value, X{tensor_from<T>(ctx, file, name)}));
    };
    for (const bool pool : {false, true}) {
        if (pool && !file.contains("input/w_pool_t")) continue;
        gradient_slot<T> dt, ds;
        nn::zero_gradients(model.leaves);
        const recording<T> record(ctx);
        const auto y = model.encode(ctx, watch(jt, dt), watch(js, ds));
        const auto pooled = encode::pooled(ctx, y);
        if (!pool) {
            expect(out, ctx, file, "output/y_t", y.temporal.value, bound.values);
            expect(out, ctx, file, "output/y_s", y.spatial.value, bound.values);
            expect(out, ctx, file, "output/pool_t", pooled.temporal.value, bound.values);
            expect(out, ctx, file, "output/pool_s", pooled.spatial.value, bound.values);
            expect(out, ctx, file, "output/feat", encode::joined(ctx, pooled).value, bound.values);
            backward(ctx,
                     add(ctx, weighted(y.temporal, "input/w_t"), weighted(y.spatial, "input/w_s")));
            expect(out, ctx, file, "grad_input/jt", dt.gradient, bound.gradients);
            expect(out, ctx, file, "grad_input/js", ds.gradient, bound.gradients);
        } else {
            backward(ctx, add(ctx, weighted(pooled.temporal, "input/w_pool_t"),
                              weighted(pooled.spatial, "input/w_pool_s")));
        }
        expect_gradients(out, ctx, file, model.leaves, pool ? "grad_pooled/" : "grad/",
                         bound.gradients);
    }
}

template <template <class> class Encoder, class... Ts, class Settings>
void encoder(const io::safetensors_file& file, const io::json& config, checks& out,
             const Settings& settings) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        context ctx;
        Encoder<T> model(nn::scope(ctx), settings);
        nn::load(ctx, model, file, {.prefix = "param/"});
        compare_encoder(file, config, out, ctx, parts_of<T>(model));
    });
}

inline encode::clip_extents clip_of(const io::json& config) {
    return {.channels = config.at("C").get<int>(),
            .frames = config.at("T").get<int>(),
            .joints = config.at("V").get<int>(),
            .persons = config.at("M").get<int>()};
}

template <class... Ts>
void dste(const io::safetensors_file& file, const io::json& config, checks& out) {
    encoder<encode::dste, Ts...>(file, config, out,
                                 encode::dste_settings{.clip = clip_of(config),
                                                       .width = config.at("hidden").get<int>(),
                                                       .heads = config.at("heads").get<int>(),
                                                       .gap = config.at("gap").get<int>(),
                                                       .alpha = config.at("alpha").get<double>()});
}

template <class... Ts>
void sttr(const io::safetensors_file& file, const io::json& config, checks& out) {
    encoder<encode::sttr, Ts...>(file, config, out,
                                 encode::sttr_settings{.clip = clip_of(config),
                                                       .width = config.at("hidden").get<int>(),
                                                       .heads = config.at("heads").get<int>(),
                                                       .layers = config.at("layers").get<int>()});
}

template <class... Ts>
void add_families(std::vector<family>& families) {
    families.push_back({"positional", positional<Ts...>});
    families.push_back({"dst_layer", dst_layer<Ts...>});
    families.push_back({"dste", dste<Ts...>});
    families.push_back({"sttr", sttr<Ts...>});
}

}  // namespace MGKIT_NAMESPACE::golden::encoder_group
