// SPDX-License-Identifier: MIT
// Laws of the sequential variational autoencoders: what the latent is, what is rebuilt from it, and
// what it is worth.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "encode/models.hpp"
#include "encode/sample_encoders.hpp"
#include "metric/refused.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/clip/prepare.hpp"
#include "mgkit/clip/preprocess.hpp"
#include "mgkit/data/synthetic.hpp"
#include "mgkit/encode/blstm.hpp"
#include "mgkit/encode/clip_input.hpp"
#include "mgkit/encode/gru.hpp"
#include "mgkit/pretext/s_vae.hpp"
#include "mgkit/pretext/u_s_vae.hpp"
#include "mgkit/probe/linear.hpp"
#include "mgkit/train/adam.hpp"
#include "nn/leaves.hpp"

using namespace mgkit;

namespace latents {

using T = eigen::tensor<double>;
using X = variable<T>;
using method = pretext::u_s_vae<T, encode::blstm<T>, pretext::no_views>;
using taught_method = pretext::s_vae<T, encode::blstm<T>, pretext::no_views>;

constexpr encode::clip_extents tiny_clip{2, 5, 3, 1};
constexpr pretext::sequence_vae_settings small{.latent = 3, .width = 4};

T drawn(context& ctx, const shape& of, const char* what) {
    std::vector<double> values(static_cast<std::size_t>(of.elements()));
    random_stream draws({1}, what);
    for (double& v : values) v = draws.normal();
    return backend_traits<T>::from_host(ctx, values, of);
}
T some_clips(context& ctx, int count) {
    ctx.rows.clear();
    for (int i = 0; i < count; ++i) ctx.rows.push_back({static_cast<std::uint32_t>(i), 0});
    return drawn(ctx, {count, 2, 5, 3, 1}, "clips with a latent");
}
double value(context& ctx, const T& x) {
    return nn::host_values(ctx, x).at(0);
}
pretext::latent_sequence<T> latent_of(context& ctx, const std::vector<double>& mean,
                                      const std::vector<double>& log_variance, const shape& s) {
    const T m = backend_traits<T>::from_host(ctx, mean, s);
    return {m, backend_traits<T>::from_host(ctx, log_variance, s), m};
}

/// Losses of `count` steps on these clips.
template <class Method>
std::vector<double> train_on(context& ctx, Method& model, const T& clips,
                             std::span<const int> labels, int count) {
    train::updater<T> learner(ctx, model, train::adam{.rate = 1e-2, .weight_decay = 0});
    std::vector<double> out;
    ctx.training = true;
    for (int i = 0; i < count; ++i) {
        nn::zero_gradients(model);
        const recording<T> record(ctx);
        pretext::batch<X> input{{{"clips", X{clips}, 1}}, {}};
        if (!labels.empty()) input = {{{"clips", X{clips}, 1}}, {{"labels", labels}}};
        const auto now = model(ctx, input);
        backward(ctx, now.loss);
        nn::require_gradients(model, "latents");
        learner.step(ctx);
        out.push_back(value(ctx, now.loss.value));
    }
    return out;
}

/// Generated people and gestures; the first half of the people is learned from.
class generated {
public:
    using F = eigen::tensor<float>;

    generated() : size_(input_.size()) {
        values_.resize(static_cast<std::size_t>(set_.size()) * size_);
        encode::clip_input::scratch work;
        for (int i = 0; i < set_.size(); ++i) {
            const auto at = static_cast<std::size_t>(i);
            input_.write_whole(set_.clip(i), std::span(values_).subspan(at * size_, size_), work);
            (set_.subjects[at] <= 4 ? learned : judged).push_back(at);
        }
    }
    encode::clip_extents extents() const { return input_.extents(); }
    /// Clips by number; `shuffled`: frames of each in an order of its own.
    F batch(context& ctx, const std::vector<std::size_t>& which, bool shuffled = false) const {
        const encode::clip_extents e = extents();
        const auto frames = static_cast<std::size_t>(e.frames),
                   points = static_cast<std::size_t>(e.points());
        std::vector<float> out;
        for (const std::size_t i : which) {
            std::vector<std::size_t> order(frames);
            std::iota(order.begin(), order.end(), 0);
            random_stream draws(random_key{.seed = 9, .clip = static_cast<std::uint32_t>(i)},
                                "order of frames");
            for (std::size_t t = frames; shuffled && t-- > 1;)
                std::swap(order[t], order[draws.below(static_cast<std::uint32_t>(t) + 1)]);
            for (std::size_t c = 0; c < static_cast<std::size_t>(e.channels); ++c)
                for (const std::size_t t : order) {
                    const auto from =
                        values_.begin() + static_cast<long>(i * size_ + (c * frames + t) * points);
                    out.insert(out.end(), from, from + static_cast<long>(points));
                }
        }
        return backend_traits<F>::from_host(
            ctx, out,
            {static_cast<extent>(which.size()), e.channels, e.frames, e.joints, e.persons});
    }
    /// How often a linear classifier of whole latent sequences is right on the other people.
    template <class Method>
    double probed(context& ctx, const Method& model, bool shuffled) const {
        const auto table = [&](const std::vector<std::size_t>& which) {
            const F mean = model.latent(ctx, batch(ctx, which, shuffled)).mean;
            data::feature_table out;
            out.values = nn::host_values(ctx, mean);
            out.rows = which.size();
            out.columns = out.values.size() / out.rows;
            return out;
        };
        const auto labels = [&](const std::vector<std::size_t>& which) {
            std::vector<int> out;
            for (const std::size_t i : which) out.push_back(set_.labels[i]);
            return out;
        };
        auto train = table(learned);
        const probe::standardiser level(train);
        train = level(std::move(train));
        const auto test = level(table(judged));
        nn::linear<F> fc(nn::scope(ctx, "fc"), static_cast<extent>(train.columns), set_.classes());
        probe::train_classifier(ctx, fc, train, labels(learned), probe::softmax_regression(1e-2),
                                [](int) {});
        const F rows = backend_traits<F>::from_host(
            ctx, test.values, {static_cast<extent>(test.rows), static_cast<extent>(test.columns)});
        const auto scores = nn::host_values(ctx, fc(ctx, rows));
        const auto want = labels(judged);
        const auto classes = static_cast<std::size_t>(set_.classes());
        double right = 0;
        for (std::size_t i = 0; i < want.size(); ++i) {
            const auto row = std::span(scores).subspan(i * classes, classes);
            right += std::max_element(row.begin(), row.end()) - row.begin() == want[i] ? 1 : 0;
        }
        return right / static_cast<double>(want.size());
    }

    std::vector<std::size_t> learned, judged;

private:
    data::clip_set set_ = clip::prepare(clip::reference_preprocessing(),
                                        data::make_synthetic({.seed = 5, .subjects = 8}))
                              .clips;
    encode::clip_input input_{set_.topology, set_.shape, {.frames = 32}};
    std::size_t size_;
    std::vector<float> values_;
};

}  // namespace latents

TEST_CASE("every encoder has states along time", "[latents][quick]") {
    using namespace latents;
    for (const auto& sample : test::sample_encoders<T>()) {
        INFO(sample.name);
        context ctx{.seed = 3};
        const auto model = sample.make(nn::scope(ctx), tiny_clip);
        const shape s = shape_of(encode::frame_states(ctx, model, some_clips(ctx, 4)));
        REQUIRE(s.rank() == 3);
        CHECK((s[0] == 4 && s[1] >= 1 && s[1] <= 5 && s[2] == model.state_width()));
        // Whatever it is, a latent of it is turned into all frames.
        const pretext::u_s_vae<T, encode::any_encoder<T>, pretext::no_views> vae(
            nn::scope(ctx), sample.make(nn::scope(ctx), tiny_clip), {}, small);
        const auto z = vae.latent(ctx, some_clips(ctx, 4));
        CHECK(shape_of(z.sample) == shape{4, s[1], 3});
        CHECK(shape_of(vae.vae.decoded(ctx, z.sample, 5)) == shape{4, 5, 6});
    }
}

TEST_CASE("states of a recurrent encoder are what its feature is made of", "[latents][quick]") {
    using namespace latents;
    context ctx{.seed = 3};
    const T clips = some_clips(ctx, 4);
    const encode::blstm<T> mean(nn::scope(ctx), {.clip = tiny_clip, .width = 4});
    const auto want = nn::host_values(ctx, mean(ctx, clips));
    const auto got =
        nn::host_values(ctx, mgkit::mean(ctx, encode::frame_states(ctx, mean, clips), {1}));
    for (std::size_t i = 0; i < want.size(); ++i) CHECK(got[i] == Catch::Approx(want[i]));
    const encode::gru<T> last(nn::scope(ctx), {.clip = tiny_clip, .width = 4});
    CHECK(nn::host_values(ctx, mgkit::slice(ctx, encode::frame_states(ctx, last, clips), 1, 4,
                                            1)) == nn::host_values(ctx, last(ctx, clips)));
}

TEST_CASE("divergence and units in use, by hand", "[latents][quick]") {
    using namespace latents;
    context ctx;
    const auto standard = latent_of(ctx, {0, 0, 0, 0}, {0, 0, 0, 0}, {1, 2, 2});
    CHECK(value(ctx, pretext::divergence(ctx, standard)) == 0);
    CHECK(value(ctx, pretext::active_units(ctx, standard)) == 0);
    // Steps of a clip: means (1, 2) and (3, 2), variances (1, 4) and (1, 1).
    const double log4 = std::log(4.0);
    const auto other = latent_of(ctx, {1, 2, 3, 2}, {0, log4, 0, 0}, {1, 2, 2});
    CHECK(value(ctx, pretext::divergence(ctx, other)) ==
          Catch::Approx(.5 * (1 + 9 + (4 + 4 - log4 - 1) + 4) / 2));
    CHECK(value(ctx, pretext::active_units(ctx, other)) == .5);
    // A deviation of .09 is below a variance of .01, one of .11 above.
    const auto edge = latent_of(ctx, {.09, .11, -.09, -.11}, {0, 0, 0, 0}, {2, 1, 2});
    CHECK(value(ctx, pretext::active_units(ctx, edge)) == .5);
}

TEST_CASE("the latent is drawn by who a row is, and its mean in evaluation", "[latents][quick]") {
    using namespace latents;
    context ctx{.seed = 3};
    method model(nn::scope(ctx), encode::blstm<T>::sample_settings(tiny_clip), {}, small);
    test::shake(ctx, model);
    const T clips = some_clips(ctx, 3);
    const auto sample = [&](const T& of) {
        return nn::host_values(ctx, model.latent(ctx, of).sample);
    };
    const auto mean = nn::host_values(ctx, model.latent(ctx, clips).mean);
    CHECK(sample(clips) == mean);
    ctx.training = true;
    const auto all = sample(clips);
    CHECK(all != mean);
    CHECK(sample(clips) == all);
    // The last clip alone draws what it drew among the others.
    ctx.rows = {{2, 0}};
    const auto alone = sample(mgkit::slice(ctx, clips, 0, 2, 1));
    for (std::size_t i = 0; i < alone.size(); ++i)
        CHECK(alone[i] == Catch::Approx(all[all.size() - alone.size() + i]).epsilon(1e-12));
    ctx.rows = {{2, 1}};
    CHECK(sample(mgkit::slice(ctx, clips, 0, 2, 1)) != alone);
    ctx.rows = {{2, 0}};
    ctx.epoch = 1;
    CHECK(sample(mgkit::slice(ctx, clips, 0, 2, 1)) != alone);
    ctx.rows.clear();
    CHECK_REFUSED(sample(clips), "u_s_vae");
}

TEST_CASE("samples have the mean and deviation of the latent", "[latents]") {
    using namespace latents;
    context ctx{.seed = 3, .training = true};
    method model(nn::scope(ctx), encode::blstm<T>::sample_settings(tiny_clip), {}, small);
    const T clips = some_clips(ctx, 2000);
    const auto z = model.latent(ctx, clips);
    const auto mean = nn::host_values(ctx, z.mean), sample = nn::host_values(ctx, z.sample),
               spread = nn::host_values(ctx, z.log_variance);
    double sum = 0, squares = 0;
    for (std::size_t i = 0; i < mean.size(); ++i) {
        const double unit = (sample[i] - mean[i]) / std::exp(spread[i] / 2);
        sum += unit, squares += unit * unit;
    }
    const auto count = static_cast<double>(mean.size());
    CHECK(std::abs(sum / count) < 4.5 / std::sqrt(count));
    CHECK(std::abs(squares / count - 1) < 4.5 * std::sqrt(2 / count));
}

TEST_CASE("losses are the sums of what they tell", "[latents][quick]") {
    using namespace latents;
    context ctx{.seed = 3, .training = true};
    const auto settings = encode::blstm<T>::sample_settings(tiny_clip);
    method free(nn::scope(ctx), settings, {}, {.latent = 3, .width = 4, .kl_weight = .25});
    taught_method taught(nn::scope(ctx), settings, 3, {},
                         {.vae = {.latent = 3, .width = 4, .kl_weight = .25}, .label_weight = 2});
    test::shake(ctx, free);
    test::shake(ctx, taught);
    const T clips = some_clips(ctx, 3);
    const std::vector<int> labels{0, 2, 1};
    const auto part = [&](const auto& of, const char* name) {
        for (const auto& [called, x] : of.parts)
            if (called == name) return value(ctx, x);
        FAIL("no part " << name);
        return 0.0;
    };
    const auto own = free(ctx, pretext::batch<T>{{{"clips", clips, 1}}, {}});
    CHECK(value(ctx, own.loss) ==
          Catch::Approx(part(own, "reconstruction") + .25 * part(own, "kl")));
    CHECK(part(own, "kl") > 0);
    CHECK((part(own, "active_units") >= 0 && part(own, "active_units") <= 1));
    const auto with = taught(ctx, pretext::batch<T>{{{"clips", clips, 1}}, {{"labels", labels}}});
    CHECK(value(ctx, with.loss) ==
          Catch::Approx(part(with, "reconstruction") + .25 * part(with, "kl") +
                        2 * part(with, "cross_entropy")));
    CHECK_REFUSED(taught(ctx, pretext::batch<T>{{{"clips", clips, 1}}, {}}),
                  "a label for each of 3 clips");
    CHECK_REFUSED(method(nn::scope(ctx), settings, {}, {.latent = 0}), "one or more units");
    CHECK_REFUSED(taught_method(nn::scope(ctx), settings, 0), "one or more classes");
}

TEST_CASE("both learn to rebuild, and one its labels", "[latents]") {
    using namespace latents;
    context ctx{.seed = 3};
    const auto settings = encode::blstm<T>::sample_settings(tiny_clip);
    method free(nn::scope(ctx), settings, {}, small);
    taught_method taught(nn::scope(ctx), settings, 3, {}, {.vae = small});
    const T clips = some_clips(ctx, 6);
    const std::vector<int> labels{0, 2, 1, 1, 0, 2};
    const auto alone = train_on(ctx, free, clips, {}, 150);
    CHECK(alone.back() < .8 * alone.front());
    const auto with = train_on(ctx, taught, clips, labels, 150);
    CHECK(with.back() < .8 * with.front());
    ctx.training = false;
    const auto scores = nn::host_values(ctx, taught.scores(ctx, taught.latent(ctx, clips)));
    int right = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const auto row = std::span(scores).subspan(i * 3, 3);
        right += std::max_element(row.begin(), row.end()) - row.begin() == labels[i] ? 1 : 0;
    }
    CHECK(right >= 5);
}

TEST_CASE("a latent is in use, and tells gestures apart by their order in time",
          "[latents][full]") {
    using namespace latents;
    using F = generated::F;
    using Y = variable<F>;
    const generated clips;
    context ctx{.seed = 3};
    pretext::u_s_vae<F, encode::blstm<F>, pretext::no_views> model(
        nn::scope(ctx), {.clip = clips.extents(), .width = 64}, {}, {.width = 64});
    train::updater<F> learner(ctx, model, train::adam{.rate = 1e-3, .weight_decay = 0});
    double active = 0, error = 0, first = 0;
    for (std::uint32_t epoch = 0; epoch < 40; ++epoch) {
        ctx.training = true;
        ctx.epoch = epoch;
        auto order = clips.learned;
        random_stream draws(random_key{.seed = 1, .epoch = epoch}, "order of clips");
        for (std::size_t i = order.size(); i-- > 1;)
            std::swap(order[i], order[draws.below(static_cast<std::uint32_t>(i) + 1)]);
        active = error = 0;
        const std::size_t size = 16, steps = order.size() / size;
        for (std::size_t k = 0; k < steps; ++k) {
            const std::vector<std::size_t> which(order.begin() + static_cast<long>(k * size),
                                                 order.begin() + static_cast<long>((k + 1) * size));
            ctx.rows.clear();
            for (const std::size_t i : which)
                ctx.rows.push_back({static_cast<std::uint32_t>(i), 0});
            nn::zero_gradients(model);
            const recording<F> record(ctx);
            const auto now =
                model(ctx, pretext::batch<Y>{{{"clips", Y{clips.batch(ctx, which)}, 1}}, {}});
            backward(ctx, now.loss);
            learner.step(ctx);
            for (const auto& [name, x] : now.parts) {
                const double v = nn::host_values(ctx, x.value).at(0) / static_cast<double>(steps);
                if (name == "active_units") active += v;
                if (name == "reconstruction") error += v;
            }
        }
        if (epoch == 0) first = error;
    }
    ctx.training = false;
    const double ordered = clips.probed(ctx, model, false),
                 shuffled = clips.probed(ctx, model, true);
    CAPTURE(active, first, error, ordered, shuffled);
    CHECK(error < .2 * first);
    CHECK(active >= .25);
    CHECK(ordered > 1.0 / 6 + .2);
    CHECK(ordered > shuffled + .05);
}
