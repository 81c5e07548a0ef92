// SPDX-License-Identifier: MIT
// Several values handled by one instruction, in the compiler's own vector types.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE::augment::detail {

#if defined(__GNUC__) && !defined(__CUDACC__)

/// Bytes of the widest register this translation unit is compiled for.
#if defined(__AVX512F__)
inline constexpr std::size_t register_bytes = 64;
#elif defined(__AVX__)
inline constexpr std::size_t register_bytes = 32;
#else
inline constexpr std::size_t register_bytes = 16;
#endif

template <class S, std::size_t Bytes>
struct lanes_type {
    typedef S type __attribute__((vector_size(Bytes)));
};

/// Values of type S in one register; a compiler without vector types takes one at a time.
template <class S, std::size_t Bytes = register_bytes>
using lanes = typename lanes_type<S, Bytes>::type;

#else

template <class S>
using lanes = S;

#endif

template <class V, class S>
V load(const S* from) {
    V values;
    std::memcpy(&values, from, sizeof values);
    return values;
}

template <class V, class S>
void store(S* to, const V& values) {
    std::memcpy(to, &values, sizeof values);
}

#if defined(__GNUC__) && defined(__SSE2__) && !defined(__CUDACC__)

/// Stores one register at a multiple of its size, past the caches.
inline void store_past_caches(float* to, const lanes<float>& values) {
#if defined(__clang__)
    __builtin_nontemporal_store(values, reinterpret_cast<lanes<float>*>(to));
#elif defined(__AVX512F__)
    __builtin_ia32_movntps512(to, values);
#elif defined(__AVX__)
    __builtin_ia32_movntps256(to, values);
#else
    __builtin_ia32_movntps(to, values);
#endif
}

/// Copies past the caches; `end_stores_past_caches` comes before another thread may read.
template <class S>
void copy_past_caches(S* to, const S* from, std::size_t count) {
    constexpr std::size_t width = register_bytes / sizeof(S);
    const std::size_t past = reinterpret_cast<std::uintptr_t>(to) % register_bytes / sizeof(S);
    std::size_t i = past == 0 ? 0 : std::min(width - past, count);
    std::copy_n(from, i, to);
    for (; i + width <= count; i += width)
        store_past_caches(reinterpret_cast<float*>(to + i), load<lanes<float>>(from + i));
    std::copy(from + i, from + count, to + i);
}

inline void end_stores_past_caches() {
    __builtin_ia32_sfence();
}

/// Asks for values that are about to be read.
template <class S>
void fetch(const S* from, std::size_t count) {
    for (std::size_t i = 0; i < count; i += 64 / sizeof(S)) __builtin_prefetch(from + i);
}

#else

template <class S>
void copy_past_caches(S* to, const S* from, std::size_t count) {
    std::copy_n(from, count, to);
}
inline void end_stores_past_caches() {}
template <class S>
void fetch(const S*, std::size_t) {}

#endif

}  // namespace MGKIT_NAMESPACE::augment::detail
