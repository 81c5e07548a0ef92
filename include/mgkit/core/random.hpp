// SPDX-License-Identifier: MIT
// Counter-based randomness: Philox4x32-10 keyed by what a draw is for, never by when it happens.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE {

using philox_block = std::array<std::uint32_t, 4>;

/// Philox4x32 with ten rounds: a bijection of a 128-bit counter under a 64-bit key.
/// Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
constexpr philox_block philox4x32(philox_block counter, std::array<std::uint32_t, 2> key) {
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t p0 = std::uint64_t{0xD2511F53u} * counter[0];
        const std::uint64_t p1 = std::uint64_t{0xCD9E8D57u} * counter[2];
        counter = {static_cast<std::uint32_t>(p1 >> 32) ^ counter[1] ^ key[0],
                   static_cast<std::uint32_t>(p1),
                   static_cast<std::uint32_t>(p0 >> 32) ^ counter[3] ^ key[1],
                   static_cast<std::uint32_t>(p0)};
        key[0] += 0x9E3779B9u;
        key[1] += 0xBB67AE85u;
    }
    return counter;
}

/// 32-bit FNV-1a: the identity of a stage or parameter name inside the random counter.
constexpr std::uint32_t name_hash(std::string_view name) {
    std::uint32_t hash = 2166136261u;
    for (char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
    return hash;
}

/// What a draw belongs to. Equal keys give equal draws on any thread, rank or backend.
struct random_key {
    std::uint64_t seed = 0;
    std::uint32_t epoch = 0;
    std::uint32_t clip = 0;  ///< stable id of the clip, not its position in a batch
    std::uint32_t view = 0;  ///< which view of the clip, below 256
};

/// The sequence of draws of one stage under one key.
///
/// Counter = (epoch, clip, view and stage hash, block index). Copying a stream copies its position.
class random_stream {
public:
    constexpr random_stream(const random_key& key, std::uint32_t stage)
        : key_{static_cast<std::uint32_t>(key.seed), static_cast<std::uint32_t>(key.seed >> 32)},
          counter_{key.epoch, key.clip, (key.view << 24) | (stage & 0x00FFFFFFu), 0} {}
    constexpr random_stream(const random_key& key, std::string_view stage)
        : random_stream(key, name_hash(stage)) {}

    /// What a stream that has drawn nothing yet is made of: seed (two words), epoch, clip, view and
    /// stage. For kernels that draw themselves: draw number n is word n % 4 of
    /// philox4x32({state[2], state[3], state[4], n / 4}, {state[0], state[1]}).
    static constexpr std::size_t state_words = 5;
    constexpr std::array<std::uint32_t, state_words> state() const {
        return {key_[0], key_[1], counter_[0], counter_[1], counter_[2]};
    }
    constexpr explicit random_stream(const std::array<std::uint32_t, state_words>& state)
        : key_{state[0], state[1]}, counter_{state[2], state[3], state[4], 0} {}

    /// A stream of other draws under the same key, for a named part of this stream's stage and its
    /// `occurrence`-th use there. Depends on names only, not on what was drawn here before.
    constexpr random_stream fork(std::string_view part, std::uint32_t occurrence = 0) const {
        random_stream child = *this;
        std::uint32_t hash = counter_[2] & 0x00FFFFFFu;
        for (char c : part) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
        hash = (hash ^ (occurrence + 256)) * 16777619u;
        child.counter_[2] = (counter_[2] & 0xFF000000u) | ((hash ^ (hash >> 24)) & 0x00FFFFFFu);
        child.counter_[3] = 0;
        child.used_ = 4;
        return child;
    }

    /// Next 32 random bits.
    constexpr std::uint32_t bits() {
        if (used_ == 4) {
            block_ = philox4x32(counter_, key_);
            ++counter_[3];
            used_ = 0;
        }
        return block_[used_++];
    }

    /// Uniform in [0, 1) on a grid of 2^-24, so that float and double agree exactly.
    constexpr double uniform() { return (bits() >> 8) * 0x1p-24; }
    constexpr double uniform(double low, double high) { return low + (high - low) * uniform(); }

    /// Uniform integer in [0, count); count > 0. Integer arithmetic only; bias below count * 2^-32.
    constexpr std::uint32_t below(std::uint32_t count) {
        return static_cast<std::uint32_t>((std::uint64_t{bits()} * count) >> 32);
    }

    /// Standard normal by Box-Muller (one of the pair; two draws).
    double normal() {
        const double radius = std::sqrt(-2.0 * std::log((bits() + 1.0) * 0x1p-32));
        return radius * std::cos(6.283185307179586476925 * uniform());
    }

private:
    std::array<std::uint32_t, 2> key_;
    philox_block counter_;
    philox_block block_{};
    unsigned used_ = 4;
};

}  // namespace MGKIT_NAMESPACE
