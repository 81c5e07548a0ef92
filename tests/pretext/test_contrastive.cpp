// SPDX-License-Identifier: MIT
// Laws of the contrastive methods: what equals what, who learns, what the queue holds.
#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "catch.hpp"
#include "encode/models.hpp"
#include "metric/refused.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/encode/bigru.hpp"
#include "mgkit/encode/st_gcn.hpp"
#include "mgkit/pretext/aimclr.hpp"
#include "mgkit/pretext/dual_stream.hpp"
#include "mgkit/testing/gradient_check.hpp"
#include "mgkit/train/sgd.hpp"
#include "nn/leaves.hpp"

using namespace mgkit;

namespace contrastive {

using T = eigen::tensor<double>;
using X = variable<T>;
using network = encode::st_gcn<T>;
using moco = pretext::moco<T, network, pretext::no_views>;
using aimclr = pretext::aimclr<T, network, pretext::no_views>;

constexpr encode::clip_extents tiny{2, 5, 3, 1};
constexpr pretext::momentum_settings small{.features = 4, .queue = 10, .momentum = 0.9};

T some_clips(context& ctx, int count, const char* what) {
    std::vector<double> values(static_cast<std::size_t>(count) * 30);
    random_stream draws({1}, what);
    for (double& v : values) v = draws.normal();
    return backend_traits<T>::from_host(ctx, values, {count, 2, 5, 3, 1});
}

pretext::batch<X> stacked(const T& clips, int views) {
    return {{{"clips", X{clips}, views}}, {}};
}

/// Trains for a few steps on batches of these sizes; the losses.
template <class Method>
std::vector<double> train_on(context& ctx, Method& model, const std::vector<int>& batches,
                             int views) {
    train::updater<T> learner(ctx, model, train::sgd{.rate = 0.05});
    std::vector<double> out;
    ctx.training = true;
    for (std::size_t step = 0; step < batches.size(); ++step) {
        nn::zero_gradients(model);
        model.before_step(ctx);
        const T clips = some_clips(ctx, views * batches[step], text("step ", step).c_str());
        const recording<T> record(ctx);
        const auto value = model(ctx, stacked(clips, views));
        backward(ctx, value.loss);
        learner.step(ctx);
        out.push_back(nn::host_values(ctx, value.loss.value).at(0));
    }
    return out;
}

encode::st_gcn_settings sample() {
    return network::sample_settings(tiny);
}

}  // namespace contrastive

TEST_CASE("AimCLR with all it adds switched off is momentum contrast to the bit",
          "[contrastive][quick]") {
    using namespace contrastive;
    context one{.seed = 3}, two{.seed = 3};
    moco plain(nn::scope(one), sample(), {}, small);
    aimclr off(nn::scope(two), sample(), {},
               {.contrast = small, .extreme = false, .drop = false, .neighbours_from = -1});
    const std::vector<int> batches{4, 7, 3, 10, 2};
    CHECK(train_on(one, plain, batches, 2) == train_on(two, off, batches, 2));
    const auto ours = bits_of(two, off), theirs = bits_of(one, plain);
    CHECK(ours.size() == theirs.size() + 1);  // and a count of epochs
    for (const auto& [member, bits] : theirs) CHECK(ours.at("contrast." + member) == bits);

    context three{.seed = 3};
    aimclr on(nn::scope(three), sample(), {}, {.contrast = small});
    CHECK(train_on(three, on, batches, 3) != train_on(one, plain, batches, 2));
}

TEST_CASE("two streams together are two streams alone, to the bit", "[contrastive][quick]") {
    using namespace contrastive;
    using sequence = encode::bigru<T>;
    const auto frames = sequence::sample_settings(tiny);
    const std::vector<int> batches{4, 7, 3};
    context all{.seed = 3}, one{.seed = 3}, two{.seed = 3};
    pretext::dual_stream<T, network, sequence, pretext::no_views> both(nn::scope(all), sample(),
                                                                       frames, {}, small);
    moco joints(nn::scope(one) / "spatial", sample(), {}, small);
    pretext::moco<T, sequence, pretext::no_views> times(nn::scope(two) / "temporal", frames, {},
                                                        small);
    const auto together = train_on(all, both, batches, 2);
    const auto spatial = train_on(one, joints, batches, 2);
    const auto temporal = train_on(two, times, batches, 2);
    for (std::size_t i = 0; i < batches.size(); ++i) CHECK(together[i] == spatial[i] + temporal[i]);
    CHECK(bits_of(all, both.spatial) == bits_of(one, joints));
    CHECK(bits_of(all, both.temporal) == bits_of(two, times));
    CHECK_CONTAINS(std::string(both.made_of().words("temporal encoder")), "bigru");
}

TEST_CASE("the key follows and gets no gradient, batches of any size wrap the queue",
          "[contrastive][quick]") {
    using namespace contrastive;
    context ctx{.seed = 3};
    moco model(nn::scope(ctx), sample(), {}, small);
    for (const auto& l : nn::leaves(model.pair.key))
        if (l.weights != nullptr) CHECK_FALSE(l.weights->trainable);
    CHECK(bits_of(ctx, model.pair.query) == bits_of(ctx, model.pair.key));

    // Every row is the key of a clip, the newest last.
    std::vector<double> expected;
    ctx.training = true;
    for (const int batch : {4, 7, 1, 10, 3}) {
        const T clips = some_clips(ctx, 2 * batch, "queue");
        const auto newest =
            nn::host_values(ctx, model.key_of(ctx, mgkit::slice(ctx, clips, 0, batch, batch), 1));
        const recording<T> record(ctx);
        backward(ctx, model(ctx, stacked(clips, 2)).loss);
        expected.insert(expected.end(), newest.begin(), newest.end());
        if (expected.size() > 40) expected.erase(expected.begin(), expected.end() - 40);
        auto rows = nn::host_values(ctx, model.queue.rows);
        CHECK(model.queue.filled == static_cast<std::int64_t>(expected.size() / 4));
        CHECK(std::vector<double>(rows.end() - static_cast<std::ptrdiff_t>(expected.size()),
                                  rows.end()) == expected);
    }
    for (const auto& l : nn::leaves(model.pair.key))
        if (l.weights != nullptr) CHECK_FALSE(l.weights->slot.filled);

    const auto before = nn::host_values(ctx, model.pair.key.fc.second.weight.value);
    model.pair.query.fc.second.weight.value =
        mgkit::affine(ctx, model.pair.query.fc.second.weight.value, 3);
    model.before_step(ctx);
    const auto after = nn::host_values(ctx, model.pair.key.fc.second.weight.value);
    for (std::size_t i = 0; i < before.size(); ++i)
        CHECK(after[i] == Approx(1.2 * before[i]).margin(1e-15));

    CHECK_REFUSED(model(ctx, stacked(some_clips(ctx, 22, "more"), 2)), "B up to 10");
    // Evaluation takes nothing in.
    ctx.training = false;
    const auto kept = bits_of(ctx, model);
    model(ctx, stacked(some_clips(ctx, 8, "other"), 2));
    CHECK(bits_of(ctx, model) == kept);
}

TEST_CASE("AimCLR: gradients by central differences, its own targets held", "[contrastive]") {
    using namespace contrastive;
    context ctx{.seed = 4};
    aimclr model(nn::scope(ctx), sample(), {}, {.contrast = small, .neighbours_from = 1});
    test::shake(ctx, model);
    train_on(ctx, model, {5, 5}, 3);
    model.epochs = 1;
    ctx.training = false;  // statistics stay
    const T clips = some_clips(ctx, 12, "checked");
    const auto view = [&](context& c, const T& all, int k) {
        return mgkit::slice(c, all, 0, 4 * k, 4);
    };
    const T key = model.key_of(ctx, view(ctx, clips, 1), 1);
    const auto scores = [&]<operand V>(context& c, const V& all) {
        const auto part = [&](int k) { return mgkit::slice(c, all, 0, 4 * k, 4); };
        const auto& [backbone, head] = model.pair.query;
        const V map = backbone.frames(c, part(2));
        short_list<V, 3> out{model.scores(c, model.query_of(c, part(0), 0), key)};
        for (const V& of : {map, pretext::energy_drop(c, map, 0.7)})
            out.push_back(model.scores(
                c, loss::unit_rows(c, head(c, encode::mean_of_persons(c, of, 4))), key));
        return out;
    };
    const auto base = scores(ctx, clips);
    const T right = loss::right_columns(ctx, base, 1, model.queue.mask(ctx),
                                        mgkit::constant<T>(ctx, {1, 1}, 1));
    const T soft = mgkit::softmax(ctx, base[0]);
    // Some rows have a second right column.
    const auto shares = nn::host_values(ctx, right);
    CHECK(std::count_if(shares.begin(), shares.end(), [](double s) { return s > 0 && s < 1; }) > 0);

    const auto held = [&]<operand V>(context& c, const std::vector<V>& in) -> V {
        if constexpr (std::is_same_v<V, X>) {
            return model(c, pretext::batch<V>{{{"clips", in[0], 3}}, {}}).loss;
        } else {
            const auto now = scores(c, in[0]);
            T out = mgkit::cross_entropy(c, now[0], right);
            for (std::size_t i = 1; i < 3; ++i)
                out =
                    mgkit::add(c, out, mgkit::affine(c, mgkit::cross_entropy(c, now[i], soft), .5));
            return out;
        }
    };
    const auto report = testing::gradient_check(ctx, model, held, std::vector<T>{clips},
                                                {.samples = 6, .constants = 1});
    CAPTURE(report.where);
    CHECK(report.worst < 1e-6);
    CHECK(report.checked > 6);
}

TEST_CASE("what stands out is dropped, and nothing where nothing does", "[contrastive][quick]") {
    using namespace contrastive;
    context ctx;
    // One joint of one frame far from all others, two channels.
    std::vector<double> values(2 * 6 * 4 * 2, 1);
    values[(0 * 6 + 2) * 8 + 3 * 2] = 9;
    const T map = backend_traits<T>::from_host(ctx, values, {2, 6, 4, 2});
    const auto dropped = nn::host_values(ctx, pretext::energy_drop(ctx, map, 0.7));
    CHECK(dropped[(0 * 6 + 2) * 8 + 3 * 2] == 0);
    CHECK(std::count(dropped.begin(), dropped.end(), 0.0) == 1);
    // The rest grows by the share that is gone.
    CHECK(dropped[0] == Approx(96.0 / 95));
    CHECK(nn::host_values(ctx, pretext::energy_drop(ctx, map, 1)) == values);
    CHECK_REFUSED(pretext::energy_drop(ctx, mgkit::reshape(ctx, map, {12, 8}), .7),
                  "maps [B, T, V, C]");
}

TEST_CASE("contrastive methods refuse what they cannot work with", "[contrastive][quick]") {
    using namespace contrastive;
    context ctx;
    CHECK_REFUSED(moco(nn::scope(ctx), sample(), {}, {.queue = 0}), "a queue of 1 or more");
    CHECK_REFUSED(aimclr(nn::scope(ctx), sample(), {}, {.contrast = small, .extreme = false}),
                  "dropping of extreme views alone");
    CHECK_REFUSED(aimclr(nn::scope(ctx), sample(), {}, {.contrast = small, .neighbours = 11}),
                  "neighbours from 1 to the queue's size");
    CHECK_REFUSED(aimclr(nn::scope(ctx), sample(), {}, {.contrast = {.momentum = 2}}),
                  "a momentum in [0, 1]");
    moco model(nn::scope(ctx), sample(), {}, small);
    CHECK_REFUSED(model(ctx, stacked(some_clips(ctx, 9, "three"), 3)), "3 in the batch");
}
