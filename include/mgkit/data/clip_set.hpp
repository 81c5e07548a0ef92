// SPDX-License-Identifier: MIT
// Labelled clips in memory or in a mapped file: what training and evaluation read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mgkit/data/provenance.hpp"
#include "mgkit/skeleton/dynamic.hpp"
#include "mgkit/skeleton/pose.hpp"

namespace MGKIT_NAMESPACE::data {

/// N clips of one skeleton with subjects and, where they are known, labels.
///
/// Values are float, N C T V M, shared between copies and subsets and never changed. Arrays have
/// one entry per clip. A clip's `ids` entry is its row in the file it came from: stable when clips
/// are left out or reordered, so random draws keyed by it are too.
///
/// Unlabelled clips have no labels at all. One rule for them everywhere: whatever does not look at
/// labels takes them (`check`), whatever does refuses them in the words of `check_labelled`.
class clip_set {
public:
    provenance about;
    skeleton::dynamic topology;
    skeleton::pose_shape shape;  ///< of one clip; T is the longest length
    std::vector<std::string> class_names;
    std::vector<std::string> class_groups;      ///< group of each class; empty where there are none
    std::vector<std::uint32_t> ids;             ///< each once
    std::vector<int> num_frames;                ///< valid frames, at least 1
    std::vector<int> labels;                    ///< below class_names.size(); empty if unlabelled
    std::vector<int> subjects;                  ///< who performed
    std::vector<std::string> subject_names;     ///< by the numbers in `subjects`; empty: numbers
    std::optional<std::vector<int>> views;      ///< camera, where known
    std::optional<std::vector<int>> published;  ///< split of the makers: 0 train, 1 test

    clip_set();
    clip_set(const clip_set&);
    clip_set(clip_set&&) noexcept;
    clip_set& operator=(const clip_set&);
    clip_set& operator=(clip_set&&) noexcept;
    ~clip_set();

    /// Takes `count` values in memory that `values` keeps alive; `rows` are the clips, as rows of
    /// that memory. `shape` is set before.
    /// Errors: mgkit::error for a shape without values, a row beyond the memory.
    void set_values(std::shared_ptr<const float> values, std::size_t count,
                    std::vector<std::size_t> rows);
    /// Takes values in the order of the clips; `shape` is set before.
    /// Errors: mgkit::error for a shape without values, values that do not fill whole clips.
    void set_values(std::vector<float> values);

    int size() const { return static_cast<int>(rows_.size()); }
    int classes() const { return static_cast<int>(class_names.size()); }

    /// Clip i as C T V M with its valid length.
    /// Errors: mgkit::error for a clip that is not there, no length for each clip, a length that is
    /// negative or beyond T, a shape other than that of the values. Cost: constant.
    skeleton::pose_view<const float> clip(int i) const;

    /// The clips `indices`, in that order, sharing the values. Errors: as `check_arrays`, an index
    /// out of range.
    clip_set subset(std::span<const int> indices) const;

private:
    void require_shape(std::size_t count) const;

    std::shared_ptr<const float> values_;
    std::size_t clip_values_ = 0;  ///< of each clip when the values were set
    std::vector<std::size_t> rows_;
};

/// Errors: mgkit::error for an array that has not one entry per clip; `labels` may be empty.
/// Cost: constant.
void check_arrays(const clip_set& clips);

/// Errors: mgkit::error for a label outside the classes. Unlabelled clips have none. Cost: N.
void check_label_range(const clip_set& clips);

namespace detail {

void check_clips(const clip_set& clips, int least_frames);

}  // namespace detail

/// What every use of a set may rely on; labels may be missing.
/// Errors: mgkit::error naming the first thing that does not fit: array lengths, skeleton, shape,
/// labels, split, lengths (1 to T), ids. Cost: N log N + V^2.
inline void check(const clip_set& clips) {
    detail::check_clips(clips, 1);
}

/// As `check`, of clips that all have a label.
/// Errors: also mgkit::error for unlabelled clips, in the words of `require_labels`.
void check_labelled(const clip_set& clips);

}  // namespace MGKIT_NAMESPACE::data

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/clip_set-inl.hpp"
#endif
