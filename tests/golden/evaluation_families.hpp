// SPDX-License-Identifier: MIT
// Families: graph/linear_eval, pretext/barlowtwins_lars, pretext/vicreg_lars.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "golden/support.hpp"
#include "mgkit/nn/linear.hpp"
#include "mgkit/probe/sgd_linear.hpp"
#include "mgkit/tensor/ops/objective.hpp"
#include "mgkit/train/lars.hpp"
#include "mgkit/train/optimiser.hpp"
#include "mgkit/train/schedule.hpp"

namespace MGKIT_NAMESPACE::golden::evaluation_group {

/// Float bound: four steps lose 2e-7 on the default backend, and other providers sum in another
/// order.
template <class S>
constexpr double step_bound = std::is_same_v<S, float> ? 1e-5 : 1e-9;

/// Classes of a batch as rows of zeros and a one.
template <class T>
T one_hot_from(context& ctx, const io::safetensors_file& file, const std::string& name,
               extent classes) {
    using S = scalar_of<T>;
    const auto labels = file.read<double>(name);
    std::vector<S> rows(labels.size() * static_cast<std::size_t>(classes));
    for (std::size_t i = 0; i < labels.size(); ++i)
        rows[i * static_cast<std::size_t>(classes) + static_cast<std::size_t>(labels[i])] = 1;
    return backend_traits<T>::from_host(ctx, rows, {static_cast<extent>(labels.size()), classes});
}

/// Linear evaluation by its default settings: scores, loss, gradients and weights of the first
/// steps, and the rate of every epoch.
template <class... Ts>
void linear_eval(const io::safetensors_file& file, const io::json& config, checks& out) {
    const auto protocol = probe::sgd_linear_settings{}.protocol();
    std::vector<double> rates;
    for (int epoch = 0; epoch < config.at("epochs").get<int>(); ++epoch)
        rates.push_back(protocol.optimiser.rate * protocol.schedule(epoch, protocol.epochs));
    const auto recorded = file.read<double>("output/lr_schedule");
    out.close("output/lr_schedule", std::span<const double>(rates), recorded, 1e-12);

    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using X = variable<T>;
        context ctx;
        const double bound = step_bound<scalar_of<T>>;
        const extent classes = config.at("classes").get<int>();
        nn::linear<T> fc(nn::scope(ctx), config.at("features").get<int>(), classes);
        nn::load(ctx, fc, file, {.prefix = "param/"});
        train::updater<T> update(ctx, fc, protocol.optimiser);
        for (int step = 0; step < config.at("steps").get<int>(); ++step) {
            const std::string at = text("step/", step, "/");
            const recording<T> record(ctx);
            const X logits = fc(ctx, X{tensor_from<T>(ctx, file, at + "input/x")});
            const X loss = cross_entropy(
                ctx, logits, X{one_hot_from<T>(ctx, file, at + "input/label", classes)});
            expect(out, ctx, file, at + "logits", logits.value, bound);
            expect(out, ctx, file, at + "loss", loss.value, bound);
            nn::zero_gradients(fc);
            backward(ctx, loss);
            expect_gradients(out, ctx, file, nn::leaves(fc), at + "grad/", bound);
            update.step(ctx, rates.front());
            expect(out, ctx, file, at + "param/weight", fc.weight.value, bound);
            expect(out, ctx, file, at + "param/bias", fc.bias.value, bound);
        }
    });
}

/// A matrix, a vector, and a matrix that starts at zero.
template <class T>
struct adapted {
    parameter<T> weight, bias, zero_weight;

    adapted(context& ctx, const io::safetensors_file& file)
        : weight{tensor_from<T>(ctx, file, "param/weight")},
          bias{tensor_from<T>(ctx, file, "param/bias")},
          zero_weight{tensor_from<T>(ctx, file, "param/zero_weight")} {}

    static constexpr auto fields() {
        return nn::members(nn::field("weight", &adapted::weight), nn::field("bias", &adapted::bias),
                           nn::field("zero_weight", &adapted::zero_weight));
    }
};

/// LARS by recorded gradients: rates of every step and group of parameters, momentum and values of
/// the first steps, which lie in both parts of the schedule. A file with one group has vectors at
/// the rate of matrices.
template <class... Ts>
void lars_steps(const io::safetensors_file& file, const io::json& config, checks& out) {
    const double base = config.at("base").get<double>();
    const double scale = config.at("batch_size").get<double>() / 256;
    const int epochs = config.at("epochs").get<int>(),
              steps_per_epoch = config.at("steps_per_epoch").get<int>();
    const train::step_cosine_schedule schedule{.warm_up = 10 * steps_per_epoch, .floor = 1e-3};
    const auto factor = [&](int step) {
        return schedule(train::step_place{.epoch = step / steps_per_epoch,
                                          .epochs = epochs,
                                          .step = step,
                                          .steps = epochs * steps_per_epoch});
    };
    const bool two_groups = file.shape("output/lr_schedule").at(1) == 2;
    const double vectors = two_groups ? config.at("bias_base").get<double>() : base;
    std::vector<double> rates;
    for (int step = 0; step < epochs * steps_per_epoch; ++step) {
        rates.push_back(base * scale * factor(step));
        if (two_groups) rates.push_back(vectors * scale * factor(step));
    }
    const auto recorded = file.read<double>("output/lr_schedule");
    out.close("output/lr_schedule", std::span<const double>(rates), recorded, 1e-12);

    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        context ctx;
        const double bound = step_bound<scalar_of<T>>;
        adapted<T> model(ctx, file);
        const train::lars lars{.rate = base * scale,
                               .momentum = config.at("momentum").get<double>(),
                               .weight_decay = config.at("weight_decay").get<double>(),
                               .trust = config.at("eta").get<double>()};
        train::updater<T> update(ctx, model, lars, [&](const std::string&, const shape& extents) {
            return train::parameter_factors{extents.rank() < 2 ? vectors / base : 1, 1};
        });
        for (int step = 0; step < config.at("steps").get<int>(); ++step) {
            const std::string at = text("step/", step, "/");
            for (const nn::leaf<T>& l : nn::parameters(nn::leaves(model))) {
                l.weights->slot.gradient = tensor_from<T>(ctx, file, at + "grad/" + l.name);
                l.weights->slot.filled = true;
            }
            update.step(ctx, lars.rate * factor(config.at("schedule_steps")
                                                    .at(static_cast<std::size_t>(step))
                                                    .template get<int>()));
            for (const nn::leaf<T>& l : nn::leaves(model))
                expect(out, ctx, file, at + "param/" + l.name, *l.value, bound);
            for (const nn::leaf<T>& l : update.leaves()) {
                if (l.value == nullptr) continue;
                const std::string of = l.name.substr(0, l.name.rfind('.'));
                expect(out, ctx, file, at + "mu/" + of, *l.value, bound);
            }
        }
    });
}

template <class... Ts>
void add_families(std::vector<family>& families) {
    families.push_back({"graph/linear_eval", linear_eval<Ts...>});
    families.push_back({"pretext/barlowtwins_lars", lars_steps<Ts...>});
    families.push_back({"pretext/vicreg_lars", lars_steps<Ts...>});
}

}  // namespace MGKIT_NAMESPACE::golden::evaluation_group
