// SPDX-License-Identifier: MIT
// From what a pose estimator wrote to features, with an encoder that comes with the library.
//
//     embed_recording talk.json
//
// A recording is a file of MMPose or MediaPipe or a folder of OpenPose (docs/recordings.md).
// Without an argument the program makes one, to have something to read. An encoder of one's own is
// loaded by `load_encoder<tensor>(ctx, path)`, recordings with its joints need no conversion.
#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <string>

#include "mgkit/backend/eigen.hpp"
#include "mgkit/clip/clips_of.hpp"
#include "mgkit/clip/prepare.hpp"
#include "mgkit/data/convert_recording.hpp"
#include "mgkit/data/corpus.hpp"
#include "mgkit/data/readers/any.hpp"
#include "mgkit/encode/embed.hpp"
#include "mgkit/encode/input_for.hpp"
#include "mgkit/encode/load_pretrained.hpp"
#include "mgkit/skeleton/body25_upper15.hpp"
#include "mgkit/skeleton/coco17.hpp"

namespace mg = mgkit;
using tensor = mg::eigen::tensor<float>;
using body = mg::skeleton::body25_upper15;  // upper_body has hands and face as well

static void make_recording(const std::string& path);

int main(int argc, char** argv) {
    const std::string recorded =
        argc > 1 ? argv[1]
                 : (std::filesystem::temp_directory_path() / "mgkit_embed_recording.json").string();
    if (argc < 2) make_recording(recorded);

    mg::context ctx;
    const auto talks = mg::data::open_corpus(recorded);  // MMPose, OpenPose, MediaPipe, arrays
    const auto talk = mg::data::convert_recording<body>(mg::data::open_recording(talks, 0).person);
    const mg::clip::windows_of gestures{&talk, {{0, 50}, {25, 75}, {50, 100}}};  // frames
    const auto clips = mg::clip::clips_of({&gestures, 1}, {}).clips;
    const auto [encoder, about, notes] = mg::encode::load_pretrained<tensor>(ctx, body{});
    const auto ready = mg::clip::prepare(about.prepared.value().clips, clips).clips;
    const auto input = mg::encode::input_for(about, ready);
    const auto features = mg::encode::embed(ctx, encoder, input, ready);  // a row for each window

    std::printf("%s: %d frames of %zu joints\n", talk.name.c_str(), talk.frames(),
                talk.topology.joints.size());
    for (std::size_t i = 0; i < features.rows; ++i)
        std::printf("frames %2d to %2d: %zu numbers, %+.3f %+.3f ...\n", gestures.windows[i].start,
                    gestures.windows[i].end - 1, features.columns, features.row(i)[0],
                    features.row(i)[1]);
}

// Somebody who stands still but for one hand, 100 frames.
static void make_recording(const std::string& path) {
    mg::data::recording made;
    made.name = "made";
    made.topology = mg::skeleton::dynamic::copy_of(mg::skeleton::coco17{});
    made.poses.resize({mg::skeleton::channel_layout::xyc, 100, 17, 1}, 100);
    const auto to = made.poses.view();
    const int wrist = mg::skeleton::find_joint(mg::skeleton::coco17{}, "right_wrist");
    for (int t = 0; t < 100; ++t)
        for (int v = 0; v < 17; ++v) {
            to.at(0, t, v) = 300.f + 20.f * float(v % 2);
            to.at(1, t, v) =
                100.f + 20.f * float(v) - (v == wrist ? 30 * std::sin(.1f * float(t)) : 0);
            to.at(2, t, v) = .9f;
        }
    mg::data::readers::write_as("mmpose", path, made);
}
