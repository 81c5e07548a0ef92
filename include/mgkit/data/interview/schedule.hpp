// SPDX-License-Identifier: MIT
// What happens when: the gestures of one recording, before anybody moves.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "mgkit/core/random.hpp"
#include "mgkit/data/interview/detail/distributions.hpp"
#include "mgkit/data/interview/micro_gestures.hpp"
#include "mgkit/data/interview/settings.hpp"
#include "mgkit/data/interview/subject.hpp"
#include "mgkit/data/recording.hpp"

namespace MGKIT_NAMESPACE::data::interview {

enum class side { left, right };

/// One gesture: frames [start, end) of the recording.
struct event {
    int label = 0;
    int start = 0, end = 0;
    side hand = side::right;  ///< the hand that moves, where one does
    bool both_hands = false;
    bool usual_hand = true;
    int imitates = -1;  ///< the class whose path an illustrative gesture takes
    unsigned draw = 0;  ///< keys this gesture's own randomness

    int frames() const { return end - start; }
    double seconds() const { return frames() / frame_rate; }
};

/// Parts of the body, as bits.
enum part_bits : unsigned { head_part = 1, torso_part = 2, left_part = 4, right_part = 8 };

/// Which parts a gesture uses; two gestures at one time never share any.
constexpr unsigned parts_of(const event& e) {
    const unsigned arm = e.both_hands           ? left_part | right_part
                         : e.hand == side::left ? left_part
                                                : right_part;
    switch (micro_gestures[static_cast<std::size_t>(e.label)].group) {
        case gesture_group::head:
            return e.label == 0 || e.label == 1 ? head_part | torso_part : head_part;
        case gesture_group::head_hand:
            return head_part | arm;
        case gesture_group::body_hand:
            return torso_part | arm;
        case gesture_group::body:
            return torso_part;
        case gesture_group::hand:
            // One hand rests on or holds the other arm; objects leave the other hand alone.
            return e.label == 25 ? arm : left_part | right_part;
        case gesture_group::illustrative:
            return e.imitates >= 0 ? head_part | torso_part | arm : arm;
    }
    return 0;
}

/// The shortest and longest gesture, seconds.
inline constexpr double shortest_gesture = 0.18, longest_gesture = 80.92;

/// Draws the length of a gesture of class `label`, seconds.
inline double draw_duration(random_stream& random, int label) {
    const bool usual = random.uniform() < 0.975;
    const double base = usual ? detail::lognormal(random, std::log(1.85), 0.65)
                              : detail::lognormal(random, std::log(10.0), 0.7);
    return std::clamp(base * duration_factor(label) / mean_duration_factor, shortest_gesture,
                      longest_gesture);
}

/// Share of gestures no longer than `seconds`, under the base shares of the classes: the mixture
/// that draw_duration draws from.
inline double duration_distribution(double seconds) {
    if (seconds < shortest_gesture) return 0;
    if (seconds >= longest_gesture) return 1;
    const auto below = [](double x, double median, double deviation) {
        return 0.5 * std::erfc(-std::log(x / median) / deviation / std::sqrt(2.0));
    };
    double sum = 0;
    for (int label = 0; label < class_count; ++label) {
        const double x = seconds * mean_duration_factor / duration_factor(label);
        sum += base_share(label) * (0.975 * below(x, 1.85, 0.65) + 0.025 * below(x, 10.0, 0.7));
    }
    return sum;
}

struct schedule {
    std::vector<event> events;  ///< by start
    int wanted = 0;             ///< drawn; more than there are where time was too short
    int overlapping = 0;        ///< begin during another
};

namespace detail {

/// Length of recording `id` in frames. Randomness: keyed by seed and id.
inline int draw_frames(const settings& s, random_stream random) {
    const double log_median =
        std::log(s.mean_seconds) - 0.5 * s.seconds_deviation * s.seconds_deviation;
    const double seconds = std::clamp(lognormal(random, log_median, s.seconds_deviation),
                                      s.shortest_seconds, s.longest_seconds);
    return std::max(50, static_cast<int>(std::lround(seconds * s.minutes_scale * frame_rate)));
}

inline int draw_count(const settings& s, random_stream& random, int frames) {
    // The number of gestures is log-normal over recordings and proportional to their length: what
    // length does not explain of its deviation is drawn.
    const double median_seconds =
        s.mean_seconds * std::exp(-0.5 * s.seconds_deviation * s.seconds_deviation);
    const double rest = std::sqrt(std::max(
        0.0, s.events_deviation * s.events_deviation - s.seconds_deviation * s.seconds_deviation));
    const double wanted =
        s.median_events * frames / (frame_rate * median_seconds) * lognormal(random, 0, rest);
    const int least = std::max(
        1, static_cast<int>(std::lround(s.fewest_events * std::min(1.0, s.minutes_scale))));
    return std::clamp(static_cast<int>(std::lround(wanted)), least, s.most_events);
}

/// Whether a class is done by one hand, by both, or by chance.
inline bool draw_both_hands(random_stream& random, int label) {
    switch (label) {
        case 5:
            return random.uniform() < 0.5;
        case 16:
        case 18:
        case 22:
        case 23:
        case 24:
        case 29:
            return true;
        case 31:
            return random.uniform() < 0.45;
        default:
            return false;
    }
}

inline event draw_event(const settings& s, const subject& who, random_stream random, int label) {
    event e;
    e.label = label;
    e.both_hands = draw_both_hands(random, label);
    e.usual_hand = random.uniform() >= s.other_hand_share;
    e.hand = who.left_handed == e.usual_hand ? side::left : side::right;
    if (label == illustrative_label && random.uniform() < s.imitation_share) {
        // Any class that moves a hand, in proportion to its frequency.
        std::array<double, class_count> weights{};
        for (int k = 0; k < illustrative_label; ++k) {
            const gesture_group group = micro_gestures[static_cast<std::size_t>(k)].group;
            const bool hands = group != gesture_group::head && group != gesture_group::body;
            weights[static_cast<std::size_t>(k)] = hands ? base_share(k) : 0;
        }
        e.imitates = static_cast<int>(choose(random, weights));
        e.both_hands = draw_both_hands(random, e.imitates) || e.imitates == 21 || e.imitates == 26;
    }
    return e;
}

}  // namespace detail

/// Weight of a class whose share, after the log-normal differences between subjects and recordings
/// and their normalisation, is its base share on average (to first order: frequent classes lose to
/// rare ones otherwise).
inline double class_weight(const settings& s, int label) {
    double concentration = 0;
    for (int k = 0; k < class_count; ++k) concentration += base_share(k) * base_share(k);
    const double spread = std::exp(s.subject_deviation * s.subject_deviation +
                                   s.recording_deviation * s.recording_deviation) -
                          1;
    return base_share(label) / std::max(0.1, 1 + spread * (concentration - base_share(label)));
}

/// The gestures of one recording of `frames` frames.
///
/// Classes in proportion to their frequency, changed per subject, per recording and by the outcome;
/// gaps are gamma distributed and then scaled to fill the recording, so that gestures cluster. A
/// few gestures begin during the one before, where they use other parts of the body. Where the
/// gestures drawn do not fit into nine tenths of the recording, those that do not are left out.
/// Randomness: `random`. Cost: linear in the gestures times classes.
inline schedule make_schedule(const settings& s, const subject& who, outcome result, int frames,
                              const random_stream& random) {
    random_stream draw = random.fork("classes");
    std::array<double, class_count> weights{};
    for (int label = 0; label < class_count; ++label) {
        const auto k = static_cast<std::size_t>(label);
        const double shift =
            outcome_sign(label) * (result == outcome::loss ? 0.5 : -0.5) * s.outcome_effect;
        weights[k] = class_weight(s, label) *
                     std::exp(who.log_rate[k] + s.recording_deviation * draw.normal() + shift);
    }
    schedule out;
    out.wanted = detail::draw_count(s, draw, frames);
    std::vector<int> lengths;
    int used = 0;
    for (int i = 0; i < out.wanted; ++i) {
        const int label = static_cast<int>(detail::choose(draw, weights));
        const int length =
            static_cast<int>(std::lround(draw_duration(draw, label) * frame_rate + 1e-9));
        const auto number = static_cast<unsigned>(i);
        if (used + length > 0.9 * frames) continue;
        used += length;
        event e = detail::draw_event(s, who, random.fork("event", number), label);
        e.draw = number;
        e.end = std::max(length, 5);
        out.events.push_back(e);
    }

    // Which gestures begin during the one before, and how far into it. A partner that uses other
    // parts of the body changes places with the next in line.
    random_stream place = random.fork("places");
    const std::size_t n = out.events.size();
    std::vector<int> into(n, -1);
    for (std::size_t i = 1; i < n; ++i) {
        const bool wanted = place.uniform() < s.overlap_share;
        const double share = place.uniform(0.1, 0.8);
        if (!wanted || into[i - 1] >= 0) continue;
        const event& before = out.events[i - 1];
        std::size_t partner = i;
        while (partner < n && (parts_of(out.events[partner]) & parts_of(before)) != 0) ++partner;
        if (partner == n) continue;
        std::swap(out.events[i], out.events[partner]);
        into[i] = static_cast<int>(share * before.end);
    }
    std::vector<double> gap(n + 1, 0.0);
    const double shape = 1 / (s.gap_variation * s.gap_variation);
    double gaps = 0;
    for (std::size_t i = 0; i <= n; ++i)
        if (i == n || into[i] < 0) gaps += gap[i] = detail::gamma(place, shape);
    int covered = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const int length = out.events[i].end;
        covered += into[i] < 0 ? length : std::max(0, into[i] + length - out.events[i - 1].end);
    }
    const double scale = gaps > 0 ? std::max(0, frames - covered) / gaps : 0;
    double spent = 0;
    int busy = 0, until = 0, previous = 0;
    for (std::size_t i = 0; i < n; ++i) {
        event& e = out.events[i];
        const int length = e.end;
        if (into[i] < 0) {
            spent += gap[i] * scale;
            e.start = std::max(until, busy + static_cast<int>(spent));
            busy += length;
        } else {
            e.start = previous + into[i];
            busy += std::max(0, e.start + length - until);
            ++out.overlapping;
        }
        previous = e.start;
        e.end = std::min(frames, e.start + length);
        until = std::max(until, e.end);
    }
    std::sort(out.events.begin(), out.events.end(), [](const event& a, const event& b) {
        return a.start < b.start || (a.start == b.start && a.draw < b.draw);
    });
    return out;
}

}  // namespace MGKIT_NAMESPACE::data::interview
