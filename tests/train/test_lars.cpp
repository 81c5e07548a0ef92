// SPDX-License-Identifier: MIT
// LARS: by hand, against its composition, and where lengths mean nothing.
#include <cmath>
#include <vector>

#include "catch.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/nn/archive.hpp"
#include "mgkit/nn/linear.hpp"
#include "mgkit/testing/primitives_only.hpp"
#include "mgkit/train/lars.hpp"
#include "mgkit/train/sgd.hpp"

using namespace mgkit;
using Catch::Approx;

namespace {

using twofold = eigen::tensor<double>;

template <class T>
struct of_one_tensor {
    parameter<T> p;
    static constexpr auto fields() { return nn::members(nn::field("p", &of_one_tensor::p)); }
};

/// Values after each of a series of gradients, at a rate of .5 / step.
template <class T, class Optimiser>
std::vector<std::vector<double>> values_by(const Optimiser& settings, const shape& extents,
                                           const std::vector<double>& start,
                                           const std::vector<std::vector<double>>& gradients) {
    using S = typename backend_traits<T>::scalar;
    context ctx;
    const auto upload = [&](const std::vector<double>& values) {
        return backend_traits<T>::from_host(ctx, std::vector<S>(values.begin(), values.end()),
                                            extents);
    };
    of_one_tensor<T> model{{upload(start)}};
    train::updater<T> update(ctx, model, settings);
    std::vector<std::vector<double>> out;
    for (const auto& gradient : gradients) {
        model.p.slot.gradient = upload(gradient);
        model.p.slot.filled = true;
        update.step(ctx, .5 / static_cast<double>(out.size() + 1));
        const auto now = nn::host_values(ctx, model.p.value);
        out.emplace_back(now.begin(), now.end());
    }
    return out;
}

double norm_of(const std::vector<double>& values) {
    double sum = 0;
    for (const double v : values) sum += v * v;
    return std::sqrt(sum);
}

std::vector<std::vector<double>> lars_by_hand(const train::lars& o, std::vector<double> x,
                                              const std::vector<std::vector<double>>& gradients) {
    std::vector<double> mu(x.size());
    std::vector<std::vector<double>> out;
    for (const auto& gradient : gradients) {
        std::vector<double> d = gradient;
        for (std::size_t i = 0; i < x.size(); ++i) d[i] += o.weight_decay * x[i];
        const bool any = norm_of(x) > 0 && norm_of(d) > 0;
        const double q = any ? o.trust * norm_of(x) / norm_of(d) : 1;
        for (std::size_t i = 0; i < x.size(); ++i) {
            mu[i] = o.momentum * mu[i] + q * d[i];
            x[i] -= .5 / static_cast<double>(out.size() + 1) * mu[i];
        }
        out.push_back(x);
    }
    return out;
}

void check_alike(const std::vector<std::vector<double>>& got,
                 const std::vector<std::vector<double>>& want, double tolerance) {
    REQUIRE(got.size() == want.size());
    for (std::size_t s = 0; s < want.size(); ++s)
        for (std::size_t i = 0; i < want[s].size(); ++i) {
            CAPTURE(s, i);
            CHECK(got[s][i] == Approx(want[s][i]).epsilon(tolerance).margin(tolerance));
        }
}

const std::vector<double> at_first{1, -2, .5, 0, 3, -.25}, nowhere(6);
const std::vector<std::vector<double>> pushes{{.5, -1, 0, 2, 1e-3, 4},
                                              {-.25, -1, 0, 1, 1e3, 0},
                                              {0, 0, 0, 0, 0, 0},
                                              {.1, .2, 0, -4, 0, 1e-6}};

}  // namespace

TEST_CASE("LARS follows its formula over several steps", "[quick]") {
    for (const double decay : {0., .05})
        for (const double momentum : {0., .9})
            for (const auto& start : {at_first, nowhere}) {
                CAPTURE(decay, momentum);
                const train::lars o{.momentum = momentum, .weight_decay = decay, .trust = .3};
                const auto want = lars_by_hand(o, start, pushes);
                check_alike(values_by<twofold>(o, {2, 3}, start, pushes), want, 1e-13);
                check_alike(values_by<testing::primitives_only<twofold>>(o, {2, 3}, start, pushes),
                            want, 1e-13);
                check_alike(values_by<eigen::tensor<float>>(o, {3, 1, 2}, start, pushes), want,
                            1e-4);
            }
}

TEST_CASE("a matrix moves by its own length, whatever the gradient's", "[quick]") {
    const train::lars o{.momentum = 0, .weight_decay = 0, .trust = .01};
    for (const double size : {1e-9, 1., 1e9}) {
        const auto moved = values_by<twofold>(o, {1, 2}, {3, 4}, {{0, size}})[0];
        CHECK(moved[0] == 3);
        CHECK(moved[1] == Approx(4 - .5 * .01 * 5));
    }
    // Decay alone: the direction is the value's, and its length is divided out.
    const train::lars decayed{.momentum = 0, .weight_decay = .1, .trust = .01};
    CHECK(values_by<twofold>(decayed, {1, 2}, {3, 4}, {{0, 0}})[0][1] == Approx(4 - .5 * .01 * 4));
}

TEST_CASE("without a length the step is that of momentum SGD", "[quick]") {
    const train::lars o{.weight_decay = 0};
    const auto first = values_by<twofold>(o, {2, 3}, nowhere, {pushes[0]})[0];
    for (std::size_t i = 0; i < 6; ++i) CHECK(first[i] == -.5 * pushes[0][i]);
    CHECK(values_by<twofold>(o, {2, 3}, at_first, {nowhere})[0] == at_first);
    // Squares that leave the range of float: no step of matter, and none that is not a number.
    using F = eigen::tensor<float>;
    for (const double size : {1e-30, 1e25}) {
        const auto moved = values_by<F>(o, {1, 2}, {1, 2}, {{size, -size}});
        check_alike(moved, {{1, 2}}, 1e-6);
    }
}

TEST_CASE("vectors and scalars move as by SGD without decay", "[quick]") {
    const train::lars o{.momentum = .7, .weight_decay = .5};
    const train::sgd plain{.momentum = .7};
    CHECK(values_by<twofold>(o, {6}, at_first, pushes) ==
          values_by<twofold>(plain, {6}, at_first, pushes));
    CHECK(values_by<twofold>(o, {}, {2}, {{.5}, {-1}}) ==
          values_by<twofold>(plain, {}, {2}, {{.5}, {-1}}));
}

TEST_CASE("LARS moves a large matrix alike on one and two threads") {
    using T = eigen::tensor<float>;
    const auto run = [](int threads) {
        context ctx{.seed = 2, .threads = threads};
        nn::linear<T> layer(nn::scope(ctx), 700, 300);
        train::updater<T> update(ctx, layer, train::lars{.weight_decay = .01, .trust = .1});
        for (int i = 0; i < 3; ++i) {
            layer.weight.slot.gradient = affine(ctx, square(ctx, layer.weight.value), 3, .1);
            layer.weight.slot.filled = true;
            update.step(ctx, 1);
        }
        return nn::host_values(ctx, layer.weight.value);
    };
    CHECK(run(1) == run(2));
}
