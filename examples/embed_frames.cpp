// SPDX-License-Identifier: MIT
// A small program around a trained encoder: frames in, features out. Nothing of training, losses
// or optimisers is included. Compile time, g++ 12.2 -O2, one core: 15 s and 720 MiB, where
// compose_a_pipeline.cpp takes 26 s and 1150 MiB.
//
// Without arguments it makes an archive of random weights to have something to read; give it the
// file that `mgfm pretrain --out` wrote for 20 Kinect joints to see what a trained encoder says.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <vector>

#include "mgkit/backend/eigen.hpp"
#include "mgkit/clip/preprocess.hpp"
#include "mgkit/encode/archive.hpp"
#include "mgkit/encode/dste.hpp"
#include "mgkit/encode/embed.hpp"
#include "mgkit/skeleton/kinect20.hpp"

namespace mg = mgkit;
using tensor = mg::eigen::tensor<float>;
using body = mg::skeleton::kinect20;
using encoder = mg::encode::dste<tensor>;
constexpr int length = 48, recorded = 240;

// What a camera would give: frame `t` of a person who lifts the right arm at frames 60 and 180.
static float coordinate(int t, int joint, int channel) {
    static const int elbow = mg::skeleton::find_joint(body{}, "right_elbow");
    const float rest[] = {.1f * float(joint % 5), .2f * float(joint / 5), 2.5f};
    const int since = std::min(std::abs(t - 60), std::abs(t - 180));
    const bool arm = joint >= elbow && joint < elbow + 3 && channel == 1;  // elbow, wrist, hand
    const float lift = arm ? std::exp(-.005f * float(since * since)) : 0;
    return rest[channel] + lift + .002f * std::sin(float(t * t + joint * 3 + channel));
}

int main(int argc, char** argv) {
    mg::context ctx;
    const mg::skeleton::pose_shape shape{mg::skeleton::channel_layout::xyz, length, 20, 1};
    // Clips are measured in body sizes from where the centre joint usually is.
    mg::encode::preparation prepared;
    prepared.clips.fit = mg::clip::fit_rule::keep;

    const auto own = std::filesystem::temp_directory_path() / "mgkit_embed_frames.safetensors";
    if (argc < 2) {
        const mg::encode::clip_input views(body{}, shape, {.frames = 64});
        encoder fresh(ctx, {.clip = views.extents(), .width = 64, .heads = 4});
        mg::encode::save_encoder(ctx, own.string(), fresh,
                                 mg::encode::describe(fresh, views, body{}, prepared));
    }
    // Sizes, heads and the like come from the file. An encoder for another skeleton, stream or
    // preparation is refused with the full list of differences.
    mg::encode::description fed;
    fed.topology = mg::skeleton::dynamic::copy_of(body{});
    fed.channels = "xyz";
    fed.stream = mg::skeleton::stream::joint;
    fed.prepared = prepared;
    auto [model, about, notes] =
        mg::encode::load_encoder<encoder>(ctx, argc < 2 ? own.string() : argv[1], fed);
    for (const auto& note : notes) std::printf("note: %s\n", note.c_str());
    const mg::encode::clip_input input(body{}, shape,
                                       {.frames = model.configuration().clip.frames});

    // The last 48 frames, every 12 frames. An unusable window would be skipped.
    std::vector<mg::skeleton::pose<float>> windows;
    for (int first = 0; first + length <= recorded; first += 12) {
        mg::skeleton::pose<float> window(shape, length), ready;
        for (int c = 0; c < 3; ++c)
            for (int t = 0; t < length; ++t)
                for (int v = 0; v < 20; ++v)
                    window.view().at(c, t, v) = coordinate(first + t, v, c);
        if (mg::clip::preprocess<float>(prepared.clips, mg::skeleton::references(body{}),
                                        std::as_const(window).view(),
                                        ready) == mg::clip::clip_fault::none)
            windows.push_back(ready);
    }
    auto features =
        mg::encode::embed<tensor>(ctx, model, input, windows.size(),
                                  [&](std::size_t i) { return std::as_const(windows[i]).view(); });

    // Which windows look like the first lift of the hand, frames 36 to 83? What all windows share
    // is taken out first.
    for (std::size_t j = 0; j < features.columns; ++j) {
        float mean = 0;
        for (std::size_t i = 0; i < features.rows; ++i) mean += features.row(i)[j];
        for (std::size_t i = 0; i < features.rows; ++i)
            features.row(i)[j] -= mean / float(features.rows);
    }
    const auto dot = [&](std::size_t a, std::size_t b) {
        double sum = 0;
        for (std::size_t j = 0; j < features.columns; ++j)
            sum += double(features.row(a)[j]) * double(features.row(b)[j]);
        return sum;
    };
    std::printf("%zu windows, %zu numbers each; similarity to frames 36 to 83:\n", features.rows,
                features.columns);
    for (std::size_t i = 0; i < features.rows; ++i)
        std::printf("  frames %3zu to %3zu  %+.2f\n", 12 * i, 12 * i + length - 1,
                    dot(i, 3) / std::sqrt(dot(i, i) * dot(3, 3)));
}
