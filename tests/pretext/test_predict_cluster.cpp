// SPDX-License-Identifier: MIT
// Laws of Predict & Cluster: what its decoders read, what counts as distance, what learns.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "catch.hpp"
#include "encode/models.hpp"
#include "metric/refused.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/encode/any_encoder.hpp"
#include "mgkit/encode/bigru.hpp"
#include "mgkit/pretext/predict_cluster.hpp"
#include "mgkit/train/adam.hpp"
#include "nn/leaves.hpp"

using namespace mgkit;

namespace rebuilding {

using T = eigen::tensor<double>;
using X = variable<T>;
using method = pretext::predict_cluster<T, encode::bigru<T>, pretext::no_views>;
using pretext::weak_decoder;

constexpr encode::clip_extents extents{2, 5, 3, 1};

T drawn(context& ctx, const shape& of, const char* what) {
    std::vector<double> values(static_cast<std::size_t>(of.elements()));
    random_stream draws({1}, what);
    for (double& v : values) v = draws.normal();
    return backend_traits<T>::from_host(ctx, values, of);
}
T some_clips(context& ctx, int count) {
    return drawn(ctx, {count, 2, 5, 3, 1}, "clips to rebuild");
}

method made(context& ctx, const pretext::predict_cluster_settings& how = {}) {
    return {nn::scope(ctx), encode::bigru<T>::sample_settings(extents), {}, how};
}

double loss_of(context& ctx, const method& model, const T& clips,
               std::span<const int> lengths = {}) {
    pretext::batch<T> input{{{"clips", clips, 1}}, {}};
    if (!lengths.empty()) input = {{{"clips", clips, 1}}, {{"lengths", lengths}}};
    return nn::host_values(ctx, model(ctx, input).loss).at(0);
}

void close(context& ctx, const T& got, const T& want) {
    REQUIRE(shape_of(got) == shape_of(want));
    const auto a = nn::host_values(ctx, got), b = nn::host_values(ctx, want);
    for (std::size_t i = 0; i < b.size(); ++i)
        CHECK(a[i] == Catch::Approx(b[i]).epsilon(1e-12).margin(1e-14));
}

/// `count` steps of training; the losses.
std::vector<double> train_on(context& ctx, method& model, const T& clips, int count) {
    train::updater<T> learner(ctx, model, train::adam{.rate = 1e-2, .weight_decay = 0});
    std::vector<double> out;
    ctx.training = true;
    for (int i = 0; i < count; ++i) {
        nn::zero_gradients(model);
        const recording<T> record(ctx);
        const auto value = model(ctx, pretext::batch<X>{{{"clips", X{clips}, 1}}, {}});
        backward(ctx, value.loss);
        nn::require_gradients(model, "rebuilding");
        learner.step(ctx);
        out.push_back(nn::host_values(ctx, value.loss.value).at(0));
    }
    return out;
}

}  // namespace rebuilding

TEST_CASE("both decoders are their layers, frame by frame", "[rebuilding][quick]") {
    using namespace rebuilding;
    context ctx{.seed = 3};
    method model = made(ctx);
    test::shake(ctx, model);
    const auto& [gru, out] = model.decoder;
    const T feature = drawn(ctx, {4, 8}, "features"), first = drawn(ctx, {4, 6}, "first frames");
    const T steps = model.decoder.steps_from(ctx, feature, first, 5);
    const T free = model.decoder.unrolled(ctx, feature, 5);
    const nn::recurrent_states<T> start{mgkit::reshape(ctx, feature, {1, 4, 8})};
    nn::recurrent_states<T> carried = start;
    T now = mgkit::reshape(ctx, first, {4, 1, 6});
    for (int t = 0; t < 5; ++t) {
        now = mgkit::add(ctx, now, out(ctx, gru(ctx, now, {}, &start).out));
        close(ctx, mgkit::slice(ctx, steps, 1, t, 1), now);
        const auto next = gru(ctx, mgkit::constant<T>(ctx, {4, 1, 6}, 0), {}, &carried);
        carried = next.last;
        close(ctx, mgkit::slice(ctx, free, 1, t, 1), out(ctx, next.out));
    }
}

TEST_CASE("a decoder sees no frame behind the first", "[rebuilding][quick]") {
    using namespace rebuilding;
    context ctx{.seed = 3};
    const T frames = drawn(ctx, {4, 5, 6}, "frames"), feature = drawn(ctx, {4, 8}, "features");
    const T later = mgkit::concat(ctx, 1, mgkit::slice(ctx, frames, 1, 0, 1),
                                  drawn(ctx, {4, 4, 6}, "other frames"));
    const T other = drawn(ctx, {4, 5, 6}, "other frames");
    for (const auto kind : {weak_decoder::fixed_state, weak_decoder::fixed_weight}) {
        const method model = made(ctx, {.decoder = kind});
        const auto decoded = [&](const T& of) {
            return nn::host_values(ctx, model.decoded(ctx, feature, of));
        };
        CHECK(decoded(frames) == decoded(later));
        CHECK((decoded(frames) == decoded(other)) == (kind == weak_decoder::fixed_weight));
    }
}

TEST_CASE("distance of frames: by hand, and of clips with lengths of their own",
          "[rebuilding][quick]") {
    using namespace rebuilding;
    context ctx;
    const auto of = [&](const std::vector<double>& values) {
        return backend_traits<T>::from_host(ctx, values, {2, 3, 1});
    };
    const T frames = of({1, -2, 4, 0, 0, 9}), truth = of({0, 0, 1, 0, 1, 1});
    const auto distance = [&](std::span<const int> lengths) {
        return nn::host_values(ctx, pretext::frame_distance(ctx, frames, truth, lengths)).at(0);
    };
    CHECK(distance({}) == Catch::Approx((6.0 / 3 + 9.0 / 3) / 2));
    CHECK(distance(std::vector<int>{3, 3}) == Catch::Approx(distance({})));
    CHECK(distance(std::vector<int>{2, 1}) == Catch::Approx((3.0 / 2 + 0) / 2));
    CHECK(distance(std::vector<int>{1, 2}) == Catch::Approx((1 + 1.0 / 2) / 2));
    CHECK_REFUSED(distance(std::vector<int>{0, 3}), "lengths from 1 to 3, found 0 for clip 0");
    CHECK_REFUSED(distance(std::vector<int>{3, 4}), "lengths from 1 to 3, found 4 for clip 1");
    CHECK_REFUSED(distance(std::vector<int>{3}), "B lengths or none");
    CHECK_REFUSED(pretext::frame_distance(ctx, frames, mgkit::slice(ctx, truth, 1, 0, 2)),
                  "frames [B, T, values]");

    const method model = made(ctx);
    const T clips = some_clips(ctx, 2);
    const double all = loss_of(ctx, model, clips);
    CHECK(loss_of(ctx, model, clips, std::vector<int>{5, 5}) == Catch::Approx(all));
    CHECK(loss_of(ctx, model, clips, std::vector<int>{5, 2}) != Catch::Approx(all));
}

TEST_CASE("what is told to be fixed stays, all else learns to rebuild", "[rebuilding][quick]") {
    using namespace rebuilding;
    const auto changed = [](const pretext::predict_cluster_settings& how) {
        context ctx{.seed = 3};
        method model = made(ctx, how);
        const auto cell = bits_of(ctx, model.decoder.gru), out = bits_of(ctx, model.decoder.out),
                   backbone = bits_of(ctx, model.backbone);
        const auto losses = train_on(ctx, model, some_clips(ctx, 3), 60);
        CHECK(losses.back() < .9 * losses.front());
        CHECK(bits_of(ctx, model.backbone) != backbone);
        CHECK(bits_of(ctx, model.decoder.out) != out);
        return bits_of(ctx, model.decoder.gru) != cell;
    };
    CHECK(changed({}));
    CHECK_FALSE(changed({.decoder = weak_decoder::fixed_weight}));
    CHECK(changed({.decoder = weak_decoder::fixed_weight, .trained_weights = true}));
}

TEST_CASE("clips are rebuilt from what the encoder says of itself", "[rebuilding][quick]") {
    using namespace rebuilding;
    context ctx;
    CHECK(shape_of(made(ctx).decoder.out.weight.value) == shape{6, 8});
    struct silent {
        nn::linear<T> layer;
        static constexpr auto fields() { return nn::members(nn::field("layer", &silent::layer)); }
        int features() const { return 4; }
        T operator()(context& c, const T& clips) const { return layer(c, clips); }
        X operator()(context& c, const X& clips) const { return layer(c, clips); }
    };
    using encoder = encode::any_encoder<T>;
    CHECK_REFUSED((pretext::predict_cluster<T, encoder, pretext::no_views>(
                      nn::scope(ctx), encoder::of(silent{{nn::scope(ctx), 1, 4}}))),
                  "an encoder that states its channels, joints and persons");
    const method model = made(ctx);
    const X two{some_clips(ctx, 4)};
    CHECK_REFUSED(model(ctx, pretext::batch<X>{{{"clips", two, 2}}, {}}), "2 in the batch");
}
