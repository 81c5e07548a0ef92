// SPDX-License-Identifier: MIT
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

using named_numbers = std::vector<std::pair<std::string, std::vector<double>>>;

/// What an encoder says, lists and computes.
struct shown {
    nn::fact_map facts, all_facts;
    std::string words;
    int features = 0;
    nn::leaf_list<t64> leaves;
    named_numbers trained;  ///< every gradient and the features of a pass of three clips
    std::vector<double> plain, prepared, again;
    bool two_streams = false;
    encode::stream_widths widths{};
    std::vector<double> temporal, spatial;
};

context training_context() {
    return {.seed = 4, .training = true, .rows = {{1, 0}, {2, 0}, {3, 0}}};
}

/// Every gradient after a backward pass from these features, and the features.
named_numbers gradients_from(context& ctx, const variable<t64>& features,
                             const nn::leaf_list<t64>& leaves) {
    const t64 weights = backend_traits<t64>::full(ctx, shape_of(features), 0.3);
    nn::zero_gradients(leaves);
    backward(ctx, features, &weights);
    nn::require_gradients(leaves, "gradients_from");
    auto all = test::gradients_of(ctx, leaves);
    all.emplace_back("features", numbers(ctx, features.value));
    return all;
}

/// Calls everything through the type E; the encoder must outlive the result.
template <class E>
shown shown_by(E& model, bool two_streams) {
    shown out;
    out.facts = model.facts();
    out.all_facts = nn::facts_of(model);
    out.words = encode::encoder_words(model);
    out.features = model.features();
    out.leaves = nn::leaves(model);
    {
        context ctx = training_context();
        const recording<t64> record(ctx);
        const variable<t64> clips{test::clips_of<t64>(ctx, tiny, {1, 2, 3})};
        out.trained = gradients_from(ctx, model(ctx, clips), out.leaves);
    }
    context ctx{.seed = 5};
    const t64 clips = test::clips_of<t64>(ctx, tiny, {7, 8});
    if constexpr (encode::two_stream_encoder<E, t64>)
        if (two_streams) {
            const auto tokens = model.tokens(ctx, clips);
            out.two_streams = true;
            out.widths = model.stream_widths();
            out.temporal = numbers(ctx, tokens.temporal);
            out.spatial = numbers(ctx, tokens.spatial);
        }
    out.plain = numbers(ctx, model(ctx, clips));
    const nn::prepared ready(ctx, std::as_const(model));
    out.prepared = numbers(ctx, ready(ctx, clips));
    out.again = numbers(ctx, model(ctx, clips));
    return out;
}

void check_same(const shown& got, const shown& want) {
    CHECK(got.features == want.features);
    CHECK(got.words == want.words);
    CHECK(got.facts == want.facts);
    CHECK(got.all_facts == want.all_facts);
    REQUIRE(got.leaves.size() == want.leaves.size());
    for (std::size_t i = 0; i < got.leaves.size(); ++i) {
        CHECK(got.leaves[i].name == want.leaves[i].name);
        CHECK(got.leaves[i].alias == want.leaves[i].alias);
    }
    CHECK(got.trained == want.trained);
    CHECK(got.two_streams == want.two_streams);
    CHECK(got.temporal == want.temporal);
    CHECK(got.spatial == want.spatial);
    CHECK(got.widths.temporal == want.widths.temporal);
    CHECK(got.widths.spatial == want.widths.spatial);
    CHECK(got.prepared == want.prepared);
    CHECK(got.again == got.plain);
    CHECK(got.again == want.again);
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
        constexpr bool two_streams = encode::two_stream_encoder<encoder, t64>;
        context ctx{.seed = 5};
        const nn::scope at(ctx, "backbone");
        const nn::fact_map facts = encode::facts_of(encoder::name, encoder::sample_settings(tiny));
        encoder model(at, encoder::sample_settings(tiny));
        any same(at, facts);
        REQUIRE(same.template as<encoder>() != nullptr);
        CHECK(same.template as<own>() == nullptr);
        CHECK(std::as_const(same).template as<encoder>() == same.template as<encoder>());
        CHECK(same.name() == encoder::name);
        CHECK(same.two_stream() == two_streams);
        CHECK(any::words_of(facts) ==
              encode::settings_words<encoder>(
                  encode::settings_of<typename encoder::settings>(facts, "test")));
        check_same(shown_by(same, two_streams), shown_by(model, two_streams));
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
    const auto embedded = [&](context& ctx, auto& encoder_of_any_kind) {
        std::vector<float> frames(shape.size());
        random_stream draws({.seed = 3}, "frames");
        for (float& v : frames) v = static_cast<float>(draws.normal());
        return encode::embed<t32>(
                   ctx, encoder_of_any_kind, input, 3,
                   [&](std::size_t) {
                       return skeleton::pose_view<const float>{frames.data(), shape, 12};
                   })
            .values;
    };
    // What was saved as its type comes back as any encoder and is saved as that.
    const auto by_name = [&](const encode::description& about, const std::string& words) {
        context other{.seed = 2};
        auto back = encode::load_encoder<t32>(other, folder / "typed");
        CHECK(back.notes.empty());
        CHECK(encode::to_json(back.about) == encode::to_json(about));
        CHECK(back.model.words() == words);
        encode::save_encoder(
            other, folder / "any", back.model,
            encode::describe(back.model, input, skeleton::kinect20{}, *back.about.prepared));
        const io::mapped_file first(folder / "typed"), second(folder / "any");
        CHECK(std::ranges::equal(first.bytes(), second.bytes()));
        return embedded(other, back.model);
    };
    encode::all<t32>::for_each([&](auto tag) {
        using encoder = typename decltype(tag)::type;
        INFO(encoder::name);
        context ctx{.seed = 1}, other{.seed = 2};
        encoder model(nn::scope(ctx, "backbone"), encoder::sample_settings(input.extents()));
        const auto about = encode::describe(model, input, skeleton::kinect20{}, {});
        encode::save_encoder(ctx, folder / "typed", model, about);
        const auto features = by_name(about, encode::encoder_words(model));
        auto typed = encode::load_encoder<encoder>(other, folder / "any");
        const bool as_itself = std::is_same_v<encoder, encode::dste<t32>>;
        if constexpr (as_itself) CHECK(features == embedded(other, typed.model));
        const auto wrapped = encode::any_encoder<t32>::of(std::move(typed.model));
        CHECK(features == embedded(other, wrapped));
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
