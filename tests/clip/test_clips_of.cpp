// SPDX-License-Identifier: MIT
// Windows of recordings as clips.
#include <string>
#include <vector>

#include "catch.hpp"
#include "data/recordings.hpp"
#include "io/support.hpp"
#include "mgkit/clip/clips_of.hpp"
#include "mgkit/skeleton/coco17.hpp"
#include "mgkit/skeleton/kinect20.hpp"

using namespace mgkit;
using clip::clips_of;
using clip::windows_of;

namespace {

data::recording person(const std::string& name, int subject, int frames = 50, double fps = 25) {
    auto out = recordings::random_recording<skeleton::coco17>(frames);
    out.name = name;
    out.subject = subject;
    out.fps = fps;
    return out;
}

}  // namespace

TEST_CASE("clips of windows: values, order, people and labels", "[clip]") {
    const auto a = person("a", 3), b = person("b", 1);
    const std::vector<windows_of> from{{&a, {{5, 15, 1}, {20, 24, 0}}}, {&b, {{0, 50, 1}}}};
    const auto made = clips_of(from, {.frames = 16, .class_names = {"rest", "rub"}});
    const auto& clips = made.clips;
    REQUIRE(clips.size() == 3);
    CHECK(clips.ids == std::vector<std::uint32_t>{0, 1, 2});
    CHECK(clips.subjects == std::vector<int>{3, 3, 1});
    CHECK(clips.labels == std::vector<int>{1, 0, 1});
    CHECK(clips.num_frames == std::vector<int>{10, 4, 16});
    CHECK(clips.shape.frames == 16);
    CHECK(clips.topology.joints == a.topology.joints);
    CHECK(made.resampled == 1);
    CHECK(made.without_joint == 0);
    CHECK(made.places[2].recording == 1);
    CHECK(made.places[1].window == data::segment{20, 24, 0});
    for (int t = 0; t < 10; ++t)
        for (int v = 0; v < 17; ++v)
            for (int c = 0; c < 3; ++c)
                CHECK(clips.clip(0).at(c, t, v) == a.poses.view().at(c, 5 + t, v));
    // Labels are left out where no class is named, and clips at another rate are as long as that
    // says.
    const auto plain = clips_of(from, {.frames = 16, .rate = 50});
    CHECK(plain.clips.labels.empty());
    CHECK(plain.clips.num_frames == std::vector<int>{16, 8, 16});
    CHECK(plain.resampled == 2);
}

TEST_CASE("clips of windows: what shows nobody is left out and counted", "[clip]") {
    auto a = person("a", 0);
    for (int t = 10; t < 20; ++t)
        for (int v = 0; v < 17; ++v) a.poses.view().at(2, t, v) = 0;
    const std::vector<windows_of> some{{&a, {{10, 20}, {12, 22}}}}, none{{&a, {{10, 20}}}};
    const auto made = clips_of(some, {});
    CHECK(made.clips.size() == 1);
    CHECK(made.without_joint == 1);
    CHECK(made.places.at(0).window.start == 12);
    CHECK_REFUSED(clips_of(none, {}), "1 that show none");
}

TEST_CASE("clips of windows: what does not go together is refused", "[clip]") {
    const auto a = person("a", 0), slow = person("slow", 1, 50, 10);
    auto unknown = person("unknown", -1);
    auto other = recordings::random_recording<skeleton::kinect20>(50);
    other.subject = 2;
    const auto with = [&](const data::recording& b) {
        return std::vector<windows_of>{{&a, {{0, 10}}}, {&b, {{0, 10}}}};
    };
    CHECK_REFUSED(clips_of(with(slow), {}), "state the rate of the clips");
    CHECK(clips_of(with(slow), {.rate = 25}).clips.num_frames == std::vector<int>{10, 25});
    CHECK_REFUSED(clips_of(with(unknown), {}), "expected a subject");
    CHECK_REFUSED(clips_of(with(other), {}), "convert the recordings to one skeleton");
    CHECK_REFUSED(clips_of({}, {}), "at least one recording");
    const std::vector<windows_of> beyond{{&a, {{45, 55}}}}, labelled{{&a, {{0, 10, 7}}}};
    CHECK_REFUSED(clips_of(beyond, {}), "an interval within 50 frames");
    CHECK_REFUSED(clips_of(labelled, {.class_names = {"one"}}), "labels from 0 to 0");
}
