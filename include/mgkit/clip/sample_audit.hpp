// infrastructure: what samplers report
// What a sampler proposed, what it kept, and why it refused the rest.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "mgkit/clip/duration_prior.hpp"
#include "mgkit/core/error.hpp"
#include "mgkit/metric/kolmogorov.hpp"

namespace mgkit::clip {

/// Why a candidate interval was refused. A candidate that fails several ways counts under the
/// first.
enum class rejection { too_long, not_visible, person_change, overlap };
inline constexpr std::array<const char*, 4> rejection_names{"too_long", "not_visible",
                                                            "person_change", "overlap"};

/// Candidates of one tenth of the duration distribution.
struct decile_count {
    std::uint64_t candidates = 0;
    std::uint64_t accepted = 0;
    std::array<std::uint64_t, rejection_names.size()> rejected{};

    double rejection_rate() const {
        return candidates == 0
                   ? 0
                   : 1 - static_cast<double>(accepted) / static_cast<double>(candidates);
    }
};

/// Counts over one recording or a whole corpus; `add` joins them, in any order. Memory: cells of
/// the prior, whatever the number of recordings.
struct sample_audit {
    std::array<decile_count, 10> deciles{};
    std::vector<std::uint64_t> proposed;  ///< durations drawn, by cell of the prior
    std::vector<std::uint64_t> accepted;  ///< durations of accepted clips, by cell of the prior
    std::uint64_t recordings = 0;
    std::uint64_t quota_met = 0;  ///< recordings that gave as many clips as asked for
    std::uint64_t frames = 0;
    std::uint64_t seen_frames = 0;

    sample_audit() = default;
    explicit sample_audit(const duration_prior& prior)
        : proposed(prior.cells()), accepted(prior.cells()) {}

    std::uint64_t candidates() const {
        return total([](const auto& d) { return d.candidates; });
    }
    std::uint64_t clips() const {
        return total([](const auto& d) { return d.accepted; });
    }
    std::uint64_t rejected(rejection cause) const {
        return total(
            [cause](const auto& d) { return d.rejected[static_cast<std::size_t>(cause)]; });
    }
    /// Drawn durations against the prior: a sound sampler passes this test.
    metric::kolmogorov proposed_fit(const duration_prior& prior) const {
        return metric::kolmogorov_smirnov(proposed, prior.cumulative());
    }
    /// Accepted durations against the prior: the distance is the sampler's bias, not a fault of it.
    metric::kolmogorov accepted_fit(const duration_prior& prior) const {
        return metric::kolmogorov_smirnov(accepted, prior.cumulative());
    }

    /// Errors: mgkit::error for an audit under another prior.
    void add(const sample_audit& other) {
        if (proposed.size() != other.proposed.size())
            throw error("sample_audit", "counts under the same prior", "another number of cells");
        for (std::size_t k = 0; k < proposed.size(); ++k) {
            proposed[k] += other.proposed[k];
            accepted[k] += other.accepted[k];
        }
        for (std::size_t d = 0; d < deciles.size(); ++d) {
            deciles[d].candidates += other.deciles[d].candidates;
            deciles[d].accepted += other.deciles[d].accepted;
            for (std::size_t c = 0; c < rejection_names.size(); ++c)
                deciles[d].rejected[c] += other.deciles[d].rejected[c];
        }
        recordings += other.recordings;
        quota_met += other.quota_met;
        frames += other.frames;
        seen_frames += other.seen_frames;
    }

private:
    template <class F>
    std::uint64_t total(F&& part) const {
        std::uint64_t out = 0;
        for (const auto& d : deciles) out += part(d);
        return out;
    }
};

}  // namespace mgkit::clip
