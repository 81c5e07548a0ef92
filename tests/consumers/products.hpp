// SPDX-License-Identifier: MIT
// Which library computes matrix products, and on how many threads, as the build chose.
#pragma once

inline const char* products_by() {
#if defined(MGKIT_GEMM_ONEDNN)
    return "onednn";
#elif defined(MGKIT_GEMM_OPENBLAS)
    return "openblas";
#else
    return "eigen";
#endif
}

inline const char* threads_by() {
#if defined(_OPENMP)
    return "threads by OpenMP";
#else
    return "one thread";
#endif
}
