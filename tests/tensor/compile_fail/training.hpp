// SPDX-License-Identifier: MIT
// A model's forward and backward pass, and a whole training but for its callback.
#pragma once

#include "mgkit/augment/n_views.hpp"
#include "mgkit/augment/presets.hpp"
#include "mgkit/encode/list.hpp"
#include "mgkit/pretext/list.hpp"
#include "mgkit/skeleton/upper_body.hpp"
#include "mgkit/train/fit.hpp"
#include "mgkit/train/list.hpp"
#include "tensors.hpp"

struct quiet {
    void on_step(const train::step_info&) {}
};
struct mistyped {
    void on_stepp(const train::step_info&) {}
};

using T = eigen::tensor<float>;
using views = augment::n_views<2, augment::sequence<augment::crop_resize>>;
using method = pretext::decorrelation<T, encode::dste<T>, views>;

template <class Callback>
std::size_t run_fit(context& ctx, Callback callback) {
    method model(ctx, {});
    const data::clip_set clips;
    const encode::clip_input input(skeleton::upper_body{}, {}, {});
    return train::fit(ctx, model, clips, input, train::adam{}, train::constant_schedule{}, {},
                      callback)
        .size();
}

template <class Tensor>
void run_model(context& ctx) {
    using X = variable<Tensor>;
    pretext::decorrelation<Tensor, encode::dste<Tensor>, views> model(ctx, {});
    const recording<Tensor> record(ctx);
    backward(ctx, model(ctx, pretext::batch<X>{X{}, {}}).loss);
}
