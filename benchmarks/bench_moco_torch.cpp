// SPDX-License-Identifier: MIT
// A step of momentum contrast on the encoders of the published streams: ours, and the same step by
// hand on the same network with torch::nn (peers/).
//
// Rows moco/<encoder>[_<smaller>]_b<batch>/<variant>, float, MGKIT_THREADS threads (2), pairs of
// clips of 64 frames, 25 joints, two persons. aagcn and bigru have their published sizes (10 blocks
// from 64 channels; 3 layers of 1,024 units each way), aagcn_w16 and bigru_w256 a quarter of their
// widths. A step: the key encoder follows, one pass of it in training mode that is not recorded,
// a pass of the query encoder, unit rows of 128, scores beside the own key and a full queue of
// 16,384, cross-entropy, backward pass, SGD with Nesterov momentum, keys into the queue.
//
// Counters: clips_per_second (pairs), gflops of products (the encoder four times forward a pair,
// the head and the queue), their fraction of the best product by our provider and by at::matmul.
// Before a case is timed, three steps from the same weights on the same clips are compared, of the
// peer in each layout, with a momentum that lets the key move; where losses differ its rows are
// errors and the program ends with 1. The peer has the layout that is faster for it, named in its
// label.
#include "peers/torch_run.hpp"
#include "peers/zoo_torch.hpp"

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "measure.hpp"
#include "mgkit/pretext/moco.hpp"
#include "zoo/batch.hpp"
#include "zoo/layout.hpp"
#include "zoo/ours.hpp"
#include "zoo/theirs.hpp"

namespace {

using mgkit::nn::fact_map;
using tensor_type = mgkit::eigen::tensor<float>;
using value_map = std::map<std::string, std::vector<double>>;

constexpr int features = 128, queue = 16384;
constexpr double momentum = .999, temperature = .07, rate = .01, weight_decay = 1e-4;

/// Clips are taken as they are.
struct two_views {
    static constexpr std::size_t views = 2;
};

struct contrast_case {
    std::string name;
    int batch;
    fact_map settings;
    std::size_t clip_values = 1;

    contrast_case(const std::string& encoder, const std::string& smaller, int rows,
                  const fact_map& changes)
        : name(encoder + smaller + "_b" + std::to_string(rows)), batch(rows) {
        fact_map wanted = bench::published_clip();
        for (const auto& [key, value] : changes) wanted[key] = value;
        settings = mgkit::encode::complete_settings<mgkit::encode::all<tensor_type>>(
            bench::settings_among<tensor_type>(encoder, wanted), "bench_moco");
        for (const char* axis : {"channels", "frames", "joints", "persons"})
            clip_values *= static_cast<std::size_t>(std::stoi(settings.at(axis)));
    }
    /// Both views of a batch, the first view first.
    std::vector<float> clips(std::uint32_t step) const {
        return bench::random_batch<float>(step, 2 * batch, clip_values, 1).clips;
    }
    /// Multiply-adds of a step, for an encoder of `width` features.
    double work(double width) const {
        const double pair = 4 * (static_cast<double>(bench::multiply_adds_of(settings)) +
                                 width * (width + features));
        return batch * (pair + 2. * features * queue);
    }
};

/// Unit rows for a queue, oldest first.
std::vector<float> queued() {
    std::vector<float> out(static_cast<std::size_t>(queue) * features);
    mgkit::random_stream draws(mgkit::random_key{19}, "queue");
    for (std::size_t row = 0; row < out.size(); row += features) {
        double squared = 0;
        for (std::size_t i = 0; i < features; ++i) {
            out[row + i] = static_cast<float>(draws.normal());
            squared += std::pow(static_cast<double>(out[row + i]), 2);
        }
        for (std::size_t i = 0; i < features; ++i)
            out[row + i] /= static_cast<float>(std::sqrt(squared));
    }
    return out;
}

struct our_contrast {
    using method =
        mgkit::pretext::moco<tensor_type, mgkit::encode::any_encoder<tensor_type>, two_views>;

    mgkit::context ctx;
    method model;
    mgkit::train::updater<tensor_type> update;
    mgkit::shape stacked;

    explicit our_contrast(const contrast_case& of, double follow = momentum)
        : ctx{.seed = 1, .threads = bench::threads(), .training = true},
          model(mgkit::nn::scope(ctx), of.settings, {},
                {.features = features,
                 .queue = queue,
                 .momentum = follow,
                 .temperature = temperature}),
          update(ctx, model,
                 mgkit::train::sgd{.momentum = bench::nesterov_momentum,
                                   .weight_decay = weight_decay,
                                   .nesterov = true}),
          stacked{2 * of.batch} {
        for (const char* axis : {"channels", "frames", "joints", "persons"})
            stacked.push_back(std::stoi(of.settings.at(axis)));
        for (std::uint32_t view = 0; view < 2; ++view)
            for (int i = 0; i < of.batch; ++i)
                ctx.rows.push_back({static_cast<std::uint32_t>(i), view});
        model.queue.rows =
            mgkit::backend_traits<tensor_type>::from_host(ctx, queued(), {queue, features});
        model.queue.filled = queue;
    }
    our_contrast(const our_contrast&) = delete;

    /// One update; the loss before it.
    double step(const std::vector<float>& clips) {
        using X = mgkit::variable<tensor_type>;
        mgkit::nn::zero_gradients(model);
        model.before_step(ctx);
        const mgkit::recording<tensor_type> record(ctx);
        const X both{mgkit::backend_traits<tensor_type>::from_host(ctx, clips, stacked)};
        const auto loss = model(ctx, mgkit::pretext::batch<X>{{{"clips", both, 2}}, {}}).loss;
        backward(ctx, loss);
        update.step(ctx, rate);
        float out{};
        mgkit::backend_traits<tensor_type>::to_host(ctx, value_of(loss), std::span(&out, 1));
        return static_cast<double>(out);
    }

    value_map values() {
        value_map out;
        for (const auto& [name, values] : bench::named_values(ctx, model.pair.query, false))
            out[name].assign(values.begin(), values.end());
        return out;
    }
};

struct embedder_impl : peer::nn::Module {
    explicit embedder_impl(const peer::zoo_settings& s)
        : backbone(register_module("backbone", peer::make_encoder(s))),
          fc(register_module(
              "fc", peer::nn::Sequential(peer::nn::Linear(backbone->width(), backbone->width()),
                                         peer::nn::ReLU(),
                                         peer::nn::Linear(backbone->width(), features)))) {}
    at::Tensor forward(const at::Tensor& clips) {
        const at::Tensor z = fc->forward(backbone->forward(clips));
        return z / z.norm(2, {1}, true).clamp_min(1e-12);
    }

    std::shared_ptr<peer::encoder> backbone;
    peer::nn::Sequential fc;
};
TORCH_MODULE_IMPL(embedder, embedder_impl);

struct peer_contrast {
    peer::zoo_settings settings;
    embedder query, key;
    at::Tensor rows;
    std::int64_t oldest = 0;
    ::torch::optim::SGD update;
    double follow;

    peer_contrast(const peer::zoo_settings& s, const value_map& from, double how_close)
        : settings(s),
          query(made(s, from)),
          key(made(s, from)),
          rows(at::tensor(queued()).view({queue, features})),
          update(query->parameters(), ::torch::optim::SGDOptions(rate)
                                          .momentum(bench::nesterov_momentum)
                                          .nesterov(true)
                                          .weight_decay(weight_decay)),
          follow(how_close) {
        for (const at::Tensor& p : key->parameters()) p.requires_grad_(false);
    }

    double step(const std::vector<float>& clips) {
        const at::Tensor both = at::from_blob(const_cast<float*>(clips.data()),
                                              {static_cast<std::int64_t>(clips.size())})
                                    .view({-1, settings.channels, settings.frames,
                                           settings.graph.joints, settings.persons});
        const std::int64_t batch = both.size(0) / 2;
        update.zero_grad();
        const at::Tensor q = query(both.slice(0, 0, batch)), k = keys(both.slice(0, batch));
        const at::Tensor scores = at::cat({(q * k).sum(1, true), at::matmul(q, rows.t())}, 1);
        const at::Tensor loss = at::cross_entropy_loss(
            scores / temperature, at::zeros({batch}, at::TensorOptions(at::kLong)));
        loss.backward();
        update.step();
        push(k);
        return static_cast<double>(loss.item<float>());
    }

private:
    static embedder made(const peer::zoo_settings& s, const value_map& from) {
        embedder out(s);
        out->to(at::kFloat);
        peer::set_values(*out, from);
        peer::order_filters(*out, s);
        out->train();
        return out;
    }
    at::Tensor keys(const at::Tensor& clips) {
        const at::NoGradGuard not_recorded;
        const auto behind = key->parameters(), ahead = query->parameters();
        for (std::size_t i = 0; i < behind.size(); ++i) behind[i].lerp_(ahead[i], 1 - follow);
        return key(clips);
    }
    /// Over the oldest rows; batches divide the queue.
    void push(const at::Tensor& k) {
        rows.slice(0, oldest, oldest + k.size(0)).copy_(k);
        oldest = (oldest + k.size(0)) % queue;
    }
};

bool all_agree = true;

/// Whether losses of three steps agree within 1e-4 of their size.
bool same_losses(const contrast_case& of) {
    constexpr double close = .9, bound = 1e-4;
    constexpr std::uint32_t steps = 3;
    bench::set_torch_threads(bench::threads());
    our_contrast mine(of, close);
    const value_map start = mine.values();
    std::vector<double> expected;
    for (std::uint32_t k = 0; k < steps; ++k) expected.push_back(mine.step(of.clips(k)));
    bool all = true;
    for (const bool channels_last : {false, true}) {
        peer::zoo_settings s = bench::peer_settings(of.settings);
        if (channels_last && peer::recurrent_name(s.encoder)) break;
        s.channels_last = channels_last;
        peer_contrast other(s, start, close);
        double gap = 0;
        for (std::uint32_t k = 0; k < steps; ++k) {
            const double found = other.step(of.clips(k));
            const double now = std::abs(found - expected[k]) / std::abs(expected[k]);
            if (!(now <= gap)) gap = now;
        }
        const bool same = gap <= bound;
        std::fprintf(stderr, "%s: %s%s, %u steps, from %.5f to %.5f, apart by %.1e\n",
                     same ? "same losses" : "NOT THE SAME LOSSES", of.name.c_str(),
                     channels_last ? " (channels last)" : "", steps, expected.front(),
                     expected.back(), gap);
        all = all && same;
    }
    return all;
}

/// The same, computed once; a row of a case that does not agree is an error.
bool agrees(benchmark::State& state, const contrast_case& of) {
    static std::map<std::string, bool> known;
    const auto [found, fresh] = known.try_emplace(of.name, true);
    if (fresh) found->second = same_losses(of);
    if (!found->second) {
        all_agree = false;
        state.SkipWithError("the losses of both differ");
    }
    return found->second;
}

void count(benchmark::State& state, const contrast_case& of, double width) {
    bench::count_clips(state, of.batch);
    bench::count_work_beside_torch(state, of.work(width), bench::threads());
}

void ours(benchmark::State& state, const contrast_case& of) {
    if (!agrees(state, of)) return;
    bench::set_torch_threads(bench::threads());
    our_contrast work(of);
    const auto clips = of.clips(0);
    work.step(clips);
    for (auto _ : state) work.step(clips);
    count(state, of, static_cast<double>(work.model.encoder().features()));
}

void torch_nn(benchmark::State& state, const contrast_case& of) {
    if (!agrees(state, of)) return;
    bench::set_torch_threads(bench::threads());
    const value_map start = our_contrast(of).values();
    const auto clips = of.clips(0);
    // The layout is chosen once: repetitions take turns with other rows.
    static std::map<std::string, peer::zoo_settings> chosen;
    auto [found, fresh] = chosen.try_emplace(of.name, bench::peer_settings(of.settings));
    if (fresh)
        found->second =
            bench::faster_layout<peer_contrast>(
                found->second, [&](peer_contrast& p) { p.step(clips); }, start, momentum)
                ->settings;
    peer_contrast work(found->second, start, momentum);
    work.step(clips);
    for (auto _ : state) work.step(clips);
    count(state, of, static_cast<double>(work.query->backbone->width()));
    bench::name_layout(state, work.settings);
}

}  // namespace

int main(int count_of_arguments, char** arguments) {
    bench::name_torch();
    static const std::vector<contrast_case> cases{{"aagcn", "_w16", 16, {{"width", "16"}}},
                                                  {"aagcn", "", 16, {}},
                                                  {"bigru", "_w256", 16, {{"width", "256"}}},
                                                  {"bigru", "", 16, {}}};
    for (const contrast_case& of : cases) {
        bench::add("moco/" + of.name + "/ours", [&of](benchmark::State& s) { ours(s, of); });
        bench::add("moco/" + of.name + "/torch_nn",
                   [&of](benchmark::State& s) { torch_nn(s, of); });
    }
    const int result = bench::run(count_of_arguments, arguments);
    return all_agree ? result : 1;
}
