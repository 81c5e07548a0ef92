// A set of joints or frames, small enough to live inside a plan.
// infrastructure: what plans hold
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/core/random.hpp"

namespace mgkit::augment {

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

/// `count` of the integers in [first, first + size), without replacement, every subset equally
/// likely. Integer arithmetic only; `count` draws (Floyd's algorithm).
inline index_set draw_subset(random_stream& stream, int first, int size, int count) {
    index_set chosen;
    for (int last = size - count; last < size; ++last) {
        const int pick =
            first + static_cast<int>(stream.below(static_cast<std::uint32_t>(last) + 1));
        chosen.insert(chosen.contains(pick) ? first + last : pick);
    }
    return chosen;
}

/// Uniform in [low, high), identical on every compiler: the width is rounded to float, so that its
/// product with a 24-bit uniform is exact and a fused multiply-add changes nothing.
inline double draw_between(random_stream& stream, double low, double high) {
    return low + static_cast<double>(static_cast<float>(high - low)) * stream.uniform();
}

/// Uniform in [-bound, bound).
inline double draw_within(random_stream& stream, double bound) {
    return bound * (2 * stream.uniform() - 1);
}

namespace detail {

/// Refuses a setting outside [low, high] (and NaN).
inline void check_setting(std::string_view stage, std::string_view setting, double value,
                          double low, double high) {
    if (!(value >= low && value <= high))
        throw error(text("augment::", stage), text(setting, " between ", low, " and ", high),
                    text(value), "correct the setting");
}

}  // namespace detail

}  // namespace mgkit::augment
