// Definitions of mmpose.hpp.
#pragma once

#include <string>

#include "mgkit/data/readers/detail/json_events.hpp"
#include "mgkit/data/readers/detail/json_text.hpp"
#include "mgkit/data/readers/detail/mmpose_handler.hpp"
#include "mgkit/data/readers/detail/people_builder.hpp"
#include "mgkit/data/readers/detail/seen_joints.hpp"
#include "mgkit/data/readers/mmpose.hpp"
#include "mgkit/io/mapped_file.hpp"
#include "mgkit/skeleton/coco17.hpp"
#include "mgkit/skeleton/coco_wholebody133.hpp"
#include "mgkit/skeleton/halpe26.hpp"

namespace MGKIT_NAMESPACE::data::readers {

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
