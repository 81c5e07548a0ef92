// Definitions of write_folder.hpp.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/data/clip_set.hpp"
#include "mgkit/data/detail/skeleton_meta.hpp"
#include "mgkit/data/write_folder.hpp"
#include "mgkit/io/atomic_file.hpp"
#include "mgkit/io/json_value.hpp"
#include "mgkit/io/npy.hpp"

namespace MGKIT_NAMESPACE::data {

namespace detail {

MGKIT_INLINE io::json meta_of(const clip_set& clips) {
    io::json meta;
    meta["name"] = clips.about.name;
    put_skeleton(meta, clips.topology, clips.shape.layout);
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

}  // namespace detail

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
