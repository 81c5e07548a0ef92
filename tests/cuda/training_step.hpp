// SPDX-License-Identifier: MIT
// A small training whose steps can be run one by one or by train::stepper.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "mgkit/backend/eigen.hpp"
#include "mgkit/encode/dste.hpp"
#include "mgkit/pretext/decorrelation.hpp"
#include "mgkit/pretext/supervised.hpp"
#include "mgkit/testing/training.hpp"
#include "mgkit/train/adam.hpp"
#include "mgkit/train/step.hpp"
#include "nn/leaves.hpp"
#include "pretext/sample_methods.hpp"

namespace MGKIT_NAMESPACE::test {

struct two_views {
    static constexpr int views = 2;
};
template <tensor T>
using unlabelled = pretext::decorrelation<T, encode::dste<T>, two_views>;
template <tensor T>
using labelled = pretext::supervised<T, encode::dste<T>, two_views>;

/// A DSTE model under Adam with stochastic depth; clips, labels, rates and random factors change
/// from step to step.
template <class Method>
class training {
public:
    using T = typename Method::tensor_type;

    training() { ctx.training = true; }
    /// The method of the list that has this name, for `Method` = any_method.
    explicit training(std::string method) : method_(std::move(method)) { ctx.training = true; }

    context ctx{.seed = 5};

    /// As somebody's own loop would.
    train::step_result plain(int number, int clips = 6) {
        feed(number, clips);
        using X = variable<T>;
        nn::zero_gradients(model_);
        if constexpr (requires { model_.before_step(ctx); }) model_.before_step(ctx);
        const recording<T> record(ctx);
        const std::vector<typename backend_traits<T>::scalar> values(views_.begin(), views_.end());
        const X in{backend_traits<T>::from_host(ctx, values, extents())};
        const auto value =
            model_(ctx, pretext::batch<X>{{{"clips", in, view_count_}}, {{"labels", labels_}}});
        backward(ctx, value.loss);
        update_.step(ctx, rate(number));
        if constexpr (requires { model_.after_step(ctx); }) model_.after_step(ctx);
        const auto read = [&](const X& x) {
            return testing::detail::to_doubles(ctx, value_of(x)).at(0);
        };
        train::step_result out{read(value.loss), {}};
        for (const auto& [name, part] : value.parts) out.parts.emplace_back(name, read(part));
        return out;
    }
    train::step_result stepped(int number, int clips = 6) {
        feed(number, clips);
        batch_.start(clips);
        std::copy(views_.begin(), views_.end(), batch_.reals("clips").begin());
        std::copy(labels_.begin(), labels_.end(), batch_.integers("labels").begin());
        batch_.identities = ctx.rows;
        return step_(ctx, batch_, rate(number));
    }
    /// Every bit of the model, of the optimiser's state and its count of steps.
    std::vector<leaf_bits> bits() { return {bits_of(ctx, model_), bits_of(ctx, update_.leaves())}; }

private:
    static constexpr int classes = 3;
    static encode::dste_settings settings() {
        return {.clip = {.channels = 3, .frames = 12, .joints = 7, .persons = 1},
                .width = 16,
                .heads = 2,
                .drop_path = 0.3};
    }
    Method made() {
        if constexpr (std::is_same_v<Method, pretext::any_method<T>>)
            return pretext::make_method<T>(method_, nn::scope(ctx),
                                           encoder_for<T>(method_, settings().clip),
                                           small_method(classes));
        else if constexpr (requires { Method(nn::scope(ctx), settings(), classes); })
            return Method(nn::scope(ctx), settings(), classes);
        else
            return Method(nn::scope(ctx), settings());
    }
    shape extents() const { return {static_cast<extent>(ctx.rows.size()), 3, 12, 7, 1}; }
    static double rate(int number) { return 1e-3 / (1 + number); }
    void feed(int number, int clips) {
        const auto now = static_cast<std::uint32_t>(number);
        ctx.epoch = now / 3;
        ctx.rows.clear();
        labels_.clear();
        for (int view = 0; view < view_count_; ++view)
            for (int clip = 0; clip < clips; ++clip)
                ctx.rows.push_back(
                    {now + static_cast<std::uint32_t>(clip), static_cast<std::uint32_t>(view)});
        for (int clip = 0; clip < clips; ++clip) labels_.push_back((number + clip) % classes);
        views_.resize(static_cast<std::size_t>(extents().elements()));
        random_stream stream(random_key{.seed = 3, .clip = now}, "clip");
        for (float& v : views_) v = static_cast<float>(stream.normal());
    }

    std::string method_;
    int view_count_ = method_.empty() ? tried_views(0) : views_for<T>(method_);
    Method model_ = made();
    train::updater<T> update_{ctx, model_, train::adam{}};
    train::stepper<T> step_{model_, update_};
    train::host_batch batch_{
        {{"clips", train::field_type::real, {3, 12, 7, 1}, static_cast<std::size_t>(view_count_)},
         {"labels", train::field_type::integer}}};
    std::vector<float> views_;
    std::vector<int> labels_;
};

/// Losses of the first steps of testing::training_losses.
template <tensor T>
std::vector<double> losses(context& ctx, int steps) {
    return testing::training_losses<T>(ctx, {.steps = steps});
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

}  // namespace MGKIT_NAMESPACE::test
