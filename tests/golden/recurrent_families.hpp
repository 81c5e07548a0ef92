// SPDX-License-Identifier: MIT
// Families: graph/gru, graph/lstm, graph/isc_bigru, zoo/ascal_lstm.
#pragma once

#include "golden/support.hpp"
#include "mgkit/encode/bigru.hpp"
#include "mgkit/encode/blstm.hpp"
#include "mgkit/encode/lstm.hpp"
#include "mgkit/nn/linear.hpp"

namespace MGKIT_NAMESPACE::golden::recurrent_group {

template <operand X>
X weighted(context& ctx, const io::safetensors_file& file, const X& value,
           const std::string& name) {
    return mgkit::sum(ctx, mul(ctx, value, X{tensor_from<tensor_of<X>>(ctx, file, name)}));
}

/// Sequences in the file's order of axes as [N, T, ..], and back.
template <operand X>
X turned(context& ctx, const X& x, bool batch_first) {
    return batch_first ? x : permute(ctx, x, {1, 0, 2});
}

/// A stack as torch.nn.GRU and LSTM: outputs, final states, all gradients.
template <nn::recurrent_cell Cell, class... Ts>
void stack(const io::safetensors_file& file, const io::json& config, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using X = variable<T>;
        constexpr bool cells = Cell == nn::recurrent_cell::lstm;
        context ctx;
        const bounds<typename backend_traits<T>::scalar> bound(config);
        const io::json* const first = config.find("batch_first");
        const bool batch_first = first == nullptr || first->template get<bool>();
        nn::recurrent<T, Cell> net(nn::scope(ctx),
                                   {.input = config.at("input").get<int>(),
                                    .hidden = config.at("hidden").get<int>(),
                                    .layers = config.at("layers").get<int>(),
                                    .both = config.at("bidirectional").get<bool>()});
        nn::load(ctx, net, file, {.prefix = "param/"});
        const auto compare = [&](const auto& made, const std::string& mode) {
            const auto one = [&](const std::string& name, const T& value) {
                if (file.contains("output/" + mode + name))
                    expect(out, ctx, file, "output/" + mode + name, value, bound.values);
            };
            one("/out", turned(ctx, value_of(made.out), batch_first));
            one("/h_n", value_of(made.last.h));
            if constexpr (cells) one("/c_n", value_of(made.last.c));
        };
        const bool started = file.contains("input/h0");
        gradient_slot<T> dx, dh, dc;
        const T input = tensor_from<T>(ctx, file, "input/x");
        nn::recurrent_states<T> plain;
        if (started) plain.h = tensor_from<T>(ctx, file, "input/h0");
        if constexpr (cells)
            if (started) plain.c = tensor_from<T>(ctx, file, "input/c0");
        compare(net(ctx, turned(ctx, input, batch_first), {}, started ? &plain : nullptr), "eval");

        ctx.training = true;
        const recording<T> record(ctx);
        nn::recurrent_states<X> start{watch(plain.h, dh), watch(plain.c, dc)};
        const X x = turned(ctx, watch(input, dx), batch_first);
        const auto made = net(ctx, x, {}, started ? &start : nullptr);
        compare(made, "train");
        X loss = weighted(ctx, file, turned(ctx, made.out, batch_first), "input/dy_out");
        if (file.contains("input/dy_h_n"))
            loss = add(ctx, loss, weighted(ctx, file, made.last.h, "input/dy_h_n"));
        if constexpr (cells)
            if (file.contains("input/dy_c_n"))
                loss = add(ctx, loss, weighted(ctx, file, made.last.c, "input/dy_c_n"));
        expect(out, ctx, file, "output/train/loss", loss.value, bound.values);
        backward(ctx, loss);
        expect_gradients(out, ctx, file, nn::leaves(net), "grad/", bound.gradients);
        expect(out, ctx, file, "grad/input/x", dx.gradient, bound.gradients);
        if (started) expect(out, ctx, file, "grad/input/h0", dh.gradient, bound.gradients);
        if constexpr (cells)
            if (started) expect(out, ctx, file, "grad/input/c0", dc.gradient, bound.gradients);
    });
}

/// skeleton-contrast's encoder, fed frame by frame, with the layer on top of it.
template <class... Ts>
void stepped(const io::safetensors_file& file, const io::json& config, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using X = variable<T>;
        context ctx;
        const bounds<typename backend_traits<T>::scalar> bound(config);
        const int input = config.at("input").get<int>(), frames = config.at("T").get<int>();
        encode::bigru<T> model(nn::scope(ctx), {.clip = {input, frames, 1, 1},
                                                .width = config.at("hidden").get<int>(),
                                                .layers = config.at("layers").get<int>(),
                                                .look_ahead = false});
        nn::linear<T> fc(nn::scope(ctx), model.features(), config.at("num_class").get<int>());
        nn::load(ctx, model, file, {.prefix = "param/m.", .ignore_extra = true});
        nn::load(ctx, fc, file, {.prefix = "param/m.fc."});
        const T frames_in = tensor_from<T>(ctx, file, "input/x");
        const auto compare = [&](const auto& feature, const std::string& mode) {
            expect(out, ctx, file, "output/" + mode + "/feature", value_of(feature), bound.values);
            expect(out, ctx, file, "output/" + mode + "/fc", value_of(fc(ctx, feature)),
                   bound.values);
        };
        compare(model.of_frames(ctx, frames_in), "eval");
        gradient_slot<T> dx;
        ctx.training = true;
        const recording<T> record(ctx);
        const X feature = model.of_frames(ctx, watch(frames_in, dx));
        compare(feature, "train");
        const X loss = add(ctx, weighted(ctx, file, feature, "input/dy_feature"),
                           weighted(ctx, file, fc(ctx, feature), "input/dy_fc"));
        expect(out, ctx, file, "output/train/loss", loss.value, bound.values);
        backward(ctx, loss);
        expect_gradients(out, ctx, file, nn::leaves(model), "grad/m.", bound.gradients);
        expect_gradients(out, ctx, file, nn::leaves(fc), "grad/m.fc.", bound.gradients);
        expect(out, ctx, file, "grad/input/x", dx.gradient, bound.gradients);
    });
}

template <class T, class Encoder>
void compare_encoder(const io::safetensors_file& file, const io::json& config, checks& out) {
    using X = variable<T>;
    context ctx;
    const bounds<typename backend_traits<T>::scalar> bound(config);
    const auto s = config.at("shape").get<std::vector<int>>();
    Encoder model(nn::scope(ctx),
                  {.clip = {s.at(1), s.at(2), s.at(3), s.at(4)},
                   .width = config.at("hidden").get<int>(),
                   .layers = config.at("layers").get<int>(),
                   .pooling = config.at("tap").get<std::string>() == "mean" ? "mean" : "last"});
    nn::load(ctx, model, file, {.prefix = "param/"});
    const T clips = tensor_from<T>(ctx, file, "input/x");
    if (file.contains("output/eval/y"))
        expect(out, ctx, file, "output/eval/y", model(ctx, clips), bound.values);
    gradient_slot<T> dx;
    ctx.training = true;
    const recording<T> record(ctx);
    const X y = model(ctx, watch(clips, dx));
    expect(out, ctx, file, "output/train/y", y.value, bound.values);
    const X loss = weighted(ctx, file, y, "input/dy");
    expect(out, ctx, file, "output/train/loss", loss.value, bound.values);
    backward(ctx, loss);
    expect_gradients(out, ctx, file, nn::leaves(model), "grad/", bound.gradients);
    expect(out, ctx, file, "grad/input/x", dx.gradient, bound.gradients);
}

/// AS-CAL's encoder.
template <class... Ts>
void ascal(const io::safetensors_file& file, const io::json& config, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        if (file.contains("param/bi_lstm.weight_ih_l0_reverse"))
            compare_encoder<T, encode::blstm<T>>(file, config, out);
        else
            compare_encoder<T, encode::lstm<T>>(file, config, out);
    });
}

template <class... Ts>
void add_families(std::vector<family>& families) {
    families.push_back({"graph/gru", stack<nn::recurrent_cell::gru, Ts...>});
    families.push_back({"graph/lstm", stack<nn::recurrent_cell::lstm, Ts...>});
    families.push_back({"graph/isc_bigru", stepped<Ts...>});
    families.push_back({"zoo/ascal_lstm", ascal<Ts...>});
}

}  // namespace MGKIT_NAMESPACE::golden::recurrent_group
