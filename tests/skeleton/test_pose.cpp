// SPDX-License-Identifier: MIT
// Accesses by index stay within the clip, whatever is asked for.
#include <climits>
#include <vector>

#include "catch.hpp"
#include "io/support.hpp"
#include "mgkit/skeleton/dynamic.hpp"
#include "mgkit/skeleton/pose.hpp"
#include "mgkit/skeleton/streams.hpp"

using namespace mgkit;
using skeleton::channel_layout;
using skeleton::pose_view;

TEST_CASE("A pose refuses every index outside its shape", "[skeleton][pose]") {
    skeleton::pose<float> clip({channel_layout::xyc, 4, 3, 2}, 2);
    const auto view = clip.view();
    view.at(2, 3, 2, 1) = 5;
    CHECK(view.valid(3, 2, 1));
    CHECK_FALSE(view.valid(0, 0));
    CHECK(view.row(2, 4) == view.plane(2) + view.shape.plane());
    for (const int bad : {-1, 4, INT_MIN, INT_MAX}) {
        CAPTURE(bad);
        CHECK_REFUSED(view.at(bad, 0, 0), "3 channels x 4 frames x 3 joints x 2 persons");
        CHECK_REFUSED(view.at(0, bad, 0), "frame " + std::to_string(bad));
        CHECK_REFUSED(view.at(0, 0, bad), "joint " + std::to_string(bad));
        CHECK_REFUSED(view.at(0, 0, 0, bad), "person " + std::to_string(bad));
        CHECK_REFUSED(view.valid(bad, 0), "frame");
        CHECK_REFUSED(view.valid(0, bad), "joint");
        CHECK_REFUSED(view.valid(0, 0, bad), "person");
        CHECK_REFUSED(view.plane(bad), "channel");
        CHECK_REFUSED(view.row(bad, 0), "channel");
    }
    CHECK_REFUSED(view.row(0, 5), "frame 5");
    CHECK_REFUSED(view.row(0, -1), "frame -1");
}

TEST_CASE("A view without memory is refused, not read", "[skeleton][pose]") {
    const pose_view<const float> none{nullptr, {channel_layout::xyc, 4, 3, 2}, 4};
    CHECK_REFUSED(none.at(0, 0, 0), "a clip in memory");
    CHECK_REFUSED(none.valid(0, 0), "a clip in memory");
    CHECK_REFUSED(none.confidence(), "a clip in memory");
    CHECK_REFUSED(pose_view<const float>{}.at(0, 0, 0), "pose_view");
    CHECK(pose_view<const float>{}.confidence() == nullptr);
}

TEST_CASE("A pose has extents that can be counted and a length within them", "[skeleton][pose]") {
    using made = skeleton::pose<float>;
    CHECK_REFUSED(made({channel_layout::xy, -1, 3, 1}, 0), "extents of at least 0");
    CHECK_REFUSED(made({channel_layout::xy, 1, INT_MAX, INT_MAX}, 0), "can be counted");
    CHECK_REFUSED(made({channel_layout::xy, 4, 3, 1}, 5), "0 to 4 valid frames, found 5");
    CHECK_REFUSED(made({channel_layout::xy, 4, 3, 1}, -1), "found -1");
    made clip({channel_layout::xy, 4, 3, 1}, 4);
    CHECK_REFUSED(clip.set_length(5), "0 to 4 valid frames");
    CHECK(clip.length() == 4);
    CHECK_FALSE(skeleton::countable({static_cast<channel_layout>(9), 4, 3, 1}));
}

TEST_CASE("Streams refuse a skeleton whose parents are no joints", "[skeleton][streams]") {
    auto broken =
        skeleton::dynamic::from_bones("two", {"a", "b"}, std::vector{skeleton::joint_pair{1, 0}});
    broken.parents[1] = 7;
    CHECK_REFUSED(skeleton::stream_of(skeleton::stream::bone, broken), "parents from 0 to 1");
    broken.parents.clear();
    CHECK_REFUSED(skeleton::stream_of(skeleton::stream::bone, broken), "2 parents");
}
