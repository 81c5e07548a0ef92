// SPDX-License-Identifier: MIT
// Encoders with numbers: gradients of every parameter, compositions, stochastic depth, modes.
#include <algorithm>
#include <set>

#include "encode/models.hpp"
#include "encode/sample_encoders.hpp"
#include "mgkit/testing/primitives_only.hpp"

using namespace mgkit;
using Catch::Matchers::Contains;
using test::numbers;
using test::t32;
using test::t64;
using test::tiny;

namespace {

template <class T>
encode::any_encoder<T> made(context& ctx, const test::sample_encoder<T>& sample) {
    auto model = sample.make(ctx, tiny);
    test::shake(ctx, model);
    return model;
}

encode::dste<t64> make_dste(context& ctx) {
    encode::dste<t64> model(ctx, {.clip = tiny, .width = 8, .heads = 2});
    test::shake(ctx, model);
    return model;
}

void check_gradients_of_all(const context& with) {
    for (const auto& sample : test::sample_encoders<t64>()) {
        context ctx{.training = with.training, .rows = with.rows};
        auto model = made(ctx, sample);
        const auto report = testing::gradient_check(
            ctx, model, [&](context& c, const auto& in) { return model(c, in[0]); },
            std::vector<t64>{test::clips_of<t64>(ctx, tiny, {1, 2})},
            // Batch normalisation cancels biases ahead of it, whose differences are rounding alone:
            // smaller by the step.
            {.step = with.training ? 3e-6 : 1e-6});
        INFO(sample.name << ": " << report.where);
        CHECK(report.worst < 1e-6);
        CHECK(report.checked > static_cast<std::size_t>(nn::parameter_count(model)));
    }
}

using named_values = std::vector<std::pair<std::string, std::vector<double>>>;

/// Gradients and features of every encoder, each after one pass.
template <class T>
std::vector<named_values> passes() {
    std::vector<named_values> out;
    for (const auto& sample : test::sample_encoders<T>()) {
        context ctx;
        auto model = made(ctx, sample);
        const recording<T> record(ctx);
        const auto features = model(ctx, variable<T>{test::clips_of<T>(ctx, tiny, {1, 2, 3})});
        const T weights = backend_traits<T>::full(ctx, shape_of(features), 0.7);
        backward(ctx, features, &weights);
        nn::require_gradients(model, "every encoder");
        out.push_back(test::gradients_of(ctx, model));
        out.back().emplace_back("features", testing::detail::to_doubles(ctx, features.value));
    }
    return out;
}

}  // namespace

TEST_CASE("every encoder: gradients of all parameters by differences", "[encode]") {
    check_gradients_of_all({});
}

TEST_CASE("every encoder: gradients while training", "[encode]") {
    check_gradients_of_all({.training = true, .rows = {{1, 0}, {2, 0}}});
}

TEST_CASE("every encoder: fused kernels equal the composition", "[encode]") {
    const auto all_fast = passes<t64>(), all_slow = passes<testing::primitives_only<t64>>();
    REQUIRE(all_fast.size() == all_slow.size());
    for (std::size_t which = 0; which < all_fast.size(); ++which) {
        const named_values &fast = all_fast[which], &slow = all_slow[which];
        INFO(test::sample_encoders<t64>()[which].name);
        REQUIRE(fast.size() == slow.size());
        for (std::size_t i = 0; i < fast.size(); ++i) {
            INFO(fast[i].first);
            REQUIRE(fast[i].second.size() == slow[i].second.size());
            double scale = 1e-3;
            for (double v : slow[i].second) scale = std::max(scale, std::abs(v));
            for (std::size_t j = 0; j < fast[i].second.size(); ++j)
                CHECK(std::abs(fast[i].second[j] - slow[i].second[j]) < 1e-12 * scale);
        }
    }
}

TEST_CASE("every encoder: a clip's feature does not depend on its batch", "[encode]") {
    for (const auto& sample : test::sample_encoders<t64>()) {
        INFO(sample.name);
        context ctx;
        const auto model = made(ctx, sample);
        const auto all = numbers(ctx, model(ctx, test::clips_of<t64>(ctx, tiny, {4, 5, 6})));
        const auto again = numbers(ctx, model(ctx, test::clips_of<t64>(ctx, tiny, {4, 5, 6})));
        CHECK(all == again);
        const auto alone = numbers(ctx, model(ctx, test::clips_of<t64>(ctx, tiny, {5})));
        for (std::size_t i = 0; i < alone.size(); ++i)
            CHECK(alone[i] == Catch::Approx(all[alone.size() + i]).epsilon(1e-12));
    }
}

TEST_CASE("every encoder: refuses clips of other sizes", "[encode]") {
    for (const auto& sample : test::sample_encoders<t64>()) {
        INFO(sample.name);
        context ctx;
        const auto model = made(ctx, sample);
        const auto refuses = [&](const encode::clip_extents& e) {
            CHECK_THROWS_AS(model(ctx, test::clips_of<t64>(ctx, e, {1})), error);
        };
        refuses({3, 5, 3, 1});
        refuses({2, 5, 4, 1});
        if (sample.two_streams) {  // both counts of tokens are sizes
            refuses({2, 6, 3, 1});
            refuses({2, 5, 3, 2});
        }
        for (const encode::clip_extents& e :
             {encode::clip_extents{0, 5, 3, 1}, {2, 0, 3, 1}, {2, 5, 0, 1}, {2, 5, 3, -1}})
            CHECK_THROWS_AS(sample.make(ctx, e), error);
    }
}

TEMPLATE_TEST_CASE("sizes that no attention has are refused", "[encode]", encode::dste<t64>,
                   encode::sttr<t64>) {
    context ctx;
    const auto refuses = [&](const encode::clip_extents& e, int width, int heads) {
        CHECK_THROWS_AS(TestType(ctx, test::sized<TestType>(e, width, heads)), error);
    };
    refuses(tiny, 5, 1);
    refuses(tiny, 8, 3);
    refuses(tiny, 8, 0);
    refuses({2, 201, 3, 1}, 8, 1);
}

TEST_CASE("tokens keep the order of the specification", "[encode]") {
    context ctx;
    const encode::clip_extents e{2, 3, 4, 2};
    std::vector<double> values;
    for (int i = 0; i < 2 * 3 * 4 * 2; ++i) values.push_back(i);
    const t64 clips = backend_traits<t64>::from_host(ctx, values, test::batch_shape(1, e));
    const auto at = [&](int c, int t, int v, int m) { return ((c * 3 + t) * 4 + v) * 2 + m; };
    const t64 temporal = encode::temporal_tokens(ctx, clips);
    const t64 spatial = encode::spatial_tokens(ctx, clips);
    REQUIRE(shape_of(temporal) == shape{1, 3, 16});
    REQUIRE(shape_of(spatial) == shape{1, 8, 6});
    for (int c = 0; c < 2; ++c)
        for (int t = 0; t < 3; ++t)
            for (int v = 0; v < 4; ++v)
                for (int m = 0; m < 2; ++m) {
                    CHECK(
                        temporal.values()[static_cast<std::size_t>(t * 16 + (m * 4 + v) * 2 + c)] ==
                        at(c, t, v, m));
                    CHECK(spatial.values()[static_cast<std::size_t>((m * 4 + v) * 6 + t * 2 + c)] ==
                          at(c, t, v, m));
                }
}

TEST_CASE("per-frame features average tokens over overlapping ranges", "[encode]") {
    context ctx;
    const t64 frames = backend_traits<t64>::full(ctx, {1, 4, 1}, 9);
    const t64 joints =
        backend_traits<t64>::from_host(ctx, std::vector<double>{1, 2, 3, 4, 5, 6}, {1, 6, 1});
    const auto out = numbers(ctx, encode::per_frame(ctx, encode::stream_pair<t64>{frames, joints}));
    CHECK(out == std::vector<double>{9, 1.5, 9, 2.5, 9, 4.5, 9, 5.5});
}

TEST_CASE("stochastic depth follows clip and view, not the batch", "[encode]") {
    context ctx{.seed = 9, .training = true};
    auto model = make_dste(ctx);
    const auto features = [&](const std::vector<row_identity>& rows) {
        ctx.rows = rows;
        std::vector<std::uint32_t> which;
        for (const row_identity& r : rows) which.push_back(r.clip);
        return numbers(ctx, model(ctx, test::clips_of<t64>(ctx, tiny, which)));
    };
    const std::vector<row_identity> rows{{1, 0}, {2, 0}, {3, 0}, {1, 1}, {2, 1}, {3, 1}};
    const auto first = features(rows);
    const std::size_t size = first.size() / rows.size();
    CHECK(features(rows) == first);
    const std::vector<row_identity> shuffled{{3, 1}, {1, 0}, {9, 0}, {2, 1}};
    const auto other = features(shuffled);
    for (std::size_t i = 0; i < shuffled.size(); ++i)
        for (std::size_t j = 0; j < rows.size(); ++j) {
            if (shuffled[i].clip != rows[j].clip || shuffled[i].view != rows[j].view) continue;
            for (std::size_t k = 0; k < size; ++k)
                CHECK(other[i * size + k] == Catch::Approx(first[j * size + k]).epsilon(1e-12));
        }
    // Views of one clip, other epochs and other seeds are dropped otherwise.
    CHECK_FALSE(std::equal(first.begin(), first.begin() + static_cast<long>(size),
                           first.begin() + 3 * static_cast<long>(size)));
    ctx.epoch = 1;
    CHECK(features(rows) != first);
    ctx.epoch = 0;
    ctx.seed = 10;
    CHECK(features(rows) != first);
    ctx.seed = 9;
    ctx.training = false;
    const auto calm = features(rows);
    CHECK(calm != first);
    CHECK(std::equal(calm.begin(), calm.begin() + static_cast<long>(size),
                     calm.begin() + 3 * static_cast<long>(size)));
    ctx.rows.clear();
    CHECK(numbers(ctx, model(ctx, test::clips_of<t64>(ctx, tiny, {1, 2, 3, 1, 2, 3}))) == calm);
}

TEST_CASE("stochastic depth keeps the expected share and its mean", "[encode]") {
    context ctx{.seed = 4, .training = true};
    constexpr extent rows = 20000;
    for (extent i = 0; i < rows; ++i) ctx.rows.push_back({static_cast<std::uint32_t>(i), 0});
    for (const double rate : {0.1, 0.5}) {
        const auto plan = nn::draw_paths<6, t64>(ctx, "layer", rate, rows);
        REQUIRE(plan.active);
        std::set<std::vector<double>> patterns;
        for (const t64& factors : plan.factors) {
            CHECK(shape_of(factors) == shape{rows, 1, 1});
            const auto values = numbers(ctx, factors);
            patterns.insert(values);
            double kept = 0;
            for (double v : values) {
                CHECK((v == 0 || v == Catch::Approx(1 / (1 - rate))));
                kept += v > 0 ? 1 : 0;
            }
            const double deviation = std::sqrt(rate * (1 - rate) / static_cast<double>(rows));
            CHECK(std::abs(kept / static_cast<double>(rows) - (1 - rate)) < 4.5 * deviation);
        }
        CHECK(patterns.size() == 6);
        const auto elsewhere = nn::draw_paths<6, t64>(ctx, "other layer", rate, rows);
        CHECK_FALSE(patterns.contains(numbers(ctx, elsewhere.factors[0])));
    }
    CHECK_FALSE(nn::draw_paths<6, t64>(ctx, "layer", 0, rows).active);
    ctx.training = false;
    CHECK_FALSE(nn::draw_paths<6, t64>(ctx, "layer", 0.5, rows).active);
}

TEST_CASE("stochastic depth says what it needs", "[encode]") {
    context ctx{.training = true};
    auto model = make_dste(ctx);
    try {
        model(ctx, test::clips_of<t64>(ctx, tiny, {1, 2}));
        FAIL("rows are missing");
    } catch (const error& e) {
        CHECK_THAT(e.what(), Contains("context::rows with 2 entries"));
    }
}

TEST_CASE("a plan can be handed in: dropping all branches leaves the skips", "[encode]") {
    context ctx;
    nn::dst_layer<t64> layer(ctx, 5, 4, {.heads = 2, .alpha = 0.25});
    test::shake(ctx, layer);
    const t64 x =
        testing::detail::from_doubles<t64>(ctx, std::vector<double>(2 * 5 * 4, 0.5), {2, 5, 4});
    nn::path_plan<t64, 6> none{.active = true};
    for (auto& f : none.factors) f = backend_traits<t64>::full(ctx, {2, 1, 1}, 0);
    // The convolution branch is zeroed with its mlp; the shift branch is the mean of s and x.
    const auto& d = layer.DSA;
    const t64 hidden = token_mix(ctx, x, d.wt1.weight.value, d.wt1.bias.value, activation::relu);
    const t64 mixed = add(ctx, token_mix(ctx, hidden, d.wt2.weight.value, d.wt2.bias.value), x);
    const t64 s = restore_tokens(ctx, mixed, x, 4);
    const t64 expected = affine(ctx, add(ctx, s, x), 0.5 * 0.75);
    const auto got = numbers(ctx, layer(ctx, x, none)), want = numbers(ctx, expected);
    for (std::size_t i = 0; i < got.size(); ++i) CHECK(got[i] == Catch::Approx(want[i]));
}

TEST_CASE("the projector: gradients, and statistics per view", "[encode]") {
    context ctx{.training = true};
    nn::projector<t64> model(ctx, 3, 4, 5);
    test::shake(ctx, model, 0.5);
    const t64 x =
        testing::detail::from_doubles<t64>(ctx,
                                           [] {
                                               random_stream stream(random_key{.seed = 2}, "rows");
                                               std::vector<double> values(8 * 3);
                                               for (double& v : values) v = stream.normal();
                                               return values;
                                           }(),
                                           {8, 3});
    for (const int views : {1, 2}) {
        const auto report = testing::gradient_check(
            ctx, model, [&](context& c, const auto& in) { return model(c, in[0], views); },
            std::vector<t64>{x});
        INFO(report.where);
        CHECK(report.worst < 1e-6);
    }
    const auto both = numbers(ctx, model(ctx, x, 2));
    const auto first = numbers(ctx, model(ctx, slice(ctx, x, 0, 0, 4), 1));
    for (std::size_t i = 0; i < first.size(); ++i) CHECK(both[i] == Catch::Approx(first[i]));
}

TEST_CASE("running statistics take one step per view", "[encode]") {
    context ctx{.training = true};
    nn::batch_norm<t64> norm(ctx, 1);
    const t64 x = backend_traits<t64>::from_host(ctx, std::vector<double>{1, 3, 10, 30}, {4, 1});
    norm(ctx, x, 2);
    CHECK(norm.num_batches_tracked == 2);
    CHECK(numbers(ctx, norm.running_mean)[0] == Catch::Approx(0.9 * 0.1 * 2 + 0.1 * 20));
    CHECK(numbers(ctx, norm.running_var)[0] ==
          Catch::Approx(0.9 * (0.9 * 1 + 0.1 * 2) + 0.1 * 200));
    ctx.training = false;
    const auto out = numbers(ctx, norm(ctx, x));
    const double mean = numbers(ctx, norm.running_mean)[0];
    const double variance = numbers(ctx, norm.running_var)[0];
    CHECK(out[0] == Catch::Approx((1 - mean) / std::sqrt(variance + 1e-5)));
    CHECK(norm.num_batches_tracked == 2);
}
