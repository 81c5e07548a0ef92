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

/// Turns a table: to[c * to_stride + r] = from[r * from_stride + c], in tiles of 16 bytes a side.
template <class S>
void turn(const S* from, std::size_t from_stride, std::size_t rows, std::size_t columns, S* to,
          std::size_t to_stride) {
    const auto one_by_one = [&](std::size_t r, std::size_t columns_from, std::size_t columns_to) {
        for (std::size_t c = columns_from; c < columns_to; ++c)
            to[c * to_stride + r] = from[r * from_stride + c];
    };
    std::size_t r = 0;
#if defined(__GNUC__) && !defined(__CUDACC__)
    using V = lanes<S, 16>;
    constexpr std::size_t side = 16 / sizeof(S);
    const std::size_t whole = columns - columns % side;
    for (; r + side <= rows; r += side) {
        for (std::size_t c = 0; c < whole; c += side) {
            const S* const in = from + r * from_stride + c;
            S* const out = to + c * to_stride + r;
            const V a = load<V>(in), b = load<V>(in + from_stride);
            if constexpr (side == 4) {
                const V d = load<V>(in + 2 * from_stride), e = load<V>(in + 3 * from_stride);
                const V ab = __builtin_shufflevector(a, b, 0, 4, 1, 5),
                        de = __builtin_shufflevector(d, e, 0, 4, 1, 5),
                        ab_end = __builtin_shufflevector(a, b, 2, 6, 3, 7),
                        de_end = __builtin_shufflevector(d, e, 2, 6, 3, 7);
                store(out, V(__builtin_shufflevector(ab, de, 0, 1, 4, 5)));
                store(out + to_stride, V(__builtin_shufflevector(ab, de, 2, 3, 6, 7)));
                store(out + 2 * to_stride, V(__builtin_shufflevector(ab_end, de_end, 0, 1, 4, 5)));
                store(out + 3 * to_stride, V(__builtin_shufflevector(ab_end, de_end, 2, 3, 6, 7)));
            } else {
                store(out, V(__builtin_shufflevector(a, b, 0, 2)));
                store(out + to_stride, V(__builtin_shufflevector(a, b, 1, 3)));
            }
        }
        for (std::size_t i = r; i < r + side; ++i) one_by_one(i, whole, columns);
    }
#endif
    for (; r < rows; ++r) one_by_one(r, 0, columns);
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
