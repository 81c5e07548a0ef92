// SPDX-License-Identifier: MIT
// Two streams without labels: a graph network on how joints stand to each other, a recurrent
// network on how they follow each other, each by momentum contrast; then a linear probe on each,
// frozen, and fusion by the sum of their softmaxes. Generated people, or a folder of clips as the
// argument.
#include <array>
#include <cstdio>
#include <exception>
#include <span>
#include <string>
#include <vector>

#include "mgkit/mgkit.hpp"

namespace mg = mgkit;

namespace {

using tensor = mg::eigen::tensor<float>;
using spatial = mg::encode::aagcn<tensor>;
using temporal = mg::encode::bigru<tensor>;
using readings = mg::augment::n_views<2, mg::augment::mg_gestures>;  // stretch, perturb, posterize
using method = mg::pretext::dual_stream<tensor, spatial, temporal, readings>;

/// Small networks and a short training, so that this takes seconds: it shows how, not how well. The
/// paper's have 64 channels in ten blocks, and three layers of 1,024 units read after the last
/// frame.
mg::encode::aagcn_settings joints_of(const mg::encode::clip_input& input) {
    return {.network = {.clip = input.extents(),
                        .graph = input.graph(),
                        .width = 16,
                        .blocks = 3,
                        .wider = "2",
                        .slower = "2"}};
}

struct judged {
    double linear = 0;          ///< top-1 of tested people
    std::vector<float> scores;  ///< [tested clips, classes]
};

/// A linear probe on a frozen encoder. probe::sgd_linear is the protocol of the papers, for
/// features of networks of their size.
template <class Encoder>
judged judge(mg::context& ctx, const Encoder& encoder, const mg::encode::clip_input& input,
             const mg::data::clip_set& train, const mg::data::clip_set& test) {
    const auto known = mg::encode::embed(ctx, encoder, input, train);
    const auto asked = mg::encode::embed(ctx, encoder, input, test);
    judged out;
    out.scores =
        mg::probe::fit_and_score<tensor>(ctx, known, train.labels, asked, test.classes(), 1e-3);
    out.linear = mg::probe::evaluate_scores(test.labels, out.scores, test.classes()).top1;
    return out;
}

}  // namespace

int main(int count, char** arguments) try {
    mg::context ctx{.seed = 7, .threads = 2};
    const auto read =
        count > 1 ? mg::data::read_folder(arguments[1]).clips : mg::data::make_synthetic();
    const auto clips = mg::clip::prepare({}, read).clips;
    const auto halves = mg::data::every_other_subject(clips);
    const auto train = clips.subset(halves.train), test = clips.subset(halves.test);
    const mg::encode::clip_input input(clips.topology, clips.shape, {.frames = clips.shape.frames});

    method model(ctx, joints_of(input),
                 {.clip = input.extents(), .width = 32, .layers = 1, .pooling = "mean"}, readings{},
                 {.features = 32, .queue = 128});
    const auto both = [&] {
        return std::array{judge(ctx, model.spatial.encoder(), input, train, test),
                          judge(ctx, model.temporal.encoder(), input, train, test)};
    };
    const auto report = [&](const char* who) {
        const auto streams = both();
        const std::array scores{streams[0].scores, streams[1].scores};
        const auto fused =
            mg::metric::fuse(std::span<const std::vector<float>>(scores), clips.classes());
        std::printf("%-8s joints %.2f, sequence %.2f, fused %.2f\n", who, streams[0].linear,
                    streams[1].linear,
                    mg::probe::evaluate_scores(test.labels, fused, clips.classes()).top1);
    };

    std::printf("%d clips, %d classes; linear probes on people who were not trained on\n",
                clips.size(), clips.classes());
    report("random");
    const auto curve =
        mg::train::fit(ctx, model, train, input,
                       mg::train::sgd{.rate = 0.01, .weight_decay = 1e-4, .nesterov = true},
                       mg::train::constant_schedule{}, {.epochs = 6, .batch = 16});
    std::printf("loss %.2f in the first epoch, %.2f in the last\n", curve.front().loss,
                curve.back().loss);
    report("trained");
} catch (const std::exception& wrong) {
    std::fprintf(stderr, "%s\n", wrong.what());
    return 1;
}
