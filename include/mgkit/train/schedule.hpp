// Learning rates over epochs.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

namespace mgkit::train {

/// Factor on the base rate: `factor` for every milestone epoch (0-based) that has been reached.
struct step_schedule {
    std::vector<int> milestones;
    double factor = 0.1;

    double operator()(int epoch, int) const {
        double out = 1;
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

/// The same rate throughout.
struct constant_schedule {
    double operator()(int, int) const { return 1; }
};

}  // namespace mgkit::train
