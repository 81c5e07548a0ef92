// MMPose and RTMPose predictions in JSON.
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

/// MMPose's JSON of a video or of images, 17 (COCO), 26 (Halpe) or 133 (COCO-WholeBody) joints.
///
/// Accepted at the top: `{"meta_info": .., "instance_info": LIST}` as the demo programs write it,
/// or LIST alone as the inferencer does. LIST holds frames `{"frame_id": .., "instances": [..]}`,
/// or lists of people (one per image), or people (one image). A person has `keypoints` (points
/// [x, y] or [x, y, z]), `keypoint_scores` and optionally `track_id`; boxes and all else are
/// skipped. Frame numbers must rise; gaps become frames without anybody and are noted.
/// `meta_info` is used for `keypoint_id2name`, which must agree with COCO's body, and for `fps`,
/// `width` and `height`, which `write` adds. Scores are kept as they are.
/// Errors: mgkit::error naming file, frame and person. Cost: one pass, memory for the numbers.
struct mmpose {
    static constexpr std::string_view name = "mmpose";
    static constexpr std::string_view extension = ".json";
    static constexpr std::string_view describes =
        "MMPose or RTMPose predictions: one .json of 17, 26 or 133 joints";

    bool recognises(const std::string& path) const;
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
    /// Writes the demo programs' layout. A recording of another skeleton is converted to the whole
    /// body. Frames where nothing is valid have no people. Without confidence scores are 1.
    void write(const std::string& path, const recording& one) const;

private:
    detections read_by(detail::json_parser parser, const std::string& path, std::size_t index,
                       const read_policy& policy) const;
    static detections parse_by(detail::json_parser parser, std::string_view json,
                               const std::string& where, const read_policy& policy);
};

}  // namespace MGKIT_NAMESPACE::data::readers

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/readers/mmpose-inl.hpp"
#endif
