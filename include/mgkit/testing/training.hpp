// A short pre-training on any backend, compared loss by loss with the reference's.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "mgkit/encode/dste.hpp"
#include "mgkit/pretext/decorrelation.hpp"
#include "mgkit/testing/conformance/trial.hpp"
#include "mgkit/testing/gradient_check.hpp"
#include "mgkit/testing/reference.hpp"
#include "mgkit/train/adam.hpp"
#include "mgkit/train/optimiser.hpp"

namespace mgkit::testing {

namespace detail {

struct three_views {
    static constexpr int views = 3;
};

}  // namespace detail

/// Losses of the first `steps` steps of decorrelation on a small DSTE encoder: 5 synthetic clips,
/// 3 views, Adam, stochastic depth on. The same initial values and clips on every backend.
template <tensor T>
std::vector<double> training_losses(context& ctx, int steps = 20) {
    using X = variable<T>;
    const encode::clip_extents extents{.channels = 3, .frames = 12, .joints = 7, .persons = 1};
    constexpr int clips = 5;
    const context_guard guard(ctx);
    ctx.training = true;
    pretext::decorrelation<T, encode::dste<T>, detail::three_views> model(
        nn::scope(ctx), encode::dste_settings{.clip = extents, .width = 16, .heads = 2});
    train::updater<T, train::adam> update(ctx, model, train::adam{.rate = 1e-3});
    ctx.rows.clear();
    std::vector<double> values;
    for (int k = 0; k < detail::three_views::views; ++k)
        for (int i = 0; i < clips; ++i) {
            ctx.rows.push_back({static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(k)});
            random_stream stream(
                random_key{.seed = 3, .clip = static_cast<std::uint32_t>(100 * k + i)}, "clip");
            for (int n = 0; n < extents.channels * extents.frames * extents.joints; ++n)
                values.push_back(static_cast<float>(stream.normal()));
        }
    const T input = detail::from_doubles<T>(ctx, values,
                                            {detail::three_views::views * clips, extents.channels,
                                             extents.frames, extents.joints, extents.persons});
    std::vector<double> losses;
    for (int step = 0; step < steps; ++step, ++ctx.epoch) {
        nn::zero_gradients(model);
        const recording<T> record(ctx);
        const auto value = model(ctx, pretext::batch<X>{X{input}, {}});
        backward(ctx, value.loss);
        update.step(ctx, model, 1e-3);
        losses.push_back(detail::to_doubles(ctx, value.loss.value).at(0));
    }
    return losses;
}

/// How far a loss may be from the double reference's, relative to it.
struct training_bounds {
    double first = 1e-7, last = 1e-7;  ///< of the first step and of all others
};

/// Bounds of a backend's scalar: double 1e-7; coarser types 1e-5 and then 2 %, since directions
/// without a gradient take Adam steps that follow rounding.
template <tensor T>
training_bounds training_bounds_of() {
    if constexpr (sizeof(typename backend_traits<T>::scalar) < sizeof(double)) return {1e-5, 2e-2};
    return {};
}

/// Compares twenty steps with those of testing::reference, and one thread with several.
template <tensor T>
conformance_report training_conformance(const conformance_options& options = {},
                                        const training_bounds& bounds = training_bounds_of<T>()) {
    conformance_report report;
    detail::ledger laws(report, "training", "decorrelation");
    context own{.seed = 3}, other{.seed = 3, .threads = options.threads}, plain{.seed = 3};
    const std::vector<double> want = training_losses<reference>(plain);
    const std::vector<double> got = training_losses<T>(own);
    for (std::size_t i = 0; i < want.size(); ++i)
        laws.measure(i == 0 ? "first loss" : "losses",
                     std::abs(got[i] - want[i]) / std::abs(want[i]),
                     i == 0 ? bounds.first : bounds.last, text("step ", i + 1));
    if (options.deterministic)
        laws.require("determinism", detail::same_values(got, training_losses<T>(other)), "20 steps",
                     text("other bits on ", options.threads, " threads"));
    return report;
}

}  // namespace mgkit::testing
