// SPDX-License-Identifier: MIT
// One way to run independent pieces of work on several threads.
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>

#include "mgkit/core/compiler.hpp"

#if defined(__ELF__) && defined(_OPENMP)
extern "C" {
void mgkit_openmp_parallel_end() __asm__("GOMP_parallel_end");
int mgkit_openmp_dynamic() __asm__("omp_get_dynamic");
}
#endif

namespace MGKIT_NAMESPACE {

namespace detail::openmp {

#if defined(__ELF__) && defined(_OPENMP)
/// The runtime is called by weak names, which alone let a linker leave it out (--as-needed,
/// archives): these bring in the parts that hold them.
[[gnu::used]] static void (*const needed_team)() = &mgkit_openmp_parallel_end;
[[gnu::used]] static int (*const needed_settings)() = &mgkit_openmp_dynamic;
#endif

bool present();
int max_threads();
void set_threads(int count);

}  // namespace detail::openmp

namespace detail {

/// `parallel_for`, free of the type of what it calls: piece(data, i) for each i.
void run_pieces(int threads, std::ptrdiff_t count, void (*piece)(void*, std::ptrdiff_t),
                void* data);

}  // namespace detail

/// How many of `threads` threads this program can use: all where it has an OpenMP runtime (one of
/// its units or libraries was built with it), else one.
int usable_threads(int threads);

/// Calls `f(i)` once for each i in [0, count), on up to `threads` threads (OpenMP's where the
/// program has its runtime, else on the calling one).
///
/// Pieces must not depend on each other, and how work is cut into pieces must depend on sizes
/// only, never on `threads`: that is what keeps results equal for any number of threads.
/// The first exception thrown by a piece is rethrown after all pieces have ended.
template <class F>
void parallel_for(int threads, std::ptrdiff_t count, F&& f) {
    using function = std::remove_reference_t<F>;
    detail::run_pieces(
        threads, count, [](void* data, std::ptrdiff_t i) { (*static_cast<function*>(data))(i); },
        const_cast<void*>(static_cast<const volatile void*>(std::addressof(f))));
}

}  // namespace MGKIT_NAMESPACE

#if !defined(MGKIT_COMPILED)
#include "mgkit/core/parallel-inl.hpp"
#endif
