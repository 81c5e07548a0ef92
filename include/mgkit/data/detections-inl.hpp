// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/data/detections.hpp"

#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::data {

MGKIT_INLINE std::span<const float> detections::person(std::size_t i) const {
    if (stride() == 0 || i >= values.size() / stride())
        throw error("detections " + name, text("people below ", people()), text(i));
    return {values.data() + i * stride(), stride()};
}

MGKIT_INLINE void detections::add_person(std::span<const float> joints, int track_id) {
    if (joints.size() != stride())
        throw error("detections " + name, text(stride(), " values for a person"),
                    text(joints.size()));
    values.insert(values.end(), joints.begin(), joints.end());
    track.push_back(track_id);
}

MGKIT_INLINE void check(const detections& people) {
    const std::string where = "detections " + people.name;
    if (people.frames() < 1) throw error(where, "at least one frame", "none");
    if (const char* broken = skeleton::fault(people.topology))
        throw error(where, "a sound skeleton", broken);
    bool rising = people.first.front() == 0;
    for (std::size_t t = 1; t < people.first.size(); ++t)
        rising = rising && people.first[t - 1] <= people.first[t];
    if (!rising) throw error(where, "frames that count the people from 0 on", "others");
    if (people.track.size() != people.people() ||
        people.values.size() / people.stride() != people.people() ||
        people.values.size() % people.stride() != 0)
        throw error(where,
                    text("track ids and ", people.stride(), " values for each of ", people.people(),
                         " people"),
                    text(people.track.size(), " ids and ", people.values.size(), " values"));
}

}  // namespace MGKIT_NAMESPACE::data
