// SPDX-License-Identifier: MIT
// Definitions of pretrained.hpp.
#pragma once

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/core/sha256.hpp"
#include "mgkit/data/convert_recording.hpp"
#include "mgkit/encode/pretrained.hpp"
#include "mgkit/io/file_exists.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/io/mapped_file.hpp"

namespace MGKIT_NAMESPACE::encode {

namespace detail {

inline constexpr const char* encoder_index = "/encoders.json";

MGKIT_COLD_INLINE std::string folder_of_encoders(std::string_view built, std::string_view header) {
    const char* stated = std::getenv("MGKIT_ENCODERS");
    if (stated != nullptr && *stated != '\0') {
        if (io::file_exists(std::string(stated) + encoder_index)) return stated;
        throw error("MGKIT_ENCODERS", "a folder with encoders.json", stated,
                    "name the folder encoders of mgkit, or unset the variable");
    }
    std::vector<std::string> places;
    if (!built.empty()) places.emplace_back(built);
    // include/mgkit/encode/pretrained.hpp lies four steps below the root.
    std::string root(header);
    for (int step = 0; step < 4; ++step) {
        const auto end = root.find_last_of("/\\");
        root = end != std::string::npos ? root.substr(0, end) : root == "." ? ".." : ".";
    }
    for (const char* below : {"/encoders", "/share/mgkit/encoders"}) places.push_back(root + below);
    std::string looked;
    for (const auto& place : places) {
        if (io::file_exists(place + encoder_index)) return place;
        looked += (looked.empty() ? "" : ", ") + place;
    }
    throw error("encoders of mgkit", "encoders.json in one of " + looked, "none",
                "set MGKIT_ENCODERS to the folder encoders of mgkit, which scripts/train-encoders "
                "makes");
}

/// What there is, in words.
template <class Word>
std::string listed(const std::vector<pretrained_encoder>& among, Word word) {
    std::string out;
    for (const auto& one : among) out += (out.empty() ? "" : ", ") + one.*word;
    return out.empty() ? "none" : out;
}

}  // namespace detail

MGKIT_COLD_INLINE std::vector<pretrained_encoder> pretrained_encoders(const std::string& folder) {
    const std::string where = folder + detail::encoder_index;
    const io::json index = io::read_json(where);
    const io::json& entries = io::member(index, "encoders", where);
    io::detail::require_array(entries, where + ": 'encoders'");
    std::vector<pretrained_encoder> out;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const std::string at = where + ": encoders[" + std::to_string(i) + "]";
        const auto words = [&](const char* key) {
            return io::get<std::string>(entries[i], key, at);
        };
        const std::string file = words("file");
        if (file.empty() || file.find_first_of("/\\:") != std::string::npos || file.front() == '.')
            throw error(at, "the name of a file beside encoders.json", "\"" + file + "\"");
        out.push_back({words("name"), words("skeleton"), folder + "/" + file, words("sha256"),
                       io::get<std::int64_t>(entries[i], "bytes", at)});
    }
    return out;
}

MGKIT_COLD_INLINE pretrained_encoder find_pretrained(const std::vector<pretrained_encoder>& among,
                                                     std::string_view name) {
    for (const auto& one : among)
        if (one.name == name) return one;
    throw error("encode::find_pretrained",
                "one of " + detail::listed(among, &pretrained_encoder::name), name);
}

MGKIT_COLD_INLINE pretrained_encoder find_pretrained(const std::vector<pretrained_encoder>& among,
                                                     const skeleton::dynamic& topology) {
    const auto known = data::known_skeleton(topology);
    for (const auto& one : among)
        if (!known.empty() && one.skeleton == known) return one;
    throw error("encode::find_pretrained",
                "the joints of " + detail::listed(among, &pretrained_encoder::skeleton),
                text(known.empty() ? std::string_view(topology.name) : known, " with ",
                     topology.joints.size(), " joints"),
                "convert the recordings (data::convert_recording), or train an encoder for them");
}

MGKIT_COLD_INLINE void check_digest(const pretrained_encoder& one) {
    const std::string found = sha256(io::mapped_file(one.file).bytes());
    if (found != one.sha256)
        throw error(one.file, "sha256 " + one.sha256, found,
                    "it was changed or belongs to another version: install it again, or load the "
                    "file by its own name");
}

}  // namespace MGKIT_NAMESPACE::encode
