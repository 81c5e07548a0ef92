// Clips of micro-gesture length from an untrimmed recording.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mgkit/clip/duration_prior.hpp"
#include "mgkit/clip/sample_audit.hpp"
#include "mgkit/clip/visibility.hpp"
#include "mgkit/core/error.hpp"
#include "mgkit/core/random.hpp"
#include "mgkit/data/recording.hpp"

namespace mgkit::clip {

/// Intervals by rejection: duration from the prior, start even over the recording, kept if every
/// frame is seen and no earlier clip is touched.
///
/// For each recording: draw a duration d, a start in [0, L - d]; frames are floor(fps t), at least
/// one. The candidate is refused if d > L, if a frame of it is hidden, if it runs across a frame of
/// `cuts` (where another person begins), or if it overlaps a clip kept before. This goes on until
/// `quota` clips are kept or `budget` candidates are spent. Rejection favours short durations:
/// hidden frames and earlier clips leave less room for long ones. With `starts` > 1 a refused
/// duration keeps being tried at new starts, up to so many in all, which weakens that bias; a
/// duration longer than the recording is given up at once.
///
/// Randomness: stage "prior_sampler" of the key, whose `clip` names the recording; one recording's
/// intervals do not depend on the others. Cost: candidates times log quota, whatever the durations.
/// Source: MG-FM, section 4.2 and equation of rejection sampling. Ours: the budget's size (the
/// paper has one and states none), `starts`, `cuts`, and the counts.
struct prior_sampler {
    static constexpr std::string_view name = "prior_sampler";

    int quota = 50;     ///< clips per recording at most
    int budget = 2000;  ///< candidates per recording at most
    int starts = 1;     ///< starts tried for one duration

    /// Intervals in order of start, label -1. `audit` gains this recording's counts. `cuts` rise
    /// (see primary_report::cuts).
    /// Errors: mgkit::error for settings below 1, a frame rate that is not above 0.
    std::vector<data::segment> sample(const visibility& seen, double fps,
                                      const duration_prior& prior, const random_key& key,
                                      sample_audit& audit, std::span<const int> cuts = {}) const {
        check_settings(fps);
        random_stream stream(key, name);
        const double seconds = seen.frames() / fps;
        std::vector<data::segment> kept;
        for (int spent = 0; spent < budget && static_cast<int>(kept.size()) < quota;) {
            const auto [duration, cell] = prior.draw(stream);
            ++audit.proposed[cell];
            auto& count = audit.deciles[static_cast<std::size_t>(prior.decile(cell))];
            for (int start = 0; start < starts && spent < budget; ++start) {
                ++spent;
                ++count.candidates;
                data::segment candidate;
                const auto refused = [&](rejection cause) {
                    ++count.rejected[static_cast<std::size_t>(cause)];
                };
                if (duration > seconds) {
                    refused(rejection::too_long);
                    break;
                }
                candidate = place(stream.uniform(), duration, seconds, fps, seen.frames());
                if (!seen.whole(candidate.start, candidate.end)) {
                    refused(rejection::not_visible);
                } else if (data::runs_across(cuts, candidate.start, candidate.end)) {
                    refused(rejection::person_change);
                } else if (const auto at = room_for(candidate, kept); at < 0) {
                    refused(rejection::overlap);
                } else {
                    kept.insert(kept.begin() + at, candidate);
                    ++count.accepted;
                    ++audit.accepted[cell];
                    break;
                }
            }
        }
        ++audit.recordings;
        audit.quota_met += static_cast<int>(kept.size()) == quota ? 1 : 0;
        audit.frames += static_cast<std::uint64_t>(seen.frames());
        audit.seen_frames += static_cast<std::uint64_t>(seen.seen_frames());
        return kept;
    }

private:
    void check_settings(double fps) const {
        const auto need = [](const char* what, int value) {
            if (value < 1)
                throw error(name_text(), text("a ", what, " of at least 1"), text(value));
        };
        need("quota", quota);
        need("budget", budget);
        need("number of starts", starts);
        if (!(fps > 0 && std::isfinite(fps)))
            throw error(name_text(), "a frame rate above 0", text(fps),
                        "state the recording's frames per second");
    }
    static std::string name_text() { return std::string(name); }

    static data::segment place(double u, double duration, double seconds, double fps, int frames) {
        const double from = u * (seconds - duration);
        const int start = std::clamp(static_cast<int>(std::floor(from * fps)), 0, frames - 1);
        const int end = static_cast<int>(std::floor((from + duration) * fps));
        return {start, std::clamp(end, start + 1, frames), -1, 0};
    }

    /// Where the candidate belongs in the ordered list, or -1 if it overlaps one of them.
    static std::ptrdiff_t room_for(const data::segment& candidate,
                                   const std::vector<data::segment>& kept) {
        const auto next =
            std::lower_bound(kept.begin(), kept.end(), candidate.start,
                             [](const data::segment& s, int start) { return s.start < start; });
        if (next != kept.end() && next->start < candidate.end) return -1;
        if (next != kept.begin() && std::prev(next)->end > candidate.start) return -1;
        return next - kept.begin();
    }
};

}  // namespace mgkit::clip
