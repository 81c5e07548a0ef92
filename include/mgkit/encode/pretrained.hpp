// SPDX-License-Identifier: MIT
// The encoders that come with the library: what there is, and where it lies.
// infrastructure
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/core/compiler.hpp"
#include "mgkit/skeleton/dynamic.hpp"

namespace MGKIT_NAMESPACE::encode {

/// An encoder of `encoders.json`; its card (NAME.md) lies beside it and says what it was tried on.
struct pretrained_encoder {
    std::string name;
    std::string skeleton;    ///< built-in one whose joints it reads
    std::string file;        ///< path of the safetensors file
    std::string sha256;      ///< of that file, as published
    std::int64_t bytes = 0;  ///< of that file
};

namespace detail {

/// Where encoders.json lies: the folder that the environment variable MGKIT_ENCODERS names; where
/// it is not set, `built` (empty: none), `encoders` at the root of the tree that holds the header
/// `header`, `share/mgkit/encoders` at the root of such an installation.
/// Errors: none there, with all places in one mgkit::error.
std::string folder_of_encoders(std::string_view built, std::string_view header);

}  // namespace detail

/// The folder of the library's encoders: MGKIT_ENCODERS of the environment, else what the target
/// mgkit::mgkit says (MGKIT_ENCODERS_DIR), else what lies beside these headers.
/// Errors: mgkit::error that names the places, where none of them has any.
inline std::string pretrained_folder() {
#if defined(MGKIT_ENCODERS_DIR)
    return detail::folder_of_encoders(MGKIT_ENCODERS_DIR, __FILE__);
#else
    return detail::folder_of_encoders({}, __FILE__);
#endif
}

/// What encoders.json of a folder lists, in its order.
/// Errors: mgkit::error for a missing or malformed file, names of files outside the folder.
std::vector<pretrained_encoder> pretrained_encoders(const std::string& folder);
inline std::vector<pretrained_encoder> pretrained_encoders() {
    return pretrained_encoders(pretrained_folder());
}

/// The one of that name. Errors: mgkit::error with the names that there are.
pretrained_encoder find_pretrained(const std::vector<pretrained_encoder>& among,
                                   std::string_view name);
/// The first that reads these joints, in their order, however they are spelt.
/// Errors: mgkit::error with the skeletons that there are.
pretrained_encoder find_pretrained(const std::vector<pretrained_encoder>& among,
                                   const skeleton::dynamic& topology);

/// Errors: mgkit::error where the file is missing or has another digest than the published one.
/// Cost: reads the file.
void check_digest(const pretrained_encoder& one);

}  // namespace MGKIT_NAMESPACE::encode

#if !defined(MGKIT_COMPILED)
#include "mgkit/encode/pretrained-inl.hpp"
#endif
