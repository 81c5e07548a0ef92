// A momentum method's parts in a step that is recorded: queue, average, part of a batch, teacher.
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "catch.hpp"
#include "cuda/emulated.hpp"
#include "mgkit/core/row_scope.hpp"
#include "mgkit/nn/dst_layer.hpp"
#include "mgkit/nn/frozen.hpp"
#include "mgkit/nn/queue.hpp"
#include "mgkit/nn/values.hpp"
#include "nn/pieces.hpp"

using namespace mgkit;

namespace {

constexpr extent clips = 3, tokens = 4, width = 4;

/// Query and key encoder on a view each, scores against the queue, a teacher; no optimiser: the
/// query takes plain steps down.
template <tensor T>
struct momentum {
    nn::dst_layer<T> query, key;
    nn::batch_norm<T> query_norm, key_norm;
    nn::queue<T> negatives;
    nn::frozen<nn::batch_norm<T>> teacher;

    explicit momentum(context& ctx)
        : query(nn::scope(ctx, "query"), tokens, width, {.gap = 1, .drop_path = .5}),
          key(nn::clone(ctx, query)),
          query_norm(nn::scope(ctx, "norm"), width),
          key_norm(nn::clone(ctx, query_norm)),
          negatives(nn::scope(ctx), 7, width),
          teacher(ctx, query_norm) {}
    static constexpr auto fields() {
        return nn::members(nn::field("query", &momentum::query), nn::field("key", &momentum::key),
                           nn::field("query_norm", &momentum::query_norm),
                           nn::field("key_norm", &momentum::key_norm),
                           nn::field("negatives", &momentum::negatives),
                           nn::field("teacher", &momentum::teacher));
    }

    template <operand X>
    X pooled(context& ctx, nn::dst_layer<T>& encoder, nn::batch_norm<T>& norm, const X& view) {
        return norm(ctx, mean(ctx, encoder(ctx, view), {1}));
    }
    variable<T> operator()(context& ctx, const T& views) {
        using X = variable<T>;
        const auto view = [&](extent i) { return slice(ctx, views, 0, i * clips, clips); };
        const row_scope first(ctx, 0, clips);
        const X q = pooled(ctx, query, query_norm, X{view(0)});
        ctx.window = row_window{.first = clips, .count = clips};
        const T k = pooled(ctx, key, key_norm, view(1));
        const X scores = matmul(ctx, q, negatives.template values<X>(ctx), false, true);
        const X counted = mul(ctx, scores, negatives.template mask<X>(ctx));
        negatives.push(ctx, k);
        return add(ctx, add(ctx, mean(ctx, square(ctx, sub(ctx, q, X{k}))), mean(ctx, counted)),
                   mean(ctx, mul(ctx, q, X{teacher(ctx, q)})));
    }
};

double rate_of(std::uint32_t step) {
    return .5 / (1 + step);
}

/// Losses and every leaf after some steps, called or through repeated_step.
template <class C>
std::map<std::string, std::vector<double>> trained(bool recorded) {
    using T = test::emulated_tensor<C>;
    using traits = backend_traits<T>;
    context ctx{.seed = 6, .training = true};
    momentum<T> model(ctx);
    const auto all = nn::leaves(model);
    for (std::uint32_t i = 0; i < 2 * clips; ++i) ctx.rows.push_back({i % clips, i / clips});
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
        const auto rate = [](auto to, const context* now) { to[0] += rate_of(now->epoch); };
        nn::move_towards(ctx, model.key, model.query,
                         step_values<T>(ctx, {1}, rate, static_cast<const context*>(&ctx)),
                         nn::follows::parameters);
        nn::move_towards(ctx, model.key_norm, model.query_norm, .25, nn::follows::everything);
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
    const auto plain = trained<double>(false);
    CHECK(trained<double>(true) == plain);
    CHECK(trained<cuda::bf16>(true) == trained<cuda::bf16>(false));
    CHECK(plain.at("negatives.filled after 1") == std::vector<double>{6});
    CHECK(plain.at("negatives.filled after 5") == std::vector<double>{7});
    CHECK(plain.at("negatives.rows after 4") != plain.at("negatives.rows after 5"));
    CHECK(plain.at("key.CA.conv1.weight after 4") != plain.at("key.CA.conv1.weight after 5"));
    CHECK(plain.at("key_norm.num_batches_tracked after 5") ==
          plain.at("query_norm.num_batches_tracked after 5"));
    const auto& losses = plain.at("loss");
    for (const double loss : losses) CHECK(std::isfinite(loss));
}
