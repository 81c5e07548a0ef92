// SPDX-License-Identifier: MIT
#include "threads.hpp"

int threads_seen_without_openmp() {
    return threads_seen();
}
