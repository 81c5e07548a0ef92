// SPDX-License-Identifier: MIT
// Everything about the synthetic press conference that a user may want to vary.
#pragma once

#include <cmath>
#include <cstdint>
#include <string_view>

#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::data::interview {

/// Changes whenever equal settings give other recordings. Printed with every result.
inline constexpr std::string_view generator_version = "1.0.0";

inline constexpr double frame_rate = 25;
inline constexpr int image_width = 1280;
inline constexpr int image_height = 720;

/// What every table made from such a corpus says.
inline constexpr std::string_view purpose =
    "Figures from a synthetic corpus test samplers and plumbing; they are never evidence of "
    "accuracy on people or that a method is good.";

/// Unit w = one shoulder width; times in seconds; rates per minute. Defaults are the calibrated
/// corpus: other values give another corpus, whose figures compare with nothing published here.
struct settings {
    std::uint64_t seed = 1;
    int recordings = 100;
    double outcome_effect = 0.4;  ///< d: log-rates move by d/2 each way with the outcome
    double minutes_scale = 1;     ///< scales lengths and with them the numbers of gestures

    // Subjects.
    double limb_deviation = 0.06;  ///< of limb lengths around their mean, relative
    double width_low = 150;        ///< pixels of a shoulder width
    double width_high = 330;
    double tempo_deviation = 0.15;     ///< log-normal
    double subject_deviation = 0.5;    ///< of log class rates between subjects
    double recording_deviation = 0.3;  ///< of log class rates between recordings of a subject
    double rest_clasped = 0.35;        ///< share of subjects with clasped hands at rest
    double rest_at_face = 0.1;         ///< share with one hand at the face; others: on the desk
    double test_subjects = 0.5;        ///< share of subjects on the test side
    double win_share = 0.801;          ///< of training recordings; 2,791 of 3,484
    double test_win_share = 0.56;

    // Recordings.
    double mean_seconds = 350;
    double seconds_deviation = 0.65;  ///< log-normal
    double shortest_seconds = 12;
    double longest_seconds = 2480;

    // Gestures.
    double median_events = 39;
    double events_deviation = 0.75;  ///< log-normal, of which lengths are one part
    int fewest_events = 3;
    int most_events = 282;
    double gap_variation = 1.6;      ///< coefficient of variation of the gaps between gestures
    double overlap_share = 0.013;    ///< of gestures that begin during another
    double imitation_share = 0.10;   ///< of illustrative gestures on another class's path
    double other_hand_share = 0.15;  ///< of touches
    double linger_seconds = 4;       ///< mean time that a posture outlasts a gesture without return

    // Second annotator.
    double boundary_deviation = 0.15;
    double missed_share = 0.08;
    double swapped_share = 0.05;

    // Camera.
    double yaw_degrees = 35;
    double camera_drift = 0.02;
    double desk_share = 0.95;  ///< of recordings whose desk hides what is below it

    // Observation noise, in w.
    double body_noise = 0.006;
    double face_noise = 0.004;
    double finger_noise = 0.012;
    double noise_memory = 0.7;
    double moving_factor = 2;  ///< fingers in motion
    double unsure_factor = 3;  ///< joints of low confidence

    // Confidence.
    double dips_low = 1;
    double dips_high = 6;
    double gaps = 1;
    int gap_shortest = 3;  ///< frames
    int gap_longest = 30;
    double hand_swaps = 0.2;
    double zero_below = 0.05;  ///< confidence below which a joint is not reported at all

    // Cut-ins.
    double cut_ins_high = 3;
    double cut_in_seconds = 3;
};

/// Calls f(name, member) for every setting, in order; for files and checks.
template <class Settings, class F>
constexpr void for_each_setting(Settings& s, F&& f) {
    f("seed", s.seed);
    f("recordings", s.recordings);
    f("outcome_effect", s.outcome_effect);
    f("minutes_scale", s.minutes_scale);
    f("limb_deviation", s.limb_deviation);
    f("width_low", s.width_low);
    f("width_high", s.width_high);
    f("tempo_deviation", s.tempo_deviation);
    f("subject_deviation", s.subject_deviation);
    f("recording_deviation", s.recording_deviation);
    f("rest_clasped", s.rest_clasped);
    f("rest_at_face", s.rest_at_face);
    f("test_subjects", s.test_subjects);
    f("win_share", s.win_share);
    f("test_win_share", s.test_win_share);
    f("mean_seconds", s.mean_seconds);
    f("seconds_deviation", s.seconds_deviation);
    f("shortest_seconds", s.shortest_seconds);
    f("longest_seconds", s.longest_seconds);
    f("median_events", s.median_events);
    f("events_deviation", s.events_deviation);
    f("fewest_events", s.fewest_events);
    f("most_events", s.most_events);
    f("gap_variation", s.gap_variation);
    f("overlap_share", s.overlap_share);
    f("imitation_share", s.imitation_share);
    f("other_hand_share", s.other_hand_share);
    f("linger_seconds", s.linger_seconds);
    f("boundary_deviation", s.boundary_deviation);
    f("missed_share", s.missed_share);
    f("swapped_share", s.swapped_share);
    f("yaw_degrees", s.yaw_degrees);
    f("camera_drift", s.camera_drift);
    f("desk_share", s.desk_share);
    f("body_noise", s.body_noise);
    f("face_noise", s.face_noise);
    f("finger_noise", s.finger_noise);
    f("noise_memory", s.noise_memory);
    f("moving_factor", s.moving_factor);
    f("unsure_factor", s.unsure_factor);
    f("dips_low", s.dips_low);
    f("dips_high", s.dips_high);
    f("gaps", s.gaps);
    f("gap_shortest", s.gap_shortest);
    f("gap_longest", s.gap_longest);
    f("hand_swaps", s.hand_swaps);
    f("zero_below", s.zero_below);
    f("cut_ins_high", s.cut_ins_high);
    f("cut_in_seconds", s.cut_in_seconds);
}

/// Errors: mgkit::error for a setting outside its range, with its name.
inline void check(const settings& s) {
    constexpr std::string_view where = "synthetic press conference";
    const auto within = [&](std::string_view what, double value, double least, double most) {
        if (!(value >= least && value <= most))
            throw error(std::string(where), text(what, " from ", least, " to ", most), text(value));
    };
    for_each_setting(s, [&](std::string_view what, const auto& value) {
        within(what, static_cast<double>(value), 0, 1.9e19);
    });
    within("recordings", s.recordings, 1, 1000000);
    within("outcome_effect", s.outcome_effect, 0, 5);
    within("minutes_scale", s.minutes_scale, 0.005, 10);
    within("limb_deviation", s.limb_deviation, 0, 0.15);
    within("width_low", s.width_low, 20, s.width_high);
    within("width_high", s.width_high, s.width_low, 600);
    within("tempo_deviation", s.tempo_deviation, 0, 1);
    within("subject_deviation", s.subject_deviation, 0, 3);
    within("recording_deviation", s.recording_deviation, 0, 3);
    for (const double share :
         {s.rest_clasped, s.rest_at_face, s.test_subjects, s.win_share, s.test_win_share,
          s.imitation_share, s.other_hand_share, s.missed_share, s.swapped_share, s.desk_share})
        within("a share", share, 0, 1);
    within("rest_clasped + rest_at_face", s.rest_clasped + s.rest_at_face, 0, 1);
    within("mean_seconds", s.mean_seconds, 1, 10000);
    within("seconds_deviation", s.seconds_deviation, 0, 2);
    within("shortest_seconds", s.shortest_seconds, 4, s.longest_seconds);
    within("longest_seconds", s.longest_seconds, s.shortest_seconds, 20000);
    within("median_events", s.median_events, 1, 10000);
    within("events_deviation", s.events_deviation, s.seconds_deviation, 3);
    within("fewest_events", s.fewest_events, 1, s.most_events);
    within("most_events", s.most_events, s.fewest_events, 100000);
    within("gap_variation", s.gap_variation, 0.1, 5);
    within("overlap_share", s.overlap_share, 0, 0.2);
    within("linger_seconds", s.linger_seconds, 0.1, 60);
    within("boundary_deviation", s.boundary_deviation, 0, 10);
    within("yaw_degrees", s.yaw_degrees, 0, 80);
    within("camera_drift", s.camera_drift, 0, 0.2);
    for (const double noise : {s.body_noise, s.face_noise, s.finger_noise})
        within("noise", noise, 0, 0.5);
    within("noise_memory", s.noise_memory, 0, 0.999);
    within("moving_factor", s.moving_factor, 0, 20);
    within("unsure_factor", s.unsure_factor, 0, 20);
    within("dips_low", s.dips_low, 0, s.dips_high);
    within("dips_high", s.dips_high, s.dips_low, 600);
    within("gaps", s.gaps, 0, 60);
    within("gap_shortest", s.gap_shortest, 1, s.gap_longest);
    within("gap_longest", s.gap_longest, s.gap_shortest, 10000);
    within("hand_swaps", s.hand_swaps, 0, 60);
    within("zero_below", s.zero_below, 0, 0.9);
    within("cut_ins_high", s.cut_ins_high, 0, 30);
    within("cut_in_seconds", s.cut_in_seconds, 0.04, 60);
}

}  // namespace MGKIT_NAMESPACE::data::interview
