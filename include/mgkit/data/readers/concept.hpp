// SPDX-License-Identifier: MIT
// What a reader of recordings is.
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/detections.hpp"
#include "mgkit/data/read_policy.hpp"
#include "mgkit/data/recording.hpp"

namespace MGKIT_NAMESPACE::data::readers {

/// A recording in which no frame shows anybody.
class nobody_seen : public error {
public:
    using error::error;
};

/// A file format of untrimmed recordings: a plain class, default-constructible.
///
/// - `name`: what users type; `describes`: one line for people.
/// - `recognises(path)`: whether the file or folder looks like this format; cheap, never throws for
///   odd content.
/// - `list(path)`: names of the recordings inside, in order; one for formats of one recording.
/// - `read(path, index, policy)`: one of them. Errors: mgkit::error for anything malformed.
/// Optional: `extension`, how names of its files end, where it is one file; `one_person` true where
/// the format follows one person by itself; static `almost(path)`, for a file that `recognises`
/// rejects: one sentence with the first difference from the format and what to do, empty where the
/// file is nothing like it; `facts(path)` for what it knows beyond poses (see
/// corpus.hpp).
template <class R>
concept reader = std::default_initializable<R> &&
    requires(const R& r, const std::string& path, std::size_t index, const read_policy& policy) {
    { R::name } -> std::convertible_to<std::string_view>;
    { R::describes } -> std::convertible_to<std::string_view>;
    { r.recognises(path) } -> std::same_as<bool>;
    { r.list(path) } -> std::same_as<std::vector<std::string>>;
    { r.read(path, index, policy) } -> std::same_as<detections>;
};

/// A reader that also writes one recording at `path`, atomically, so that reading it back gives the
/// same numbers (to the digits of the format).
template <class R>
concept writer = reader<R> && requires(const R& r, const std::string& path, const recording& one) {
    { r.write(path, one) } -> std::same_as<void>;
};

}  // namespace MGKIT_NAMESPACE::data::readers
