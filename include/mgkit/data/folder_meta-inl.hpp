// SPDX-License-Identifier: MIT
// Definitions of folder_meta.hpp.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/findings_json.hpp"
#include "mgkit/data/folder_meta.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/skeleton/dynamic.hpp"
#include "mgkit/skeleton/pose.hpp"

namespace MGKIT_NAMESPACE::data {

namespace detail {

MGKIT_COLD_INLINE std::string free_text(const io::json& object, const char* key) {
    const io::json* found = object.find(key);
    if (!found || found->is_null()) return {};
    return found->is_string() ? found->string() : found->shown();
}

/// A joint given by index or by name.
MGKIT_COLD_INLINE int joint_of(const io::json& value, const std::vector<std::string>& joints,
                               const std::string& where) {
    if (value.is_string()) {
        const auto name = value.get<std::string>();
        for (std::size_t j = 0; j < joints.size(); ++j)
            if (joints[j] == name) return static_cast<int>(j);
        throw error(where, "the name of a joint", "\"" + name + "\"");
    }
    return io::as<int>(value, where);
}

MGKIT_COLD_INLINE std::optional<skeleton::channel_layout> layout_of(const io::json& meta,
                                                                    const std::string& where) {
    using skeleton::channel_layout;
    if (!meta.contains("channels")) return std::nullopt;
    std::string letters;
    std::string found;
    for (const auto& channel : io::get<std::vector<std::string>>(meta, "channels", where)) {
        const std::string base = skeleton::parse_joint_name(channel).base;
        const bool confidence = base == "c" || base == "conf" || base == "confidence" ||
                                base == "score" || base == "visibility" || base == "likelihood";
        letters += confidence ? "c" : base.size() == 1 ? base : "?";
        found += (found.empty() ? "" : ", ") + channel;
    }
    for (const auto layout :
         {channel_layout::xy, channel_layout::xyz, channel_layout::xyc, channel_layout::xyzc})
        if (letters == skeleton::name(layout)) return layout;
    throw error(where + ": 'channels'", "x, y, then z and confidence where there are",
                found.empty() ? "none" : found, "store the channels in that order");
}

}  // namespace detail

MGKIT_COLD_INLINE folder_meta parse_folder_meta(std::string_view text, const std::string& where) {
    const io::json meta = io::parse_json(text, where);
    if (!meta.is_object()) throw error(where, "an object", meta.type_name());
    folder_meta out;
    out.about.name = detail::free_text(meta, "name");
    out.about.source = detail::free_text(meta, "source");
    out.about.units = detail::free_text(meta, "units");
    out.about.fps = detail::free_text(meta, "fps");
    out.about.licence = detail::free_text(meta, "licence");
    out.about.caveat = detail::free_text(meta, "caveat");
    out.about.generator = detail::free_text(meta, "generator_version");
    out.about.synthetic = io::get_or<bool>(meta, "synthetic", false, where);
    if (const io::json* found = meta.find("findings"))
        out.about.found = findings_from_json(*found, where + ": 'findings'");
    out.zero_is_missing = io::get_or<bool>(meta, "zero_is_missing", false, where);
    out.layout = detail::layout_of(meta, where);
    out.class_names = io::get_or<std::vector<std::string>>(meta, "class_names", {}, where);
    out.class_groups = io::get_or<std::vector<std::string>>(meta, "class_groups", {}, where);
    if (!out.class_groups.empty() && out.class_groups.size() != out.class_names.size())
        throw error(where + ": 'class_groups'",
                    mgkit::text(out.class_names.size(), " names, one per class name"),
                    mgkit::text(out.class_groups.size()));

    out.subject_names = io::get_or<std::vector<std::string>>(meta, "subject_names", {}, where);

    auto joints = io::get<std::vector<std::string>>(meta, "joints", where);
    std::vector<skeleton::joint_pair> bones;
    for (const auto& bone : io::get<std::vector<std::vector<int>>>(meta, "bones", where)) {
        if (bone.size() != 2)
            throw error(where + ": 'bones'", "pairs [child, parent]",
                        mgkit::text(bone.size(), " numbers in bone ", bones.size()));
        bones.push_back({bone[0], bone[1]});
    }
    skeleton::dynamic_hints hints;
    for (const char* key : {"centre", "center"})
        if (meta.contains(key))
            hints.centre = detail::joint_of(meta[key], joints, where + ": 'centre'");
    if (meta.contains("scale_pair")) {
        const auto pair = io::get<std::vector<io::json>>(meta, "scale_pair", where);
        const std::string place = where + ": 'scale_pair'";
        if (pair.size() != 2) throw error(place, "two joints", mgkit::text(pair.size()));
        hints.scale_pair = skeleton::joint_pair{detail::joint_of(pair[0], joints, place),
                                                detail::joint_of(pair[1], joints, place)};
    }
    out.topology = skeleton::dynamic::from_bones(where, std::move(joints), bones, hints);
    for (const auto [child, parent] : bones)
        out.bones_turned += out.topology.parents[static_cast<std::size_t>(child)] != parent ? 1 : 0;
    return out;
}

}  // namespace MGKIT_NAMESPACE::data
