// SPDX-License-Identifier: MIT
// The orders of an epoch: balanced by class, the same for any number of threads, resumable.
#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/support.hpp"
#include "mgkit/train/epoch_counts.hpp"
#include "nn/leaves.hpp"
#include "train/sources.hpp"
#include "train/toy.hpp"

using namespace mgkit;

namespace {

/// Rows of each class, and of each row, in an order.
std::map<int, int> counts_of(const train::epoch_rows& order, const std::vector<int>& labels) {
    std::map<int, int> out;
    for (const int row : order.rows) ++out[labels[static_cast<std::size_t>(row)]];
    return out;
}

/// A short training of a classifier with a balanced order on a set that is not balanced.
struct balanced_run {
    data::clip_set set;
    train::fit_settings settings{.epochs = 3, .batch = 5, .order = train::row_order::balanced};

    balanced_run() {
        const auto all = small::clips();
        std::vector<int> kept;
        for (int i = 0; i < all.size(); ++i)
            if (all.labels[static_cast<std::size_t>(i)] == 0 || i % 3 == 0) kept.push_back(i);
        set = all.subset(kept);
    }

    template <class... Callbacks>
    auto operator()(int threads, Callbacks&&... callbacks) const {
        context ctx{.seed = 3, .threads = threads};
        small::toy model(ctx, set);
        const auto curve = train::fit(ctx, model, set, small::input(set), small::adam(),
                                      train::constant_schedule{}, settings, callbacks...);
        return std::tuple{curve, bits_of(ctx, model), model.calls};
    }
};

}  // namespace

TEST_CASE("a balanced order draws classes evenly and rows before they repeat", "[quick]") {
    // 10 rows of class 4, 3 of 7, 1 of 9: 14 rows, so 4 or 5 of each class.
    std::vector<int> labels(10, 4);
    labels.insert(labels.begin() + 2, 3, 7);
    labels.push_back(9);
    std::map<int, int> larger;
    for (std::uint32_t epoch = 0; epoch < 200; ++epoch) {
        const auto order = train::balanced_order(5, epoch, labels);
        REQUIRE(order.rows.size() == 14);
        REQUIRE(order.repeats.size() == 14);
        for (const auto& [label, count] : counts_of(order, labels)) {
            CHECK((count == 4 || count == 5));
            larger[label] += count == 5 ? 1 : 0;
        }
        std::map<int, std::uint32_t> seen;
        for (std::size_t i = 0; i < order.rows.size(); ++i) {
            const int row = order.rows[i];
            CHECK(order.repeats[i] == seen[row]++);
            const int label = labels[static_cast<std::size_t>(row)];
            CHECK(order.repeats[i] < (label == 4 ? 1u : label == 7 ? 2u : 5u));
        }
    }
    // 14 = 3 * 4 + 2: two of three classes have one more, each about two thirds of the time.
    CHECK(larger[4] + larger[7] + larger[9] == 400);
    for (const auto& [label, count] : larger) CHECK(std::abs(count - 133) < 30);
    CHECK(train::balanced_order(5, 1, labels).rows == train::balanced_order(5, 1, labels).rows);
    CHECK(train::balanced_order(5, 1, labels).rows != train::balanced_order(5, 2, labels).rows);
    CHECK(train::balanced_order(5, 1, labels).rows != train::balanced_order(6, 1, labels).rows);
    CHECK(train::balanced_order(5, 1, {}).rows.empty());
}

TEST_CASE("a row that comes again in an epoch is augmented anew", "[quick]") {
    const balanced_run run;
    const auto& set = run.set;
    train::skeleton_views views(set, small::input(set),
                                augment::n_views<1, augment::reference>{small::policy()});
    train::host_batch batch(views.fields());
    const context ctx{.seed = 3};
    const auto filled = [&](std::vector<std::uint32_t> repeats) {
        const std::vector<int> rows{2, 2};
        batch.start(2);
        batch.repeats = std::move(repeats);
        views.fill(ctx, rows, batch);
        const auto values = batch.reals("clips");
        return std::vector<float>(values.begin(), values.end());
    };
    const auto plain = filled({}), once = filled({0, 0}), twice = filled({0, 1});
    const std::size_t half = plain.size() / 2;
    CHECK(plain == once);
    CHECK(std::equal(once.begin(), once.begin() + static_cast<std::ptrdiff_t>(half),
                     once.begin() + static_cast<std::ptrdiff_t>(half)));
    CHECK(
        std::equal(twice.begin(), twice.begin() + static_cast<std::ptrdiff_t>(half), once.begin()));
    CHECK(!std::equal(twice.begin(), twice.begin() + static_cast<std::ptrdiff_t>(half),
                      twice.begin() + static_cast<std::ptrdiff_t>(half)));
    CHECK(batch.identities[0].view != batch.identities[1].view);
}

TEST_CASE("a balanced run: the same bits for any number of threads, and resumed", "[resume]") {
    balanced_run run;
    const auto [curve, bits, calls] = run(1);
    CHECK(std::get<1>(run(2)) == bits);
    std::map<int, int> seen;
    std::size_t rows = 0;
    for (const auto& call : calls)
        for (const int label : call.labels) ++seen[label], ++rows;
    CHECK(rows == 3 * static_cast<std::size_t>(run.set.size()));
    int least = static_cast<int>(rows), most = 0;
    for (const auto& [label, count] : seen) {
        least = std::min(least, count);
        most = std::max(most, count);
    }
    CHECK(most - least <= 3);  // one an epoch

    const scratch_folder folder;
    const train::checkpoints kept{folder / "run", 1};
    CHECK_THROWS_AS(run(1, kept, small::stop_at{4}), std::runtime_error);
    const auto resumed = run(2, kept);
    CHECK(std::get<1>(resumed) == bits);
    CHECK(small::same(std::get<0>(resumed), curve));

    run.settings.order = train::row_order::shuffled;
    CHECK_THROWS_WITH(run(1, kept), Catch::Contains("order"));
}

TEST_CASE("a run that ends early follows the rates of the whole schedule", "[quick]") {
    const auto set = small::clips();
    const auto run = [&](train::fit_settings settings) {
        context ctx{.seed = 3};
        small::toy model(ctx, set);
        return train::fit(ctx, model, set, small::input(set), small::adam(),
                          train::cosine_schedule{}, settings);
    };
    const auto whole = run({.epochs = 4, .batch = 12});
    const auto part = run({.epochs = 4, .batch = 12, .stop_after = 2});
    REQUIRE(part.size() == 2);
    for (std::size_t i = 0; i < part.size(); ++i) {
        CHECK(part[i].loss == whole[i].loss);
        CHECK(part[i].rate == whole[i].rate);
    }
    CHECK_THROWS_AS(run({.epochs = 4, .batch = 12, .stop_after = 5}), error);
}

TEST_CASE("a balanced order of rows whose labels nobody tells is refused", "[quick]") {
    sources::pairs from;
    train::source_view<sources::pairs> rows(from);
    CHECK_THROWS_WITH(train::detail::check({.order = train::row_order::balanced}, rows, false),
                      Catch::Contains("labels()"));
    CHECK_NOTHROW(train::detail::check({}, rows, false));
}

TEST_CASE("what is counted after every epoch outlives a kill", "[resume]") {
    const auto set = small::clips();
    const scratch_folder folder;
    const auto run = [&](const std::string& file, auto&&... others) {
        context ctx{.seed = 3};
        small::toy model(ctx, set);
        train::epoch_counts<small::tensor> counts(3, [&](context& c) {
            c.training = false;  // put back
            c.rows.clear();
            return static_cast<std::int64_t>(1e6 *
                                             nn::host_values(c, model.fc.weight.value).front());
        });
        const auto curve = train::fit(ctx, model, set, small::input(set), small::adam(),
                                      train::constant_schedule{}, {.epochs = 3, .batch = 12},
                                      train::checkpoints{file, 1}, counts, others...);
        for (const auto& call : model.calls) CHECK((call.training && !call.rows.empty()));
        return counts.counts();
    };
    const auto whole = run("");
    CHECK(std::find(whole.begin(), whole.end(), -1) == whole.end());
    CHECK(whole[0] != whole[1]);
    for (const std::int64_t stop : {1, 3, 5}) {
        const std::string file = folder / text(stop);
        CHECK_THROWS_AS(run(file, small::stop_at{stop}), std::runtime_error);
        CHECK(run(file) == whole);
        CHECK(run(file) == whole);  // of a run that had ended
    }
}
