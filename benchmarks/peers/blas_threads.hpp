// SPDX-License-Identifier: MIT
// Threads of a BLAS that a peer calls.
#pragma once

#include <dlfcn.h>

namespace bench {

/// Sets OpenBLAS's own threads, where the program has loaded it.
inline void set_blas_threads(int threads) {
    if (void* const entry = dlsym(RTLD_DEFAULT, "openblas_set_num_threads"))
        reinterpret_cast<void (*)(int)>(entry)(threads);
}

}  // namespace bench
