// One way to run independent pieces of work on several threads.
#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <type_traits>

#include "mgkit/core/compiler.hpp"

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
#if defined(_OPENMP)
void mgkit_openmp_parallel_end() __asm__("GOMP_parallel_end");
int mgkit_openmp_dynamic() __asm__("omp_get_dynamic");
#endif
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

#if defined(_OPENMP)
/// Weak names alone let a linker leave the runtime out (--as-needed, archives): these bring in the
/// parts that hold them.
[[gnu::used]] static void (*const needed_team)() = &mgkit_openmp_parallel_end;
[[gnu::used]] static int (*const needed_settings)() = &mgkit_openmp_dynamic;
#endif

inline bool present() {
    return mgkit_openmp_parallel != nullptr && mgkit_openmp_max_threads != nullptr &&
           mgkit_openmp_set_threads != nullptr;
}
inline int max_threads() {
    return present() ? mgkit_openmp_max_threads() : 1;
}
inline void set_threads(int count) {
    if (present()) mgkit_openmp_set_threads(count);
}
/// work(data) in each of up to `threads` threads; returns when all are done.
inline void team(int threads, void (*work)(void*), void* data) {
    mgkit_openmp_parallel(work, data, static_cast<unsigned>(threads), 0);
}

#elif defined(_OPENMP)

inline bool present() {
    return true;
}
inline int max_threads() {
    return omp_get_max_threads();
}
inline void set_threads(int count) {
    omp_set_num_threads(count);
}
inline void team(int threads, void (*work)(void*), void* data) {
#pragma omp parallel num_threads(threads)
    work(data);
}

#else

inline bool present() {
    return false;
}
inline int max_threads() {
    return 1;
}
inline void set_threads(int) {}
inline void team(int, void (*work)(void*), void* data) {
    work(data);
}

#endif

}  // namespace detail::openmp

/// How many of `threads` threads this program can use: all where it has an OpenMP runtime (one of
/// its units or libraries was built with it), else one.
inline int usable_threads(int threads) {
    return detail::openmp::present() ? threads : 1;
}

/// Calls `f(i)` once for each i in [0, count), on up to `threads` threads (OpenMP's where the
/// program has its runtime, else on the calling one).
///
/// Pieces must not depend on each other, and how work is cut into pieces must depend on sizes
/// only, never on `threads`: that is what keeps results equal for any number of threads.
/// The first exception thrown by a piece is rethrown after all pieces have ended.
template <class F>
void parallel_for(int threads, std::ptrdiff_t count, F&& f) {
    struct shared_work {
        std::remove_reference_t<F>* f;
        std::ptrdiff_t count;
        std::atomic<std::ptrdiff_t> next{0};
        std::atomic<bool> failed{false};
        std::exception_ptr failure{};  ///< written once, read when the team is done

        /// Takes pieces until none is left. Compiled once for one thread and several.
        static void run(void* data) {
            auto& w = *static_cast<shared_work*>(data);
            for (std::ptrdiff_t i = w.next.fetch_add(1, std::memory_order_relaxed); i < w.count;
                 i = w.next.fetch_add(1, std::memory_order_relaxed)) {
                try {
                    (*w.f)(i);
                } catch (...) {
                    if (!w.failed.exchange(true)) w.failure = std::current_exception();
                }
            }
        }
    } work{&f, count};
    if (threads > 1 && count > 1 && detail::openmp::present())
        detail::openmp::team(threads, &shared_work::run, &work);
    else
        shared_work::run(&work);
    if (work.failure) std::rethrow_exception(work.failure);
}

}  // namespace MGKIT_NAMESPACE
