// SPDX-License-Identifier: MIT
// The arrays of a clip folder: sizes, integers, doubtful values, unusable clips.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "mgkit/data/clip_set.hpp"
#include "mgkit/data/findings.hpp"
#include "mgkit/data/folder_meta.hpp"
#include "mgkit/data/read_policy.hpp"
#include "mgkit/io/npy.hpp"

namespace MGKIT_NAMESPACE::data::detail {

/// N, C, T, V, M of data.npy.
struct extents {
    int clips = 0, channels = 0, frames = 0, joints = 0, persons = 0;
};

extents read_extents(const io::npy_file& file);

bool file_exists(const std::string& path);

void require_folder(const std::string& folder);

template <class S>
bool aligned(std::span<const std::byte> bytes) {
    return reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(S) == 0;
}

/// Refuses values read as x, y, z because nobody named the channels, where z looks like a score.
void require_named_score(const clip_set& clips, const std::string& meta);

skeleton::channel_layout layout_for(const folder_meta& meta, int channels, const std::string& where,
                                    findings& found);

void name_classes(clip_set& clips, findings& found);

template <class Visit>
void for_each_point(const skeleton::pose_view<const float>& clip, Visit&& visit) {
    for (int t = 0; t < clip.length; ++t)
        for (int v = 0; v < clip.shape.joints; ++v)
            for (int m = 0; m < clip.shape.persons; ++m) visit(t, v, m);
}

/// Refuses or counts values that are not finite, counts joints at zero, and, where the rules allow
/// either to be missing, replaces the values by a copy with confidence 0 for them. Whether there is
/// a confidence channel follows from the rules, never from the values: a missing joint of one
/// person must not change how the clips of others are read.
void mark_invalid(clip_set& clips, bool zeros, bool mark_not_finite, const std::string& where,
                  read_report& report);

/// Drops clips without frame or visible joint and notes classes without any clip.
void leave_out_unusable(clip_set& clips, const std::string& folder, read_report& report);

}  // namespace MGKIT_NAMESPACE::data::detail

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/detail/folder_arrays-inl.hpp"
#endif
