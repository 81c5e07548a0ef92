// SPDX-License-Identifier: MIT
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

/// MMPose's JSON of a video or of pictures: 17 (COCO), 26 (Halpe) or 133 (COCO-WholeBody) joints,
/// or any number where the policy states what they are.
///
/// Accepted at the top: `{"meta_info": .., "instance_info": LIST}` as the demo programs of 1.x
/// write it, `{"predictions": LIST}` as its inferencer returns it, or LIST alone as the inferencer
/// saves it. LIST holds frames `{"frame_id": .., "instances": [..]}`, or lists of people (one per
/// picture; 0.x's results of a video dumped), or people (one picture). Where programs keep people
/// by key, an object may stand for a list: `{"frame_12": [..]}`, `{"12.jpg": [..]}` (tracked
/// results of AlphaPose) by frame, whose numbers must rise; `[{"3": {..}}]` by person, whose key is
/// the track id; with plain numbers right above people, more than 20 are frames and fewer are
/// people, which is a finding, as is that plain numbers above lists are frames. Objects by person
/// of their frames are refused. A list of more than 20 people, or of equal track ids, read as one
/// picture is a finding.
///
/// A folder of files of one picture each, whose names differ in a number alone, holds the frames of
/// one recording, one recording per rest of the name; numbers count from the first file's.
///
/// A person has `keypoints`: points [x, y] or [x, y, z], or their numbers in turn;
/// `keypoint_scores`; and optionally `track_id`, `person_id`, `instance_id` or `idx`, the first of
/// these that is there: a number, a text, or a list of one; negative ones and null are none.
/// Without `keypoint_scores` (0.x) the third number is the score if it lies within [-.5, 1.5] for
/// all joints and some coordinate is beyond 10, or if that was so of a person before, which is a
/// finding; z if it does not, or if coordinates are negative; else the person is refused. A third
/// number that repeats the score is the score. Points [x, y] alone count as seen. z is accepted
/// only with names of joints in `meta_info`, or stated joints: other skeletons have 17 joints too.
///
/// A person of another number of joints or scores than the others is left out and counted, or
/// refused by a strict policy. Boxes and all else are skipped. Frame numbers must rise; gaps become
/// frames without anybody and are noted. `meta_info` is used for `keypoint_id2name`, which must
/// agree with COCO's body, and for `fps`, `width` and `height`, which `write` adds. Scores are kept
/// as they are. Errors: mgkit::error naming file, frame and person. Cost: one pass, memory for the
/// numbers.
struct mmpose {
    static constexpr std::string_view name = "mmpose";
    static constexpr std::string_view extension = ".json";
    static constexpr std::string_view describes =
        "MMPose or RTMPose predictions: one .json, or a folder of one per frame";

    bool recognises(const std::string& path) const;
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
