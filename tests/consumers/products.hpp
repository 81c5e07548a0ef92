// SPDX-License-Identifier: MIT
// Which library computes matrix products, as the build chose.
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
