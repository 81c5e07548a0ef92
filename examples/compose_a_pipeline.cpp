// SPDX-License-Identifier: MIT
// The whole journey of a clip, one stage a line: body, views, tensor, encoder, method; then train,
// embed and judge. Structure is types and sizes are numbers: to change a stage, change its line.
#include <cstdio>

#include "mgkit/mgkit.hpp"

namespace mg = mgkit;

using body = mg::skeleton::kinect20;                           // joints and bones of the recordings
using readings = mg::augment::n_views<4, mg::augment::mg_fm>;  // four random readings of one clip
using tensor = mg::eigen::tensor<float>;                       // where the arithmetic happens
using encoder = mg::encode::dste<tensor>;                      // clip -> feature
using method = mg::pretext::decorrelation<tensor, encoder, readings>;  // learns without labels

int main() {
    // Seed and threads travel in a context; there is no global state, and the result depends on
    // the seed alone, not on the number of threads.
    mg::context ctx{.seed = 7, .threads = 1};

    // Generated people stand in for recordings: `mg::data::read_folder(dir).clips` reads yours.
    // Each clip becomes 64 frames, measured in body sizes from where its centre joint usually is.
    // Testing on people who were not trained on is the only honest way: the split goes by person.
    const auto clips = mg::clip::prepare({}, mg::data::make_synthetic()).clips;
    const auto halves = mg::data::every_other_subject(clips);
    const auto train = clips.subset(halves.train), test = clips.subset(halves.test);

    // How a clip enters the encoder: 64 frames of how joints move. Joints or bones: one word.
    const mg::encode::clip_input input(body{}, clips.shape,
                                       {.frames = 64, .stream = mg::skeleton::stream::motion});
    method model(ctx, {.clip = input.extents(), .width = 32, .heads = 4},
                 readings{mg::augment::mg_fm_preset()});

    // What the encoder is worth: each tested clip gets the class of the most similar training clip.
    const auto retrieval = [&] {
        const auto gallery = mg::encode::embed(ctx, model.encoder(), input, train);
        const auto queries = mg::encode::embed(ctx, model.encoder(), input, test);
        return mg::probe::retrieve<tensor>(ctx, gallery, train.labels, queries, test.labels,
                                           clips.classes());
    };
    const double guess = mg::probe::majority(train.labels, test.labels, clips.classes()).top1;
    const double untrained = retrieval().top1;

    const auto curve = mg::train::fit(ctx, model, train, input, mg::train::adam{.rate = 2e-3},
                                      mg::train::cosine_schedule{}, {.epochs = 6, .batch = 24});

    std::printf("%d clips of %d people, %d classes of movement (generated, not recorded)\n",
                clips.size(), mg::data::synthetic_settings{}.subjects, clips.classes());
    std::printf("loss %.2f in the first epoch, %.2f in the last\n", curve.front().loss,
                curve.back().loss);
    std::printf("nearest neighbour: %.2f most frequent class, %.2f random weights, %.2f trained\n",
                guess, untrained, retrieval().top1);
}
