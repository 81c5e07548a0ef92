// SPDX-License-Identifier: MIT
// Training on anything with fields: pairs, bags with masks, images.
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/support.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/nn/linear.hpp"
#include "mgkit/pretext/any_method.hpp"
#include "mgkit/tensor/ops/objective.hpp"
#include "mgkit/tensor/ops/structure.hpp"
#include "mgkit/train/checkpoint.hpp"
#include "mgkit/train/fit.hpp"
#include "mgkit/train/list.hpp"
#include "nn/leaves.hpp"
#include "train/sources.hpp"

using namespace mgkit;
using Catch::Approx;

namespace {

using T = eigen::tensor<float>;
using X = variable<T>;

/// Maps one member of a pair to the other.
struct translate {
    using tensor_type = T;
    static constexpr const char* name = "translate";
    nn::linear<T> map;

    explicit translate(context& ctx, extent width) : map(nn::scope(ctx, "map"), width, width) {}
    static constexpr auto fields() { return nn::members(nn::field("map", &translate::map)); }
    recipe made_of() const { return {}; }
    pretext::objective_value<X> operator()(context& ctx, const pretext::batch<X>& in) {
        return {mse(ctx, map(ctx, in["first"]), in["second"]), {}};
    }
};

/// Labels a bag by the mean of its members, those of the mask alone.
struct bag_mean {
    using tensor_type = T;
    static constexpr const char* name = "bag mean";
    static constexpr pretext::method_traits traits{.uses_labels = true};
    nn::linear<T> fc;

    explicit bag_mean(context& ctx, extent width) : fc(nn::scope(ctx, "fc"), width, 2) {}
    static constexpr auto fields() { return nn::members(nn::field("fc", &bag_mean::fc)); }
    recipe made_of() const { return {}; }
    pretext::objective_value<X> operator()(context& ctx, const pretext::batch<X>& in) {
        const shape s = shape_of(in["bag"]);
        const X mask = reshape(ctx, in["mask"], {s[0], s[1], 1});
        // Padding is taken out by choice, not by multiplication alone: it may be anything finite.
        const X kept = sum(ctx, mul(ctx, in["bag"], mask), {1});
        const X count = sum(ctx, mask, {1});
        const X mean_of_bag = mul(ctx, kept, square(ctx, rsqrt(ctx, count)));
        const auto one_hot = [](std::span<float> out, std::span<const int> labels) {
            for (std::size_t r = 0; r < labels.size(); ++r)
                out[2 * r + static_cast<std::size_t>(labels[r])] = 1;
        };
        const X truth{step_values<T>(ctx, {s[0], 2}, one_hot, in.labels())};
        return {cross_entropy(ctx, fc(ctx, reshape(ctx, mean_of_bag, {s[0], s[2]})), truth), {}};
    }
};

/// The brightness of pictures against their labels.
struct brightness {
    using tensor_type = T;
    static constexpr const char* name = "brightness";
    nn::linear<T> fc;
    std::vector<float> first_bytes;

    explicit brightness(context& ctx) : fc(nn::scope(ctx, "fc"), 48, 1) {}
    static constexpr auto fields() { return nn::members(nn::field("fc", &brightness::fc)); }
    recipe made_of() const { return {}; }
    pretext::objective_value<X> operator()(context& ctx, const pretext::batch<X>& in) {
        const shape s = shape_of(in["image"]);
        first_bytes = nn::host_values(ctx, value_of(in["image"]));
        const X flat = reshape(ctx, affine(ctx, in["image"], 1. / 255), {s[0], 48});
        const auto target = [](std::span<float> out, std::span<const int> labels) {
            for (std::size_t r = 0; r < labels.size(); ++r) out[r] = static_cast<float>(labels[r]);
        };
        const X truth{step_values<T>(ctx, {s[0], 1}, target, in.integers("labels"))};
        return {mse(ctx, fc(ctx, flat), truth), {}};
    }
};

}  // namespace

TEST_CASE("pairs, bags and pictures are learned from like clips", "[sources][quick]") {
    context ctx{.seed = 3};
    sources::pairs pairs;
    translate mirror(ctx, pairs.width);
    const auto paired = train::fit(ctx, mirror, pairs, train::adam{.rate = .05},
                                   train::constant_schedule{}, {.epochs = 60, .batch = 4});
    CHECK(paired.back().loss < .05 * paired.front().loss);

    sources::bags bags;
    bag_mean vote(ctx, bags.width);
    const auto bagged = train::fit(ctx, vote, bags, train::adam{.rate = .05},
                                   train::constant_schedule{}, {.epochs = 60, .batch = 4});
    CHECK(bagged.back().loss < .5 * bagged.front().loss);

    sources::images images;
    brightness light(ctx);
    const auto seen = train::fit(ctx, light, images, train::adam{.rate = .01},
                                 train::constant_schedule{}, {.epochs = 60, .batch = 8});
    CHECK(seen.back().loss < .05 * seen.front().loss);
    // A byte reaches the method as the number it is.
    REQUIRE(light.first_bytes.size() == 8 * 48);
    for (const float v : light.first_bytes) CHECK((v >= 50 && v <= 156));
}

TEST_CASE("padding of a bag changes no bit", "[sources][quick]") {
    const auto run = [](float padding) {
        context ctx{.seed = 3};
        sources::bags bags;
        bags.padding = padding;
        bag_mean vote(ctx, bags.width);
        train::fit(ctx, vote, bags, train::adam{.rate = .05}, train::constant_schedule{},
                   {.epochs = 3, .batch = 4});
        return bits_of(ctx, vote);
    };
    CHECK(run(1e6f) == run(-7));
}

TEST_CASE("a run on any source resumes to the same bits and refuses another", "[sources]") {
    const scratch_folder folder;
    const auto run = [&](int epochs, const std::string& file, int count = 12) {
        context ctx{.seed = 3};
        sources::pairs pairs{.count = count};
        translate mirror(ctx, pairs.width);
        train::fit(ctx, mirror, pairs, train::adam{}, train::step_schedule{{9}, .1},
                   {.epochs = epochs, .batch = 4}, train::checkpoints{file});
        return bits_of(ctx, mirror);
    };
    const auto whole = run(4, "");
    run(4, folder / "c");
    CHECK(run(4, folder / "c") == whole);
    CHECK_REFUSED(run(4, folder / "c", 13), "pairs 13 of width 6");
}

TEST_CASE("what a source lacks or states twice is said by name", "[sources][quick]") {
    context ctx;
    sources::pairs pairs;
    brightness light(ctx);
    CHECK_REFUSED(train::fit(ctx, light, pairs, train::adam{}, train::constant_schedule{},
                             {.epochs = 1, .batch = 4}),
                  "expected a field 'image', found fields first, second");
    bag_mean vote(ctx, 6);
    CHECK_REFUSED(train::fit(ctx, vote, pairs, train::adam{}, train::constant_schedule{},
                             {.epochs = 1, .batch = 4}),
                  "a label for each of 12 clips");
    using train::field;
    CHECK_REFUSED(train::host_batch({field{"a"}, field{"a"}}), "field 'a'");
    CHECK_REFUSED(train::host_batch({field{"a", train::field_type::real, {0}}}), "field 'a'");
    train::host_batch batch({field{"a", train::field_type::byte, {2}}});
    batch.start(3);
    CHECK(batch.bytes("a").size() == 6);
    CHECK_REFUSED(batch.reals("a"), "a field 'a' of reals");
}

TEST_CASE("a method behind any_method trains to the same bits", "[sources][quick]") {
    sources::pairs pairs;
    context ctx{.seed = 3}, other{.seed = 3};
    translate mirror(ctx, pairs.width);
    auto erased = pretext::make_method<translate>(other, pairs.width);
    static_assert(pretext::method<pretext::any_method<T>>);
    const auto fit = [&](context& own, auto& method) {
        return train::fit(own, method, pairs, train::adam{}, train::constant_schedule{},
                          {.epochs = 3, .batch = 5});
    };
    CHECK(fit(ctx, mirror).back().loss == fit(other, erased).back().loss);
    CHECK(bits_of(ctx, mirror) == bits_of(other, erased));
    CHECK(erased.made_of().words("method") == "translate");
}
