// SPDX-License-Identifier: MIT
// Work that is left out must not be missed: merged projections and dropped samples.
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/support.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/nn/dst_layer.hpp"
#include "mgkit/nn/prepared.hpp"
#include "nn/leaves.hpp"

using namespace mgkit;
using D = eigen::tensor<double>;
using X = variable<D>;

namespace {

D drawn(context& ctx, const shape& extents, std::uint64_t seed) {
    std::vector<double> values(static_cast<std::size_t>(extents.elements()));
    random_stream draws(random_key{seed}, "savings");
    for (double& v : values) v = draws.uniform(-1, 1);
    return backend_traits<D>::from_host(ctx, values, extents);
}

/// The value of f(x), the gradient of its weighted sum with respect to x and to the parameters.
template <class M, class F>
std::vector<std::vector<double>> value_and_gradients(context& ctx, M& model, const D& x, F&& f) {
    nn::zero_gradients(model);
    gradient_slot<D> dx;
    const recording<D> record(ctx);
    const X y = f(watch(x, dx));
    const D weights = drawn(ctx, shape_of(y), 3);
    backward(ctx, y, &weights);
    std::vector<std::vector<double>> out{nn::host_values(ctx, y.value),
                                         nn::host_values(ctx, dx.gradient)};
    nn::for_each_parameter(model, [&](const std::string&, auto& p) {
        out.push_back(nn::host_values(ctx, p.slot.gradient));
    });
    return out;
}

double apart(const std::vector<double>& a, const std::vector<double>& b) {
    REQUIRE(a.size() == b.size());
    double gap = 0, largest = 1;
    for (std::size_t i = 0; i < a.size(); ++i) {
        gap = std::max(gap, std::abs(a[i] - b[i]));
        largest = std::max(largest, std::abs(b[i]));
    }
    return gap / largest;
}

}  // namespace

TEST_CASE("one head with merged projections is the attention of its four projections") {
    context ctx{.seed = 5};
    nn::self_attention<D> attention(nn::scope(ctx), 6, 1);
    nn::for_each_parameter(attention, [&](const std::string& name, auto& p) {
        p.value = drawn(ctx, shape_of(p.value), name_hash(name));
    });
    // 12 tokens are enough for width 6, 11 are not.
    for (const shape& extents : {shape{4, 3, 6}, shape{40, 7, 6}, shape{1, 11, 6}}) {
        const D x = drawn(ctx, extents, 2);
        const auto merged =
            value_and_gradients(ctx, attention, x, [&](const X& in) { return attention(ctx, in); });
        const auto plain = value_and_gradients(ctx, attention, x, [&](const X& in) {
            const X qkv = mgkit::linear(ctx, in, use<X>(attention.in_proj_weight),
                                        use<X>(attention.in_proj_bias));
            return attention.out_proj(ctx, mgkit::attention(ctx, qkv, 1));
        });
        REQUIRE(merged.size() == plain.size());
        for (std::size_t i = 0; i < plain.size(); ++i) CHECK(apart(merged[i], plain[i]) < 1e-13);
        const auto& key_bias = merged[3];
        const bool merges = extents[0] * extents[1] >= 12;
        for (std::size_t i = 6; merges && i < 12; ++i) CHECK(key_bias[i] == 0);
    }
}

TEST_CASE("a prepared model gives the model's features and leaves the model as it is", "[quick]") {
    for (const int heads : {1, 2}) {
        context ctx{.seed = 7}, elsewhere{.seed = 8};
        nn::dst_layer<D> layer(nn::scope(ctx), 5, 6, {.heads = heads});
        nn::for_each_parameter(layer, [&](const std::string& name, auto& p) {
            p.value = drawn(ctx, shape_of(p.value), name_hash(name));
        });
        const nn::dst_layer<D>& model = layer;
        const D x = drawn(ctx, {1, 5, 6}, 2);  // too few tokens to merge projections by themselves
        const auto values = [&] { return nn::host_values(ctx, model(ctx, x)); };
        const auto plain = values();
        const nn::prepared ready(ctx, model);
        CHECK(&ready.model() == &model);
        const auto standing = nn::host_values(ctx, ready(ctx, x));
        CHECK(apart(standing, plain) < 1e-13);
        CHECK((standing == plain) == (heads == 2));
        CHECK(values() == plain);
        CHECK(nn::host_values(elsewhere, ready(elsewhere, x)) == standing);
        const nn::prepared same = ready;
        const nn::prepared around(ctx, ready);
        CHECK(nn::host_values(ctx, same(ctx, x)) == standing);
        CHECK(nn::host_values(ctx, around(ctx, x)) == standing);
        ready.with(ctx, [&](const nn::dst_layer<D>& m) {
            CHECK(nn::host_values(ctx, m(ctx, x)) == standing);
            // Another model's pass, and the end of it, within.
            const nn::dst_layer<D> copy = m;
            const nn::prepared inner(ctx, copy);
            CHECK(nn::host_values(ctx, inner(ctx, x)) == standing);
            CHECK(nn::host_values(ctx, copy(ctx, x)) == plain);
            CHECK(nn::host_values(ctx, m(ctx, x)) == standing);
        });
        CHECK_REFUSED(ready(ctx, drawn(ctx, {5, 6}, 2)), "[B, N, d]");
        CHECK(values() == plain);

        // Recorded passes compute anew: gradients reach the parameters.
        gradient_slot<D> dx;
        {
            const recording<D> record(ctx);
            const X y = ready(ctx, watch(x, dx));
            const D weights = drawn(ctx, shape_of(y), 3);
            backward(ctx, y, &weights);
            CHECK(nn::host_values(ctx, y.value) == plain);
        }
        nn::require_gradients(layer, "test");

        layer.CA.attn.in_proj_weight.value = drawn(ctx, {18, 6}, 9);
        CHECK(apart(values(), plain) > 1e-3);
        CHECK(apart(nn::host_values(ctx, nn::prepared(ctx, layer)(ctx, x)), values()) < 1e-13);
    }
}

TEST_CASE("a branch that runs on the samples that keep it gives what factors of 0 give",
          "[quick]") {
    context ctx{.seed = 6};
    nn::linear<D> fc(nn::scope(ctx), 5, 5, 1);
    const D x = drawn(ctx, {4, 3, 5}, 2), sum = drawn(ctx, {4, 3, 5}, 4);
    const auto branch = [&](const X& in) { return fc(ctx, in, activation::gelu); };
    for (const std::vector<double>& factors :
         {std::vector<double>{1.25, 0, 1.25, 0}, {0, 0, 0, 0}, {1.25, 1.25, 1.25, 1.25}}) {
        const D factor = backend_traits<D>::from_host(ctx, factors, {4, 1, 1});
        const nn::path_plan<X, 1> plan{.active = true, .factors = {X{factor}}};
        extent rows = -1;
        const auto seen = [&](const X& in) {
            rows = shape_of(in)[0];
            return branch(in);
        };
        const auto scaled = [&](const X& in) { return mul(ctx, branch(in), X{factor}); };
        const std::array ours{
            value_and_gradients(ctx, fc, x, [&](const X& in) { return plan(ctx, 0, in, seen); }),
            value_and_gradients(ctx, fc, x,
                                [&](const X& in) { return plan(ctx, X{sum}, 0, in, seen); })};
        const std::array masked{value_and_gradients(ctx, fc, x, scaled),
                                value_and_gradients(ctx, fc, x, [&](const X& in) {
                                    return add(ctx, X{sum}, scaled(in));
                                })};
        CHECK(rows == std::count(factors.begin(), factors.end(), 1.25));
        for (std::size_t k = 0; k < ours.size(); ++k)
            for (std::size_t i = 0; i < ours[k].size(); ++i)
                CHECK(apart(ours[k][i], masked[k][i]) < 1e-14);
    }
}

TEST_CASE("chosen rows must increase and exist", "[quick]") {
    CHECK_REFUSED(row_choice(3, {{0, 1}, {3, 1}}), "row 3");
    CHECK_REFUSED(row_choice(3, {{1, 1}, {1, 1}}), "row 1");
    CHECK_REFUSED(row_choice(3, {{-1, 1}}), "row -1");
}
