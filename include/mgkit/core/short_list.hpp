// SPDX-License-Identifier: MIT
// Lists that are short almost always: their values stand inside.
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <utility>
#include <vector>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE {

/// A sequence of values of which the first `Inside` take no memory from the system: what a step
/// makes anew each time, such as the views of a batch. Longer ones are a vector.
template <class V, std::size_t Inside>
class short_list {
public:
    using value_type = V;

    short_list() = default;
    short_list(std::initializer_list<V> values) {
        for (const V& v : values) push_back(v);
    }
    short_list(const std::vector<V>& values) {
        for (const V& v : values) push_back(v);
    }

    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    V* data() { return size_ <= Inside ? inside_.data() : longer_.data(); }
    const V* data() const { return size_ <= Inside ? inside_.data() : longer_.data(); }
    V* begin() { return data(); }
    V* end() { return data() + size_; }
    const V* begin() const { return data(); }
    const V* end() const { return data() + size_; }
    V& operator[](std::size_t i) { return data()[i]; }
    const V& operator[](std::size_t i) const { return data()[i]; }
    V& back() { return data()[size_ - 1]; }

    void push_back(V value) {
        if (size_ < Inside) {
            inside_[size_] = std::move(value);
        } else {
            if (size_ == Inside)
                for (V& v : inside_) longer_.push_back(std::exchange(v, V{}));
            longer_.push_back(std::move(value));
        }
        ++size_;
    }
    template <class... Arguments>
    void emplace_back(Arguments&&... arguments) {
        push_back(V{std::forward<Arguments>(arguments)...});
    }
    void clear() {
        for (V& v : inside_) v = V{};
        longer_.clear();
        size_ = 0;
    }

private:
    std::array<V, Inside> inside_{};
    std::vector<V> longer_{};
    std::size_t size_ = 0;
};

}  // namespace MGKIT_NAMESPACE
