// SPDX-License-Identifier: MIT
// The recurrent encoders: the order of values in a frame, any number of frames, pooling, file
// names, cost.
#include "encode/models.hpp"
#include "mgkit/testing/symbolic.hpp"

using namespace mgkit;
using Catch::Matchers::Contains;
using test::numbers;
using test::t64;
using testing::counts;
using testing::symbolic;

namespace {

const encode::clip_extents two_persons{3, 4, 5, 2};

/// A clip whose only value that is not 0 is that of a channel, joint and person in every frame.
t64 one_value(context& ctx, int channel, int joint, int person) {
    std::vector<double> values;
    for (int c = 0; c < two_persons.channels; ++c)
        for (int t = 0; t < two_persons.frames; ++t)
            for (int v = 0; v < two_persons.joints; ++v)
                for (int m = 0; m < two_persons.persons; ++m)
                    values.push_back(c == channel && v == joint && m == person ? 1 : 0);
    return backend_traits<t64>::from_host(ctx, values, test::batch_shape(1, two_persons));
}
/// The same as frame vectors with a 1 at `place`.
t64 frames_with(context& ctx, int place) {
    const int width = two_persons.points() * two_persons.channels;
    std::vector<double> values(static_cast<std::size_t>(two_persons.frames * width));
    for (int t = 0; t < two_persons.frames; ++t)
        values[static_cast<std::size_t>(t * width + place)] = 1;
    return backend_traits<t64>::from_host(ctx, values, {1, two_persons.frames, width});
}

template <template <class> class Encoder>
std::int64_t cost(int width, int layers) {
    context ctx;
    typename Encoder<symbolic>::settings s;
    s.clip = two_persons;
    s.width = width;
    s.layers = layers;
    const Encoder<symbolic> model(ctx, s);
    counts(ctx) = {};
    model(ctx, symbolic(test::batch_shape(9, two_persons)));
    return counts(ctx).multiply_adds;
}

template <class Encoder>
std::string names_of(Encoder&& model) {
    std::string out;
    for (const auto& l : nn::leaves(model)) out += l.name + " ";
    return out;
}

}  // namespace

TEST_CASE("values of a frame stand in the order of the reference", "[encode][recurrent][quick]") {
    context ctx;
    const encode::bigru<t64> by_person(ctx, {.clip = two_persons, .width = 3, .layers = 1});
    const encode::blstm<t64> by_channel(ctx, {.clip = two_persons, .width = 3});
    const int c = 2, v = 3, m = 1;
    const t64 x = one_value(ctx, c, v, m);
    const int mvc = (m * two_persons.joints + v) * two_persons.channels + c;
    const int cvm = (c * two_persons.joints + v) * two_persons.persons + m;
    CHECK(numbers(ctx, by_person(ctx, x)) ==
          numbers(ctx, by_person.of_frames(ctx, frames_with(ctx, mvc))));
    CHECK(numbers(ctx, by_channel(ctx, x)) ==
          numbers(ctx, by_channel.of_frames(ctx, frames_with(ctx, cvm))));
}

TEST_CASE("recurrent encoders take any number of frames and pool as they are told",
          "[encode][recurrent][quick]") {
    context ctx;
    const encode::lstm<t64> mean(nn::scope(ctx, "e"), {.clip = two_persons, .width = 3}),
        last(nn::scope(ctx, "e"), {.clip = two_persons, .width = 3, .pooling = "last"});
    for (const int frames : {1, 2, 9}) {
        encode::clip_extents other = two_persons;
        other.frames = frames;
        const t64 x = test::clips_of<t64>(ctx, other, {1, 2});
        CHECK(shape_of(mean(ctx, x)) == shape{2, 3});
        const bool same = numbers(ctx, mean(ctx, x)) == numbers(ctx, last(ctx, x));
        CHECK(same == (frames == 1));
    }
    CHECK_THROWS_WITH(mean(ctx, backend_traits<t64>::full(ctx, {2, 3, 0, 5, 2}, 0)),
                      Contains("lstm") && Contains("frames"));
    CHECK_THROWS_WITH((encode::gru<t64>(ctx, {.clip = two_persons, .pooling = "max"})),
                      Contains("gru") && Contains("last or mean") && Contains("max"));
}

TEST_CASE("without looking ahead a bigru knows nothing of later frames",
          "[encode][recurrent][quick]") {
    context ctx;
    const encode::bigru<t64> ahead(nn::scope(ctx, "e"),
                                   {.clip = two_persons, .width = 3, .layers = 2}),
        stepped(nn::scope(ctx, "e"),
                {.clip = two_persons, .width = 3, .layers = 2, .look_ahead = false});
    const t64 x = test::clips_of<t64>(ctx, two_persons, {1});
    CHECK(numbers(ctx, ahead(ctx, x)) != numbers(ctx, stepped(ctx, x)));
    // Of a single frame both directions see the same.
    const t64 frame = slice(ctx, x, 2, 0, 1);
    CHECK(numbers(ctx, ahead(ctx, frame)) == numbers(ctx, stepped(ctx, frame)));
}

TEST_CASE("recurrent encoders carry the names of public checkpoints",
          "[encode][recurrent][quick]") {
    context ctx;
    CHECK(names_of(encode::lstm<t64>(ctx, {.clip = two_persons, .width = 3})) ==
          "bi_lstm.weight_ih_l0 bi_lstm.weight_hh_l0 bi_lstm.bias_ih_l0 bi_lstm.bias_hh_l0 ");
    CHECK(names_of(encode::gru<t64>(ctx, {.clip = two_persons, .width = 3, .layers = 1})) ==
          "encoder.gru.weight_ih_l0 encoder.gru.weight_hh_l0 encoder.gru.bias_ih_l0 "
          "encoder.gru.bias_hh_l0 ");
    CHECK(names_of(encode::bigru<t64>(ctx, {.clip = two_persons, .width = 3, .layers = 2}))
              .ends_with("encoder.gru.bias_hh_l1_reverse "));
}

TEST_CASE("the cost of recurrent encoders is their docstrings'", "[encode][recurrent][quick]") {
    const std::int64_t t = two_persons.frames, in = two_persons.points() * two_persons.channels;
    for (const std::int64_t h : {1, 6})
        for (const int n : {1, 3}) {
            CHECK(cost<encode::gru>(static_cast<int>(h), n) ==
                  9 * 3 * t * h * (in + h + 2 * (n - 1) * h));
            CHECK(cost<encode::lstm>(static_cast<int>(h), n) ==
                  9 * 4 * t * h * (in + h + 2 * (n - 1) * h));
            CHECK(cost<encode::bigru>(static_cast<int>(h), n) ==
                  9 * 6 * t * h * (in + h + 3 * (n - 1) * h));
            CHECK(cost<encode::blstm>(static_cast<int>(h), n) ==
                  9 * 8 * t * h * (in + h + 3 * (n - 1) * h));
        }
}
