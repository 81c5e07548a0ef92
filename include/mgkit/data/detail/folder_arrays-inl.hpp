// SPDX-License-Identifier: MIT
// Definitions of folder_arrays.hpp.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/clip_set.hpp"
#include "mgkit/data/detail/folder_arrays.hpp"
#include "mgkit/data/detail/third_channel.hpp"
#include "mgkit/data/folder_meta.hpp"
#include "mgkit/data/keep_clips.hpp"
#include "mgkit/data/read_policy.hpp"
#include "mgkit/io/npy.hpp"

namespace MGKIT_NAMESPACE::data::detail {

MGKIT_INLINE extents read_extents(const io::npy_file& file) {
    const auto& shape = file.shape();
    if (shape.size() != 5)
        throw error(file.path(), "5 dimensions (clips, channels, frames, joints, persons)",
                    text(shape.size()), "add a last dimension of 1 for one person");
    // Clips, frames and joints are counted with int, as is the product of joints and persons.
    constexpr std::int64_t most = std::numeric_limits<int>::max();
    static constexpr const char* names[] = {"clips", "channels", "frames", "joints", "persons"};
    for (std::size_t d = 0; d < 5; ++d)
        if (shape[d] < 1 || shape[d] > most)
            throw error(file.path(), text("1 to ", most, " ", names[d]), text(shape[d]));
    if (shape[3] > most / shape[4])
        throw error(file.path(), text("at most ", most, " joints of all persons"),
                    text(shape[3], " joints of ", shape[4], " persons"));
    const auto at = [&](std::size_t d) { return static_cast<int>(shape[d]); };
    return {at(0), at(1), at(2), at(3), at(4)};
}

MGKIT_INLINE bool file_exists(const std::string& path) {
    std::error_code code;
    return std::filesystem::exists(path, code) || code;
}

MGKIT_INLINE void require_folder(const std::string& folder) {
    std::error_code code;
    if (folder.empty() || !std::filesystem::is_directory(folder, code))
        throw error(folder.empty() ? "clip folder" : folder,
                    "a folder with meta.json, data.npy, num_frames.npy, label.npy and subject.npy",
                    code ? code.message() : "no folder", "check the name");
}

MGKIT_INLINE void require_named_score(const clip_set& clips, const std::string& meta) {
    if (clips.shape.layout != skeleton::channel_layout::xyz) return;
    third_channel seen;
    for (int i = 0; i < clips.size(); ++i) {
        const auto clip = clips.clip(i);
        for_each_point(clip, [&](int t, int v, int m) {
            seen.add(clip.at(0, t, v, m), clip.at(1, t, v, m), clip.at(2, t, v, m));
        });
    }
    seen.require_coordinate(meta);
}

MGKIT_INLINE skeleton::channel_layout layout_for(const folder_meta& meta, int channels,
                                                 const std::string& where, findings& found) {
    using skeleton::channel_layout;
    if (meta.layout) {
        if (skeleton::channels(*meta.layout) != channels)
            throw error(
                where + ": 'channels'", text(channels, " channels, as data.npy has"),
                text(skeleton::channels(*meta.layout), " (", skeleton::name(*meta.layout), ")"));
        return *meta.layout;
    }
    if (channels < 2 || channels > 4)
        throw error(where, "2 to 4 channels", text(channels), "store x, y, z, confidence at most");
    const auto layout = channels == 2   ? channel_layout::xy
                        : channels == 3 ? channel_layout::xyz
                                        : channel_layout::xyzc;
    found.add(finding_kind::assumed, "channels_unnamed",
              text("folder whose meta.json does not name the channels, read as ",
                   skeleton::name(layout)));
    return layout;
}

MGKIT_INLINE void name_classes(clip_set& clips, findings& found) {
    constexpr int most = 100000;
    const int last = *std::max_element(clips.labels.begin(), clips.labels.end());
    if (last >= most)
        throw error("labels of " + clips.about.name, text("labels below ", most), text(last),
                    "name the classes in meta.json");
    for (int k = 0; k <= last; ++k) clips.class_names.push_back(text("class ", k));
    found.add(finding_kind::assumed, "classes_unnamed",
              "classes without a name in meta.json, called by number", last + 1);
}

MGKIT_INLINE bool all_finite(const skeleton::pose_view<const float>& clip) {
    const auto count =
        static_cast<std::size_t>(clip.length) * static_cast<std::size_t>(clip.shape.points());
    bool finite = true;
    for (int c = 0; c < skeleton::channels(clip.shape.layout); ++c) {
        const float* x = clip.plane(c);
        for (std::size_t i = 0; i < count; ++i) finite &= std::isfinite(x[i]);
    }
    return finite;
}

MGKIT_INLINE bool point_finite(const skeleton::pose_view<const float>& clip, int t, int v, int m) {
    for (int c = 0; c < skeleton::channels(clip.shape.layout); ++c)
        if (!std::isfinite(clip.at(c, t, v, m))) return false;
    return true;
}

MGKIT_INLINE bool at_zero(const skeleton::pose_view<const float>& clip, int t, int v, int m) {
    for (int c = 0; c < skeleton::coordinates(clip.shape.layout); ++c)
        if (clip.at(c, t, v, m) != 0.0f) return false;
    return true;
}

MGKIT_INLINE void mark_invalid(clip_set& clips, bool zeros, bool mark_not_finite,
                               const std::string& where, read_report& report) {
    for (int i = 0; i < clips.size(); ++i) {
        const auto clip = clips.clip(i);
        const bool finite = all_finite(clip);
        if (finite && !zeros) continue;
        for_each_point(clip, [&](int t, int v, int m) {
            if (!point_finite(clip, t, v, m)) {
                if (!mark_not_finite)
                    throw error(where, "finite values",
                                text("NaN or infinity in clip ", i, ", frame ", t, ", joint ", v,
                                     " (", clips.topology.joints[static_cast<std::size_t>(v)], ")"),
                                "repair the file, or let such joints be marked invalid");
                ++report.not_finite;
            } else if (zeros && clip.valid(t, v, m) && at_zero(clip, t, v, m)) {
                ++report.zero_joints;
            }
        });
    }
    report.found.add(finding_kind::left_out, "not_finite",
                     "joints without a finite value, marked as not seen",
                     static_cast<std::int64_t>(report.not_finite));
    report.found.add(finding_kind::left_out, "zero_joints",
                     "joints at exactly 0, taken as not seen",
                     static_cast<std::int64_t>(report.zero_joints));
    const bool marks = zeros || mark_not_finite;
    const bool found = report.not_finite + report.zero_joints > 0;
    if (!marks || (!found && skeleton::has_confidence(clips.shape.layout))) return;

    const skeleton::pose_shape from = clips.shape;
    skeleton::pose_shape to = from;
    if (!skeleton::has_confidence(from.layout))
        to.layout = from.layout == skeleton::channel_layout::xy ? skeleton::channel_layout::xyc
                                                                : skeleton::channel_layout::xyzc;
    const auto count = static_cast<std::size_t>(clips.size());
    if (to.size() > std::numeric_limits<std::size_t>::max() / sizeof(float) / count)
        throw error(where, "clips that fit in memory with a confidence channel", text(count));
    std::vector<float> values(count * to.size(), 0.0f);
    const int dims = skeleton::coordinates(to.layout);
    for (int i = 0; i < clips.size(); ++i) {
        const auto clip = clips.clip(i);
        const skeleton::pose_view<float> out{
            values.data() + static_cast<std::size_t>(i) * to.size(), to, clip.length};
        for_each_point(clip, [&](int t, int v, int m) {
            if (!point_finite(clip, t, v, m) || !clip.valid(t, v, m) ||
                (zeros && at_zero(clip, t, v, m)))
                return;
            for (int c = 0; c < dims; ++c) out.at(c, t, v, m) = clip.at(c, t, v, m);
            out.at(dims, t, v, m) =
                skeleton::has_confidence(from.layout) ? clip.at(dims, t, v, m) : 1.0f;
        });
    }
    clips.shape = to;
    clips.set_values(std::move(values));
    report.confidence_added = to.layout != from.layout;
    report.memory_mapped = false;
}

MGKIT_INLINE bool any_visible(const skeleton::pose_view<const float>& clip) {
    const auto count =
        static_cast<std::size_t>(clip.length) * static_cast<std::size_t>(clip.shape.points());
    if (const float* c = clip.confidence())
        return std::any_of(c, c + count, [](float x) { return x > 0.0f; });
    for (int c = 0; c < skeleton::channels(clip.shape.layout); ++c)
        if (std::any_of(clip.plane(c), clip.plane(c) + count, [](float x) { return x != 0.0f; }))
            return true;
    return false;
}

MGKIT_INLINE void leave_out_unusable(clip_set& clips, const std::string& folder,
                                     read_report& report) {
    std::vector<int> kept;
    std::vector<char> seen(clips.class_names.size(), 0);
    for (int i = 0; i < clips.size(); ++i) {
        const auto clip = clips.clip(i);
        seen[static_cast<std::size_t>(clips.labels[static_cast<std::size_t>(i)])] = 1;
        const bool empty = clip.length == 0;
        if (!empty && any_visible(clip)) {
            kept.push_back(i);
            continue;
        }
        ++(empty ? report.no_frames : report.no_visible_joint);
        report.excluded.push_back(i);
    }
    for (std::size_t k = 0; k < seen.size(); ++k)
        if (!seen[k])
            report.found.add(finding_kind::suspect, "class_without_clip",
                             "class without any clip, \"" + clips.class_names[k] + "\"");
    report.found.add(finding_kind::left_out, "clips_without_frames", "clips without frames",
                     report.no_frames);
    report.found.add(finding_kind::left_out, "clips_without_joint", "clips without a visible joint",
                     report.no_visible_joint);
    if (!report.excluded.empty())
        clips = keep_clips(clips, kept, folder,
                           text(report.no_frames, " without frames, ", report.no_visible_joint,
                                " without a visible joint"));
}

}  // namespace MGKIT_NAMESPACE::data::detail
