// SPDX-License-Identifier: MIT
// Recordings of whichever format a path holds.
// infrastructure: not itself a reader
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/core/type_list.hpp"
#include "mgkit/data/detections.hpp"
#include "mgkit/data/read_policy.hpp"
#include "mgkit/data/readers/list.hpp"
#include "mgkit/data/recording.hpp"

namespace MGKIT_NAMESPACE::data::readers {

/// A format as people are told of it.
struct format {
    std::string_view name, describes;
};

/// All formats, in the order of the list.
std::vector<format> formats();

/// Those that are written too.
std::vector<format> written_formats();

namespace detail {

std::string known_formats();

/// Calls `f` with the reader called `name`. Errors: no such reader.
template <class F>
void with_reader(std::string_view name, F&& f) {
    bool found = false;
    all::for_each([&]<class R>(type_tag<R>) {
        if (R::name != name) return;
        found = true;
        f(R{});
    });
    if (!found)
        throw error("format of recordings", "the name of a format", "\"" + std::string(name) + "\"",
                    known_formats());
}

}  // namespace detail

/// Name of the format that `path` has; empty where none fits. Never throws mgkit::error.
std::string recognise(const std::string& path);

/// What a path holds that no reader takes, for messages: "a list of objects with 'keypoints',
/// 'box'; nearest: mmpose: ..", "a CSV of 107 fields", "a folder of 3 .mp4, 1 .csv". Empty where
/// there is nothing. Never throws mgkit::error.
std::string nearest_format(const std::string& path);

/// As `recognise`; an mgkit::error that lists the formats where none fits.
std::string require_format(const std::string& path);

/// Names of the recordings at `path`. Errors: unknown format, malformed files.
std::vector<std::string> list_any(const std::string& path);

/// One recording at `path`, everybody in it. Errors: unknown format, malformed files.
detections read_any(const std::string& path, std::size_t index = 0, const read_policy& policy = {});

/// Whether the format of `path` follows one person by itself, so that nobody need be chosen.
bool follows_one_person(const std::string& path);

/// How names of files of a format end; empty for formats that are folders.
std::string extension_of(std::string_view name);

/// Writes a recording in the format called `name`. A skeleton that the format does not have is
/// converted to the largest one it has; see the format's `write`. Errors: no such format, one that
/// is only read.
void write_as(std::string_view name, const std::string& path, const recording& one);

}  // namespace MGKIT_NAMESPACE::data::readers

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/readers/any-inl.hpp"
#endif
