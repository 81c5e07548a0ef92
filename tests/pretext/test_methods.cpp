// SPDX-License-Identifier: MIT
// Training methods: what they make of a batch, and what they refuse.
#include <cmath>
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/support.hpp"
#include "mgkit/augment/n_views.hpp"
#include "mgkit/augment/presets.hpp"
#include "mgkit/encode/any_encoder.hpp"
#include "mgkit/encode/dste.hpp"
#include "mgkit/pretext/list.hpp"
#include "nn/leaves.hpp"

using namespace mgkit;
using Catch::Approx;
using T = eigen::tensor<double>;
using X = variable<T>;
using encoder = encode::dste<T>;
template <std::size_t K>
using views = augment::n_views<K, augment::reference>;
using four_view = pretext::decorrelation<T, encoder, views<4>>;
using one_feature = pretext::feature_decorrelation<T, encoder, views<4>>;
using classifier = pretext::supervised<T, encoder, views<2>>;

static_assert(pretext::method<four_view> && pretext::method<classifier>);
static_assert(pretext::method<one_feature>);
static_assert(four_view::views == 4 && classifier::views == 2);

namespace {

encode::dste_settings settings() {
    return {.clip = {.channels = 3, .frames = 6, .joints = 4, .persons = 1},
            .width = 8,
            .heads = 2,
            .drop_path = 0};
}

T clips(context& ctx, extent rows, std::uint64_t seed = 1) {
    std::vector<double> values(static_cast<std::size_t>(rows) * 72);
    random_stream draws({seed}, "clips");
    for (double& v : values) v = draws.normal();
    return backend_traits<T>::from_host(ctx, values, {rows, 3, 6, 4, 1});
}

/// Each frame through a layer, their maximum: one stream, and no settings.
struct one_stream {
    using tensor_type = T;
    static constexpr const char* name = "one_stream";
    nn::linear<T> layer;
    int width;

    one_stream(const nn::scope& at, int w) : layer(at / "layer", 12, w, .5), width(w) {}
    static constexpr auto fields() { return nn::members(nn::field("layer", &one_stream::layer)); }
    nn::fact_map facts() const { return {{"width", text(width)}}; }
    int features() const { return width; }
    template <operand Y>
    Y operator()(context& ctx, const Y& input) const {
        return max(ctx, layer(ctx, encode::temporal_tokens(ctx, input)), 1);
    }
};

/// Two streams, 2 and 3 wide.
struct uneven {
    nn::linear<T> temporal, spatial;

    explicit uneven(const nn::scope& at)
        : temporal(at / "temporal", 12, 2, .5), spatial(at / "spatial", 18, 3, .5) {}
    static constexpr auto fields() {
        return nn::members(nn::field("temporal", &uneven::temporal),
                           nn::field("spatial", &uneven::spatial));
    }
    encode::stream_widths stream_widths() const { return {2, 3}; }
    template <operand Y>
    encode::stream_pair<Y> tokens(context& ctx, const Y& input) const {
        return {temporal(ctx, encode::temporal_tokens(ctx, input)),
                spatial(ctx, encode::spatial_tokens(ctx, input))};
    }
    template <operand Y>
    Y operator()(context& ctx, const Y& input) const {
        return encode::joined(ctx, encode::pooled(ctx, tokens(ctx, input)));
    }
};

double value(context& ctx, const X& x) {
    return nn::host_values(ctx, x.value).at(0);
}

}  // namespace

TEST_CASE("stacked views are embedded as views one after another", "[pretext]") {
    constexpr extent batch = 3;
    context ctx{.seed = 2};
    ctx.training = true;
    four_view stacked(nn::scope(ctx), settings()), apart(nn::scope(ctx), settings());
    const T all = clips(ctx, 4 * batch);
    const auto z = stacked.embed(ctx, all);
    for (extent k = 0; k < 4; ++k) {
        const auto tokens = apart.backbone.tokens(ctx, slice(ctx, all, 0, k * batch, batch));
        const auto pooled = encode::pooled(ctx, tokens);
        const auto close = [&](const T& got, const T& want) {
            CHECK(shape_of(got) == shape_of(want));
            const auto a = nn::host_values(ctx, got), b = nn::host_values(ctx, want);
            for (std::size_t i = 0; i < b.size(); ++i)
                CHECK(a[i] == Approx(b[i]).epsilon(1e-9).margin(1e-11));
        };
        const auto v = static_cast<std::size_t>(k);
        close(z.temporal[v], apart.t_proj(ctx, pooled.temporal));
        close(z.spatial[v], apart.s_proj(ctx, pooled.spatial));
        close(z.instance[v], apart.i_proj(ctx, encode::joined(ctx, pooled)));
    }
    CHECK(z.temporal.size() == 4);
    CHECK(shape_of(z.temporal[0]) == shape{batch, 16});
    CHECK(shape_of(z.instance[0]) == shape{batch, 32});
    CHECK(stacked.t_proj.norm1.num_batches_tracked == 4);
    const auto got = nn::host_values(ctx, stacked.i_proj.norm2.running_var),
               want = nn::host_values(ctx, apart.i_proj.norm2.running_var);
    for (std::size_t i = 0; i < want.size(); ++i) CHECK(got[i] == Approx(want[i]));
}

TEST_CASE("the objective is the loss of the embeddings, named by its parts", "[pretext]") {
    context ctx{.seed = 2};
    ctx.training = true;
    loss::decorrelation_settings w;
    w.similarity = 3;
    w.cross_correlation = .1;
    four_view model(nn::scope(ctx), settings(), {}, w);
    const X all{clips(ctx, 20)};
    const auto out = model(ctx, pretext::batch<X>{all, {}});
    REQUIRE(out.parts.size() == 3);
    CHECK(out.parts[0].first == "similarity");
    CHECK(out.parts[1].first == "variance_covariance");
    CHECK(out.parts[2].first == "cross_correlation");
    CHECK(value(ctx, out.loss) ==
          Approx(3 * value(ctx, out.parts[0].second) + value(ctx, out.parts[1].second) +
                 .1 * value(ctx, out.parts[2].second)));
    CHECK(value(ctx, out.loss) ==
          Approx(value(ctx, loss::decorrelation(ctx, model.embed(ctx, all), w).total)));
    // Labels play no part.
    const std::vector<int> labels(5, 1);
    CHECK(value(ctx, model(ctx, pretext::batch<X>{all, labels}).loss) ==
          value(ctx, model(ctx, pretext::batch<X>{all, {}}).loss));
}

TEST_CASE("equal views have no dissimilarity, and one clip is no batch", "[pretext]") {
    context ctx{.seed = 2};
    ctx.training = true;
    four_view model(nn::scope(ctx), settings());
    const T one = clips(ctx, 5);
    const T same = concat(ctx, 0, concat(ctx, 0, one, one), concat(ctx, 0, one, one));
    const auto out = model(ctx, pretext::batch<X>{X{same}, {}});
    CHECK(std::abs(value(ctx, out.parts[0].second)) < 1e-20);
    CHECK(value(ctx, out.parts[1].second) > 0);

    CHECK_REFUSED(model(ctx, pretext::batch<X>{X{clips(ctx, 4)}, {}}), "two rows per view");
    CHECK_REFUSED(model(ctx, pretext::batch<X>{X{clips(ctx, 10)}, {}}), "rows in 4 views");
    ctx.training = false;
    CHECK_REFUSED(model(ctx, pretext::batch<X>{X{clips(ctx, 10)}, {}}), "rows in 4 views");
    CHECK_REFUSED(model(ctx, pretext::batch<X>{X{clips(ctx, 4)}, {}}), "B of 2 or more");
    using one_view = pretext::decorrelation<T, encoder, views<1>>;
    one_view single(nn::scope(ctx), settings());
    CHECK_REFUSED(single(ctx, pretext::batch<X>{X{clips(ctx, 4)}, {}}), "two or more views");
}

TEST_CASE("every parameter of a method gets a gradient, and training can be repeated",
          "[pretext]") {
    context ctx{.seed = 2};
    ctx.training = true;
    four_view model(nn::scope(ctx), settings());
    const X all{clips(ctx, 12)};
    const auto gradients = [&] {
        const recording<T> record(ctx);
        const auto out = model(ctx, pretext::batch<X>{all, {}});
        nn::zero_gradients(model);
        backward(ctx, out.loss);
        std::vector<std::vector<double>> found;
        nn::for_each_parameter(model, [&](const std::string& name, auto& p) {
            CAPTURE(name);
            REQUIRE(p.slot.filled);
            CHECK(shape_of(p.slot.gradient) == shape_of(p.value));
            found.push_back(nn::host_values(ctx, p.slot.gradient));
            for (const double g : found.back()) CHECK(std::isfinite(g));
        });
        return found;
    };
    const auto first = gradients();
    CHECK(gradients() == first);

    // A frozen encoder: only the heads learn.
    nn::set_trainable(model.backbone, false);
    const recording<T> record(ctx);
    const auto out = model(ctx, pretext::batch<X>{all, {}});
    nn::zero_gradients(model);
    backward(ctx, out.loss);
    nn::for_each_parameter(model, [&](const std::string& name, auto& p) {
        CAPTURE(name);
        CHECK(p.slot.filled == !name.starts_with("backbone."));
    });
}

TEST_CASE("the supervised counterpart is cross-entropy with a label per clip", "[pretext]") {
    context ctx{.seed = 3};
    ctx.training = true;
    classifier model(nn::scope(ctx), settings(), 5);
    CHECK(shape_of(model.fc.weight.value) == shape{5, 16});
    const std::vector<int> labels{4, 0, 2};
    const T input = clips(ctx, 6);
    const auto scores = nn::host_values(ctx, model.scores(ctx, input));
    double want = 0;
    for (std::size_t r = 0; r < 6; ++r) {
        double sum = 0;
        for (std::size_t c = 0; c < 5; ++c) sum += std::exp(scores[r * 5 + c]);
        want -= std::log(std::exp(scores[r * 5 + std::size_t(labels[r % 3])]) / sum) / 6;
    }
    const auto out = model(ctx, pretext::batch<X>{X{input}, labels});
    CHECK(value(ctx, out.loss) == Approx(want).epsilon(1e-12));
    CHECK(out.parts.empty());

    const auto refused = [&](const std::vector<int>& given) {
        return refusal([&] { static_cast<void>(model(ctx, pretext::batch<X>{X{input}, given})); });
    };
    CHECK_CONTAINS(refused({}), "a label for each of 3 clips, found 0");
    CHECK_CONTAINS(refused({1, 2}), "a label for each of 3 clips, found 2");
    CHECK_CONTAINS(refused({0, 1, 5}), "labels from 0 to 4, found 5");
    CHECK_CONTAINS(refused({0, -1, 1}), "found -1");
}

TEST_CASE("parameters of a method do not depend on its views", "[pretext]") {
    context ctx{.seed = 3};
    four_view four(nn::scope(ctx), settings());
    pretext::decorrelation<T, encoder, views<2>> two(nn::scope(ctx), settings());
    CHECK(bits_of(ctx, four) == bits_of(ctx, two));
    CHECK(&four.encoder() == &four.backbone);
    CHECK(names_of(four, false).front() == "backbone.spe");
    CHECK(names_of(four, false).back() == "i_proj.6.bias");
}

TEST_CASE("one feature is decorrelated as the instance domain is", "[pretext]") {
    context ctx{.seed = 2};
    ctx.training = true;
    loss::decorrelation_settings w;
    w.similarity = 3;
    w.cross_correlation = .1;
    one_feature model(nn::scope(ctx), settings(), {}, w);
    four_view whole(nn::scope(ctx), settings(), {}, w);
    // Encoder and projector are those of the whole objective, under the same names.
    for (const auto& [name, bits] : bits_of(ctx, model))
        CHECK(bits_of(ctx, whole).at(name) == bits);
    CHECK(names_of(model, false).back() == "i_proj.6.bias");
    CHECK(model.made_of() == whole.made_of());

    const X all{clips(ctx, 20)};
    const auto out = model(ctx, pretext::batch<X>{all, {}});
    const auto want = loss::decorrelation(ctx, whole.embed(ctx, all).instance, w);
    CHECK(value(ctx, out.loss) == Approx(value(ctx, want.total)).epsilon(1e-12));
    REQUIRE(out.parts.size() == 3);
    CHECK(value(ctx, out.loss) ==
          Approx(3 * value(ctx, out.parts[0].second) + value(ctx, out.parts[1].second) +
                 .1 * value(ctx, out.parts[2].second)));
    CHECK_REFUSED(model(ctx, pretext::batch<X>{X{clips(ctx, 10)}, {}}), "rows in 4 views");
    CHECK_REFUSED(model(ctx, pretext::batch<X>{X{clips(ctx, 4)}, {}}), "two rows per view");
}

TEST_CASE("an encoder of one stream and any widths trains on its feature", "[pretext]") {
    context ctx{.seed = 2};
    ctx.training = true;
    using method = pretext::feature_decorrelation<T, one_stream, views<2>>;
    method model(nn::scope(ctx), one_stream(nn::scope(ctx, "backbone"), 5));
    CHECK(shape_of(model.i_proj.third.weight.value) == shape{10, 5});
    CHECK(model.made_of().words("encoder") == "one_stream(width 5)");
    const X all{clips(ctx, 8)};
    const auto loss_now = [&] { return model(ctx, pretext::batch<X>{all, {}}).loss; };
    double first = 0, last = 0;
    for (int step = 0; step < 30; ++step) {
        nn::zero_gradients(model);
        const recording<T> record(ctx);
        const X loss = loss_now();
        backward(ctx, loss);
        nn::require_gradients(model, "one stream");
        last = value(ctx, loss);
        if (step == 0) first = last;
        for (const auto& l : nn::parameters(nn::leaves(model)))
            *l.value = sub(ctx, *l.value, affine(ctx, l.weights->slot.gradient, .01));
    }
    CHECK(last < .9 * first);

    pretext::supervised<T, one_stream, views<2>> labelled(
        nn::scope(ctx), one_stream(nn::scope(ctx, "backbone"), 5), 3);
    CHECK(shape_of(labelled.fc.weight.value) == shape{3, 5});
    CHECK(labelled.made_of().words("encoder") == "one_stream(width 5)");
}

TEST_CASE("streams of unequal widths have projectors of their own", "[pretext]") {
    context ctx{.seed = 2};
    ctx.training = true;
    pretext::decorrelation<T, uneven, views<2>> model(ctx, uneven{nn::scope(ctx)});
    CHECK(shape_of(model.t_proj.third.weight.value) == shape{4, 4});
    CHECK(shape_of(model.s_proj.third.weight.value) == shape{6, 6});
    CHECK(shape_of(model.i_proj.third.weight.value) == shape{10, 5});
    const recording<T> record(ctx);
    backward(ctx, model(ctx, pretext::batch<X>{X{clips(ctx, 8)}, {}}).loss);
    nn::require_gradients(model, "uneven");
}

TEST_CASE("methods take an encoder by its name as well as by its type", "[pretext]") {
    using any = encode::any_encoder<T>;
    context ctx{.seed = 2};
    ctx.training = true;
    nn::fact_map named = encode::facts_of(encoder::name, settings());
    named["drop_path"] = "0";
    const X all{clips(ctx, 12)};
    const std::vector<int> labels{0, 1, 2, 0, 1, 2};
    const auto same = [&](auto& by_type, auto& by_name) {
        CHECK(bits_of(ctx, by_type) == bits_of(ctx, by_name));
        CHECK(names_of(by_type, true) == names_of(by_name, true));
        CHECK(by_type.made_of() == by_name.made_of());
        CHECK(nn::facts_of(by_type) == nn::facts_of(by_name));
        const auto input = pretext::batch<X>{all, labels};
        CHECK(value(ctx, by_type(ctx, input).loss) == value(ctx, by_name(ctx, input).loss));
    };
    four_view whole(nn::scope(ctx), settings());
    pretext::decorrelation<T, any, views<4>> any_whole(nn::scope(ctx), named);
    same(whole, any_whole);
    one_feature feature(nn::scope(ctx), settings());
    pretext::feature_decorrelation<T, any, views<4>> any_feature(
        nn::scope(ctx), any(nn::scope(ctx, "backbone"), named));
    same(feature, any_feature);
    classifier labelled(nn::scope(ctx), settings(), 3);
    pretext::supervised<T, any, views<2>> any_labelled(nn::scope(ctx), named, 3);
    same(labelled, any_labelled);

    any single = any::of(one_stream(nn::scope(ctx), 5));
    using method = pretext::decorrelation<T, any, views<4>>;
    CHECK_REFUSED(method(nn::scope(ctx), std::move(single)), "pretext::feature_decorrelation");
}
