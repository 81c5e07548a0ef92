// SPDX-License-Identifier: MIT
// Updates of many tensors in few launches.
#include "catch.hpp"
#include "cuda/emulated.hpp"
#include "mgkit/nn/linear.hpp"
#include "mgkit/testing/gradient_check.hpp"
#include "mgkit/train/list.hpp"
#include "nn/leaves.hpp"

using namespace mgkit;

namespace {

/// Values and states after three updates of tensors of many sizes, one by one or together.
template <class C, class Update>
std::vector<std::vector<double>> updated(Update&& update, std::size_t tensors) {
    using T = test::emulated_tensor<C>;
    context ctx;
    struct kept {
        T value, gradient, m, v;
    };
    std::vector<kept> all;
    const auto drawn = [&](extent count, std::uint32_t number) {
        random_stream stream(random_key{.seed = 9, .clip = number}, "values");
        std::vector<double> values(static_cast<std::size_t>(count));
        for (double& v : values) v = stream.normal();
        return testing::detail::from_doubles<T>(ctx, values, {count});
    };
    for (std::uint32_t i = 0; i < tensors; ++i) {
        const extent count = i % 7 == 3 ? 0 : 1 + (i * 37) % 100;
        T gradient = drawn(count, 2 * i);
        if (std::same_as<C, cuda::bf16> && i % 2 == 1)
            gradient = cuda::as(ctx, gradient, cuda::grain::coarse);
        all.push_back({drawn(count, 2 * i + 1), gradient, backend_traits<T>::full(ctx, {count}, 0),
                       backend_traits<T>::full(ctx, {count}, 0)});
    }
    const T rates = testing::detail::from_doubles<T>(ctx, std::vector<double>{0.1, 1.5}, {2});
    std::vector<adam_operands<T>> operands;
    for (kept& k : all) operands.push_back({&k.value, &k.gradient, &k.m, &k.v});
    for (int step = 0; step < 3; ++step)
        update(ctx, op::adam_step{.weight_decay = 1e-2},
               std::span<const adam_operands<T>>(operands), rates);
    std::vector<std::vector<double>> out;
    for (const kept& k : all)
        for (const T* t : {&k.value, &k.m, &k.v})
            out.push_back(testing::detail::to_doubles(ctx, *t));
    return out;
}

template <class C>
void same_bits() {
    const auto one_by_one = [](context& ctx, const auto& o, auto all, const auto& rates) {
        for (const auto& t : all) adam_step(ctx, o, *t.value, *t.gradient, rates, *t.m, *t.v);
    };
    const auto together = [](context& ctx, const auto& o, auto all, const auto& rates) {
        auto& device = test::emulated::of(ctx);
        const std::size_t before = device.launches;
        adam_steps(ctx, o, all, rates);
        CHECK(device.launches - before == (all.size() + 63) / 64);
    };
    for (const std::size_t tensors : {1, 2, 63, 64, 65, 150})
        CHECK(updated<C>(together, tensors) == updated<C>(one_by_one, tensors));
}

}  // namespace

TEST_CASE("Adam on many tensors gives the bits of one by one, in a launch for 64", "[cuda]") {
    same_bits<float>();
    same_bits<double>();
    same_bits<cuda::bf16>();
}

TEST_CASE("a parameter released since is refused while a step is recorded", "[cuda]") {
    using T = test::emulated_tensor<float>;
    context ctx;
    nn::linear<T> layer(nn::scope(ctx), 3, 2);
    nn::set_trainable(layer, false);
    train::updater<T> update(ctx, layer, train::adam{});
    nn::set_trainable(layer, true);
    const T x = backend_traits<T>::full(ctx, {4, 3}, .5);
    const auto step = [&] {
        nn::zero_gradients(layer);
        const recording<T> record(ctx);
        backward(ctx, sum(ctx, square(ctx, layer(ctx, variable<T>{x}))));
        update.step(ctx);
    };
    using graph = cuda::step_graph<test::emulated>;
    CHECK_THROWS_AS(graph(ctx, test::emulated::of(ctx).new_pool(), step), error);
    step();
    graph replayed(ctx, test::emulated::of(ctx).new_pool(), step);
    replayed.replay();
    CHECK(update.steps() == 2);
}

TEMPLATE_TEST_CASE("replayed steps of every optimiser are its steps, bit for bit", "[cuda]", float,
                   cuda::bf16) {
    using T = test::emulated_tensor<TestType>;
    const auto run = []<class O>(const O& settings, bool replayed) {
        context ctx{.seed = 3};
        nn::linear<T> layer(nn::scope(ctx), 3, 2);
        train::updater<T> update(ctx, layer, settings);
        const T x = backend_traits<T>::full(ctx, {4, 3}, .5);
        const auto step = [&] {
            nn::zero_gradients(layer);
            const recording<T> record(ctx);
            const variable<T> missed = affine(ctx, layer(ctx, variable<T>{x}), 1, -1);
            backward(ctx, sum(ctx, square(ctx, missed)));
            update.step(ctx);
        };
        step();
        cuda::step_graph<test::emulated> recorded(ctx, test::emulated::of(ctx).new_pool(), step);
        for (int i = 0; i < 5; ++i) {
            update.learning_rate(.1 / (1 + i));
            replayed ? recorded.replay() : step();
        }
        return std::pair{bits_of(ctx, layer), bits_of(ctx, update.leaves())};
    };
    train::optimisers::for_each([&]<class O>(type_tag<O>) {
        INFO(O::name);
        CHECK(run(O{}, true) == run(O{}, false));
        CHECK(run(O{}, true).first != run(O{.rate = 1}, true).first);
    });
}
