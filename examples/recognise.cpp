// SPDX-License-Identifier: MIT
// A trained encoder inside a product (mgkit/inference.hpp): frames of a person come in one by one,
// every half second the last two seconds become features, and these are compared with an example of
// the gesture that is looked for. Nothing of training is included, nothing optional is linked.
//
//     recognise [encoder.safetensors]    any 2-D encoder for the joints of body25_upper15
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <span>
#include <utility>
#include <vector>

#include "mgkit/encode/pretrained.hpp"
#include "mgkit/inference.hpp"
#include "mgkit/skeleton/body25_upper15.hpp"
#include "mgkit/skeleton/topology.hpp"

namespace mg = mgkit;
constexpr int rate = 25, frames = 2 * rate, step = rate / 2;

// What a camera and a pose estimator would give: joint `v` of a seated person in frame `t`, who
// lifts the right hand to the neck in seconds 4 to 6 and again in 12 to 14.
static void see(const mg::skeleton::pose_view<float>& to, int at, int t) {
    static const int wrist =
        mg::skeleton::find_joint(mg::skeleton::body25_upper15{}, "right_wrist");
    const bool gesture = (t >= 100 && t < 150) || (t >= 300 && t < 350);
    const float along = gesture ? std::sin(3.14159f * float(t % 50) / 50) : 0;
    for (int v = 0; v < to.shape.joints; ++v) {
        to.at(0, at, v) = 300.f + 40.f * float(v % 3 - 1) + std::sin(.2f * float(t) + float(v));
        to.at(1, at, v) = 100.f + 18.f * float(v) - (v == wrist ? 120 * along : 0);
        to.at(2, at, v) = .9f;
    }
}

static float cosine(std::span<const float> a, std::span<const float> b) {
    float ab = 0, aa = 0, bb = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        ab += a[i] * b[i];
        aa += a[i] * a[i];
        bb += b[i] * b[i];
    }
    return ab / std::sqrt(aa * bb);
}

int main(int argc, char** argv) try {
    const mg::inference model(
        argc > 1 ? argv[1]
                 : mg::encode::find_pretrained(mg::encode::pretrained_encoders(), "body25_upper15")
                       .file);
    mg::inference::session here(model);  // one for each thread
    std::printf("%s\n", model.words().c_str());

    mg::skeleton::pose<float> clip(
        {mg::skeleton::channel_layout::xyc, frames, mg::skeleton::joint_count(model.topology()), 1},
        frames);
    const auto embed = [&](int first) {  // of the window that begins with frame `first`
        for (int t = 0; t < frames; ++t) see(clip.view(), t, first + t);
        const auto features = here.embed(std::as_const(clip).view());
        return std::vector<float>(features.begin(), features.end());
    };
    // Features of one person have much in common: distances count from what they are at rest.
    const auto rest = embed(0);
    const auto away = [&](std::vector<float> features) {
        for (std::size_t i = 0; i < features.size(); ++i) features[i] -= rest[i];
        return features;
    };
    const auto example = away(embed(100));
    for (int first = 150; first + frames <= 400; first += step) {
        const float like = cosine(away(embed(first)), example);
        std::printf("seconds %4.1f to %4.1f: %+.2f%s\n", double(first) / rate,
                    double(first + frames) / rate, double(like), like > .9f ? "  the gesture" : "");
    }
    const auto started = std::chrono::steady_clock::now();
    for (int i = 0; i < 200; ++i) here.embed(std::as_const(clip).view());
    const std::chrono::duration<double, std::milli> took =
        std::chrono::steady_clock::now() - started;
    std::printf("%.2f ms a window on one thread\n", took.count() / 200);
} catch (const mg::error& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
