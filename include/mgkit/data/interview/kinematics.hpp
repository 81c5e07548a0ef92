// SPDX-License-Identifier: MIT
// A subject in motion: rest, speech and gestures, frame after frame, without noise or camera.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "mgkit/data/interview/detail/hands.hpp"

namespace MGKIT_NAMESPACE::data::interview {

/// Plays a schedule. Frames come in order, since rest motion has a memory.
///
/// Rest motion never stops: breathing, postural drift, head sway, and for 55 % of the time speech
/// with nods and lips. Gestures rise and fall by minimum-jerk profiles on top of it, arms by
/// two-bone inverse kinematics with constant lengths. A gesture that does not return leaves its
/// posture behind for a while, unlabelled.
/// Randomness: `random`, in named parts. Cost: about 100 operations per joint and frame.
class performer {
public:
    performer(const settings& s, const subject& who, const std::vector<event>& events,
              const random_stream& random)
        : who_(who),
          body_(who.body),
          draw_(random.fork("rest")),
          speech_(random.fork("speech")),
          drift_{wander(dt, 8, draw_()), wander(dt, 8, draw_()), wander(dt, 8, draw_())},
          head_{wander(dt, 1.5, draw_()), wander(dt, 1.5, draw_()), wander(dt, 1.5, draw_())},
          fingers_{wander(dt, 3, draw_()), wander(dt, 3, draw_())} {
        speaking_ = speech_.uniform() >= 0.55;  // at_rest begins with the other state
        random_stream once = random.fork("breath");
        breath_hertz_ = once.uniform(0.2, 0.35);
        breath_phase_ = detail::two_pi * once.uniform();
        motions_.reserve(events.size());
        for (const event& e : events)
            motions_.push_back(detail::make_motion(
                s, who, e, random.fork("motion", static_cast<unsigned>(e.draw))));
    }

    /// Joints of the next frame: `upper_body`, shoulder widths.
    const detail::joint_set& next() {
        const double t = frame_ * dt;
        while (upcoming_ < motions_.size() && motions_[upcoming_].start <= t)
            active_.push_back(upcoming_++);
        std::erase_if(active_, [&](std::size_t k) { return motions_[k].end <= t; });
        detail::posture p = at_rest(t);
        for (const std::size_t k : active_) move_body(motions_[k], t, p);
        body_.place(p);
        // A hand that reaches for the other arm is placed after it.
        std::size_t first = 0;
        for (const std::size_t k : active_)
            if (motions_[k].path == 21 || motions_[k].path == 26) first = 1 - motions_[k].arm;
        place_arm(first, t);
        place_arm(1 - first, t);
        ++frame_;
        return body_.joints;
    }

    /// Whether a labelled or lingering gesture moves this hand now; after `next`.
    bool hand_busy(std::size_t arm) const { return busy_[arm]; }

private:
    using wander = detail::wander;
    static constexpr double dt = 1 / frame_rate;

    detail::posture at_rest(double t) {
        detail::posture p;
        const double breath = std::sin(detail::two_pi * breath_hertz_ * t + breath_phase_);
        p.lift = {0.01 * breath, 0.01 * breath};
        p.shift = {0.03 * drift_[0](draw_), 0.01 * drift_[1](draw_), 0.03 * drift_[2](draw_)};
        // Angles that move the nose by .06 w: it is .3 before and .44 away from where it turns.
        p.yaw = 0.06 / 0.30 * head_[0](draw_);
        p.pitch = who_.head_pitch + 0.06 / 0.44 * head_[1](draw_);
        p.roll = 0.06 / 0.60 * head_[2](draw_);
        p.lean_side = who_.lean;
        if (t >= speech_until_) {
            speaking_ = !speaking_;
            speech_until_ = t + detail::exponential(speech_, speaking_ ? 3.3 : 2.7);
            if (speaking_) {
                nod_hertz_ = speech_.uniform(1, 3);
                nod_ = speech_.uniform(0.02, 0.05) / 0.44;
                lips_ = speech_.uniform(0.01, 0.03);
                lip_hertz_ = speech_.uniform(3, 5.5);
            }
        }
        voice_ += ((speaking_ ? 1.0 : 0.0) - voice_) * (dt / 0.12);
        nod_phase_ += detail::two_pi * nod_hertz_ * dt;
        lip_phase_ += detail::two_pi * lip_hertz_ * dt;
        p.pitch += voice_ * nod_ * std::sin(nod_phase_);
        p.lip_gap = who_.body.lips + voice_ * lips_ * (1 + std::sin(lip_phase_));
        p.corners = 0.6 * voice_ * lips_ * std::sin(0.7 * lip_phase_);
        return p;
    }

    void move_body(const detail::motion& m, double t, detail::posture& p) const {
        const double e = m.envelope(t), a = e * m.amount;
        const auto lift = [&](double by) {
            p.lift[0] += by;
            p.lift[1] += by;
        };
        switch (m.path) {
            case 0:
                p.sink += 0.10 * a;
                lift(0.08 * a);
                break;
            case 1: {
                // One deep breath over the whole gesture.
                const double s = std::clamp((t - m.start) / (m.labelled_end - m.start), 0.0, 1.0);
                const double once = m.amount * std::pow(std::sin(detail::two_pi / 2 * s), 2);
                p.puff += 0.03 * once;
                lift(0.05 * once);
                break;
            }
            case 19: {
                const double way = a * (1 + m.swing * m.wave(t));
                const double direction = m.choice < 0.5 ? -1 : 1;
                if (m.offset.x < 0)
                    p.shift += way * detail::vec3{direction, 0, 0.3 * direction};
                else if (m.offset.y < 0)
                    p.lean_side += direction * way / who_.body.torso;
                else
                    p.lean_front += direction * way / who_.body.torso;
                break;
            }
            case 20:
                p.shift.y += a;
                p.pitch -= 0.3 * a;
                break;
            case 27:
                p.pitch -= a / 0.44;
                break;
            case 28:
                p.lip_gap *= 1 - e;
                p.corners -= 0.02 * a;
                break;
            case 30:
                // Shaking: up and down about where they are, either way first.
                lift((m.choice < 0.5 ? -a : a) * m.wave(t));
                break;
            default:
                break;
        }
    }

    static bool moves_hands(int path) {
        return path != 0 && path != 1 && path != 19 && path != 20 && path != 27 && path != 28 &&
               path != 30;
    }

    void place_arm(std::size_t arm, double t) {
        detail::hand_goal goal = detail::resting_hand(who_, body_, arm);
        busy_[arm] = false;
        for (const std::size_t k : active_) {
            const detail::motion& m = motions_[k];
            if (!moves_hands(m.path) || !(m.both || m.arm == arm)) continue;
            goal = mix(goal, detail::gesturing_hand(m, body_, arm, t), m.envelope(t));
            busy_[arm] = true;
        }
        goal.curl = std::clamp(goal.curl + 0.03 * fingers_[arm](draw_), 0.0, 1.0);
        body_.place_arm(arm, goal);
    }

    subject who_;
    detail::figure body_;
    detail::normals draw_;
    random_stream speech_;
    std::array<wander, 3> drift_, head_;
    std::array<wander, 2> fingers_;
    std::vector<detail::motion> motions_;
    std::vector<std::size_t> active_;
    std::size_t upcoming_ = 0;
    int frame_ = 0;
    double breath_hertz_ = 0, breath_phase_ = 0;
    bool speaking_ = false;
    double speech_until_ = 0, voice_ = 0;
    double nod_hertz_ = 0, nod_ = 0, nod_phase_ = 0, lips_ = 0, lip_hertz_ = 0, lip_phase_ = 0;
    std::array<bool, 2> busy_{};
};

}  // namespace MGKIT_NAMESPACE::data::interview
