// SPDX-License-Identifier: MIT
// Definitions of openpose.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/detections.hpp"
#include "mgkit/data/findings.hpp"
#include "mgkit/data/readers/detail/json_events.hpp"
#include "mgkit/data/readers/detail/json_text.hpp"
#include "mgkit/data/readers/detail/openpose_handler.hpp"
#include "mgkit/data/readers/detail/people_builder.hpp"
#include "mgkit/data/readers/detail/seen_joints.hpp"
#include "mgkit/data/readers/json_outline.hpp"
#include "mgkit/data/readers/limits.hpp"
#include "mgkit/data/readers/openpose.hpp"
#include "mgkit/io/folder_in_progress.hpp"
#include "mgkit/io/mapped_file.hpp"
#include "mgkit/skeleton/body25.hpp"
#include "mgkit/skeleton/body25_hands.hpp"
#include "mgkit/skeleton/body25_hands_face.hpp"
#include "mgkit/skeleton/openpose18.hpp"

namespace MGKIT_NAMESPACE::data::readers {

MGKIT_INLINE bool openpose::recognises(const std::string& path) const {
    std::error_code code;
    std::filesystem::directory_iterator entry(path, code), end;
    for (; !code && entry != end; entry.increment(code))
        if (entry->path().string().ends_with(detail::openpose_ending)) return true;
    return false;
}

MGKIT_INLINE std::vector<std::string> openpose::list(const std::string& path) const {
    std::vector<std::string> out;
    for (const auto& file : detail::openpose_files(path)) {
        const std::string called = file.recording.empty() ? detail::stem(path) : file.recording;
        if (out.empty() || out.back() != called) out.push_back(called);
    }
    return out;
}

namespace detail {

/// OpenPose numbers frames in twelve digits from 0 on, as the video has them: numbers missing at
/// the start are frames, so that annotations keep their place. Pictures keep their own names, which
/// often count from 1.
MGKIT_INLINE void count_frames_from(people_builder& people, const frame_file& first) {
    const std::string called = stem(first.path, openpose_ending);
    const std::size_t digits = called.size() - 1 - called.find_last_not_of("0123456789");
    if (first.number == 1 && digits != 12) {
        people.out().found.add(finding_kind::assumed, "frames_count_from",
                               "recording whose pictures are counted from 1");
        return;
    }
    const std::int64_t before = std::max<std::int64_t>(0, first.number);
    if (!people.count_from_zero(before)) return;
    people.pass_over(before);
    people.out().found.add(
        finding_kind::assumed, "frames_before_first",
        "frames before the first file, read as frames without anybody: numbers count from 0",
        before);
}

/// Files of the folder that are no frames.
MGKIT_INLINE void count_other_files(const std::string& folder, people_builder& people) {
    std::int64_t count = 0;
    std::string first;
    std::error_code code;
    for (std::filesystem::directory_iterator at(folder, code), end; !code && at != end;
         at.increment(code)) {
        const std::string name = at->path().filename().string();
        if (name.starts_with(".") || name.ends_with(openpose_ending)) continue;
        if (count++ == 0 || name < first) first = name;
    }
    if (count > 0 && people.strict())
        people.refuse("files *_keypoints.json only", printable(first), "move it elsewhere");
    people.out().found.add(
        finding_kind::left_out, "unread_files",
        text("files in the folder that are no frames, the first ", printable(first)), count);
}

}  // namespace detail

MGKIT_INLINE detections openpose::parse_by(detail::json_parser parser, std::string_view json,
                                           const std::string& where, const read_policy& policy) {
    detail::people_builder people(where, policy);
    detail::openpose_handler handler(people);
    handler.begin_frame();
    detail::walk_json(parser, json, handler, where);
    handler.end_frame();
    return handler.finish();
}

MGKIT_INLINE detections openpose::read_by(detail::json_parser parser, const std::string& path,
                                          std::size_t index, const read_policy& policy) const {
    const auto files = detail::openpose_files(path);
    std::size_t first = 0;
    for (std::size_t before = 0; before < index && first < files.size(); ++before) {
        const std::string& passed = files[first].recording;
        while (first < files.size() && files[first].recording == passed) ++first;
    }
    if (first == files.size())
        throw error(path, "one of the recordings in the folder", text("number ", index));
    detail::people_builder people(path, policy);
    detail::openpose_handler handler(people);
    std::size_t end = first;
    while (end < files.size() && files[end].recording == files[first].recording) ++end;
    people.expect_frames(end - first);
    detail::count_frames_from(people, files[first]);
    for (std::size_t k = first; k < end; ++k) {
        people.next_file(files[k].path);
        if (k > first && files[k].number == files[k - 1].number && !people.strict()) {
            people.found(finding_kind::left_out, "files_of_one_frame",
                         "files of a frame number that another file has, too");
            continue;
        }
        handler.begin_frame();
        people.name_frame(std::max<std::int64_t>(0, files[k].number));
        const io::mapped_file file(files[k].path);
        detail::walk_json(parser, file.text(), handler, people.where());
        handler.end_frame();
    }
    people.next_file(path);
    detail::count_other_files(path, people);
    auto out = handler.finish();
    out.name = files[first].recording.empty() ? detail::stem(path) : files[first].recording;
    return out;
}

MGKIT_INLINE std::string openpose::almost(const std::string& path) {
    std::error_code code;
    if (!std::filesystem::is_directory(path, code)) {
        if (!outline_of_file(path).has("people[]") && !path.ends_with(detail::openpose_ending))
            return {};
        return "one frame of OpenPose: name the folder that holds the frames, not a file of it";
    }
    std::filesystem::directory_iterator entry(path, code), end;
    for (int looked = 0; !code && entry != end && looked < 10; entry.increment(code)) {
        const std::string file = entry->path().string();
        if (file.ends_with(detail::openpose_ending)) return {};
        if (!file.ends_with(".json")) continue;
        ++looked;
        if (outline_of_file(file).has("people[]"))
            return text("a folder of OpenPose's frames under other names, the first ",
                        detail::printable(detail::stem(file)),
                        ": rename them to NAME_NUMBER_keypoints.json");
    }
    return {};
}

MGKIT_INLINE void openpose::write(const std::string& path, const recording& one) const {
    using namespace skeleton;
    const auto known = detail::as_one_of<body25_hands_face, body25_hands, body25, openpose18>(one);
    const auto view = known.poses.view();
    if (coordinates(view.shape.layout) != 2)
        throw error(path, "x and y", skeleton::name(view.shape.layout),
                    "OpenPose's 2-D lists have no z");
    std::error_code code;
    if (std::filesystem::exists(path, code) && !std::filesystem::is_empty(path, code))
        throw error(path, "a new or empty folder", "one with files in it",
                    "choose another name or remove it");
    std::string called = known.name.empty() ? "recording" : known.name;
    std::replace(called.begin(), called.end(), '/', '_');
    io::folder_in_progress folder(path);
    detail::json_text out;
    for (int t = 0; t < view.length; ++t) {
        out << "{\"version\":1.3,\"people\":[";
        if (detail::anything_seen(view, t)) {
            out << "{\"person_id\":[-1]";
            const auto part = [&](std::string_view key, int start, int count) {
                out << ",\"" << key << "\":[";
                for (int v = start; v < start + count && start + count <= view.shape.joints; ++v)
                    out << (v > start ? "," : "") << detail::seen_value(view, 0, t, v) << ","
                        << detail::seen_value(view, 1, t, v) << ","
                        << detail::seen_confidence(view, t, v);
                out << "]";
            };
            const int body = view.shape.joints == 18 ? 18 : 25;
            part("pose_keypoints_2d", 0, body);
            part("face_keypoints_2d", 67, 70);
            part("hand_left_keypoints_2d", 25, 21);
            part("hand_right_keypoints_2d", 46, 21);
            out << "}";
        }
        out << "]}\n";
        std::string number = text(t);
        number.insert(0, number.size() < 12 ? 12 - number.size() : 0, '0');
        const std::string file =
            folder.path() + "/" + called + "_" + number + std::string(detail::openpose_ending);
        // The folder is renamed into place as a whole, so its files need not be atomic themselves.
        std::ofstream stream(file, std::ios::binary);
        stream << out.take();
        stream.close();
        if (!stream)
            throw error(file, "a writable file", "a failure", "check disk and permissions");
    }
    folder.publish();
}

}  // namespace MGKIT_NAMESPACE::data::readers
