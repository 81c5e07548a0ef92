// Clips to a folder that `read_folder` reads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/clip_set.hpp"
#include "mgkit/io/atomic_file.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/io/npy.hpp"

namespace MGKIT_NAMESPACE::data {

namespace detail {

io::json meta_of(const clip_set& clips);

/// A new folder beside `target`, removed again unless it was renamed into place.
class folder_in_progress {
public:
    explicit folder_in_progress(const std::string& target) : target_(target) {
        std::string stem = target;
        while (stem.size() > 1 && stem.back() == '/') stem.pop_back();
        std::error_code code;
        for (int k = 0; k < 1000; ++k) {
            path_ = stem + ".tmp" + std::to_string(k);
            if (std::filesystem::create_directory(path_, code)) return;
            if (code) break;
        }
        path_.clear();
        throw error(target, "a place for a new folder",
                    code ? code.message() : "1000 unfinished ones",
                    "create the folder above it, or check the permissions");
    }
    folder_in_progress(const folder_in_progress&) = delete;
    folder_in_progress& operator=(const folder_in_progress&) = delete;
    ~folder_in_progress() {
        std::error_code ignored;
        if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
    }
    const std::string& path() const { return path_; }
    void publish() {
        std::error_code code;
        std::filesystem::rename(path_, target_, code);
        if (code) throw error(target_, "a writable folder", code.message());
        path_.clear();
    }

private:
    std::string target_, path_;
};

}  // namespace detail

/// Writes a clip folder one clip at a time; memory does not grow with the values.
///
/// `facts` gives what all clips share: about, topology, shape, class names and groups; its clips,
/// if any, are not looked at. The folder appears complete when `publish` returns, or not at all.
/// Errors: mgkit::error for a folder that exists and is not empty or cannot be written, clips of
/// another shape, lengths and labels out of range, no clip.
class clip_writer {
public:
    clip_writer(const std::string& folder, clip_set facts)
        : folder_(vacant(folder)),
          facts_(std::move(facts)),
          target_(folder),
          values_(target_.path() + "/data.npy") {
        if (!skeleton::countable(facts_.shape))
            throw error(folder_, "clips of at least one frame, joint and person",
                        text(facts_.shape.frames, " frames, ", facts_.shape.joints, " joints, ",
                             facts_.shape.persons, " persons"));
        values_.write(header(0));
        row_.resize(facts_.shape.size());
    }

    /// Appends a clip; frames at or beyond its length are written as 0. `published` (0 train,
    /// 1 test) is given for every clip or for none, as is `view`.
    void add(skeleton::pose_view<const float> clip, int label, int subject,
             std::optional<int> published = std::nullopt, std::optional<int> view = std::nullopt) {
        if (!(clip.shape == facts_.shape))
            throw error(folder_, "clips of one shape", text("another one for clip ", count()));
        if (clip.length < 1 || clip.length > clip.shape.frames)
            throw error(folder_, text("lengths from 1 to ", clip.shape.frames),
                        text(clip.length, " for clip ", count()));
        if (label < 0 || label >= facts_.classes())
            throw error(folder_, text("labels from 0 to ", facts_.classes() - 1),
                        text(label, " for clip ", count()));
        const std::size_t used =
            static_cast<std::size_t>(clip.length) * static_cast<std::size_t>(clip.shape.points());
        std::fill(row_.begin(), row_.end(), 0.0f);
        for (int c = 0; c < skeleton::channels(clip.shape.layout); ++c)
            std::copy(clip.plane(c), clip.plane(c) + used,
                      row_.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(c) *
                                                                 clip.shape.plane()));
        values_.write(std::as_bytes(std::span<const float>(row_)));
        lengths_.push_back(clip.length);
        labels_.push_back(label);
        subjects_.push_back(subject);
        if (published) published_.push_back(*published);
        if (view) views_.push_back(*view);
    }

    int count() const { return static_cast<int>(lengths_.size()); }
    /// Where further files of the folder may be written before `publish`.
    const std::string& path() const { return target_.path(); }

    void publish() {
        if (lengths_.empty()) throw error(folder_, "at least one clip", "none");
        values_.rewrite_front(header(count()));
        values_.commit();
        integers("num_frames.npy", lengths_);
        integers("label.npy", labels_);
        integers("subject.npy", subjects_);
        if (!views_.empty()) integers("view.npy", views_);
        if (!published_.empty()) integers("split.npy", published_);
        io::write_json(target_.path() + "/meta.json", detail::meta_of(facts_));
        target_.publish();
    }

private:
    static const std::string& vacant(const std::string& folder) {
        std::error_code code;
        if (std::filesystem::exists(folder, code) && !std::filesystem::is_empty(folder, code))
            throw error(folder, "a new or empty folder", "one with files in it",
                        "choose another name or remove it");
        return folder;
    }
    /// Padded to one size for any number of clips.
    std::string header(std::int64_t clips) const {
        const std::int64_t shape[] = {clips, skeleton::channels(facts_.shape.layout),
                                      facts_.shape.frames, facts_.shape.joints,
                                      facts_.shape.persons};
        constexpr std::size_t size = 192;
        return io::npy_header(io::dtype::f32, shape, size);
    }
    void integers(const char* name, const std::vector<int>& list) const {
        if (list.size() != lengths_.size())
            throw error(folder_, text(lengths_.size(), " entries of ", name, ", one per clip"),
                        text(list.size()));
        io::write_npy(target_.path() + "/" + name,
                      std::vector<std::int64_t>(list.begin(), list.end()),
                      {static_cast<std::int64_t>(list.size())});
    }

    std::string folder_;
    clip_set facts_;
    detail::folder_in_progress target_;
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
