// SPDX-License-Identifier: MIT
// The autoencoder on frozen features: what its codes keep, by what steps, and what it refuses.
#include <cmath>
#include <limits>
#include <vector>

#include "catch.hpp"
#include "metric/refused.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/nn/archive.hpp"
#include "mgkit/probe/autoencoder.hpp"
#include "mgkit/probe/neighbours.hpp"

using namespace mgkit;

namespace coding {

using narrow = eigen::tensor<float>;
using wide = eigen::tensor<double>;

/// Rows of 12 columns that lie in a plane of two dimensions, four corners of it, and noise.
struct plane {
    data::feature_table features;
    std::vector<int> labels;
};
plane rows_of_plane(std::uint64_t seed, std::size_t rows, double noise) {
    random_stream draws({seed}, "plane"), frame({1}, "axes");
    std::vector<double> axes(24);
    for (double& a : axes) a = frame.normal();
    plane out{{rows, 12, {}}, {}};
    for (std::size_t i = 0; i < rows; ++i) {
        out.labels.push_back(static_cast<int>(i) % 4);
        const double u = i % 2 == 0 ? 1 : -1, v = i % 4 < 2 ? 1 : -1;
        for (std::size_t j = 0; j < 12; ++j)
            out.features.values.push_back(
                static_cast<float>(u * axes[j] + v * axes[12 + j] + noise * draws.normal()));
    }
    return out;
}

const probe::autoencoder_settings small{.widths = {8, 3}, .epochs = 60, .batch = 16};

auto coded(std::uint64_t seed, int threads, const plane& train, const plane& test,
           const probe::autoencoder_settings& settings = small) {
    context ctx{.seed = seed, .threads = threads};
    return probe::autoencoded<narrow>(ctx, train.features, test.features, settings);
}

}  // namespace coding

TEST_CASE("the autoencoder's settings are those of the public code", "[quick]") {
    const probe::autoencoder_settings settings;
    CHECK(settings.widths == std::vector<int>{1024, 512, 125});
    CHECK(settings.rate == 1e-3);
    CHECK(settings.factor == .95);
    CHECK(settings.every == 50);
    CHECK(settings.epochs == 400);
    CHECK(settings.batch == 64);
    context ctx;
    probe::autoencoder<coding::wide> model(nn::scope(ctx), 30, settings.widths);
    std::vector<shape> weights;
    for (const auto* side : {&model.encoder, &model.decoder})
        for (const auto& layer : *side) weights.push_back(shape_of(layer.weight.value));
    CHECK(weights == std::vector<shape>{
                         {1024, 30}, {512, 1024}, {125, 512}, {512, 125}, {1024, 512}, {30, 1024}});
}

TEST_CASE("codes keep what nearest neighbours need", "[quick]") {
    using namespace coding;
    const auto train = rows_of_plane(1, 120, .2), test = rows_of_plane(2, 60, .2);
    const auto codes = coded(3, 1, train, test);
    CHECK(codes.train.rows == 120);
    CHECK(codes.test.rows == 60);
    CHECK(codes.train.columns == 3);
    for (const float v : codes.test.values) CHECK(std::abs(v) < 1);
    context ctx;
    const auto found =
        probe::retrieve<narrow>(ctx, codes.train, train.labels, codes.test, test.labels, 4);
    CHECK(found.top1 == 1);
}

TEST_CASE("equal seeds give equal codes, on any number of threads", "[quick]") {
    using namespace coding;
    const auto train = rows_of_plane(1, 90, 1), test = rows_of_plane(2, 20, 1);
    const auto once = coded(5, 1, train, test);
    CHECK(coded(5, 1, train, test).test.values == once.test.values);
    CHECK(coded(6, 1, train, test).test.values != once.test.values);
    // The test side is coded alone: it changes nothing for the training side.
    CHECK(coded(5, 1, train, rows_of_plane(3, 7, 1)).train.values == once.train.values);
    plane large{{1500, 200, {}}, {}};
    random_stream draws({4}, "large");
    for (std::size_t i = 0; i < 1500 * 200; ++i)
        large.features.values.push_back(static_cast<float>(draws.normal()));
    const probe::autoencoder_settings few{.widths = {96, 20}, .epochs = 1, .batch = 512};
    CHECK(coded(5, 1, large, large, few).train.values ==
          coded(5, 2, large, large, few).train.values);
}

TEST_CASE("two steps of the autoencoder are two steps of Adam at a rate that falls", "[quick]") {
    using namespace coding;
    // One number to one code and back: tanh(w x + b) v + c.
    const data::basic_feature_table<double> x{1, 1, {.7}};
    const probe::autoencoder_settings settings{
        .widths = {1}, .rate = .1, .factor = .5, .every = 1, .epochs = 2, .batch = 0};
    context ctx{.seed = 11};
    const probe::autoencoder<wide> start(nn::scope(ctx, "autoencoder"), 1, settings.widths);
    const auto first = [&](const wide& t) { return nn::host_values(ctx, t).at(0); };
    double p[4] = {first(start.encoder[0].weight.value), 0, first(start.decoder[0].weight.value),
                   0},
           m[4] = {}, v[4] = {};
    for (int step = 1; step <= 2; ++step) {
        const double code = std::tanh(p[0] * .7 + p[1]);
        const double out = 2 * (p[2] * code + p[3] - .7), in = out * p[2] * (1 - code * code);
        const double g[4] = {in * .7, in, out * code, out};
        for (int i = 0; i < 4; ++i) {
            m[i] = .9 * m[i] + .1 * g[i];
            v[i] = .999 * v[i] + .001 * g[i] * g[i];
            p[i] -= (step == 1 ? .1 : .05) * m[i] / (1 - std::pow(.9, step)) /
                    (std::sqrt(v[i] / (1 - std::pow(.999, step))) + 1e-8);
        }
    }
    const auto codes = probe::autoencoded<wide>(ctx, x, x, settings);
    CHECK(codes.test.values.at(0) == Catch::Approx(std::tanh(p[0] * .7 + p[1])).epsilon(1e-10));
}

TEST_CASE("the autoencoder refuses what does not fit", "[quick]") {
    using namespace coding;
    const auto rows = rows_of_plane(1, 12, 1);
    const auto with = [&](const probe::autoencoder_settings& s) {
        return coded(1, 1, rows, rows, s);
    };
    CHECK_REFUSED(coded(1, 1, {}, rows), "a filled table");
    CHECK_REFUSED(coded(1, 1, rows, {}), "a filled table");
    CHECK_REFUSED(coded(1, 1, rows, {{1, 2, {1, 2}}, {}}), "test features of 12 columns");
    auto endless = rows;
    endless.features.row(2)[1] = std::numeric_limits<float>::infinity();
    CHECK_REFUSED(coded(1, 1, endless, rows), "inf in row 2, column 1");
    CHECK_REFUSED(coded(1, 1, rows, endless), "inf in row 2, column 1");
    CHECK_REFUSED(with({.widths = {}}), "one layer or more");
    CHECK_REFUSED(with({.widths = {4, 0}}), "widths of 1 or more, found 0");
    CHECK_REFUSED(with({.rate = 0}), "a rate above 0, found 0");
    CHECK_REFUSED(with({.rate = std::nan("")}), "a rate above 0");
    CHECK_REFUSED(with({.factor = 0}), "a factor on the rate above 0");
    CHECK_REFUSED(with({.every = 0}), "one or more steps for each fall of the rate, found 0");
    CHECK_REFUSED(with({.epochs = 0}), "one or more epochs, found 0");
    CHECK_REFUSED(with({.batch = -1}), "a batch of 0 or more, found -1");
}
