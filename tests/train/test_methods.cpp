// SPDX-License-Identifier: MIT
// Every method of the list in training: resumed anywhere and on any number of threads it ends with
// the same bits.
#include <stdexcept>
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/support.hpp"
#include "mgkit/train/fit.hpp"
#include "mgkit/train/list.hpp"
#include "nn/leaves.hpp"
#include "pretext/sample_methods.hpp"
#include "train/small.hpp"

using namespace mgkit;

namespace {

using two_views = augment::n_views<2, augment::reference>;

leaf_bits trained(const std::string& name, const data::clip_set& set, int threads,
                  const std::string& file, std::int64_t stop, double* first = nullptr) {
    context ctx{.seed = 7, .threads = threads};
    const auto input = small::input(set);
    auto method = pretext::make_method<small::tensor>(
        name, nn::scope(ctx), test::encoder_for<small::tensor>(name, input.extents()),
        test::small_method(set.classes()));
    small::with_views(test::views_for<small::tensor>(name), set, input, [&](auto& views) {
        const auto history = train::fit(
            ctx, method, views, small::adam(), train::step_cosine_schedule{.warm_up = 2},
            {.epochs = 2, .batch = 9}, train::checkpoints{file, 2}, small::stop_at{stop});
        if (first != nullptr) *first = history.front().loss;
    });
    return bits_of(ctx, method);
}

}  // namespace

TEST_CASE("every method: threads and kills change no bit", "[resume]") {
    const auto set = small::clips();
    const scratch_folder folder;
    for (const std::string& name : test::method_names<small::tensor>()) {
        INFO(name);
        double loss = 0;
        const auto whole = trained(name, set, 1, "", 0, &loss);
        CHECK(std::isfinite(loss));
        CHECK(trained(name, set, 2, "", 0) == whole);
        // After step 3 the checkpoint of step 2 stands: a queue is then partly filled.
        CHECK_THROWS_AS(trained(name, set, 1, folder / name, 3), std::runtime_error);
        CHECK(trained(name, set, 2, folder / name, 0) == whole);
    }
}

TEST_CASE("a method behind any_method ends with the bits of its type", "[fit]") {
    const auto set = small::clips();
    const auto input = small::input(set);
    const auto run = [&](auto&& make) {
        context ctx{.seed = 7};
        auto method = make(ctx);
        train::skeleton_views views(set, input, two_views{small::policy()});
        train::fit(ctx, method, views, small::adam(), train::constant_schedule{},
                   {.epochs = 1, .batch = 9});
        return bits_of(ctx, method);
    };
    const auto settings = small::settings(set);
    const auto typed = run([&](context& ctx) {
        return pretext::decorrelation<small::tensor, small::encoder, pretext::no_views>(
            nn::scope(ctx), settings);
    });
    const auto erased = run([&](context& ctx) {
        auto facts = encode::facts_of(small::encoder::name, settings);
        facts["drop_path"] = nn::exact(settings.drop_path);
        return pretext::make_method<small::tensor>("decorrelation", nn::scope(ctx), facts);
    });
    CHECK(typed == erased);
}
