// SPDX-License-Identifier: MIT
// An inline function that uses mgkit's threads, as a user's header has them.
#pragma once

#include <chrono>
#include <mutex>
#include <set>
#include <thread>

#include "mgkit/core/parallel.hpp"

/// How many threads work on four pieces.
inline int threads_seen() {
    std::set<std::thread::id> ids;
    std::mutex writing;
    mgkit::parallel_for(2, 4, [&](std::ptrdiff_t) {
        std::this_thread::sleep_for(std::chrono::milliseconds(30));
        const std::lock_guard lock(writing);
        ids.insert(std::this_thread::get_id());
    });
    return static_cast<int>(ids.size());
}

int threads_seen_without_openmp();
