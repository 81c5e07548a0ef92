// infrastructure: what a sampler gives by chance
// The clips that a sampler would have drawn under other keys: its own chance.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mgkit/clip/duration_prior.hpp"
#include "mgkit/clip/prior_sampler.hpp"
#include "mgkit/clip/sample_audit.hpp"
#include "mgkit/clip/visibility.hpp"
#include "mgkit/core/error.hpp"
#include "mgkit/core/parallel.hpp"
#include "mgkit/core/random.hpp"
#include "mgkit/data/recording.hpp"

namespace mgkit::clip {

/// The intervals of `runs` further draws of a sampler over one recording, under its own settings:
/// what it reaches without knowing where gestures are. Hand them to metric::iod beside the clips.
///
/// Randomness: that of the sampler under epochs 1 to `runs` after the key's; a key's own draw is
/// never among them, and neither threads nor other recordings matter. Errors: as the sampler;
/// mgkit::error for runs below 0. Cost: runs times the sampler's, candidates times log quota each.
inline std::vector<std::vector<data::segment>> redraw(
    const prior_sampler& sampler, const visibility& seen, double fps, const duration_prior& prior,
    const random_key& key, std::span<const int> cuts, int runs, int threads = 1) {
    if (runs < 0) throw error("redraw", "a number of runs from 0", text(runs));
    std::vector<std::vector<data::segment>> out(static_cast<std::size_t>(runs));
    parallel_for(threads, runs, [&](std::ptrdiff_t k) {
        random_key other = key;
        other.epoch += 1 + static_cast<std::uint32_t>(k);
        sample_audit counts(prior);
        out[static_cast<std::size_t>(k)] = sampler.sample(seen, fps, prior, other, counts, cuts);
    });
    return out;
}

}  // namespace mgkit::clip
