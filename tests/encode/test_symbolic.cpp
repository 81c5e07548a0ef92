// SPDX-License-Identifier: MIT
// Encoders, projectors and the whole objective on shapes alone, and what they cost.
#include "encode/models.hpp"
#include "encode/sample_encoders.hpp"
#include "mgkit/pretext/supervised.hpp"
#include "mgkit/testing/symbolic.hpp"
#include "mgkit/train/adam.hpp"

using namespace mgkit;
using testing::counts;
using testing::symbolic;
using X = variable<symbolic>;

namespace {

struct sizes {
    int channels, frames, joints, persons, width, heads;

    encode::clip_extents clip() const { return {channels, frames, joints, persons}; }
    std::int64_t embedding() const {
        const std::int64_t t = frames, s = joints * persons, d = width;
        return 2 * t * s * channels * d + (t + s) * d * d;
    }
    /// Two streams of two layers.
    std::int64_t dste_layers() const {
        const std::int64_t t = frames, s = joints * persons, d = width;
        return 50 * (t + s) * d * d + 16 * d * (t * t + s * s);
    }
    /// What one head saves of these in a batch: two of four projections, `uses` times in each of
    /// `layers` layers, where the tokens outweigh the two products that stand for them.
    std::int64_t one_head_saves(std::int64_t batch, int layers, int uses) const {
        std::int64_t saved = 0;
        for (const std::int64_t n : {frames, joints * persons}) {
            const std::int64_t d = width;
            if (heads == 1 && batch * n >= 2 * d)
                saved += layers * (2 * uses * batch * n * d * d - 2 * d * d * d - 2 * d * d);
        }
        return saved;
    }
    std::int64_t projectors() const { return 36 * std::int64_t{width} * width; }
};

const std::vector<sizes> many{{3, 64, 25, 2, 64, 1}, {2, 64, 41, 1, 64, 4}, {3, 16, 5, 1, 8, 2},
                              {4, 7, 3, 2, 6, 1},    {1, 1, 1, 1, 2, 1},    {3, 64, 25, 2, 128, 1},
                              {3, 96, 15, 1, 64, 4}};

template <class M>
void check_gradients(M& model) {
    for (const auto& l : nn::parameters(nn::leaves(model))) {
        INFO(l.name);
        if (l.unused) continue;
        CHECK(l.weights->slot.filled);
        CHECK(l.weights->slot.gradient.extents() == l.value->extents());
    }
}

}  // namespace

TEST_CASE("every encoder runs on shapes alone, forward and backward", "[encode][symbolic]") {
    for (const auto& sample : test::sample_encoders<symbolic>())
        for (const sizes& s : many) {
            INFO(sample.name << " of " << s.joints << " joints");
            context ctx;
            auto model = sample.make(ctx, s.clip());
            const symbolic clips(test::batch_shape(5, s.clip()));
            CHECK(model(ctx, clips).extents() == shape{5, model.features()});
            if (sample.two_streams) {
                const auto tokens = model.tokens(ctx, clips);
                const shape t = tokens.temporal.extents(), p = tokens.spatial.extents();
                REQUIRE((t.rank() == 3 && p.rank() == 3));
                CHECK((t[0] == 5 && t[2] == model.stream_widths().temporal));
                CHECK((p[0] == 5 && p[2] == model.stream_widths().spatial));
                CHECK(encode::per_frame(ctx, tokens).extents() == shape{5, t[1], t[2] + p[2]});
            }
            ctx.training = true;
            ctx.rows.resize(5);
            const recording<symbolic> record(ctx);
            backward(ctx, sum(ctx, model(ctx, X{clips})));
            check_gradients(model);
        }
}

TEST_CASE("the cost of the dense encoder is the formula's, exactly", "[encode][symbolic]") {
    for (const sizes& s : many) {
        INFO("width " << s.width << ", frames " << s.frames);
        context ctx;
        encode::dste<symbolic> model(
            ctx, test::sized<encode::dste<symbolic>>(s.clip(), s.width, s.heads));
        const auto tokens = model.tokens(ctx, symbolic(test::batch_shape(3, s.clip())));
        CHECK(tokens.temporal.extents() == shape{3, s.frames, s.width});
        CHECK(tokens.spatial.extents() == shape{3, s.joints * s.persons, s.width});
        counts(ctx) = {};
        model(ctx, symbolic(test::batch_shape(3, s.clip())));
        CHECK(counts(ctx).multiply_adds ==
              3 * (s.embedding() + s.dste_layers()) - s.one_head_saves(3, 2, 3));
    }
}

TEST_CASE("the cost of the plain transformer is its docstring's", "[encode][symbolic]") {
    for (const sizes& s : many)
        for (const int layers : {1, 2, 3}) {
            context ctx;
            auto settings = test::sized<encode::sttr<symbolic>>(s.clip(), s.width, s.heads);
            settings.layers = layers;
            encode::sttr<symbolic> model(ctx, settings);
            counts(ctx) = {};
            model(ctx, symbolic(test::batch_shape(3, s.clip())));
            const std::int64_t t = s.frames, p = s.joints * s.persons, d = s.width;
            CHECK(counts(ctx).multiply_adds ==
                  3 * (s.embedding() + layers * ((t + p) * 6 * d * d + 2 * d * (t * t + p * p))) -
                      s.one_head_saves(3, layers, 1));
        }
}

TEST_CASE("the table of costs per view", "[encode][symbolic]") {
    // Million multiply-adds with projectors: 64 frames, 3 x 25 x 2 and 2 x 41 x 1.
    struct row {
        int width;
        std::int64_t large, small;
    };
    for (const row& r :
         {row{64, 32, 29}, {128, 112, 102}, {256, 415, 380}, {512, 1597, 1466}, {1024, 6262, 5758}})
        for (const bool large : {true, false}) {
            const sizes s{large ? 3 : 2, 64, large ? 25 : 41, large ? 2 : 1, r.width, 1};
            const std::int64_t formula = s.embedding() + s.dste_layers() + s.projectors();
            CHECK((formula + 500000) / 1000000 == (large ? r.large : r.small));
            if (r.width > 128) continue;  // wider models draw too many initial values for a test
            context ctx;
            test::pretraining<symbolic, 2> model(
                ctx, test::sized<encode::dste<symbolic>>(s.clip(), s.width, s.heads));
            counts(ctx) = {};
            ctx.training = true;
            ctx.rows.resize(6);
            model.embed(ctx, symbolic(test::batch_shape(6, s.clip())));
            CHECK(counts(ctx).multiply_adds == 6 * formula - s.one_head_saves(6, 2, 3));
        }
}

TEST_CASE("a training step runs on shapes alone and costs what it should", "[encode][symbolic]") {
    const sizes s{3, 64, 25, 2, 64, 1};
    constexpr int views = 4;
    const extent batch = 300;  // taller than the widest embedding: products of D x D
    context ctx;
    ctx.training = true;
    ctx.rows.resize(static_cast<std::size_t>(batch * views));
    test::pretraining<symbolic, views> model(
        ctx, test::sized<encode::dste<symbolic>>(s.clip(), s.width, s.heads));
    train::updater<symbolic> update(ctx, model, train::adam{});
    const recording<symbolic> record(ctx);
    const X clips{symbolic(test::batch_shape(views * batch, s.clip()))};
    counts(ctx) = {};
    const auto value = model(ctx, pretext::batch<X>{clips, {}});
    const std::int64_t forward = counts(ctx).multiply_adds;
    const std::int64_t per_view = s.embedding() + s.dste_layers() + s.projectors();
    CHECK(forward == batch * (views * per_view + 240 * std::int64_t{s.width} * s.width) -
                         s.one_head_saves(batch * views, 2, 3));
    CHECK(shape_of(value.loss) == shape{});
    CHECK(value.parts.size() == 3);
    backward(ctx, value.loss);
    check_gradients(model);
    const double ratio =
        static_cast<double>(counts(ctx).multiply_adds - forward) / static_cast<double>(forward);
    CHECK(ratio > 1.9);
    CHECK(ratio < 2.0);
    CHECK(counts(ctx).bytes > 0);
    update.step(ctx, 1e-3);
}

TEST_CASE("supervised training of every encoder runs on shapes alone", "[encode][symbolic]") {
    for (const auto& sample : test::sample_encoders<symbolic>()) {
        INFO(sample.name);
        const encode::clip_extents clip{3, 8, 5, 1};
        context ctx;
        ctx.training = true;
        ctx.rows.resize(6);
        pretext::supervised<symbolic, encode::any_encoder<symbolic>, test::ready_views<2>> model(
            ctx, sample.make(nn::scope(ctx, "backbone"), clip), 4);
        const recording<symbolic> record(ctx);
        const std::vector<int> labels{0, 3, 1};
        const X clips{symbolic(test::batch_shape(6, clip))};
        backward(ctx, model(ctx, pretext::batch<X>{clips, labels}).loss);
        check_gradients(model);
    }
}

TEST_CASE("reading a value inside of what is traced is an error", "[encode][symbolic]") {
    context ctx;
    const sizes s{3, 8, 5, 1, 8, 2};
    encode::dste<symbolic> model(ctx,
                                 test::sized<encode::dste<symbolic>>(s.clip(), s.width, s.heads));
    CHECK_THROWS_AS(
        testing::detail::to_doubles(ctx, model(ctx, symbolic(test::batch_shape(2, s.clip())))),
        error);
}
