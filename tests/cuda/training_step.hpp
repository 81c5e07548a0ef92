// A training step that touches the device alone: what can be captured as a graph.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "mgkit/backend/eigen.hpp"
#include "mgkit/encode/dste.hpp"
#include "mgkit/pretext/decorrelation.hpp"
#include "mgkit/testing/gradient_check.hpp"
#include "mgkit/train/adam.hpp"

namespace mgkit::test {

struct two_views {
    static constexpr int views = 2;
};

/// Decorrelation on a small DSTE encoder, by Adam. Inputs and rates are tensors that `feed` writes
/// before a step; no stochastic depth, whose factors are drawn on the host.
template <tensor T>
class training_step {
public:
    explicit training_step(context& ctx, int width = 16)
        : model_(nn::scope(ctx), settings(width)), rates_(backend_traits<T>::full(ctx, {2}, 0)) {
        ctx.training = true;
        input_ = backend_traits<T>::full(ctx, {2 * clips, 3, 12, 7, 1}, 0);
        nn::for_each_parameter(model_, [&](const std::string&, parameter<T>& p) {
            moments_.push_back(optimiser_.start(ctx, p.value));
        });
    }

    /// Clips and rates of step `number`, counted from 0.
    void feed(context& ctx, int number) {
        std::vector<double> values;
        random_stream stream(random_key{.seed = 3, .clip = static_cast<std::uint32_t>(number % 3)},
                             "clip");
        for (extent i = 0; i < shape_of(input_).elements(); ++i)
            values.push_back(static_cast<float>(stream.normal()));
        const auto put = [&](T& target, const std::vector<double>& from) {
            backend_traits<T>::assign(
                ctx, target, testing::detail::from_doubles<T>(ctx, from, shape_of(target)));
        };
        put(input_, values);
        put(rates_, optimiser_.rates(1e-3, number + 1));
    }

    void operator()(context& ctx) {
        using X = variable<T>;
        nn::zero_gradients(model_);
        const recording<T> record(ctx);
        const auto value = model_(ctx, pretext::batch<X>{X{input_}, {}});
        backward(ctx, value.loss);
        std::size_t i = 0;
        nn::for_each_parameter(model_, [&](const std::string&, parameter<T>& p) {
            auto& state = moments_[i++];
            if (p.slot.filled) optimiser_.update(ctx, p.value, p.slot.gradient, rates_, state);
        });
        loss_ = value.loss.value;
    }

    /// Of the step that ran last.
    double loss(context& ctx) const { return testing::detail::to_doubles(ctx, loss_).at(0); }
    std::vector<double> values(context& ctx) {
        std::vector<double> out;
        nn::for_each_parameter(model_, [&](const std::string&, parameter<T>& p) {
            for (double v : testing::detail::to_doubles(ctx, p.value)) out.push_back(v);
        });
        return out;
    }

private:
    static constexpr int clips = 6;
    static encode::dste_settings settings(int width) {
        encode::dste_settings s{.clip = {.channels = 3, .frames = 12, .joints = 7, .persons = 1},
                                .width = width,
                                .heads = 2};
        s.drop_path = 0;
        return s;
    }

    pretext::decorrelation<T, encode::dste<T>, two_views> model_;
    train::adam optimiser_;
    std::vector<train::adam::moments<T>> moments_;
    T rates_, input_, loss_;
};

/// Losses of the first steps.
template <tensor T>
std::vector<double> losses(context& ctx, int steps, int width = 16) {
    training_step<T> step(ctx, width);
    std::vector<double> out;
    for (int i = 0; i < steps; ++i) {
        step.feed(ctx, i);
        step(ctx);
        out.push_back(step.loss(ctx));
    }
    return out;
}

/// Largest relative distance of the losses of `steps` steps on T from those in double by Eigen.
template <class T>
double worst_apart(int steps) {
    context ctx{.seed = 5}, own{.seed = 5};
    const auto want = losses<eigen::tensor<double>>(ctx, steps);
    const auto got = losses<T>(own, steps);
    double worst = 0;
    for (std::size_t i = 0; i < want.size(); ++i)
        worst = std::max(worst, std::abs(got[i] - want[i]) / std::abs(want[i]));
    return worst;
}

}  // namespace mgkit::test
