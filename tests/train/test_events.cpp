// SPDX-License-Identifier: MIT
// What takes part in steps: clipped gradients, averages, groups of parameters, rates of every step,
// the best epoch, and the order in which all of it happens.
#include <cmath>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/support.hpp"
#include "mgkit/train/best_values.hpp"
#include "mgkit/train/checkpoint.hpp"
#include "mgkit/train/clip_gradients.hpp"
#include "mgkit/train/list.hpp"
#include "mgkit/train/moving_average.hpp"
#include "nn/leaves.hpp"
#include "train/toy.hpp"

using namespace mgkit;
using Catch::Approx;
using small::toy;

namespace {

/// A toy that notes its events.
struct eventful : toy {
    using toy::toy;
    std::vector<std::string> seen;

    mgkit::pretext::objective_value<variable<tensor_type>> operator()(
        context& ctx, const pretext::batch<variable<tensor_type>>& in) {
        seen.push_back("objective");
        return toy::operator()(ctx, in);
    }
    void before_step(context&) {
        CHECK_FALSE(fc.weight.slot.filled);
        seen.push_back("before");
    }
    void gradients(context& ctx, const nn::leaf_list<tensor_type>& all) {
        CHECK(all.size() == 2);
        CHECK(fc.weight.slot.filled);
        before = nn::host_values(ctx, fc.weight.value);
        seen.push_back("gradients");
    }
    void after_step(context& ctx) {
        CHECK(nn::host_values(ctx, fc.weight.value) != before);
        seen.push_back("after");
    }
    void after_epoch(context&, int epoch) { seen.push_back(text("epoch ", epoch)); }

    std::vector<float> before;
};

double length(context& ctx, const nn::leaf_list<small::tensor>& all) {
    double square = 0;
    for (const auto& l : all)
        for (const double v : nn::host_values(ctx, l.weights->slot.gradient)) square += v * v;
    return std::sqrt(square);
}

/// Notes the length of a step's gradients.
struct measure {
    std::vector<double>& lengths;
    recipe made_of() const { return {}; }
    void gradients(context& ctx, const nn::leaf_list<small::tensor>& all) {
        lengths.push_back(length(ctx, all));
    }
};

}  // namespace

TEST_CASE("a method's events come in the order of a step", "[events][quick]") {
    const auto set = small::clips();
    context ctx{.seed = 1};
    eventful model(ctx, set);
    train::fit(ctx, model, set, small::input(set), train::sgd{.rate = 1e-2},
               train::constant_schedule{}, {.epochs = 2, .batch = 12});
    const std::vector<std::string> step{"before", "objective", "gradients", "after"};
    std::vector<std::string> want;
    for (const int epoch : {0, 1}) {
        for (int batch = 0; batch < 2; ++batch) want.insert(want.end(), step.begin(), step.end());
        want.push_back(text("epoch ", epoch));
    }
    CHECK(model.seen == want);
}

TEST_CASE("gradients are clipped to a common length, shorter ones stay", "[events][quick]") {
    const auto set = small::clips();
    const auto lengths = [&](double most, std::vector<double>& before) {
        context ctx{.seed = 1};
        toy model(ctx, set);
        std::vector<double> after;
        train::fit(ctx, model, set, small::input(set), train::sgd{.rate = 1e-3},
                   train::constant_schedule{}, {.epochs = 1, .batch = 8}, measure{before},
                   train::clip_gradients(most), measure{after});
        return after;
    };
    std::vector<double> before;
    const auto clipped = lengths(.5, before);
    REQUIRE(clipped.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(before[i] > .5);
        // Scaled in float, measured in double: some roundings of 1e-7 each.
        CHECK(clipped[i] == Approx(.5).epsilon(1e-5));
    }
    std::vector<double> loose;
    const auto free = lengths(1e6, loose);
    CHECK(free == loose);
    CHECK_REFUSED(train::clip_gradients(0), "a length above 0");
}

TEST_CASE("a moving average follows the model and outlives a kill", "[events]") {
    const auto set = small::clips();
    const scratch_folder folder;
    const auto run = [&](const std::string& file, std::int64_t stop) {
        context ctx{.seed = 4};
        toy model(ctx, set);
        train::moving_average<small::tensor> slow(ctx, model, .9);
        std::vector<std::vector<float>> values{nn::host_values(ctx, model.fc.weight.value)};
        struct note {
            context& ctx;
            toy& model;
            std::vector<std::vector<float>>& values;
            void on_step(const train::step_info&) {
                values.push_back(nn::host_values(ctx, model.fc.weight.value));
            }
        };
        train::fit(ctx, model, set, small::input(set), train::adam{.rate = 1e-2},
                   train::constant_schedule{}, {.epochs = 3, .batch = 8}, train::checkpoints{file},
                   slow, note{ctx, model, values}, small::stop_at{stop});
        return std::tuple{bits_of(ctx, slow.leaves()), values,
                          nn::host_values(ctx, *slow.leaves().at(0).value)};
    };
    const auto [whole, values, average] = run("", 0);
    REQUIRE(values.size() == 10);
    for (std::size_t i = 0; i < average.size(); ++i) {
        double want = values[0][i];
        for (std::size_t step = 1; step < values.size(); ++step)
            want = .9 * want + .1 * values[step][i];
        // Nine steps in float beside the same in double, values below 1.
        CHECK(average[i] == Approx(want).margin(1e-6));
    }
    CHECK_THROWS_AS(run(folder / "c", 5), std::runtime_error);
    CHECK(std::get<0>(run(folder / "c", 0)) == whole);

    // Another decay is another run.
    context ctx{.seed = 4};
    toy model(ctx, set);
    train::moving_average<small::tensor> other(ctx, model, .8);
    CHECK_REFUSED(train::fit(ctx, model, set, small::input(set), train::adam{.rate = 1e-2},
                             train::constant_schedule{}, {.epochs = 3, .batch = 8},
                             train::checkpoints{folder / "c"}, other),
                  "moving average: average 0.8");
}

TEST_CASE("groups of parameters have factors of their own on rate and decay", "[events][quick]") {
    using T = eigen::tensor<double>;
    context ctx{.seed = 1};
    const auto stepped = [&](const auto& settings, const train::parameter_rule& rule) {
        nn::linear<T> layer(nn::scope(ctx), 3, 2);
        for (auto* p : {&layer.weight, &layer.bias}) {
            fill(ctx, p->value, 2);
            p->slot.gradient = backend_traits<T>::full(ctx, shape_of(p->value), .5);
            p->slot.filled = true;
        }
        train::updater<T> update(ctx, layer, settings, rule);
        update.step(ctx, .1);
        return std::pair{nn::host_values(ctx, layer.weight.value)[0],
                         nn::host_values(ctx, layer.bias.value)[0]};
    };
    const train::sgd plain{.momentum = 0, .weight_decay = .1};
    const auto none = stepped(plain, {});
    CHECK(none.first == Approx(2 - .1 * (.5 + .1 * 2)));
    CHECK(none.second == none.first);
    const auto no_decay = stepped(plain, train::no_decay_on_vectors);
    CHECK(no_decay.first == none.first);
    CHECK(no_decay.second == Approx(2 - .1 * .5));
    const auto slower = stepped(plain, [](const std::string& name, const shape&) {
        return train::parameter_factors{name == "weight" ? .5 : 1., 1};
    });
    CHECK(slower.first == Approx(2 - .05 * (.5 + .1 * 2)));
    CHECK(slower.second == none.second);
    CHECK_REFUSED(stepped(plain,
                          [](const std::string&, const shape&) {
                              return train::parameter_factors{-1, 1};
                          }),
                  "factors of 0 or more");

    // AdamW's first step is the rate, after values have shrunk.
    const auto decoupled = stepped(train::adamw{.weight_decay = .2}, train::no_decay_on_vectors);
    // Epsilon 1e-8 beside a gradient of .5 takes 2e-8 of the rate off the step.
    CHECK(decoupled.first == Approx(2 * (1 - .1 * .2) - .1).epsilon(1e-7));
    CHECK(decoupled.second == Approx(2 - .1).epsilon(1e-7));
}

TEST_CASE("other groups are another run", "[events]") {
    const auto set = small::clips();
    const scratch_folder folder;
    context ctx{.seed = 1};
    toy model(ctx, set);
    train::fit_settings settings{.epochs = 1, .batch = 8};
    const auto run = [&] {
        return train::fit(ctx, model, set, small::input(set), train::adamw{},
                          train::constant_schedule{}, settings, train::checkpoints{folder / "c"});
    };
    run();
    settings.groups = train::no_decay_on_vectors;
    CHECK_REFUSED(run(), "trained parameters");
}

TEST_CASE("a schedule of steps sets the rate of every step", "[events][quick]") {
    const auto set = small::clips();
    const train::step_cosine_schedule warm{.warm_up = 4, .floor = .1};
    CHECK(warm({.step = 0, .steps = 12}) == 0);
    CHECK(warm({.step = 2, .steps = 12}) == Approx(.5));
    CHECK(warm({.step = 4, .steps = 12}) == 1);
    CHECK(warm({.step = 8, .steps = 12}) == Approx(.1 + .9 * .5));
    CHECK(warm({.step = 12, .steps = 12}) == Approx(.1));

    // SGD without momentum moves by rate times gradient: the moves show the rates.
    context ctx{.seed = 1};
    toy model(ctx, set);
    struct note {
        context& ctx;
        toy& model;
        std::vector<float> before{};
        std::vector<double> rates{};
        recipe made_of() const { return {}; }
        void gradients(context&, const nn::leaf_list<small::tensor>&) {
            before = nn::host_values(ctx, model.fc.weight.value);
            gradient = nn::host_values(ctx, model.fc.weight.slot.gradient);
        }
        void after_step(context&) {
            const auto now = nn::host_values(ctx, model.fc.weight.value);
            double moved = 0, steep = 0;
            for (std::size_t i = 0; i < now.size(); ++i) {
                moved += std::abs(before[i] - now[i]);
                steep += std::abs(gradient[i]);
            }
            rates.push_back(moved / steep);
        }
        std::vector<float> gradient{};
    } seen{ctx, model};
    const auto history =
        train::fit(ctx, model, set, small::input(set), train::sgd{.rate = .1, .momentum = 0}, warm,
                   {.epochs = 4, .batch = 8}, seen);
    REQUIRE(seen.rates.size() == 12);
    for (std::int64_t i = 0; i < 12; ++i)
        // Moves of float values near 1 are known to 1e-7, and are divided by small gradients.
        CHECK(seen.rates[static_cast<std::size_t>(i)] ==
              Approx(.1 * warm({.step = i, .steps = 12})).margin(1e-5));
    CHECK(history.back().rate == .1 * warm({.step = 11, .steps = 12}));
}

TEST_CASE("the values of the best epoch are kept, also over a kill", "[events]") {
    const auto set = small::clips();
    const scratch_folder folder;
    const auto score = [](const train::epoch_record& r) { return std::abs(r.epoch - 1.2); };
    const auto run = [&](int epochs, const std::string& checkpoint, toy* out) {
        context ctx{.seed = 2};
        toy model(ctx, set);
        train::fit(ctx, model, set, small::input(set), train::sgd{.rate = 1e-2},
                   train::constant_schedule{}, {.epochs = epochs, .batch = 8},
                   train::checkpoints{checkpoint},
                   train::best_values{folder / "best", score, {{"who", "test"}}});
        if (out != nullptr) *out = model;
    };
    run(4, "", nullptr);
    const io::safetensors_file best(folder / "best");
    CHECK(best.metadata().at("epoch") == "1");
    CHECK(best.metadata().at("who") == "test");
    context ctx{.seed = 2};
    toy two(ctx, set), loaded(ctx, set);
    run(2, "", &two);
    nn::load(ctx, loaded, best);
    CHECK(bits_of(ctx, loaded) == bits_of(ctx, two));

    // A finished run whose best file is gone says so instead of going on without.
    run(4, folder / "c", nullptr);
    std::filesystem::remove(folder / "best");
    CHECK_REFUSED(run(4, folder / "c", nullptr), "the values after epoch 1");
}
