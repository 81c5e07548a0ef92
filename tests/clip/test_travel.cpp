// SPDX-License-Identifier: MIT
// Whether people stay in place decides how positions are taken.
#include <cmath>
#include <vector>

#include "catch.hpp"
#include "mgkit/clip/travel.hpp"

namespace {

using namespace mgkit;

/// Two joints one unit apart; the pair moves `step` along x in each of ten frames.
data::clip_set moving(std::vector<float> steps) {
    data::clip_set out;
    const skeleton::joint_pair bones[] = {{1, 0}};
    out.topology = skeleton::dynamic::from_bones("pair", {"centre", "tip"}, bones,
                                                 {.centre = 0, .scale_pair = {{0, 1}}});
    out.shape = {skeleton::channel_layout::xy, 10, 2, 1};
    out.class_names = {"any"};
    std::vector<float> values(steps.size() * out.shape.size());
    for (std::size_t n = 0; n < steps.size(); ++n) {
        const skeleton::pose_view<float> clip{values.data() + n * out.shape.size(), out.shape, 10};
        for (int t = 0; t < 10; ++t) {
            clip.at(0, t, 0) = clip.at(0, t, 1) = steps[n] * static_cast<float>(t);
            clip.at(1, t, 1) = 1;
        }
        out.ids.push_back(static_cast<std::uint32_t>(n));
        out.num_frames.push_back(10);
        out.labels.push_back(0);
        out.subjects.push_back(1);
    }
    out.set_values(std::move(values));
    return out;
}

}  // namespace

TEST_CASE("centre travel is the median over the chosen clips, in body sizes") {
    const auto clips = moving({0.f, 0.1f, 0.5f});
    const std::vector<int> all{0, 1, 2}, still{0}, far{2};
    CHECK(std::abs(clip::centre_travel({}, clips, all) - 0.9) < 1e-6);
    CHECK(clip::centre_travel({}, clips, still) == 0);
    CHECK(std::abs(clip::centre_travel({}, clips, far) - 4.5) < 1e-6);
}

TEST_CASE("centre travel does not depend on units or place") {
    auto near = moving({0.2f});
    std::vector<float> scaled(near.shape.size());
    const auto clip = near.clip(0);
    for (std::size_t i = 0; i < scaled.size(); ++i) scaled[i] = 100 * clip.values[i] + 7;
    auto far = near;
    far.set_values(std::move(scaled));
    const std::vector<int> one{0};
    CHECK(std::abs(clip::centre_travel({}, near, one) - clip::centre_travel({}, far, one)) < 1e-4);
}
