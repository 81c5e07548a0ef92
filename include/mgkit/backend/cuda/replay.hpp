// SPDX-License-Identifier: MIT
// Steps that are recorded once and replayed: what does not depend on how a device records.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "mgkit/backend/cuda/pool.hpp"
#include "mgkit/core/context.hpp"

namespace MGKIT_NAMESPACE::cuda {

/// What the host does before each replay of a recording, in the order in which the step asked.
template <class Memory>
class host_work {
public:
    /// `memory` is for the tensors that the host fills, and for nothing else: they are filled
    /// before the first launch, when memory of the step's own may still be in use for something
    /// earlier.
    explicit host_work(std::shared_ptr<pool<Memory>> memory) : memory_(std::move(memory)) {}

    void add(std::function<void()> action) {
        items_.push_back({{}, 0, [action = std::move(action)](void*) { action(); }});
    }
    /// Where `fill`, which is handed host memory of as many bytes, puts its values at each replay.
    storage<Memory> add(std::size_t bytes, std::function<void(void*)> fill) {
        storage<Memory> target(memory_->take(bytes));
        items_.push_back({target, bytes, std::move(fill)});
        bytes_ += padded(bytes);
        return target;
    }

    template <class Recording>
    void run(Recording& recording) const {
        std::byte* host = recording.staging(bytes_);
        for (const item& i : items_) {
            i.fill(host);
            if (i.bytes == 0) continue;
            recording.send(i.target.data(), host, i.bytes);
            host += padded(i.bytes);
        }
    }

private:
    struct item {
        storage<Memory> target;
        std::size_t bytes = 0;
        std::function<void(void*)> fill;
    };
    static constexpr std::size_t padded(std::size_t size) { return (size + 15) / 16 * 16; }

    std::shared_ptr<pool<Memory>> memory_;
    std::vector<item> items_;
    std::size_t bytes_ = 0;
};

namespace detail {

/// Memory from another pool for a scope.
template <class Device>
class pool_guard {
public:
    using shared_pool = std::shared_ptr<pool<typename Device::memory>>;

    pool_guard(typename Device::runtime& device, shared_pool other)
        : device_(device), was_(device.exchange_pool(std::move(other))) {}
    ~pool_guard() { device_.exchange_pool(std::move(was_)); }
    pool_guard(const pool_guard&) = delete;
    pool_guard& operator=(const pool_guard&) = delete;

private:
    typename Device::runtime& device_;
    shared_pool was_;
};

}  // namespace detail

/// A recorded step: `replay()` runs its kernels again, on the same memory.
///
/// What the step only made for itself lives in memory of the recording's own, which it keeps.
/// Tensors that were made before and are read or written by the step (parameters, inputs) must
/// outlive it and be changed by `assign`, not replaced; so must what its step_values refer to.
/// Replays run in the context's stream, in order with everything else there.
///
/// `Device::runtime` gives: `record(work, step)`, which runs step() with its launches recorded and
/// its host work put into `work`, and returns a `Device::recording`; `new_pool`, `exchange_pool`.
/// A recording gives `staging(bytes)`, host memory that may be written; `send(to, from, bytes)`,
/// a copy from there in the order of the stream; `launch()`.
template <class Device>
class step_graph {
public:
    using memory_pool = pool<typename Device::memory>;

    /// Records step() without running it. Memory comes from `memory`, which nothing else may use.
    /// Errors: another recording in this context; a transfer inside the step; what the step throws.
    /// The context works as before in either case.
    template <class Step>
    step_graph(context& ctx, std::shared_ptr<memory_pool> memory, Step&& step)
        : memory_(std::move(memory)), work_(Device::of(ctx).new_pool()) {
        auto& device = Device::of(ctx);
        if (device.capturing())
            throw error("cuda: recording a step", "no other recording in progress",
                        "one in this context");
        const detail::pool_guard<Device> own(device, memory_);
        memory_->keep_free(true);
        run_ = device.record(work_, step);
    }

    /// Does the step's host work, then starts the step and returns; waits where the replay before
    /// the last has not begun. Errors: what the host work throws (nothing has run then); of the
    /// launch; those of kernels show when a result is read.
    void replay() {
        work_.run(run_);
        run_.launch();
    }
    /// Bytes that the recording keeps for intermediate values.
    std::size_t reserved() const { return memory_->reserved(); }

private:
    std::shared_ptr<memory_pool> memory_;
    host_work<typename Device::memory> work_;
    typename Device::recording run_;
};

/// A step that runs as it is twice, is then recorded, and replayed from there on.
template <class Device>
class replayed_step {
public:
    /// One step. The same `step` in every call.
    template <class Step>
    void operator()(context& ctx, Step&& step) {
        auto& device = Device::of(ctx);
        if (!memory_) memory_ = device.new_pool();
        if (plain_ < warm_up) {
            const detail::pool_guard<Device> own(device, memory_);
            step();
            ++plain_;
            return;
        }
        if (!graph_) graph_ = std::make_unique<step_graph<Device>>(ctx, memory_, step);
        graph_->replay();
    }

private:
    /// They choose algorithms and make the memory that the recording uses.
    static constexpr int warm_up = 2;

    int plain_ = 0;
    std::shared_ptr<typename step_graph<Device>::memory_pool> memory_;
    std::unique_ptr<step_graph<Device>> graph_;
};

}  // namespace MGKIT_NAMESPACE::cuda
