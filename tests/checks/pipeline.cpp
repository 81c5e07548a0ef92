// SPDX-License-Identifier: MIT
// One translation unit as a user writes it: a whole pre-training pipeline, on the headers that it
// names or on the umbrella, for tests/checks/include_cost.py.
#if defined(MGKIT_TEST_UMBRELLA)
#include "mgkit/mgkit.hpp"
#else
#include "mgkit/augment/n_views.hpp"
#include "mgkit/augment/presets.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/clip/prepare.hpp"
#include "mgkit/data/split.hpp"
#include "mgkit/data/synthetic.hpp"
#include "mgkit/encode/dste.hpp"
#include "mgkit/encode/embed.hpp"
#include "mgkit/pretext/decorrelation.hpp"
#include "mgkit/probe/linear.hpp"
#include "mgkit/probe/neighbours.hpp"
#include "mgkit/train/adam.hpp"
#include "mgkit/train/fit.hpp"
#endif

namespace mg = mgkit;

using views = mg::augment::n_views<4, mg::augment::mg_fm>;
using tensor = mg::eigen::tensor<float>;
using method = mg::pretext::decorrelation<tensor, mg::encode::dste<tensor>, views>;

int main() {
    mg::context ctx{.seed = 7, .threads = 2};
    const auto clips =
        mg::clip::prepare({.fit = mg::clip::fit_rule::keep}, mg::data::make_synthetic()).clips;
    const auto halves = mg::data::every_other_subject(clips);
    const auto train = clips.subset(halves.train), test = clips.subset(halves.test);
    const mg::encode::clip_input input(clips.topology, clips.shape, {});
    method model(ctx, {.clip = input.extents(), .width = 64, .heads = 4},
                 views{mg::augment::mg_fm_preset()});
    mg::train::fit(ctx, model, train, input, mg::train::adam{}, mg::train::cosine_schedule{}, {});

    const auto known = mg::encode::embed(ctx, model.encoder(), input, train);
    const auto asked = mg::encode::embed(ctx, model.encoder(), input, test);
    const auto near =
        mg::probe::retrieve<tensor>(ctx, known, train.labels, asked, test.labels, clips.classes());
    const auto linear = mg::probe::evaluate_scores(
        test.labels,
        mg::probe::fit_and_score<tensor>(ctx, known, train.labels, asked, clips.classes(), 1e-3),
        clips.classes());
    return near.top1 + linear.top1 > 0 ? 0 : 1;
}
