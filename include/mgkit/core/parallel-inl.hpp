// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/core/parallel.hpp"

#include <atomic>
#include <exception>

// OpenMP's runtime is called by name where the program has it. A pragma would give the inline
// functions of this header, and all that call them, other bodies in units compiled without
// -fopenmp, and the linker keeps whichever comes first.
#if defined(__ELF__)
#define MGKIT_OPENMP_BY_NAME 1
extern "C" {
__attribute__((weak)) void mgkit_openmp_parallel(void (*)(void*), void*, unsigned,
                                                 unsigned) __asm__("GOMP_parallel");
__attribute__((weak)) int mgkit_openmp_max_threads() __asm__("omp_get_max_threads");
__attribute__((weak)) void mgkit_openmp_set_threads(int) __asm__("omp_set_num_threads");
}
#elif defined(_OPENMP)
extern "C" {
int omp_get_max_threads(void);
void omp_set_num_threads(int);
}
#endif

namespace MGKIT_NAMESPACE {

namespace detail::openmp {

#if defined(MGKIT_OPENMP_BY_NAME)

MGKIT_INLINE bool present() {
    return mgkit_openmp_parallel != nullptr && mgkit_openmp_max_threads != nullptr &&
           mgkit_openmp_set_threads != nullptr;
}
MGKIT_INLINE int max_threads() {
    return present() ? mgkit_openmp_max_threads() : 1;
}
MGKIT_INLINE void set_threads(int count) {
    if (present()) mgkit_openmp_set_threads(count);
}
/// work(data) in each of up to `threads` threads; returns when all are done.
MGKIT_INLINE void team(int threads, void (*work)(void*), void* data) {
    mgkit_openmp_parallel(work, data, static_cast<unsigned>(threads), 0);
}

#elif defined(_OPENMP)

MGKIT_INLINE bool present() {
    return true;
}
MGKIT_INLINE int max_threads() {
    return omp_get_max_threads();
}
MGKIT_INLINE void set_threads(int count) {
    omp_set_num_threads(count);
}
MGKIT_INLINE void team(int threads, void (*work)(void*), void* data) {
#pragma omp parallel num_threads(threads)
    work(data);
}

#else

MGKIT_INLINE bool present() {
    return false;
}
MGKIT_INLINE int max_threads() {
    return 1;
}
MGKIT_INLINE void set_threads(int) {}
MGKIT_INLINE void team(int, void (*work)(void*), void* data) {
    work(data);
}

#endif

}  // namespace detail::openmp

namespace detail {

struct shared_pieces {
    void (*piece)(void*, std::ptrdiff_t);
    void* data;
    std::ptrdiff_t count;
    std::atomic<std::ptrdiff_t> next{0};
    std::atomic<bool> failed{false};
    std::exception_ptr failure{};  ///< written once, read when the team is done
};

/// Takes pieces until none is left.
MGKIT_INLINE void take_pieces(void* shared) {
    auto& work = *static_cast<shared_pieces*>(shared);
    for (std::ptrdiff_t i = work.next.fetch_add(1, std::memory_order_relaxed); i < work.count;
         i = work.next.fetch_add(1, std::memory_order_relaxed)) {
        try {
            work.piece(work.data, i);
        } catch (...) {
            if (!work.failed.exchange(true)) work.failure = std::current_exception();
        }
    }
}

MGKIT_INLINE void run_pieces(int threads, std::ptrdiff_t count,
                             void (*piece)(void*, std::ptrdiff_t), void* data) {
    shared_pieces work{piece, data, count};
    if (threads > 1 && count > 1 && openmp::present())
        openmp::team(threads, &take_pieces, &work);
    else
        take_pieces(&work);
    if (work.failure) std::rethrow_exception(work.failure);
}

}  // namespace detail

MGKIT_INLINE int usable_threads(int threads) {
    return detail::openmp::present() ? threads : 1;
}

}  // namespace MGKIT_NAMESPACE
