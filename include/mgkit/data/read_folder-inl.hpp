// SPDX-License-Identifier: MIT
// Definitions of read_folder.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/clip_set.hpp"
#include "mgkit/data/detail/folder_arrays.hpp"
#include "mgkit/data/detail/integer_arrays.hpp"
#include "mgkit/data/folder_meta.hpp"
#include "mgkit/data/read_folder.hpp"
#include "mgkit/data/read_policy.hpp"
#include "mgkit/io/mapped_file.hpp"
#include "mgkit/io/npy.hpp"

namespace MGKIT_NAMESPACE::data {

MGKIT_INLINE loaded_folder read_folder(const std::string& folder, const read_policy& policy) {
    detail::require_folder(folder);
    const std::string meta_path = folder + "/meta.json";
    const io::mapped_file meta_file(meta_path);
    folder_meta meta = parse_folder_meta(meta_file.text(), meta_path);

    const auto file = std::make_shared<const io::npy_file>(folder + "/data.npy");
    const detail::extents size = detail::read_extents(*file);
    read_report report;
    report.clips_in_file = size.clips;
    const std::string one_each = text("one entry for each of the ", size.clips, " clips");
    const auto array = [&](const char* name) {
        return detail::read_integer_list(folder + "/" + name, static_cast<std::size_t>(size.clips),
                                         one_each);
    };
    const auto optional_array = [&](const char* name) -> std::optional<std::vector<int>> {
        if (!detail::file_exists(folder + "/" + name)) return std::nullopt;
        return array(name);
    };

    clip_set clips;
    clips.shape = {detail::layout_for(meta, size.channels, meta_path, report.found), size.frames,
                   size.joints, size.persons};
    if (size.joints != skeleton::joint_count(meta.topology))
        throw error(file->path(),
                    text(skeleton::joint_count(meta.topology), " joints, as meta.json lists"),
                    text(size.joints), "correct one of the two");
    clips.num_frames = array("num_frames.npy");
    clips.labels = array("label.npy");
    auto subjects = detail::read_numbers_or_names(folder + "/subject.npy",
                                                  static_cast<std::size_t>(size.clips), one_each);
    clips.subjects = std::move(subjects.numbers);
    clips.subject_names =
        subjects.names.empty() ? std::move(meta.subject_names) : std::move(subjects.names);
    clips.views = optional_array("view.npy");
    clips.published = optional_array("split.npy");
    clips.about = std::move(meta.about);
    clips.topology = std::move(meta.topology);
    if (clips.about.name.empty()) clips.about.name = folder;
    clips.topology.name = clips.about.name;
    clips.class_names = std::move(meta.class_names);
    clips.class_groups = std::move(meta.class_groups);
    if (clips.class_names.empty()) detail::name_classes(clips, report.found);

    for (int i = 0; i < size.clips; ++i) {
        const auto k = static_cast<std::size_t>(i);
        clips.ids.push_back(static_cast<std::uint32_t>(i));
        if (clips.num_frames[k] < 0 || clips.num_frames[k] > size.frames)
            throw error(folder + "/num_frames.npy", text("lengths from 0 to ", size.frames),
                        text(clips.num_frames[k], " for clip ", i));
        if (clips.labels[k] < 0 || clips.labels[k] >= clips.classes())
            throw error(folder + "/label.npy",
                        text("labels from 0 to ", clips.classes() - 1, ", one per class name"),
                        text(clips.labels[k], " for clip ", i), "count classes from 0");
        if (!clips.subject_names.empty() &&
            (clips.subjects[k] < 0 ||
             clips.subjects[k] >= static_cast<int>(clips.subject_names.size())))
            throw error(folder + "/subject.npy",
                        text("subjects from 0 to ", clips.subject_names.size() - 1,
                             ", one per name in meta.json"),
                        text(clips.subjects[k], " for clip ", i));
        if (clips.published && ((*clips.published)[k] < 0 || (*clips.published)[k] > 1))
            throw error(folder + "/split.npy", "0 for train or 1 for test",
                        text((*clips.published)[k], " for clip ", i));
    }

    const bool zeros = policy.zeros == zero_rule::missing ||
                       (policy.zeros == zero_rule::as_declared && meta.zero_is_missing);
    std::vector<std::size_t> rows(static_cast<std::size_t>(size.clips));
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = i;
    if (file->type() == io::dtype::f32 && detail::aligned<float>(file->bytes())) {
        const auto values = file->view<float>();
        clips.set_values(std::shared_ptr<const float>(file, values.data()), values.size(), rows);
        report.memory_mapped = file->mapped();
    } else {
        clips.set_values(file->read<float>());
    }
    if (!meta.layout) detail::require_named_score(clips, meta_path);
    report.found.add(finding_kind::repaired, "bones_turned",
                     "bones of meta.json that stand as (parent, child), turned", meta.bones_turned);
    detail::mark_invalid(clips, zeros, policy.not_finite == not_finite_rule::mark_invalid,
                         file->path(), report);
    detail::leave_out_unusable(clips, folder, report);
    check(clips);
    return {std::move(clips), std::move(report)};
}

}  // namespace MGKIT_NAMESPACE::data
