// SPDX-License-Identifier: MIT
// What tells two contents apart: 128 bits of everything that was added, in its order.
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE {

/// A digest of pieces: bytes, text, numbers. Each piece counts with its kind, the width of its
/// elements and its length, so that pieces cannot run together.
///
/// Within one piece every step is a bijection of its lane: a change of any single 8-byte word, one
/// bit or all of them, always changes the digest. Other changes are missed with a chance of about
/// 2^-64. It guards against accidents, not against forgery. Doubles count by their bits (0 and -0
/// differ). Equal on every platform. Cost: one pass, about 8 GB/s of one core where they lie in
/// memory.
class digest {
public:
    digest& add(std::span<const std::byte> bytes);
    digest& add(std::string_view characters);
    digest& add(const char* characters) { return add(std::string_view(characters)); }

    template <class N>
    requires std::integral<N> || std::floating_point<N> digest& add(N value) {
        if constexpr (std::floating_point<N>)
            return add(std::span<const double>(std::array{static_cast<double>(value)}));
        else if constexpr (std::is_signed_v<N>)
            return add(std::span<const std::int64_t>(std::array{std::int64_t{value}}));
        else
            return add(std::span<const std::uint64_t>(std::array{std::uint64_t{value}}));
    }

    /// Numbers in a row are one piece.
    template <class N>
    requires std::integral<N> || std::same_as<N, float> || std::same_as<N, double> digest& add(
        std::span<const N> values) {
        constexpr kind what = std::floating_point<N> ? kind::floats
                              : std::is_signed_v<N>  ? kind::integers
                                                     : kind::naturals;
        if constexpr (std::endian::native == std::endian::little || sizeof(N) == 1) {
            return piece(what, values.size(), std::as_bytes(values), sizeof(N));
        } else {
            std::string swapped(values.size() * sizeof(N), '\0');
            for (std::size_t i = 0; i < swapped.size(); ++i)
                swapped[i] = reinterpret_cast<const char*>(
                    values.data())[i / sizeof(N) * sizeof(N) + sizeof(N) - 1 - i % sizeof(N)];
            return piece(what, values.size(), std::as_bytes(std::span(swapped)), sizeof(N));
        }
    }

    /// What another digest stands for, as one piece.
    digest& add(const digest& other) { return add(std::span<const std::uint64_t>(other.words_)); }

    const std::array<std::uint64_t, 2>& words() const { return words_; }

    /// 32 hexadecimal digits.
    std::string hex() const;

    friend bool operator==(const digest&, const digest&) = default;

private:
    enum class kind : std::uint64_t { bytes = 1, text, integers, naturals, floats };

    static constexpr std::size_t lanes = 8;

    /// A bijection of `state` for each `word`, and of `word` for each `state`.
    static constexpr std::uint64_t mixed(std::uint64_t state, std::uint64_t word) {
        state ^= word;
        state ^= state >> 32;
        state *= 0xD6E8FEB86659FD93u;
        state ^= state >> 29;
        return state * 0x9FB21C651E98DF25u;
    }

    static std::uint64_t word_at(const std::byte* from, std::size_t count);

    digest& piece(kind what, std::size_t length, std::span<const std::byte> bytes,
                  std::size_t width = 1);

    std::array<std::uint64_t, 2> words_{0xBE5466CF34E90C6Cu, 0xC0AC29B7C97C50DDu};
};

}  // namespace MGKIT_NAMESPACE

#if !defined(MGKIT_COMPILED)
#include "mgkit/core/digest-inl.hpp"
#endif
