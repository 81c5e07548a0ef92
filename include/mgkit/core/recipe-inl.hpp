// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/core/recipe.hpp"

#include <algorithm>
#include <cstddef>

namespace MGKIT_NAMESPACE {

MGKIT_COLD_INLINE recipe::recipe(std::initializer_list<part> parts) {
    for (const auto& [name, words] : parts) set(name, words);
}

MGKIT_COLD_INLINE recipe& recipe::set(std::string_view name, std::string words) {
    for (auto& [known, old] : parts_)
        if (known == name) {
            old = std::move(words);
            return *this;
        }
    parts_.emplace_back(name, std::move(words));
    return *this;
}

MGKIT_COLD_INLINE recipe& recipe::add(const recipe& other) {
    for (const auto& [name, words] : other.parts_) set(name, words);
    return *this;
}

MGKIT_COLD_INLINE std::string_view recipe::words(std::string_view name) const {
    for (const auto& [known, words] : parts_)
        if (known == name) return words;
    return {};
}

MGKIT_COLD_INLINE std::vector<std::string> recipe::differences(const recipe& other) const {
    std::vector<std::string> out;
    for (const auto& [name, words] : parts_)
        if (!other.has(name, words)) out.push_back(name);
    for (const auto& [name, words] : other.parts_)
        if (!has(name)) out.push_back(name);
    return out;
}

MGKIT_COLD_INLINE digest recipe::key() const {
    std::vector<part> sorted = parts_;
    std::sort(sorted.begin(), sorted.end());
    digest out;
    for (const auto& [name, words] : sorted) out.add(name).add(words);
    return out;
}

MGKIT_COLD_INLINE bool recipe::has(std::string_view name) const {
    return std::any_of(parts_.begin(), parts_.end(),
                       [&](const part& p) { return p.first == name; });
}

MGKIT_COLD_INLINE bool recipe::has(std::string_view name, std::string_view words) const {
    return std::any_of(parts_.begin(), parts_.end(),
                       [&](const part& p) { return p.first == name && p.second == words; });
}

MGKIT_COLD_INLINE std::string recipe_difference::list() const {
    std::string out;
    for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
    return out;
}

namespace detail {

MGKIT_COLD_INLINE std::string excerpt_from(std::string_view words, std::size_t differs) {
    constexpr std::size_t most = 72, before = 24;
    if (words.empty()) return "not stated";
    if (words.size() <= most) return std::string(words);
    const std::size_t begin = std::min(differs > before ? differs - before : 0, words.size());
    std::string out = (begin > 0 ? "..." : "") + std::string(words.substr(begin, most));
    return begin + most < words.size() ? out + "..." : out;
}

}  // namespace detail

MGKIT_COLD_INLINE recipe_difference compare(const recipe& wanted, const recipe& found) {
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
