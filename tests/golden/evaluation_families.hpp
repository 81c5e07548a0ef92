// SPDX-License-Identifier: MIT
// Families: graph/linear_eval.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "golden/support.hpp"
#include "mgkit/nn/linear.hpp"
#include "mgkit/probe/sgd_linear.hpp"
#include "mgkit/tensor/ops/objective.hpp"
#include "mgkit/train/optimiser.hpp"

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

template <class... Ts>
void add_families(std::vector<family>& families) {
    families.push_back({"graph/linear_eval", linear_eval<Ts...>});
}

}  // namespace MGKIT_NAMESPACE::golden::evaluation_group
