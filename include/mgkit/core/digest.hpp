// What tells two contents apart: 128 bits of everything that was added, in its order.
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

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
    digest& add(std::span<const std::byte> bytes) {
        return piece(kind::bytes, bytes.size(), bytes);
    }
    digest& add(std::string_view characters) {
        return piece(kind::text, characters.size(),
                     std::as_bytes(std::span(characters.data(), characters.size())));
    }
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
    std::string hex() const {
        std::string out;
        for (const std::uint64_t word : words_)
            for (int shift = 60; shift >= 0; shift -= 4)
                out += "0123456789abcdef"[(word >> shift) & 15];
        return out;
    }

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

    static std::uint64_t word_at(const std::byte* from, std::size_t count) {
        std::uint64_t word = 0;
        if constexpr (std::endian::native == std::endian::little)
            std::memcpy(&word, from, count);
        else
            for (std::size_t i = 0; i < count; ++i)
                word |= std::to_integer<std::uint64_t>(from[i]) << (8 * i);
        return word;
    }

    digest& piece(kind what, std::size_t length, std::span<const std::byte> bytes,
                  std::size_t width = 1) {
        constexpr std::size_t word = sizeof(std::uint64_t);
        const std::uint64_t head = static_cast<std::uint64_t>(what) << 8 | width;
        std::array<std::uint64_t, lanes> state{mixed(0x243F6A8885A308D3u, head),
                                               mixed(0x13198A2E03707344u, length),
                                               0xA4093822299F31D0u,
                                               0x082EFA98EC4E6C89u,
                                               0x3F84D5B5B5470917u,
                                               0x9216D5D98979FB1Bu,
                                               0xD1310BA698DFB5ACu,
                                               0x2FFD72DBD01ADFB7u};
        const std::byte* at = bytes.data();
        std::size_t left = bytes.size();
        for (; left >= lanes * word; left -= lanes * word, at += lanes * word)
            [&]<std::size_t... I>(std::index_sequence<I...>) {
                ((state[I] = mixed(state[I], word_at(at + I * word, word))), ...);
            }
        (std::make_index_sequence<lanes>{});
        for (std::size_t i = 0; left > 0; ++i) {
            const std::size_t count = left < word ? left : word;
            state[i] = mixed(state[i], word_at(at, count));
            at += count;
            left -= count;
        }
        for (std::size_t i = 0; i < lanes; ++i) {
            words_[0] = mixed(words_[0], state[i]);
            words_[1] = mixed(words_[1], std::rotl(state[i], 32) + 0x452821E638D01377u);
        }
        return *this;
    }

    std::array<std::uint64_t, 2> words_{0xBE5466CF34E90C6Cu, 0xC0AC29B7C97C50DDu};
};

}  // namespace MGKIT_NAMESPACE
