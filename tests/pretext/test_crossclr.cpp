// SPDX-License-Identifier: MIT
// Laws of CrosSCLR: its streams, who follows when, and what neighbours change.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "catch.hpp"
#include "encode/models.hpp"
#include "metric/refused.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/encode/st_gcn.hpp"
#include "mgkit/pretext/crossclr.hpp"
#include "mgkit/testing/gradient_check.hpp"
#include "nn/leaves.hpp"

using namespace mgkit;

namespace crossing {

using T = eigen::tensor<double>;
using X = variable<T>;
using network = encode::st_gcn<T>;
using method = pretext::crossclr<T, network, pretext::no_views>;

pretext::crossclr_settings small(int cross_from = 1) {
    return {.contrast = {.features = 4, .queue = 10, .momentum = 0.9},
            .neighbours = 2,
            .cross_from = cross_from,
            .parents = {1, 1, 0}};
}
method made(context& ctx, const pretext::crossclr_settings& how = small()) {
    return {nn::scope(ctx), network::sample_settings({2, 5, 3, 1}), {}, how};
}
T clips(context& ctx, int count, const char* what = "crossed clips") {
    std::vector<double> values(static_cast<std::size_t>(count) * 30);
    random_stream draws({1}, what);
    for (double& v : values) v = draws.normal();
    return backend_traits<T>::from_host(ctx, values, {count, 2, 5, 3, 1});
}
template <operand V>
pretext::batch<V> two_views(const V& all) {
    return {{{"clips", all, 2}}, {}};
}
double loss_of(context& ctx, method& model, const T& x) {
    return nn::host_values(ctx, model(ctx, two_views(x)).loss).at(0);
}

}  // namespace crossing

TEST_CASE("CrosSCLR: streams are differences in time and along bones", "[crossclr][quick]") {
    using namespace crossing;
    context ctx;
    const method model = made(ctx);
    const T x = clips(ctx, 2);
    const auto joints = nn::host_values(ctx, x);
    CHECK(nn::host_values(ctx, model.stream(ctx, x, 0)) == joints);
    const auto motion = nn::host_values(ctx, model.stream(ctx, x, 1));
    const auto bones = nn::host_values(ctx, model.stream(ctx, x, 2));
    const std::vector<std::size_t> parents{1, 1, 0};
    for (std::size_t i = 0; i < joints.size(); ++i) {
        const std::size_t v = i % 3, t = i / 3 % 5;
        CHECK(motion[i] == (t == 4 ? 0 : joints[i + 3] - joints[i]));
        CHECK(bones[i] == joints[i] - joints[i - v + parents[v]]);
    }
    context other;
    const method no_bones = made(other, {.contrast = small().contrast});
    CHECK(no_bones.queues.size() == 2);
    auto wrong = small();
    wrong.parents = {0, 0};
    method unfit = made(other, wrong);
    CHECK_REFUSED(loss_of(other, unfit, x), "a parent for each of 3 joints");
    wrong.neighbours = 11;
    CHECK_REFUSED(made(other, wrong), "neighbours from 1 to the queue's size");
}

TEST_CASE("CrosSCLR: a shared head follows once for each stream, later with motion alone",
          "[crossclr][quick]") {
    using namespace crossing;
    for (const int epoch : {0, 1}) {
        context ctx{.seed = 3};
        method model = made(ctx);
        model.epochs = epoch;
        for (const auto& l : nn::leaves(model.pair.query))
            if (l.weights != nullptr)
                backend_traits<T>::assign(ctx, *l.value, mgkit::affine(ctx, *l.value, 1, 1));
        // How far a key went on the way of 1 to its query.
        const auto way = [&](const auto& of) {
            return nn::host_values(ctx, of.weight.value).at(0);
        };
        const auto ways = [&] {
            const auto& key = model.pair.key;
            return std::vector<double>{way(key.fc.first), way(key.others[0].own),
                                       way(key.others[1].own)};
        };
        const auto before = ways();
        model.before_step(ctx);
        const auto after = ways();
        const std::vector<double> expected = epoch == 0
                                                 ? std::vector<double>{1 - std::pow(.9, 3), .1, .1}
                                                 : std::vector<double>{.1, .1, 0};
        for (std::size_t i = 0; i < 3; ++i)
            CHECK(after[i] - before[i] == Approx(expected[i]).margin(1e-12));
    }
}

TEST_CASE("CrosSCLR: before streams tell each other it is three contrasts and no more",
          "[crossclr][quick]") {
    using namespace crossing;
    context ctx{.seed = 3, .training = true};
    method model = made(ctx);
    loss_of(ctx, model, clips(ctx, 8, "earlier"));
    ctx.training = false;
    const T x = clips(ctx, 8);
    double alone = 0;
    const T first = mgkit::slice(ctx, x, 0, 0, 4), second = mgkit::slice(ctx, x, 0, 4, 4);
    for (std::size_t i = 0; i < 3; ++i) {
        const T q = model.pair.query.embedded(ctx, model.stream(ctx, first, i), i),
                k = model.pair.key.embedded(ctx, model.stream(ctx, second, i), i);
        alone += nn::host_values(
                     ctx, loss::first_is_right(
                              ctx, loss::contrast_scores(ctx, q, k, model.queues[i].values(ctx),
                                                         model.queues[i].mask(ctx), .07)))
                     .at(0);
    }
    CHECK(loss_of(ctx, model, x) == Approx(alone));
    model.after_epoch(ctx, 0);
    CHECK(loss_of(ctx, model, x) != Approx(alone));
    context never;
    method off = made(never, small(-1));
    off.epochs = 1000;
    method at_first = made(never, small(5));
    CHECK(loss_of(never, off, x) == loss_of(never, at_first, x));
}

TEST_CASE("CrosSCLR: gradients by central differences once streams tell each other", "[crossclr]") {
    using namespace crossing;
    const bool context_too = GENERATE(true, false);
    context ctx{.seed = 4, .training = true};
    auto how = small();
    how.context = context_too;
    method model = made(ctx, how);
    test::shake(ctx, model);
    model.epochs = 1;
    loss_of(ctx, model, clips(ctx, 12, "earlier"));
    ctx.training = false;  // statistics and queues stay
    const auto loss = [&]<operand V>(context& c, const std::vector<V>& in) -> V {
        return model(c, two_views(in[0])).loss;
    };
    const auto report = testing::gradient_check(ctx, model, loss, std::vector<T>{clips(ctx, 8)},
                                                {.samples = 6, .constants = 1});
    CAPTURE(report.where);
    CHECK(report.worst < 1e-6);
    CHECK(report.checked > 6);
}
