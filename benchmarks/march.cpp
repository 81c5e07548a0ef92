// SPDX-License-Identifier: MIT
// What a consumer's flags are worth: milliseconds of processor time, on one thread, for features of
// 64 clips and for a pre-training step on 32 clips in four views. benchmarks/march builds it with
// each.
//
//     march WIDTH
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <numeric>
#include <vector>

#include "mgkit/augment/n_views.hpp"
#include "mgkit/augment/presets.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/clip/prepare.hpp"
#include "mgkit/data/synthetic.hpp"
#include "mgkit/encode/dste.hpp"
#include "mgkit/encode/embed.hpp"
#include "mgkit/pretext/decorrelation.hpp"
#include "mgkit/train/adam.hpp"
#include "mgkit/train/fit.hpp"

namespace mg = mgkit;
using views = mg::augment::n_views<4, mg::augment::mg_fm>;
using tensor = mg::eigen::tensor<float>;
using method = mg::pretext::decorrelation<tensor, mg::encode::dste<tensor>, views>;

// The second run of a piece of work: the first one takes memory from the system.
template <class Work>
static double milliseconds(Work&& work) {
    work();
    const std::clock_t started = std::clock();
    work();
    return 1e3 * double(std::clock() - started) / CLOCKS_PER_SEC;
}

int main(int count, char** arguments) {
    const int width = count > 1 ? std::atoi(arguments[1]) : 64;
    mg::context ctx{.seed = 7, .threads = 1};
    const auto all =
        mg::clip::prepare({.fit = mg::clip::fit_rule::keep}, mg::data::make_synthetic()).clips;
    std::vector<int> rows(64);
    std::iota(rows.begin(), rows.end(), 0);
    const auto clips = all.subset(rows);
    const mg::encode::clip_input input(clips.topology, clips.shape, {.frames = 64});
    method model(ctx, {.clip = input.extents(), .width = width, .heads = 1},
                 views{mg::augment::mg_fm_preset()});
    const double features =
        milliseconds([&] { mg::encode::embed(ctx, model.encoder(), input, clips); });
    const double epoch = milliseconds([&] {
        mg::train::fit(ctx, model, clips, input, mg::train::adam{}, mg::train::cosine_schedule{},
                       {.epochs = 1, .batch = 32});
    });
    std::printf("%.1f %.1f\n", features, epoch / 2);
}
