// SPDX-License-Identifier: MIT
// Laws of HiCLR: what its strongest view hides, and whom each view is drawn to.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "catch.hpp"
#include "encode/models.hpp"
#include "metric/refused.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/encode/st_gcn.hpp"
#include "mgkit/pretext/hiclr.hpp"
#include "mgkit/testing/gradient_check.hpp"
#include "nn/leaves.hpp"

using namespace mgkit;

namespace growing {

using T = eigen::tensor<double>;
using X = variable<T>;
using network = encode::st_gcn<T>;
using method = pretext::hiclr<T, network, pretext::no_views>;

const pretext::hiclr_settings small{.contrast = {.features = 4, .queue = 10, .momentum = 0.9},
                                    .mask_ratio = 0.4,
                                    .neighbours_from = 1};

method made(context& ctx) {
    return {nn::scope(ctx), network::sample_settings({2, 5, 3, 1}), {}, small};
}
T clips(context& ctx, int count) {
    std::vector<double> values(static_cast<std::size_t>(count) * 30);
    random_stream draws({1}, "growing clips");
    for (double& v : values) v = draws.normal();
    return backend_traits<T>::from_host(ctx, values, {count, 2, 5, 3, 1});
}
void know_rows(context& ctx, int count) {
    ctx.rows.clear();
    for (int k = 0; k < 4; ++k)
        for (int i = 0; i < count; ++i)
            ctx.rows.push_back({static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(k)});
}
template <operand V>
pretext::batch<V> four_views(const V& all) {
    return {{{"clips", all, 4}}, {}};
}

}  // namespace growing

TEST_CASE("HiCLR: as many joints of each frame are hidden, others in each, the same for a batch",
          "[hiclr][quick]") {
    context ctx{.seed = 3};
    for (std::uint32_t i = 0; i < 6; ++i) ctx.rows.push_back({i, 3});
    const auto drawn = [&](std::uint32_t clip, double ratio) {
        ctx.rows[0].clip = clip;
        std::vector<std::uint8_t> shown(20 * 10);
        pretext::draw_shown_joints(ctx, {}, 6, ratio, 20, shown);
        return shown;
    };
    const auto one = drawn(0, .3);
    std::set<std::vector<std::uint8_t>> frames;
    for (std::size_t t = 0; t < 20; ++t) {
        const auto from = one.begin() + static_cast<std::ptrdiff_t>(10 * t);
        CHECK(std::count(from, from + 10, 0) == 3);
        frames.insert({from, from + 10});
    }
    CHECK(frames.size() > 10);
    CHECK(drawn(0, .3) == one);
    CHECK(drawn(1, .3) != one);
    const auto all = drawn(0, .09);  // less than one joint
    CHECK(std::count(all.begin(), all.end(), 1) == 200);
}

TEST_CASE("HiCLR: gradients by central differences, its own targets held", "[hiclr]") {
    using namespace growing;
    context ctx{.seed = 4, .training = true};
    method model = made(ctx);
    test::shake(ctx, model);
    model.epochs = 1;
    know_rows(ctx, 5);
    model(ctx, four_views(clips(ctx, 20)));
    ctx.training = false;  // statistics and queue stay
    know_rows(ctx, 4);
    const T x = clips(ctx, 16);
    const auto view = [](context& c, const T& all, int k) {
        return mgkit::slice(c, all, 0, 4 * k, 4);
    };
    std::vector<double> values(15, 1);
    values[1] = values[5] = values[6] = 0;
    const T shown = backend_traits<T>::from_host(ctx, values, {5, 3});
    const T key = model.key_of(ctx, view(ctx, x, 1), 1);
    const auto scores = [&](context& c, const T& all) {
        const T mask = mgkit::reshape(c, shown, {1, 1, 5, 3, 1});
        const T hidden =
            mgkit::add(c, mgkit::mul(c, view(c, all, 3), mask),
                       mgkit::mul(c, mgkit::affine(c, mask, -1, 1),
                                  mgkit::reshape(c, model.mask_param.value, {1, 1, 1, 1, 1})));
        short_list<T, 3> out;
        out.push_back(model.scores(c, model.query_of(c, view(c, all, 0), 0), key));
        out.push_back(model.scores(c, model.query_of(c, view(c, all, 2), 2), key));
        out.push_back(model.scores(c, model.query_of(c, hidden, 3), key));
        return out;
    };
    const auto base = scores(ctx, x);
    const T right = loss::right_columns(ctx, base, 1, model.queue.mask(ctx),
                                        mgkit::constant<T>(ctx, {1, 1}, 1));
    const T targets[]{mgkit::softmax(ctx, base[0]), mgkit::softmax(ctx, base[1])};
    const auto loss = [&]<operand V>(context& c, const std::vector<V>& in) -> V {
        if constexpr (std::is_same_v<V, X>) {
            return model.with_mask(c, four_views(in[0]), [&](const shape&) { return shown; }).loss;
        } else {
            const auto now = scores(c, in[0]);
            T out = mgkit::cross_entropy(c, now[0], right);
            for (std::size_t i = 1; i < 3; ++i)
                out = mgkit::add(
                    c, out, mgkit::affine(c, mgkit::cross_entropy(c, now[i], targets[i - 1]), .5));
            return out;
        }
    };
    const auto report = testing::gradient_check(ctx, model, loss, std::vector<T>{x},
                                                {.samples = 6, .constants = 1});
    CAPTURE(report.where);
    CHECK(report.worst < 1e-6);
    CHECK(report.checked > 6);
}

TEST_CASE("HiCLR: what is hidden does not matter, the learned value in its place does",
          "[hiclr][quick]") {
    using namespace growing;
    context ctx{.seed = 4, .training = true};
    method model = made(ctx);
    test::shake(ctx, model);
    know_rows(ctx, 4);
    const T x = clips(ctx, 16);
    model(ctx, four_views(x));
    ctx.training = false;  // statistics and queue stay
    std::vector<double> mask(15, 1), others = nn::host_values(ctx, x);
    for (std::size_t i = 1; i < 15; i += 3) mask[i] = 0;
    for (std::size_t i = 12 * 30 + 1; i < others.size(); i += 3) others[i] += 3;
    const T shown = backend_traits<T>::from_host(ctx, mask, {5, 3});
    const auto masked = [&](const T& all) {
        const auto value = model.with_mask(ctx, four_views(all), [&](const shape& in) {
            CHECK(in == shape{4, 2, 5, 3, 1});
            return shown;
        });
        return nn::host_values(ctx, value.parts[2].second).at(0);
    };
    const double first = masked(x);
    CHECK(masked(backend_traits<T>::from_host(ctx, others, {16, 2, 5, 3, 1})) == first);
    model.mask_param.value = mgkit::constant<T>(ctx, {1}, 2);
    CHECK(masked(x) != first);
    CHECK_REFUSED(
        method(nn::scope(ctx), network::sample_settings({2, 5, 3, 1}), {}, {.mask_ratio = 1}),
        "masked joints in [0, 1)");
}
