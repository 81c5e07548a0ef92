// SPDX-License-Identifier: MIT
// Whole training steps on the default tensor: threads, storage, operands, both precisions.
#include <thread>

#include "encode/models.hpp"
#include "mgkit/train/adam.hpp"

using namespace mgkit;
using test::t32;
using test::t64;

namespace {

const encode::clip_extents small{3, 12, 7, 1};
constexpr int views = 3;

/// A model in training with an optimiser, on a few clips.
template <class T>
struct training {
    using scalar = typename backend_traits<T>::scalar;
    using X = variable<T>;

    context ctx;
    test::pretraining<T, views> model;
    train::updater<T> update;
    std::vector<std::uint32_t> which;
    double loss = 0;

    explicit training(int threads, int clips = 5, int width = 16)
        : ctx{.seed = 3, .threads = threads, .training = true},
          model(ctx, test::sized<encode::dste<T>>(small, width, 2)),
          update(ctx, model, train::adam{.rate = 1e-3}) {
        for (int k = 0; k < views; ++k)
            for (int i = 0; i < clips; ++i) {
                ctx.rows.push_back({static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(k)});
                which.push_back(static_cast<std::uint32_t>(100 * k + i));
            }
    }

    void step() {
        nn::zero_gradients(model);
        const recording<T> record(ctx);
        const X clips{test::clips_of<T>(ctx, small, which)};
        const auto value = model(ctx, pretext::batch<X>{clips, {}});
        backward(ctx, value.loss);
        update.step(ctx, 1e-3);
        loss = testing::detail::to_doubles(ctx, value.loss.value).at(0);
    }

    std::size_t allocations() {
        return ctx.state.template get<eigen::detail::pool_state>().shared->system_allocations();
    }
};

template <class M>
std::vector<double> leaves(context& ctx, M& model) {
    std::vector<double> out;
    for (const auto& l : nn::leaves(model)) {
        if (l.counter != nullptr) {
            out.push_back(static_cast<double>(*l.counter));
            continue;
        }
        for (double v : testing::detail::to_doubles(ctx, *l.value)) out.push_back(v);
    }
    return out;
}

}  // namespace

TEMPLATE_TEST_CASE("one thread equals two and three, bit for bit", "[backend]", t32, t64) {
    training<TestType> one(1);
    for (int step = 0; step < 3; ++step) one.step();
    const auto expected = leaves(one.ctx, one.model);
    for (const int threads : {2, 3}) {
        training<TestType> other(threads);
        for (int step = 0; step < 3; ++step) other.step();
        CHECK(other.loss == one.loss);
        CHECK(leaves(other.ctx, other.model) == expected);
        const auto a = test::gradients_of(one.ctx, one.model);
        const auto b = test::gradients_of(other.ctx, other.model);
        CHECK(a == b);
    }
}

TEST_CASE("a wider model has the same bits on two threads", "[backend]") {
    // Wide enough for products and sums to be cut into pieces.
    training<t32> one(1, 24, 64), two(2, 24, 64);
    for (int step = 0; step < 2; ++step) {
        one.step();
        two.step();
        CHECK(one.loss == two.loss);
    }
    CHECK(leaves(one.ctx, one.model) == leaves(two.ctx, two.model));
}

TEST_CASE("two models train in two threads of a program", "[backend]") {
    training<t64> alone(1), other(1), beside(1);
    for (int step = 0; step < 2; ++step) alone.step();
    std::thread second([&] {
        for (int step = 0; step < 2; ++step) other.step();
    });
    for (int step = 0; step < 2; ++step) beside.step();
    second.join();
    const auto expected = leaves(alone.ctx, alone.model);
    CHECK(leaves(other.ctx, other.model) == expected);
    CHECK(leaves(beside.ctx, beside.model) == expected);
}

TEST_CASE("the gradient of the whole objective by differences", "[backend]") {
    training<t64> run(1, 3, 4);
    test::shake(run.ctx, run.model, 0.3);
    const auto report = testing::gradient_check(
        run.ctx, run.model,
        [&](context& c, const auto& in) {
            using X = std::decay_t<decltype(in[0])>;
            return run.model(c, pretext::batch<X>{in[0], {}}).loss;
        },
        std::vector<t64>{test::clips_of<t64>(run.ctx, small, run.which)}, {.samples = 5});
    INFO(report.where);
    CHECK(report.worst < 1e-5);
    CHECK(report.checked > 500);
}

TEMPLATE_TEST_CASE("after the first step training does not reach the system's allocator",
                   "[backend]", t32, t64) {
    training<TestType> run(1);
    run.step();
    const std::size_t after_first = run.allocations();
    CHECK(after_first > 0);
    for (int step = 0; step < 4; ++step) {
        run.step();
        CHECK(run.allocations() == after_first);
    }
}

TEST_CASE("float training follows double", "[backend]") {
    training<t32> single(1);
    training<t64> twice(1);
    // Initial values are drawn in double: the difference is that of rounding.
    single.step();
    twice.step();
    CHECK(single.loss == Catch::Approx(twice.loss).epsilon(1e-3));
    const double first = twice.loss;
    for (int step = 0; step < 10; ++step) twice.step();
    CHECK(twice.loss < first);
}

TEST_CASE("checkpointed branches train to the same values", "[backend]") {
    context ctx;
    nn::mlp<t64> model(ctx, 6, 10, 6);
    test::shake(ctx, model);
    const t64 x = testing::detail::from_doubles<t64>(ctx, std::vector<double>(30, 0.3), {5, 6});
    const auto gradients = [&](bool again) {
        nn::zero_gradients(model);
        const recording<t64> record(ctx);
        const auto body = [&model](context& c, const auto& v) { return model(c, v); };
        const variable<t64> in{x};
        const auto out = again ? checkpoint(ctx, body, in) : body(ctx, in);
        backward(ctx, sum(ctx, square(ctx, out)));
        return test::gradients_of(ctx, model);
    };
    CHECK(gradients(true) == gradients(false));
}

TEST_CASE("storage outlives its context and may be dropped by another thread", "[backend]") {
    t32 kept;
    {
        context ctx;
        kept = backend_traits<t32>::full(ctx, {1000}, 2);
    }
    CHECK(kept.values()[999] == 2);
    std::thread([moved = std::move(kept)]() mutable { moved = t32(); }).join();

    context ctx;
    auto& pool = *ctx.state.get<eigen::detail::pool_state>().shared;
    for (int i = 0; i < 10; ++i) backend_traits<t32>::full(ctx, {1000}, 1);
    CHECK(pool.system_allocations() == 1);
    const t32 first = backend_traits<t32>::full(ctx, {1000}, 1);
    const t32 second = backend_traits<t32>::full(ctx, {1000}, 1);
    CHECK(pool.system_allocations() == 2);
    CHECK(first.data() != second.data());
    for (const extent n : {0, 1, 63, 64, 65, 100, 1000, 4097})
        CHECK(reinterpret_cast<std::uintptr_t>(backend_traits<t32>::full(ctx, {n}, 1).data()) %
                  64 ==
              0);
}

TEST_CASE("copies alias, host transfers check their sizes", "[backend]") {
    using traits = backend_traits<t64>;
    context ctx;
    t64 a = traits::full(ctx, {2, 3}, 1);
    const t64 b = a;
    CHECK(b.data() == a.data());
    CHECK(traits::reshape(a, {3, 2}).data() == a.data());
    traits::assign(ctx, a, traits::full(ctx, {2, 3}, 5));
    CHECK(b.values()[5] == 5);
    traits::assign(ctx, a, a);
    CHECK(a.values()[0] == 5);
    CHECK_THROWS_AS(traits::assign(ctx, a, traits::full(ctx, {3, 2}, 5)), error);
    std::vector<double> five(5);
    CHECK_THROWS_AS(traits::from_host(ctx, five, {2, 3}), error);
    CHECK_THROWS_AS(traits::to_host(ctx, a, five), error);
    CHECK(traits::shape_of(t64()) == shape{0});
}

TEST_CASE("Eigen's products stand beside the build's", "[backend]") {
    using plain = eigen::tensor<float, gemm::eigen>;
    context ctx;
    random_stream stream(random_key{.seed = 8}, "values");
    std::vector<float> a(40 * 70), b(70 * 50);
    for (auto* values : {&a, &b})
        for (float& v : *values) v = static_cast<float>(stream.normal());
    const auto product = [&](auto tag) {
        using T = typename decltype(tag)::type;
        using traits = backend_traits<T>;
        return testing::detail::to_doubles(ctx, matmul(ctx, traits::from_host(ctx, a, {40, 70}),
                                                       traits::from_host(ctx, b, {70, 50})));
    };
    const auto own = product(type_tag<plain>{}), chosen = product(type_tag<t32>{});
    for (std::size_t i = 0; i < own.size(); ++i)
        CHECK(own[i] == Catch::Approx(chosen[i]).margin(1e-4));
}

TEST_CASE("a pool gives free blocks back, and releasing never fails", "[backend]") {
    context ctx;
    auto& pool = *ctx.state.get<eigen::detail::pool_state>().shared;
    static_assert(noexcept(eigen::detail::pool::release(nullptr))&& noexcept(pool.trim()));
    const t32 held = backend_traits<t32>::full(ctx, {1000}, 1);
    const std::size_t one = pool.reserved();
    backend_traits<t32>::full(ctx, {5000}, 1);
    CHECK(pool.reserved() > one);
    pool.trim();
    CHECK(pool.reserved() == one);
    CHECK(held.values()[999] == 1);
    backend_traits<t32>::full(ctx, {5000}, 1);
    CHECK(pool.system_allocations() == 3);
}

#if defined(MGKIT_GEMM_ONEDNN)
TEST_CASE("a product that oneDNN refuses is an error, not another library's result", "[backend]") {
    const std::vector<float> a(12, 1), b(12, 1);
    std::vector<float> c(9, 1);
    // Rows of 4 that lie 2 apart: no such matrix.
    const gemm::problem<float> wrong{false, false,    3, 3, 4,        a.data(),
                                     2,     b.data(), 3, 1, c.data(), 3};
    CHECK_THROWS_AS(gemm::run<gemm::onednn>(wrong), error);
    CHECK(c == std::vector<float>(9, 1));
}
#endif
