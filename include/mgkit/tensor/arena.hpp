// SPDX-License-Identifier: MIT
// Memory that a record takes and gives back in the order of a stack, and keeps for the next one.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE::detail {

/// A stack of values whose addresses do not move and whose memory stays: after the first record of
/// a size, pushing takes nothing from the system.
template <class V>
class steady_stack {
public:
    std::size_t size() const { return size_; }
    V& operator[](std::size_t i) const { return (*chunks_[i / per_chunk])[i % per_chunk]; }
    V& back() const { return (*this)[size_ - 1]; }

    /// A further value, as the last pop of its place left it.
    V& grow() {
        if (size_ == chunks_.size() * per_chunk) chunks_.push_back(std::make_unique<chunk>());
        return (*this)[size_++];
    }
    void pop() { --size_; }

private:
    static constexpr std::size_t per_chunk = 128;
    using chunk = std::array<V, per_chunk>;

    std::vector<std::unique_ptr<chunk>> chunks_;
    std::size_t size_ = 0;
};

/// Bytes for objects of any size, given back last first.
class byte_stack {
public:
    struct mark {
        std::size_t block = 0, used = 0;
    };

    mark here() const { return at_; }
    void back_to(mark m) { at_ = m; }

    /// Room for `bytes` at the strictest alignment of built-in types.
    void* take(std::size_t bytes) {
        constexpr std::size_t align = alignof(std::max_align_t);
        bytes = (bytes + align - 1) / align * align;
        if (at_.block < blocks_.size() && at_.used + bytes > blocks_[at_.block].size) {
            ++at_.block;
            at_.used = 0;
        }
        while (at_.block < blocks_.size() && blocks_[at_.block].size < bytes) ++at_.block;
        if (at_.block == blocks_.size()) {
            const std::size_t size = std::max<std::size_t>(bytes, std::size_t{1} << 14);
            blocks_.push_back({std::make_unique_for_overwrite<unit[]>(size / align + 1), size});
        }
        void* const out = reinterpret_cast<std::byte*>(blocks_[at_.block].data.get()) + at_.used;
        at_.used += bytes;
        return out;
    }

private:
    using unit = std::max_align_t;
    struct block {
        std::unique_ptr<unit[]> data;
        std::size_t size;
    };

    std::vector<block> blocks_;
    mark at_;
};

}  // namespace MGKIT_NAMESPACE::detail
