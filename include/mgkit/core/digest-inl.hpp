// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/core/digest.hpp"

#include <cstring>
#include <utility>

namespace MGKIT_NAMESPACE {

MGKIT_INLINE digest& digest::add(std::span<const std::byte> bytes) {
    return piece(kind::bytes, bytes.size(), bytes);
}

MGKIT_INLINE digest& digest::add(std::string_view characters) {
    return piece(kind::text, characters.size(),
                 std::as_bytes(std::span(characters.data(), characters.size())));
}

MGKIT_INLINE std::string digest::hex() const {
    std::string out;
    for (const std::uint64_t word : words_)
        for (int shift = 60; shift >= 0; shift -= 4)
            out += "0123456789abcdef"[(word >> shift) & 15];
    return out;
}

MGKIT_INLINE std::uint64_t digest::word_at(const std::byte* from, std::size_t count) {
    std::uint64_t word = 0;
    if constexpr (std::endian::native == std::endian::little)
        std::memcpy(&word, from, count);
    else
        for (std::size_t i = 0; i < count; ++i)
            word |= std::to_integer<std::uint64_t>(from[i]) << (8 * i);
    return word;
}

MGKIT_INLINE digest& digest::piece(kind what, std::size_t length, std::span<const std::byte> bytes,
                                   std::size_t width) {
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

}  // namespace MGKIT_NAMESPACE
