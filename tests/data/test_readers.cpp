// SPDX-License-Identifier: MIT
// What every reader keeps: a recording written and read again is the same, and no damage to its
// files does more than an mgkit::error.
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "catch.hpp"
#include "data/recordings.hpp"
#include "io/support.hpp"
#include "mgkit/data/convert_recording.hpp"
#include "mgkit/data/primary_person.hpp"
#include "mgkit/data/readers/any.hpp"
#include "mgkit/skeleton/list.hpp"

using namespace mgkit;
using namespace mgkit::data;
using namespace recordings;
namespace fs = std::filesystem;

namespace {

std::string slurp(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream out;
    out << file.rdbuf();
    return out.str();
}
void spill(const std::string& path, const std::string& content) {
    std::ofstream(path, std::ios::binary) << content;
}

/// Regular files at or below a path.
std::vector<std::string> files_of(const std::string& path) {
    if (!fs::is_directory(path)) return {path};
    std::vector<std::string> out;
    for (const auto& entry : fs::directory_iterator(path)) out.push_back(entry.path().string());
    return out;
}

/// A recording in a skeleton that the format has itself, small enough for many readings.
template <class R>
recording own_recording(int frames) {
    if constexpr (std::is_same_v<R, readers::mediapipe>)
        return random_recording<skeleton::blazepose33>(frames);
    else if constexpr (std::is_same_v<R, readers::openpose>)
        return random_recording<skeleton::openpose18>(frames);
    else if constexpr (std::is_same_v<R, readers::mmpose> ||
                       std::is_same_v<R, readers::coco_results>)
        return random_recording<skeleton::coco17>(frames);
    else
        return random_recording<skeleton::imigue22>(frames);
}

template <class F>
void for_each_writer(F&& f) {
    readers::all::for_each([&]<class R>(type_tag<R>) {
        INFO("reader " << R::name);
        if constexpr (readers::writer<R>) f(R{});
    });
}

template <class F>
void for_each_reader(F&& f) {
    readers::all::for_each([&]<class R>(type_tag<R>) {
        INFO("reader " << R::name);
        f(R{});
    });
}

}  // namespace

TEST_CASE("every reader keeps the concept and has a name of its own", "[data][readers]") {
    std::set<std::string> names;
    readers::all::for_each([&]<class R>(type_tag<R>) {
        static_assert(readers::reader<R>);
        CHECK(names.insert(std::string(R::name)).second);
        CHECK(std::string_view(R::describes).size() > 20);
    });
    CHECK(readers::formats().size() == names.size());
}

TEST_CASE("formats that are only read are listed, and refused by name when they are to be written",
          "[data][readers]") {
    scratch_folder scratch;
    for_each_reader([&]<class R>(const R&) {
        const auto written = readers::written_formats();
        const bool listed = std::any_of(written.begin(), written.end(),
                                        [](const auto& f) { return f.name == R::name; });
        CHECK(listed == readers::writer<R>);
        if constexpr (!readers::writer<R>)
            CHECK_REFUSED(readers::write_as(R::name, scratch / "x", own_recording<R>(1)),
                          "which is only read");
    });
    CHECK(scratch.files() == 0);
}

TEST_CASE("a recording survives every format", "[data][readers]") {
    scratch_folder scratch;
    for_each_writer([&]<class R>(const R& reader) {
        auto one = own_recording<R>(6);
        blank(one, 2);  // a frame without anybody
        const std::string path = scratch / (std::string(R::name) + ".csv");
        readers::write_as(R::name, path, one);
        CHECK(readers::recognise(path) == R::name);
        CHECK(reader.list(path).size() == 1);
        const auto people = readers::read_any(path);
        CHECK(people.frames() == 6);
        CHECK(people.found.all().size() <= 1);
        check_same(recording_of(people), one);
        check_same(primary_person(people, {.max_step = 100}).person, one);
        CHECK_REFUSED(reader.read(path, 1), "record");
    });
}

TEST_CASE("every skeleton of the formats survives", "[data][readers]") {
    using namespace skeleton;
    scratch_folder scratch;
    const auto there_and_back = [&]<class T>(std::string_view format, type_tag<T>,
                                             channel_layout layout = channel_layout::xyc) {
        INFO(format << " " << T::name << " " << name(layout));
        const auto one = random_recording<T>(3, layout, 5);
        const std::string ending = format == "imigue_csv" ? ".csv" : "";
        const std::string path = scratch / text(format, T::name, name(layout), ending);
        readers::write_as(format, path, one);
        const auto back = recording_of(readers::read_any(path));
        check_same(back, one);
        CHECK(back.topology.name == T::name);
        if (format != "openpose" && format != "imigue_csv" && format != "coco_results")
            CHECK(back.fps == 25);
    };
    there_and_back("mmpose", type_tag<coco17>{});
    there_and_back("mmpose", type_tag<halpe26>{});
    there_and_back("mmpose", type_tag<coco_wholebody133>{});
    there_and_back("mmpose", type_tag<coco17>{}, channel_layout::xyzc);
    there_and_back("coco_results", type_tag<coco17>{});
    there_and_back("coco_results", type_tag<halpe26>{});
    there_and_back("coco_results", type_tag<coco_wholebody133>{});
    there_and_back("openpose", type_tag<openpose18>{});
    there_and_back("openpose", type_tag<body25>{});
    there_and_back("openpose", type_tag<body25_hands>{});
    there_and_back("openpose", type_tag<body25_hands_face>{});
    there_and_back("mediapipe", type_tag<blazepose33>{});
    there_and_back("mediapipe", type_tag<blazepose75>{});
    there_and_back("mediapipe", type_tag<blazepose75>{}, channel_layout::xyzc);
    there_and_back("imigue_csv", type_tag<imigue22>{});
    there_and_back("untrimmed", type_tag<upper_body>{});
    there_and_back("untrimmed", type_tag<kinect20>{}, channel_layout::xyz);
    there_and_back("untrimmed", type_tag<kinect20>{}, channel_layout::xy);
}

TEST_CASE("a recording of another skeleton is converted on the way out", "[data][readers]") {
    scratch_folder scratch;
    auto one = random_recording<skeleton::upper_body>(4);
    // The neck is what every format derives or drops: make it what it is derived to be.
    const auto view = one.poses.view();
    for (int t = 0; t < 4; ++t)
        for (int v = 0; v < 41; ++v)
            for (int c = 0; c < 3; ++c)
                view.at(c, t, v) = v == 0 ? (c < 2 ? (view.at(c, t, 6) + view.at(c, t, 7)) / 2 : 1)
                                          : (c == 2 ? 1.0f : static_cast<float>(v + 10 * t + c));
    for (int t = 0; t < 4; ++t)
        for (int c = 0; c < 2; ++c) view.at(c, t, 0) = (view.at(c, t, 6) + view.at(c, t, 7)) / 2;
    for (const std::string format :
         {"mmpose", "openpose", "mediapipe", "untrimmed", "coco_results"}) {
        INFO(format);
        const std::string path = scratch / format;
        readers::write_as(format, path, one);
        const auto back =
            convert_recording<skeleton::upper_body>(recording_of(readers::read_any(path)));
        REQUIRE(back.poses.shape() == one.poses.shape());
        int lost = 0;
        for (int t = 0; t < 4; ++t)
            for (int v = 0; v < 41; ++v) {
                if (!back.poses.view().valid(t, v)) {
                    ++lost;
                    continue;
                }
                for (int c = 0; c < 3; ++c)
                    CHECK(back.poses.view().at(c, t, v) == view.at(c, t, v));
            }
        CHECK(lost == (format == "mediapipe" ? 4 * 5 : 0));  // brows, lips and chin
    }
    CHECK_REFUSED(
        readers::write_as("mmpose", scratch / "k", random_recording<skeleton::kinect20>(2)),
        "these can be converted: ");
}

TEST_CASE("every prefix of a file is read or refused", "[data][readers]") {
    scratch_folder scratch;
    for_each_writer([&]<class R>(const R& reader) {
        const std::string path = scratch / std::string(R::name);
        reader.write(path, own_recording<R>(2));
        for (const auto& file : files_of(path)) {
            const std::string whole = slurp(file);
            std::size_t accepted = 0;
            for (std::size_t n = 0; n<whole.size(); n += whole.size()> 3000 ? 7 : 1) {
                spill(file, whole.substr(0, n));
                try {
                    reader.read(path, 0);
                    ++accepted;
                } catch (const error&) {
                }
            }
            INFO(file);
            if (R::name != "imigue_csv") CHECK(accepted <= 1);  // all but the final newline
            fs::remove(file);
            if (files_of(path).size() > 1) {
                try {
                    reader.read(path, 0);
                } catch (const error&) {
                }
            }
            spill(file, whole);
        }
        check_same(recording_of(reader.read(path, 0)), own_recording<R>(2));
    });
}

TEST_CASE("every changed byte is read or refused", "[data][readers]") {
    readers::all::for_each([&]<class R>(type_tag<R>) {
        if constexpr (readers::writer<R> &&
                      requires { R::parse(std::string_view(), std::string()); }) {
            INFO("reader " << R::name);
            scratch_folder scratch;
            const std::string path = scratch / "x";
            R{}.write(path, own_recording<R>(2));
            check_mutations(slurp(files_of(path).front()), [](std::span<const std::byte> bytes) {
                R::parse({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, "input");
            });
        }
    });
}

TEST_CASE("hostile text is refused by every parser", "[data][readers]") {
    readers::all::for_each([&]<class R>(type_tag<R>) {
        if constexpr (requires { R::parse(std::string_view(), std::string()); }) {
            INFO("reader " << R::name);
            std::vector<std::string> hostile{"",         " ",         "{",       "[",   "null",
                                             "0",        "\"x\"",     "{}",      "[]",  "[[[]]]",
                                             "{\"a\":}", "[NaN]",     "[1e999]", "nul", "[1,]",
                                             "\xff",     "[\"\xc3\"]"};
            hostile.push_back(std::string(100000, '['));
            hostile.push_back("{\"instance_info\":" + std::string(1000, '['));
            std::string objects;
            for (int i = 0; i < 1000; ++i) objects += "{\"meta_info\":";
            hostile.push_back(objects);
            hostile.push_back(std::string("[]\0[]", 5));
            hostile.push_back(std::string(1000, ','));
            hostile.push_back("a,b\n\n\n");
            hostile.push_back(std::string(1000, '\n'));
            for (const auto& text : hostile) {
                INFO(text.substr(0, 40));
                const std::string said = refusal([&] { R::parse(text, "input.json"); });
                CHECK_CONTAINS(said, "input.json");
                CHECK_CONTAINS(said, "expected");
            }
        }
    });
}

TEST_CASE("what is no recording is recognised by nobody", "[data][readers]") {
    scratch_folder scratch;
    fs::create_directory(scratch / "empty");
    spill(scratch / "text.json", "{\"hello\": 1}");
    spill(scratch / "nothing", "");
    for (const std::string name : {"empty", "text.json", "nothing", "missing"}) {
        CHECK(readers::recognise(scratch / name).empty());
        CHECK_REFUSED(readers::read_any(scratch / name), "formats are mmpose, ");
        CHECK_REFUSED(readers::list_any(scratch / name), ", untrimmed, ");
        for_each_reader([&]<class R>(const R& reader) {
            CHECK_FALSE(reader.recognises(scratch / name));
            CHECK_REFUSED(reader.read(scratch / name, 0), "expected");
        });
    }
    CHECK(readers::recognise("").empty());
    CHECK(readers::recognise(std::string("a\0b", 3)).empty());
    CHECK_REFUSED(readers::write_as("bvh", scratch / "x", own_recording<readers::mmpose>(1)),
                  "formats are ");
}

TEST_CASE("writers refuse what they cannot write and leave nothing behind", "[data][readers]") {
    scratch_folder scratch;
    for_each_writer([&]<class R>(const R& reader) {
        auto one = own_recording<R>(2);
        one.poses.view().at(0, 1, 3) = std::numeric_limits<float>::quiet_NaN();
        one.poses.view().at(2, 1, 3) = 1;
        CHECK_REFUSED(reader.write(scratch / "x", one), "frame 1, joint 3");
        one.poses.view().at(2, 1, 3) = 0;  // not seen: what it says does not matter
        reader.write(scratch / "ok", one);
        CHECK(recording_of(reader.read(scratch / "ok", 0)).poses.view().at(0, 1, 3) == 0);
        fs::remove_all(scratch / "ok");
        CHECK_REFUSED(reader.write(scratch / "no/such/folder/x", own_recording<R>(1)), "expected");
        recording empty = own_recording<R>(1);
        empty.poses.set_length(0);
        CHECK_REFUSED(reader.write(scratch / "x", empty), "at least one frame");
    });
    CHECK(scratch.files() == 0);
}
