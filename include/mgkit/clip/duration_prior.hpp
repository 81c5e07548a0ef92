// SPDX-License-Identifier: MIT
// How long micro-gestures last: the distribution that clip durations are drawn from.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "mgkit/clip/footage.hpp"
#include "mgkit/core/random.hpp"

namespace MGKIT_NAMESPACE::clip {

/// A distribution of durations in seconds, either of observed values, each as likely as it is
/// frequent (a sum of delta functions, as the MG-FM paper has it), or of histogram bins, even
/// within a bin.
///
/// The distribution is divided into cells, ordered by duration: one per distinct value, or
/// `cells_per_bin` per bin. Counting draws by cell is enough for an exact comparison with it.
class duration_prior {
public:
    static constexpr int cells_per_bin = 32;

    /// Errors: mgkit::error for no duration, or one that is not finite and above 0. Cost n log n.
    static duration_prior from_durations(std::vector<double> seconds);

    /// `edges` rise, one more than `counts`. Errors: mgkit::error for lengths that disagree, edges
    /// that fall or are negative, counts that are negative or all 0.
    static duration_prior from_histogram(std::span<const double> edges,
                                         std::span<const double> counts);

    struct draw_result {
        double seconds = 0;
        std::size_t cell = 0;
    };
    /// One duration; two draws of the stream. Cost: log cells.
    draw_result draw(random_stream& stream) const;

    /// As a proposal: durations of its own, starts even over what a window leaves of the recording.
    /// One draw of the stream.
    const duration_prior& durations() const { return *this; }
    double start(random_stream& stream, double seconds, const footage& of) const {
        return stream.uniform() * (of.seconds() - seconds);
    }

    std::size_t cells() const { return cumulative_.size(); }
    /// Probability of cells 0 to k.
    std::span<const double> cumulative() const { return cumulative_; }
    double low(std::size_t cell) const { return low_[cell]; }
    double high(std::size_t cell) const { return high_[cell]; }
    std::size_t annotations() const { return count_; }

    double mean() const;
    /// Tenth of the distribution that the middle of a cell's probability lies in: 0 to 9.
    int decile(std::size_t cell) const;

private:
    static constexpr const char* where = "duration prior";

    std::vector<double> low_, high_, cumulative_;
    std::size_t count_ = 0;
};

}  // namespace MGKIT_NAMESPACE::clip

#if !defined(MGKIT_COMPILED)
#include "mgkit/clip/duration_prior-inl.hpp"
#endif
