// SPDX-License-Identifier: MIT
// Laws of masked motion modelling: what is hidden, from whom, and what learns.
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "catch.hpp"
#include "encode/models.hpp"
#include "metric/refused.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/encode/any_encoder.hpp"
#include "mgkit/encode/blstm.hpp"
#include "mgkit/pretext/mamp.hpp"
#include "mgkit/train/adam.hpp"
#include "nn/leaves.hpp"

using namespace mgkit;

namespace masking {

using T = eigen::tensor<double>;
using X = variable<T>;
using encoder = encode::any_encoder<T>;
using method = pretext::mamp<T, encoder, pretext::no_views>;
using pretext::masked_target;

constexpr encode::clip_extents tiny_clip{2, 8, 3, 2};
constexpr int clip_count = 3;
constexpr pretext::mamp_settings half{.ratio = 0.5, .patch = 2, .layers = 1};

/// The three forms: patches one by one, and two encoders with a learned patch for hidden ones.
const std::vector<std::string> forms{"patch_transformer", "dste", "sttr"};

nn::fact_map facts(const std::string& form) {
    nn::fact_map out;
    encode::with_encoder<encode::all<T>>({{"encoder", form}}, "test", [&out]<class E>(type_tag<E>) {
        out = encode::facts_of(E::name, E::sample_settings(tiny_clip));
    });
    return out;
}
method made(context& ctx, const std::string& form, const pretext::mamp_settings& how = half) {
    method out(nn::scope(ctx), facts(form), {}, how);
    test::shake(ctx, out);
    return out;
}

T some(context& ctx, const shape& of, const char* what) {
    std::vector<double> values(static_cast<std::size_t>(of.elements()));
    random_stream draws({1}, what);
    for (double& v : values) v = draws.normal();
    return backend_traits<T>::from_host(ctx, values, of);
}
T some_clips(context& ctx, int count = clip_count) {
    ctx.rows.clear();
    for (int i = 0; i < count; ++i) ctx.rows.push_back({static_cast<std::uint32_t>(i), 0});
    return some(ctx, {count, 2, 8, 3, 2}, "clips with motion");
}
pretext::patch_masks masks_of(context& ctx, const method& model, const T& clips) {
    return model.masks(ctx, encode::patches_of(ctx, clips, model.grid.patch),
                       model.drawn(ctx, shape_of(clips)[0]));
}
/// 1 for each masked patch, [B, L] in a row.
std::vector<bool> hidden_ones(const method& model, const pretext::patch_masks& at) {
    const auto count = static_cast<std::size_t>(model.grid.count());
    const auto places = at.order.values();
    std::vector<bool> out(places.size());
    for (std::size_t i = 0; i < places.size(); ++i)
        out[i / count * count + static_cast<std::size_t>(places[i])] =
            i % count >= static_cast<std::size_t>(model.kept_patches());
    return out;
}
/// x [B, L, values] with `value` in patches that are masked, or in those that are not.
T spoilt(context& ctx, const T& x, const std::vector<bool>& is_masked, bool which, double value) {
    auto values = nn::host_values(ctx, x);
    const std::size_t width = values.size() / is_masked.size();
    for (std::size_t i = 0; i < values.size(); ++i)
        if (is_masked[i / width] == which) values[i] = value;
    return backend_traits<T>::from_host(ctx, values, shape_of(x));
}

}  // namespace masking

TEST_CASE("the loss reads no visible patch", "[mamp][quick]") {
    using namespace masking;
    constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
    for (const std::string& form : forms) {
        INFO(form);
        context ctx{.seed = 3};
        method model = made(ctx, form);
        const T clips = some_clips(ctx);
        const auto at = masks_of(ctx, model, clips);
        const auto is_masked = hidden_ones(model, at);
        const T hidden = model.hidden(ctx, clips, at), truth = model.targets(ctx, clips);
        const auto loss = [&](const T& h, const T& t) {
            return nn::host_values(ctx, model.loss_of(ctx, h, t, at)).at(0);
        };
        const double whole = loss(hidden, truth);
        CHECK(std::isfinite(whole));
        CHECK(loss(spoilt(ctx, hidden, is_masked, false, nothing),
                   spoilt(ctx, truth, is_masked, false, nothing)) == whole);
        CHECK(loss(spoilt(ctx, hidden, is_masked, true, .25), truth) != whole);
        CHECK(loss(hidden, spoilt(ctx, truth, is_masked, true, .25)) != whole);
        // Nor does anything learn from one.
        gradient_slot<T> slot;
        {
            const recording<T> record(ctx);
            const T broken = spoilt(ctx, hidden, is_masked, false, nothing);
            backward(ctx, model.loss_of(ctx, watch(broken, slot), truth, at));
        }
        const auto slope = nn::host_values(ctx, slot.gradient);
        const std::size_t width = slope.size() / is_masked.size();
        std::size_t learning = 0;
        for (std::size_t i = 0; i < slope.size(); ++i) {
            if (!is_masked[i / width]) CHECK(slope[i] == 0);
            CHECK(std::isfinite(slope[i]));
            learning += slope[i] != 0 ? 1 : 0;
        }
        CHECK(learning > slope.size() / 4);
    }
}

TEST_CASE("the encoder sees nothing of a masked patch", "[mamp][quick]") {
    using namespace masking;
    for (const std::string& form : forms) {
        INFO(form);
        context ctx{.seed = 3};
        const method model = made(ctx, form);
        const T clips = some_clips(ctx);
        const auto at = masks_of(ctx, model, clips);
        const auto is_masked = hidden_ones(model, at);
        const T patches = encode::patches_of(ctx, clips, 2);
        const auto seen = [&](bool which, double value) {
            const T other = spoilt(ctx, patches, is_masked, which, value);
            return nn::host_values(
                ctx, model.hidden(ctx, encode::clips_of(ctx, other, shape_of(clips), 2), at));
        };
        const auto hidden = nn::host_values(ctx, model.hidden(ctx, clips, at));
        CHECK(seen(true, std::numeric_limits<double>::quiet_NaN()) == hidden);
        CHECK(seen(false, .25) != hidden);
    }
}

TEST_CASE("patches go into clips as they came", "[mamp][quick]") {
    using namespace masking;
    context ctx;
    const T clips = some_clips(ctx);
    const T patches = encode::patches_of(ctx, clips, 4);
    REQUIRE(shape_of(patches) == shape{6, 6, 8});
    // Clip 1, person 1, patch 1 in time of joint 2: frame 2 of it, channel 1.
    const auto clip_at = [](extent n, extent c, extent t, extent v, extent m) {
        return static_cast<std::size_t>((((n * 2 + c) * 8 + t) * 3 + v) * 2 + m);
    };
    CHECK(nn::host_values(ctx, patches)[(3 * 6 + 5) * 8 + 2 * 2 + 1] ==
          nn::host_values(ctx, clips)[clip_at(1, 1, 6, 2, 1)]);
    CHECK(nn::host_values(ctx, encode::clips_of(ctx, patches, shape_of(clips), 4)) ==
          nn::host_values(ctx, clips));
    CHECK_REFUSED(encode::patches_of(ctx, clips, 3), "whole patches of 3 frames");
}

TEST_CASE("so many patches are kept as the reference keeps, and of them the still ones",
          "[mamp][quick]") {
    using namespace masking;
    context ctx{.seed = 3};
    encode::dste_settings wide;
    wide.clip = {3, 120, 25, 1};
    wide.width = 4;
    CHECK(
        pretext::mamp<T, encode::dste<T>, pretext::no_views>(nn::scope(ctx), wide).kept_patches() ==
        74);

    // Joint 0 of either person moves, the others stand still.
    auto values = std::vector<double>(200 * 2 * 8 * 3 * 2);
    random_stream draws({1}, "who moves");
    for (std::size_t i = 0; i < values.size(); i += 6) values[i] = values[i + 1] = draws.normal();
    ctx.rows.clear();
    for (std::uint32_t i = 0; i < 200; ++i) ctx.rows.push_back({i, 0});
    const T clips = backend_traits<T>::from_host(ctx, values, {200, 2, 8, 3, 2});
    const auto share = [&](double temperature) {
        auto how = half;
        how.temperature = temperature;
        const method model = made(ctx, "patch_transformer", how);
        const auto is_masked = hidden_ones(model, masks_of(ctx, model, clips));
        double moving = 0;
        for (std::size_t i = 0; i < is_masked.size(); i += 3) moving += is_masked[i] ? 3 : 0;
        return moving / static_cast<double>(is_masked.size());
    };
    CHECK(share(0) == Catch::Approx(.5).margin(.03));
    CHECK(share(.8) > .6);
    CHECK(share(.2) > .9);
}

TEST_CASE("masks belong to clip, person, view and epoch", "[mamp][quick]") {
    using namespace masking;
    context ctx{.seed = 3};
    const method model = made(ctx, "sttr");
    const T clips = some_clips(ctx);
    const auto numbers_of = [&](const std::vector<row_identity>& rows) {
        ctx.rows = rows;
        return nn::host_values(ctx, model.drawn(ctx, static_cast<extent>(rows.size())));
    };
    const auto all = numbers_of({{0, 0}, {1, 0}, {2, 0}});
    const std::size_t each = all.size() / 3;
    const auto other = numbers_of({{2, 0}, {0, 1}});
    CHECK(std::equal(other.begin(), other.begin() + static_cast<long>(each),
                     all.begin() + 2 * static_cast<long>(each)));
    CHECK_FALSE(std::equal(other.begin() + static_cast<long>(each), other.end(), all.begin()));
    CHECK_FALSE(std::equal(all.begin(), all.begin() + static_cast<long>(each / 2),
                           all.begin() + static_cast<long>(each / 2)));
    ctx.epoch = 1;
    CHECK(numbers_of({{0, 0}, {1, 0}, {2, 0}}) != all);
    ctx.rows.clear();
    CHECK_REFUSED(model.drawn(ctx, 3), "context::rows with 3 entries");
}

TEST_CASE("targets are motions by frames, or coordinates", "[mamp][quick]") {
    using namespace masking;
    context ctx{.seed = 3};
    const T clips = some_clips(ctx);
    const auto of = [&](const pretext::mamp_settings& how) {
        return made(ctx, "dste", how).targets(ctx, clips);
    };
    const T still = of({.target = masked_target::coordinates, .normalised = false, .patch = 2});
    CHECK(nn::host_values(ctx, still) == nn::host_values(ctx, encode::patches_of(ctx, clips, 2)));
    const T moved = encode::clips_of(ctx, of({.stride = 3, .normalised = false, .patch = 2}),
                                     shape_of(clips), 2);
    const auto at = nn::host_values(ctx, clips), step = nn::host_values(ctx, moved);
    for (std::size_t i = 0; i < at.size(); ++i) {
        const bool last = i / 6 % 8 >= 5;  // 6 values of a frame
        CHECK(step[i] == (last ? 0 : at[i + 18] - at[i]));
    }
    const auto unit = nn::host_values(ctx, of(half));
    for (std::size_t i = 0; i < unit.size(); i += 4) {
        double sum = 0, squares = 0;
        for (std::size_t k = i; k < i + 4; ++k) sum += unit[k], squares += unit[k] * unit[k];
        CHECK(sum == Catch::Approx(0).margin(1e-12));
        CHECK(squares / 3 == Catch::Approx(1).epsilon(.01));
    }
}

TEST_CASE("every form learns to predict motion", "[mamp]") {
    using namespace masking;
    for (const std::string& form : forms) {
        INFO(form);
        context ctx{.seed = 3, .training = true};
        method model = made(ctx, form);
        const T clips = some_clips(ctx);
        train::updater<T> learner(ctx, model, train::adam{.rate = 1e-2, .weight_decay = 0});
        std::vector<double> losses;
        for (int i = 0; i < 80; ++i) {
            nn::zero_gradients(model);
            const recording<T> record(ctx);
            const auto value = model(ctx, pretext::batch<X>{{{"clips", X{clips}, 1}}, {}});
            backward(ctx, value.loss);
            nn::require_gradients(model, "masking");
            learner.step(ctx);
            losses.push_back(nn::host_values(ctx, value.loss.value).at(0));
        }
        CHECK(losses.back() < .7 * losses.front());
    }
}

TEST_CASE("settings that mask nothing sensible are refused", "[mamp][quick]") {
    using namespace masking;
    context ctx;
    const auto refuses = [&](const pretext::mamp_settings& how, const char* words) {
        CHECK_REFUSED(made(ctx, "sttr", how), words);
    };
    refuses({.ratio = 0}, "some of which are masked");
    refuses({.ratio = 1}, "some of which are masked");
    refuses({.temperature = -1}, "a temperature of 0 or more");
    refuses({.stride = 8}, "a stride from 1 to 7 frames");
    refuses({.layers = 0}, "one or more layers");
    CHECK_REFUSED((encode::patch_transformer<T>(nn::scope(ctx), {.clip = tiny_clip, .patch = 3})),
                  "a patch whose frames divide those of a clip");
    CHECK_REFUSED(
        (encode::patch_transformer<T>(nn::scope(ctx), {.clip = tiny_clip, .pooling = "last"})),
        "pooling mean or joints");
    CHECK_REFUSED(made(ctx, "blstm"), "a temporal and a spatial stream of tokens");
    const method model = made(ctx, "dste");
    const X wrong{some(ctx, {2, 2, 4, 3, 2}, "short clips")};
    CHECK_REFUSED(model(ctx, pretext::batch<X>{{{"clips", wrong, 1}}, {}}),
                  "clips [N, 2, 8, 3, 2]");
}
