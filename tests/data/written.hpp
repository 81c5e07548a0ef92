// SPDX-License-Identifier: MIT
// Parts of files as the tools write them, for tests of readers.
#pragma once

#include <string>
#include <string_view>

#include "catch.hpp"
#include "mgkit/data/detections.hpp"
#include "mgkit/data/findings.hpp"
#include "real_files.hpp"

namespace written {

/// `count` copies of `part`, separated by commas.
inline std::string repeat(const std::string& part, int count) {
    std::string out;
    for (int i = 0; i < count; ++i) out += (i > 0 ? "," : "") + part;
    return out;
}

/// Whether a finding says so.
inline bool noted(const mgkit::data::findings& found, std::string_view part) {
    for (const auto& sentence : found.sentences())
        if (contains(sentence, part)) return true;
    return false;
}
inline bool noted(const mgkit::data::detections& people, std::string_view part) {
    return noted(people.found, part);
}

/// Frames that a code was found at.
inline std::vector<int> frames_of(const mgkit::data::findings& found, std::string_view code) {
    for (const auto& one : found.all())
        if (one.code == code) return one.frames;
    return {};
}

/// An input that stands beside the data sets; "" where it is not there.
inline std::string case_of(const std::string& path) {
    return real_files("MGKIT_DATA_DIR", "../cases/recordings/" + path);
}

}  // namespace written
