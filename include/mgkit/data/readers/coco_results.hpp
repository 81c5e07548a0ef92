// SPDX-License-Identifier: MIT
// Lists of keypoint results as COCO's evaluation takes them, AlphaPose's among them.
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

/// COCO keypoint results: AlphaPose's alphapose-results.json, OpenPose's --write_coco_json, the
/// result files of 0.x's MMPose and of others who evaluate on COCO.
///
/// A list of people `{"image_id": "12.jpg" or 12, "keypoints": [x, y, score, ..], ..}`, of 17
/// (COCO), 26 (Halpe), 133 (COCO-WholeBody; also as `foot_kpts`, `face_kpts`, `lefthand_kpts`,
/// `righthand_kpts` beside 17) or 136 joints: Halpe's whole body, read as COCO-WholeBody without
/// head, neck and hip, which is noted. Or AlphaPose's forms of OpenPose's 18 joints:
/// `{"12.jpg": {"bodies": [{"joints": [..]}]}}`, `{"12.jpg": {"people": [{"pose_keypoints_2d":
/// [..]}]}}`. Another number of joints needs a policy that states them.
///
/// The list leaves out frames that show nobody. Frames go by the number at the end of `image_id`,
/// counted from 0, in any order; numbers that are missing become frames without anybody, which is
/// noted; frames behind the last person are not in the file. Pictures whose names differ beyond the
/// number are several recordings, those without a number one each. Track ids are `track_id` or
/// `idx`: a number, a text or a list of which the first counts. Scores of people, boxes and
/// categories are skipped. A person of another number of joints than the others is left out and
/// counted, or refused by a strict policy. Errors: mgkit::error naming file, frame and person.
/// Cost: one pass over the whole file for each recording in it; memory for the numbers twice.
struct coco_results {
    static constexpr std::string_view name = "coco_results";
    static constexpr std::string_view extension = ".json";
    static constexpr std::string_view describes =
        "AlphaPose results or a COCO list of keypoint results: one .json of 17, 26, 133 or 136 "
        "joints";

    bool recognises(const std::string& path) const;
    static std::string almost(const std::string& path);
    std::vector<std::string> list(const std::string& path) const;
    template <class Provider = nlohmann_json>
    detections read(const std::string& path, std::size_t index,
                    const read_policy& policy = {}) const {
        return read_by(detail::parser_of<Provider>, path, index, policy);
    }
    /// Recording `index` of the text of such a file; `where` names it in errors.
    template <class Provider = nlohmann_json>
    static detections parse(std::string_view json, const std::string& where,
                            const read_policy& policy = {}, std::size_t index = 0) {
        return parse_by(detail::parser_of<Provider>, json, where, policy, index);
    }
    /// Writes AlphaPose's list. A recording of another skeleton is converted to the whole body.
    /// Frames where nothing is valid are left out, but the last, which holds a person of whom
    /// nothing is seen. Rate and size of the picture have no place in it. Errors: depth.
    void write(const std::string& path, const recording& one) const;

private:
    detections read_by(detail::json_parser parser, const std::string& path, std::size_t index,
                       const read_policy& policy) const;
    static detections parse_by(detail::json_parser parser, std::string_view json,
                               const std::string& where, const read_policy& policy,
                               std::size_t index);
};

}  // namespace MGKIT_NAMESPACE::data::readers

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/readers/coco_results-inl.hpp"
#endif
