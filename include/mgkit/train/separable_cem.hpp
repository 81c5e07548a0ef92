// SPDX-License-Identifier: MIT
// The cross-entropy method with independent numbers: a search that only asks how good a point is.
// infrastructure: looks for settings by whole trainings, is no optimiser of gradients
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mgkit/core/random.hpp"

namespace MGKIT_NAMESPACE::train {

/// Settings of `separable_cem`.
struct separable_cem_settings {
    int numbers = 0;           ///< of a point
    double mean = 0.125;       ///< where every number starts
    double variance = 1e-3;    ///< of every number at first
    double damp = 1e-3;        ///< added to variances, at first
    double least_damp = 1e-5;  ///< what it goes to
    double kept = 0.95;        ///< of the difference between the two, each generation
    int population = 50;
    int parents = 0;          ///< that the next generation follows; 0: half of the population
    bool antithetic = false;  ///< the second half of a generation mirrors the first
    bool elitism = false;     ///< the last point of a generation is the best of the one before
};

/// Points are drawn around a mean, each number by itself; the best of them, weighted by their rank,
/// are the next mean, and their spread about the old one, plus some damping, the next variance:
///
///     separable_cem search({.numbers = 80});
///     for (...) search.tell(points = search.ask(seed), scores);  // higher scores are better
///
/// Randomness: normal draws by seed, generation and point. Cost: population * numbers. Errors:
/// settings without meaning, other numbers of points or scores, scores that are not finite. Source:
/// sepCEM of CEM-RL (Pourchot and Sigaud, ICLR 2019), with which GCN-NAS searches; like there, the
/// spread is divided by the parents although their weights add up to 1. Of equal scores the first
/// point is the better one.
class separable_cem {
public:
    explicit separable_cem(const separable_cem_settings& s);

    /// The points of a generation, [population, numbers].
    std::vector<double> ask(std::uint64_t seed) const;
    /// What the points were worth, [population]; ends the generation.
    void tell(std::span<const double> points, std::span<const double> scores);

    int generation() const { return generation_; }
    const std::vector<double>& mean() const { return mean_; }
    const std::vector<double>& variance() const { return variance_; }
    /// The best point of the last generation; empty before the first.
    const std::vector<double>& elite() const { return elite_; }
    double damp() const { return damp_; }
    /// What the parents count for, the best first.
    const std::vector<double>& weights() const { return weights_; }

private:
    separable_cem_settings settings_;
    std::vector<double> mean_, variance_, elite_, weights_;
    double damp_ = 0;
    int generation_ = 0;
};

}  // namespace MGKIT_NAMESPACE::train

#if !defined(MGKIT_COMPILED)
#include "mgkit/train/separable_cem-inl.hpp"
#endif
