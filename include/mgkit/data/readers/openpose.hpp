// SPDX-License-Identifier: MIT
// OpenPose's folders of one JSON file per frame.
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

/// OpenPose's output of --write_json: a folder of `NAME_NUMBER_keypoints.json`, one per frame.
///
/// Body of 25 (BODY_25) or 18 (COCO) joints; beside 25, hands of 21 each (--hand) and the face of
/// 70 (--face), zeros where a person has none. Without a body (--body 0): `face70`, `hands42`, or
/// `hand21` where only one of the lists is ever filled. Other bodies, and BODY_25B, which a file
/// does not tell from BODY_25, are read where the policy states the joints.
/// `people[].pose_keypoints_2d` and its like are x, y, confidence in turn; 0, 0, 0 is a joint not
/// seen. `person_id` is kept as track: a number of 0 or more, or a text. A folder of several NAMEs
/// holds several recordings. Frames go by NUMBER: twelve digits, as OpenPose itself writes, count
/// from 0, so that files missing at the start, too, are frames without anybody; shorter numbers,
/// those of pictures, count from 1 where the first is 1. A file without number is a recording of
/// its own. Left out and counted, or refused where the policy is strict: people whose lists have
/// another length, a second file of a frame. 3-D keypoints are left out. Errors: mgkit::error
/// naming file, frame and person. Cost: one pass, memory for the numbers.
struct openpose {
    static constexpr std::string_view name = "openpose";
    static constexpr std::string_view describes =
        "folder of OpenPose *_keypoints.json, one per frame: 25 or 18 joints, hands, face";

    bool recognises(const std::string& path) const;
    /// What keeps `path` from being this format, in a sentence; empty for anything quite different.
    static std::string almost(const std::string& path);
    std::vector<std::string> list(const std::string& path) const;
    template <class Provider = default_json>
    detections read(const std::string& path, std::size_t index,
                    const read_policy& policy = {}) const {
        return read_by(detail::parser_of<Provider>, path, index, policy);
    }

    /// The text of one frame's file; `where` names it in errors.
    template <class Provider = default_json>
    static detections parse(std::string_view json, const std::string& where,
                            const read_policy& policy = {}) {
        return parse_by(detail::parser_of<Provider>, json, where, policy);
    }
    /// A new folder, complete or not at all. A recording of another skeleton is converted to
    /// BODY_25 with hands and face. Frames where nothing is valid have no people.
    void write(const std::string& path, const recording& one) const;

private:
    detections read_by(detail::json_parser parser, const std::string& path, std::size_t index,
                       const read_policy& policy) const;
    static detections parse_by(detail::json_parser parser, std::string_view json,
                               const std::string& where, const read_policy& policy);
};

}  // namespace MGKIT_NAMESPACE::data::readers

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/readers/openpose-inl.hpp"
#endif
