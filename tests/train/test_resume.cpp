// SPDX-License-Identifier: MIT
// Checkpoints: stopped anywhere, a run ends with the bits of one that was not.
#include <bit>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/support.hpp"
#include "mgkit/train/list.hpp"
#include "nn/leaves.hpp"
#include "train/toy.hpp"

using namespace mgkit;
using small::stop_at;
using small::toy;

namespace {

void store(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

/// One short run of the toy method into `file`.
template <class Optimiser = train::adam, class Schedule = train::constant_schedule>
std::vector<train::epoch_record> train_toy(context& ctx, toy& model, const data::clip_set& set,
                                           const std::string& file, train::fit_settings settings,
                                           Optimiser optimiser = {},
                                           const Schedule& schedule = {}) {
    return train::fit(ctx, model, set, small::input(set), optimiser, schedule, settings,
                      train::checkpoints{file});
}

}  // namespace

namespace {

/// Stops a run of nine steps at each of them in turn, resumes it, and compares with a whole one.
/// `make(ctx)` builds a model, `first(model)` is one of its parameters.
template <class Make, class First>
void stop_everywhere(const data::clip_set& set, int every, const Make& make, const First& first) {
    const scratch_folder folder;
    const train::step_schedule schedule{{1}, .5};
    constexpr std::int64_t steps_per_epoch = 3;
    train::fit_settings settings{.epochs = 3, .batch = 9};
    train::checkpoints kept{"", every};
    const auto run = [&](int threads, auto&&... callbacks) {
        context ctx{.seed = 7, .threads = threads};
        auto model = make(ctx);
        // What a model holds before it is resumed is replaced.
        if (!kept.path.empty() && std::filesystem::exists(kept.path))
            fill(ctx, first(model).value, 3);
        const auto curve = train::fit(ctx, model, set, small::input(set), small::adam(), schedule,
                                      settings, kept, callbacks...);
        return std::pair{curve, bits_of(ctx, model)};
    };
    const auto whole = run(1);
    for (std::int64_t stop = 1; stop <= 9; ++stop) {
        CAPTURE(every, stop);
        kept.path = folder / text(stop);
        CHECK_THROWS_AS(run(stop % 3 == 0 ? 2 : 1, stop_at{stop}), std::runtime_error);
        std::int64_t heard = 0;
        const auto resumed = run(1, stop_at{-1, &heard});
        // Step `stop` was cut off; the run goes on behind the last checkpoint before it.
        std::int64_t saved = stop - 1;
        while (saved % steps_per_epoch != 0 && (every == 0 || saved % every != 0)) --saved;
        CHECK(heard == saved + 1);
        CHECK(small::same(resumed.first, whole.first));
        CHECK(resumed.second == whole.second);
    }
}

}  // namespace

TEST_CASE("pre-training stopped at any step and resumed equals an uninterrupted run", "[resume]") {
    const auto set = small::clips();
    stop_everywhere(
        set, 1, [&](context& ctx) { return small::make(ctx, set); },
        [](auto& model) -> auto& { return model.backbone.spe; });
}

TEST_CASE("so it does with checkpoints every second step, or only after epochs", "[resume]") {
    const auto set = small::clips();
    for (const int every : {2, 0})
        stop_everywhere(
            set, every, [&](context& ctx) { return toy(ctx, set); },
            [](auto& model) -> auto& { return model.fc.weight; });
}

TEST_CASE("a finished run is read back, not trained again", "[resume]") {
    const auto set = small::clips();
    const scratch_folder folder;
    const train::fit_settings settings{.epochs = 2, .batch = 8};
    context ctx{.seed = 1};
    toy model(ctx, set), empty(ctx, set);
    const auto history = train_toy(ctx, model, set, folder / "c", settings);
    const auto file = bytes_of(folder / "c");
    fill(ctx, empty.fc.weight.value, 0);
    CHECK(small::same(train_toy(ctx, empty, set, folder / "c", settings), history));
    CHECK(empty.calls.empty());
    CHECK(bits_of(ctx, empty) == bits_of(ctx, model));
    CHECK((bytes_of(folder / "c") == file));
    CHECK(folder.files() == 1);
}

TEST_CASE("SGD's momentum is part of a checkpoint", "[resume]") {
    const auto set = small::clips();
    const scratch_folder folder;
    const auto run = [&](const std::string& name, std::int64_t stop) {
        context ctx{.seed = 1};
        toy model(ctx, set);
        try {
            train::fit(ctx, model, set, small::input(set),
                       train::sgd{.rate = .01, .nesterov = true}, train::constant_schedule{},
                       {.epochs = 2, .batch = 8}, train::checkpoints{folder / name, 1},
                       stop_at{stop});
        } catch (const std::runtime_error&) {
        }
        return bits_of(ctx, model);
    };
    const auto want = run("whole", -1);
    run("cut", 5);
    CHECK(run("cut", -1) == want);
    CHECK((bytes_of(folder / "cut") == bytes_of(folder / "whole")));
}

TEST_CASE("a checkpoint of another run is refused and left as it is", "[resume]") {
    const auto set = small::clips();
    const scratch_folder folder;
    const train::fit_settings mine{.epochs = 2, .batch = 8, .run = {{"fold", "1"}}};
    context ctx{.seed = 1};
    toy model(ctx, set);
    train_toy(ctx, model, set, folder / "c", mine);
    const auto file = bytes_of(folder / "c");
    const auto trained = bits_of(ctx, model);

    const auto refused = [&](context&& own, const data::clip_set& clips,
                             train::fit_settings settings, auto optimiser, auto schedule) {
        toy other(own, clips);
        const auto before = bits_of(own, other);
        const std::string line = refusal(
            [&] { train_toy(own, other, clips, folder / "c", settings, optimiser, schedule); });
        CHECK(bits_of(own, other) == before);
        CHECK(other.calls.empty());
        CHECK((bytes_of(folder / "c") == file));
        return line;
    };
    const auto expect_other_run = [&](const std::string& line) {
        CHECK_CONTAINS(line, "a checkpoint of this run");
        CHECK_CONTAINS(line, "resume with the settings");
    };
    const train::adam adam;
    const train::constant_schedule constant;
    auto other = mine;
    expect_other_run(refused({.seed = 2}, set, mine, adam, constant));
    other.batch = 9;
    expect_other_run(refused({.seed = 1}, set, other, adam, constant));
    other = mine;
    other.epochs = 3;
    expect_other_run(refused({.seed = 1}, set, other, adam, constant));
    other = mine;
    other.run = {{"fold", "2"}};
    expect_other_run(refused({.seed = 1}, set, other, adam, constant));
    expect_other_run(refused({.seed = 1}, set, mine, train::adam{.rate = 6e-4}, constant));
    expect_other_run(refused({.seed = 1}, set, mine, train::adam{.beta1 = 0.8}, constant));
    expect_other_run(refused({.seed = 1}, set, mine, train::sgd{}, constant));
    expect_other_run(refused({.seed = 1}, set, mine, adam, train::step_schedule{{1}, .1}));
    // As many clips, but others; the same clips under other labels.
    std::vector<int> rows(24);
    for (int i = 0; i < 24; ++i) rows[std::size_t(i)] = 2 * i;
    expect_other_run(refused({.seed = 1}, small::clips(4).subset(rows), mine, adam, constant));
    auto relabelled = set;
    std::swap(relabelled.labels.front(), relabelled.labels.back());
    expect_other_run(refused({.seed = 1}, relabelled, mine, adam, constant));

    // The same run with a model of another size.
    context own{.seed = 1};
    toy wide(own, set, 5);
    const std::string line = refusal([&] { train_toy(own, wide, set, folder / "c", mine); });
    CHECK_CONTAINS(line, "model.fc.weight is [4, 960] instead of [5, 960]");
    CHECK((bytes_of(folder / "c") == file));
    CHECK(bits_of(ctx, model) == trained);
}

namespace {

/// The same clips with other values, which `change(values)` makes of those that are there.
template <class Change>
data::clip_set with_values(data::clip_set set, const Change& change) {
    std::vector<float> values;
    for (int i = 0; i < set.size(); ++i)
        values.insert(values.end(), set.clip(i).values, set.clip(i).values + set.shape.size());
    change(values);
    set.set_values(std::move(values));
    return set;
}

}  // namespace

TEST_CASE("a checkpoint of other data or settings is refused, naming what differs", "[resume]") {
    const auto set = small::clips();
    const scratch_folder folder;
    const train::fit_settings settings{.epochs = 1, .batch = 12};
    const auto run = [&](const data::clip_set& clips, const encode::input_settings& how,
                         auto&& change) {
        context ctx{.seed = 1};
        auto model = small::make(ctx, clips);
        change(model);
        train::fit(ctx, model, clips, encode::clip_input(clips.topology, clips.shape, how),
                   small::adam(), train::constant_schedule{}, settings,
                   train::checkpoints{folder / "c"});
    };
    const encode::input_settings how{.frames = small::frames};
    const auto nothing = [](auto&) {};
    run(set, how, nothing);
    const auto file = bytes_of(folder / "c");
    const auto refused = [&](const char* what, const data::clip_set& clips, const auto& other,
                             const auto& change) {
        const std::string line = refusal([&] { run(clips, other, change); });
        CHECK_CONTAINS(line, std::string("a checkpoint of this run (") + what + " ");
        CHECK_CONTAINS(line, std::string("found one of another (") + what + " ");
        CHECK((bytes_of(folder / "c") == file));
    };

    // The same bytes elsewhere, under another name, are the same data.
    auto copy = with_values(set, [](auto&) {});
    copy.about.name = "another name";
    copy.topology.name = "another name";
    CHECK_NOTHROW(run(copy, how, nothing));

    // One bit of any array.
    const std::size_t behind = set.shape.size() - 1;
    for (const std::size_t at : {std::size_t{0}, std::size_t{37}, behind})
        refused("coordinates",
                with_values(set,
                            [&](auto& values) {
                                auto bits = std::bit_cast<std::uint32_t>(values[at]);
                                values[at] = std::bit_cast<float>(bits ^ 1u);
                            }),
                how, nothing);
    const auto other = [&](const char* what, auto&& change) {
        auto clips = set;
        change(clips);
        refused(what, clips, how, nothing);
    };
    other("labels", [](auto& c) { c.labels[3] ^= 1; });
    other("subjects", [](auto& c) { c.subjects[3] ^= 8; });
    other("lengths", [](auto& c) { c.num_frames[3] -= 1; });
    other("clip numbers", [](auto& c) { c.ids[3] += 100; });
    other("class names", [](auto& c) { c.class_names[0] += "x"; });
    other("skeleton", [](auto& c) { c.topology.scale_pair.second ^= 1; });
    other("cameras", [](auto& c) { c.views = std::vector<int>(c.labels.size(), 1); });
    other("published split", [](auto& c) {
        c.published = std::vector<int>(c.labels.size());
        c.published->back() = 1;
    });

    refused("input", set, encode::input_settings{small::frames, skeleton::stream::bone, false},
            nothing);
    using augment::crop_resize, augment::joint_corruption, augment::shear;
    using hits = augment::one_of<joint_corruption, shear>;
    const auto views = [&](auto&& change) {
        refused("views", set, how, [&](auto& m) { change(m.augmentation.policy); });
    };
    views([](auto& p) { p.template get<crop_resize>().low = .1 + 1e-12; });
    views([](auto& p) { p.template get<crop_resize>().min_crop = 9; });
    views([](auto& p) { p.template get<hits>().weights = {1, 2}; });
    views([](auto& p) { p.template get<hits>().template get<shear>().strength = .5; });
    views([](auto& p) { p.template get<hits>().template get<joint_corruption>().fraction = .5; });
    for (double loss::decorrelation_settings::*weight :
         {&loss::decorrelation_settings::similarity, &loss::decorrelation_settings::guard,
          &loss::decorrelation_settings::cross_correlation})
        refused("loss weights", set, how, [&](auto& m) { m.weights.*weight *= 1 + 1e-15; });
    refused("trained parameters", set, how, [](auto& m) { nn::set_trainable(m.backbone, false); });
}

TEST_CASE("an encoder of other settings does not take a checkpoint that its shapes would fit",
          "[resume]") {
    const auto set = small::clips();
    const scratch_folder folder;
    const auto run = [&](const encode::dste_settings& settings) {
        context ctx{.seed = 1};
        small::method model(nn::scope(ctx), settings, small::four_views{small::policy()});
        train::fit(ctx, model, set, small::input(set), small::adam(), train::constant_schedule{},
                   {.epochs = 1, .batch = 12}, train::checkpoints{folder / "c"});
    };
    const auto mine = small::settings(set);
    run(mine);
    for (auto&& change : std::vector<void (*)(encode::dste_settings&)>{
             [](auto& s) { s.heads = 1; }, [](auto& s) { s.gap = 2; },
             [](auto& s) { s.alpha = .25; }, [](auto& s) { s.drop_path = 0; }}) {
        auto other = mine;
        change(other);
        CHECK_REFUSED(run(other), "a checkpoint of this run (encoder dste(");
    }
    CHECK_NOTHROW(run(mine));
}

TEST_CASE("rates that differ anywhere, by any amount, are another run", "[resume]") {
    const auto set = small::clips();
    const scratch_folder folder;
    const auto run = [&](double decay, const train::step_schedule& schedule) {
        context ctx{.seed = 1};
        toy model(ctx, set);
        train_toy(ctx, model, set, folder / "c", {.epochs = 3, .batch = 8},
                  train::adam{.weight_decay = decay}, schedule);
    };
    run(1e-7, {{1}, .5});
    CHECK_NOTHROW(run(1e-7, {{1}, .5}));
    CHECK_REFUSED(run(3e-7, {{1}, .5}), "3e-07");
    // First and last rate are the same.
    CHECK_REFUSED(run(1e-7, {{2}, .5}), "a checkpoint of this run (optimiser");
}

TEST_CASE("a damaged checkpoint is refused with a reason, and nothing is written", "[resume]") {
    auto set = small::clips().subset(std::vector<int>{0, 1, 2, 3, 4});
    const scratch_folder folder;
    const train::fit_settings settings{.epochs = 1, .batch = 2};
    context ctx{.seed = 1};
    toy model(ctx, set, 1);
    train_toy(ctx, model, set, folder / "c", settings);
    const std::string whole = bytes_of(folder / "c");
    const auto before = bits_of(ctx, model);
    const auto refused = [&](const std::string& bytes) {
        store(folder / "c", bytes);
        model.calls.clear();
        const std::string line =
            refusal([&] { train_toy(ctx, model, set, folder / "c", settings); });
        CHECK(line != "no error");
        CHECK(bits_of(ctx, model) == before);
        CHECK(model.calls.empty());
        return line;
    };
    CHECK_CONTAINS(refused(""), "cut short");
    CHECK_CONTAINS(refused("not a checkpoint at all, but long enough"), "not safetensors");
    for (std::size_t length = 1; length < whole.size(); length += 97)
        refused(whole.substr(0, length));
    refused(whole.substr(0, whole.size() - 1));
    refused(whole + "x");
    for (std::size_t i = 0; i < whole.size(); i += 13) {
        std::string flipped = whole;
        flipped[i] = static_cast<char>(flipped[i] ^ 1);
        CAPTURE(i);
        refused(flipped);
    }
    std::string last = whole;
    last.back() = static_cast<char>(last.back() ^ 0x40);
    CHECK_CONTAINS(refused(last), "the file is damaged");

    // A file of parameters is not a checkpoint.
    nn::save(ctx, model, folder / "c");
    CHECK_REFUSED(train_toy(ctx, model, set, folder / "c", settings),
                  "a checkpoint with metadata 'format'");
    nn::save(ctx, model, folder / "c", {{"format", "mgkit checkpoint 2"}});
    CHECK_REFUSED(train_toy(ctx, model, set, folder / "c", settings), "mgkit checkpoint 4");
    store(folder / "c", whole);
    train_toy(ctx, model, set, folder / "c", settings);
}

namespace {

train::run_state<small::tensor> held(toy& model, train::updater<small::tensor>& update) {
    return {nn::leaves(model), nn::facts_of(model), update.leaves(), {}, {{"run", "mine"}}};
}

}  // namespace

TEST_CASE("positions that no run has are refused", "[resume]") {
    const auto set = small::clips();
    const scratch_folder folder;
    context ctx{.seed = 1};
    toy model(ctx, set);
    train::updater<small::tensor> update(ctx, model, train::adam{});
    for (const auto& [epoch, batch] : {std::pair{-1, 0}, std::pair{0, -5}}) {
        train::position at;
        at.epoch = epoch;
        at.next_batch = batch;
        train::save_checkpoint(ctx, folder / "c", held(model, update), at);
        CHECK_REFUSED(train::load_checkpoint(ctx, folder / "c", held(model, update)),
                      "a position within the run");
    }
    // An optimiser that keeps other state.
    train::updater<small::tensor> other(ctx, model, train::sgd{});
    train::save_checkpoint(ctx, folder / "c", held(model, update), {});
    const std::string line =
        refusal([&] { train::load_checkpoint(ctx, folder / "c", held(model, other)); });
    CHECK_CONTAINS(line, "optimiser.fc.weight.buffer is missing");
    CHECK_CONTAINS(line, "optimiser.fc.weight.m is unknown");
}

TEST_CASE("a checkpoint that cannot be written or read stops before the first step", "[resume]") {
    const auto set = small::clips();
    const scratch_folder folder;
    context ctx{.seed = 1};
    toy model(ctx, set);
    CHECK_REFUSED(train_toy(ctx, model, set, folder / "none/c", {.epochs = 1, .batch = 8}),
                  "create the folder first");
    std::filesystem::create_directory(folder / "c");
    CHECK_REFUSED(train_toy(ctx, model, set, folder / "c", {.epochs = 1, .batch = 8}),
                  folder / "c");
    CHECK(model.calls.empty());
    CHECK(folder.files() == 1);
}
