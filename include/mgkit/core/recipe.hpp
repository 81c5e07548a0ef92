// SPDX-License-Identifier: MIT
// What a result was made of: the key under which it may be used again.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mgkit/core/digest.hpp"

namespace MGKIT_NAMESPACE {

/// Named parts in words, each once: data by their digests, settings exactly, the program's version.
/// A result belongs to a recipe if every part is equal; two recipes can say in which they differ.
class recipe {
public:
    using part = std::pair<std::string, std::string>;  ///< name, words

    recipe() = default;
    recipe(std::initializer_list<part> parts);

    /// Adds a part, or replaces the one of that name.
    recipe& set(std::string_view name, std::string words);
    /// Adds every part of another recipe.
    recipe& add(const recipe& other);

    const std::vector<part>& parts() const { return parts_; }
    /// The words of a part; empty where there is none of that name.
    std::string_view words(std::string_view name) const;

    /// Names of the parts that differ, or that one of the two lacks, in the order of this one.
    std::vector<std::string> differences(const recipe& other) const;

    /// Equal for equal parts in any order.
    digest key() const;

    friend bool operator==(const recipe& a, const recipe& b) { return a.differences(b).empty(); }

private:
    bool has(std::string_view name) const;
    bool has(std::string_view name, std::string_view words) const;

    std::vector<part> parts_;
};

/// How two recipes differ, for a refusal or a note.
struct recipe_difference {
    std::vector<std::string> names;
    /// "name words, name words" of the first few parts that differ, long words cut around their
    /// first difference; behind what was found, the names of the other parts that differ.
    std::string wanted, found;

    /// "labels, views".
    std::string list() const;
};

recipe_difference compare(const recipe& wanted, const recipe& found);

}  // namespace MGKIT_NAMESPACE

#if !defined(MGKIT_COMPILED)
#include "mgkit/core/recipe-inl.hpp"
#endif
