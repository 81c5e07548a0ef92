// SPDX-License-Identifier: MIT
// Initial values, sizes, batch statistics, stochastic depth and freezing.
#include <cmath>
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/support.hpp"
#include "mgkit/augment/n_views.hpp"
#include "mgkit/augment/presets.hpp"
#include "mgkit/encode/list.hpp"
#include "mgkit/pretext/decorrelation.hpp"
#include "mgkit/train/adam.hpp"
#include "nn/leaves.hpp"

using namespace mgkit;
using Catch::Approx;
using T = eigen::tensor<float>;
using D = eigen::tensor<double>;
using views = augment::n_views<4, augment::reference>;

namespace {

struct moments {
    double mean = 0, deviation = 0, largest = 0;
};

template <class P>
moments moments_of(context& ctx, const P& p) {
    const auto values = nn::host_values(ctx, p.value);
    moments m;
    for (const double v : values) {
        m.mean += v / static_cast<double>(values.size());
        m.largest = std::max(m.largest, std::abs(v));
    }
    for (const double v : values) m.deviation += (v - m.mean) * (v - m.mean);
    m.deviation = std::sqrt(m.deviation / static_cast<double>(values.size()));
    return m;
}

bool all_equal(context& ctx, const T& tensor, float value) {
    const auto values = nn::host_values(ctx, tensor);
    return std::all_of(values.begin(), values.end(), [=](float v) { return v == value; });
}

/// Parameters of DSTE with projectors, from the layer sizes of the specification.
double dste_parameters(double d, double channels, double frames, double points) {
    const auto affine = [](double in, double out) { return in * out + out; };
    const auto embedding = [&](double in) { return affine(in, d) + 2 * d + affine(d, d); };
    const double mlp = affine(d, 2 * d) + affine(2 * d, d);
    const auto layer = [&](double tokens) {
        const double attention = affine(d, 3 * d) + affine(d, d);
        return attention + affine(d, d) + 4 * d + mlp + 2 * affine(tokens, tokens) + 4 * d + mlp;
    };
    return embedding(points * channels) + embedding(frames * channels) + points * d +
           2 * layer(frames) + 2 * layer(points);
}
double projector_parameters(double d) {
    const auto affine = [](double in, double out) { return in * out + out; };
    const auto head = [&](double in, double hidden, double out) {
        return affine(in, hidden) + affine(hidden, hidden) + affine(hidden, out) + 4 * hidden;
    };
    return 2 * head(d, 2 * d, 2 * d) + head(2 * d, 2 * d, 4 * d);
}

}  // namespace

TEST_CASE("initial values depend on seed and name only", "[quick]") {
    context ctx{.seed = 11}, again{.seed = 11}, other{.seed = 12};
    again.threads = 2;
    again.epoch = 5;
    nn::linear<T> a(nn::scope(ctx, "x.a"), 7, 9), b(nn::scope(ctx, "x.b"), 7, 9);
    nn::linear<T> b2(nn::scope(again, "x.b"), 7, 9), a2(nn::scope(again, "x.a"), 7, 9);
    nn::linear<T> c(nn::scope(other, "x.a"), 7, 9);
    CHECK(bits_of(ctx, a) == bits_of(again, a2));
    CHECK(bits_of(ctx, b) == bits_of(again, b2));
    CHECK(bits_of(ctx, a) != bits_of(ctx, b));
    CHECK(bits_of(ctx, a) != bits_of(other, c));

    // A part of a model is the same whatever is built around it.
    const encode::dste_settings s{
        .clip = {.channels = 2, .frames = 6, .joints = 5}, .width = 8, .heads = 2};
    pretext::decorrelation<T, encode::dste<T>, views> whole(nn::scope(ctx), s);
    encode::dste<T> alone(nn::scope(again, "backbone"), s);
    nn::projector<T> head(nn::scope(again, "s_proj"), 8, 16, 16);
    CHECK(bits_of(ctx, whole.backbone) == bits_of(again, alone));
    CHECK(bits_of(ctx, whole.s_proj) == bits_of(again, head));

    // Both precisions hold the same draws.
    nn::linear<D> wide(nn::scope(ctx, "x.a"), 7, 9);
    const auto narrow = nn::host_values(ctx, a.weight.value);
    const auto full = nn::host_values(ctx, wide.weight.value);
    for (std::size_t i = 0; i < full.size(); ++i) CHECK(narrow[i] == static_cast<float>(full[i]));
}

TEST_CASE("initial values have the published distributions") {
    context ctx{.seed = 4};
    const int d = 64;
    nn::dst_layer<T> layer(nn::scope(ctx), 50, d, {.heads = 4});
    const auto fc1 = moments_of(ctx, layer.CA.mlp.fc1.weight);
    CHECK(fc1.deviation == Approx(.02).epsilon(.03));  // 8192 draws: 0.8 % standard error
    CHECK(std::abs(fc1.mean) < .001);
    CHECK(fc1.largest < .12);
    CHECK(fc1.largest > .06);
    CHECK(moments_of(ctx, layer.DSA.wt1.weight).deviation == Approx(.02).epsilon(.06));
    CHECK(moments_of(ctx, layer.CA.attn.out_proj.weight).deviation == Approx(.02).epsilon(.05));

    const auto packed = moments_of(ctx, layer.CA.attn.in_proj_weight);
    const double xavier = std::sqrt(6.0 / (d + 3 * d));
    CHECK(packed.largest <= xavier);
    CHECK(packed.largest > .99 * xavier);
    CHECK(packed.deviation == Approx(xavier / std::sqrt(3.0)).epsilon(.03));
    for (const auto* conv : {&layer.CA.conv1.weight, &layer.CA.conv1.bias}) {
        const auto m = moments_of(ctx, *conv);
        CHECK(m.largest <= 1 / std::sqrt(double(d)));
        CHECK(m.largest > .9 / std::sqrt(double(d)));
    }
    for (const auto* zero : {&layer.CA.attn.in_proj_bias, &layer.CA.attn.out_proj.bias,
                             &layer.CA.mlp.fc1.bias, &layer.DSA.wt2.bias, &layer.CA.norm1.bias})
        CHECK(all_equal(ctx, zero->value, 0));
    for (const auto* one : {&layer.CA.norm1.weight, &layer.DSA.norm2.weight})
        CHECK(all_equal(ctx, one->value, 1));

    const nn::batch_norm<T> norm(nn::scope(ctx), 5);
    CHECK(all_equal(ctx, norm.weight.value, 1));
    CHECK(all_equal(ctx, norm.bias.value, 0));
    CHECK(all_equal(ctx, norm.running_mean, 0));
    CHECK(all_equal(ctx, norm.running_var, 1));
    const nn::linear<T> fc(nn::scope(ctx, "fc"), 200, 60, .01);
    CHECK(moments_of(ctx, fc.weight).deviation == Approx(.01).epsilon(.03));
    const encode::dste<T> encoder(nn::scope(ctx),
                                  {.clip = {.frames = 4, .joints = 25, .persons = 2}, .width = d});
    CHECK(moments_of(ctx, encoder.spe).deviation == Approx(.02).epsilon(.06));
    CHECK_REFUSED(nn::self_attention<T>(nn::scope(ctx), 10, 4), "width 10, 4 heads");
}

TEST_CASE("models have the published number of parameters") {
    // The formula itself, against the published sizes of width 1024.
    CHECK(dste_parameters(1024, 3, 64, 50) == Approx(57.14e6).epsilon(1e-4));
    CHECK(dste_parameters(1024, 3, 64, 50) + projector_parameters(1024) ==
          Approx(94.93e6).epsilon(1e-4));
    context ctx;
    for (const auto& [width, millions] : {std::pair{128, 1.57}, std::pair{256, 6.06}}) {
        pretext::decorrelation<T, encode::dste<T>, views> model(
            nn::scope(ctx),
            {.clip = {.channels = 3, .frames = 64, .joints = 25, .persons = 2}, .width = width});
        const auto count = static_cast<double>(nn::parameter_count(model));
        CHECK(count == dste_parameters(width, 3, 64, 50) + projector_parameters(width));
        CHECK(count / 1e6 == Approx(millions).margin(.005));
    }
}

TEST_CASE("running statistics take one step per view, in view order", "[quick]") {
    context ctx;
    ctx.training = true;
    nn::batch_norm<D> norm(nn::scope(ctx), 2);
    const std::vector<double> x{1,  10, 3, 30, 5,  20,  // view 0
                                -2, 0,  4, 1,  10, 5};  // view 1
    const D in = backend_traits<D>::from_host(ctx, x, {6, 2});
    norm(ctx, in, 2);
    double mean[2] = {0, 0}, var[2] = {1, 1};
    for (int g = 0; g < 2; ++g)
        for (int c = 0; c < 2; ++c) {
            double m = 0, v = 0;
            for (int r = 0; r < 3; ++r) m += x[std::size_t((g * 3 + r) * 2 + c)] / 3;
            for (int r = 0; r < 3; ++r)
                v += std::pow(x[std::size_t((g * 3 + r) * 2 + c)] - m, 2) / 2;  // unbiased
            mean[c] = .9 * mean[c] + .1 * m;
            var[c] = .9 * var[c] + .1 * v;
        }
    for (std::size_t c = 0; c < 2; ++c) {
        CHECK(nn::host_values(ctx, norm.running_mean)[c] == Approx(mean[c]).epsilon(1e-13));
        CHECK(nn::host_values(ctx, norm.running_var)[c] == Approx(var[c]).epsilon(1e-13));
    }
    CHECK(norm.num_batches_tracked == 2);

    // Views one after another give the same bits; views swapped do not.
    nn::batch_norm<D> apart(nn::scope(ctx), 2), swapped(nn::scope(ctx), 2);
    const D first = slice(ctx, in, 0, 0, 3), second = slice(ctx, in, 0, 3, 3);
    apart(ctx, first);
    apart(ctx, second);
    swapped(ctx, concat(ctx, 0, second, first), 2);
    CHECK(bits_of(ctx, apart) == bits_of(ctx, norm));
    CHECK(bits_of(ctx, swapped) != bits_of(ctx, norm));
}

TEST_CASE("batch norm: standardised while training, affine by running statistics otherwise",
          "[quick]") {
    context ctx;
    nn::batch_norm<D> norm(nn::scope(ctx), 1);
    fill(ctx, norm.running_mean, 2);
    fill(ctx, norm.running_var, 9);
    fill(ctx, norm.weight.value, 5);
    fill(ctx, norm.bias.value, -1);
    const auto before = bits_of(ctx, norm);
    const D x = backend_traits<D>::from_host(ctx, std::vector<double>{2, 5, 8}, {3, 1});
    const auto out = nn::host_values(ctx, norm(ctx, x));
    const double inverse = 1 / std::sqrt(9 + 1e-5);
    for (std::size_t i = 0; i < 3; ++i) CHECK(out[i] == Approx(-1 + 5 * 3.0 * double(i) * inverse));
    CHECK(bits_of(ctx, norm) == before);
    // One row is enough with running statistics, never while training.
    const D single = backend_traits<D>::from_host(ctx, std::vector<double>{5}, {1, 1});
    CHECK(nn::host_values(ctx, norm(ctx, single))[0] == Approx(-1 + 15 * inverse));
    ctx.training = true;
    CHECK_REFUSED(norm(ctx, single), "two rows per view");
    CHECK_REFUSED(norm(ctx, x, 3), "two rows per view");
    CHECK_REFUSED(norm(ctx, x, 2), "equal groups");
    CHECK(bits_of(ctx, norm) == before);
    const auto unit = nn::host_values(ctx, norm(ctx, x));
    CHECK(unit[0] + unit[1] + unit[2] == Approx(-3));
    CHECK(unit[2] == Approx(-1 + 5 * 3 / std::sqrt(6 + 1e-5)));
}

TEST_CASE("stochastic depth belongs to clip, view, epoch and layer, not to the batch", "[quick]") {
    context ctx{.seed = 8};
    ctx.training = true;
    constexpr extent rows = 4000;
    for (extent i = 0; i < rows; ++i)
        ctx.rows.push_back({static_cast<std::uint32_t>(i / 4), static_cast<std::uint32_t>(i % 4)});
    const auto draw = [&](const char* layer, double rate) {
        const auto plan =
            nn::draw_paths<6, D>(ctx, layer, rate, static_cast<extent>(ctx.rows.size()));
        REQUIRE(plan.active);
        std::vector<std::vector<double>> out;
        for (const D& factors : plan.factors) out.push_back(nn::host_values(ctx, factors));
        return out;
    };
    const auto all = draw("t_tr", .1);
    for (const auto& branch : all) {
        int dropped = 0;
        for (const double f : branch) {
            CHECK((f == 0 || f == Approx(1 / .9)));
            dropped += f == 0;
        }
        CHECK(std::abs(dropped - 400) < 100);  // sd 19
    }
    CHECK(all[0] != all[1]);
    CHECK(draw("s_tr", .1) != all);
    ctx.rows = {ctx.rows[17], ctx.rows[2], ctx.rows[3999]};
    const auto few = draw("t_tr", .1);
    for (std::size_t b = 0; b < 6; ++b)
        CHECK(few[b] == std::vector<double>{all[b][17], all[b][2], all[b][3999]});

    CHECK_REFUSED((nn::draw_paths<6, D>(ctx, "t_tr", .1, 4)), "context::rows with 4 entries");
    CHECK_FALSE((nn::draw_paths<6, D>(ctx, "t_tr", 0, 4).active));
    ctx.training = false;
    CHECK_FALSE((nn::draw_paths<6, D>(ctx, "t_tr", .1, 4).active));
    CHECK_REFUSED(nn::dst_layer<T>(nn::scope(ctx), 4, 4, {.drop_path = 1}), "drop-path rate");
    CHECK_REFUSED(nn::dst_layer<T>(nn::scope(ctx), 4, 4, {.gap = 0}), "shift gap");
}

TEST_CASE("frozen parameters keep every bit and gather no gradient", "[quick]") {
    context ctx{.seed = 6};
    nn::dst_layer<T> layer(nn::scope(ctx), 5, 8, {.heads = 2, .drop_path = 0});
    nn::set_trainable(layer.CA, false);
    const auto frozen = bits_of(ctx, layer.CA);
    const auto free = bits_of(ctx, layer.DSA);
    train::updater<T> update(ctx, layer, train::adam{.rate = .01, .weight_decay = .1});
    const T x = backend_traits<T>::full(ctx, {2, 5, 8}, .5);
    const auto step = [&] {
        const recording<T> record(ctx);
        const auto loss = sum(ctx, square(ctx, layer(ctx, variable<T>{x})));
        nn::zero_gradients(layer);
        backward(ctx, loss);
        update.step(ctx, .01);
    };
    for (int i = 0; i < 3; ++i) step();
    CHECK(bits_of(ctx, layer.CA) == frozen);
    CHECK_FALSE(layer.CA.attn.in_proj_weight.slot.filled);
    const auto moved = bits_of(ctx, layer.DSA);
    CHECK(moved.at("mlp.fc1.weight") != free.at("mlp.fc1.weight"));
    CHECK(moved.at("norm1.weight") != free.at("norm1.weight"));
    nn::set_trainable(layer.CA, true);
    step();
    CHECK(bits_of(ctx, layer.CA) != frozen);
}
