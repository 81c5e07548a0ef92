// SPDX-License-Identifier: MIT
// Which LibTorch a program was built with, for the head of its results.
#pragma once

#include <benchmark/benchmark.h>
#include <torch/version.h>

namespace bench {

/// Writes the version into the context of the results; scripts/bench_table.py names peers by it.
inline void name_torch() {
    benchmark::AddCustomContext("libtorch", TORCH_VERSION);
}

}  // namespace bench
