// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/data/primary_person.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/link_people.hpp"
#include "mgkit/skeleton/pose.hpp"

namespace MGKIT_NAMESPACE::data {

MGKIT_INLINE std::vector<int> primary_report::cuts() const {
    std::vector<int> out;
    for (std::size_t i = 1; i < stretches.size(); ++i) out.push_back(stretches[i].start);
    return out;
}

namespace detail {

/// Detections with at most one person chosen per frame (index, or none) as a recording.
MGKIT_INLINE recording chosen_people(const detections& people,
                                     const std::vector<std::size_t>& chosen) {
    constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
    recording out;
    out.name = people.name;
    out.fps = people.fps;
    out.width = people.width;
    out.height = people.height;
    out.topology = people.topology;
    const bool gaps = std::find(chosen.begin(), chosen.end(), none) != chosen.end();
    const bool adds = gaps && !skeleton::has_confidence(people.layout);
    const auto layout = !adds ? people.layout
                        : people.layout == skeleton::channel_layout::xy
                            ? skeleton::channel_layout::xyc
                            : skeleton::channel_layout::xyzc;
    const int frames = people.frames();
    const int joints = skeleton::joint_count(people.topology);
    out.poses.resize({layout, frames, joints, 1}, frames);
    out.confidence_assumed = people.confidence_assumed || adds;
    const auto view = out.poses.view();
    const int from = skeleton::channels(people.layout);
    for (int t = 0; t < frames; ++t) {
        const std::size_t i = chosen[static_cast<std::size_t>(t)];
        if (i == none) continue;
        const auto values = people.person(i);
        for (int v = 0; v < joints; ++v) {
            for (int c = 0; c < from; ++c)
                view.at(c, t, v) = values[static_cast<std::size_t>(v * from + c)];
            if (adds) view.at(from, t, v) = 1.0f;
        }
    }
    check(out);
    return out;
}

}  // namespace detail

MGKIT_INLINE primary_result primary_person(const detections& people, const primary_rule& rule) {
    linked_people linked = link_people(people, rule);
    const auto& tracks = linked.tracks;

    // Larger tracks claim their frames first.
    std::vector<std::size_t> order(tracks.size());
    for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
    const auto is_short = [&](std::size_t k) {
        return tracks[k].at.size() < static_cast<std::size_t>(rule.min_track_frames);
    };
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        if (is_short(a) != is_short(b)) return is_short(b);
        return tracks[a].scale > tracks[b].scale;
    });
    constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
    const auto count = static_cast<std::size_t>(people.frames());
    std::vector<std::size_t> owner(count, none), chosen(count, none), next(count + 1);
    // next[t]: the first frame from t on without an owner, by path halving.
    for (std::size_t t = 0; t <= count; ++t) next[t] = t;
    const auto free_from = [&](std::size_t t) {
        while (next[t] != t) t = next[t] = next[next[t]];
        return t;
    };
    for (const std::size_t k : order) {
        const auto end = static_cast<std::size_t>(tracks[k].last()) + 1;
        for (auto t = free_from(static_cast<std::size_t>(tracks[k].start())); t < end;
             t = free_from(t)) {
            owner[t] = k;
            next[t] = t + 1;
        }
    }
    for (std::size_t k = 0; k < tracks.size(); ++k)
        for (const auto& [t, i] : tracks[k].at)
            if (owner[static_cast<std::size_t>(t)] == k) chosen[static_cast<std::size_t>(t)] = i;

    primary_result out;
    auto& report = out.report;
    report.frames = people.frames();
    report.tracks = static_cast<int>(tracks.size());
    std::size_t current = none;
    for (std::size_t t = 0; t < count; ++t) {
        report.empty_frames += chosen[t] == none ? 1 : 0;
        report.several_people += people.first[t + 1] - people.first[t] > 1 ? 1 : 0;
        const std::size_t k = owner[t];
        if (k == none) continue;
        const int frame = static_cast<int>(t);
        if (k != current) {
            report.switches += current == none ? 0 : 1;
            report.stretches.push_back({frame, frame, static_cast<int>(k), tracks[k].scale});
            current = k;
        }
        report.stretches.back().end = frame + 1;
    }
    out.person = detail::chosen_people(people, chosen);
    report.joins = linked.joins;
    report.splits = linked.splits;
    report.ids_ignored = linked.ids_ignored;
    report.found = people.found;
    report.found.append(linked.found);
    report.found.name_recording(people.name);
    return out;
}

MGKIT_INLINE recording recording_of(const detections& people) {
    check(people);
    std::vector<std::size_t> chosen(static_cast<std::size_t>(people.frames()),
                                    std::numeric_limits<std::size_t>::max());
    for (std::size_t t = 0; t < chosen.size(); ++t) {
        const std::size_t count = people.first[t + 1] - people.first[t];
        if (count > 1)
            throw error("detections " + people.name, "one person in each frame",
                        text(count, " in frame ", t), "choose one with primary_person");
        if (count == 1) chosen[t] = people.first[t];
    }
    return detail::chosen_people(people, chosen);
}

}  // namespace MGKIT_NAMESPACE::data
