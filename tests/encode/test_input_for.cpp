// SPDX-License-Identifier: MIT
// What a file says of its encoder's input, held against clips.
#include <string>

#include "catch.hpp"
#include "mgkit/encode/input_for.hpp"
#include "mgkit/skeleton/kinect20.hpp"
#include "mgkit/skeleton/ntu25.hpp"

using namespace mgkit;

namespace {

template <class Topology>
data::clip_set clips_of(const Topology& topology, skeleton::channel_layout layout) {
    data::clip_set out;
    out.topology = skeleton::dynamic::copy_of(topology);
    out.shape = {layout, 12, skeleton::joint_count(topology), 1};
    return out;
}

encode::description stored() {
    encode::description out;
    out.settings = {{"encoder", "dste"}, {"frames", "8"}};
    out.topology = skeleton::dynamic::copy_of(skeleton::kinect20{});
    out.channels = "xyzc";
    out.stream = skeleton::stream::motion;
    out.prepared = encode::preparation{};
    return out;
}

}  // namespace

TEST_CASE("an encoder's input is as its file says", "[input][quick]") {
    const auto clips = clips_of(skeleton::kinect20{}, skeleton::channel_layout::xyzc);
    const auto input = encode::input_for(stored(), clips);
    CHECK(input.settings().frames == 8);
    CHECK(input.settings().stream == skeleton::stream::motion);
    CHECK(input.settings().confidence);
    CHECK(input.extents().channels == 4);
    CHECK(input.extents().joints == 20);

    const auto open = encode::input_for({}, clips);
    CHECK(open.settings().frames == encode::input_settings{}.frames);
    CHECK(open.settings().stream == encode::input_settings{}.stream);
    CHECK_FALSE(open.settings().confidence);

    auto coordinates = stored();
    coordinates.channels = "xyz";
    CHECK(encode::input_for(coordinates, clips).extents().channels == 3);
}

TEST_CASE("clips of another kind than an encoder's are refused in words", "[input][quick]") {
    using Catch::Contains;
    using skeleton::channel_layout;
    const auto refused = [](const data::clip_set& clips) {
        try {
            encode::input_for(stored(), clips);
        } catch (const error& e) {
            return std::string(e.what());
        }
        return std::string("taken");
    };
    CHECK_THAT(refused(clips_of(skeleton::ntu25{}, channel_layout::xyzc)), Contains("skeleton"));
    CHECK_THAT(refused(clips_of(skeleton::kinect20{}, channel_layout::xyz)), Contains("xyzc"));
    CHECK_THAT(refused(clips_of(skeleton::kinect20{}, channel_layout::xyc)), Contains("xyzc"));
    auto frames = stored();
    frames.settings["frames"] = "many";
    CHECK_THROWS_AS(encode::input_for(frames, clips_of(skeleton::kinect20{}, channel_layout::xyzc)),
                    error);
}
