// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/data/clip_set.hpp"

#include <algorithm>
#include <utility>

#include "mgkit/core/error.hpp"
#include "mgkit/data/labels.hpp"

namespace MGKIT_NAMESPACE::data {

MGKIT_COLD_INLINE clip_set::clip_set() = default;
MGKIT_COLD_INLINE clip_set::clip_set(const clip_set&) = default;
MGKIT_COLD_INLINE clip_set::clip_set(clip_set&&) noexcept = default;
MGKIT_COLD_INLINE clip_set& clip_set::operator=(const clip_set&) = default;
MGKIT_COLD_INLINE clip_set& clip_set::operator=(clip_set&&) noexcept = default;
MGKIT_COLD_INLINE clip_set::~clip_set() = default;

MGKIT_COLD_INLINE void clip_set::set_values(std::shared_ptr<const float> values, std::size_t count,
                                            std::vector<std::size_t> rows) {
    require_shape(values ? count : 0);
    const std::size_t held = values ? count / shape.size() : 0;
    for (const std::size_t row : rows)
        if (row >= held)
            throw error("clip_set", text("rows of a memory of ", held, " clips"), text(row));
    values_ = std::move(values);
    clip_values_ = shape.size();
    rows_ = std::move(rows);
}

MGKIT_COLD_INLINE void clip_set::set_values(std::vector<float> values) {
    std::vector<std::size_t> rows;
    if (!values.empty()) {
        require_shape(values.size());
        if (values.size() % shape.size() != 0)
            throw error("clip_set", text("whole clips of ", shape.size(), " values"),
                        text(values.size(), " values"), "set the shape before the values");
        rows.resize(values.size() / shape.size());
        for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = i;
    }
    auto owner = std::make_shared<const std::vector<float>>(std::move(values));
    clip_values_ = owner->empty() ? 0 : shape.size();
    values_ = std::shared_ptr<const float>(owner, owner->data());
    rows_ = std::move(rows);
}

MGKIT_COLD_INLINE skeleton::pose_view<const float> clip_set::clip(int i) const {
    if (i < 0 || i >= size())
        throw error("clip_set", text("a clip from 0 to ", size() - 1), text(i));
    if (num_frames.size() != rows_.size())
        throw error("clip_set", text(rows_.size(), " lengths"), text(num_frames.size()),
                    "fill num_frames, one entry per clip");
    const auto k = static_cast<std::size_t>(i);
    if (num_frames[k] < 0 || num_frames[k] > shape.frames)
        throw error("clip_set", text("lengths from 0 to ", shape.frames),
                    text(num_frames[k], " for clip ", i));
    if (!skeleton::countable(shape) || shape.size() != clip_values_)
        throw error("clip_set", "the shape that the values were set with", "another one",
                    "set the values again");
    return {values_.get() + rows_[k] * clip_values_, shape, num_frames[k]};
}

MGKIT_COLD_INLINE void clip_set::require_shape(std::size_t count) const {
    if (!skeleton::countable(shape))
        throw error("clip_set", "a shape of at least one frame, joint and person",
                    text(shape.frames, " frames, ", shape.joints, " joints, ", shape.persons,
                         " persons for ", count, " values"),
                    "set the shape before the values");
}

MGKIT_COLD_INLINE void check_arrays(const clip_set& clips) {
    const auto count = static_cast<std::size_t>(clips.size());
    const auto same = [&](const char* what, std::size_t size) {
        if (size != count)
            throw error("clip set " + clips.about.name, text(count, " ", what), text(size),
                        "every array has one entry per clip");
    };
    same("ids", clips.ids.size());
    same("lengths", clips.num_frames.size());
    same("subjects", clips.subjects.size());
    if (!clips.labels.empty()) same("labels", clips.labels.size());
    if (clips.views) same("views", clips.views->size());
    if (clips.published) same("split entries", clips.published->size());
}

MGKIT_COLD_INLINE void check_label_range(const clip_set& clips) {
    for (std::size_t i = 0; i < clips.labels.size(); ++i)
        if (clips.labels[i] < 0 || clips.labels[i] >= clips.classes())
            throw error("clip set " + clips.about.name,
                        text("labels from 0 to ", clips.classes() - 1),
                        text(clips.labels[i], " for clip ", i),
                        "name every class; leave labels empty where clips have none");
}

namespace detail {

MGKIT_COLD_INLINE void check_clips(const clip_set& clips, int least_frames) {
    const std::string where = "clip set " + clips.about.name;
    if (clips.size() == 0) throw error(where, "at least one clip", "none");
    check_arrays(clips);
    const bool names_classes = !clips.labels.empty() || !clips.class_names.empty();
    if (names_classes && !clips.class_groups.empty() &&
        clips.class_groups.size() != clips.class_names.size())
        throw error(where, text(clips.classes(), " class groups, one per class"),
                    text(clips.class_groups.size()));
    if (const char* broken = skeleton::fault(clips.topology))
        throw error(where, "a sound skeleton", broken);
    if (clips.shape.joints != skeleton::joint_count(clips.topology))
        throw error(where,
                    text(skeleton::joint_count(clips.topology), " joints, as the skeleton has"),
                    text(clips.shape.joints));
    if (clips.shape.persons < 1)
        throw error(where, "at least one person", text(clips.shape.persons));
    check_label_range(clips);
    if (clips.published)
        for (const int side : *clips.published)
            if (side != 0 && side != 1)
                throw error(where, "split entries of 0 for train or 1 for test", text(side));
    for (int i = 0; i < clips.size(); ++i) {
        const int length = clips.num_frames[static_cast<std::size_t>(i)];
        if (length < least_frames || length > clips.shape.frames)
            throw error(where, text("lengths from ", least_frames, " to ", clips.shape.frames),
                        text(length, " for clip ", i));
        clips.clip(i);
    }
    std::vector<std::uint32_t> ids = clips.ids;
    std::sort(ids.begin(), ids.end());
    if (const auto twice = std::adjacent_find(ids.begin(), ids.end()); twice != ids.end())
        throw error(where, "every id once", text(*twice, " for several clips"),
                    "number the clips: draws are keyed by their ids");
}

}  // namespace detail

MGKIT_COLD_INLINE void check_labelled(const clip_set& clips) {
    check(clips);
    require_labels("clip set " + clips.about.name, static_cast<std::size_t>(clips.size()),
                   clips.labels.size());
}

MGKIT_COLD_INLINE clip_set clip_set::subset(std::span<const int> indices) const {
    check_arrays(*this);
    clip_set out;
    out.about = about;
    out.topology = topology;
    out.shape = shape;
    out.class_names = class_names;
    out.class_groups = class_groups;
    out.subject_names = subject_names;
    if (views) out.views.emplace();
    if (published) out.published.emplace();
    for (const int i : indices) {
        if (i < 0 || i >= size())
            throw error("clip_set", text("clips from 0 to ", size() - 1), text(i));
        const auto k = static_cast<std::size_t>(i);
        out.rows_.push_back(rows_[k]);
        out.ids.push_back(ids[k]);
        out.num_frames.push_back(num_frames[k]);
        if (!labels.empty()) out.labels.push_back(labels[k]);
        out.subjects.push_back(subjects[k]);
        if (views) out.views->push_back((*views)[k]);
        if (published) out.published->push_back((*published)[k]);
    }
    out.values_ = values_;
    out.clip_values_ = clip_values_;
    return out;
}

}  // namespace MGKIT_NAMESPACE::data
