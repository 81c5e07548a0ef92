// SPDX-License-Identifier: MIT
// Definitions of write_folder.hpp.
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
#include "mgkit/data/detail/skeleton_meta.hpp"
#include "mgkit/data/findings_json.hpp"
#include "mgkit/data/write_folder.hpp"
#include "mgkit/io/atomic_file.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/io/npy.hpp"

namespace MGKIT_NAMESPACE::data {

namespace detail {

MGKIT_INLINE io::json meta_of(const clip_set& clips) {
    io::json meta;
    meta["name"] = clips.about.name;
    put_skeleton(meta, clips.topology, clips.shape.layout);
    meta["class_names"] = clips.class_names;
    if (!clips.class_groups.empty()) meta["class_groups"] = clips.class_groups;
    if (!clips.subject_names.empty()) meta["subject_names"] = clips.subject_names;
    meta["zero_is_missing"] = false;
    meta["synthetic"] = clips.about.synthetic;
    const auto free_text = [&](const char* key, const std::string& value) {
        if (!value.empty()) meta[key] = value;
    };
    free_text("source", clips.about.source);
    free_text("units", clips.about.units);
    free_text("fps", clips.about.fps);
    free_text("licence", clips.about.licence);
    free_text("caveat", clips.about.caveat);
    free_text("generator_version", clips.about.generator);
    if (!clips.about.found.empty()) meta["findings"] = to_json(clips.about.found);
    return meta;
}

}  // namespace detail

MGKIT_INLINE clip_writer::clip_writer(const std::string& folder, clip_set facts)
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

MGKIT_INLINE void clip_writer::add(skeleton::pose_view<const float> clip, int label, int subject,
                                   std::optional<int> published, std::optional<int> view) {
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

MGKIT_INLINE void clip_writer::publish() {
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

MGKIT_INLINE const std::string& clip_writer::vacant(const std::string& folder) {
    std::error_code code;
    if (std::filesystem::exists(folder, code) && !std::filesystem::is_empty(folder, code))
        throw error(folder, "a new or empty folder", "one with files in it",
                    "choose another name or remove it");
    return folder;
}

MGKIT_INLINE std::string clip_writer::header(std::int64_t clips) const {
    const std::int64_t shape[] = {clips, skeleton::channels(facts_.shape.layout),
                                  facts_.shape.frames, facts_.shape.joints, facts_.shape.persons};
    constexpr std::size_t size = 192;
    return io::npy_header(io::dtype::f32, shape, size);
}

MGKIT_INLINE void clip_writer::integers(const char* name, const std::vector<int>& list) const {
    if (list.size() != lengths_.size())
        throw error(folder_, text(lengths_.size(), " entries of ", name, ", one per clip"),
                    text(list.size()));
    io::write_npy(target_.path() + "/" + name, std::vector<std::int64_t>(list.begin(), list.end()),
                  {static_cast<std::int64_t>(list.size())});
}

MGKIT_INLINE void write_folder(const std::string& folder, const clip_set& clips) {
    check(clips);
    const bool unlabelled = clips.labels.empty();
    clip_set facts = clips.subset({});
    if (unlabelled) {
        facts.class_names = {"unlabelled"};
        facts.class_groups.clear();
    }
    clip_writer out(folder, std::move(facts));
    const auto of = [](const std::optional<std::vector<int>>& list, int i) {
        return list ? std::optional<int>((*list)[static_cast<std::size_t>(i)]) : std::nullopt;
    };
    for (int i = 0; i < clips.size(); ++i) {
        const auto k = static_cast<std::size_t>(i);
        out.add(clips.clip(i), unlabelled ? 0 : clips.labels[k], clips.subjects[k],
                of(clips.published, i), of(clips.views, i));
    }
    out.publish();
}

}  // namespace MGKIT_NAMESPACE::data
