// SPDX-License-Identifier: MIT
// Modules copied, and modules that follow others.
#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/support.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/nn/clone.hpp"
#include "mgkit/nn/values.hpp"
#include "mgkit/testing/reference.hpp"
#include "nn/pieces.hpp"

using namespace mgkit;
using T = eigen::tensor<float>;
using D = eigen::tensor<double>;
using test::numbers;
using test::redraw;
using test::small_net;

namespace {

template <class Tensor>
void shares_nothing() {
    context ctx{.seed = 3};
    small_net<Tensor> original(nn::scope(ctx), 4);
    redraw(ctx, original, 10);
    nn::set_trainable(original.layers[1], false);
    original.layers[0].weight.slot.filled = true;
    const auto before = numbers(ctx, original);

    small_net<Tensor> copy = nn::clone(ctx, original);
    CHECK(numbers(ctx, copy) == before);
    CHECK(copy.layers[0].weight.trainable);
    CHECK_FALSE(copy.layers[1].weight.trainable);
    CHECK_FALSE(copy.layers[0].weight.slot.filled);
    CHECK(original.layers[0].weight.slot.filled);

    redraw(ctx, copy, 40);
    const auto moved = numbers(ctx, copy);
    CHECK(numbers(ctx, original) == before);
    for (const auto& [name, values] : before) {
        INFO(name);
        CHECK(moved.at(name) != values);
    }
    CHECK(moved.at("first.weight") == moved.at("layers.0.weight"));
    redraw(ctx, original, 70);
    CHECK(numbers(ctx, copy) == moved);
}

/// Held by pointer: plain copies lead into the original.
template <bool ClonesItself>
struct handle {
    std::shared_ptr<nn::linear<T>> held;
    using tensor_type = T;

    nn::leaf_list<T> leaves() { return nn::leaves(*held); }
    handle clone(context& ctx) const requires ClonesItself {
        return {std::make_shared<nn::linear<T>>(nn::clone(ctx, *held))};
    }
};
template <bool ClonesItself>
struct holder {
    std::vector<handle<ClonesItself>> parts;
    static constexpr auto fields() { return nn::members(nn::field("parts", &holder::parts)); }
};
template <bool ClonesItself>
holder<ClonesItself> held(context& ctx) {
    return {{{std::make_shared<nn::linear<T>>(nn::scope(ctx, "part"), 3, 2)}}};
}

}  // namespace

TEST_CASE("a clone shares no memory with its original", "[quick]") {
    shares_nothing<T>();
    shares_nothing<D>();
    shares_nothing<testing::reference>();
}

TEST_CASE("members held by pointer clone themselves, or cloning is refused", "[quick]") {
    context ctx{.seed = 2};
    auto sharing = held<false>(ctx);
    CHECK_REFUSED(nn::clone(ctx, sharing), "parts.0.weight, which leads into the original");
    auto original = held<true>(ctx);
    const auto before = numbers(ctx, original);
    auto copy = nn::clone(ctx, original);
    CHECK(numbers(ctx, copy) == before);
    redraw(ctx, copy, 1);
    CHECK(numbers(ctx, original) == before);
}

TEST_CASE("copied values agree in every leaf and change nothing else", "[quick]") {
    context ctx{.seed = 3};
    small_net<T> from(nn::scope(ctx), 3), to(nn::scope(ctx), 3);
    redraw(ctx, from, 20);
    nn::set_trainable(to, false);
    const float* const place = to.layers[0].weight.value.data();
    nn::copy_values(ctx, to, from);
    CHECK(numbers(ctx, to) == numbers(ctx, from));
    CHECK(to.layers[0].weight.value.data() == place);
    CHECK_FALSE(to.layers[0].weight.trainable);
    const auto before = numbers(ctx, to);
    redraw(ctx, from, 50);
    CHECK(numbers(ctx, to) == before);

    // In any order of the list.
    auto list = nn::leaves(from);
    std::reverse(list.begin(), list.end());
    nn::copy_values(ctx, nn::leaves(to), list);
    CHECK(numbers(ctx, to) == numbers(ctx, from));
}

TEST_CASE("values of unlike modules are refused, with all differences at once", "[quick]") {
    context ctx{.seed = 3};
    small_net<T> to(nn::scope(ctx), 3), wide(nn::scope(ctx), 5);
    const auto before = numbers(ctx, to);
    CHECK_REFUSED(nn::copy_values(ctx, to, wide), "layers.0.weight is [5, 5] instead of [3, 3]");
    CHECK_REFUSED(nn::copy_values(ctx, to, wide), "norm.running_var is [5] instead of [3]");
    CHECK_REFUSED(nn::move_towards(ctx, to, wide, .5, nn::follows::parameters), "norm.running_var");
    small_net<T> deep(nn::scope(ctx), 3);
    deep.layers.push_back(nn::linear<T>(nn::scope(ctx), 3, 3));
    CHECK_REFUSED(nn::copy_values(ctx, to, deep), "2 differences: layers.2.weight is unknown");
    CHECK_REFUSED(nn::copy_values(ctx, deep, to), "2 differences: layers.2.weight is missing");
    CHECK(numbers(ctx, to) == before);
}

TEST_CASE("a module moves towards another by a part of the way", "[quick]") {
    context ctx{.seed = 3};
    for (const nn::follows what : {nn::follows::parameters, nn::follows::everything}) {
        for (const bool by_tensor : {false, true}) {
            small_net<D> from(nn::scope(ctx), 3), to(nn::scope(ctx), 3);
            redraw(ctx, from, 20);
            redraw(ctx, to, 60);
            nn::set_trainable(to, false);
            const auto goal = numbers(ctx, from), start = numbers(ctx, to);
            const double rate = .25;
            for (int step = 0; step < 3; ++step)
                if (by_tensor)
                    nn::move_towards(ctx, to, from, backend_traits<D>::full(ctx, {}, rate), what);
                else
                    nn::move_towards(ctx, to, from, rate, what);
            const auto reached = numbers(ctx, to);
            CHECK(numbers(ctx, from) == goal);
            for (const auto& [name, values] : reached) {
                INFO(name);
                const bool buffer = name.find("running") != name.npos,
                           counter = name.find("tracked") != name.npos;
                for (std::size_t i = 0; i < values.size(); ++i) {
                    const double a = start.at(name)[i], b = goal.at(name)[i];
                    // .75^3 of the way is left.
                    const double want = (buffer || counter) && what == nn::follows::parameters ? a
                                        : counter                                              ? b
                                                  : b + .421875 * (a - b);
                    // Three moves in double: a few roundings.
                    CHECK(values[i] == Catch::Approx(want).epsilon(1e-14));
                }
            }
        }
    }
    small_net<D> from(nn::scope(ctx), 2), to(nn::scope(ctx), 2);
    redraw(ctx, to, 1);
    const auto before = numbers(ctx, to);
    for (const double rate : {-.1, 1.1, std::nan("")})
        CHECK_REFUSED(nn::move_towards(ctx, to, from, rate, nn::follows::everything),
                      "a rate in [0, 1]");
    CHECK_REFUSED(nn::move_towards(ctx, to, from, backend_traits<D>::full(ctx, {2}, .5),
                                   nn::follows::everything),
                  "a rate of one value");
    nn::move_towards(ctx, to, from, 0., nn::follows::parameters);
    CHECK(numbers(ctx, to) == before);
    nn::move_towards(ctx, to, from, 1., nn::follows::everything);
    CHECK(numbers(ctx, to) == numbers(ctx, from));
}
