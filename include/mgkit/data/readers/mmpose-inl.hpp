// SPDX-License-Identifier: MIT
// Definitions of mmpose.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/detections.hpp"
#include "mgkit/data/readers/detail/frame_files.hpp"
#include "mgkit/data/readers/detail/json_events.hpp"
#include "mgkit/data/readers/detail/json_text.hpp"
#include "mgkit/data/readers/detail/mmpose_handler.hpp"
#include "mgkit/data/readers/detail/mmpose_layout.hpp"
#include "mgkit/data/readers/detail/people_builder.hpp"
#include "mgkit/data/readers/detail/seen_joints.hpp"
#include "mgkit/data/readers/json_outline.hpp"
#include "mgkit/data/readers/mmpose.hpp"
#include "mgkit/io/mapped_file.hpp"
#include "mgkit/skeleton/coco17.hpp"
#include "mgkit/skeleton/coco_wholebody133.hpp"
#include "mgkit/skeleton/halpe26.hpp"

namespace MGKIT_NAMESPACE::data::readers {

namespace detail {

/// Whether a text is one picture's: people, or an empty list.
MGKIT_INLINE bool mmpose_one_frame(const json_outline& outline) {
    return mmpose_layout_of(outline).one_frame ||
           (outline.root == '[' && outline.paths.size() == 1);
}

/// The files of a folder that are frames of recordings; empty where it is no such folder.
MGKIT_INLINE std::vector<frame_file> mmpose_frame_files(const std::string& folder) {
    std::error_code code;
    if (folder.find('\0') != std::string::npos || !std::filesystem::is_directory(folder, code))
        return {};
    std::vector<frame_file> numbered, others;
    for (auto& file : frame_files(folder, ".json")) {
        std::string name = stem(file.path, ".json");
        file = {file.path, {}, -1};
        const auto named = frame_file_of(std::string(without_picture_ending(name)), {});
        file.recording = named.recording;
        file.number = named.number;
        (file.number < 0 ? others : numbered).push_back(std::move(file));
    }
    std::stable_sort(numbered.begin(), numbered.end(), [](const auto& a, const auto& b) {
        return a.recording != b.recording ? a.recording < b.recording : a.number < b.number;
    });
    bool several = false;
    for (std::size_t i = 1; i < numbered.size(); ++i)
        several = several || numbered[i].recording == numbered[i - 1].recording;
    if (!several) return {};
    // A sample of the files tells what the folder is; reading looks at each.
    bool people = false;
    const std::size_t step = std::max<std::size_t>(1, numbered.size() / 16);
    for (std::size_t i = 0; i < numbered.size(); i += step) {
        const auto outline = outline_of_file(numbered[i].path);
        if (outline.root == 0) continue;  // a run that was killed: reading says which file
        if (!mmpose_one_frame(outline)) return {};
        people = people || mmpose_layout_of(outline).one_frame;
    }
    for (const auto& file : others)
        if (mmpose_layout_of(outline_of_file(file.path)).known) return {};
    if (!people) return {};
    return numbered;
}

/// What a recording of such a folder, or of a list of pictures, is called.
MGKIT_INLINE std::string name_of_frames(const std::string& recording, const std::string& whole) {
    return names_pictures(recording) ? whole : recording;
}

/// One of the recordings whose frames such a folder holds.
MGKIT_INLINE detections read_frame_files(json_parser parser, const std::vector<frame_file>& files,
                                         const std::string& path, std::size_t index,
                                         const read_policy& policy) {
    std::size_t first = 0, end = 0, recordings = 0;
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (i > 0 && files[i].recording == files[i - 1].recording) {
            end += end == i ? 1 : 0;
            continue;
        }
        if (recordings++ == index) {
            first = i;
            end = i + 1;
        }
    }
    if (index >= recordings)
        throw error(path, text("one of the ", recordings, " recordings in the folder"),
                    text("number ", index));
    people_builder people(path, policy);
    people.expect_frames(end - first);
    mmpose_handler handler(people);
    for (std::size_t k = first; k < end; ++k) {
        people.next_file(files[k].path);
        const io::mapped_file file(files[k].path);
        handler.begin_text(mmpose_layout_of(outline_of(file.text())), files[k].number);
        walk_json(parser, file.text(), handler, people.where());
        handler.end_frame_text();
    }
    people.next_file(path);
    people.out().found.add(finding_kind::assumed, "frames_of_files",
                           "files of one frame each, read as the frames of one recording",
                           static_cast<std::int64_t>(end - first));
    auto out = handler.finish();
    out.name = name_of_frames(files[first].recording, stem(path));
    return out;
}

}  // namespace detail

MGKIT_INLINE bool mmpose::recognises(const std::string& path) const {
    try {
        return detail::mmpose_layout_of(outline_of_file(path)).known ||
               !detail::mmpose_frame_files(path).empty();
    } catch (const error&) {
        return false;
    }
}

MGKIT_INLINE std::string mmpose::almost(const std::string& path) {
    return detail::mmpose_difference(outline_of_file(path));
}

MGKIT_INLINE std::vector<std::string> mmpose::list(const std::string& path) const {
    const auto files = detail::mmpose_frame_files(path);
    if (files.empty()) return {detail::stem(path, ".json")};
    std::vector<std::string> out;
    for (std::size_t i = 0; i < files.size(); ++i)
        if (i == 0 || files[i].recording != files[i - 1].recording)
            out.push_back(detail::name_of_frames(files[i].recording, detail::stem(path)));
    return out;
}

MGKIT_INLINE detections mmpose::read_by(detail::json_parser parser, const std::string& path,
                                        std::size_t index, const read_policy& policy) const {
    const auto files = detail::mmpose_frame_files(path);
    if (!files.empty()) return detail::read_frame_files(parser, files, path, index, policy);
    if (index != 0) throw error(path, "recording 0, the only one", text(index));
    const io::mapped_file file(path);
    auto out = parse_by(parser, file.text(), path, policy);
    out.name = detail::stem(path, ".json");
    return out;
}

MGKIT_INLINE detections mmpose::parse_by(detail::json_parser parser, std::string_view json,
                                         const std::string& where, const read_policy& policy) {
    detail::people_builder people(where, policy);
    detail::mmpose_handler handler(people);
    handler.begin_text(detail::mmpose_layout_of(outline_of(json)));
    detail::walk_json(parser, json, handler, where);
    return handler.finish();
}

MGKIT_INLINE void mmpose::write(const std::string& path, const recording& one) const {
    const auto known =
        detail::as_one_of<skeleton::coco_wholebody133, skeleton::halpe26, skeleton::coco17>(one);
    const auto view = known.poses.view();
    const int dims = skeleton::coordinates(view.shape.layout);
    detail::json_text out(path);
    out << "{\"meta_info\": {\"dataset_name\": ";
    out.quoted(known.topology.name)
        << ", \"fps\": " << known.fps << ", \"width\": " << known.width
        << ", \"height\": " << known.height << ", \"keypoint_id2name\": {";
    for (std::size_t v = 0; v < known.topology.joints.size(); ++v) {
        out << (v > 0 ? ", " : "");
        out.quoted(text(v)) << ": ";
        out.quoted(known.topology.joints[v]);
    }
    out << "}},\n\"instance_info\": [";
    for (int t = 0; t < view.length; ++t) {
        out << (t == 0 ? "\n" : ",\n") << "{\"frame_id\": " << t << ", \"instances\": [";
        if (detail::anything_seen(view, t)) {
            out << "{\"keypoints\": [";
            for (int v = 0; v < view.shape.joints; ++v) {
                for (int c = 0; c < dims; ++c)
                    out << (c > 0   ? ", "
                            : v > 0 ? ", ["
                                    : "[")
                        << detail::seen_value(view, c, t, v);
                out << "]";
            }
            out << "], \"keypoint_scores\": [";
            for (int v = 0; v < view.shape.joints; ++v)
                out << (v > 0 ? ", " : "") << detail::seen_confidence(view, t, v);
            out << "]}";
        }
        out << "]}";
    }
    out << "]}\n";
    out.commit();
}

}  // namespace MGKIT_NAMESPACE::data::readers
