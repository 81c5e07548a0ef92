// SPDX-License-Identifier: MIT
// What kernels read and write: values kept in the scalar itself, or in bfloat16.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "mgkit/backend/cuda/compute.hpp"
#include "mgkit/tensor/shape.hpp"

namespace MGKIT_NAMESPACE::cuda {

/// How a tensor's values are kept: in its scalar, or (floats only) in bfloat16. Known at run time,
/// the same for a whole launch: a branch that all threads take alike instead of twice the kernels.
enum class grain : bool { fine, coarse };

/// Values that one thread moves at once: 16 bytes of bfloat16.
inline constexpr int lanes = 8;

constexpr extent chunks_of(extent count) {
    return count / lanes + (count % lanes != 0 ? 1 : 0);
}

/// 16 bytes that lie at a multiple of 16; a device moves them at once.
struct alignas(16) quad {
    std::uint32_t word[4];
};
MGKIT_HOST_DEVICE inline quad load_quad(const void* from) {
#if defined(__CUDA_ARCH__)
    return *static_cast<const quad*>(from);
#else
    quad out;
    std::memcpy(&out, __builtin_assume_aligned(from, 16), sizeof out);
    return out;
#endif
}
MGKIT_HOST_DEVICE inline void store_quad(void* to, const quad& value) {
#if defined(__CUDA_ARCH__)
    *static_cast<quad*>(to) = value;
#else
    std::memcpy(__builtin_assume_aligned(to, 16), &value, sizeof value);
#endif
}

/// Values within a quad, word by word: compilers keep them in registers.
MGKIT_HOST_DEVICE inline void unpack(const quad& q, float* to) {
    for (int k = 0; k < 4; ++k) memcpy(to + k, &q.word[k], sizeof(float));
}
MGKIT_HOST_DEVICE inline void unpack(const quad& q, double* to) {
    for (int k = 0; k < 2; ++k) {
        const std::uint64_t bits = q.word[2 * k] | static_cast<std::uint64_t>(q.word[2 * k + 1])
                                                       << 32;
        memcpy(to + k, &bits, sizeof(double));
    }
}
MGKIT_HOST_DEVICE inline quad packed(const float* from) {
    quad q;
    for (int k = 0; k < 4; ++k) memcpy(&q.word[k], from + k, sizeof(float));
    return q;
}
MGKIT_HOST_DEVICE inline quad packed(const double* from) {
    quad q;
    for (int k = 0; k < 2; ++k) {
        std::uint64_t bits;
        memcpy(&bits, from + k, sizeof bits);
        q.word[2 * k] = static_cast<std::uint32_t>(bits);
        q.word[2 * k + 1] = static_cast<std::uint32_t>(bits >> 32);
    }
    return q;
}

template <class S>
inline constexpr bool may_be_coarse = std::is_same_v<S, float>;

/// Values in device memory, read as S.
template <class S>
struct values {
    const void* at = nullptr;
    grain kept = grain::fine;

    MGKIT_HOST_DEVICE explicit operator bool() const { return at != nullptr; }
    MGKIT_HOST_DEVICE bool coarse() const {
        if constexpr (may_be_coarse<S>) return kept == grain::coarse;
        return false;
    }
    MGKIT_HOST_DEVICE const S* fine() const { return static_cast<const S*>(at); }
    MGKIT_HOST_DEVICE const bf16* rounded() const { return static_cast<const bf16*>(at); }

    MGKIT_HOST_DEVICE values operator+(extent by) const {
        if (coarse()) return {rounded() + by, kept};
        return {fine() + by, kept};
    }
    MGKIT_HOST_DEVICE S operator[](extent i) const {
        if constexpr (may_be_coarse<S>)
            if (coarse()) return to_float(rounded()[i]);
        return fine()[i];
    }
    /// [first, first + lanes); `first` is a multiple of `lanes`.
    MGKIT_HOST_DEVICE void load(extent first, S (&to)[lanes]) const {
        if constexpr (may_be_coarse<S>)
            if (coarse()) {
                const quad q = load_quad(rounded() + first);
                for (int k = 0; k < lanes; ++k)
                    to[k] = to_float(bf16{static_cast<std::uint16_t>(
                        k % 2 == 0 ? q.word[k / 2] & 0xFFFFu : q.word[k / 2] >> 16)});
                return;
            }
        constexpr int each = 16 / static_cast<int>(sizeof(S));
        MGKIT_UNROLL
        for (int k = 0; k < lanes; k += each) unpack(load_quad(fine() + first + k), to + k);
    }
};

/// Places in device memory that take values of S, rounded where they keep bfloat16.
template <class S>
struct places {
    void* at = nullptr;
    grain kept = grain::fine;

    MGKIT_HOST_DEVICE explicit operator bool() const { return at != nullptr; }
    MGKIT_HOST_DEVICE operator values<S>() const { return {at, kept}; }
    MGKIT_HOST_DEVICE bool coarse() const { return values<S>(*this).coarse(); }
    MGKIT_HOST_DEVICE S* fine() const { return static_cast<S*>(at); }
    MGKIT_HOST_DEVICE bf16* rounded() const { return static_cast<bf16*>(at); }

    MGKIT_HOST_DEVICE places operator+(extent by) const {
        if (coarse()) return {rounded() + by, kept};
        return {fine() + by, kept};
    }
    MGKIT_HOST_DEVICE S operator[](extent i) const { return values<S>(*this)[i]; }
    /// What reading a value back would give.
    MGKIT_HOST_DEVICE S rounded(S value) const {
        if constexpr (may_be_coarse<S>)
            if (coarse()) return to_float(to_bf16(value));
        return value;
    }
    MGKIT_HOST_DEVICE void set(extent i, S value) const {
        if constexpr (may_be_coarse<S>)
            if (coarse()) {
                rounded()[i] = to_bf16(value);
                return;
            }
        fine()[i] = value;
    }
    MGKIT_HOST_DEVICE void store(extent first, const S (&from)[lanes]) const {
        if constexpr (may_be_coarse<S>)
            if (coarse()) {
                quad q;
                for (int k = 0; k < lanes; k += 2)
                    q.word[k / 2] = to_bf16(from[k]).bits |
                                    static_cast<std::uint32_t>(to_bf16(from[k + 1]).bits) << 16;
                store_quad(rounded() + first, q);
                return;
            }
        constexpr int each = 16 / static_cast<int>(sizeof(S));
        MGKIT_UNROLL
        for (int k = 0; k < lanes; k += each) store_quad(fine() + first + k, packed(from + k));
    }
};

/// Values [first, first + lanes) as far as there are `count`; zeros beyond.
template <class S>
MGKIT_HOST_DEVICE inline void load(const values<S>& from, extent first, extent count,
                                   S (&to)[lanes]) {
    if (first + lanes <= count) {
        from.load(first, to);
        return;
    }
    for (int k = 0; k < lanes; ++k) to[k] = first + k < count ? from[first + k] : S(0);
}
template <class S>
MGKIT_HOST_DEVICE inline void store(const places<S>& to, extent first, extent count,
                                    const S (&from)[lanes]) {
    if (first + lanes <= count) {
        to.store(first, from);
        return;
    }
    for (int k = 0; k < lanes && first + k < count; ++k) to.set(first + k, from[k]);
}

}  // namespace MGKIT_NAMESPACE::cuda
