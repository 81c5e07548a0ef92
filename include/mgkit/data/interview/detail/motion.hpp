// SPDX-License-Identifier: MIT
// One gesture as a movement: timing, sizes, targets, drawn once and then evaluated per frame.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "mgkit/core/random.hpp"
#include "mgkit/data/interview/detail/distributions.hpp"
#include "mgkit/data/interview/detail/figure.hpp"
#include "mgkit/data/interview/schedule.hpp"

namespace MGKIT_NAMESPACE::data::interview::detail {

constexpr double two_pi = 6.283185307179586476925;

/// Seconds of the recording. Rises from `start` to `rise`, holds to `fall`, is gone at `end`.
struct motion {
    int path = 0;  ///< the class whose movement this is
    std::size_t arm = 0;
    bool both = false;
    double start = 0, rise = 0, fall = 0, end = 0;
    double labelled_end = 0;
    double amount = 0;  ///< w; of the body or head, where it moves
    double swing = 0;   ///< w; of the oscillation
    double hertz = 0, swing_start = 0, swing_end = 0;
    vec3 offset, axis;
    double choice = 0;  ///< uniform in [0, 1): variants of a movement
    std::array<vec3, 5> via{};
    int vias = 0;

    double envelope(double t) const {
        if (t <= start || t >= end) return 0;
        if (t < rise) return minimum_jerk((t - start) / (rise - start));
        return t <= fall ? 1 : 1 - minimum_jerk((t - fall) / (end - fall));
    }
    /// In [-1, 1]; whole cycles, so that it starts and ends at 0.
    double wave(double t) const {
        if (t <= swing_start || t >= swing_end) return 0;
        return std::sin(two_pi * hertz * (t - swing_start));
    }
    /// Where a hand on a free path is, from its first via point to its last.
    vec3 along_path(double t) const {
        const double part = std::clamp((t - start) / (fall - start), 0.0, 0.999999) * vias;
        const int k = static_cast<int>(part);
        const vec3& to = via[static_cast<std::size_t>(k)];
        if (k == 0) return to;
        return mix(via[static_cast<std::size_t>(k) - 1], to, minimum_jerk(part - k));
    }
};

/// How often the effector goes back to rest when the gesture ends.
inline double return_share(int label) {
    switch (micro_gestures[static_cast<std::size_t>(label)].group) {
        case gesture_group::head:
            return 0.95;
        case gesture_group::head_hand:
            return 0.85;
        case gesture_group::body_hand:
            return label == 16 || label == 18 ? 0.4 : 0.85;
        case gesture_group::body:
            return label == 30 ? 0.98 : 0.5;
        case gesture_group::hand:
            return label == 23 || label == 24 || label == 26 || label == 29 ? 0.4 : 0.8;
        case gesture_group::illustrative:
            return 0.9;
    }
    return 1;
}

/// Ranges of cycles, Hz and w of a class's oscillation; no cycles where it holds still.
struct swing_ranges {
    double cycles_low = 0, cycles_high = 0, hertz_low = 0, hertz_high = 0, low = 0, high = 0;
};
inline swing_ranges swings_of(int label) {
    switch (label) {
        case 3:
        case 4:
        case 6:
        case 7:
        case 8:
            return {1, 6, 2, 5, 0.03, 0.08};
        case 11:
        case 12:
        case 15:
        case 17:
            return {1, 5, 1.5, 4, 0.05, 0.15};
        case 19:
            return {1, 3, 0.3, 1, 0.35, 0.35};
        case 30:
            return {1, 3, 1.5, 4, 0.6, 0.6};
        case 21:
        case 22:
        case 25:
            return {1, 8, 1, 4, 0.03, 0.12};
        case 31:
            return {1, 8, 1, 3, 0.04, 0.10};
        default:
            return {};
    }
}

/// Size of a body or head movement in w.
inline double draw_amount(random_stream& random, int label) {
    const double size = lognormal(random, 0, 0.25);
    switch (label) {
        case 19:
            return size * random.uniform(0.08, 0.30);
        case 20:
            return size * random.uniform(0.06, 0.12);
        case 27:
            return size * 0.15;
        case 30:
            return size * random.uniform(0.05, 0.12);
        case 22:
        case 23:
        case 24:
        case 25:
            return size * random.uniform(0.1, 0.3);
        case 31:
            return size * random.uniform(0.3, 1.2);
        default:
            return size;
    }
}

/// Via points of a free hand path around the place in front of the chest.
inline void draw_path(random_stream& random, motion& m) {
    m.vias = 2 + static_cast<int>(random.below(4));
    const bool face = random.uniform() < 0.12;
    for (int k = 0; k < m.vias; ++k) {
        const double r = m.amount * random.uniform(0.5, 1);
        const double angle = random.uniform(0.1, 0.9) * two_pi / 2;
        vec3& to = m.via[static_cast<std::size_t>(k)];
        // x outwards from the midline, turned to the hand's side later.
        to = {0.32 + 0.7 * r * std::cos(angle), -0.72 + 0.75 * r * std::sin(angle),
              0.62 + 0.25 * random.normal()};
        to.x = std::clamp(to.x, -0.35, 1.1);
        to.z = std::clamp(to.z, 0.25, 1.05);
        to.y = std::clamp(to.y, -0.8, 0.45);
    }
    if (face) m.via[static_cast<std::size_t>(m.vias) - 1] = {0.15, 0.30, 0.50};
}

/// The movement of one gesture. Randomness: `random`.
inline motion make_motion(const settings& s, const subject& who, const event& e,
                          random_stream random) {
    motion m;
    m.path = e.imitates >= 0 ? e.imitates : e.label;
    m.arm = e.hand == side::left ? 0 : 1;
    m.both = e.both_hands && m.path != 21 && m.path != 26;
    m.start = e.start / frame_rate;
    m.labelled_end = e.end / frame_rate;
    const double length = m.labelled_end - m.start;
    double onset = random.uniform(0.2, 0.5) / who.tempo;
    double offset = random.uniform(0.2, 0.6) / who.tempo;
    const double shrink = std::min(1.0, 0.7 * length / (onset + offset));
    onset *= shrink;
    offset *= shrink;
    m.rise = m.start + onset;
    if (random.uniform() < return_share(e.label)) {
        m.fall = m.labelled_end - offset;
        m.end = m.labelled_end;
    } else {
        m.fall = m.labelled_end + exponential(random, s.linger_seconds);
        m.end = m.fall + random.uniform(0.6, 1.2);
    }
    m.amount = who.amplitude * draw_amount(random, m.path);
    m.offset = {0.05 * random.normal(), 0.05 * random.normal(), 0.05 * random.normal()};
    m.choice = random.uniform();
    const double angle = two_pi * random.uniform();
    m.axis = {std::cos(angle), std::sin(angle), 0};
    if (m.path == illustrative_label) draw_path(random, m);

    const swing_ranges range = swings_of(m.path);
    if (range.cycles_high > 0) {
        const double room = 0.9 * (m.labelled_end - 0.5 * offset - m.start - 0.5 * onset);
        const double cycles =
            range.cycles_low +
            random.below(static_cast<std::uint32_t>(range.cycles_high - range.cycles_low + 1));
        m.hertz = who.tempo * random.uniform(range.hertz_low, range.hertz_high);
        const double fitting = std::clamp(std::floor(room * m.hertz), 1.0, cycles);
        if (fitting > room * m.hertz) m.hertz = std::min(fitting / room, 2 * range.hertz_high);
        m.swing = random.uniform(range.low, range.high) * lognormal(random, 0, 0.25);
        const double spare = std::max(0.0, room - fitting / m.hertz);
        m.swing_start = m.start + 0.5 * onset + 0.05 * room + spare * random.uniform();
        m.swing_end = m.swing_start + fitting / m.hertz;
    }
    return m;
}

}  // namespace MGKIT_NAMESPACE::data::interview::detail
