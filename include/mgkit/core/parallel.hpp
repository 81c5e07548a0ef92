// One way to run independent pieces of work on several threads.
#pragma once

#include <cstddef>
#include <exception>
#include <utility>

namespace mgkit {

/// Calls `f(i)` once for each i in [0, count), on up to `threads` threads (OpenMP where the
/// program is built with it, serial otherwise).
///
/// Pieces must not depend on each other, and how work is cut into pieces must depend on sizes
/// only, never on `threads`: that is what keeps results equal for any number of threads.
/// The first exception thrown by a piece is rethrown after all pieces have ended.
template <class F>
void parallel_for([[maybe_unused]] int threads, std::ptrdiff_t count, F&& f) {
#ifdef _OPENMP
    if (threads > 1 && count > 1) {
        std::exception_ptr failure;
#pragma omp parallel for num_threads(threads) schedule(dynamic, 1)
        for (std::ptrdiff_t i = 0; i < count; ++i) {
            try {
                f(i);
            } catch (...) {
#pragma omp critical(mgkit_parallel_for)
                if (!failure) failure = std::current_exception();
            }
        }
        if (failure) std::rethrow_exception(failure);
        return;
    }
#endif
    for (std::ptrdiff_t i = 0; i < count; ++i) f(i);
}

}  // namespace mgkit
