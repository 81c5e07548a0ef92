// SPDX-License-Identifier: MIT
// A momentum method's parts in a step that is recorded: queue, average, part of a batch, teacher.
#include <cmath>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "catch.hpp"
#include "cuda/emulated.hpp"
#include "mgkit/core/row_scope.hpp"
#include "mgkit/nn/drop_path.hpp"
#include "mgkit/nn/frozen.hpp"
#include "mgkit/nn/linear.hpp"
#include "mgkit/nn/norm.hpp"
#include "mgkit/nn/queue.hpp"
#include "mgkit/nn/values.hpp"
#include "nn/pieces.hpp"

using namespace mgkit;

namespace {

constexpr extent clips = 3, tokens = 4, width = 4;

template <model_tensor T>
struct encoder {
    nn::linear<T> fc;
    nn::batch_norm<T> norm;

    static constexpr auto fields() {
        return nn::members(nn::field("fc", &encoder::fc), nn::field("norm", &encoder::norm));
    }
    template <operand X>
    X operator()(context& ctx, const X& view) const {
        const auto paths = nn::draw_paths<1, X>(ctx, "encoder", .5, shape_of(view)[0]);
        const X out = paths(ctx, view, 0, view, [&](const X& x) { return fc(ctx, x); });
        return norm(ctx, mean(ctx, out, {1}));
    }
};

/// Query and key encoder on a view each, scores against the queue, a teacher.
template <tensor T>
struct momentum {
    encoder<T> query, key;
    nn::queue<T> negatives;
    nn::frozen<encoder<T>> teacher;

    explicit momentum(context& ctx)
        : query{nn::linear<T>(nn::scope(ctx, "fc"), width, width, 1),
                nn::batch_norm<T>(nn::scope(ctx, "norm"), width)},
          key(nn::clone(ctx, query)),
          negatives(nn::scope(ctx), 7, width),
          teacher(ctx, query) {}
    static constexpr auto fields() {
        return nn::members(nn::field("query", &momentum::query), nn::field("key", &momentum::key),
                           nn::field("negatives", &momentum::negatives),
                           nn::field("teacher", &momentum::teacher));
    }

    variable<T> operator()(context& ctx, const T& views) {
        using X = variable<T>;
        const auto view = [&](extent i) { return slice(ctx, views, 0, i * clips, clips); };
        const auto on = [&](extent i, auto&& model, const auto& in) {
            const row_scope rows(ctx, static_cast<std::size_t>(i * clips), clips);
            return model(ctx, in);
        };
        const X q = on(0, query, X{view(0)});
        const T k = on(1, key, view(1));
        const X scores = matmul(ctx, q, negatives.template values<X>(ctx), false, true);
        const X counted = mul(ctx, scores, negatives.template mask<X>(ctx));
        negatives.push(ctx, k);
        return add(ctx, add(ctx, mean(ctx, square(ctx, sub(ctx, q, X{k}))), mean(ctx, counted)),
                   mean(ctx, mul(ctx, q, X{teacher(ctx, view(0))})));
    }
};

/// Losses and every leaf after some steps, called or through repeated_step.
std::map<std::string, std::vector<double>> trained(bool recorded) {
    using T = test::emulated_tensor<cuda::bf16>;
    using traits = backend_traits<T>;
    context ctx{.seed = 6, .training = true};
    momentum<T> model(ctx);
    const auto all = nn::leaves(model);
    for (const std::uint32_t view : {0, 1})
        for (const std::uint32_t clip : {0, 1, 2}) ctx.rows.push_back({clip, view});
    T views = traits::full(ctx, {2 * clips, tokens, width}, 0), loss = traits::full(ctx, {}, 0);
    const auto step = [&] {
        nn::zero_gradients(all);
        const recording<T> record(ctx);
        const auto result = model(ctx, views);
        backward(ctx, result);
        traits::assign(ctx, loss, result.value);
        for (const auto& l : all)
            if (l.weights != nullptr && !l.alias && l.weights->slot.filled)
                traits::assign(ctx, *l.value,
                               blend(ctx, 1, *l.value, -.1, l.weights->slot.gradient));
        const auto rate = [](std::span<typename traits::scalar> to, const context* now) {
            to[0] = typename traits::scalar(.5) / static_cast<float>(1 + now->epoch);
        };
        nn::move_towards(ctx, model.key.fc, model.query.fc,
                         step_values<T>(ctx, {1}, rate, static_cast<const context*>(&ctx)),
                         nn::follows::parameters);
        nn::move_towards(ctx, model.key.norm, model.query.norm, .25, nn::follows::everything);
    };
    repeated_step<T> repeated;
    std::map<std::string, std::vector<double>> out;
    for (std::uint32_t i = 0; i < 6; ++i) {
        ctx.epoch = i;
        random_stream draws(random_key{.seed = 1, .clip = i}, "views");
        std::vector<double> values(static_cast<std::size_t>(views.elements()));
        for (double& v : values) v = draws.uniform(-1, 1);
        traits::assign(ctx, views, test::from_doubles<T>(ctx, values, views.extents()));
        if (recorded)
            repeated(ctx, step);
        else
            step();
        out["loss"].push_back(test::to_doubles(ctx, loss)[0]);
        for (const auto& l : all)
            out[l.name + " after " + std::to_string(i)] =
                l.counter != nullptr ? std::vector<double>{static_cast<double>(*l.counter)}
                                     : test::to_doubles(ctx, *l.value);
    }
    return out;
}

}  // namespace

TEST_CASE("queue, average, part of a batch and teacher are the same in a recorded step", "[cuda]") {
    const auto plain = trained(false);
    CHECK(trained(true) == plain);
    CHECK(plain.at("negatives.filled after 1") == std::vector<double>{6});
    CHECK(plain.at("negatives.filled after 5") == std::vector<double>{7});
    CHECK(plain.at("negatives.rows after 4") != plain.at("negatives.rows after 5"));
    CHECK(plain.at("key.fc.weight after 4") != plain.at("key.fc.weight after 5"));
    CHECK(plain.at("key.norm.num_batches_tracked after 5") ==
          plain.at("query.norm.num_batches_tracked after 5"));
    const auto& losses = plain.at("loss");
    for (const double loss : losses) CHECK(std::isfinite(loss));
}
