// Several values handled by one instruction, in the compiler's own vector types.
#pragma once

#include <cstddef>
#include <cstring>

namespace mgkit::augment::detail {

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

}  // namespace mgkit::augment::detail
