// SPDX-License-Identifier: MIT
// The synthetic press conference: recordings of generated people, with everything known about them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/core/random.hpp"
#include "mgkit/data/interview/annotators.hpp"
#include "mgkit/data/interview/camera.hpp"
#include "mgkit/data/interview/cut_ins.hpp"
#include "mgkit/data/interview/detail/disturb.hpp"
#include "mgkit/data/interview/detail/observer.hpp"
#include "mgkit/data/interview/kinematics.hpp"
#include "mgkit/data/interview/schedule.hpp"
#include "mgkit/data/interview/settings.hpp"
#include "mgkit/data/interview/subject.hpp"
#include "mgkit/data/recording.hpp"
#include "mgkit/skeleton/pose.hpp"
#include "mgkit/skeleton/upper_body.hpp"

namespace MGKIT_NAMESPACE::data::interview {

/// What happens in a recording, without poses: cheap, for counting and simulating.
struct plan {
    subject who;
    bool test_split = false;
    outcome result = outcome::win;
    int frames = 0;
    schedule script;
};

/// One recording and its truth.
struct interview {
    recording observed;            ///< 41 joints, x y confidence, pixels of 1280 x 720, 25 fps
    skeleton::pose<float> latent;  ///< the same frames without noise: x y z, shoulder widths
    std::vector<segment> truth;    ///< what happens
    std::vector<segment> first;    ///< annotator 0: what can be seen of it
    std::vector<segment> second;   ///< annotator 1, who errs
    std::vector<cut_in> cut_ins;
    bool test_split = false;
    plan script;
    camera view;

    /// Label of every frame, -1 where nothing happens; where two gestures overlap, the later one's.
    std::vector<int> frame_labels() const {
        std::vector<int> out(static_cast<std::size_t>(observed.frames()), -1);
        for (const segment& s : truth)
            for (int t = s.start; t < s.end; ++t) out[static_cast<std::size_t>(t)] = s.label;
        return out;
    }
};

/// A corpus of any size, one recording at a time.
///
/// `make(i)` depends on the settings and i alone: recordings may be made in any order, by any
/// number of threads, again later, and with another number of recordings in the corpus (the last
/// subject's share apart). Subject traits belong to the subject, so all recordings of a person
/// share them. Randomness: keyed by seed, subject or recording, and stage. Memory: one recording.
/// Errors: mgkit::error for settings out of range and recordings that do not exist.
class generator {
public:
    explicit generator(const settings& s = {}) : settings_(s) {
        check(s);
        cast_ = cast_recordings(s);
    }

    int size() const { return static_cast<int>(cast_.size()); }
    const settings& options() const { return settings_; }
    const std::vector<casting>& cast() const { return cast_; }

    static std::string name_of(int i) {
        std::string digits = std::to_string(i + 1);
        if (digits.size() < 4) digits.insert(0, 4 - digits.size(), '0');
        return "interview_" + digits;
    }

    /// Subject, outcome, length and gestures of recording i. Cost: linear in the gestures.
    plan plan_of(int i) const {
        const casting& role = cast_[index(i)];
        const random_stream random = stream(i);
        plan out;
        out.who = make_subject(settings_, role.subject);
        out.test_split = role.test;
        const double wins = role.test ? settings_.test_win_share : settings_.win_share;
        out.result = random.fork("outcome").uniform() < wins ? outcome::win : outcome::loss;
        out.frames = detail::draw_frames(settings_, random.fork("length"));
        out.script = make_schedule(settings_, out.who, out.result, out.frames, random);
        return out;
    }

    /// Everything about recording i but its poses, which stay empty. Cost: as plan_of.
    interview outline(int i) const {
        interview out;
        out.script = plan_of(i);
        const plan& p = out.script;
        const random_stream random = stream(i);
        out.test_split = p.test_split;
        out.observed.name = name_of(i);
        out.observed.subject = p.who.id;
        out.observed.fps = frame_rate;
        out.observed.width = image_width;
        out.observed.height = image_height;
        out.observed.result = p.result;
        out.observed.topology = skeleton::dynamic::copy_of(skeleton::upper_body{});
        out.view = make_camera(settings_, p.who.width, random.fork("camera"));
        out.truth = truth_of(p.script.events);
        out.cut_ins = draw_cut_ins(settings_, p.frames, random.fork("cut-ins"));
        out.first = first_annotator(out.truth, out.cut_ins);
        out.second = second_annotator(settings_, out.first, p.frames, random);
        return out;
    }

    /// Recording i, counted from 0. Cost: about T V.
    interview make(int i) const {
        interview out = outline(i);
        const plan& p = out.script;
        const random_stream random = stream(i);
        const int v = static_cast<int>(detail::joint_total);
        out.observed.poses.resize({skeleton::channel_layout::xyc, p.frames, v, 1}, p.frames);
        out.latent.resize({skeleton::channel_layout::xyz, p.frames, v, 1}, p.frames);
        const auto latent = out.latent.view();
        const auto seen = out.observed.poses.view();
        performer person(settings_, p.who, p.script.events, random.fork("performance"));
        detail::observer eye(settings_, tables_, out.view, random);
        for (int t = 0; t < p.frames; ++t) {
            const detail::joint_set& joints = person.next();
            for (int j = 0; j < v; ++j) {
                const detail::vec3& at = joints[static_cast<std::size_t>(j)];
                latent.at(0, t, j) = static_cast<float>(at.x);
                latent.at(1, t, j) = static_cast<float>(at.y);
                latent.at(2, t, j) = static_cast<float>(at.z);
            }
            eye.frame(t, joints, seen);
        }
        disturb(out, random.fork("disturbances"));
        for (int t = 0; t < p.frames; ++t) detail::give_up(settings_, t, seen);
        for (std::size_t k = 0; k < out.cut_ins.size(); ++k)
            insert(out, out.cut_ins[k], random.fork("visit", static_cast<std::uint32_t>(k)));
        return out;
    }

private:
    std::size_t index(int i) const {
        if (i < 0 || i >= size())
            throw error("synthetic press conference", text("a recording from 0 to ", size() - 1),
                        text(i));
        return static_cast<std::size_t>(i);
    }
    random_stream stream(int i) const {
        return {{settings_.seed, 0, static_cast<std::uint32_t>(i)}, "interview/recording"};
    }

    void disturb(interview& out, const random_stream& random) const {
        const auto seen = out.observed.poses.view();
        const int frames = out.observed.frames();
        const double seconds = frames / frame_rate;
        const auto frame_at = [&](double t) {
            return std::min(frames - 1, static_cast<int>(t * frame_rate));
        };
        random_stream draw = random.fork("swaps");
        for (const double t : detail::arrivals(draw, settings_.hand_swaps / 60, seconds)) {
            const int start = frame_at(t), most = 1 + static_cast<int>(draw.below(10));
            detail::exchange_hands(start, std::min(frames, start + most), seen);
        }
        draw = random.fork("gaps");
        const auto span =
            static_cast<std::uint32_t>(settings_.gap_longest - settings_.gap_shortest + 1);
        for (const double t : detail::arrivals(draw, settings_.gaps / 60, seconds)) {
            const int start = frame_at(t);
            const int end = start + settings_.gap_shortest + static_cast<int>(draw.below(span));
            detail::gap(draw, start, std::min(frames, end), out.view, out.latent.view(),
                        tables_.of[2], seen);
        }
        draw = random.fork("dips");
        const double rate = draw.uniform(settings_.dips_low, settings_.dips_high);
        for (const double t : detail::arrivals(draw, rate / 60, seconds))
            detail::dip(draw, frame_at(t), seen);
    }

    /// Overwrites the frames of one cut-in with what it shows.
    void insert(interview& out, const cut_in& c, const random_stream& random) const {
        const auto seen = out.observed.poses.view();
        const int v = seen.shape.joints;
        if (c.kind != cut_in_kind::another_person) {
            for (int t = c.start; t < c.end; ++t)
                for (int channel = 0; channel < 3; ++channel)
                    for (int j = 0; j < v; ++j)
                        seen.at(channel, t, j) =
                            c.kind == cut_in_kind::replay
                                ? seen.at(channel, c.replayed_from + t - c.start, j)
                                : 0.0f;
            return;
        }
        const subject who = make_subject(settings_, c.other_subject);
        camera view = make_camera(settings_, who.width, random.fork("camera"));
        view.desk = 2.0 * image_height;
        skeleton::pose<float> shown;
        shown.resize({skeleton::channel_layout::xyc, c.frames(), v, 1}, c.frames());
        performer person(settings_, who, {}, random.fork("performance"));
        detail::observer eye(settings_, tables_, view, random);
        for (int t = 0; t < c.frames(); ++t) {
            eye.frame(t, person.next(), shown.view());
            detail::give_up(settings_, t, shown.view());
            for (int channel = 0; channel < 3; ++channel)
                for (int j = 0; j < v; ++j)
                    seen.at(channel, c.start + t, j) = shown.view().at(channel, t, j);
        }
    }

    settings settings_;
    std::vector<casting> cast_;
    detail::confidence_tables tables_;
};

}  // namespace MGKIT_NAMESPACE::data::interview
