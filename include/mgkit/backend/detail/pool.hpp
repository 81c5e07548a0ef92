// SPDX-License-Identifier: MIT
// Reference-counted storage from a caching pool: steady-state training does not reach malloc.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <memory>
#include <mutex>
#include <new>
#include <utility>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE::eigen::detail {

class pool;

/// Header in front of each piece of storage.
struct alignas(64) block {
    std::atomic<std::size_t> owners{1};
    std::size_t bytes = 0;
    std::shared_ptr<pool> home;
    block* next = nullptr;  ///< of the free list it is on

    void* data() { return this + 1; }
};

/// Free lists by size class. Blocks may outlive the context that made them, and may be released
/// from another thread.
class pool : public std::enable_shared_from_this<pool> {
public:
    ~pool() { trim(); }

    block* take(std::size_t bytes) {
        const auto [size, index] = size_class(bytes);
        {
            const std::lock_guard lock(mutex_);
            if (block* const b = free_[index]) {
                free_[index] = b->next;
                b->owners.store(1, std::memory_order_relaxed);
                b->home = shared_from_this();
                return b;
            }
        }
        void* memory = ::operator new (sizeof(block) + size, std::align_val_t{alignof(block)});
        block* b = new (memory) block;
        b->bytes = size;
        b->home = shared_from_this();
        const std::lock_guard lock(mutex_);
        ++system_allocations_;
        reserved_ += size;
        return b;
    }

    /// How many blocks came from the system so far; constant in steady state.
    std::size_t system_allocations() const {
        const std::lock_guard lock(mutex_);
        return system_allocations_;
    }
    /// Bytes held from the system, handed out or free.
    std::size_t reserved() const {
        const std::lock_guard lock(mutex_);
        return reserved_;
    }

    /// Gives blocks that nobody holds back to the system.
    void trim() noexcept {
        const std::lock_guard lock(mutex_);
        for (block*& first : free_)
            while (first != nullptr) {
                block* const b = std::exchange(first, first->next);
                reserved_ -= b->bytes;
                destroy(b);
            }
    }

    static void release(block* b) noexcept {
        if (b->owners.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
        const std::shared_ptr<pool> home = std::move(b->home);
        home->give_back(b);
    }

private:
    /// Size classes are quarters of powers of two: at most 25 % of a block is unused.
    static std::pair<std::size_t, std::size_t> size_class(std::size_t bytes) {
        const std::size_t least = bytes < 256 ? 256 : bytes;
        const auto log = static_cast<std::size_t>(std::bit_width(least - 1)) - 1;
        const std::size_t base = std::size_t{1} << log, quarter = base / 4;
        const std::size_t quarters = (least - base + quarter - 1) / quarter;
        return {base + quarters * quarter, log * 4 + quarters};
    }

    void give_back(block* b) noexcept {
        const std::size_t index = size_class(b->bytes).second;
        const std::lock_guard lock(mutex_);
        b->next = std::exchange(free_[index], b);
    }

    static void destroy(block* b) noexcept {
        b->~block();
        ::operator delete (b, std::align_val_t{alignof(block)});
    }

    static constexpr std::size_t size_classes = 64 * 4 + 4;

    std::array<block*, size_classes> free_{};  ///< linked, so that giving back allocates nothing
    mutable std::mutex mutex_;
    std::size_t system_allocations_ = 0, reserved_ = 0;
};

/// The pool of a context.
struct pool_state {
    std::shared_ptr<pool> shared = std::make_shared<pool>();
};

/// A counted reference to a block.
class storage {
public:
    storage() = default;
    explicit storage(block* b) : block_(b) {}
    storage(const storage& other) : block_(other.block_) {
        if (block_) block_->owners.fetch_add(1, std::memory_order_relaxed);
    }
    storage(storage&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
    storage& operator=(storage other) noexcept {
        std::swap(block_, other.block_);
        return *this;
    }
    ~storage() {
        if (block_) pool::release(block_);
    }
    void* data() const { return block_ ? block_->data() : nullptr; }

private:
    block* block_ = nullptr;
};

}  // namespace MGKIT_NAMESPACE::eigen::detail
