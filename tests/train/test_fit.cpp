// SPDX-License-Identifier: MIT
// The training loop: it learns, repeats itself to the bit, and refuses what cannot work.
#include <cmath>
#include <limits>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/support.hpp"
#include "mgkit/encode/embed.hpp"
#include "mgkit/train/list.hpp"
#include "nn/leaves.hpp"
#include "train/toy.hpp"

using namespace mgkit;
using Catch::Approx;
using small::toy;

TEST_CASE("pre-training lowers its loss and repeats itself to the bit", "[fit]") {
    const auto set = small::clips();
    const auto run = [&](std::uint64_t seed, int threads, int epochs) {
        context ctx{.seed = seed, .threads = threads};
        auto model = small::make(ctx, set);
        const auto history = train::fit(ctx, model, set, small::input(set), small::adam(),
                                        train::constant_schedule{}, {.epochs = epochs, .batch = 8});
        return std::pair{history, bits_of(ctx, model)};
    };
    const auto longer = run(1, 1, 20).first;
    REQUIRE(longer.size() == 20);
    CHECK(longer.back().loss < .93 * longer.front().loss);
    const auto first = run(1, 1, 4), again = run(1, 1, 4), threads = run(1, 2, 4),
               other = run(2, 1, 4);
    REQUIRE(first.first.size() == 4);
    // How long a run will be does not change how it begins.
    CHECK(small::same({longer.begin(), longer.begin() + 4}, first.first));
    for (const auto& record : first.first) {
        REQUIRE(record.parts.size() == 3);
        CHECK(record.loss == Approx(5 * record.parts[0].second + record.parts[1].second +
                                    .001 * record.parts[2].second)
                                 .epsilon(1e-4));
    }
    CHECK(small::same(first.first, again.first));
    CHECK(first.second == again.second);
    CHECK(small::same(first.first, threads.first));
    CHECK(first.second == threads.second);
    CHECK(first.second != other.second);
    CHECK_FALSE(small::same(first.first, other.first));
}

TEST_CASE("supervised training learns its labels", "[fit]") {
    const auto set = small::clips(4);
    context ctx{.seed = 1};
    augment::reference whole_clips = small::policy();
    whole_clips.get<augment::crop_resize>().min_crop = 24;
    small::classifier model(nn::scope(ctx), small::settings(set), set.classes(), {whole_clips});
    const auto history = train::fit(ctx, model, set, small::input(set), train::adam{.rate = 1e-3},
                                    train::cosine_schedule{}, {.epochs = 60, .batch = 8});
    CHECK(history.front().loss == Approx(std::log(6.0)).margin(.1));
    CHECK(history.back().loss < .9 * history.front().loss);
    CHECK(history.front().rate == 1e-3);
    CHECK(history.back().rate < 1e-5);
}

TEST_CASE("a method sees every clip once an epoch, as rows of views", "[fit][quick]") {
    auto set = small::clips();
    for (auto& id : set.ids) id += 100;
    context ctx{.seed = 3};
    toy model(ctx, set);
    train::fit(ctx, model, set, small::input(set), train::sgd{.rate = 1e-3},
               train::constant_schedule{}, {.epochs = 2, .batch = 5});
    REQUIRE(model.calls.size() == 10);
    std::vector<std::uint32_t> order[2];
    for (std::size_t i = 0; i < model.calls.size(); ++i) {
        const auto& call = model.calls[i];
        const extent batch = i % 5 == 4 ? 4 : 5;
        CHECK(call.training);
        CHECK(call.epoch == i / 5);
        CHECK(call.clips == shape{2 * batch, 3, small::frames, 20, 1});
        REQUIRE(call.rows.size() == static_cast<std::size_t>(2 * batch));
        for (std::size_t r = 0; r < call.labels.size(); ++r) {
            const auto& row = call.rows[r];
            CHECK(row.view == 0);
            CHECK(call.rows[r + call.labels.size()].clip == row.clip);
            CHECK(call.rows[r + call.labels.size()].view == 1);
            CHECK(call.labels[r] == set.labels[row.clip - 100]);
            order[call.epoch].push_back(row.clip);
        }
    }
    CHECK(order[0] != order[1]);
    for (const auto& clips : order)
        CHECK(std::set<std::uint32_t>(clips.begin(), clips.end()).size() == 24);
}

TEST_CASE("callbacks hear of every step and epoch", "[fit]") {
    const auto set = small::clips();
    context ctx;
    toy model(ctx, set);
    struct steps {
        std::vector<train::step_info> seen;
        void on_step(const train::step_info& s) { seen.push_back(s); }
    } listener;
    struct epochs {
        std::vector<train::epoch_record>& seen;
        void on_epoch(const train::epoch_record& r) { seen.push_back(r); }
    };
    struct both {
        int* calls;
        void on_step(const train::step_info&) { ++*calls; }
        void on_epoch(const train::epoch_record&) { *calls += 100; }
    };
    static_assert(train::detail::hears<steps> && train::detail::hears<epochs>);
    struct misspelt {
        void on_steps(const train::step_info&) {}
    };
    static_assert(!train::detail::hears<misspelt>);
    std::vector<train::epoch_record> records;
    int calls = 0;
    const auto history = train::fit(ctx, model, set, small::input(set), train::sgd{.rate = 1e-2},
                                    train::step_schedule{{2}, .1}, {.epochs = 3, .batch = 7},
                                    listener, epochs{records}, both{&calls});
    REQUIRE(listener.seen.size() == 12);
    CHECK(calls == 312);
    CHECK(small::same(records, history));
    for (std::size_t i = 0; i < 12; ++i) {
        const auto& s = listener.seen[i];
        CHECK(s.epoch == static_cast<int>(i / 4));
        CHECK(s.batch == static_cast<int>(i % 4));
        CHECK(s.batches == 4);
        CHECK(s.epochs == 3);
        CHECK(s.steps == static_cast<std::int64_t>(i + 1));
        CHECK(s.total_steps == 12);
        CHECK(s.clips == (i % 4 == 3 ? 3 : 7));
        CHECK_FALSE(s.resumed);
    }
    for (std::size_t e = 0; e < 3; ++e) {
        double sum = 0;
        for (std::size_t i = 4 * e; i < 4 * e + 4; ++i) sum += listener.seen[i].loss;
        CHECK(history[e].loss == sum / 4);
        CHECK(history[e].loss ==
              Approx(history[e].parts[0].second + history[e].parts[1].second).epsilon(1e-5));
        CHECK(history[e].rate == Approx(e < 2 ? 1e-2 : 1e-3));
    }
}

TEST_CASE("sets without labels train what needs none", "[fit][quick]") {
    auto set = small::clips();
    set.labels.clear();
    set.class_names.clear();
    context ctx{.seed = 1};
    toy model(ctx, set);
    train::fit(ctx, model, set, small::input(set), train::sgd{.rate = 1e-3},
               train::constant_schedule{}, {.epochs = 1, .batch = 8});
    for (const auto& call : model.calls) CHECK(call.labels.empty());

    auto unlabelled = small::make(ctx, set);
    train::fit(ctx, unlabelled, set, small::input(set), small::adam(), train::constant_schedule{},
               {.epochs = 1, .batch = 8});
    // Labels play no part: the same bits as with them.
    context other{.seed = 1};
    const auto labelled_set = small::clips();
    auto labelled = small::make(other, labelled_set);
    train::fit(other, labelled, labelled_set, small::input(labelled_set), small::adam(),
               train::constant_schedule{}, {.epochs = 1, .batch = 8});
    CHECK(bits_of(ctx, unlabelled) == bits_of(other, labelled));

    small::classifier classifier(nn::scope(ctx), small::settings(set), 6, {small::policy()});
    CHECK_REFUSED(train::fit(ctx, classifier, set, small::input(set), small::adam(),
                             train::constant_schedule{}, {.epochs = 1, .batch = 8}),
                  "a label for each of 24 clips");
}

TEST_CASE("a set whose arrays do not fit is neither trained on nor embedded", "[fit]") {
    const auto whole = small::clips();
    context ctx;
    toy model(ctx, whole);
    const auto before = bits_of(ctx, model);
    small::encoder encoder(ctx, small::settings(whole));
    const auto refused_with = [&](const char* part, auto&& spoil) {
        auto set = whole;
        spoil(set);
        CAPTURE(part);
        CHECK_REFUSED(train::fit(ctx, model, set, small::input(whole), train::sgd{},
                                 train::constant_schedule{}, {.epochs = 1, .batch = 4}),
                      part);
        CHECK_REFUSED(encode::embed(ctx, encoder, small::input(whole), set), part);
    };
    refused_with("24 ids, found 0", [](auto& c) { c.ids.clear(); });
    refused_with("24 lengths, found 0", [](auto& c) { c.num_frames.clear(); });
    refused_with("24 subjects, found 0", [](auto& c) { c.subjects.clear(); });
    refused_with("24 labels, found 1", [](auto& c) { c.labels.resize(1); });
    refused_with("found -1 for clip 2", [](auto& c) { c.num_frames[2] = -1; });
    refused_with("every id once, found 0", [](auto& c) { c.ids[2] = c.ids[0]; });
    refused_with("labels from 0 to 5, found 6", [](auto& c) { c.labels[2] = 6; });
    refused_with("set the values again", [](auto& c) { c.shape.frames = 200; });
    CHECK(bits_of(ctx, model) == before);
    auto unlabelled = whole;
    unlabelled.labels.clear();
    CHECK(encode::embed(ctx, encoder, small::input(whole), unlabelled).values ==
          encode::embed(ctx, encoder, small::input(whole), whole).values);
    CHECK_REFUSED(encode::clip_input(whole.topology, whole.shape, {.frames = 0}), "0 frames");
}

TEST_CASE("a loss that is not finite ends training with its place", "[fit]") {
    const auto set = small::clips();
    context ctx;
    toy model(ctx, set);
    const std::string line = refusal([&] {
        train::fit(ctx, model, set, small::input(set), train::sgd{.rate = 1e20},
                   train::constant_schedule{}, {.epochs = 2, .batch = 12});
    });
    CHECK_CONTAINS(line, "a finite loss");
    CHECK_CONTAINS(line, "epoch 0, batch 1");
    CHECK_CONTAINS(line, "learning rate");

    toy later(ctx, set);
    CHECK_REFUSED(train::fit(ctx, later, set, small::input(set), train::sgd{.rate = 1e-3},
                             train::step_schedule{{1}, 1e25}, {.epochs = 3, .batch = 12}),
                  "epoch 1, batch 1");
}

TEST_CASE("the context is as before, however training ends", "[fit][quick]") {
    const auto set = small::clips();
    context ctx{.seed = 1};
    ctx.epoch = 77;
    ctx.rows = {{5, 1}};
    const auto unchanged = [&](bool training) {
        return ctx.training == training && ctx.epoch == 77 && ctx.rows.size() == 1 &&
               ctx.rows[0].clip == 5;
    };
    struct stop {
        void on_step(const train::step_info&) { throw std::runtime_error("stop"); }
    };
    toy model(ctx, set);
    const auto fit = [&](auto&&... callbacks) {
        train::fit(ctx, model, set, small::input(set), train::sgd{.rate = 1e-3},
                   train::constant_schedule{}, {.epochs = 1, .batch = 8}, callbacks...);
    };
    fit();
    CHECK(unchanged(false));
    CHECK_THROWS_AS(fit(stop{}), std::runtime_error);
    CHECK(unchanged(false));
    ctx.training = true;
    CHECK_THROWS_AS(fit(stop{}), std::runtime_error);
    CHECK(unchanged(true));
    // And it still trains.
    fit();
}

TEST_CASE("training refuses what cannot work", "[fit]") {
    const auto set = small::clips();
    context ctx;
    toy model(ctx, set);
    const auto before = bits_of(ctx, model);
    const auto fit = [&](const data::clip_set& clips, const train::fit_settings& s) {
        train::fit(ctx, model, clips, small::input(set), train::sgd{}, train::constant_schedule{},
                   s);
    };
    const auto kept = [&](auto&&... callbacks) {
        train::fit(ctx, model, set, small::input(set), train::sgd{}, train::constant_schedule{},
                   {.epochs = 1, .batch = 4}, callbacks...);
    };
    CHECK_REFUSED(fit(set, {.epochs = 1, .batch = 1}), "batch 1");
    CHECK_REFUSED(fit(set, {.epochs = 1, .batch = 0}), "batch 0");
    CHECK_REFUSED(fit(set, {.epochs = 0, .batch = 4}), "0 epochs");
    CHECK_REFUSED(kept(train::checkpoints{"", -1}), "every -1 steps");
    CHECK_REFUSED(kept(train::checkpoints{}, train::checkpoints{}), "one place for checkpoints");
    CHECK_REFUSED(fit(set.subset(std::vector<int>{3}), {.epochs = 1, .batch = 4}),
                  "two or more clips, found 1");
    CHECK_REFUSED(fit(data::clip_set{}, {.epochs = 1, .batch = 4}), "two or more clips, found 0");
    auto broken = set;
    broken.ids.pop_back();
    CHECK_REFUSED(fit(broken, {.epochs = 1, .batch = 4}), "24 ids, found 23");
    broken = set;
    broken.labels.pop_back();
    CHECK_REFUSED(fit(broken, {.epochs = 1, .batch = 4}), "24 labels, found 23");
    broken = set;
    broken.num_frames[4] = 25;
    CHECK_REFUSED(fit(broken, {.epochs = 1, .batch = 4}), "25 for clip 4");
    broken.num_frames[4] = 0;
    CHECK_REFUSED(fit(broken, {.epochs = 1, .batch = 4}), "0 for clip 4");

    // Views that the encoder was not built for.
    model.augmentation.policy.get<augment::crop_resize>().frames = 12;
    CHECK_REFUSED(fit(set, {.epochs = 1, .batch = 4}), "xyz, 12 frames, 20 joints");
    CHECK(bits_of(ctx, model) == before);
    CHECK(model.calls.empty());
}

namespace {

/// Has a layer that no pass uses, without saying so.
struct forgetful : toy {
    nn::linear<small::tensor> left_out;

    forgetful(context& ctx, const data::clip_set& set)
        : toy(ctx, set), left_out(nn::scope(ctx, "left_out"), 2, 2) {}
    static constexpr auto fields() {
        return nn::members(nn::field("fc", &forgetful::fc),
                           nn::field("left_out", &forgetful::left_out));
    }
};

}  // namespace

TEST_CASE("the first step refuses a trainable parameter that no pass reached", "[fit]") {
    const auto set = small::clips();
    const auto train = [&set](context& ctx, forgetful& model) {
        train::fit(ctx, model, set, small::input(set), train::sgd{.rate = 1e-2},
                   train::constant_schedule{}, {.epochs = 1, .batch = 12});
    };
    context ctx;
    forgetful model(ctx, set);
    CHECK_CONTAINS(refusal([&] { train(ctx, model); }), "none for left_out.weight, left_out.bias");
    CHECK(model.calls.size() == 1);
    nn::set_trainable(model.left_out, false);
    train(ctx, model);
    CHECK(model.calls.size() == 3);
}
