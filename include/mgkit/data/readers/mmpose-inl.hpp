// Definitions of mmpose.hpp.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/detections.hpp"
#include "mgkit/data/readers/detail/json_events.hpp"
#include "mgkit/data/readers/detail/json_text.hpp"
#include "mgkit/data/readers/detail/mmpose_handler.hpp"
#include "mgkit/data/readers/detail/peek.hpp"
#include "mgkit/data/readers/detail/people_builder.hpp"
#include "mgkit/data/readers/detail/seen_joints.hpp"
#include "mgkit/data/readers/mmpose.hpp"
#include "mgkit/io/mapped_file.hpp"
#include "mgkit/skeleton/coco17.hpp"
#include "mgkit/skeleton/coco_wholebody133.hpp"
#include "mgkit/skeleton/halpe26.hpp"

namespace MGKIT_NAMESPACE::data::readers {

MGKIT_INLINE bool mmpose::recognises(const std::string& path) const {
    return detail::holds_any(path, {"\"instance_info\"", "\"keypoint_scores\""});
}

MGKIT_INLINE std::vector<std::string> mmpose::list(const std::string& path) const {
    return {detail::stem(path, ".json")};
}

MGKIT_INLINE detections mmpose::read_by(detail::json_parser parser, const std::string& path,
                                        std::size_t index, const read_policy& policy) const {
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
    detail::walk_json(parser, json, handler, where);
    return people.finish();
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
        << ", \"height\": " << known.height << "},\n\"instance_info\": [";
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
