// SPDX-License-Identifier: MIT
// Definitions of write_corpus.hpp.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "mgkit/core/error.hpp"
#include "mgkit/data/annotations.hpp"
#include "mgkit/data/interview/generator.hpp"
#include "mgkit/data/interview/write_corpus.hpp"
#include "mgkit/data/readers/any.hpp"
#include "mgkit/io/atomic_file.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/io/mapped_file.hpp"

namespace MGKIT_NAMESPACE::data::interview {

namespace detail {

MGKIT_INLINE void move_into_place(const std::string& from, const std::string& to) {
    std::error_code code;
    std::filesystem::rename(from, to, code);
    if (code) throw error(to, "a writable folder", code.message());
}

MGKIT_INLINE void make_folder(const std::string& path) {
    std::error_code code;
    std::filesystem::create_directories(path, code);
    if (code) throw error(path, "a writable folder", code.message());
}

MGKIT_INLINE void claim_folder(const std::string& folder, const io::json& about) {
    const std::string path = folder + "/corpus.json";
    const std::string wanted = io::to_text(about, path);
    std::error_code code;
    if (!std::filesystem::exists(path, code)) {
        if (std::filesystem::exists(folder, code) && !std::filesystem::is_empty(folder, code))
            throw error(folder, "a new folder, an empty one, or a corpus to continue",
                        "one with other files in it", "choose another name");
        make_folder(folder);
        io::write_file(path, wanted);
        return;
    }
    const io::mapped_file file(path);
    if (file.text() != wanted)
        throw error(path, "the corpus that these settings make",
                    "one of other settings, format or version",
                    "choose another folder, or give the settings it was begun with");
}

}  // namespace detail

MGKIT_INLINE void write_corpus(const std::string& folder, const generator& corpus,
                               std::string_view format, bool latent) {
    write_corpus(folder, corpus, format, latent, [](const corpus_progress&) {});
}

}  // namespace MGKIT_NAMESPACE::data::interview
