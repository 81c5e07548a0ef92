// SPDX-License-Identifier: MIT
// Reference-counted device memory from a caching pool that is reused in the order of one stream.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>

#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::cuda {

/// Where a pool gets memory: `allocate(bytes)` gives null when none is left (and throws for other
/// failures), `release(pointer)` does not throw.
template <class M>
concept memory_source = requires(M& m, std::size_t bytes, void* place) {
    { m.allocate(bytes) } -> std::same_as<void*>;
    { m.release(place) }
    noexcept;
};

/// Free lists by size class. A block that comes back is handed out again at once, while the device
/// may still work on it: safe because all work of a pool runs in one stream, later work behind
/// earlier. Blocks may outlive the context that made them and may be dropped by another thread.
template <memory_source Memory>
class pool : public std::enable_shared_from_this<pool<Memory>> {
public:
    struct block {
        std::atomic<std::size_t> owners{1};
        std::size_t bytes = 0;
        void* memory = nullptr;
        std::shared_ptr<pool> home;
        block* next = nullptr;  ///< of the free list it is on
    };

    explicit pool(Memory memory) : memory_(std::move(memory)) {}
    ~pool() { drop_free(); }
    pool(const pool&) = delete;
    pool& operator=(const pool&) = delete;

    /// A block of at least `bytes`. Errors: no memory is left, even after giving back what is free.
    block* take(std::size_t bytes) {
        const auto [size, index] = size_class(bytes);
        const std::lock_guard lock(mutex_);
        if (block* const b = free_[index]) {
            free_[index] = b->next;
            b->owners.store(1, std::memory_order_relaxed);
            b->home = this->shared_from_this();
            in_use_ += b->bytes;
            return b;
        }
        void* place = memory_.allocate(size);
        if (place == nullptr && !keeps_free_) {
            drop_free();
            place = memory_.allocate(size);
        }
        if (place == nullptr)
            throw error("cuda memory", text(size, " more bytes beside the ", reserved_, " in use"),
                        "no memory left on the device", "use a smaller batch or model");
        auto made = std::make_unique<block>();
        made->bytes = size;
        made->memory = place;
        made->home = this->shared_from_this();
        reserved_ += size;
        in_use_ += size;
        ++allocations_;
        return made.release();
    }

    /// Free blocks stay, even where memory runs out: work that was recorded on them will run later.
    void keep_free(bool on) {
        const std::lock_guard lock(mutex_);
        keeps_free_ = on;
    }

    /// How often memory came from the device so far; constant in steady state.
    std::size_t allocations() const {
        const std::lock_guard lock(mutex_);
        return allocations_;
    }
    /// Bytes held, handed out or free.
    std::size_t reserved() const {
        const std::lock_guard lock(mutex_);
        return reserved_;
    }

    /// Bytes handed out.
    std::size_t in_use() const {
        const std::lock_guard lock(mutex_);
        return in_use_;
    }

    static void release(block* b) noexcept {
        if (b->owners.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
        const std::shared_ptr<pool> home = std::move(b->home);
        home->give_back(b);
    }

    /// Rounded size and its class: quarters of powers of two, so at most a quarter is unused.
    static std::pair<std::size_t, std::size_t> size_class(std::size_t bytes) {
        const std::size_t least = bytes < 512 ? 512 : bytes;
        const auto log = static_cast<std::size_t>(std::bit_width(least - 1)) - 1;
        const std::size_t base = std::size_t{1} << log, quarter = base / 4;
        const std::size_t quarters = (least - base + quarter - 1) / quarter;
        return {base + quarters * quarter, log * 4 + quarters};
    }

private:
    void give_back(block* b) noexcept {
        const std::size_t index = size_class(b->bytes).second;
        const std::lock_guard lock(mutex_);
        in_use_ -= b->bytes;
        b->next = std::exchange(free_[index], b);
    }
    void drop_free() noexcept {
        for (block*& first : free_)
            while (first != nullptr) {
                block* const b = std::exchange(first, first->next);
                memory_.release(b->memory);
                reserved_ -= b->bytes;
                delete b;
            }
    }

    static constexpr std::size_t size_classes = 64 * 4 + 4;

    Memory memory_;
    std::array<block*, size_classes> free_{};  ///< linked, so that giving back allocates nothing
    mutable std::mutex mutex_;
    std::size_t allocations_ = 0, reserved_ = 0, in_use_ = 0;
    bool keeps_free_ = false;
};

/// A counted reference to a block.
template <memory_source Memory>
class storage {
public:
    using block = typename pool<Memory>::block;

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
        if (block_) pool<Memory>::release(block_);
    }
    void* data() const { return block_ ? block_->memory : nullptr; }

private:
    block* block_ = nullptr;
};

}  // namespace MGKIT_NAMESPACE::cuda
