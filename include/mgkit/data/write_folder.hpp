// SPDX-License-Identifier: MIT
// Clips to a folder that `read_folder` reads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mgkit/data/clip_set.hpp"
#include "mgkit/io/atomic_file.hpp"
#include "mgkit/io/folder_in_progress.hpp"
#include "mgkit/io/json_value.hpp"
#include "mgkit/skeleton/pose.hpp"

namespace MGKIT_NAMESPACE::data {

namespace detail {

io::json meta_of(const clip_set& clips);

}  // namespace detail

/// Writes a clip folder one clip at a time; memory does not grow with the values.
///
/// `facts` gives what all clips share: about, topology, shape, class names and groups; its clips,
/// if any, are not looked at. The folder appears complete when `publish` returns, or not at all.
/// Errors: mgkit::error for a folder that exists and is not empty or cannot be written, clips of
/// another shape, lengths and labels out of range, no clip.
class clip_writer {
public:
    clip_writer(const std::string& folder, clip_set facts);

    /// Appends a clip; frames at or beyond its length are written as 0. `published` (0 train,
    /// 1 test) is given for every clip or for none, as is `view`.
    void add(skeleton::pose_view<const float> clip, int label, int subject,
             std::optional<int> published = std::nullopt, std::optional<int> view = std::nullopt);

    int count() const { return static_cast<int>(lengths_.size()); }
    /// What making the clips assumed, left out or repaired; told until `publish`.
    findings& found() { return facts_.about.found; }
    /// Where further files of the folder may be written before `publish`.
    const std::string& path() const { return target_.path(); }

    void publish();

private:
    static const std::string& vacant(const std::string& folder);
    /// Padded to one size for any number of clips.
    std::string header(std::int64_t clips) const;
    void integers(const char* name, const std::vector<int>& list) const;

    std::string folder_;
    clip_set facts_;
    io::folder_in_progress target_;
    io::atomic_file values_;
    std::vector<float> row_;
    std::vector<int> lengths_, labels_, subjects_, published_, views_;
};

/// Writes `data.npy`, `num_frames.npy`, `label.npy`, `subject.npy`, where present `view.npy` and
/// `split.npy`, and `meta.json`. Frames at or beyond a clip's length are written as 0.
///
/// The folder appears complete or not at all. Ids are not stored: read back, they are rows.
/// Unlabelled clips are written as clips of one class called "unlabelled", as `mgfm sample` does:
/// a folder has no other way to say it.
/// Errors: mgkit::error for clips that do not fit together, and as clip_writer.
void write_folder(const std::string& folder, const clip_set& clips);

}  // namespace MGKIT_NAMESPACE::data

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/write_folder-inl.hpp"
#endif
