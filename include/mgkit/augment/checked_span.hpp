// SPDX-License-Identifier: MIT
// A stretch of values whose indices are checked in every build.
// infrastructure: what stages write to and read from
#pragma once

#include <concepts>
#include <cstddef>
#include <span>

#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::augment {

/// A span that refuses an index beyond its end with mgkit::error: stages of others write here.
template <class T>
class checked_span {
public:
    checked_span() = default;
    checked_span(std::span<T> values) : values_(values) {}
    template <class Range>
    requires std::convertible_to<Range&, std::span<T>> checked_span(Range& values)
        : values_(values) {}

    T& operator[](std::size_t i) const {
        if (i >= values_.size())
            throw error("augment::checked_span", text("an index below ", values_.size()), text(i),
                        "ask for the size first");
        return values_[i];
    }
    T& front() const { return (*this)[0]; }
    T& back() const { return (*this)[values_.size() - 1]; }
    std::size_t size() const { return values_.size(); }
    bool empty() const { return values_.empty(); }
    auto begin() const { return values_.begin(); }
    auto end() const { return values_.end(); }

private:
    std::span<T> values_;
};

}  // namespace MGKIT_NAMESPACE::augment
