// SPDX-License-Identifier: MIT
// Element types of stored arrays, and checked conversion into memory.
#pragma once

#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/core/type_list.hpp"

namespace MGKIT_NAMESPACE::io {

static_assert(std::endian::native == std::endian::little,
              "mgkit: file formats are little-endian and this machine is not");

/// What an array in a file is made of; names and sizes as safetensors has them.
enum class dtype : std::uint8_t {
    f64,
    f32,
    f16,
    bf16,
    i64,
    i32,
    i16,
    i8,
    u64,
    u32,
    u16,
    u8,
    boolean
};

inline constexpr std::size_t dtype_count = 13;

constexpr const char* name(dtype type) {
    constexpr const char* names[dtype_count] = {"F64", "F32", "F16", "BF16", "I64", "I32", "I16",
                                                "I8",  "U64", "U32", "U16",  "U8",  "BOOL"};
    return names[static_cast<std::size_t>(type)];
}

/// Bytes per element.
constexpr std::size_t size_of(dtype type) {
    constexpr std::size_t sizes[dtype_count] = {8, 4, 2, 2, 8, 4, 2, 1, 8, 4, 2, 1, 1};
    return sizes[static_cast<std::size_t>(type)];
}

/// Types that files can be read into and written from.
template <class S>
concept storable = std::same_as<S, float> || std::same_as<S, double> || std::integral<S>;

/// Contiguous values in memory (vector, array, span) that can be written.
template <class Values>
using element_of =
    std::remove_cv_t<std::remove_pointer_t<decltype(std::data(std::declval<const Values&>()))>>;
template <class Values>
concept contiguous_values = storable<element_of<Values>>;

template <contiguous_values Values>
std::span<const std::byte> bytes_of(const Values& values) {
    return std::as_bytes(std::span(std::data(values), std::size(values)));
}

/// The stored type that equals S bit for bit.
template <storable S>
constexpr dtype dtype_of() {
    if constexpr (std::same_as<S, double>) return dtype::f64;
    if constexpr (std::same_as<S, float>) return dtype::f32;
    if constexpr (std::same_as<S, bool>) return dtype::boolean;
    constexpr dtype by_size[2][4] = {{dtype::u8, dtype::u16, dtype::u32, dtype::u64},
                                     {dtype::i8, dtype::i16, dtype::i32, dtype::i64}};
    return by_size[std::is_signed_v<S>][std::countr_zero(sizeof(S))];
}

/// A shape as Python writes it: "(2, 3)", "(2,)", "()".
std::string shape_text(std::span<const std::int64_t> shape);

/// Bytes of a row-major array. Refuses more than 64 axes, negative extents and sizes beyond the
/// address space.
std::size_t byte_size(std::span<const std::int64_t> shape, dtype type, std::string_view where);

namespace detail {

struct half_bits {
    std::uint16_t bits;
    operator float() const {
        const std::uint32_t sign = std::uint32_t{bits & 0x8000u} << 16;
        const int exponent = (bits >> 10) & 31;
        const std::uint32_t fraction = bits & 0x3FFu;
        if (exponent == 31) return std::bit_cast<float>(sign | 0x7F800000u | (fraction << 13));
        if (exponent == 0) {
            const float magnitude = static_cast<float>(fraction) * 0x1p-24f;
            return sign != 0 ? -magnitude : magnitude;
        }
        const auto biased = static_cast<std::uint32_t>(exponent + 127 - 15);
        return std::bit_cast<float>(sign | (biased << 23) | (fraction << 13));
    }
};

struct bfloat_bits {
    std::uint16_t bits;
    operator float() const { return std::bit_cast<float>(std::uint32_t{bits} << 16); }
};

template <class F>
decltype(auto) visit(dtype type, F&& f) {
    switch (type) {
        case dtype::f64:
            return f(type_tag<double>{});
        case dtype::f32:
            return f(type_tag<float>{});
        case dtype::f16:
            return f(type_tag<half_bits>{});
        case dtype::bf16:
            return f(type_tag<bfloat_bits>{});
        case dtype::i64:
            return f(type_tag<std::int64_t>{});
        case dtype::i32:
            return f(type_tag<std::int32_t>{});
        case dtype::i16:
            return f(type_tag<std::int16_t>{});
        case dtype::i8:
            return f(type_tag<std::int8_t>{});
        case dtype::u64:
            return f(type_tag<std::uint64_t>{});
        case dtype::u32:
            return f(type_tag<std::uint32_t>{});
        case dtype::u16:
            return f(type_tag<std::uint16_t>{});
        case dtype::u8:
            return f(type_tag<std::uint8_t>{});
        case dtype::boolean:
            break;
    }
    return f(type_tag<bool>{});
}

/// True if `value` (an integer) is one of S's values.
template <class S, class T>
constexpr bool holds(T value) {
    if constexpr (std::same_as<T, bool>)
        return true;
    else if constexpr (std::same_as<S, bool>)
        return value == T(0) || value == T(1);
    else
        return (std::is_signed_v<S> || value >= T(0)) &&
               (value < T(0)
                    ? std::int64_t(value) >= std::int64_t(std::numeric_limits<S>::min())
                    : std::uint64_t(value) <= std::uint64_t(std::numeric_limits<S>::max()));
}

/// One element of type T at `source` as an S; `at` and `where` name it in errors.
template <class S, class T>
S element(const std::byte* source, std::size_t at, std::string_view where) {
    if constexpr (std::same_as<T, bool>) {
        const auto byte = std::to_integer<unsigned>(*source);
        if (byte > 1)
            throw error(std::string(where), "booleans of 0 or 1",
                        mgkit::text(byte, " at element ", at), "the file is damaged");
        return static_cast<S>(byte);
    } else {
        T raw;
        std::memcpy(&raw, source, sizeof(T));
        if constexpr (std::integral<S>) {
            if (!holds<S>(raw))
                throw error(std::string(where),
                            mgkit::text("values that fit ", name(dtype_of<S>())),
                            mgkit::text(raw, " at element ", at), "read them into a wider type");
            return static_cast<S>(raw);
        } else if constexpr (std::same_as<S, float> && std::same_as<T, double>) {
            if (std::isfinite(raw) && std::abs(raw) > double(std::numeric_limits<float>::max()))
                throw error(std::string(where), "values that fit F32",
                            mgkit::text(raw, " at element ", at), "read them as double");
            return static_cast<S>(raw);
        } else if constexpr (std::integral<T>) {
            return static_cast<S>(raw);
        } else {
            return static_cast<S>(
                static_cast<std::conditional_t<std::same_as<T, double>, double, float>>(raw));
        }
    }
}

}  // namespace detail

/// Copies stored elements into memory as S, whatever their alignment.
///
/// Allowed: any float to any float (a finite double beyond float is refused), integers and
/// booleans to any float (rounded), integers and booleans to integers that hold every value.
/// Errors: mgkit::error naming the first offending element; floats are never read as integers.
/// Cost: one pass.
template <storable S>
std::vector<S> convert(dtype type, std::span<const std::byte> bytes, std::string_view where) {
    if (bytes.size() % size_of(type) != 0)
        throw error(std::string(where), mgkit::text("a multiple of ", size_of(type), " bytes"),
                    mgkit::text(bytes.size()));
    std::vector<S> out(bytes.size() / size_of(type));
    detail::visit(type, [&]<class T>(type_tag<T>) {
        if constexpr (std::integral<S> && !std::integral<T>) {
            throw error(std::string(where),
                        mgkit::text("integers to read as ", name(dtype_of<S>())),
                        mgkit::text(name(type), " numbers"), "read them as float or double");
        } else {
            for (std::size_t i = 0; i < out.size(); ++i)
                out[i] = detail::element<S, T>(bytes.data() + i * sizeof(T), i, where);
        }
    });
    return out;
}

}  // namespace MGKIT_NAMESPACE::io

#if !defined(MGKIT_COMPILED)
#include "mgkit/io/dtype-inl.hpp"
#endif
