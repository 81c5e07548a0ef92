// SPDX-License-Identifier: MIT
// Generated people making generated movements: a labelled set for trying things without data.
#pragma once

#include <array>
#include <cstdint>

#include "mgkit/data/clip_set.hpp"
#include "mgkit/data/detail/puppet.hpp"

namespace MGKIT_NAMESPACE::data {

struct synthetic_settings {
    std::uint64_t seed = 1;
    int subjects = 8;
    int repetitions = 6;       ///< clips of each class by each subject
    int frames = 48;           ///< longest clip; the shortest has 5/8 of it
    double view_degrees = 70;  ///< the camera stands up to this far to either side
    double noise = 0.012;      ///< standard deviation of a joint's position, metres
};

/// The six movements.
enum class synthetic_class { raise_hand, rub_hands, touch_face, shake_shoulders, lean, cross_arms };
inline constexpr std::array<const char*, 6> synthetic_class_names{
    "raise hand", "rub hands", "touch face", "shake shoulders", "lean", "cross arms"};
inline constexpr std::array<const char*, 6> synthetic_class_groups{"hand", "hand", "head",
                                                                   "body", "body", "hand"};

namespace detail {

/// What one clip does, drawn once: sides, timing, amplitudes, posture, camera.
struct synthetic_take {
    synthetic_class movement;
    double side, onset, duration, cycles, amplitude, phase;
    std::array<vec3, 2> rest, drift;
    double drift_cycles, head_turn, sway, yaw, pitch;
    vec3 place;
};

/// Smooth rise, hold and fall of a movement over the clip; s in [0, 1].
double envelope(const synthetic_take& take, double s);

}  // namespace detail

/// Clips of `kinect20` skeletons performing six upper-body movements.
///
/// Each subject has proportions and a tempo of his own; each clip its own timing, amplitude, side,
/// resting posture, drift of hands and head, place and camera angle, and every joint some noise. So
/// coordinates as recorded separate the classes poorly, while their shape over time does. Metres,
/// camera space, 30 frames a second. It is a stand-in for learning to use the library: scores on it
/// say nothing about people.
/// Order: subject, class, repetition; subjects count from 1. Randomness: keyed by seed and clip (or
/// subject), so a clip does not depend on how many there are.
/// Errors: mgkit::error for settings below 2 subjects, 1 repetition or 8 frames, or so many that
/// they do not fit. Cost: N T V.
clip_set make_synthetic(const synthetic_settings& settings = {});

}  // namespace MGKIT_NAMESPACE::data

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/synthetic-inl.hpp"
#endif
