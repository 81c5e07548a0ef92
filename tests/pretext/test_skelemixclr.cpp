// SPDX-License-Identifier: MIT
// Laws of SkeleMixCLR: where pastes lie, what a mixture holds, and what it learns from.
#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "encode/models.hpp"
#include "metric/refused.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/encode/st_gcn.hpp"
#include "mgkit/pretext/skelemixclr.hpp"
#include "mgkit/testing/gradient_check.hpp"
#include "nn/leaves.hpp"

using namespace mgkit;

namespace pasting {

using T = eigen::tensor<double>;
using X = variable<T>;
using network = encode::st_gcn<T>;
using method = pretext::skelemixclr<T, network, pretext::no_views>;

constexpr encode::clip_extents tiny{2, 5, 3, 1};

pretext::skelemixclr_settings small(int repeats = 2) {
    return {.contrast = {.features = 4, .queue = 10, .momentum = 0.9, .temperature = 0.2},
            .pastes = {{1, 2, 1, 2, repeats, 1}}};
}

T clips(context& ctx, int count) {
    std::vector<double> values(static_cast<std::size_t>(count) * 30);
    random_stream draws({1}, "clips to paste");
    for (double& v : values) v = draws.normal();
    return backend_traits<T>::from_host(ctx, values, {count, 2, 5, 3, 1});
}

void know_rows(context& ctx, int count, int views) {
    ctx.rows.clear();
    for (int k = 0; k < views; ++k)
        for (int i = 0; i < count; ++i)
            ctx.rows.push_back({static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(k)});
}

}  // namespace pasting

TEST_CASE("a paste never covers a whole clip, and hangs on the batch's first row",
          "[skelemixclr][quick]") {
    const std::vector<int> part_of{0, 0, 1, 2, 2, 3};
    const pretext::skelemixclr_settings how{.pastes = {{2, 9, 3, 50, 3, 1}, {1, 1, 1, 1, 1, 1}},
                                            .part_of = part_of};
    std::set<extent> shifts, lengths;
    std::set<std::vector<std::uint8_t>> regions;
    for (std::uint32_t first = 0; first < 60; ++first) {
        context ctx{.seed = 3};
        for (std::uint32_t i = 0; i < 5; ++i) ctx.rows.push_back({first + i, 0});
        const auto plan = [&](int query, int repeat) {
            return pretext::plan_of({&ctx, {}, &how, query, repeat, 5, 8, 6});
        };
        const auto one = plan(0, 0), again = plan(0, 0), other = plan(0, 1), least = plan(1, 0);
        CHECK(one.joints == again.joints);
        CHECK(one.first == again.first);
        if (one.joints != other.joints || one.first != other.first) regions.insert(one.joints);
        shifts.insert(one.shift);
        lengths.insert(one.count);
        // Whole parts, two or more of them, and one stays out.
        std::set<int> in, out;
        for (std::size_t v = 0; v < part_of.size(); ++v)
            (one.joints[v] ? in : out).insert(part_of[v]);
        CHECK(in.size() + out.size() == 4);
        CHECK(in.size() >= 2);
        CHECK(!out.empty());
        CHECK((one.first >= 0 && one.count >= 3 && one.first + one.count <= 8));
        CHECK(least.count == 1);
        ctx.rows[1] = ctx.rows[3] = {999, 7};
        CHECK(plan(0, 0).joints == one.joints);
    }
    CHECK(shifts == std::set<extent>{1, 2, 3});
    CHECK(lengths == std::set<extent>{3, 4, 5, 6, 7, 8});
    CHECK(regions.size() > 4);
}

TEST_CASE("a mixture is the donor inside of its paste and the clip itself outside",
          "[skelemixclr][quick]") {
    using namespace pasting;
    context ctx;
    const T x = clips(ctx, 3);
    // Two frames of a map of five: frames 0, 1, 2 and 3, 4 of the clip.
    const pretext::paste<T> with{
        index_tensor({3}, {1, 2, 0}),
        backend_traits<T>::from_host(ctx, std::vector<double>{0, 1, 0, 0, 0, 1}, {2, 3})};
    const auto own = nn::host_values(ctx, x);
    const auto mixed = nn::host_values(ctx, pretext::pasted(ctx, x, with));
    for (std::size_t n = 0, i = 0; n < 3; ++n)
        for (std::size_t c = 0; c < 2; ++c)
            for (std::size_t t = 0; t < 5; ++t)
                for (std::size_t v = 0; v < 3; ++v, ++i) {
                    const bool inside = v == (t < 3 ? 1 : 2);
                    CHECK(mixed[i] == own[inside ? (i + 30) % 90 : i]);
                }
}

TEST_CASE("SkeleMixCLR: gradients by central differences, a mixture's other half held",
          "[skelemixclr]") {
    using namespace pasting;
    context ctx{.seed = 4};
    method model(nn::scope(ctx), network::sample_settings(tiny), {}, small());
    test::shake(ctx, model);
    const T x = clips(ctx, 8);
    know_rows(ctx, 4, 2);
    const auto batch = [](const auto& all) {
        return pretext::batch<std::remove_cvref_t<decltype(all)>>{{{"clips", all, 2}}, {}};
    };
    ctx.training = true;
    model(ctx, batch(X{x}));
    ctx.training = false;  // statistics and queue stay
    const auto view = [](context& c, const auto& all, int k) {
        return mgkit::slice(c, all, 0, 4 * k, 4);
    };
    const T key = model.key_of(ctx, view(ctx, x, 1), 1);
    const auto& [backbone, head] = model.pair.query;
    const extent cells = shape_of(backbone.frames(ctx, view(ctx, x, 0)))[1];
    std::vector<pretext::paste<T>> pastes;
    for (const int shift : {1, 2}) {
        std::vector<double> inside(static_cast<std::size_t>(cells) * 3);
        inside[0] = inside[static_cast<std::size_t>(shift)] = 1;
        std::vector<std::int32_t> donors;
        for (int n = 0; n < 4; ++n) donors.push_back((n + shift) % 4);
        pastes.push_back(
            {index_tensor({4}, donors), backend_traits<T>::from_host(ctx, inside, {cells, 3})});
    }
    const auto halves = [&](context& c, const T& all, std::size_t i) {
        const T map = backbone.frames(c, pretext::pasted(c, view(c, all, 0), pastes[i]));
        const auto of = [&](const T& mask) {
            return loss::unit_rows(c, head(c, pretext::mean_within(c, map, mask, 4)));
        };
        return std::pair{of(pastes[i].inside), of(mgkit::affine(c, pastes[i].inside, -1, 1))};
    };
    const std::pair<T, T> held[]{halves(ctx, x, 0), halves(ctx, x, 1)};
    const auto loss = [&]<operand V>(context& c, const std::vector<V>& in) -> V {
        if constexpr (std::is_same_v<V, X>) {
            return model
                .with_pastes(c, batch(in[0]),
                             [&](int, int repeat, extent, const shape&) {
                                 return pastes[static_cast<std::size_t>(repeat)];
                             })
                .loss;
        } else {
            T out = loss::first_is_right(
                c, model.scores(c, model.query_of(c, view(c, in[0], 0), 0), key));
            const auto term = [&](const T& z, const T& right, const T& other) {
                const T wrong =
                    mgkit::affine(c, mgkit::sum(c, mgkit::mul(c, z, other), {1}, true), 5);
                out = mgkit::add(
                    c, out,
                    mgkit::affine(c,
                                  loss::first_is_right(
                                      c, mgkit::concat(c, 1, model.scores(c, z, right), wrong)),
                                  0.5));
            };
            for (std::size_t i = 0; i < 2; ++i) {
                const auto [p, rest] = halves(c, in[0], i);
                term(p, mgkit::gather(c, key, 0, pastes[i].donors), held[i].second);
                term(rest, key, held[i].first);
            }
            return out;
        }
    };
    const auto report = testing::gradient_check(ctx, model, loss, std::vector<T>{x},
                                                {.samples = 6, .constants = 1});
    CAPTURE(report.where);
    CHECK(report.worst < 1e-6);
    CHECK(report.checked > 6);
}

TEST_CASE("SkeleMixCLR without mixtures is momentum contrast, and refuses what it cannot paste",
          "[skelemixclr][quick]") {
    using namespace pasting;
    context ctx{.seed = 4, .training = true};
    const auto batch = [&](int count) {
        know_rows(ctx, count, 2);
        return pretext::batch<X>{{{"clips", X{clips(ctx, 2 * count)}, 2}}, {}};
    };
    method model(nn::scope(ctx), network::sample_settings(tiny), {}, small(0));
    CHECK(model(ctx, batch(4)).parts.size() == 0);
    method mixing(nn::scope(ctx), network::sample_settings(tiny), {}, small());
    CHECK(mixing(ctx, batch(2)).parts.size() == 2);
    CHECK_REFUSED(mixing(ctx, batch(1)), "two clips or more");
    auto other = small();
    other.part_of = {0, 1};
    method wrong(nn::scope(ctx), network::sample_settings(tiny), {}, other);
    CHECK_REFUSED(wrong(ctx, batch(4)), "a part for each of 3 joints");
    other.pastes[0].least_parts = 3;
    CHECK_REFUSED(method(nn::scope(ctx), network::sample_settings(tiny), {}, other),
                  "the least not above the most");
    other.pastes.clear();
    CHECK_REFUSED(method(nn::scope(ctx), network::sample_settings(tiny), {}, other),
                  "1 to 7 pastes");
}
