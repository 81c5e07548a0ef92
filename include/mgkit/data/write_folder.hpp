// Clips to a folder that `read_folder` reads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/clip_set.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/io/npy.hpp"

namespace mgkit::data {

namespace detail {

inline io::json meta_of(const clip_set& clips) {
    io::json meta;
    meta["name"] = clips.about.name;
    meta["joints"] = clips.topology.joints;
    meta["bones"] = io::json::array();
    for (const auto bone : clips.topology.bones())
        meta["bones"].push_back({bone.first, bone.second});
    meta["centre"] = clips.topology.centre;
    meta["scale_pair"] = {clips.topology.scale_pair.first, clips.topology.scale_pair.second};
    meta["channels"] = io::json::array();
    for (const char letter : std::string(skeleton::name(clips.shape.layout)))
        meta["channels"].push_back(letter == 'c' ? std::string("confidence")
                                                 : std::string(1, letter));
    meta["class_names"] = clips.class_names;
    if (!clips.class_groups.empty()) meta["class_groups"] = clips.class_groups;
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
    return meta;
}

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

/// Writes `data.npy`, `num_frames.npy`, `label.npy`, `subject.npy`, where present `view.npy` and
/// `split.npy`, and `meta.json`. Frames at or beyond a clip's length are written as 0.
///
/// The folder appears complete or not at all. Ids are not stored: read back, they are rows.
/// Errors: mgkit::error for clips that do not fit together, a folder that exists and is not empty,
/// or one that cannot be written. Cost: one copy of the values in memory.
inline void write_folder(const std::string& folder, const clip_set& clips) {
    check(clips);
    std::error_code code;
    if (std::filesystem::exists(folder, code) && !std::filesystem::is_empty(folder, code))
        throw error(folder, "a new or empty folder", "one with files in it",
                    "choose another name or remove it");
    detail::folder_in_progress target(folder);
    const auto n = static_cast<std::int64_t>(clips.size());
    const auto& shape = clips.shape;
    std::vector<float> values(static_cast<std::size_t>(n) * shape.size(), 0.0f);
    for (int i = 0; i < clips.size(); ++i) {
        const auto clip = clips.clip(i);
        const std::size_t used =
            static_cast<std::size_t>(clip.length) * static_cast<std::size_t>(shape.points());
        for (int c = 0; c < skeleton::channels(shape.layout); ++c)
            std::copy(clip.plane(c), clip.plane(c) + used,
                      values.data() + static_cast<std::size_t>(i) * shape.size() +
                          static_cast<std::size_t>(c) * shape.plane());
    }
    io::write_npy(target.path() + "/data.npy", values,
                  {n, skeleton::channels(shape.layout), shape.frames, shape.joints, shape.persons});
    const auto integers = [&](const char* name, const std::vector<int>& list) {
        io::write_npy(target.path() + "/" + name,
                      std::vector<std::int64_t>(list.begin(), list.end()), {n});
    };
    integers("num_frames.npy", clips.num_frames);
    integers("label.npy", clips.labels);
    integers("subject.npy", clips.subjects);
    if (clips.views) integers("view.npy", *clips.views);
    if (clips.published) integers("split.npy", *clips.published);
    io::write_json(target.path() + "/meta.json", detail::meta_of(clips));
    target.publish();
}

}  // namespace mgkit::data
