// SPDX-License-Identifier: MIT
// Every real folder at hand loads, splits and can be pre-processed.
#include <map>
#include <string>
#include <vector>

#include "catch.hpp"
#include "mgkit/clip/preprocess.hpp"
#include "mgkit/data/read_folder.hpp"
#include "mgkit/data/split.hpp"
#include "real_files.hpp"

using namespace mgkit;

namespace {

struct expected {
    int clips, classes, subjects, frames, joints;
    skeleton::channel_layout layout;
    const char* centre;
    const char* scale_from;
    const char* scale_to;
};

}  // namespace

TEST_CASE("real clip folders", "[data][real]") {
    using skeleton::channel_layout;
    const std::map<std::string, expected> sets{
        {"nw_ucla",
         {1484, 10, 10, 64, 20, channel_layout::xyz, "HipCenter", "HipCenter", "ShoulderCenter"}},
        {"msrc12",
         {2365, 12, 30, 30, 20, channel_layout::xyz, "HipCenter", "HipCenter", "ShoulderCenter"}},
        {"air_motions", {1472, 5, 33, 96, 15, channel_layout::xyc, "Neck", "MidHip", "Neck"}},
        {"gesture_phase", {388, 5, 3, 100, 6, channel_layout::xyz, "spine", "spine", "head"}},
    };
    for (const auto& [name, want] : sets) {
        INFO(name);
        const std::string folder = real_files("MGKIT_DATA_DIR", name);
        if (folder.empty()) {
            skip("no " + name + " in $MGKIT_DATA_DIR");
            continue;
        }
        const auto [clips, report] = data::read_folder(folder);
        CHECK(clips.size() == want.clips);
        CHECK(clips.classes() == want.classes);
        CHECK(static_cast<int>(data::subjects_of(clips, data::all_of(clips)).size()) ==
              want.subjects);
        CHECK(clips.shape == skeleton::pose_shape{want.layout, want.frames, want.joints, 1});
        CHECK(report.memory_mapped);
        CHECK(report.excluded.empty());
        const auto& t = clips.topology;
        CHECK(t.joints[std::size_t(t.centre)] == want.centre);
        CHECK(t.joints[std::size_t(t.scale_pair.first)] == want.scale_from);
        CHECK(t.joints[std::size_t(t.scale_pair.second)] == want.scale_to);

        std::map<std::string, int> faults;
        skeleton::pose<float> out;
        for (int i = 0; i < clips.size(); ++i)
            ++faults[clip::describe(clip::preprocess<float>({.frames = 16}, skeleton::references(t),
                                                            clips.clip(i), out))];
        for (const auto& [words, count] : faults) UNSCOPED_INFO(count << " clips: " << words);
        // A person behind a desk may never show the hips.
        CHECK(faults["usable"] >= (name == "air_motions" ? want.clips * 9 / 10 : want.clips));
    }
}

TEST_CASE("published splits and missing joints of real clip folders", "[data][real]") {
    const std::string air_motions = real_files("MGKIT_DATA_DIR", "air_motions");
    const std::string nw_ucla = real_files("MGKIT_DATA_DIR", "nw_ucla");
    if (air_motions.empty() || nw_ucla.empty())
        return skip("no air_motions and nw_ucla in $MGKIT_DATA_DIR");
    const auto air = data::read_folder(air_motions).clips;
    const auto split = data::published_split(air);
    CHECK(data::subjects_of(air, split.test) == std::vector<int>{18, 25, 26, 30, 32, 33});
    const auto ucla = data::read_folder(nw_ucla).clips;
    CHECK(data::split_by_subjects(ucla, std::vector<int>{8, 9, 10}).test.size() == 445);
    CHECK(ucla.views.has_value());
    const auto marked = data::read_folder(nw_ucla, {.zeros = data::zero_rule::missing});
    CHECK(marked.report.zero_joints == 6);
    CHECK(marked.clips.shape.layout == skeleton::channel_layout::xyzc);
}
