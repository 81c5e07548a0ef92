// SPDX-License-Identifier: MIT
// Skeletons that move beside each other: a query and what was found for it.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/report/chart_skeleton.hpp"
#include "mgkit/report/svg.hpp"

namespace MGKIT_NAMESPACE::report {

/// What a clip is to the first one.
enum class clip_role { query, same, other };

constexpr const char* name(clip_role role) {
    constexpr const char* names[] = {"query", "same class", "other class"};
    return names[static_cast<int>(role)];
}

/// A clip and its caption in a row of moving figures.
struct moving_clip {
    drawn_pose clip;
    clip_role role = clip_role::query;
    std::vector<std::string> caption;  ///< one entry per line
};

/// Frames of a clip that an animation shows, evenly spread: all of a short one, else at most 40,
/// and fewer for skeletons of more than 25 bones, so that the page stays small.
std::vector<int> key_frames(int length, std::size_t bones);

/// Clips that move side by side, each in a box of its own scale, its key frames in 2.4 s. The frame
/// of a box tells the role: plain for the query, solid with a tick for the same class, broken with
/// a cross for another. No script: style alone moves them; on paper and for readers who ask for
/// less motion four frames of each stand instead. Cost about 16 bytes per bone and key frame.
/// Errors: no clips, clips without frames, bones out of range.
svg animation_chart(std::string_view title, std::span<const moving_clip> clips,
                    std::span<const skeleton::joint_pair> bones, up_axis up = up_axis::by_layout);

/// Coordinates of the key frames: clip, role, caption, frame, joint, person, x, y; joints that are
/// missing have neither.
std::string animation_csv(std::span<const moving_clip> clips,
                          std::span<const std::string> joint_names, std::size_t bones);

}  // namespace MGKIT_NAMESPACE::report

#if !defined(MGKIT_COMPILED)
#include "mgkit/report/chart_animation-inl.hpp"
#endif
