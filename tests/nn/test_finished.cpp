// SPDX-License-Identifier: MIT
// Convolution or contraction and the normalisation behind it as one operation are what they are as
// two.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/support.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/nn/conv.hpp"
#include "mgkit/nn/prepared.hpp"
#include "mgkit/tensor/ops/finished_contraction.hpp"
#include "nn/leaves.hpp"

using namespace mgkit;

namespace {

template <class T>
T values_between(context& ctx, const shape& extents, const std::string& what, double from,
                 double to) {
    using S = typename backend_traits<T>::scalar;
    std::vector<S> values(static_cast<std::size_t>(extents.elements()));
    random_stream draws(random_key{11}, what);
    for (S& v : values) v = static_cast<S>(draws.uniform(from, to));
    return backend_traits<T>::from_host(ctx, values, extents);
}

template <class T>
struct conv_with_norm {
    nn::conv<T> conv;
    nn::batch_norm<T> norm;

    static constexpr auto fields() {
        return nn::members(nn::field("conv", &conv_with_norm::conv),
                           nn::field("norm", &conv_with_norm::norm));
    }
    conv_with_norm(context& ctx, extent in, extent out, const window& over, extent groups)
        : conv(nn::scope(ctx, "conv"), in, out, over, 0, groups), norm(nn::scope(ctx), out) {
        conv.bias.value = values_between<T>(ctx, {out}, "bias", -1, 1);
        norm.weight.value = values_between<T>(ctx, {out}, "scale", -2, 2);
        norm.bias.value = values_between<T>(ctx, {out}, "shift", -1, 1);
        norm.running_mean = values_between<T>(ctx, {out}, "mean", -1, 1);
        norm.running_var = values_between<T>(ctx, {out}, "variance", .5, 2);
    }
    T operator()(context& ctx, const T& x, const normalise_end<T>& end) const {
        return conv.normalised(ctx, x, norm, end);
    }
};

template <class S>
double largest(const std::vector<S>& values) {
    double out = 0;
    for (const S v : values) out = std::max(out, std::abs(static_cast<double>(v)));
    return out;
}

template <class S>
double gap(const std::vector<S>& a, const std::vector<S>& b) {
    REQUIRE(a.size() == b.size());
    double out = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        out = std::max(out, std::abs(static_cast<double>(a[i] - b[i])));
    return out;
}

/// How far the two ways may lie apart: sums of products are the same bits; behind them one way
/// rounds six times, the other five, each time by half an epsilon of no more than the sum of what
/// is added (biases, means, shifts and residuals are below 1).
template <class T>
double bound(context& ctx, const T& plain, const nn::batch_norm<T>& norm) {
    using S = typename backend_traits<T>::scalar;
    const double factor =
        largest(nn::host_values(ctx, norm.weight.value)) /
        std::sqrt(static_cast<double>(std::ranges::min(nn::host_values(ctx, norm.running_var))));
    return 5.5 * static_cast<double>(std::numeric_limits<S>::epsilon()) *
           ((largest(nn::host_values(ctx, plain)) + 2) * factor + 2);
}

/// Along frames; joints are rows.
window frames(const window_axis& axis) {
    return {axis, window_axis{}};
}

struct window_case {
    const char* what;
    extent in, out;
    window over;
    extent groups = 1;
    shape places{13, 5};  ///< behind the batch, before channels
};

const std::vector<window_case>& window_cases() {
    static const std::vector<window_case> out{
        {"point", 7, 10, frames({1})},
        {"point, more columns than rows", 3, 150, frames({1})},
        {"point, stride 2", 7, 10, frames({1, 2})},
        {"point, groups", 8, 6, frames({1}), 2},
        {"3 frames", 5, 6, frames({3, 1, 1})},
        {"3 frames, dilation 2", 5, 6, frames({3, 1, 2, 2})},
        {"5 frames, stride 2, dilation 2", 5, 600, frames({5, 2, 4, 2})},
        {"6 frames", 33, 40, frames({6, 1, 2})},
        {"9 frames", 32, 32, frames({9, 1, 4})},
        {"9 frames, narrow", 5, 3, frames({9, 1, 4})},
        {"9 frames, stride 2", 32, 48, frames({9, 2, 4})},
        {"9 frames, groups", 64, 64, frames({9, 1, 4}), 2},
        {"first tap beside most outputs", 4, 6, frames({3, 1, 10, 5})},
        {"frames and joints", 6, 4, {window_axis{3, 1, 1}, window_axis{3, 1, 1}}},
        {"joints alone", 32, 32, {window_axis{}, window_axis{9, 1, 4}}},
        {"a second axis of one entry",
         32,
         32,
         {window_axis{9, 1, 4}, window_axis{1, 2}},
         1,
         {13, 1}},
    };
    return out;
}

}  // namespace

TEMPLATE_TEST_CASE("convolution and normalisation are one operation where nothing is recorded",
                   "[conv][quick]", float, double) {
    using S = TestType;
    using T = eigen::tensor<S>;
    static_assert(finishes_conv<T> && nn::offers_standing<nn::conv<T>>);
    for (const window_case& of : window_cases()) {
        INFO(of.what);
        context ctx{.seed = 3};
        const conv_with_norm<T> model(ctx, of.in, of.out, of.over, of.groups);
        const T x = values_between<T>(ctx, {2, of.places[0], of.places[1], of.in}, "x", -1, 1);
        const T plain = model.conv(ctx, x);
        const T beside = values_between<T>(ctx, shape_of(plain), "residual", -1, 1);
        const nn::prepared ready(ctx, model);
        for (const bool relu : {false, true})
            for (const bool residual : {false, true}) {
                INFO("relu " << relu << ", residual " << residual);
                const normalise_end<T> end{residual ? &beside : nullptr, relu};
                const auto want = nn::host_values(ctx, model.norm.channels(ctx, plain, end));
                const T made = model(ctx, x, end);
                REQUIRE(shape_of(made) == shape_of(plain));
                const auto got = nn::host_values(ctx, made);
                CHECK(gap(got, want) <= bound(ctx, plain, model.norm));
                CHECK(nn::host_values(ctx, ready(ctx, x, end)) == got);
                context two{.seed = 3, .threads = 3};
                CHECK(nn::host_values(two, model(two, x, end)) == got);
            }
        ready.with(ctx, [&](const conv_with_norm<T>& m) {
            CHECK(nn::host_values(ctx, m.conv(ctx, x)) == nn::host_values(ctx, plain));
        });
    }
}

TEMPLATE_TEST_CASE("contraction and normalisation are one operation where nothing is recorded",
                   "[graph][quick]", float, double) {
    using T = eigen::tensor<TestType>;
    static_assert(finishes_contraction<T>);
    const extent n = 2, t = 11, v = 5, k = 3;
    for (const extent c : {3, 40, 600})
        for (const shape& extents : {shape{k, v, v}, shape{n, k, v, v + 1}, shape{n, k, v, v, c}}) {
            INFO(c << " channels, edges " << extents.str());
            context ctx{.seed = 3}, three{.seed = 3, .threads = 3};
            const conv_with_norm<T> model(ctx, 4, c, frames({1}), 1);
            const nn::batch_norm<T>& norm = model.norm;
            const T x = values_between<T>(ctx, {n, t, v, k, c}, "x", -1, 1),
                    edges = values_between<T>(ctx, extents, "edges", -1, 1);
            const T& bias = model.conv.bias.value;
            const T plain = graph_contract(ctx, x, edges);
            const T beside = values_between<T>(ctx, shape_of(plain), "residual", -1, 1);
            for (const T* const own : {static_cast<const T*>(nullptr), &bias})
                for (const normalise_end<T>& end :
                     {normalise_end<T>{}, normalise_end<T>{&beside, true}}) {
                    const auto want = nn::host_values(
                        ctx, norm.channels(ctx, own ? add(ctx, plain, *own) : plain, end));
                    const auto last = norm.as_end(end);
                    const T made = finished_contraction(ctx, x, edges, own, last);
                    CHECK(shape_of(made) == shape_of(plain));
                    const auto got = nn::host_values(ctx, made);
                    CHECK(gap(got, want) <= bound(ctx, plain, norm));
                    CHECK(nn::host_values(three,
                                          finished_contraction(three, x, edges, own, last)) == got);
                }
        }
}

TEST_CASE("recorded and training passes normalise behind the convolution", "[conv][quick]") {
    using T = eigen::tensor<double>;
    using recorded = variable<T>;
    for (const bool training : {false, true}) {
        context ctx{.seed = 3, .training = training};
        conv_with_norm<T> one(ctx, 4, 6, frames({3, 1, 1}), 1);
        conv_with_norm<T> two(ctx, 4, 6, frames({3, 1, 1}), 1);
        const T x = values_between<T>(ctx, {2, 7, 5, 4}, "x", -1, 1);
        const T got = one.conv.normalised(ctx, recorded{x}, one.norm, {.relu = true}).value;
        const T want = two.norm.channels(ctx, two.conv(ctx, recorded{x}), {.relu = true}).value;
        CHECK(nn::host_values(ctx, got) == nn::host_values(ctx, want));
        CHECK(nn::host_values(ctx, one.norm.running_mean) ==
              nn::host_values(ctx, two.norm.running_mean));
        CHECK(one.norm.num_batches_tracked == (training ? 1 : 0));
        const auto plain = nn::host_values(ctx, two.norm.channels(ctx, two.conv(ctx, x)));
        const auto made = nn::host_values(ctx, one.conv.normalised(ctx, x, one.norm));
        CHECK(one.norm.num_batches_tracked == (training ? 2 : 0));
        CHECK((made == plain) == training);
    }
}

TEST_CASE("what is not a number stays visible behind a convolution", "[conv][quick]") {
    using S = float;
    using T = eigen::tensor<S>;
    for (const window_case& of : window_cases()) {
        INFO(of.what);
        context ctx{.seed = 3};
        const conv_with_norm<T> model(ctx, of.in, of.out, of.over, of.groups);
        T x = values_between<T>(ctx, {2, of.places[0], of.places[1], of.in}, "x", -1, 1);
        x.data()[x.elements() / 2] = std::numeric_limits<S>::quiet_NaN();
        const normalise_end<T> end{.relu = true};
        const auto want = nn::host_values(ctx, model.norm.channels(ctx, model.conv(ctx, x), end));
        const auto got = nn::host_values(ctx, model(ctx, x, end));
        bool same = true, seen = false;
        for (std::size_t i = 0; i < got.size(); ++i) {
            same = same && std::isnan(got[i]) == std::isnan(want[i]);
            seen = seen || std::isnan(got[i]);
        }
        CHECK(same);
        CHECK(seen);
    }
}

TEST_CASE("an end of other extents is refused", "[conv][quick]") {
    using T = eigen::tensor<double>;
    context ctx{.seed = 3};
    const conv_with_norm<T> model(ctx, 4, 6, frames({3, 1, 1}), 1);
    const nn::batch_norm<T> other(nn::scope(ctx), 5);
    const T x = values_between<T>(ctx, {2, 7, 5, 4}, "x", -1, 1), beside = x;
    CHECK_REFUSED(model.conv.normalised(ctx, x, other), "scale, shift, mean and variance of [6]");
    CHECK_REFUSED(model(ctx, x, {.residual = &beside}), "a residual of [2, 7, 5, 6]");
    CHECK_REFUSED(model(ctx, values_between<T>(ctx, {2, 7, 5, 3}, "x", -1, 1), {}), "x [N, ");
    const T messages = values_between<T>(ctx, {2, 7, 5, 2, 6}, "x", -1, 1),
            edges = values_between<T>(ctx, {2, 5, 5}, "edges", -1, 1);
    CHECK_REFUSED(
        finished_contraction(ctx, messages, edges, &other.bias.value, model.norm.as_end()),
        "a bias of [6]");
    CHECK_REFUSED(finished_contraction<T>(ctx, messages, edges, nullptr, other.as_end()),
                  "scale, shift, mean and variance of [6]");
    CHECK_REFUSED(finished_contraction<T>(ctx, x, edges, nullptr, model.norm.as_end()),
                  "x [N, T, V, K, C]");
}
