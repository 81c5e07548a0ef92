// SPDX-License-Identifier: MIT
// An encoder of the library by name: trained as a classifier, timed, counted.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "mgkit/nn/prepared.hpp"
#include "mgkit/pretext/supervised.hpp"
#include "mgkit/testing/symbolic.hpp"
#include "mgkit/train/sgd.hpp"
#include "zoo/sizes.hpp"

namespace bench {

/// Clips are trained on as they are.
struct one_view {
    static constexpr std::size_t views = 1;
};

inline constexpr double nesterov_momentum = .9;

/// Encoder, linear classifier and SGD with Nesterov momentum.
template <mgkit::tensor T>
struct ours_classifier {
    using scalar = typename mgkit::backend_traits<T>::scalar;
    using method = mgkit::pretext::supervised<T, mgkit::encode::any_encoder<T>, one_view>;

    mgkit::context ctx;
    method model;
    mgkit::train::updater<T> update;
    mgkit::shape clip;  ///< C T V M

    ours_classifier(const mgkit::nn::fact_map& settings, int classes, int threads,
                    std::uint64_t seed, double weight_decay = 0)
        : ctx{.seed = seed, .threads = threads, .training = true},
          model(mgkit::nn::scope(ctx), settings, classes),
          update(
              ctx, model,
              mgkit::train::sgd{
                  .momentum = nesterov_momentum, .weight_decay = weight_decay, .nesterov = true}) {
        for (const char* axis : {"channels", "frames", "joints", "persons"})
            clip.push_back(std::stoi(settings.at(axis)));
    }
    ours_classifier(const ours_classifier&) = delete;

    mgkit::shape batch_of(std::size_t rows) const {
        return {static_cast<mgkit::extent>(rows), clip[0], clip[1], clip[2], clip[3]};
    }
    T on_device(std::span<const scalar> clips, std::size_t rows) {
        return mgkit::backend_traits<T>::from_host(ctx, clips, batch_of(rows));
    }

    /// One update; the loss before it.
    double step(std::span<const scalar> clips, std::span<const int> labels, double rate) {
        using X = mgkit::variable<T>;
        ctx.rows.clear();
        for (std::size_t i = 0; i < labels.size(); ++i)
            ctx.rows.push_back({static_cast<std::uint32_t>(i), 0});
        const mgkit::recording<T> record(ctx);
        const auto loss =
            model(ctx, mgkit::pretext::batch<X>{X{on_device(clips, labels.size())}, labels}).loss;
        mgkit::nn::zero_gradients(model);
        backward(ctx, loss);
        update.step(ctx, rate);
        scalar out{};
        mgkit::backend_traits<T>::to_host(ctx, value_of(loss), std::span(&out, 1));
        return static_cast<double>(out);
    }

    /// Scores [rows, classes] by running statistics.
    std::vector<scalar> scores(std::span<const scalar> clips, std::size_t rows) {
        const mgkit::context_guard guard(ctx);
        ctx.training = false;
        const T all = model.scores(ctx, on_device(clips, rows));
        std::vector<scalar> out(static_cast<std::size_t>(mgkit::shape_of(all).elements()));
        mgkit::backend_traits<T>::to_host(ctx, all, out);
        return out;
    }

    /// Values of all parameters by name.
    std::map<std::string, std::vector<double>> values() {
        std::map<std::string, std::vector<double>> out;
        for (const auto& l : mgkit::nn::parameters(mgkit::nn::leaves(model))) {
            std::vector<scalar> host(
                static_cast<std::size_t>(mgkit::shape_of(*l.value).elements()));
            mgkit::backend_traits<T>::to_host(ctx, *l.value, host);
            out[l.name].assign(host.begin(), host.end());
        }
        return out;
    }
    std::int64_t parameters() { return mgkit::nn::parameter_count(model); }
};

/// Multiply-adds of the encoder's products on one clip, counted on shapes alone.
inline std::int64_t multiply_adds_of(const mgkit::nn::fact_map& settings) {
    using T = mgkit::testing::symbolic;
    const auto extent = [&](const char* axis) { return std::stoi(settings.at(axis)); };
    mgkit::context ctx;
    const auto model = mgkit::encode::make_encoder<T>(mgkit::nn::scope(ctx), settings);
    mgkit::testing::counts(ctx) = {};
    model(ctx, T({1, extent("channels"), extent("frames"), extent("joints"), extent("persons")}));
    return mgkit::testing::counts(ctx).multiply_adds;
}

}  // namespace bench
