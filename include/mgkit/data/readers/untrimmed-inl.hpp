// SPDX-License-Identifier: MIT
// Definitions of untrimmed.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/detail/integer_arrays.hpp"
#include "mgkit/data/detail/skeleton_meta.hpp"
#include "mgkit/data/detail/third_channel.hpp"
#include "mgkit/data/detections.hpp"
#include "mgkit/data/readers/detail/people_builder.hpp"
#include "mgkit/data/readers/detail/seen_joints.hpp"
#include "mgkit/data/readers/detail/untrimmed_folder.hpp"
#include "mgkit/data/readers/untrimmed.hpp"
#include "mgkit/data/recording.hpp"
#include "mgkit/io/folder_in_progress.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/io/json_value.hpp"
#include "mgkit/io/npy.hpp"

namespace MGKIT_NAMESPACE::data::readers {

MGKIT_INLINE bool untrimmed::recognises(const std::string& path) const {
    std::error_code code;
    return std::filesystem::is_regular_file(path + "/long_data.npy", code) &&
           std::filesystem::is_regular_file(path + "/long_start.npy", code);
}

MGKIT_INLINE std::string untrimmed::almost(const std::string& path) {
    std::error_code code;
    const auto has = [&](const char* file) {
        return std::filesystem::is_regular_file(path + "/" + file, code);
    };
    if (has("long_data.npy"))
        return "a folder of untrimmed recordings without long_start.npy: save the first row of "
               "each "
               "recording, and the number of rows, as np.save('long_start.npy', ...)";
    if (has("long_start.npy"))
        return "a folder of untrimmed recordings without long_data.npy, an array (frames of all "
               "recordings, joints, channels)";
    return {};
}

MGKIT_INLINE std::vector<std::string> untrimmed::list(const std::string& path) const {
    return detail::untrimmed_folder(path).names();
}

MGKIT_INLINE detections untrimmed::read(const std::string& path, std::size_t index,
                                        const read_policy& policy) const {
    const detail::untrimmed_folder folder(path);
    const std::size_t frames = folder.frames(index), start = folder.starts[index];
    const auto joints = folder.meta.topology.joints.size();
    const auto stored = static_cast<std::size_t>(skeleton::channels(folder.layout));
    const bool zeros = policy.zeros == zero_rule::missing ||
                       (policy.zeros == zero_rule::as_declared && folder.meta.zero_is_missing);
    const bool gains = !skeleton::has_confidence(folder.layout) &&
                       (zeros || policy.not_finite == not_finite_rule::mark_invalid);
    const auto layout = !gains ? folder.layout
                        : folder.layout == skeleton::channel_layout::xy
                            ? skeleton::channel_layout::xyc
                            : skeleton::channel_layout::xyzc;
    const auto channels = static_cast<std::size_t>(skeleton::channels(layout));
    std::vector<int> tracked;
    if (const auto valid = folder.per_row("long_valid.npy"))
        tracked = data::detail::whole_numbers(*valid, start, frames);

    read_policy rule = policy;
    if (zeros) rule.zeros = zero_rule::missing;
    detail::people_builder people(text(path, ", recording ", index), rule);
    people.layout(folder.meta.topology, layout);
    const auto values =
        folder.part<float>(folder.data, start * joints * stored, frames * joints * stored);
    if (!folder.meta.layout && stored == 3) {
        data::detail::third_channel seen;
        for (std::size_t i = 0; i < values.size(); i += 3)
            seen.add(values[i], values[i + 1], values[i + 2]);
        seen.require_coordinate(path + "/meta.json");
    }
    std::vector<float> person(joints * channels);
    for (std::size_t t = 0; t < frames; ++t) {
        people.begin_frame();
        if (!tracked.empty() && tracked[t] != 0 && tracked[t] != 1)
            people.refuse("0 or 1 in long_valid.npy", text(tracked[t]));
        if (tracked.empty() || tracked[t] == 1) {
            people.begin_person();
            for (std::size_t v = 0; v < joints; ++v) {
                const float* joint = values.data() + (t * joints + v) * stored;
                std::copy(joint, joint + stored, person.data() + v * channels);
                if (gains) person[v * channels + stored] = 1.0f;
            }
            people.end_person(person, -1);
        }
        people.end_frame();
    }
    auto out = people.finish();
    out.name = folder.names()[index];
    out.fps = folder.rate(index, out.found);
    if (policy.strict && out.found.count("timestamps_not_rising") > 0)
        throw error(path + "/long_timestamp_ms.npy", "times that rise",
                    text(out.found.count("timestamps_not_rising"), " others in recording ", index));
    out.width = static_cast<int>(folder.number("width"));
    out.height = static_cast<int>(folder.number("height"));
    out.found.append(folder.assumed);
    out.confidence_assumed = gains;
    return out;
}

MGKIT_INLINE untrimmed_facts untrimmed::facts(const std::string& path) {
    const detail::untrimmed_folder folder(path);
    untrimmed_facts out;
    out.names = folder.names();
    for (std::size_t i = 0; i < folder.recordings(); ++i)
        out.frames.push_back(static_cast<int>(folder.frames(i)));
    auto subjects = folder.per_recording("long_subject.npy");
    out.subjects = std::move(subjects.numbers);
    out.subject_names =
        subjects.names.empty() ? folder.meta.subject_names : std::move(subjects.names);
    if (folder.has("long_class.npy"))
        out.classes = data::detail::read_integer_list(
            path + "/long_class.npy", folder.recordings(),
            text(folder.recordings(), " numbers, one per recording"));
    out.class_names = folder.meta.class_names;
    const auto recording_of_row = [&](int value, const std::string& file, std::size_t row) {
        if (value < 0 || value >= static_cast<int>(folder.recordings()))
            throw error(path + "/" + file, text("recordings from 0 to ", folder.recordings() - 1),
                        text(value, " in row ", row));
        return static_cast<std::size_t>(value);
    };
    const auto rows = folder.table("long_segments.npy", 4);
    if (!rows.empty()) out.segments.resize(folder.recordings());
    for (std::size_t i = 0; i < rows.size(); i += 4) {
        const std::size_t r = recording_of_row(rows[i], "long_segments.npy", i / 4);
        const segment one{rows[i + 1], rows[i + 2], rows[i + 3], 0};
        if (one.start < 0 || one.end <= one.start || one.end > out.frames[r] || one.label < 0)
            throw error(path + "/long_segments.npy",
                        text("0 <= start < end <= ", out.frames[r], " and a label of 0 or more"),
                        text(one.start, ", ", one.end, ", ", one.label, " in row ", i / 4));
        out.segments[r].push_back(one);
    }
    const auto tags = folder.table("long_tags.npy", 3);
    for (std::size_t i = 0; i < tags.size(); i += 3) {
        const std::size_t r = recording_of_row(tags[i], "long_tags.npy", i / 3);
        const untrimmed_tag one{tags[i], tags[i + 1], tags[i + 2]};
        if (one.frame < 0 || one.frame >= out.frames[r] || one.label < 0)
            throw error(path + "/long_tags.npy",
                        text("frames from 0 to ", out.frames[r] - 1, " and a class of 0 or more"),
                        text(one.frame, ", ", one.label, " in row ", i / 3));
        out.tags.push_back(one);
    }
    return out;
}

MGKIT_INLINE std::vector<int> untrimmed::frame_labels(const std::string& path, std::size_t index) {
    const detail::untrimmed_folder folder(path);
    const std::size_t frames = folder.frames(index);
    const auto labels = folder.per_row("long_label.npy");
    if (!labels) return {};
    return data::detail::whole_numbers(*labels, folder.starts[index], frames);
}

MGKIT_INLINE void untrimmed::write_all(const std::string& path,
                                       std::span<const recording> recordings) {
    if (recordings.empty()) throw error(path, "at least one recording to write", "none");
    const recording& like = recordings.front();
    std::vector<std::int64_t> starts{0}, subjects;
    io::json names = io::json::array();
    for (const auto& one : recordings) {
        check(one);
        detail::require_finite(one);
        if (!(one.topology == like.topology) ||
            one.poses.shape().layout != like.poses.shape().layout || one.fps != like.fps ||
            one.width != like.width || one.height != like.height)
            throw error(path, "recordings of one skeleton, layout, rate and picture size",
                        "recording " + one.name + " differs from " + like.name,
                        "write them to folders of their own");
        starts.push_back(starts.back() + one.frames());
        subjects.push_back(one.subject);
        names.push_back(one.name);
    }
    const auto layout = like.poses.shape().layout;
    const auto joints = static_cast<std::size_t>(like.poses.shape().joints);
    const auto channels = static_cast<std::size_t>(skeleton::channels(layout));
    std::vector<float> values;
    values.reserve(static_cast<std::size_t>(starts.back()) * joints * channels);
    for (const auto& one : recordings) {
        const auto view = one.poses.view();
        for (int t = 0; t < view.length; ++t)
            for (int v = 0; v < view.shape.joints; ++v)
                for (int c = 0; c < skeleton::channels(layout); ++c)
                    values.push_back(detail::seen_value(view, c, t, v));
    }
    io::json meta;
    meta["name"] = like.topology.name;
    data::detail::put_skeleton(meta, like.topology, layout);
    if (like.fps > 0) meta["fps"] = like.fps;
    if (like.width > 0) meta["width"] = like.width;
    if (like.height > 0) meta["height"] = like.height;
    meta["recordings"] = std::move(names);

    std::error_code code;
    if (std::filesystem::exists(path, code) && !std::filesystem::is_empty(path, code))
        throw error(path, "a new or empty folder", "one with files in it",
                    "choose another name or remove it");
    io::folder_in_progress folder(path);
    io::write_npy(
        folder.path() + "/long_data.npy", values,
        {starts.back(), static_cast<std::int64_t>(joints), static_cast<std::int64_t>(channels)});
    const auto count = static_cast<std::int64_t>(recordings.size());
    io::write_npy(folder.path() + "/long_start.npy", starts, {count + 1});
    if (std::any_of(subjects.begin(), subjects.end(), [](std::int64_t s) { return s >= 0; }))
        io::write_npy(folder.path() + "/long_subject.npy", subjects, {count});
    io::write_json(folder.path() + "/meta.json", meta);
    folder.publish();
}

}  // namespace MGKIT_NAMESPACE::data::readers
