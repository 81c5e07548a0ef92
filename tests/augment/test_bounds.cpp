// SPDX-License-Identifier: MIT
// What stages hand in and write is checked where it enters, in every build.
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "io/support.hpp"
#include "mgkit/augment/list.hpp"
#include "mgkit/testing/augmentation.hpp"

using namespace mgkit;
using namespace mgkit::augment;
using skeleton::channel_layout;

namespace {

const auto clip = testing::trial_clip<float>({channel_layout::xyc, 12, 5, 1}, 9);

workspace<float> begun() {
    workspace<float> work;
    work.begin(clip.view());
    return work;
}

/// Writes one frame tap too many, as a stage with a frame count of its own would.
struct counts_frames {
    static constexpr std::string_view name = "counts_frames";
    struct plan {
        friend bool operator==(const plan&, const plan&) = default;
    };
    plan draw(random_stream&, const clip_info& info) const {
        static_cast<void>(info.joint_confidence[0]);
        return {};
    }
    template <class S>
    void apply(const plan&, workspace<S>& work) const {
        auto taps = work.retime(work.shape().frames, work.length());
        for (std::size_t t = 0; t < 64; ++t) taps[t] = {0, 0, 0};
    }
};

}  // namespace

TEST_CASE("A stage cannot write beyond the taps it asked for", "[augment][bounds]") {
    auto work = begun();
    CHECK_REFUSED(counts_frames{}.apply({}, work), "an index below 9, found 9");
    CHECK_REFUSED(work.retime(12, 9)[std::size_t(-1)], "an index below 9");
    CHECK_REFUSED(work.retime(12, 13), "1 to 12 valid frames, found 13");
    CHECK_REFUSED(work.retime(12, -3), "found -3");
}

TEST_CASE("Confidences that were not asked for are not there to read", "[augment][bounds]") {
    CHECK_REFUSED(draw(counts_frames{}, {}, {clip.shape(), clip.length(), {}}),
                  "an index below 0, found 0");
    workspace<float> work;
    CHECK_NOTHROW(draw(counts_frames{}, {}, work.describe(clip.view())));
    CHECK_REFUSED(work.describe(clip.view()).joint_confidence[5], "an index below 5, found 5");
}

TEST_CASE("A workspace refuses work before it has a clip", "[augment][bounds]") {
    skeleton::pose<float> out({channel_layout::xyz, 4, 3, 1}, 4);
    workspace<float> work;
    CHECK_REFUSED(work.current(), "call begin first");
    CHECK_REFUSED(work.finish({nullptr, {}, 0}), "call begin first");
    work.retime(4, 4);
    CHECK_REFUSED(work.current(), "call begin first");
    auto ready = begun();
    CHECK_REFUSED(ready.finish({nullptr, clip.shape(), 9}), "room for its result");
    CHECK_REFUSED(work.begin({nullptr, clip.shape(), 9}), "a clip with frames");
    CHECK_REFUSED(work.begin({clip.view().values, {channel_layout::xyc, 12, -5, 1}, 9}),
                  "-5 joints");
}

TEST_CASE("Plans of another clip are refused or leave what is not there", "[augment][bounds]") {
    auto work = begun();
    constexpr double nan = std::numeric_limits<double>::quiet_NaN(),
                     infinity = std::numeric_limits<double>::infinity();
    CHECK_REFUSED(crop_resize{}.apply({5, 5, 8}, work), "a crop within 9 frames");
    CHECK_REFUSED(speed_jitter{}.apply({{nan, 0}}, work), "bend of the plan");
    CHECK_REFUSED(speed_jitter{}.apply({{0, 4}}, work), "bend of the plan");
    CHECK_REFUSED(shear{}.apply({{{{1, nan, 0}, {0, 1, 0}, {0, 0, 1}}}}, work), "a finite map");
    CHECK_REFUSED(rigid_motion{}.apply({0, 0, {infinity, 0, 0}}, work), "a finite map");
    CHECK_REFUSED(rigid_motion{}.apply({0, 0, {1e300, 0, 0}}, work), "a finite map");
    CHECK_NOTHROW(joint_corruption{}.apply({index_set{0, 4, 5, 2000}, damage::erase}, work));
    CHECK_NOTHROW(frame_drop{}.apply({index_set{3, 8, 9, 4000}}, work));
    CHECK_NOTHROW(work.current());
    CHECK_FALSE(index_set{1}.contains(-1));
    CHECK_REFUSED(index_set{-1}, "indices of zero or more");
}

TEST_CASE("A type named after a paper means it", "[augment][presets]") {
    CHECK(mg_fm{}.get<crop_resize>().min_crop == 16);
    CHECK(mg_fm_preset().get<crop_resize>().min_crop == 16);
    CHECK(reference{}.get<crop_resize>().min_crop == 64);
    CHECK(n_views<4, mg_fm>{}.policy.get<crop_resize>().min_crop == 16);
    // A micro-gesture of 30 frames is cropped, not taken whole.
    const clip_info info{{channel_layout::xyc, 30, 5, 1}, 30, {}};
    bool cropped = false;
    for (std::uint32_t view = 0; view < 16; ++view)
        cropped =
            cropped || std::get<0>(draw(mg_fm{}, {.seed = 1, .view = view}, info)).length < 30;
    CHECK(cropped);
}
