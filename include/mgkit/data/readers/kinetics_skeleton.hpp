// SPDX-License-Identifier: MIT
// Skeletons of Kinetics as ST-GCN's repository publishes and makes them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/data/detections.hpp"
#include "mgkit/data/read_policy.hpp"
#include "mgkit/data/readers/detail/json_events.hpp"

namespace MGKIT_NAMESPACE::data::readers {

/// Kinetics-skeleton: one JSON per clip, `{"data": [{"frame_index": 1, "skeleton": [{"pose":
/// [x, y, ..], "score": [..]}, ..]}, ..], "label": .., "label_index": ..}`.
///
/// 18 joints in OpenPose's order; another number needs a policy that states them. Coordinates are
/// shares of the picture's width and height from its upper left corner, or, where some are
/// negative, from its centre; they stay so, since the file does not tell the picture's shape: a
/// share of the width is another length than one of the height, which is a finding. Coordinates
/// beyond 2 are taken for pixels, without a finding. A joint of score 0 was not seen. Frame numbers
/// must rise; gaps become frames without anybody and are noted. There are no track ids; labels are
/// skipped. A person of another number of joints or scores is left out and counted, or refused by a
/// strict policy. Errors: mgkit::error naming file, frame and person. Cost: one pass, memory for
/// the numbers. Source: Yan et al., "Spatial Temporal Graph Convolutional Networks for
/// Skeleton-Based Action Recognition", AAAI 2018, section 4.1, and the feeder of its repository.
struct kinetics_skeleton {
    static constexpr std::string_view name = "kinetics_skeleton";
    static constexpr std::string_view extension = ".json";
    static constexpr std::string_view describes =
        "kinetics-skeleton of ST-GCN: one .json per clip, 18 joints of OpenPose";

    bool recognises(const std::string& path) const;
    static std::string almost(const std::string& path);
    std::vector<std::string> list(const std::string& path) const;
    template <class Provider = nlohmann_json>
    detections read(const std::string& path, std::size_t index,
                    const read_policy& policy = {}) const {
        return read_by(detail::parser_of<Provider>, path, index, policy);
    }
    /// The text of such a file; `where` names it in errors.
    template <class Provider = nlohmann_json>
    static detections parse(std::string_view json, const std::string& where,
                            const read_policy& policy = {}) {
        return parse_by(detail::parser_of<Provider>, json, where, policy);
    }

private:
    detections read_by(detail::json_parser parser, const std::string& path, std::size_t index,
                       const read_policy& policy) const;
    static detections parse_by(detail::json_parser parser, std::string_view json,
                               const std::string& where, const read_policy& policy);
};

}  // namespace MGKIT_NAMESPACE::data::readers

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/readers/kinetics_skeleton-inl.hpp"
#endif
