// SPDX-License-Identifier: MIT
// MediaPipe's landmarks, written to JSON as its Python results have them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/data/detections.hpp"
#include "mgkit/data/read_policy.hpp"
#include "mgkit/data/readers/detail/json_events.hpp"
#include "mgkit/data/recording.hpp"

namespace MGKIT_NAMESPACE::data::readers {

/// MediaPipe's pose landmarks, 33 or with both hands 75, in JSON.
///
/// MediaPipe has no file format; this is the plain dump of its results:
/// `{"fps", "width", "height", "frames": [{"timestamp_ms", "pose_landmarks", "left_hand_landmarks",
/// "right_hand_landmarks"}]}`, all but `frames` optional, or the list of frames alone; null or []
/// is nobody. Landmarks are `[{"x", "y", "z", "visibility"}]`, or a list of such lists for several
/// people (hands in the order of the poses), or either inside protobuf's `{"landmark": [...]}`,
/// which leaves zeros out. Names may be camelCase; the tasks' `landmarks` is a pose of 33, or hands
/// of 21 whose sides `handedness` tells, as it does for `hand_landmarks` and
/// `multi_hand_landmarks`. x and y are shares of width and height, z of width; where both sizes are
/// given, pixels are restored. Without z anywhere the layout is x, y, confidence. Confidence is the
/// visibility, 1 where there is none, and 1 for a hand whose visibilities are all 0. Without a
/// stated rate it is guessed from the timestamps (see rate_of), which are otherwise not used: rows
/// are frames, unless frames are numbered (`frame`, `frame_id`). Face and world landmarks are left
/// out, as are lists of another number of landmarks unless the policy is strict. Errors:
/// mgkit::error naming file, frame and person. Cost: one pass, memory for the numbers.
struct mediapipe {
    static constexpr std::string_view name = "mediapipe";
    static constexpr std::string_view extension = ".json";
    static constexpr std::string_view describes =
        "MediaPipe landmarks dumped to one .json: 33 pose landmarks, hands";

    bool recognises(const std::string& path) const;
    /// What keeps `path` from being this format, in a sentence; empty for anything quite different.
    static std::string almost(const std::string& path);
    std::vector<std::string> list(const std::string& path) const;
    template <class Provider = default_json>
    detections read(const std::string& path, std::size_t index,
                    const read_policy& policy = {}) const {
        return read_by(detail::parser_of<Provider>, path, index, policy);
    }
    /// The text of such a file; `where` names it in errors.
    template <class Provider = default_json>
    static detections parse(std::string_view json, const std::string& where,
                            const read_policy& policy = {}) {
        return parse_by(detail::parser_of<Provider>, json, where, policy);
    }
    /// A recording of another skeleton is converted to 75 landmarks. Without width and height the
    /// coordinates are written as they are. Frames where nothing is valid have no landmarks.
    void write(const std::string& path, const recording& one) const;

private:
    detections read_by(detail::json_parser parser, const std::string& path, std::size_t index,
                       const read_policy& policy) const;
    static detections parse_by(detail::json_parser parser, std::string_view json,
                               const std::string& where, const read_policy& policy);
};

}  // namespace MGKIT_NAMESPACE::data::readers

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/readers/mediapipe-inl.hpp"
#endif
