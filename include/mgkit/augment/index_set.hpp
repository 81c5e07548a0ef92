// SPDX-License-Identifier: MIT
// A set of joints or frames, small enough to live inside a plan.
// infrastructure: what plans hold
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <vector>

#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::augment {

/// Set of non-negative integers: plain data, comparable, no allocation below 1024.
class index_set {
public:
    index_set() = default;
    index_set(std::initializer_list<int> members) {
        for (int member : members) insert(member);
    }

    void insert(int member) {
        if (member < 0)
            throw error("augment::index_set", "indices of zero or more", text(member),
                        "count joints and frames from 0");
        const auto [word, bit] = place(member);
        if (word < inline_words)
            words_[word] |= bit;
        else {
            if (more_.size() <= word - inline_words) more_.resize(word - inline_words + 1);
            more_[word - inline_words] |= bit;
        }
    }
    bool contains(int member) const {
        if (member < 0) return false;
        const auto [word, bit] = place(member);
        if (word < inline_words) return (words_[word] & bit) != 0;
        return word - inline_words < more_.size() && (more_[word - inline_words] & bit) != 0;
    }
    /// Number of members below `end`.
    int count(int end) const {
        int found = 0;
        for (int i = 0; i < end; ++i) found += contains(i);
        return found;
    }
    friend bool operator==(const index_set&, const index_set&) = default;

private:
    static constexpr std::size_t inline_words = 16;
    struct location {
        std::size_t word;
        std::uint64_t bit;
    };
    static location place(int member) {
        return {static_cast<std::size_t>(member) / 64, std::uint64_t{1} << (member % 64)};
    }

    std::array<std::uint64_t, inline_words> words_{};
    std::vector<std::uint64_t> more_;
};

}  // namespace MGKIT_NAMESPACE::augment
