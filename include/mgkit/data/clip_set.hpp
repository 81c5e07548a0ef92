// Labelled clips in memory or in a mapped file: what training and evaluation read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/skeleton/dynamic.hpp"
#include "mgkit/skeleton/pose.hpp"

namespace mgkit::data {

/// What the makers of a data set say about it; free text, may be empty.
struct provenance {
    std::string name, source, units, fps, licence, caveat;
    bool synthetic = false;  ///< generated, not recorded
    std::string generator;   ///< version of what generated it
};

/// N clips of one skeleton with labels and subjects.
///
/// Values are float, N C T V M, shared between copies and subsets and never changed. Arrays have
/// one entry per clip. A clip's `ids` entry is its row in the file it came from: stable when clips
/// are left out or reordered, so random draws keyed by it are too.
class clip_set {
public:
    provenance about;
    skeleton::dynamic topology;
    skeleton::pose_shape shape;  ///< of one clip; T is the longest length
    std::vector<std::string> class_names;
    std::vector<std::string> class_groups;  ///< group of each class; empty where there are none
    std::vector<std::uint32_t> ids;
    std::vector<int> num_frames;                ///< valid frames, at least 1
    std::vector<int> labels;                    ///< below class_names.size(); empty if unlabelled
    std::vector<int> subjects;                  ///< who performed
    std::optional<std::vector<int>> views;      ///< camera, where known
    std::optional<std::vector<int>> published;  ///< split of the makers: 0 train, 1 test

    clip_set() = default;

    /// Takes values from memory that `values` keeps alive; `rows` are rows of that memory.
    void set_values(std::shared_ptr<const float> values, std::vector<std::size_t> rows) {
        values_ = std::move(values);
        rows_ = std::move(rows);
    }
    /// Takes values in the order of the clips.
    void set_values(std::vector<float> values) {
        auto owner = std::make_shared<const std::vector<float>>(std::move(values));
        values_ = std::shared_ptr<const float>(owner, owner->data());
        rows_.resize(shape.size() == 0 ? 0 : owner->size() / shape.size());
        for (std::size_t i = 0; i < rows_.size(); ++i) rows_[i] = i;
    }

    int size() const { return static_cast<int>(rows_.size()); }
    int classes() const { return static_cast<int>(class_names.size()); }

    /// Clip i as C T V M with its valid length.
    skeleton::pose_view<const float> clip(int i) const {
        if (i < 0 || i >= size())
            throw error("clip_set", text("a clip from 0 to ", size() - 1), text(i));
        const auto k = static_cast<std::size_t>(i);
        return {values_.get() + rows_[k] * shape.size(), shape, num_frames[k]};
    }

    /// The clips `indices`, in that order, sharing the values. Errors: an index out of range.
    clip_set subset(std::span<const int> indices) const;

private:
    std::shared_ptr<const float> values_;
    std::vector<std::size_t> rows_;
};

/// Errors: mgkit::error naming the first thing that does not fit: array lengths, labels, lengths,
/// topology. Cost: N + V^2.
inline void check(const clip_set& clips) {
    const std::string where = "clip set " + clips.about.name;
    const auto count = static_cast<std::size_t>(clips.size());
    if (count == 0) throw error(where, "at least one clip", "none");
    const auto same = [&](const char* what, std::size_t size) {
        if (size != count) throw error(where, text(count, " ", what), text(size));
    };
    same("ids", clips.ids.size());
    same("lengths", clips.num_frames.size());
    same("labels", clips.labels.size());
    same("subjects", clips.subjects.size());
    if (!clips.class_groups.empty() && clips.class_groups.size() != clips.class_names.size())
        throw error(where, text(clips.classes(), " class groups, one per class"),
                    text(clips.class_groups.size()));
    if (clips.views) same("views", clips.views->size());
    if (clips.published) same("split entries", clips.published->size());
    if (const char* broken = skeleton::fault(clips.topology))
        throw error(where, "a sound skeleton", broken);
    if (clips.shape.joints != skeleton::joint_count(clips.topology))
        throw error(where,
                    text(skeleton::joint_count(clips.topology), " joints, as the skeleton has"),
                    text(clips.shape.joints));
    if (clips.shape.persons < 1)
        throw error(where, "at least one person", text(clips.shape.persons));
    for (std::size_t i = 0; i < count; ++i) {
        if (clips.labels[i] < 0 || clips.labels[i] >= clips.classes())
            throw error(where, text("labels from 0 to ", clips.classes() - 1),
                        text(clips.labels[i], " for clip ", i));
        if (clips.num_frames[i] < 1 || clips.num_frames[i] > clips.shape.frames)
            throw error(where, text("lengths from 1 to ", clips.shape.frames),
                        text(clips.num_frames[i], " for clip ", i));
    }
}

inline clip_set clip_set::subset(std::span<const int> indices) const {
    clip_set out;
    out.about = about;
    out.topology = topology;
    out.shape = shape;
    out.class_names = class_names;
    out.class_groups = class_groups;
    if (views) out.views.emplace();
    if (published) out.published.emplace();
    std::vector<std::size_t> rows;
    for (const int i : indices) {
        if (i < 0 || i >= size())
            throw error("clip_set", text("clips from 0 to ", size() - 1), text(i));
        const auto k = static_cast<std::size_t>(i);
        rows.push_back(rows_[k]);
        out.ids.push_back(ids[k]);
        out.num_frames.push_back(num_frames[k]);
        if (!labels.empty()) out.labels.push_back(labels[k]);
        out.subjects.push_back(subjects[k]);
        if (views) out.views->push_back((*views)[k]);
        if (published) out.published->push_back((*published)[k]);
    }
    out.set_values(values_, std::move(rows));
    return out;
}

}  // namespace mgkit::data
