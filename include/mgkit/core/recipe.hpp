// What a result was made of: the key under which it may be used again.
#pragma once

#include <algorithm>
#include <cstddef>
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
    recipe(std::initializer_list<part> parts) {
        for (const auto& [name, words] : parts) set(name, words);
    }

    /// Adds a part, or replaces the one of that name.
    recipe& set(std::string_view name, std::string words) {
        for (auto& [known, old] : parts_)
            if (known == name) {
                old = std::move(words);
                return *this;
            }
        parts_.emplace_back(name, std::move(words));
        return *this;
    }
    /// Adds every part of another recipe.
    recipe& add(const recipe& other) {
        for (const auto& [name, words] : other.parts_) set(name, words);
        return *this;
    }

    const std::vector<part>& parts() const { return parts_; }
    /// The words of a part; empty where there is none of that name.
    std::string_view words(std::string_view name) const {
        for (const auto& [known, words] : parts_)
            if (known == name) return words;
        return {};
    }

    /// Names of the parts that differ, or that one of the two lacks, in the order of this one.
    std::vector<std::string> differences(const recipe& other) const {
        std::vector<std::string> out;
        for (const auto& [name, words] : parts_)
            if (!other.has(name, words)) out.push_back(name);
        for (const auto& [name, words] : other.parts_)
            if (!has(name)) out.push_back(name);
        return out;
    }

    /// Equal for equal parts in any order.
    digest key() const {
        std::vector<part> sorted = parts_;
        std::sort(sorted.begin(), sorted.end());
        digest out;
        for (const auto& [name, words] : sorted) out.add(name).add(words);
        return out;
    }

    friend bool operator==(const recipe& a, const recipe& b) { return a.differences(b).empty(); }

private:
    bool has(std::string_view name) const {
        return std::any_of(parts_.begin(), parts_.end(),
                           [&](const part& p) { return p.first == name; });
    }
    bool has(std::string_view name, std::string_view words) const {
        return std::any_of(parts_.begin(), parts_.end(),
                           [&](const part& p) { return p.first == name && p.second == words; });
    }

    std::vector<part> parts_;
};

/// How two recipes differ, for a refusal or a note.
struct recipe_difference {
    std::vector<std::string> names;
    /// "name words, name words" of the first few parts that differ, long words cut around their
    /// first difference; behind what was found, the names of the other parts that differ.
    std::string wanted, found;

    /// "labels, views".
    std::string list() const {
        std::string out;
        for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
        return out;
    }
};

namespace detail {

inline std::string excerpt_from(std::string_view words, std::size_t differs) {
    constexpr std::size_t most = 72, before = 24;
    if (words.empty()) return "not stated";
    if (words.size() <= most) return std::string(words);
    const std::size_t begin = std::min(differs > before ? differs - before : 0, words.size());
    std::string out = (begin > 0 ? "..." : "") + std::string(words.substr(begin, most));
    return begin + most < words.size() ? out + "..." : out;
}

}  // namespace detail

inline recipe_difference compare(const recipe& wanted, const recipe& found) {
    constexpr std::size_t most = 3;
    recipe_difference out;
    out.names = wanted.differences(found);
    std::string others;
    for (std::size_t i = 0; i < out.names.size(); ++i) {
        const std::string& name = out.names[i];
        if (i >= most) {
            others += (others.empty() ? "" : ", ") + name;
            continue;
        }
        const std::string_view a = wanted.words(name), b = found.words(name);
        const auto differs = static_cast<std::size_t>(
            std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
        out.wanted += (i ? ", " : "") + name + " " + detail::excerpt_from(a, differs);
        out.found += (i ? ", " : "") + name + " " + detail::excerpt_from(b, differs);
    }
    if (!others.empty()) out.found += "; different too: " + others;
    return out;
}

}  // namespace MGKIT_NAMESPACE
