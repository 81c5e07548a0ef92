// SPDX-License-Identifier: MIT
// A short pre-training on any backend, compared loss by loss with the reference's.
#pragma once

#include <algorithm>
#include <chrono>
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

namespace MGKIT_NAMESPACE::testing {

namespace detail {

struct three_views {
    static constexpr int views = 3;
};

}  // namespace detail

/// What is trained: small enough for the reference's plain loops, unless asked for more.
struct training_settings {
    encode::clip_extents clip{.channels = 3, .frames = 12, .joints = 7, .persons = 1};
    int clips = 5, width = 16, heads = 2, steps = 20;
};

/// Losses of decorrelation on a DSTE encoder step by step: synthetic clips, 3 views, Adam,
/// stochastic depth on. The same initial values and clips on every backend. `after_step()` is
/// called when a step's loss is known.
template <tensor T, class AfterStep>
std::vector<double> training_losses(context& ctx, const training_settings& s,
                                    AfterStep&& after_step) {
    using X = variable<T>;
    constexpr int views = detail::three_views::views;
    const context_guard guard(ctx);
    ctx.training = true;
    pretext::decorrelation<T, encode::dste<T>, detail::three_views> model(
        nn::scope(ctx), encode::dste_settings{.clip = s.clip, .width = s.width, .heads = s.heads});
    train::updater<T> update(ctx, model, train::adam{.rate = 1e-3});
    ctx.rows.clear();
    const shape input_shape{views * s.clips, s.clip.channels, s.clip.frames, s.clip.joints,
                            s.clip.persons};
    std::vector<double> values;
    for (int k = 0; k < views; ++k)
        for (int i = 0; i < s.clips; ++i) {
            ctx.rows.push_back({static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(k)});
            random_stream stream(
                random_key{.seed = 3, .clip = static_cast<std::uint32_t>(1000 * k + i)}, "clip");
            for (extent n = 0; n < input_shape.after(0); ++n)
                values.push_back(static_cast<float>(stream.normal()));
        }
    const T input = detail::from_doubles<T>(ctx, values, input_shape);
    std::vector<double> losses;
    for (int step = 0; step < s.steps; ++step, ++ctx.epoch) {
        nn::zero_gradients(model);
        const recording<T> record(ctx);
        const auto value = model(ctx, pretext::batch<X>{X{input}, {}});
        backward(ctx, value.loss);
        if (step == 0) nn::require_gradients(model, "training_losses");
        update.step(ctx, 1e-3);
        losses.push_back(detail::to_doubles(ctx, value.loss.value).at(0));
        after_step();
    }
    return losses;
}

template <tensor T>
std::vector<double> training_losses(context& ctx, const training_settings& s = {}) {
    return training_losses<T>(ctx, s, [] {});
}

/// Median seconds of one step with `threads` threads, the first step left out.
template <tensor T>
double training_step_seconds(const training_settings& s, int threads) {
    using clock = std::chrono::steady_clock;
    context ctx{.seed = 3, .threads = threads};
    std::vector<double> seconds;
    auto last = clock::now();
    training_losses<T>(ctx, s, [&] {
        const auto now = clock::now();
        seconds.push_back(std::chrono::duration<double>(now - last).count());
        last = now;
    });
    if (seconds.size() < 2)
        throw error("training_step_seconds", "two steps or more", text(seconds.size()));
    std::sort(seconds.begin() + 1, seconds.end());
    return seconds[1 + (seconds.size() - 1) / 2];
}

/// How far a loss may be from the double reference's, relative to it.
struct training_bounds {
    double first = 1e-7, last = 1e-7;  ///< of the first step and of all others
};

/// Bounds of a backend's scalar: double 1e-7; coarser types 1e-5 and then 2 %, since directions
/// without a gradient take Adam steps that follow rounding. Products of factors with fewer bits
/// than float's (`backend_traits<T>::epsilon`): 2 % and 10 %.
template <tensor T>
training_bounds training_bounds_of() {
    if constexpr (requires { backend_traits<T>::epsilon; })
        if (backend_traits<T>::epsilon > 1e-4) return {2e-2, 0.1};
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

}  // namespace MGKIT_NAMESPACE::testing
