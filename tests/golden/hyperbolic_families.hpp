// SPDX-License-Identifier: MIT
// Families: zoo/hysp_distance, zoo/hysp_mobius, zoo/hysp_steps.
#pragma once

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "golden/momentum_families.hpp"
#include "mgkit/loss/hyperbolic.hpp"
#include "mgkit/pretext/hysp.hpp"

namespace MGKIT_NAMESPACE::golden::hyperbolic_group {

using namespace momentum_group;

template <class... Ts>
void distance(const io::safetensors_file& file, const io::json&, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using S = scalar_of<T>;
        using X = variable<T>;
        context ctx;
        const auto read = [&](const char* name) { return tensor_from<T>(ctx, file, name); };
        const T x = loss::ball_point(ctx, read("input/x")),
                y = loss::ball_point(ctx, read("input/y"));
        expect(out, ctx, file, "output/expmap_x", x, value_bound<S>);
        expect(out, ctx, file, "output/expmap_y", y, value_bound<S>);
        expect(out, ctx, file, "output/far_expmap", loss::ball_point(ctx, read("input/far")),
               value_bound<S>);
        // The recorded logarithms were drawn into the ball themselves.
        expect(out, ctx, file, "output/logmap_of_expmap",
               loss::into_ball(ctx, loss::ball_direction(ctx, x)), value_bound<S>);
        const auto compare = [&](const std::string& name, auto&& of) {
            gradient_slot<T> slots[2];
            const recording<T> record(ctx);
            const X a = watch(read("input/x"), slots[0]), b = watch(read("input/y"), slots[1]);
            const X rows = of(a, b);
            expect(out, ctx, file, "output/" + name, rows.value, value_bound<S>);
            backward(ctx, mgkit::sum(ctx, rows));
            expect(out, ctx, file, "grad/input/" + name + "/x", slots[0].gradient,
                   gradient_bound<S>);
            expect(out, ctx, file, "grad/input/" + name + "/y", slots[1].gradient,
                   gradient_bound<S>);
        };
        compare("euc", [&](const X& a, const X& b) { return loss::cosine_distance(ctx, a, b); });
        compare("hyp", [&](const X& a, const X& b) {
            return loss::poincare_distance(ctx, loss::ball_point(ctx, a), loss::ball_point(ctx, b));
        });
    });
}

template <class... Ts>
void mobius(const io::safetensors_file& file, const io::json&, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using S = scalar_of<T>;
        using X = variable<T>;
        context ctx;
        const auto read = [&](const char* name) { return tensor_from<T>(ctx, file, name); };
        gradient_slot<T> slots[3];
        const recording<T> record(ctx);
        const X x = watch(read("input/x"), slots[0]),
                weight = watch(read("param/weight"), slots[1]);
        const T row = read("param/bias");
        const X bias = watch(mgkit::reshape(ctx, row, {1, shape_of(row)[0]}), slots[2]);
        const X y = loss::ball_linear(ctx, loss::ball_point(ctx, x), weight, bias);
        expect(out, ctx, file, "output/train/y", y.value, value_bound<S>);
        const X loss = mgkit::sum(ctx, mul(ctx, y, X{read("input/dy")}));
        expect(out, ctx, file, "output/train/loss", loss.value, value_bound<S>);
        backward(ctx, loss);
        const char* const names[] = {"grad/input/x", "grad/weight", "grad/bias"};
        for (int i = 0; i < 3; ++i)
            expect(out, ctx, file, names[i], slots[i].gradient, gradient_bound<S>);
    });
}

/// What the steps have in place of a graph network.
template <model_tensor T>
struct flat_relu_encoder : flat_encoder<T> {
    static constexpr auto fields() { return nn::members(nn::field("l", &flat_relu_encoder::lin)); }
    template <operand X>
    X operator()(context& ctx, const X& clips) const {
        return relu(ctx, flat_encoder<T>::operator()(ctx, clips));
    }
};

template <class... Ts>
void hysp_steps(const io::safetensors_file& file, const io::json& config, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using S = scalar_of<T>;
        using X = variable<T>;
        context ctx;
        const auto mlp = config.at("mlp").get<std::vector<int>>();
        const auto curved = config.at("lambda_hyper").get<std::vector<double>>();
        constexpr int fine = 1000000;  // epochs: shares of curvature on a grid as fine
        const auto& s = file.shape("param/online_encoder.l.weight");
        pretext::hysp<T, encode::any_encoder<T>, pretext::no_views> model(
            nn::scope(ctx),
            encode::any_encoder<T>::of(flat_relu_encoder<T>{
                {{nn::scope(ctx), static_cast<extent>(s[1]), static_cast<extent>(s[0])}}}),
            {},
            {.hidden = mlp.at(0),
             .features = mlp.at(1),
             .momentum = config.at("ema").get<double>(),
             .flat_epochs = 0,
             .curving_epochs = fine});
        nn::leaf_list<T> leaves = nn::leaves(model);
        for (auto& l : leaves)
            l.name = exchanged(l.name, {{"pair.query.backbone.", "online_encoder."},
                                        {"pair.query.fc.", "online_projector.net."},
                                        {"pair.key.backbone.", "target_encoder."},
                                        {"pair.key.fc.", "target_projector.net."},
                                        {"predictor.", "online_predictor.net."}});
        set_leaves(ctx, file, leaves, "");
        train::updater<T> learner(
            ctx, model,
            train::sgd{.rate = config.at("lr").get<double>(),
                       .momentum = config.at("momentum").get<double>(),
                       .weight_decay = config.at("weight_decay").get<double>()});
        ctx.training = true;
        for (std::size_t k = 0; k < curved.size(); ++k) {
            const std::string step = text("step/", k + 1, "/");
            const auto view = [&](const char* name) {
                const T x = tensor_from<T>(ctx, file, text("input/", k, "/", name));
                return mgkit::reshape(ctx, x, {shape_of(x)[0], shape_of(x)[1], 1, 1, 1});
            };
            model.epochs = std::llround(curved[k] * fine);
            nn::zero_gradients(leaves);
            const recording<T> record(ctx);
            const X clips{mgkit::concat(ctx, 0, view("x"), view("y"))};
            const auto value = model(ctx, pretext::batch<X>{{{"clips", clips, 2}}, {}});
            const auto rows = file.read<double>(step + "loss");
            double mean = 0;
            for (const double row : rows) mean += row / static_cast<double>(rows.size());
            const auto got = nn::host_values(ctx, value.loss.value);
            out.close(step + "loss", std::span(got), std::span(&mean, 1), value_bound<S>);
            backward(ctx, value.loss);
            compare_step_gradients(out, ctx, file, leaves, step + "grad/");
            model.gradients(ctx, leaves);
            learner.step(ctx);
            compare_leaves(out, ctx, file, leaves, step);
        }
    });
}

template <class... Ts>
void add_families(std::vector<family>& families) {
    families.push_back({"zoo/hysp_distance", distance<Ts...>});
    families.push_back({"zoo/hysp_mobius", mobius<Ts...>});
    families.push_back({"zoo/hysp_steps", hysp_steps<Ts...>});
}

}  // namespace MGKIT_NAMESPACE::golden::hyperbolic_group
