// SPDX-License-Identifier: MIT
// infrastructure: what a sampler gives by chance
// The clips that a sampler would have drawn under other keys: its own chance.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "mgkit/clip/footage.hpp"
#include "mgkit/clip/rejection.hpp"
#include "mgkit/clip/sample_audit.hpp"
#include "mgkit/clip/visibility.hpp"
#include "mgkit/core/error.hpp"
#include "mgkit/core/parallel.hpp"
#include "mgkit/core/random.hpp"
#include "mgkit/data/recording.hpp"

namespace MGKIT_NAMESPACE::clip {

/// The windows of `runs` further draws of a sampler over one recording, under its own settings:
/// what it reaches without knowing where gestures are. Hand them to metric::iod beside the clips.
///
/// Randomness: that of the sampler under epochs 1 to `runs` after the key's; a key's own draw is
/// never among them, and neither threads nor other recordings matter. Errors: as the sampler;
/// mgkit::error for runs below 0. Cost: runs times the sampler's draws; the recording is looked
/// through once.
template <class Proposal, class Constraints>
std::vector<std::vector<data::segment>> redraw(const rejection<Proposal, Constraints>& sampler,
                                               const footage& of,
                                               const std::type_identity_t<Proposal>& from,
                                               const random_key& key, int runs, int threads = 1) {
    if (runs < 0) throw error("redraw", "a number of runs from 0", text(runs));
    const auto ready = sampler.prepare(of);
    std::vector<std::vector<data::segment>> out(static_cast<std::size_t>(runs));
    parallel_for(threads, runs, [&](std::ptrdiff_t k) {
        random_key other = key;
        other.epoch += 1 + static_cast<std::uint32_t>(k);
        sample_audit counts(from.durations());
        out[static_cast<std::size_t>(k)] = sampler.sample(ready, from, other, counts);
    });
    return out;
}

/// The same from usable frames alone.
template <class Proposal, class Constraints>
std::vector<std::vector<data::segment>> redraw(const rejection<Proposal, Constraints>& sampler,
                                               const visibility& seen, double fps,
                                               const std::type_identity_t<Proposal>& from,
                                               const random_key& key, std::span<const int> cuts,
                                               int runs, int threads = 1) {
    return redraw(sampler, footage(seen, fps, cuts), from, key, runs, threads);
}

}  // namespace MGKIT_NAMESPACE::clip
