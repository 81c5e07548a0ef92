// Encoders behind one type: the same numbers, names and files as the encoders themselves.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "encode/models.hpp"
#include "io/support.hpp"
#include "mgkit/encode/archive.hpp"
#include "mgkit/encode/embed.hpp"
#include "mgkit/skeleton/list.hpp"

using namespace mgkit;
using test::numbers;
using test::t32;
using test::t64;
using test::tiny;
using any = encode::any_encoder<t64>;
using own = test::frame_bag<t64>;

static_assert(encode::trainable_encoder<any, t64>);
static_assert(encode::two_stream_encoder<any, t64>);
static_assert(!encode::two_stream_encoder<own, t64>);
static_assert(encode::encoder<nn::prepared<any>, t64>);
static_assert(nn::listing<any> && nn::stating<any> && nn::stating_below<any>);
static_assert(std::is_nothrow_move_constructible_v<any> && !std::is_copy_constructible_v<any>);

namespace {

/// Its call writes into it.
struct counting {
    int calls = 0;
    t64 operator()(context&, const t64& clips) {
        ++calls;
        return clips;
    }
};
static_assert(!encode::encoder<counting, t64>);

/// All that an encoder of type E is made from, as facts.
template <class E>
nn::fact_map sample_facts() {
    return encode::facts_of(E::name, E::sample_settings(tiny));
}

/// Features and every gradient of an encoder after a pass of three clips.
template <class E>
auto pass(E& model) {
    context ctx{.seed = 4, .training = true, .rows = {{1, 0}, {2, 0}, {3, 0}}};
    const recording<t64> record(ctx);
    const auto out = model(ctx, variable<t64>{test::clips_of<t64>(ctx, tiny, {1, 2, 3})});
    const t64 weights = backend_traits<t64>::full(ctx, shape_of(out), 0.3);
    nn::zero_gradients(model);
    backward(ctx, out, &weights);
    nn::require_gradients(model, "pass");
    auto all = test::gradients_of(ctx, model);
    all.emplace_back("features", numbers(ctx, out.value));
    return all;
}

struct a_module {
    nn::linear<t64> before;
    any inner;

    static constexpr auto fields() {
        return nn::members(nn::field("before", &a_module::before),
                           nn::field("inner", &a_module::inner));
    }
};

}  // namespace

TEST_CASE("every encoder is the same behind one type", "[any]") {
    encode::all<t64>::for_each([](auto tag) {
        using encoder = typename decltype(tag)::type;
        INFO(encoder::name);
        context ctx{.seed = 5};
        const nn::scope at(ctx, "backbone");
        encoder model(at, encoder::sample_settings(tiny));
        any same(at, sample_facts<encoder>());
        REQUIRE(same.template as<encoder>() != nullptr);
        CHECK(same.template as<own>() == nullptr);
        CHECK(std::as_const(same).template as<encoder>() == same.template as<encoder>());
        CHECK(same.name() == encoder::name);
        CHECK(same.features() == model.features());
        CHECK(same.words() == encode::encoder_words(model));
        CHECK(any::words_of(sample_facts<encoder>()) ==
              encode::settings_words<encoder>(encode::settings_of<typename encoder::settings>(
                  sample_facts<encoder>(), "test")));
        CHECK(same.facts() == model.facts());
        CHECK(nn::facts_of(same) == nn::facts_of(model));

        const auto leaves = nn::leaves(same), expected = nn::leaves(model);
        REQUIRE(leaves.size() == expected.size());
        for (std::size_t i = 0; i < leaves.size(); ++i) {
            CHECK(leaves[i].name == expected[i].name);
            CHECK(leaves[i].alias == expected[i].alias);
        }
        CHECK(pass(same) == pass(model));

        const t64 clips = test::clips_of<t64>(ctx, tiny, {7, 8});
        CHECK(same.two_stream() == encode::two_stream_encoder<encoder, t64>);
        if constexpr (encode::two_stream_encoder<encoder, t64>) {
            const auto got = same.tokens(ctx, clips), want = model.tokens(ctx, clips);
            CHECK(numbers(ctx, got.temporal) == numbers(ctx, want.temporal));
            CHECK(numbers(ctx, got.spatial) == numbers(ctx, want.spatial));
            CHECK(same.stream_widths().temporal == model.stream_widths().temporal);
            CHECK(same.stream_widths().spatial == model.stream_widths().spatial);
        }
        {
            const auto plain = numbers(ctx, same(ctx, clips));
            const nn::prepared ready(ctx, std::as_const(same));
            const nn::prepared beside(ctx, std::as_const(model));
            CHECK(numbers(ctx, ready(ctx, clips)) == numbers(ctx, beside(ctx, clips)));
            CHECK(numbers(ctx, same(ctx, clips)) == plain);
        }
        CHECK(numbers(ctx, same(ctx, clips)) == numbers(ctx, model(ctx, clips)));
    });
}

TEST_CASE("an encoder of one's own goes behind the same type", "[any]") {
    context ctx{.seed = 5};
    own model(nn::scope(ctx, "mine"), own::sample_settings(tiny));
    const t64 clips = test::clips_of<t64>(ctx, tiny, {7, 8});
    const auto features = numbers(ctx, model(ctx, clips));
    any wrapped = any::of(std::move(model));
    CHECK(wrapped.name() == "frame_bag");
    CHECK(numbers(ctx, wrapped(ctx, clips)) == features);
    CHECK(wrapped.words() == "frame_bag((2, 5, 3, 1), 3, 2)");
    CHECK_FALSE(wrapped.two_stream());
    CHECK_REFUSED(wrapped.tokens(ctx, clips),
                  "encoder frame_bag: expected a temporal and a spatial");
    CHECK_REFUSED(wrapped.stream_widths(), "pretext::feature_decorrelation");

    // Moving it leaves its leaves where they are.
    const auto before = nn::leaves(wrapped);
    any moved = std::move(wrapped);
    const auto after = nn::leaves(moved);
    REQUIRE(after.size() == before.size());
    for (std::size_t i = 0; i < after.size(); ++i) CHECK(after[i].place() == before[i].place());

    // A module like any other, and one that may hold itself.
    a_module holder{{nn::scope(ctx, "before"), 2, 2}, any::of(std::move(moved))};
    CHECK(nn::leaves(holder).back().name == "inner.layer.bias");
    CHECK(nn::facts_of(holder).at("inner.words") == "3");
    CHECK(numbers(ctx, holder.inner(ctx, clips)) == features);
}

TEST_CASE("an encoder is made by its name, from a list", "[any]") {
    context ctx{.seed = 5};
    const nn::scope at(ctx, "backbone");
    using mine = type_list<encode::dste<t64>, own>;
    auto made = encode::make_encoder<t64, mine>(
        at, {{"encoder", "frame_bag"}, {"words", "7"}, {"joints", "3"}, {"frames", "5"}});
    CHECK(made.features() == 7);
    CHECK(made.words() == "frame_bag((3, 5, 3, 1), 7, 1)");
    CHECK_REFUSED((encode::make_encoder<t64, mine>(at, {{"encoder", "sttr"}})),
                  "backbone: expected an encoder among dste, frame_bag, found sttr");
    CHECK_REFUSED((encode::make_encoder<t64, mine>(at, {{"words", "7"}})), "found none named");
    CHECK_REFUSED((encode::make_encoder<t64, mine>(at, {{"encoder", "frame_bag"}, {"heads", "2"}})),
                  "found heads 2");
    CHECK_REFUSED(any::words_of({{"encoder", "frame_bag"}}), "found frame_bag");
}

TEST_CASE("files do not tell an encoder from the same behind one type", "[any][archive]") {
    const scratch_folder folder;
    const skeleton::pose_shape shape{skeleton::channel_layout::xyzc, 12, 20, 1};
    const encode::clip_input input(skeleton::kinect20{}, shape, {.frames = 8});
    encode::all<t32>::for_each([&](auto tag) {
        using encoder = typename decltype(tag)::type;
        INFO(encoder::name);
        context ctx{.seed = 1}, other{.seed = 2};
        encoder model(nn::scope(ctx, "backbone"), encoder::sample_settings(input.extents()));
        const auto about = encode::describe(model, input, skeleton::kinect20{}, {});
        encode::save_encoder(ctx, folder / "typed", model, about);
        auto back = encode::load_encoder<t32>(other, folder / "typed");
        CHECK(back.notes.empty());
        CHECK(encode::to_json(back.about) == encode::to_json(about));
        CHECK(back.model.words() == encode::encoder_words(model));
        encode::save_encoder(
            other, folder / "any", back.model,
            encode::describe(back.model, input, skeleton::kinect20{}, *back.about.prepared));
        const io::mapped_file first(folder / "typed"), second(folder / "any");
        CHECK(std::ranges::equal(first.bytes(), second.bytes()));
        auto typed = encode::load_encoder<encoder>(other, folder / "any");

        const auto embedded = [&](auto& encoder_of_any_kind) {
            std::vector<float> frames(shape.size());
            random_stream draws({.seed = 3}, "frames");
            for (float& v : frames) v = static_cast<float>(draws.normal());
            return encode::embed<t32>(
                       other, encoder_of_any_kind, input, 3,
                       [&](std::size_t) {
                           return skeleton::pose_view<const float>{frames.data(), shape, 12};
                       })
                .values;
        };
        CHECK(embedded(back.model) == embedded(typed.model));
    });

    // A user's list beside the library's.
    context ctx{.seed = 1};
    test::frame_bag<t32> mine(nn::scope(ctx, "backbone"),
                              test::frame_bag<t32>::sample_settings(input.extents()));
    encode::save_encoder(ctx, folder / "own", mine,
                         encode::describe(mine, input, skeleton::kinect20{}, {}));
    CHECK_REFUSED(encode::load_encoder<t32>(ctx, folder / "own"), "found frame_bag");
    const io::safetensors_file file(folder / "own");
    using list = type_list<test::frame_bag<t32>>;
    const auto found = encode::load_encoder<t32, list>(ctx, file);
    CHECK(found.model.name() == "frame_bag");
    encode::description asked;
    asked.settings = {{"encoder", "dste"}};
    CHECK_REFUSED((encode::load_encoder<t32, list>(ctx, file, asked)),
                  "encoder.encoder is frame_bag instead of dste");
    CHECK_REFUSED(encode::load_encoder<encode::dste<t32>>(ctx, folder / "own"), "frame_bag");
}
