// SPDX-License-Identifier: MIT
// Definitions of mediapipe.hpp.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/detections.hpp"
#include "mgkit/data/readers/detail/json_events.hpp"
#include "mgkit/data/readers/detail/json_text.hpp"
#include "mgkit/data/readers/detail/mediapipe_handler.hpp"
#include "mgkit/data/readers/detail/people_builder.hpp"
#include "mgkit/data/readers/detail/seen_joints.hpp"
#include "mgkit/data/readers/json_outline.hpp"
#include "mgkit/data/readers/mediapipe.hpp"
#include "mgkit/io/mapped_file.hpp"
#include "mgkit/skeleton/blazepose33.hpp"
#include "mgkit/skeleton/blazepose75.hpp"

namespace MGKIT_NAMESPACE::data::readers {

namespace detail {

/// Whether frames of landmarks stand at `prefix`: MediaPipe's names of them, or the bare
/// `landmarks` of its tasks in JavaScript.
MGKIT_INLINE bool has_landmarks(const json_outline& outline, const std::string& prefix) {
    for (const char* key :
         {"pose_landmarks", "poseLandmarks", "left_hand_landmarks", "leftHandLandmarks",
          "right_hand_landmarks", "rightHandLandmarks", "hand_landmarks", "handLandmarks",
          "multi_hand_landmarks", "multiHandLandmarks"})
        if (outline.has(prefix + key)) return true;
    return outline.has(prefix + "landmarks[][].x") || outline.has(prefix + "landmarks[].x");
}

}  // namespace detail

MGKIT_INLINE bool mediapipe::recognises(const std::string& path) const {
    const auto outline = outline_of_file(path);
    return detail::has_landmarks(outline, outline.root == '[' ? "[]." : "frames[].");
}

MGKIT_INLINE std::string mediapipe::almost(const std::string& path) {
    const auto outline = outline_of_file(path);
    if (outline.root == 0) return {};
    if (detail::has_landmarks(outline, outline.root == '[' ? "[]." : "frames[].")) return {};
    if (detail::has_landmarks(outline, ""))
        return "MediaPipe's landmarks of one frame: write a list of such objects, one per frame";
    const char* frames = "MediaPipe's frames have another place here (";
    for (const auto& known : outline.paths) {
        const auto dot = known.rfind('.');
        const std::string prefix = dot == std::string::npos ? "" : known.substr(0, dot + 1);
        if (!detail::has_landmarks(outline, prefix)) continue;
        return text(frames, detail::printable(prefix.substr(0, dot)),
                    "): write {\"frames\": [...]} or the list of frames alone");
    }
    if (outline.has("[][].x") || outline.has("[][][].x"))
        return "lists of landmarks without names: write {\"pose_landmarks\": [...]} for each frame";
    return {};
}

MGKIT_INLINE std::vector<std::string> mediapipe::list(const std::string& path) const {
    return {detail::stem(path, ".json")};
}

MGKIT_INLINE detections mediapipe::read_by(detail::json_parser parser, const std::string& path,
                                           std::size_t index, const read_policy& policy) const {
    if (index != 0) throw error(path, "recording 0, the only one", text(index));
    const io::mapped_file file(path);
    auto out = parse_by(parser, file.text(), path, policy);
    out.name = detail::stem(path, ".json");
    return out;
}

MGKIT_INLINE detections mediapipe::parse_by(detail::json_parser parser, std::string_view json,
                                            const std::string& where, const read_policy& policy) {
    detail::people_builder people(where, policy);
    detail::mediapipe_handler handler(people);
    detail::walk_json(parser, json, handler, where);
    return handler.finish();
}

MGKIT_INLINE void mediapipe::write(const std::string& path, const recording& one) const {
    const auto known = detail::as_one_of<skeleton::blazepose75, skeleton::blazepose33>(one);
    const auto view = known.poses.view();
    const bool sized = known.width > 0 && known.height > 0;
    const double size[] = {sized ? double(known.width) : 1.0, sized ? double(known.height) : 1.0,
                           sized ? double(known.width) : 1.0};
    detail::json_text out(path);
    out << "{";
    if (known.fps > 0) out << "\"fps\": " << known.fps << ", ";
    if (sized) out << "\"width\": " << known.width << ", \"height\": " << known.height << ", ";
    out << "\"frames\": [";
    for (int t = 0; t < view.length; ++t) {
        out << (t == 0 ? "\n{" : ",\n{");
        if (known.fps > 0) out << "\"timestamp_ms\": " << 1000.0 * t / known.fps << ", ";
        const auto part = [&](std::string_view key, int start, int count, bool last) {
            out << "\"" << key << "\": ";
            bool seen = false;
            for (int v = start; v < start + count && v < view.shape.joints; ++v)
                seen = seen || view.valid(t, v);
            out << (seen ? "[" : "null");
            for (int v = start; seen && v < start + count; ++v) {
                out << (v > start ? ", {" : "{");
                for (int c = 0; c < skeleton::coordinates(view.shape.layout); ++c)
                    out << (c == 0   ? "\"x\": "
                            : c == 1 ? ", \"y\": "
                                     : ", \"z\": ")
                        << double(detail::seen_value(view, c, t, v)) / size[c];
                out << ", \"visibility\": " << detail::seen_confidence(view, t, v) << "}";
            }
            out << (seen ? "]" : "") << (last ? "" : ", ");
        };
        part("pose_landmarks", 0, 33, view.shape.joints == 33);
        if (view.shape.joints == 75) {
            part("left_hand_landmarks", 33, 21, false);
            part("right_hand_landmarks", 54, 21, true);
        }
        out << "}";
    }
    out << "]}\n";
    out.commit();
}

}  // namespace MGKIT_NAMESPACE::data::readers
