// SPDX-License-Identifier: MIT
// Update rules: by hand, against their compositions, and what they leave alone.
#include <cmath>
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/support.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/nn/archive.hpp"
#include "mgkit/nn/linear.hpp"
#include "mgkit/testing/primitives_only.hpp"
#include "mgkit/train/list.hpp"
#include "nn/leaves.hpp"

using namespace mgkit;
using Catch::Approx;

namespace {

/// A module of one parameter, with gradients handed in.
template <class T>
struct single {
    parameter<T> p;
    static constexpr auto fields() { return nn::members(nn::field("p", &single::p)); }
};

template <class T>
std::vector<std::string> names_of(const nn::leaf_list<T>& all) {
    std::vector<std::string> out;
    for (const auto& l : all) out.push_back(l.name);
    return out;
}

/// Values after each of a series of gradients.
template <class T, class Optimiser>
std::vector<std::vector<double>> trace(const Optimiser& settings, std::vector<double> start,
                                       const std::vector<std::vector<double>>& pulls,
                                       const std::vector<double>& rates) {
    using S = typename backend_traits<T>::scalar;
    const auto upload = [](context& ctx, const std::vector<double>& values) {
        const std::vector<S> host(values.begin(), values.end());
        return backend_traits<T>::from_host(ctx, host, {static_cast<extent>(host.size())});
    };
    context ctx;
    single<T> model{{upload(ctx, start)}};
    train::updater<T> update(ctx, model, settings);
    std::vector<std::vector<double>> out;
    for (std::size_t step = 0; step < pulls.size(); ++step) {
        model.p.slot.gradient = upload(ctx, pulls[step]);
        model.p.slot.filled = true;
        update.step(ctx, rates[step]);
        const auto now = nn::host_values(ctx, model.p.value);
        out.emplace_back(now.begin(), now.end());
    }
    return out;
}

const std::vector<double> origin{1, -2, 0.5, 0, 3};
const std::vector<std::vector<double>> pulls{{.5, -1, 0, 2, 1e-3},
                                             {-.25, -1, 0, 1, 1e3},
                                             {.1, .2, 0, -4, 0},
                                             {.1, .2, 0, -4, 0},
                                             {3, -7, 0, 0, 1e-8}};
const std::vector<double> rates{.1, .1, .1, .01, .01};

void check_close(const std::vector<std::vector<double>>& got,
                 const std::vector<std::vector<double>>& want, double tolerance) {
    REQUIRE(got.size() == want.size());
    for (std::size_t s = 0; s < want.size(); ++s)
        for (std::size_t i = 0; i < want[s].size(); ++i) {
            CAPTURE(s, i);
            CHECK(got[s][i] == Approx(want[s][i]).epsilon(tolerance).margin(tolerance));
        }
}

std::vector<std::vector<double>> adam_by_hand(const train::adam& a) {
    std::vector<double> x = origin, m(x.size()), v(x.size());
    std::vector<std::vector<double>> out;
    for (std::size_t s = 0; s < pulls.size(); ++s) {
        const double t = static_cast<double>(s + 1);
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double g = pulls[s][i] + a.weight_decay * x[i];
            m[i] = a.beta1 * m[i] + (1 - a.beta1) * g;
            v[i] = a.beta2 * v[i] + (1 - a.beta2) * g * g;
            const double first = m[i] / (1 - std::pow(a.beta1, t));
            const double second = v[i] / (1 - std::pow(a.beta2, t));
            x[i] -= rates[s] * first / (std::sqrt(second) + a.epsilon);
        }
        out.push_back(x);
    }
    return out;
}

std::vector<std::vector<double>> sgd_by_hand(const train::sgd& o) {
    std::vector<double> x = origin, buffer(x.size());
    std::vector<std::vector<double>> out;
    for (std::size_t s = 0; s < pulls.size(); ++s) {
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double g = pulls[s][i] + o.weight_decay * x[i];
            buffer[i] = s == 0 ? g : o.momentum * buffer[i] + g;
            x[i] -= rates[s] * (o.nesterov ? g + o.momentum * buffer[i] : buffer[i]);
        }
        out.push_back(x);
    }
    return out;
}

}  // namespace

TEST_CASE("the first steps by hand", "[quick]") {
    using T = eigen::tensor<double>;
    // Adam's first step is the rate against the gradient's sign, whatever its size.
    const auto adam = trace<T>(train::adam{.weight_decay = 0}, {1, 1, 1}, {{5, -1e-3, 0}}, {.1});
    CHECK(adam[0][0] == Approx(.9).epsilon(1e-8));
    CHECK(adam[0][1] == Approx(1.1).epsilon(1e-5));
    CHECK(adam[0][2] == 1);
    // SGD: 1 - .1 * 2; then buffer .9 * 2 + 1 = 2.8; with Nesterov 1 + .9 * 2.8 = 3.52.
    const auto plain = trace<T>(train::sgd{}, {1}, {{2}, {1}}, {.1, .1});
    CHECK(plain[0][0] == Approx(.8));
    CHECK(plain[1][0] == Approx(.8 - .28));
    const auto ahead = trace<T>(train::sgd{.nesterov = true}, {1}, {{2}, {1}}, {.1, .1});
    CHECK(ahead[0][0] == Approx(1 - .1 * (2 + 1.8)));
    CHECK(ahead[1][0] == Approx(.62 - .1 * 3.52));
    // Weight decay pulls towards zero in proportion.
    const auto decayed =
        trace<T>(train::sgd{.momentum = 0, .weight_decay = .5}, {4, -4}, {{0, 0}}, {.1});
    CHECK(decayed[0] == std::vector<double>{3.8, -3.8});
}

TEST_CASE("optimisers follow their formulas over several steps", "[quick]") {
    using D = eigen::tensor<double>;
    using F = eigen::tensor<float>;
    for (const train::adam& a :
         {train::adam{.weight_decay = 0}, train::adam{},
          train::adam{.beta1 = .5, .beta2 = .9, .epsilon = 1e-3, .weight_decay = .1}}) {
        check_close(trace<D>(a, origin, pulls, rates), adam_by_hand(a), 1e-13);
        check_close(trace<F>(a, origin, pulls, rates), adam_by_hand(a), 1e-5);
    }
    for (const bool nesterov : {false, true})
        for (const double momentum : {0., .9})
            for (const double decay : {0., .1}) {
                const train::sgd o{
                    .momentum = momentum, .weight_decay = decay, .nesterov = nesterov};
                check_close(trace<D>(o, origin, pulls, rates), sgd_by_hand(o), 1e-13);
                check_close(trace<F>(o, origin, pulls, rates), sgd_by_hand(o), 1e-5);
            }
}

TEST_CASE("optimisers agree with their compositions from primitives") {
    using fused = eigen::tensor<double>;
    using composed = testing::primitives_only<fused>;
    static_assert(op::updates_in_place<op::adam_step, fused, fused, fused>);
    static_assert(!op::updates_in_place<op::adam_step, composed, composed, composed>);
    static_assert(!op::updates_in_place<op::sgd_step, composed, composed>);
    for (const train::adam& a : {train::adam{.weight_decay = 0}, train::adam{.weight_decay = .1}})
        check_close(trace<composed>(a, origin, pulls, rates), trace<fused>(a, origin, pulls, rates),
                    1e-12);
    for (const bool nesterov : {false, true}) {
        const train::sgd o{.weight_decay = .1, .nesterov = nesterov};
        check_close(trace<composed>(o, origin, pulls, rates), trace<fused>(o, origin, pulls, rates),
                    1e-12);
    }
}

TEST_CASE("a large parameter is updated alike by one and two threads") {
    using T = eigen::tensor<float>;
    const auto run = [](int threads) {
        context ctx{.seed = 2, .threads = threads};
        nn::linear<T> layer(nn::scope(ctx), 700, 300);
        train::updater<T> update(ctx, layer, train::adam{});
        for (int i = 0; i < 3; ++i) {
            layer.weight.slot.gradient = affine(ctx, layer.weight.value, 3, .1);
            layer.weight.slot.filled = true;
            update.step(ctx, 1e-2);
        }
        return nn::host_values(ctx, layer.weight.value);
    };
    CHECK(run(1) == run(2));
}

TEST_CASE("what has no gradient is left alone, and the step counts on", "[quick]") {
    using T = eigen::tensor<double>;
    context ctx;
    nn::linear<T> layer(nn::scope(ctx), 3, 2);
    const auto weight = nn::host_values(ctx, layer.weight.value);
    train::updater<T> update(ctx, layer, train::adam{.weight_decay = .1});
    layer.bias.slot.gradient = backend_traits<T>::full(ctx, {2}, 1);
    layer.bias.slot.filled = true;
    update.step(ctx, .1);
    update.step(ctx, 0);
    CHECK(update.steps() == 2);
    CHECK(nn::host_values(ctx, layer.weight.value) == weight);
    CHECK(nn::host_values(ctx, layer.bias.value)[0] == Approx(-.1));
    std::vector<std::string> names = names_of(update.leaves());
    CHECK(names == std::vector<std::string>{"steps", "weight.m", "weight.v", "bias.m", "bias.v"});
}

namespace {

/// A layer, one that is kept for files only, and one that a pass may leave out.
struct partly_used {
    using T = eigen::tensor<double>;
    nn::linear<T> first, kept, second;

    explicit partly_used(context& ctx)
        : first(nn::scope(ctx, "first"), 3, 3),
          kept(nn::scope(ctx, "kept"), 3, 3),
          second(nn::scope(ctx, "second"), 3, 2) {}

    static constexpr auto fields() {
        return nn::members(nn::field("first", &partly_used::first),
                           nn::unused("kept", &partly_used::kept),
                           nn::field("second", &partly_used::second));
    }
    void pass(context& ctx, bool whole) {
        nn::zero_gradients(*this);
        const recording<T> record(ctx);
        const variable<T> x = first(ctx, variable<T>{backend_traits<T>::full(ctx, {4, 3}, .5)});
        backward(ctx, sum(ctx, square(ctx, whole ? second(ctx, x) : x)));
    }
};

}  // namespace

TEST_CASE(
    "a trainable parameter without a gradient is found by name, an unused one is not missed") {
    context ctx;
    partly_used model(ctx);
    model.pass(ctx, true);
    CHECK_NOTHROW(nn::require_gradients(model, "step"));
    model.pass(ctx, false);
    CHECK_THAT(refusal([&] { nn::require_gradients(model, "step"); }),
               Catch::Matchers::Contains("second.weight, second.bias") &&
                   !Catch::Matchers::Contains("kept.") && !Catch::Matchers::Contains("first."));
    nn::set_trainable(model.second, false);
    CHECK_NOTHROW(nn::require_gradients(model, "step"));
}

TEST_CASE("frozen and unused parameters have no optimiser state") {
    context ctx;
    partly_used model(ctx);
    nn::set_trainable(model.first, false);
    train::updater<partly_used::T> update(ctx, model, train::adam{});
    std::vector<std::string> names = names_of(update.leaves());
    CHECK(names == std::vector<std::string>{"steps", "second.weight.m", "second.weight.v",
                                            "second.bias.m", "second.bias.v"});
    model.pass(ctx, true);
    const auto before = nn::host_values(ctx, model.first.weight.value);
    update.step(ctx, .1);
    CHECK(nn::host_values(ctx, model.first.weight.value) == before);
    nn::set_trainable(model.first, true);
    model.pass(ctx, true);
    update.step(ctx, .1);
    CHECK(nn::host_values(ctx, model.first.weight.value) != before);
    names = names_of(update.leaves());
    CHECK(names.size() == 9);
}

TEST_CASE("every optimiser goes on from the state of a checkpoint, and rests on zeros", "[quick]") {
    using T = eigen::tensor<double>;
    context ctx;
    const auto give = [&](nn::linear<T>& layer, double gradient) {
        for (auto* p : {&layer.weight, &layer.bias}) {
            p->slot.gradient = backend_traits<T>::full(ctx, shape_of(p->value), gradient);
            p->slot.filled = true;
        }
    };
    train::optimisers::for_each([&](auto tag) {
        using O = typename decltype(tag)::type;
        INFO(O::name);
        nn::linear<T> whole(nn::scope(ctx), 3, 2), half(nn::scope(ctx), 3, 2),
            still(nn::scope(ctx), 3, 2);
        train::updater<T> one(ctx, whole, O{}), two(ctx, half, O{});
        for (int step = 0; step < 3; ++step) {
            give(whole, .1 * (step + 1));
            one.step(ctx, .1);
            give(half, .1 * (step + 1));
            two.step(ctx, .1);
        }
        train::updater<T> resumed(ctx, half, O{});
        const auto from = two.leaves(), to = resumed.leaves();
        REQUIRE(names_of(from) == names_of(to));
        for (std::size_t i = 0; i < from.size(); ++i)
            if (from[i].counter != nullptr)
                *to[i].counter = *from[i].counter;
            else
                backend_traits<T>::assign(ctx, *to[i].value, *from[i].value);
        for (auto* update : {&one, &resumed}) {
            give(update == &one ? whole : half, -.3);
            update->step(ctx, .1);
        }
        CHECK(bits_of(ctx, whole) == bits_of(ctx, half));
        CHECK(resumed.steps() == 4);

        // Without gradient and decay nothing moves.
        const auto before = bits_of(ctx, still);
        train::updater<T> rest(ctx, still, O{}, [](const std::string&, const shape&) {
            return train::parameter_factors{1, 0};
        });
        give(still, 0);
        rest.step(ctx, .1);
        CHECK(bits_of(ctx, still) == before);
    });
}
