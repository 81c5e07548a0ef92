// SPDX-License-Identifier: MIT
// Folders of untrimmed recordings, and what the reader says of those that are not quite so.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "catch.hpp"
#include "data/recordings.hpp"
#include "io/support.hpp"
#include "mgkit/data/readers/any.hpp"
#include "mgkit/io/atomic_file.hpp"
#include "mgkit/io/npy.hpp"

using namespace mgkit;
using namespace mgkit::data;
using namespace mgkit::data::readers;
using recordings::marking;
using skeleton::channel_layout;

TEST_CASE("untrimmed: a folder in the documented layout", "[data][readers]") {
    scratch_folder scratch;
    const std::string folder = scratch / "set";
    std::filesystem::create_directory(folder);
    const auto at = [&](const char* file) { return folder + "/" + file; };
    std::vector<float> values;
    for (int i = 0; i < 7 * 3 * 3; ++i) values.push_back(static_cast<float>(i + 1));
    using list = std::vector<std::int64_t>;
    const auto write_all = [&] {
        io::write_npy(at("long_data.npy"), values, {7, 3, 3});
        io::write_npy(at("long_start.npy"), list{0, 3, 7}, {3});
        io::write_npy(at("long_subject.npy"), list{4, 9}, {2});
        io::write_npy(at("long_class.npy"), list{1, 0}, {2});
        io::write_npy(at("long_valid.npy"), list{1, 1, 1, 0, 1, 1, 0}, {7});
        io::write_npy(at("long_label.npy"), list{0, 1, 1, 2, 2, 2, 0}, {7});
        io::write_npy(at("long_segments.npy"), list{0, 0, 1, 0, 0, 1, 3, 1, 1, 0, 3, 2}, {3, 4});
        io::write_npy(at("long_tags.npy"), list{1, 2, 1}, {1, 3});
        io::write_npy(at("long_timestamp_ms.npy"), std::vector<double>{0, 20, 40, 7, 47, 87, 127},
                      {7});
        io::write_file(at("meta.json"),
                       "{\"name\": \"three\", \"fps\": \"about 25\", \"joints\": [\"neck\", \"l\", "
                       "\"r\"], \"bones\": [[1, 0], [2, 0]], \"channels\": [\"x\", \"y\", \"z\"], "
                       "\"class_names\": [\"a\", \"b\", \"c\"]}");
    };
    write_all();
    CHECK(recognise(folder) == "untrimmed");
    CHECK(list_any(folder) == std::vector<std::string>{"set_0000", "set_0001"});
    const auto second = read_any(folder, 1);
    CHECK(second.name == "set_0001");
    CHECK(second.topology.name == "three");
    CHECK(second.first == std::vector<std::size_t>{0, 0, 1, 2, 2});
    CHECK(second.person(0)[0] == 4 * 9 + 1);
    CHECK(second.fps == Catch::Approx(25));
    CHECK(read_any(folder, 0).fps == Catch::Approx(50));
    CHECK(untrimmed::subjects(folder) == std::vector<int>{4, 9});
    CHECK(untrimmed::frame_labels(folder, 1) == std::vector<int>{2, 2, 2, 0});
    const auto facts = untrimmed::facts(folder);
    CHECK(facts.frames == std::vector<int>{3, 4});
    CHECK(facts.classes == std::vector<int>{1, 0});
    REQUIRE(facts.segments.size() == 2);
    CHECK(facts.segments[0] == std::vector<segment>{{0, 1, 0, 0}, {1, 3, 1, 0}});
    CHECK(facts.tags == std::vector<untrimmed_tag>{{1, 2, 1}});
    CHECK(facts.class_names.size() == 3);

    const auto refused = [&](auto change, std::string_view part) {
        change();
        CHECK_REFUSED((read_any(folder, 1), untrimmed::facts(folder)), part);
        write_all();
    };
    refused([&] { io::write_npy(at("long_start.npy"), list{0, 3, 6}, {3}); }, "7 as the last");
    refused([&] { io::write_npy(at("long_start.npy"), list{0, 3, 8}, {3}); }, "8 as entry 2");
    refused([&] { io::write_npy(at("long_start.npy"), list{0, 3, 3, 7}, {4}); }, "3 as entry 2");
    refused([&] { io::write_npy(at("long_start.npy"), list{1, 7}, {2}); }, "1 as entry 0");
    refused([&] { io::write_npy(at("long_start.npy"), list{0, -3, 7}, {3}); }, "-3 as entry 1");
    refused([&] { io::write_npy(at("long_start.npy"), list{7}, {1}); }, "one for the end");
    refused([&] { io::write_npy(at("long_data.npy"), values, {7, 9}); }, "3 dimensions");
    refused([&] { io::write_npy(at("long_data.npy"), values, {9, 7, 1}); }, "3 joints, as meta");
    refused(
        [&] {
            io::write_npy(at("long_data.npy"), list(63), {7, 3, 3}),
                io::write_npy(at("long_valid.npy"), list{1, 1, 1, 0, 5, 1, 0}, {7});
        },
        "frame 1: expected 0 or 1 in long_valid.npy, found 5");
    refused(
        [&] {
            io::write_npy(at("long_valid.npy"), list{1, 1}, {2});
        },
        "7 numbers, one per row");
    refused([&] { io::write_npy(at("long_subject.npy"), list{1}, {1}); }, "2 numbers, one per rec");
    refused(
        [&] {
            io::write_npy(at("long_segments.npy"), list{2, 0, 1, 0}, {1, 4});
        },
        "recordings from 0 to 1, found 2 in row 0");
    refused(
        [&] {
            io::write_npy(at("long_segments.npy"), list{0, 2, 4, 0}, {1, 4});
        },
        "0 <= start < end <= 3");
    refused(
        [&] {
            io::write_npy(at("long_tags.npy"), list{0, 3, 0}, {1, 3});
        },
        "frames from 0 to 2");
    auto spoilt = values;
    spoilt[4 * 9 + 4] = std::numeric_limits<float>::infinity();
    io::write_npy(at("long_data.npy"), spoilt, {7, 3, 3});
    CHECK_REFUSED(read_any(folder, 1), "recording 1, frame 1, person 0");
    CHECK(read_any(folder, 0).people() == 3);  // its rows are sound
    const auto marked = read_any(folder, 1, marking);
    CHECK(marked.layout == channel_layout::xyzc);
    CHECK(marked.person(0)[4] == 0);
    CHECK(marked.person(0)[7] == 0);
    CHECK(marked.person(0)[3] == 1);
    write_all();
    values[3 * 9 + 9] = values[3 * 9 + 10] = values[3 * 9 + 11] = 0;
    write_all();
    CHECK(read_any(folder, 1, {.zeros = zero_rule::missing}).person(0)[3] == 0);
    CHECK(read_any(folder, 1).layout == channel_layout::xyz);
}

TEST_CASE("untrimmed: several recordings written at once", "[data][readers]") {
    scratch_folder scratch;
    std::vector<recording> three;
    for (int i = 0; i < 3; ++i) {
        three.push_back(
            recordings::random_recording<skeleton::upper_body>(3 + i, channel_layout::xyc, 10 + i));
        three.back().name = text("talk ", i);
        three.back().subject = i;
    }
    untrimmed::write_all(scratch / "set", three);
    CHECK(list_any(scratch / "set") == std::vector<std::string>{"talk 0", "talk 1", "talk 2"});
    CHECK(untrimmed::subjects(scratch / "set") == std::vector<int>{0, 1, 2});
    for (std::size_t i = 0; i < 3; ++i) {
        const auto back = read_any(scratch / "set", i);
        CHECK(back.width == 1280);
        CHECK(std::vector<float>(back.values).size() == (3 + i) * 41 * 3);
    }
    three[1].fps = 30;
    CHECK_REFUSED(untrimmed::write_all(scratch / "other", three), "talk 1 differs from talk 0");
    three[1].fps = 25;
    CHECK_REFUSED(untrimmed::write_all(scratch / "set", three), "a new or empty folder");
    CHECK_REFUSED(untrimmed::write_all(scratch / "none", {}), "at least one recording");
    CHECK(scratch.files() == 1);
}
