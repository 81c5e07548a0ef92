// SPDX-License-Identifier: MIT
// Clip folders: what is read, what is marked, what is refused.
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "catch.hpp"
#include "data/folders.hpp"
#include "mgkit/data/write_folder.hpp"

using namespace mgkit;
using data::read_policy;
using skeleton::channel_layout;

namespace {

constexpr float nan_value = std::numeric_limits<float>::quiet_NaN();
constexpr float infinite = std::numeric_limits<float>::infinity();

}  // namespace

TEST_CASE("a sound folder is read in place", "[data]") {
    const auto [clips, report] = read_changed([](folder_parts& p) { p.at(1, 2, 0, 1) = 7; });
    CHECK(clips.size() == 4);
    CHECK(clips.shape == skeleton::pose_shape{channel_layout::xyz, 5, 3, 1});
    CHECK(clips.clip(1).at(2, 0, 1) == 7);
    CHECK(clips.clip(1).length == 3);
    CHECK(clips.about.name == "small");
    CHECK(clips.class_names == std::vector<std::string>{"rest", "wave"});
    CHECK(clips.topology.mirror == std::vector<int>{0, 2, 1});
    CHECK_FALSE(clips.views.has_value());
    CHECK(report.memory_mapped);
    CHECK(report.excluded.empty());
    CHECK(report.found.empty());
    CHECK_REFUSED(clips.clip(4), "from 0 to 3");
}

TEST_CASE("channels follow their names, or a stated rule", "[data]") {
    const auto layout = [](io::json channels, int count) {
        const auto loaded = read_changed([&](folder_parts& p) {
            p.shape[1] = count;
            p.data.assign(static_cast<std::size_t>(4 * count * 5 * 3), 1.0f);
            if (channels.is_null())
                p.meta.erase("channels");
            else
                p.meta["channels"] = channels;
        });
        CHECK(loaded.report.found.all().size() == (channels.is_null() ? 1 : 0));
        return loaded.clips.shape.layout;
    };
    CHECK(layout({"x", "y"}, 2) == channel_layout::xy);
    CHECK(layout({"x", "y", "confidence"}, 3) == channel_layout::xyc);
    CHECK(layout({"X", "Y", "Score"}, 3) == channel_layout::xyc);
    CHECK(layout({"x", "y", "z", "c"}, 4) == channel_layout::xyzc);
    CHECK(layout(nullptr, 2) == channel_layout::xy);
    CHECK(layout(nullptr, 3) == channel_layout::xyz);
    CHECK(layout(nullptr, 4) == channel_layout::xyzc);
    CHECK_CONTAINS(refused([](folder_parts& p) {
                       p.meta["channels"] = {"x", "y"};
                   }),
                   "3 channels, as data.npy has");
    CHECK_CONTAINS(refused([](folder_parts& p) {
                       p.meta["channels"] = {"y", "x", "z"};
                   }),
                   "found y, x, z");
    CHECK_CONTAINS(refused([](folder_parts& p) {
                       p.meta["channels"] = {"x", "y", "depth"};
                   }),
                   "depth");
    CHECK_CONTAINS(refused([](folder_parts& p) {
                       p.meta.erase("channels");
                       p.shape = {2, 6, 5, 3, 1};
                       p.data.assign(180, 1.0f);
                       for (auto* list : {&p.num_frames, &p.label, &p.subject}) list->resize(2);
                   }),
                   "2 to 4 channels");
}

TEST_CASE("other element types are converted", "[data]") {
    const scratch_folder folder;
    folder_parts parts;
    parts.write(folder.name());
    const std::vector<double> wide(parts.data.begin(), parts.data.end());
    io::write_npy(folder / "data.npy", wide, parts.shape);
    io::write_npy(folder / "label.npy", std::vector<std::uint8_t>{0, 1, 1, 0}, {4});
    const auto loaded = data::read_folder(folder.name());
    CHECK_FALSE(loaded.report.memory_mapped);
    CHECK(loaded.clips.clip(3).at(0, 0, 2) == 1.5f);
    io::write_npy(folder / "label.npy", std::vector<float>{0, 1, 1.5f, 0}, {4});
    CHECK_REFUSED(data::read_folder(folder.name()), "label.npy");
}

TEST_CASE("NaN and infinity are refused by place, or marked and counted", "[data]") {
    for (const float bad : {nan_value, infinite, -infinite}) {
        const auto spoil = [&](folder_parts& p) { p.at(2, 1, 3, 2) = bad; };
        CHECK_CONTAINS(refused(spoil), "clip 2, frame 3, joint 2 (right_hand)");
        const auto [clips, report] =
            read_changed(spoil, {.not_finite = data::not_finite_rule::mark_invalid});
        CHECK(report.not_finite == 1);
        CHECK_FALSE(report.memory_mapped);
        CHECK(clips.shape.layout == channel_layout::xyzc);
        CHECK_FALSE(clips.clip(2).valid(3, 2));
        CHECK(clips.clip(2).valid(3, 1));
        for (int c = 0; c < 4; ++c) CHECK(clips.clip(2).at(c, 3, 2) == 0);
        CHECK(clips.clip(2).at(3, 2, 2) == 1);
        CHECK(clips.clip(2).at(1, 2, 2) == 1.5f);
    }
    // A confidence that is no number counts as well; padding is never looked at.
    const auto [clips, report] = read_changed(
        [](folder_parts& p) {
            p.meta["channels"] = {"x", "y", "c"};
            p.at(0, 2, 0, 0) = nan_value;
            p.at(3, 0, 4, 1) = nan_value;
        },
        {.not_finite = data::not_finite_rule::mark_invalid});
    CHECK(report.not_finite == 1);
    CHECK(clips.shape.layout == channel_layout::xyc);
    CHECK_FALSE(clips.clip(0).valid(0, 0));
    CHECK(read_changed([](folder_parts& p) { p.at(3, 0, 4, 1) = nan_value; }).report.memory_mapped);
}

TEST_CASE("joints at zero are missing where the file or the caller says so", "[data]") {
    const auto zero = [](folder_parts& p) {
        for (int c = 0; c < 3; ++c) p.at(0, c, 2, 1) = 0;
        p.at(0, 0, 3, 1) = 0;  // one coordinate alone is a position
    };
    CHECK(read_changed(zero).report.zero_joints == 0);
    const auto declared = [&](folder_parts& p) {
        zero(p);
        p.meta["zero_is_missing"] = true;
    };
    for (const auto& [clips, report] :
         {read_changed(zero, {.zeros = data::zero_rule::missing}), read_changed(declared)}) {
        CHECK(report.zero_joints == 1);
        CHECK(clips.shape.layout == channel_layout::xyzc);
        CHECK_FALSE(clips.clip(0).valid(2, 1));
        CHECK(clips.clip(0).valid(3, 1));
    }
    CHECK(read_changed(declared, {.zeros = data::zero_rule::present}).report.memory_mapped);
}

TEST_CASE("channels follow from the rules, not from what somebody's clips miss", "[data]") {
    const auto declared = [](folder_parts& p) { p.meta["zero_is_missing"] = true; };
    const auto missing = [&](folder_parts& p) {
        declared(p);
        for (int c = 0; c < 3; ++c) p.at(0, c, 2, 1) = 0;
    };
    const auto all_there = read_changed(declared), one_missing = read_changed(missing);
    CHECK(all_there.clips.shape == one_missing.clips.shape);
    CHECK(all_there.report.confidence_added);
    const auto a = all_there.clips.clip(3), b = one_missing.clips.clip(3);
    CHECK(std::equal(a.values, a.values + a.shape.size(), b.values));
    CHECK(a.at(3, 0, 0) == 1);
    CHECK(read_changed([](folder_parts&) {}, {.not_finite = data::not_finite_rule::mark_invalid})
              .clips.shape.layout == channel_layout::xyzc);
    CHECK_FALSE(read_changed([](folder_parts&) {}).report.confidence_added);
}

TEST_CASE("unusable clips are left out and counted", "[data]") {
    const auto [clips, report] = read_changed([](folder_parts& p) {
        p.num_frames[1] = 0;
        for (int c = 0; c < 3; ++c) p.at(3, c, 0, 0) = p.at(3, c, 0, 1) = p.at(3, c, 0, 2) = 0;
        p.view = {1, 2, 3, 4};
    });
    CHECK(clips.size() == 2);
    CHECK(clips.ids == std::vector<std::uint32_t>{0, 2});
    CHECK(clips.labels == std::vector<int>{0, 1});
    CHECK(*clips.views == std::vector<int>{1, 3});
    CHECK(report.clips_in_file == 4);
    CHECK(report.no_frames == 1);
    CHECK(report.no_visible_joint == 1);
    CHECK(report.excluded == std::vector<int>{1, 3});

    CHECK_CONTAINS(refused([](folder_parts& p) {
                       p.num_frames = {5, 0, 0, 1};
                   }),
                   "of class \"wave\"");
    CHECK_CONTAINS(refused([](folder_parts& p) { p.num_frames = {0, 0, 0, 0}; }), "at all");
    CHECK_CONTAINS(refused([](folder_parts& p) {
                       p.num_frames = {5, 3, 4, 0};
                       p.split = {0, 0, 0, 1};
                   }),
                   "in the test split");
    const auto empty_class = read_changed([](folder_parts& p) {
        p.meta["class_names"] = {"rest", "wave", "bow"};
    });
    CHECK_CONTAINS(empty_class.report.found.sentences().at(0), "bow");
}

TEST_CASE("arrays that do not fit are refused", "[data]") {
    CHECK_CONTAINS(refused([](folder_parts& p) {
                       p.meta["joints"] = {"a", "b", "c", "d"};
                       p.meta["bones"] = {{1, 0}, {2, 0}, {3, 0}};
                   }),
                   "4 joints, as meta.json lists, found 3");
    CHECK_CONTAINS(refused([](folder_parts& p) { p.label.pop_back(); }), "each of the 4 clips");
    CHECK_CONTAINS(refused([](folder_parts& p) { p.subject.push_back(3); }), "subject.npy");
    CHECK_CONTAINS(refused([](folder_parts& p) { p.num_frames.clear(); }), "num_frames.npy");
    CHECK_CONTAINS(refused([](folder_parts& p) { p.num_frames[2] = 6; }), "6 for clip 2");
    CHECK_CONTAINS(refused([](folder_parts& p) { p.num_frames[2] = -1; }), "-1 for clip 2");
    CHECK_CONTAINS(refused([](folder_parts& p) { p.label[3] = 2; }), "2 for clip 3");
    CHECK_CONTAINS(refused([](folder_parts& p) { p.label[3] = -1; }), "-1 for clip 3");
    CHECK_CONTAINS(refused([](folder_parts& p) { p.label[0] = std::int64_t{1} << 40; }),
                   "label.npy");
    CHECK_CONTAINS(refused([](folder_parts& p) { p.split = {0, 1, 2, 0}; }), "2 for clip 2");
    CHECK_CONTAINS(refused([](folder_parts& p) { p.shape = {4, 3, 5, 3}; }), "5 dimensions");
    CHECK_CONTAINS(refused([](folder_parts& p) {
                       p.shape = {0, 3, 5, 3, 1};
                       p.data.clear();
                   }),
                   "clips, found 0");
    CHECK_CONTAINS(refused([](folder_parts& p) {
                       p.shape = {4, 3, 0, 3, 1};
                       p.data.clear();
                   }),
                   "frames, found 0");
    CHECK_CONTAINS(refused([](folder_parts& p) {
                       p.shape = {std::int64_t{1} << 40, 0, 1, 1, 1};
                       p.data.clear();
                   }),
                   "clips");
    const auto classless = [](folder_parts& p) { p.meta.erase("class_names"); };
    CHECK(read_changed(classless).clips.class_names ==
          std::vector<std::string>{"class 0", "class 1"});
    CHECK_CONTAINS(refused([&](folder_parts& p) {
                       classless(p);
                       p.label[0] = 1 << 30;
                   }),
                   "labels below");
}

TEST_CASE("missing and damaged files are refused", "[data]") {
    for (const char* name :
         {"data.npy", "num_frames.npy", "label.npy", "subject.npy", "meta.json"}) {
        INFO(name);
        const scratch_folder folder;
        folder_parts().write(folder.name());
        const std::string path = folder / name;
        const auto size = std::filesystem::file_size(path);
        std::filesystem::resize_file(path, size / 2);
        CHECK_REFUSED(data::read_folder(folder.name()), name);
        std::filesystem::resize_file(path, 0);
        CHECK_REFUSED(data::read_folder(folder.name()), name);
        std::filesystem::remove(path);
        CHECK_REFUSED(data::read_folder(folder.name()), name);
        std::filesystem::create_directory(path);
        CHECK_REFUSED(data::read_folder(folder.name()), name);
    }
    CHECK_REFUSED(data::read_folder("/no such folder"), "a folder with meta.json");
    CHECK_REFUSED(data::read_folder(""), "a folder with meta.json");
    const scratch_folder folder;
    folder_parts().write(folder.name());
    std::ofstream(folder / "view.npy") << "not an array";
    CHECK_REFUSED(data::read_folder(folder.name()), "view.npy");
}

TEST_CASE("meta.json is checked", "[data]") {
    const auto spoilt = [](const char* key, io::json value) {
        return refused([&](folder_parts& p) { p.meta[key] = value; });
    };
    CHECK_CONTAINS(spoilt("joints", "neck"), "'joints'");
    CHECK_CONTAINS(spoilt("joints", {"a", "a", "b"}), "\"a\" for joints 0 and 1");
    CHECK_CONTAINS(spoilt("joints", {1, 2, 3}), "a string");
    CHECK_CONTAINS(spoilt("bones", {{1, 0}, {2, 9}}), "bone 1 (2, 9)");
    CHECK_CONTAINS(spoilt("bones", {{1, 0}, {2}}), "1 numbers in bone 1");
    CHECK_CONTAINS(spoilt("bones", {{1, 0}, {2, 1.5}}), "an integer");
    CHECK_CONTAINS(spoilt("bones", {{1, 0}}), "joints without a parent");
    CHECK_CONTAINS(spoilt("class_names", {{"a", 1}}), "'class_names'");
    CHECK_CONTAINS(spoilt("class_groups", {"one"}), "'class_groups'");
    CHECK_CONTAINS(spoilt("zero_is_missing", "yes"), "true or false");
    CHECK_CONTAINS(spoilt("centre", "elbow"), "elbow");
    CHECK_CONTAINS(spoilt("centre", 3), "centre is out of range");
    CHECK_CONTAINS(spoilt("scale_pair", {0, 1, 2}), "two joints");
    CHECK_CONTAINS(refused([](folder_parts& p) { p.meta.erase("bones"); }), "bones");
    CHECK_CONTAINS(refused([](folder_parts& p) { p.meta = io::json::array(); }), "an object");
    const auto named = read_changed([](folder_parts& p) {
        p.meta["centre"] = "left_hand";
        p.meta["scale_pair"] = {"neck", 2};
        p.meta["fps"] = 30;
        p.meta["source"] = {{"repo", "somewhere"}};
        p.meta["unknown"] = {{"deep", {1, 2, 3}}};
    });
    CHECK(named.clips.topology.centre == 1);
    CHECK(named.clips.topology.scale_pair == skeleton::joint_pair{0, 2});
    CHECK(named.clips.about.fps == "30");
    CHECK_CONTAINS(named.clips.about.source, "somewhere");
}

TEST_CASE("a written folder reads back equal", "[data]") {
    const auto clips = read_changed([](folder_parts& p) {
                           p.meta["channels"] = {"x", "y", "c"};
                           p.meta["scale_pair"] = {1, 2};
                           p.meta["class_groups"] = {"still", "moving"};
                           p.meta["generator_version"] = "3";
                           p.split = {0, 0, 1, 1};
                           p.view = {1, 1, 2, 3};
                           for (std::size_t i = 0; i < p.data.size(); ++i)
                               p.data[i] = 0.25f * static_cast<float>(i % 17);
                       }).clips;
    const scratch_folder folder;
    data::write_folder(folder / "copy", clips);
    const auto [again, report] = data::read_folder(folder / "copy");
    CHECK(again.size() == clips.size());
    CHECK(again.shape == clips.shape);
    CHECK(again.labels == clips.labels);
    CHECK(again.subjects == clips.subjects);
    CHECK(again.num_frames == clips.num_frames);
    CHECK(again.views == clips.views);
    CHECK(again.published == clips.published);
    CHECK(again.class_names == clips.class_names);
    CHECK(again.class_groups == std::vector<std::string>{"still", "moving"});
    CHECK(again.about.generator == "3");
    CHECK(again.topology == clips.topology);
    for (int i = 0; i < clips.size(); ++i)
        for (int c = 0; c < 3; ++c)
            for (int t = 0; t < clips.num_frames[std::size_t(i)]; ++t)
                for (int v = 0; v < 3; ++v)
                    CHECK(again.clip(i).at(c, t, v) == clips.clip(i).at(c, t, v));
    const std::vector<int> few{2, 0};
    data::write_folder(folder / "few", clips.subset(few));
    CHECK(data::read_folder(folder / "few").clips.labels == std::vector<int>{1, 0});

    CHECK_REFUSED(data::write_folder(folder / "copy", clips), "new or empty folder");
    CHECK_REFUSED(data::write_folder(folder / "no/where", clips), "new folder");
    auto wrong = clips;
    wrong.labels[1] = 9;
    CHECK_REFUSED(data::write_folder(folder / "wrong", wrong), "9 for clip 1");
    wrong = clips;
    wrong.about.name = "\xff";
    CHECK_REFUSED(data::write_folder(folder / "wrong", wrong), "UTF-8");
    CHECK(folder.files() == 2);
    const std::vector<int> outside{0, 4};
    CHECK_REFUSED(clips.subset(outside), "found 4");
}
