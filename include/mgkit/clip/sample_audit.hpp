// SPDX-License-Identifier: MIT
// infrastructure: what samplers report
// What a sampler proposed, what it kept, and why it refused the rest.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/clip/duration_prior.hpp"
#include "mgkit/metric/kolmogorov.hpp"

namespace MGKIT_NAMESPACE::clip {

/// Candidates of one tenth of the duration distribution.
struct decile_count {
    std::uint64_t candidates = 0;
    std::uint64_t accepted = 0;
    std::vector<std::uint64_t> rejected;  ///< by cause, in the order of sample_audit::causes

    double rejection_rate() const {
        return candidates == 0
                   ? 0
                   : 1 - static_cast<double>(accepted) / static_cast<double>(candidates);
    }
};

/// Counts over one recording or a whole corpus; `add` joins them, in any order. Memory: cells of
/// the prior, whatever the number of recordings.
struct sample_audit {
    /// Why candidates are refused: "too_long", then the names of the sampler's constraints in the
    /// order in which they are asked. Empty until a sampler has counted. A candidate that fails
    /// several ways counts under the first.
    std::vector<std::string> causes;
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

    std::uint64_t candidates() const;
    std::uint64_t clips() const;
    /// Errors: mgkit::error for a cause under which its sampler does not count.
    std::uint64_t rejected(std::string_view cause) const;
    /// Drawn durations against the prior: a sound sampler passes this test.
    metric::kolmogorov proposed_fit(const duration_prior& prior) const {
        return metric::kolmogorov_smirnov(proposed, prior.cumulative());
    }
    /// Accepted durations against the prior: the distance is the sampler's bias, not a fault of it.
    metric::kolmogorov accepted_fit(const duration_prior& prior) const {
        return metric::kolmogorov_smirnov(accepted, prior.cumulative());
    }

    /// Makes room for counts of a sampler. Errors: mgkit::error for another prior than the
    /// audit's, other causes than those of earlier counts.
    void count_under(const duration_prior& prior, std::span<const std::string_view> names);

    /// Errors: mgkit::error for an audit under another prior, or of a sampler with other causes.
    void add(const sample_audit& other);

private:
    void same_cells(std::size_t cells) const;
    void same_causes(const std::vector<std::string>& names) const;
    void name_causes(std::vector<std::string> names);
    static std::string listed(const std::vector<std::string>& names);

    template <class F>
    std::uint64_t total(F&& part) const {
        std::uint64_t out = 0;
        for (const auto& d : deciles) out += part(d);
        return out;
    }
};

}  // namespace MGKIT_NAMESPACE::clip

#if !defined(MGKIT_COMPILED)
#include "mgkit/clip/sample_audit-inl.hpp"
#endif
