// SPDX-License-Identifier: MIT
// What learning from labels can do beside the plain cross-entropy: mix-up, smoothing, adjustment,
// dropout.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "catch.hpp"
#include "metric/refused.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/encode/dste.hpp"
#include "mgkit/pretext/supervised.hpp"
#include "mgkit/testing/gradient_check.hpp"
#include "nn/leaves.hpp"

using namespace mgkit;
using Catch::Approx;

namespace {

using T = eigen::tensor<double>;
using X = variable<T>;
using labelled = pretext::supervised<T, encode::dste<T>, pretext::no_views>;

constexpr int batch_rows = 6, class_count = 3;
const std::vector<int> class_labels{0, 2, 1, 1, 0, 2};

encode::dste_settings sizes() {
    return {.clip = {.channels = 2, .frames = 5, .joints = 3, .persons = 1},
            .width = 4,
            .heads = 2,
            .drop_path = 0};
}

/// A context in training at these rows, and their clips.
struct at_rows {
    context ctx{.seed = 4, .training = true};
    T clips;

    explicit at_rows(std::uint32_t first = 0, std::uint32_t epoch = 0) {
        ctx.epoch = epoch;
        std::vector<double> values(batch_rows * 30);
        random_stream draws({9}, "clips");
        for (double& v : values) v = draws.normal();
        for (std::uint32_t i = 0; i < batch_rows; ++i) ctx.rows.push_back({first + i, 0});
        clips = backend_traits<T>::from_host(ctx, values, {batch_rows, 2, 5, 3, 1});
    }
    pretext::batch<X> batch() const {
        return {{{"clips", X{clips}, 1}}, {{"labels", class_labels}}};
    }
    double loss(const pretext::supervised_settings& how, bool training = true) {
        ctx.training = training;
        context own{.seed = 1};
        const labelled model(nn::scope(own), sizes(), class_count, {}, how);
        return nn::host_values(ctx, model(ctx, batch()).loss.value).at(0);
    }
};

}  // namespace

TEST_CASE("shares of mix-up have the moments of their distribution", "[quick]") {
    for (const double alpha : {.1, .5, 1., 2., 8.}) {
        CAPTURE(alpha);
        random_stream draws({7}, "beta");
        constexpr int count = 20000;
        double sum = 0, squares = 0;
        for (int i = 0; i < count; ++i) {
            const double v = pretext::symmetric_beta(draws, alpha);
            REQUIRE((v >= 0 && v <= 1));
            sum += v;
            squares += (v - .5) * (v - .5);
        }
        const double variance = 1 / (4 * (2 * alpha + 1));
        CHECK(std::abs(sum / count - .5) < 5 * std::sqrt(variance / count));
        CHECK(squares / count == Approx(variance).epsilon(.05));
    }
    random_stream draws({7}, "beta");
    CHECK_REFUSED(pretext::symmetric_beta(draws, 0), "above 0");
}

TEST_CASE("mix-up is keyed by what is mixed", "[quick]") {
    const auto weights = [](const at_rows& at, bool by_row) {
        std::vector<double> out(batch_rows);
        pretext::mix_weights(at.ctx, {}, {.alpha = .4, .by_row = by_row}, out);
        return out;
    };
    const auto all = weights(at_rows(), false);
    CHECK(all == std::vector<double>(batch_rows, all[0]));
    CHECK(weights(at_rows(), false) == all);
    CHECK(weights(at_rows(1), false) != all);
    CHECK(weights(at_rows(0, 1), false) != all);
    const auto each = weights(at_rows(), true);
    CHECK(each[0] == all[0]);
    for (int i = 1; i < batch_rows; ++i) CHECK(each[static_cast<std::size_t>(i)] != each[0]);
    // A row draws the same wherever it lies.
    CHECK(weights(at_rows(2), true)[0] == each[2]);
    at_rows nobody;
    nobody.ctx.rows.clear();
    CHECK_REFUSED(weights(nobody, true), "mix-up");
}

TEST_CASE("clips are blended with the reversed batch", "[quick]") {
    at_rows at;
    for (const bool by_row : {false, true}) {
        std::vector<double> weights(batch_rows);
        const pretext::mix_up_settings how{.alpha = .7, .by_row = by_row};
        pretext::mix_weights(at.ctx, {}, how, weights);
        const auto before = nn::host_values(at.ctx, at.clips);
        const T after = pretext::mixed(at.ctx, at.clips, how);
        CHECK(shape_of(after) == shape_of(at.clips));
        const auto got = nn::host_values(at.ctx, after);
        // The margin is for sums that cancel to nothing: a few roundings of values near 1.
        for (std::size_t r = 0; r < batch_rows; ++r)
            for (std::size_t i = 0; i < 30; ++i)
                CHECK(got[r * 30 + i] ==
                      Approx(weights[r] * before[r * 30 + i] +
                             (1 - weights[r]) * before[(batch_rows - 1 - r) * 30 + i])
                          .margin(1e-12));
    }
}

TEST_CASE("what labels are learned with acts while training only", "[quick]") {
    const pretext::supervised_settings everything{.label_smoothing = .1,
                                                  .logit_adjustment = 1,
                                                  .class_counts = {5, 2, 1},
                                                  .mix_up = {.alpha = .5},
                                                  .dropout = .5};
    at_rows at;
    const double plain = at.loss({}, false);
    CHECK(at.loss({}) == plain);
    CHECK(at.loss(everything, false) == plain);
    for (const auto& one :
         {pretext::supervised_settings{.label_smoothing = .1},
          pretext::supervised_settings{.logit_adjustment = 1, .class_counts = {5, 2, 1}},
          pretext::supervised_settings{.mix_up = {.alpha = .5}},
          pretext::supervised_settings{.dropout = .5}, everything}) {
        CHECK(at.loss(one) != plain);
        CHECK(at.loss(one) == at_rows().loss(one));
    }
}

TEST_CASE("learning from mixed, smoothed and adjusted labels: gradients by differences",
          "[pretext]") {
    at_rows at;
    labelled model(nn::scope(at.ctx), sizes(), class_count, {},
                   {.label_smoothing = .1,
                    .logit_adjustment = 1.5,
                    .class_counts = {5, 2, 1},
                    .mix_up = {.alpha = .8, .by_row = true},
                    .dropout = .3});
    const auto objective = [&]<operand V>(context& ctx, const std::vector<V>& in) -> V {
        return model(ctx, pretext::batch<V>{{{"clips", in[0], 1}}, {{"labels", class_labels}}})
            .loss;
    };
    const auto report =
        testing::gradient_check(at.ctx, model, objective, std::vector<T>{at.clips}, {.samples = 6});
    INFO(report.where);
    CHECK(report.worst < 1e-6);
    CHECK(report.checked > 0);
}

TEST_CASE("settings of labels that make no sense are refused, and identify a run", "[quick]") {
    context ctx;
    const auto made = [&](const pretext::supervised_settings& how) {
        return labelled(nn::scope(ctx), sizes(), class_count, {}, how).made_of();
    };
    CHECK_REFUSED(made({.label_smoothing = 1}), "in [0, 1)");
    CHECK_REFUSED(made({.dropout = -.1}), "in [0, 1)");
    CHECK_REFUSED(made({.mix_up = {.alpha = -1}}), "0 or more");
    CHECK_REFUSED(made({.logit_adjustment = 1}), "training clips of each of 3 classes");
    CHECK_REFUSED(made({.logit_adjustment = 1, .class_counts = {1, 0, 4}}), "0 of class 1");
    CHECK(made({}) == made({}));
    CHECK_FALSE(made({}) == made({.mix_up = {.alpha = .2}}));
    CHECK_FALSE(made({.logit_adjustment = 1, .class_counts = {1, 2, 4}}) ==
                made({.logit_adjustment = 1, .class_counts = {1, 2, 5}}));
}
