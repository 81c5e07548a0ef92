// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/clip/clips_of.hpp"

#include <cstdint>
#include <utility>

#include "mgkit/clip/cut.hpp"

namespace MGKIT_NAMESPACE::clip {

MGKIT_INLINE window_clips clips_of(std::span<const windows_of> recordings, const clip_settings& s) {
    const std::string where = "clips_of";
    if (recordings.empty()) throw error(where, "at least one recording", "none");
    window_clips out;
    data::clip_set& clips = out.clips;
    std::vector<float> values;
    skeleton::pose<float> made;
    for (std::size_t r = 0; r < recordings.size(); ++r) {
        const data::recording& from = *recordings[r].from;
        data::check(from);
        const data::recording& first = *recordings[0].from;
        if (from.topology.joints != first.topology.joints ||
            from.poses.shape().layout != first.poses.shape().layout)
            throw error(where + ": " + from.name, "the skeleton and channels of " + first.name,
                        "others", "convert the recordings to one skeleton first");
        if (s.rate == 0 && from.fps != first.fps)
            throw error(where + ": " + from.name,
                        text("the ", first.fps, " frames per second of ", first.name),
                        text(from.fps), "state the rate of the clips");
        if (from.subject < 0)
            throw error(where + ": " + from.name, "a subject", "none",
                        "say who is seen: splits keep people apart");
        for (const data::segment& window : recordings[r].windows) {
            cut(from, window, s.frames, made, s.rate);
            const auto view = std::as_const(made).view();
            bool shown = false;
            for (int t = 0; t < view.length && !shown; ++t)
                for (int v = 0; v < view.shape.joints && !shown; ++v) shown = view.valid(t, v);
            if (!shown) {
                ++out.without_joint;
                continue;
            }
            out.resampled += frames_at_rate(window.length(), from.fps, s.rate) > s.frames ? 1 : 0;
            values.insert(values.end(), view.values, view.values + view.shape.size());
            clips.ids.push_back(static_cast<std::uint32_t>(out.places.size()));
            clips.num_frames.push_back(view.length);
            clips.subjects.push_back(from.subject);
            if (!s.class_names.empty()) clips.labels.push_back(window.label);
            out.places.push_back({r, window});
        }
    }
    if (out.places.empty())
        throw error(where, "at least one window that shows a joint",
                    text(out.without_joint, " that show none"));
    const data::recording& first = *recordings[0].from;
    clips.topology = first.topology;
    clips.shape = first.poses.shape();
    clips.shape.frames = s.frames;
    clips.class_names = s.class_names;
    clips.set_values(std::move(values));
    data::check(clips);
    return out;
}

}  // namespace MGKIT_NAMESPACE::clip
