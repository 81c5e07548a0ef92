// SPDX-License-Identifier: MIT
// Clip folders and untrimmed recordings whose arrays are stored in other ways than the plain one.
#include <array>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "catch.hpp"
#include "data/folders.hpp"
#include "data/recordings.hpp"
#include "data/written.hpp"
#include "io/support.hpp"
#include "mgkit/data/number_names.hpp"
#include "mgkit/data/read_folder.hpp"
#include "mgkit/data/readers/untrimmed.hpp"
#include "mgkit/data/write_folder.hpp"
#include "mgkit/io/atomic_file.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/io/npy.hpp"

namespace npy_tests {

using namespace mgkit;
using namespace mgkit::data;
using readers::untrimmed;
using recordings::marking;
using written::case_of;
using written::noted;

/// An .npy file of texts of at most `width` characters.
std::string text_array(const std::vector<std::string>& texts, std::size_t width) {
    std::string dictionary = text("{'descr': '<U", width, "', 'fortran_order': False, 'shape': (",
                                  texts.size(), ",), }\n");
    std::string out =
        std::string("\x93NUMPY\x01\x00", 8) + little(dictionary.size(), 2) + dictionary;
    for (const auto& one : texts)
        for (std::size_t k = 0; k < width; ++k)
            out += little(k < one.size() ? static_cast<unsigned char>(one[k]) : 0u, 4);
    return out;
}

/// The four clips, written, changed by hand, and read.
template <class Change>
loaded_folder read_after(const Change& change, const folder_parts& parts = {}) {
    const scratch_folder folder;
    parts.write(folder.name());
    change(folder.name());
    return read_folder(folder.name());
}
bool said(const loaded_folder& loaded, std::string_view part) {
    for (const auto& note : loaded.report.found.sentences())
        if (contains(note, part)) return true;
    return false;
}

/// Two untrimmed recordings of 3 and 4 frames of three joints.
struct long_folder {
    scratch_folder scratch;
    std::vector<float> values;
    io::json meta = {{"fps", 25},
                     {"joints", {"neck", "left_hand", "right_hand"}},
                     {"bones", {{1, 0}, {2, 0}}},
                     {"channels", {"x", "y", "z"}}};

    long_folder() {
        for (int i = 0; i < 7 * 3 * 3; ++i) values.push_back(static_cast<float>(i + 1));
        write();
    }
    std::string at(const char* file) const { return scratch / file; }
    void write() const {
        io::write_npy(at("long_data.npy"), values, {7, 3, 3});
        io::write_npy(at("long_start.npy"), std::vector<std::int64_t>{0, 3, 7}, {3});
        io::write_json(at("meta.json"), meta);
    }
    detections read(std::size_t index, const read_policy& policy = {}) const {
        return untrimmed{}.read(scratch.name(), index, policy);
    }
};

TEST_CASE("names become numbers in order of first appearance", "[data][quick]") {
    const std::vector<std::string> names{"P07", "P01", "P07", "", "p01", "P01"};
    const auto numbered = number_names(names);
    CHECK(numbered.numbers == std::vector<int>{0, 1, 0, 2, 3, 1});
    CHECK(numbered.names == std::vector<std::string>{"P07", "P01", "", "p01"});
    CHECK(number_names({}).numbers.empty());
}

TEST_CASE("integers of a clip folder may be floats, columns or booleans", "[data][quick]") {
    const auto labels = [](const auto& values, std::vector<std::int64_t> shape) {
        const auto loaded = read_after([&](const std::string& folder) {
            io::write_npy(folder + "/label.npy", values, shape);
        });
        CHECK(loaded.report.found.empty());
        return loaded.clips.labels;
    };
    const std::vector<int> expected{0, 1, 1, 0};
    CHECK(labels(std::vector<double>{0, 1, 1, 0}, {4}) == expected);
    CHECK(labels(std::vector<float>{0, 1, 1, 0}, {4}) == expected);
    CHECK(labels(std::vector<std::uint8_t>{0, 1, 1, 0}, {4}) == expected);
    CHECK(labels(std::vector<double>{0, 1, 1, 0}, {4, 1}) == expected);
    CHECK(labels(std::array<bool, 4>{false, true, true, false}, {4}) == expected);
    for (const double odd : {0.5, std::numeric_limits<double>::quiet_NaN(), 1e300})
        CHECK_REFUSED(labels(std::vector<double>{0, 1, odd, 0}, {4}), "label.npy: expected whole");
    CHECK_REFUSED(labels(std::vector<double>{0, .5, 1, 0}, {4}),
                  "np.save('label.npy', np.load('label.npy').astype(int))");
    CHECK_REFUSED(labels(std::vector<double>{0, 1}, {2}), "one entry for each of the 4 clips");
    CHECK_REFUSED(labels(std::vector<double>(8, 0), {4, 2}), "one entry for each");
}

TEST_CASE("values of a clip folder may be of any type and order", "[data][quick]") {
    folder_parts parts;
    for (std::size_t i = 0; i < parts.data.size(); ++i)
        parts.data[i] = static_cast<float>(i % 91) - 9;
    const auto plain = read_after([](const std::string&) {}, parts);
    CHECK(plain.report.memory_mapped);
    const auto same = [&](const std::string& header, const std::string& data) {
        const auto other = read_after(
            [&](const std::string& folder) {
                io::write_file(folder + "/data.npy", std::string("\x93NUMPY\x01\x00", 8) +
                                                         little(header.size(), 2) + header + data);
            },
            parts);
        CHECK_FALSE(other.report.memory_mapped);
        CHECK(other.report.found.empty());
        for (int n = 0; n < 4; ++n)
            for (int c = 0; c < 3; ++c)
                for (int t = 0; t < plain.clips.clip(n).length; ++t)
                    for (int v = 0; v < 3; ++v)
                        CHECK(other.clips.clip(n).at(c, t, v) == plain.clips.clip(n).at(c, t, v));
    };
    const auto header = [](const std::string& descr, const char* fortran) {
        return "{'descr': '" + descr + "', 'fortran_order': " + fortran +
               ", 'shape': (4, 3, 5, 3, 1), }\n";
    };
    std::vector<float> columns;
    for (int v = 0; v < 3; ++v)
        for (int t = 0; t < 5; ++t)
            for (int c = 0; c < 3; ++c)
                for (int n = 0; n < 4; ++n) columns.push_back(parts.at(n, c, t, v));
    same(header("<f4", "True"), raw(columns));
    std::string big, integers, both;
    for (const float x : parts.data) {
        const std::string four = raw<float>({x});
        big += std::string(four.rbegin(), four.rend());
        integers += raw<std::int16_t>({static_cast<std::int16_t>(x)});
    }
    for (const float x : columns) {
        const std::string eight = raw<double>({x});
        both += std::string(eight.rbegin(), eight.rend());
    }
    same(header(">f4", "False"), big);
    same(header("<i2", "False"), integers);
    same(header(">f8", "True"), both);
}

TEST_CASE("subjects may have names", "[data][quick]") {
    const auto named = [](const std::vector<std::string>& names) {
        return read_after([&](const std::string& folder) {
            io::write_file(folder + "/subject.npy", text_array(names, 3));
        });
    };
    const auto loaded = named({"P2", "P2", "P1", "P2"});
    CHECK(loaded.clips.subjects == std::vector<int>{0, 0, 1, 0});
    CHECK(loaded.clips.subject_names == std::vector<std::string>{"P2", "P1"});
    const std::vector<int> part{2};
    CHECK(loaded.clips.subset(part).subject_names.size() == 2);
    CHECK_REFUSED(named({"P2", "P1"}), "one entry for each of the 4 clips");
    CHECK_REFUSED(named({"P2", "", "P1", "P2"}), "a name for each");
    CHECK(read_after([](const std::string&) {}).clips.subject_names.empty());
    // They survive being written.
    const scratch_folder scratch;
    write_folder(scratch / "again", loaded.clips);
    const auto again = read_folder(scratch / "again");
    CHECK(again.clips.subjects == loaded.clips.subjects);
    CHECK(again.clips.subject_names == loaded.clips.subject_names);
    CHECK_REFUSED(read_changed([](folder_parts& p) {
                      p.meta["subject_names"] = {"a", "b"};
                  }),
                  "subjects from 0 to 1");
    CHECK_REFUSED(read_after([](const std::string& folder) {
                      io::write_file(folder + "/label.npy", text_array({"a", "b", "a", "b"}, 1));
                  }),
                  "number them");
    long_folder folder;
    io::write_file(folder.at("long_subject.npy"), text_array({"anna", "bo"}, 4));
    const auto facts = untrimmed::facts(folder.scratch.name());
    CHECK(facts.subjects == std::vector<int>{0, 1});
    CHECK(facts.subject_names == std::vector<std::string>{"anna", "bo"});
}

TEST_CASE("a third channel that looks like a score has to be named", "[data][quick]") {
    const auto folder = [](float size, float low, float high, bool named = false) {
        return [=](folder_parts& p) {
            for (int n = 0; n < 4; ++n)
                for (int t = 0; t < 5; ++t)
                    for (int v = 0; v < 3; ++v) {
                        p.at(n, 0, t, v) = size + static_cast<float>(v);
                        p.at(n, 1, t, v) = size - static_cast<float>(t);
                        p.at(n, 2, t, v) = v == 0 ? low : high;
                    }
            if (!named) p.meta.erase("channels");
        };
    };
    for (const auto& change : {folder(500, 0, .84f), folder(60, .5f, 1), folder(1900, .2f, 1.05f)})
        CHECK_REFUSED(read_changed(change), "meta.json: expected 'channels'");
    CHECK_REFUSED(read_changed(folder(500, 0, .9f)), "\"confidence\"");
    // Named, or of another size: what it says.
    CHECK(read_changed(folder(500, 0, .9f, true)).report.found.empty());
    for (const auto& change :
         {folder(2, 0, .9f), folder(500, -.5f, .9f), folder(500, 0, 40), folder(500, 0, 0)})
        CHECK(said(read_changed(change), "read as xyz"));
    long_folder untrimmed_one;
    for (std::size_t i = 0; i < untrimmed_one.values.size(); ++i)
        untrimmed_one.values[i] = i % 3 == 2 ? .5f : 300 + static_cast<float>(i);
    untrimmed_one.meta.erase("channels");
    untrimmed_one.write();
    CHECK_REFUSED(untrimmed_one.read(0), "meta.json: expected 'channels'");
    untrimmed_one.meta["channels"] = {"x", "y", "score"};
    untrimmed_one.write();
    CHECK(untrimmed_one.read(0).found.empty());
}

TEST_CASE("bones stand in any direction as long as they are a tree", "[data][quick]") {
    const auto parents = [](io::json bones, int notes, io::json centre = nullptr) {
        const auto loaded = read_changed([&](folder_parts& p) {
            p.meta["bones"] = bones;
            if (!centre.is_null()) p.meta["centre"] = centre;
        });
        CHECK(loaded.report.found.all().size() == (notes > 0 ? 1u : 0u));
        if (notes > 0) CHECK(loaded.report.found.count("bones_turned") == notes);
        return loaded.clips.topology.parents;
    };
    const std::vector<int> expected{0, 0, 0};
    CHECK(parents({{1, 0}, {2, 0}}, 0) == expected);
    CHECK(parents({{2, 0}, {1, 0}}, 0) == expected);
    CHECK(parents({{0, 1}, {0, 2}}, 2) == expected);                   // all turned
    CHECK(parents({{1, 0}, {0, 2}}, 0) == std::vector<int>{2, 0, 2});  // a sound tree as it is
    CHECK(parents({{1, 2}, {1, 0}}, 2) == std::vector<int>{1, 1, 1});
    CHECK(parents({{0, 1}, {0, 2}}, 2, 0) == expected);
    CHECK_REFUSED(parents({{1, 0}, {2, 0}, {1, 2}}, 0), "one parent");
    CHECK_REFUSED(parents({{1, 0}}, 0), "joints without a parent");
    using skeleton::dynamic;
    using bone_list = std::vector<skeleton::joint_pair>;
    const std::vector<std::string> joints{"a", "b", "c", "d", "e"};
    // Neither all as given nor all turned: the centre, a root by its own word, or most bones.
    const bone_list mixed{{0, 1}, {0, 2}, {3, 2}, {4, 2}};
    CHECK(dynamic::from_bones("m", joints, mixed).parents == std::vector<int>{2, 0, 2, 2, 2});
    CHECK(dynamic::from_bones("m", joints, mixed, {0, {}}).parents ==
          std::vector<int>{0, 0, 0, 2, 2});
    bone_list rooted = mixed;
    rooted.push_back({1, 1});
    CHECK(dynamic::from_bones("m", joints, rooted).parents == std::vector<int>{1, 1, 0, 2, 2});

    long_folder folder;
    CHECK(folder.read(0).found.empty());
    folder.meta["bones"] = {{0, 1}, {0, 2}};
    folder.write();
    CHECK(folder.read(0).found.count("bones_turned") == 2);
}

TEST_CASE("untrimmed: values that are missing are counted, arrays may be of any kind",
          "[data][readers][quick]") {
    long_folder folder;
    CHECK(folder.read(1, marking).found.empty());
    folder.values[(3 * 3 + 1) * 3] = std::numeric_limits<float>::quiet_NaN();
    for (int k = 0; k < 9; ++k)
        folder.values[static_cast<std::size_t>(5 * 9 + k)] = std::numeric_limits<float>::infinity();
    folder.write();
    const auto marked = folder.read(1, marking);
    CHECK(marked.found.count("not_finite") == 4);
    CHECK(written::frames_of(marked.found, "not_finite") == std::vector<int>{0, 2});
    CHECK(folder.read(0, marking).found.empty());
    CHECK_REFUSED(folder.read(1), "recording 1, frame 0");

    io::write_npy(folder.at("long_start.npy"), std::vector<double>{0, 3, 7}, {3});
    io::write_npy(folder.at("long_valid.npy"), std::vector<float>{1, 0, 1, 1, 1, 1, 1}, {7});
    CHECK(folder.read(0).people() == 2);
    io::write_npy(folder.at("long_valid.npy"), std::array<bool, 7>{true, true, false}, {7});
    CHECK(folder.read(0).people() == 2);
    io::write_npy(folder.at("long_start.npy"), std::vector<double>{0, 2.5, 7}, {3});
    CHECK_REFUSED(folder.read(0), "whole numbers, found 2.5 at element 1");
}

TEST_CASE("untrimmed: times that fall are not used, gaps are counted", "[data][readers][quick]") {
    long_folder folder;
    folder.meta.erase("fps");
    folder.write();
    const auto times = [&](const std::vector<double>& at, std::size_t index) {
        io::write_npy(folder.at("long_timestamp_ms.npy"), at, {7});
        return folder.read(index);
    };
    const auto steady = times({0, 40, 80, 0, 20, 40, 60}, 1);
    CHECK(steady.fps == Catch::Approx(50));
    CHECK(steady.found.all().size() == 1);
    const auto fallen = times({0, 40, 80, 0, 20, 0, 0}, 1);
    CHECK(fallen.fps == Catch::Approx(50));
    CHECK(fallen.found.count("timestamps_not_rising") == 2);
    CHECK(times({0, 40, 80, 0, 20, 40, 100}, 1).found.count("timestamp_gaps") == 1);
    CHECK(times({0, 0, 0, 0, 20, 40, 60}, 0).fps == 0);
    CHECK_REFUSED(folder.read(0, {.strict = true}), "times that rise");
}

TEST_CASE("untrimmed: folders that are nearly it", "[data][readers][quick]") {
    long_folder folder;
    CHECK(untrimmed{}.recognises(folder.scratch.name()));
    std::filesystem::remove(folder.at("long_start.npy"));
    CHECK_CONTAINS(untrimmed::almost(folder.scratch.name()), "without long_start.npy");
    folder.write();
    std::filesystem::remove(folder.at("long_data.npy"));
    CHECK_CONTAINS(untrimmed::almost(folder.scratch.name()), "without long_data.npy");
    std::filesystem::remove(folder.at("long_start.npy"));
    CHECK(untrimmed::almost(folder.scratch.name()).empty());
    CHECK(untrimmed::almost(folder.scratch / "missing").empty());
}

TEST_CASE("arrays: what users reported", "[data][readers][real]") {
    if (case_of("13-npy").empty()) return skip("no cases beside the data sets");
    CHECK_REFUSED(read_folder(case_of("12-miga/clips")), "expected 'channels'");
    CHECK(read_folder(case_of("12-miga/clips-named")).clips.shape.layout ==
          skeleton::channel_layout::xyc);
    const auto plain = read_folder(case_of("13-npy/plain"));
    for (const char* name : {"half", "double-v2", "v3-unpadded", "int16", "float-label"}) {
        INFO(name);
        const auto other = read_folder(case_of(text("13-npy/", name)));
        CHECK(other.clips.labels == plain.clips.labels);
        CHECK(other.clips.subjects == plain.clips.subjects);
        CHECK(other.clips.shape == plain.clips.shape);
    }
    CHECK_FALSE(read_folder(case_of("13-npy/name-subject")).clips.subject_names.empty());
    const auto marked = untrimmed{}.read(case_of("31-untrimmed-nan"), 0, marking);
    CHECK(marked.found.count("not_finite") == 14);
}

}  // namespace npy_tests
