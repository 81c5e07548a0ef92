// SPDX-License-Identifier: MIT
// Definitions of mmpose_layout.hpp.
#pragma once

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <string>
#include <string_view>

#include "mgkit/core/error.hpp"
#include "mgkit/data/readers/detail/frame_files.hpp"
#include "mgkit/data/readers/detail/json_events.hpp"
#include "mgkit/data/readers/detail/mmpose_layout.hpp"
#include "mgkit/data/readers/json_outline.hpp"

namespace MGKIT_NAMESPACE::data::readers::detail {

MGKIT_INLINE bool has_digit(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}
MGKIT_INLINE bool all_digits(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// The key that a path begins with: keys may hold dots, but each is a path of its own.
MGKIT_INLINE std::string_view first_key(const json_outline& outline, std::string_view path) {
    for (std::size_t n = 1; n < path.size(); ++n)
        if ((path[n] == '.' || path[n] == '[') && outline.has(path.substr(0, n)))
            return path.substr(0, n);
    return path;
}

/// Whether a key names a picture or a frame rather than a person.
MGKIT_INLINE bool names_frame(std::string_view key) {
    const std::string_view bare = without_picture_ending(key);
    return bare != key ||
           (!all_digits(bare) && names_pictures(frame_file_of(std::string(bare), {}).recording));
}

/// Whether a key names a person by its number.
MGKIT_INLINE bool names_person(std::string_view key) {
    std::string word;
    for (const char c : key)
        if (std::isalpha(static_cast<unsigned char>(c)) != 0)
            word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    for (const std::string_view known : {"person", "people", "human", "subject", "player", "track",
                                         "trackid", "personid", "id", "pid", "p"})
        if (word == known) return true;
    return false;
}

MGKIT_INLINE mmpose_layout mmpose_layout_of(const json_outline& outline) {
    mmpose_layout out;
    if (outline.has("[].image_id") || outline.has("annotations[].image_id")) return out;
    if (outline.has("instance_info[].instances[]") || outline.has("[].instances[]"))
        out.known = true;
    // Of several ways in one text the first is taken; what differs is refused where it stands.
    constexpr std::string_view ending = "keypoints[]";
    const auto found =
        std::find_if(outline.paths.begin(), outline.paths.end(), [&](const std::string& path) {
            return path.ends_with(ending) &&
                   (path.size() == ending.size() || path[path.size() - ending.size() - 1] == '.');
        });
    if (found == outline.paths.end()) return out;
    if (outline.has(*found + "[][]")) return out;  // arrays of several people
    std::string_view rest = *found;
    rest.remove_suffix(std::min(rest.size(), ending.size() + 1));
    if (rest.empty()) {
        out.known = out.one_frame = out.lone_person =
            outline.has("keypoints[][]") || outline.has("keypoint_scores[]");
        return out;
    }
    std::string_view root;
    for (const std::string_view known : {"instance_info[]", "predictions[]", "[]"})
        if (root.empty() && rest.starts_with(known)) root = known;
    if (root.empty()) {
        root = first_key(outline, rest);
        if (root.find('[') != std::string_view::npos) return out;
        out.keyed_root = true;
    }
    rest.remove_prefix(root.size());
    if (rest.empty()) {
        out.known = out.one_frame = true;
        if (!out.keyed_root) return out;
        std::size_t keys = 0;
        for (const auto& path : outline.paths)
            keys +=
                path.ends_with(".keypoints") && first_key(outline, path).size() + 10 == path.size();
        out.root_guessed = all_digits(root);
        out.root_of_people = out.root_guessed ? keys <= 20 : !names_frame(root);
        out.one_frame = out.root_of_people;
        return out;
    }
    if (out.keyed_root && !has_digit(root)) return out;
    if (out.keyed_root && names_person(root)) {
        out.by_person = true;
        return out;
    }
    out.root_guessed = out.keyed_root && all_digits(root) && !rest.starts_with(".instances");
    if (rest == "[]" || rest == ".instances[]") {
        out.known = true;
        return out;
    }
    const bool plain = rest.front() == '.' && rest.find('[') == std::string_view::npos;
    out.known = out.known || plain;
    out.keyed_people = plain && !rest.starts_with(".instances.");
    return out;
}

MGKIT_INLINE std::string mmpose_difference(const json_outline& outline) {
    if (mmpose_layout_of(outline).known || outline.has("[].image_id")) return {};
    if (outline.has("annotations[].keypoints")) return {};
    if (outline.has("instance_info"))
        return "'instance_info' holds nobody with 'keypoints': save predictions, and look whether "
               "the run found anybody";
    if (mmpose_layout_of(outline).by_person)
        return "an object by person of the frames of each: write frames, each with its people";
    const auto ends = [&](std::string_view ending) {
        return std::find_if(outline.paths.begin(), outline.paths.end(),
                            [&](const std::string& path) { return path.ends_with(ending); });
    };
    if (const auto inside = ends("keypoints.x"); inside != outline.paths.end())
        return text(printable(*inside),
                    ": 'keypoints' is an object; write lists [x, y] per joint "
                    "and 'keypoint_scores'");
    if (const auto arrays = ends("keypoints[][][]"); arrays != outline.paths.end())
        return text(printable(*arrays),
                    ": one list for several people; write an object with "
                    "'keypoints' and 'keypoint_scores' for each");
    if (const auto scores = ends("keypoint_scores[]"); scores != outline.paths.end())
        return text(printable(*scores), ": scores without 'keypoints' beside them");
    if (const auto points = ends("keypoints[]"); points != outline.paths.end())
        return text("'keypoints' at ", printable(*points),
                    "; expected a list of people, of frames, or 'instance_info'");
    return {};
}

}  // namespace MGKIT_NAMESPACE::data::readers::detail
