// How long micro-gestures last: the distribution that clip durations are drawn from.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "mgkit/clip/footage.hpp"
#include "mgkit/core/error.hpp"
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
    static duration_prior from_durations(std::vector<double> seconds) {
        if (seconds.empty())
            throw error(where, "at least one duration", "none", "annotate some gestures first");
        for (std::size_t i = 0; i < seconds.size(); ++i)
            if (!(seconds[i] > 0 && std::isfinite(seconds[i])))
                throw error(where, "durations above 0 seconds", text(seconds[i], " at index ", i));
        std::sort(seconds.begin(), seconds.end());
        duration_prior out;
        const auto n = static_cast<double>(seconds.size());
        for (std::size_t i = 0; i < seconds.size(); ++i) {
            if (i + 1 < seconds.size() && seconds[i + 1] == seconds[i]) continue;
            out.low_.push_back(seconds[i]);
            out.high_.push_back(seconds[i]);
            out.cumulative_.push_back(static_cast<double>(i + 1) / n);
        }
        out.count_ = seconds.size();
        return out;
    }

    /// `edges` rise, one more than `counts`. Errors: mgkit::error for lengths that disagree, edges
    /// that fall or are negative, counts that are negative or all 0.
    static duration_prior from_histogram(std::span<const double> edges,
                                         std::span<const double> counts) {
        if (counts.empty() || edges.size() != counts.size() + 1)
            throw error(where, text(counts.size() + 1, " edges for ", counts.size(), " counts"),
                        text(edges.size()));
        double total = 0;
        for (std::size_t b = 0; b < counts.size(); ++b) {
            if (!(edges[b] >= 0 && edges[b] < edges[b + 1] && std::isfinite(edges[b + 1])))
                throw error(where, "rising edges from 0 seconds",
                            text(edges[b], ", ", edges[b + 1], " at bin ", b));
            if (!(counts[b] >= 0 && std::isfinite(counts[b])))
                throw error(where, "counts of at least 0", text(counts[b], " in bin ", b));
            total += counts[b];
        }
        if (!(total > 0)) throw error(where, "a histogram with counts", "only zeros");
        duration_prior out;
        double below = 0;
        for (std::size_t b = 0; b < counts.size(); ++b) {
            if (counts[b] == 0) continue;
            const double width = (edges[b + 1] - edges[b]) / cells_per_bin;
            for (int k = 0; k < cells_per_bin; ++k) {
                out.low_.push_back(edges[b] + k * width);
                out.high_.push_back(edges[b] + (k + 1) * width);
                out.cumulative_.push_back((below + counts[b] * (k + 1) / cells_per_bin) / total);
            }
            below += counts[b];
        }
        out.cumulative_.back() = 1;
        out.count_ = static_cast<std::size_t>(total);
        return out;
    }

    struct draw_result {
        double seconds = 0;
        std::size_t cell = 0;
    };
    /// One duration; two draws of the stream. Cost: log cells.
    draw_result draw(random_stream& stream) const {
        const double u = stream.uniform(), within = stream.uniform();
        const auto found = std::upper_bound(cumulative_.begin(), cumulative_.end(), u);
        const auto cell = std::min<std::size_t>(
            static_cast<std::size_t>(found - cumulative_.begin()), cells() - 1);
        return {low_[cell] + within * (high_[cell] - low_[cell]), cell};
    }

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

    double mean() const {
        double out = 0, below = 0;
        for (std::size_t k = 0; k < cells(); ++k) {
            out += (cumulative_[k] - below) * (low_[k] + high_[k]) / 2;
            below = cumulative_[k];
        }
        return out;
    }
    /// Tenth of the distribution that the middle of a cell's probability lies in: 0 to 9.
    int decile(std::size_t cell) const {
        const double below = cell == 0 ? 0 : cumulative_[cell - 1];
        return std::min(9, static_cast<int>(5 * (below + cumulative_[cell])));
    }

private:
    static constexpr const char* where = "duration prior";

    std::vector<double> low_, high_, cumulative_;
    std::size_t count_ = 0;
};

}  // namespace MGKIT_NAMESPACE::clip
