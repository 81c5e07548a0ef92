// SPDX-License-Identifier: MIT
// What counting gestures says about the outcome, and what it cannot say where there is no effect.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

#include "mgkit/data/interview/generator.hpp"

namespace MGKIT_NAMESPACE::data::interview {

struct outcome_figures {
    int recordings = 0;
    double win_share = 0;
    double balanced_accuracy = 0;  ///< of the count rule
    double deviation = 0;          ///< standard error of it
    double always_win = 0;         ///< accuracy of that answer; its balanced accuracy is .5

    /// Whether the balanced accuracy is within 1.96 standard errors of .5.
    bool at_chance() const { return std::abs(balanced_accuracy - 0.5) <= 1.96 * deviation; }
};

/// The count rule: a loss where the gestures said to follow losses outnumber those said to follow
/// wins by more than they do in the population.
inline outcome count_rule(const schedule& script) {
    double shares[2] = {0, 0}, counts[2] = {0.5, 0.5};
    for (int label = 0; label < class_count; ++label)
        if (outcome_sign(label) != 0) shares[outcome_sign(label) > 0 ? 0 : 1] += base_share(label);
    for (const event& e : script.events)
        if (outcome_sign(e.label) != 0) counts[outcome_sign(e.label) > 0 ? 0 : 1] += 1;
    return std::log(counts[0] / counts[1]) > std::log(shares[0] / shares[1]) ? outcome::loss
                                                                             : outcome::win;
}

/// The count rule on every recording of a corpus, before any error of recognition. Only schedules
/// are made. With `outcome_effect` 0 nothing may be found: the control that every method is held
/// to.
inline outcome_figures judge_count_rule(const generator& corpus) {
    std::array<double, 2> recordings{}, right{};
    for (int i = 0; i < corpus.size(); ++i) {
        const plan p = corpus.plan_of(i);
        const std::size_t k = p.result == outcome::win ? 1 : 0;
        recordings[k] += 1;
        right[k] += count_rule(p.script) == p.result ? 1 : 0;
    }
    outcome_figures out;
    out.recordings = corpus.size();
    out.win_share = recordings[1] / corpus.size();
    out.always_win = out.win_share;
    double variance = 0;
    for (std::size_t k = 0; k < 2; ++k) {
        if (recordings[k] == 0) continue;
        const double rate = right[k] / recordings[k];
        out.balanced_accuracy += rate / 2;
        variance += rate * (1 - rate) / recordings[k] / 4;
    }
    out.deviation = std::sqrt(variance);
    return out;
}

/// Section 12 of a report on this corpus: the rule at the corpus's own effect and at none.
struct outcome_report {
    double effect = 0;
    outcome_figures at_effect, control;
};

/// Simulates `recordings` recordings with the given settings, and again without effect.
/// Errors: as generator. Cost: two passes over schedules.
inline outcome_report simulate_outcomes(settings s, int recordings = 3200) {
    s.recordings = recordings;
    outcome_report out;
    out.effect = s.outcome_effect;
    out.at_effect = judge_count_rule(generator(s));
    s.outcome_effect = 0;
    out.control = judge_count_rule(generator(s));
    return out;
}

}  // namespace MGKIT_NAMESPACE::data::interview
