// SPDX-License-Identifier: MIT
// Folders of one file per frame: which files are frames of one recording, and in which order.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE::data::readers::detail {

/// One frame's file.
struct frame_file {
    std::string path, recording;
    std::int64_t number = -1;  ///< -1 without a number at the end of its name
};

/// Splits "folder/video_000000000012_keypoints.json" into recording "video" and number 12. Files
/// whose names differ in the number alone have equal recordings; it may be empty.
frame_file frame_file_of(const std::string& path, std::string_view ending);

/// The files of a folder whose names end so, by recording, then number, then name; empty where
/// there are none. Errors: no readable folder, more files than a recording may have frames.
std::vector<frame_file> frame_files(const std::string& folder, std::string_view ending);

/// Whether a name says nothing but that these are pictures: "", "frame", "img" and the like.
bool names_pictures(std::string_view recording);

/// Name without the ending of a picture: "12" of "12.jpg".
std::string_view without_picture_ending(std::string_view name);

}  // namespace MGKIT_NAMESPACE::data::readers::detail

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/readers/detail/frame_files-inl.hpp"
#endif
