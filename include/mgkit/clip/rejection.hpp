// SPDX-License-Identifier: MIT
// Windows that a proposal makes and every constraint accepts.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mgkit/clip/all.hpp"
#include "mgkit/clip/concept.hpp"
#include "mgkit/clip/footage.hpp"
#include "mgkit/clip/sample_audit.hpp"
#include "mgkit/clip/visibility.hpp"
#include "mgkit/core/error.hpp"
#include "mgkit/core/random.hpp"
#include "mgkit/data/recording.hpp"

namespace MGKIT_NAMESPACE::clip {

/// Windows by rejection: `Proposal` x `all<constraint...>`.
///
/// For each recording: draw a duration d, a start in [0, L - d]; frames are floor(fps t), at least
/// one. The candidate is refused if d > L or if a constraint refuses it. This goes on until `quota`
/// windows are kept or `budget` candidates are spent. Rejection favours short durations: whatever
/// constraints ask leaves less room for long ones. With `starts` > 1 a refused duration keeps being
/// tried at new starts, up to so many in all, which weakens that bias; a duration longer than the
/// recording is given up at once.
///
/// Randomness: stage "prior_sampler" of the key, whatever the proposal and constraints, so that a
/// constraint which refuses nothing changes nothing; the key's `clip` names the recording, and one
/// recording's windows do not depend on the others. Cost: candidates times the constraints'.
/// Source: MG-FM, section 4.2 and equation of rejection sampling. Ours: the budget's size (the
/// paper has one and states none), `starts`, and the counts.
template <class Proposal, class Constraints>
struct rejection {
    static_assert(proposal<Proposal>,
                  "mgkit: a proposal has 'const clip::duration_prior& durations() const' and "
                  "'double start(random_stream&, double seconds, const clip::footage&) const'");
    static_assert(detail::is_all<Constraints>,
                  "mgkit: the constraints of a sampler stand in clip::all<...>");

    static constexpr std::string_view name = "prior_sampler";

    int quota = 50;     ///< windows per recording at most
    int budget = 2000;  ///< candidates per recording at most
    int starts = 1;     ///< starts tried for one duration
    Constraints constraints{};

    /// A recording, looked through once for any number of draws.
    struct ready {
        footage of;
        typename Constraints::tables tables;
        int seen_frames = 0;
    };
    /// Errors: those of the constraints.
    ready prepare(const footage& of) const {
        auto tables = constraints.prepare(of);
        const int seen = constraints.seen_frames(of.frames(), tables);
        return {of, std::move(tables), seen};
    }

    /// Windows in order of start, label -1. `audit` gains this recording's counts.
    /// Errors: mgkit::error for settings below 1, a proposal whose start is not within the
    /// recording, an audit under another prior or of a sampler with other causes.
    std::vector<data::segment> sample(const ready& prepared, const Proposal& from,
                                      const random_key& key, sample_audit& audit) const {
        check_settings();
        const footage& of = prepared.of;
        const duration_prior& durations = from.durations();
        audit.count_under(durations, Constraints::causes);
        random_stream stream(key, name);
        std::vector<data::segment> kept;
        for (int spent = 0; spent < budget && static_cast<int>(kept.size()) < quota;) {
            const auto [duration, cell] = durations.draw(stream);
            ++audit.proposed[cell];
            auto& count = audit.deciles[static_cast<std::size_t>(durations.decile(cell))];
            for (int start = 0; start < starts && spent < budget; ++start) {
                ++spent;
                ++count.candidates;
                if (duration > of.seconds()) {
                    ++count.rejected[0];
                    break;
                }
                const auto window = place(from.start(stream, duration, of), duration, of);
                const auto cause = constraints.refused({of, window, kept}, prepared.tables);
                if (cause > 0) {
                    ++count.rejected[cause];
                    continue;
                }
                kept.insert(std::upper_bound(
                                kept.begin(), kept.end(), window,
                                [](const auto& a, const auto& b) { return a.start < b.start; }),
                            window);
                ++count.accepted;
                ++audit.accepted[cell];
                break;
            }
        }
        ++audit.recordings;
        if (static_cast<int>(kept.size()) == quota) ++audit.quota_met;
        audit.frames += static_cast<std::uint64_t>(of.frames());
        audit.seen_frames += static_cast<std::uint64_t>(prepared.seen_frames);
        return kept;
    }
    std::vector<data::segment> sample(const footage& of, const Proposal& from,
                                      const random_key& key, sample_audit& audit) const {
        check_settings();
        return sample(prepare(of), from, key, audit);
    }
    /// From usable frames alone: for constraints that ask for nothing else of a recording.
    std::vector<data::segment> sample(const visibility& seen, double fps, const Proposal& from,
                                      const random_key& key, sample_audit& audit,
                                      std::span<const int> cuts = {}) const {
        return sample(footage(seen, fps, cuts), from, key, audit);
    }

private:
    void check_settings() const {
        const auto need = [](const char* what, int value) {
            if (value < 1)
                throw error(std::string(name), text("a ", what, " of at least 1"), text(value));
        };
        need("quota", quota);
        need("budget", budget);
        need("number of starts", starts);
    }

    static data::segment place(double from, double duration, const footage& of) {
        const double latest = of.seconds() - duration;
        if (!(from >= 0 && from <= latest))
            throw error(std::string(name), text("a proposed start from 0 to ", latest, " s"),
                        text(from, " s"));
        const int frames = of.frames();
        const int start = std::clamp(static_cast<int>(std::floor(from * of.fps())), 0, frames - 1);
        const int end = static_cast<int>(std::floor((from + duration) * of.fps()));
        return {start, std::clamp(end, start + 1, frames), -1, 0};
    }
};

}  // namespace MGKIT_NAMESPACE::clip
