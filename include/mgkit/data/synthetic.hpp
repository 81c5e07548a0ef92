// Generated people making generated movements: a labelled set for trying things without data.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/core/random.hpp"
#include "mgkit/data/clip_set.hpp"
#include "mgkit/data/detail/puppet.hpp"
#include "mgkit/skeleton/dynamic.hpp"
#include "mgkit/skeleton/kinect20.hpp"

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
inline double envelope(const synthetic_take& take, double s) {
    const double u = (s - take.onset) / take.duration;
    if (u <= 0 || u >= 1) return 0;
    const double edge = std::min({u / 0.3, (1 - u) / 0.3, 1.0});
    return edge * edge * (3 - 2 * edge);
}

inline synthetic_take draw_take(random_stream& random, synthetic_class movement, double tempo,
                                double view_degrees) {
    constexpr double degree = 3.14159265358979323846 / 180;
    synthetic_take out{};
    out.movement = movement;
    out.side = random.below(2) == 0 ? -1 : 1;
    out.duration = random.uniform(0.4, 0.75);
    out.onset = random.uniform(0, 1 - out.duration);
    out.cycles = tempo * random.uniform(3, 5.5);
    out.amplitude = random.uniform(0.7, 1.2);
    out.phase = random.uniform(0, 6.28);
    for (std::size_t arm = 0; arm < 2; ++arm) {
        out.rest[arm] = {random.uniform(0.05, 0.30), random.uniform(-0.12, 0.12),
                         random.uniform(0.05, 0.32)};
        out.drift[arm] = {0.03 * random.normal(), 0.03 * random.normal(), 0.03 * random.normal()};
    }
    out.drift_cycles = random.uniform(0.5, 1.5);
    out.head_turn = 0.06 * random.normal();
    out.sway = 0.05 * random.normal();
    out.yaw = degree * random.uniform(-view_degrees, view_degrees);
    out.pitch = degree * random.uniform(-10, 15);
    out.place = {random.uniform(-0.4, 0.4), random.uniform(-0.1, 0.1), random.uniform(2.2, 3.2)};
    return out;
}

/// The pose of one moment; s in [0, 1].
inline puppet_pose pose_at(const synthetic_take& take, const body_proportions& body, double s) {
    constexpr double turn = 6.283185307179586;
    const double e = envelope(take, s), a = take.amplitude;
    const double beat = std::sin(turn * take.cycles * s + take.phase);
    const double drift = std::sin(turn * take.drift_cycles * s + take.phase);
    puppet_pose pose;
    pose.roll = take.sway * drift;
    pose.head = {take.head_turn * drift, 0, 0};
    const std::size_t active = take.side < 0 ? 0 : 1;
    for (std::size_t arm = 0; arm < 2; ++arm) {
        const double out = arm == 0 ? -1 : 1;
        const vec3 rest = take.rest[arm] + drift * take.drift[arm];
        vec3 goal = {out * rest[0], rest[1], rest[2]};
        const auto toward = [&](const vec3& target) { goal = goal + e * (target - goal); };
        switch (take.movement) {
            case synthetic_class::raise_hand:
                if (arm == active) toward({out * 0.32, body.torso + a * 0.22, 0.22});
                break;
            case synthetic_class::rub_hands:
                toward({out * 0.04, 0.22 + 0.05 * out * beat * a, 0.30 + 0.04 * out * beat * a});
                break;
            case synthetic_class::touch_face:
                if (arm == active)
                    toward({out * 0.06, body.torso + body.head + 0.02 * beat * a, 0.14});
                break;
            case synthetic_class::cross_arms:
                toward({-out * 0.14, 0.30 + 0.03 * out, 0.20});
                break;
            case synthetic_class::shake_shoulders:
                pose.lift[arm] = e * a * 0.05 * beat;
                break;
            case synthetic_class::lean:
                break;
        }
        pose.wrist[arm] = goal;
    }
    if (take.movement == synthetic_class::lean) pose.roll += take.side * e * a * 0.22;
    return pose;
}

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
inline clip_set make_synthetic(const synthetic_settings& settings = {}) {
    const auto bounded = [](const char* what, int value, int least, int most) {
        if (value < least || value > most)
            throw error("synthetic set", text(least, " to ", most, " ", what), text(value));
    };
    bounded("subjects", settings.subjects, 2, 10000);
    bounded("repetitions", settings.repetitions, 1, 10000);
    bounded("frames", settings.frames, 8, 10000);
    const auto classes = static_cast<int>(synthetic_class_names.size());
    const std::int64_t wanted = std::int64_t{settings.subjects} * classes * settings.repetitions;
    if (wanted > 1000000) throw error("synthetic set", "at most 1000000 clips", text(wanted));

    clip_set out;
    out.about.name = "synthetic upper-body movements";
    out.about.source = "generated by mgkit";
    out.about.units = "metres";
    out.about.fps = "30";
    out.about.caveat = "generated, not recorded: for trying the program, not for judging methods";
    out.about.synthetic = true;
    out.about.generator = "upper-body movements, version 1";
    out.topology = skeleton::dynamic::copy_of(skeleton::kinect20{});
    out.topology.name = out.about.name;
    out.class_names.assign(synthetic_class_names.begin(), synthetic_class_names.end());
    out.class_groups.assign(synthetic_class_groups.begin(), synthetic_class_groups.end());
    out.shape = {skeleton::channel_layout::xyz, settings.frames, 20, 1};
    std::vector<float> values(static_cast<std::size_t>(wanted) * out.shape.size(), 0.0f);

    for (int subject = 1; subject <= settings.subjects; ++subject) {
        random_stream person({settings.seed, 0, static_cast<std::uint32_t>(subject)},
                             "data/synthetic/subject");
        const auto body = detail::draw_body(person);
        const double tempo = person.uniform(0.75, 1.3);
        for (int label = 0; label < classes; ++label)
            for (int repetition = 0; repetition < settings.repetitions; ++repetition) {
                const auto id = static_cast<std::uint32_t>(out.ids.size());
                random_stream random({settings.seed, 0, id}, "data/synthetic/clip");
                const int shortest = settings.frames * 5 / 8;
                const int length =
                    shortest + static_cast<int>(random.below(
                                   static_cast<std::uint32_t>(settings.frames - shortest + 1)));
                const auto take = detail::draw_take(random, static_cast<synthetic_class>(label),
                                                    tempo, settings.view_degrees);
                const skeleton::pose_view<float> clip{values.data() + id * out.shape.size(),
                                                      out.shape, length};
                for (int t = 0; t < length; ++t) {
                    const auto joints = detail::place_joints(
                        body, detail::pose_at(take, body, double(t) / (length - 1)));
                    for (int v = 0; v < out.shape.joints; ++v) {
                        const auto seen =
                            detail::through_camera(joints[static_cast<std::size_t>(v)], take.yaw,
                                                   take.pitch) +
                            take.place;
                        for (int c = 0; c < 3; ++c)
                            clip.at(c, t, v) =
                                static_cast<float>(seen[static_cast<std::size_t>(c)] +
                                                   settings.noise * random.normal());
                    }
                }
                out.ids.push_back(id);
                out.num_frames.push_back(length);
                out.labels.push_back(label);
                out.subjects.push_back(subject);
            }
    }
    out.set_values(std::move(values));
    check(out);
    return out;
}

}  // namespace MGKIT_NAMESPACE::data
