// SPDX-License-Identifier: MIT
// meta.json of a clip folder: joints, bones, channels, classes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/data/provenance.hpp"
#include "mgkit/io/json_value.hpp"
#include "mgkit/skeleton/dynamic.hpp"
#include "mgkit/skeleton/joint_name.hpp"
#include "mgkit/skeleton/pose.hpp"

namespace MGKIT_NAMESPACE::data {

/// What meta.json says.
struct folder_meta {
    provenance about;
    skeleton::dynamic topology;
    std::optional<skeleton::channel_layout> layout;  ///< empty where channels are not named
    std::vector<std::string> class_names;            ///< empty where classes are not named
    std::vector<std::string> class_groups;           ///< one per class name, or empty
    std::vector<std::string> subject_names;          ///< by the numbers of subject.npy, or empty
    bool zero_is_missing = false;
    int bones_turned = 0;  ///< bones that stand as (parent, child)
};

namespace detail {

/// A string as it is, anything else as compact JSON; empty where the key is missing.
std::string free_text(const io::json& object, const char* key);

}  // namespace detail

/// Reads the text of meta.json; `where` names it in errors.
///
/// Needed: `joints` (names), `bones` ([child, parent], counted from 0, any order, and any direction
/// as long as they are a tree: see `skeleton::dynamic::from_bones`). Used where present: `channels`
/// (x, y, z, confidence), `class_names`, `class_groups` (the group of each class), `subject_names`,
/// `zero_is_missing` (a joint at exactly 0 was not tracked), `centre` and `scale_pair` (joints by
/// index or name), `synthetic`, and the free texts `name`, `source`, `units`, `fps`, `licence`,
/// `caveat`, `generator_version`, and
/// `findings` as to_json(findings) writes them. Everything else is ignored. Errors: mgkit::error
/// for invalid JSON, wrong types, a skeleton that is no tree.
folder_meta parse_folder_meta(std::string_view text, const std::string& where);

}  // namespace MGKIT_NAMESPACE::data

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/folder_meta-inl.hpp"
#endif
