// SPDX-License-Identifier: MIT
// Learning rates over epochs and steps.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <functional>
#include <vector>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE::train {

/// Where a step lies in a run.
struct step_place {
    int epoch = 0, epochs = 1;
    std::int64_t step = 0, steps = 1;  ///< of the whole run, from 0
};

/// A factor on the optimiser's rate for each epoch, `schedule(epoch, epochs)`, or for each step,
/// `schedule(step_place)`.
template <class S>
concept epoch_schedule = requires(const S& s, int epoch) {
    { s(epoch, epoch) } -> std::convertible_to<double>;
};
template <class S>
concept step_schedule_by_place = requires(const S& s, const step_place& at) {
    { s(at) } -> std::convertible_to<double>;
};
template <class S>
concept schedule = epoch_schedule<S> || step_schedule_by_place<S>;

/// Any schedule as a function of the place; `every_step` says that it changes within epochs.
struct any_schedule {
    std::function<double(const step_place&)> factor;
    bool every_step = false;

    template <schedule S>
    static any_schedule of(const S& s) {
        if constexpr (step_schedule_by_place<S>)
            return {[s](const step_place& at) { return static_cast<double>(s(at)); }, true};
        else
            return {
                [s](const step_place& at) { return static_cast<double>(s(at.epoch, at.epochs)); },
                false};
    }
};

/// Factor on the base rate: `factor` for every milestone epoch (0-based) that has been reached,
/// after a linear warm-up over the first epochs.
struct step_schedule {
    std::vector<int> milestones;
    double factor = 0.1;
    int warm_up = 0;

    double operator()(int epoch, int) const {
        double out = epoch < warm_up ? (epoch + 1.0) / (warm_up + 1) : 1;
        for (int m : milestones)
            if (epoch >= m) out *= factor;
        return out;
    }
};

/// Linear warm-up over the first epochs, then half a cosine down to `floor`.
struct cosine_schedule {
    int warm_up = 0;
    double floor = 0;

    double operator()(int epoch, int epochs) const {
        if (epoch < warm_up) return static_cast<double>(epoch + 1) / (warm_up + 1);
        const double span = std::max(1, epochs - warm_up);
        const double done = std::min(1.0, (epoch - warm_up) / span);
        return floor + (1 - floor) * 0.5 * (1 + std::cos(3.14159265358979323846 * done));
    }
};

/// Linear warm-up over the first steps, then half a cosine down to `floor` at the last step: what
/// video and masked models are trained with. Step i of the warm-up has factor
/// start + (1 - start) * i / warm_up.
struct step_cosine_schedule {
    std::int64_t warm_up = 0;  ///< steps
    double floor = 0;          ///< factor at the end
    double start = 0;          ///< factor of the first step of the warm-up

    double operator()(const step_place& at) const {
        if (at.step < warm_up)
            return start +
                   (1 - start) * static_cast<double>(at.step) / static_cast<double>(warm_up);
        const double span = static_cast<double>(std::max<std::int64_t>(1, at.steps - warm_up));
        const double done = std::min(1.0, static_cast<double>(at.step - warm_up) / span);
        return floor + (1 - floor) * 0.5 * (1 + std::cos(3.14159265358979323846 * done));
    }
};

/// The same rate throughout.
struct constant_schedule {
    double operator()(int, int) const { return 1; }
};

}  // namespace MGKIT_NAMESPACE::train
