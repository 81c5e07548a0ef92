// SPDX-License-Identifier: MIT
// The laws every augmentation keeps, for ours and yours; needs no test framework.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mgkit/augment/concept.hpp"
#include "mgkit/core/error.hpp"
#include "mgkit/core/random.hpp"
#include "mgkit/skeleton/pose.hpp"
#include "mgkit/skeleton/topology.hpp"
#include "mgkit/testing/detail/law_book.hpp"

namespace MGKIT_NAMESPACE::testing {

/// A clip to try augmentations on: smooth paths on a grid of 2^-12, so that float and double hold
/// the same numbers. With a confidence channel one joint is never valid (index 1, if there are
/// three), about a tenth of the other observations are invalid, and invalid coordinates hold
/// `poison`. Padding holds `poison` too.
template <class S>
skeleton::pose<S> trial_clip(skeleton::pose_shape shape, int length, double poison = 0) {
    skeleton::pose<S> clip(shape, length);
    const auto view = clip.view();
    const int dimension = skeleton::coordinates(shape.layout);
    random_stream stream({.seed = 41}, "trial_clip");
    for (int v = 0; v < shape.joints; ++v)
        for (int m = 0; m < shape.persons; ++m) {
            double phase[3], speed[3];
            for (int c = 0; c < 3; ++c) {
                phase[c] = stream.uniform(-3, 3);
                speed[c] = stream.uniform(.05, .4);
            }
            for (int t = 0; t < shape.frames; ++t) {
                const double sure = stream.uniform(-.1, 1);
                const bool never = v == 1 && shape.joints >= 3;
                const bool seen =
                    t < length && (view.confidence() == nullptr || (sure > 0 && !never));
                for (int c = 0; c < dimension; ++c) {
                    const double value = 2 * std::sin(phase[c] + speed[c] * t);
                    view.at(c, t, v, m) =
                        static_cast<S>(seen ? std::round(value * 4096) / 4096 : poison);
                }
                if (view.confidence() != nullptr)
                    view.at(dimension, t, v, m) =
                        static_cast<S>(seen ? std::ceil(sure * 4096) / 4096 : 0.);
            }
        }
    return clip;
}

namespace detail {

template <class S>
bool same_bits(std::span<const S> a, std::span<const S> b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}
template <class S>
std::span<const S> values(const skeleton::pose<S>& clip) {
    return {clip.view().values, clip.shape().size()};
}

template <class S, augment::augmentation A>
skeleton::pose<S> applied(const A& stage, const typename A::plan& plan,
                          const skeleton::pose<S>& clip, augment::workspace<S>& work) {
    const auto behind = augment::after(stage, {clip.shape(), clip.length(), {}});
    skeleton::pose<S> out(behind.shape, behind.length);
    const auto view = out.view();
    std::fill_n(view.values, behind.shape.size(), std::numeric_limits<S>::quiet_NaN());
    augment::apply(stage, plan, clip.view(), view, work);
    return out;
}

/// No value missing, padding 0, invalid joints invalid and 0. With `moved` the joints of a person
/// are compared in order of their highest confidence, not one by one.
template <class S>
void check_content(law_book& laws, const skeleton::pose<S>& before, const skeleton::pose<S>& after,
                   bool moved) {
    bool finite = true, padding = true, zeroed = true, resurrected = false, surer = false;
    for (S value : values(after)) finite = finite && std::isfinite(value);
    const auto in = before.view();
    const auto out = after.view();
    const auto& shape = out.shape;
    const int dimension = skeleton::coordinates(shape.layout);
    for (int c = 0; c < skeleton::channels(shape.layout); ++c)
        for (int t = out.length; t < shape.frames; ++t)
            for (int p = 0; p < shape.points(); ++p) padding = padding && out.row(c, t)[p] == S(0);
    for (int m = 0; m < shape.persons && in.confidence() != nullptr; ++m) {
        const auto joints = static_cast<std::size_t>(shape.joints);
        std::vector<S> most(joints, S(0)), left(joints, S(0));
        for (int v = 0; v < shape.joints; ++v) {
            const auto j = static_cast<std::size_t>(v);
            for (int t = 0; t < in.length; ++t)
                most[j] = std::max(most[j], in.at(dimension, t, v, m));
            for (int t = 0; t < out.length; ++t) {
                const S sure = out.at(dimension, t, v, m);
                left[j] = std::max(left[j], sure);
                for (int c = 0; c < dimension; ++c)
                    zeroed = zeroed && (sure > S(0) || out.at(c, t, v, m) == S(0));
            }
        }
        if (moved) {
            std::sort(most.begin(), most.end());
            std::sort(left.begin(), left.end());
        }
        for (std::size_t j = 0; j < joints; ++j) {
            resurrected = resurrected || (most[j] == S(0) && left[j] > S(0));
            surer = surer || left[j] > most[j];
        }
    }
    laws.require(finite, "a finite clip gives finite views, every value written");
    laws.require(padding, "frames after the valid ones are 0");
    laws.require(zeroed, "invalid joints have coordinates 0");
    const std::string hint = moved ? "" : " (a stage that exchanges joints says moves_joints)";
    laws.require(!resurrected, "a joint that is never valid stays invalid" + hint);
    laws.require(!surer, "confidence does not rise above what was seen" + hint);
}

template <class S, augment::augmentation A>
typename A::plan plan_for(const A& stage, const random_key& key, const skeleton::pose<S>& clip) {
    augment::workspace<S> work;
    return augment::draw(stage, key, work.describe(clip.view()));
}

/// Whether a view is anything but its clip written out.
template <class S>
bool differs(const skeleton::pose<S>& view, const skeleton::pose<S>& clip) {
    if (view.shape() != clip.shape() || view.length() != clip.length()) return true;
    augment::workspace<S> work;
    skeleton::pose<S> plain(clip.shape(), clip.length());
    work.begin(clip.view());
    work.finish(plain.view());
    return !same_bits(values(view), values(plain));
}

/// Returns whether the view differs from its clip.
template <class S, augment::augmentation A>
bool check_views(law_book& laws, const A& stage, const random_key& key, skeleton::pose_shape shape,
                 int length) {
    const auto clip = trial_clip<S>(shape, length);
    const auto plan = plan_for(stage, key, clip);
    augment::workspace<S> work, used;
    const auto view = applied(stage, plan, clip, work);
    laws.require(same_bits(values(view), values(applied(stage, plan, clip, work))),
                 "the same plan gives the same view, bit for bit");
    auto larger = shape;
    larger.frames += 3;
    const auto other = trial_clip<S>(larger, larger.frames);
    applied(stage, plan_for(stage, key, other), other, used);
    laws.require(same_bits(values(view), values(applied(stage, plan, clip, used))),
                 "what a workspace did before does not matter");
    laws.require(view.length() >= 1 && view.length() <= view.shape().frames &&
                     view.shape().joints == shape.joints && view.shape().layout == shape.layout &&
                     view.shape().persons == shape.persons,
                 "joints, persons and channels stay");
    check_content(laws, clip, view, augment::moves_joints<A>());
    for (const double poison : {1e3, std::numeric_limits<double>::quiet_NaN()}) {
        const auto poisoned = trial_clip<S>(shape, length, poison);
        laws.require(same_bits(values(view), values(applied(stage, plan, poisoned, work))),
                     "coordinates of invalid joints and of padding do not matter");
    }
    return differs(view, clip);
}

/// Settings of no effect give the clip back, invalid joints written as 0.
template <augment::augmentation A>
void check_none(law_book& laws, const random_key& key, skeleton::pose_shape shape, int length) {
    const A stage = A::none();
    const auto clip = trial_clip<double>(shape, length);
    augment::workspace<double> work;
    const auto view = applied(stage, plan_for(stage, key, clip), clip, work);
    bool same = view.length() == length;
    for (int c = 0; same && c < skeleton::channels(shape.layout); ++c)
        same = std::equal(clip.view().row(c, 0), clip.view().row(c, 0) + length * shape.points(),
                          view.view().row(c, 0));
    laws.require(same, "none() changes nothing");
}

template <augment::augmentation A>
void check_precision(law_book& laws, const A& stage, const random_key& key,
                     skeleton::pose_shape shape, int length) {
    const auto single = trial_clip<float>(shape, length);
    const auto twice = trial_clip<double>(shape, length);
    const auto plan = plan_for(stage, key, single);
    laws.require(plan == plan_for(stage, key, twice), "float and double clips give equal plans");
    augment::workspace<float> work_single;
    augment::workspace<double> work_twice;
    const auto a = applied(stage, plan, single, work_single);
    const auto b = applied(stage, plan, twice, work_twice);
    double apart = 0, scale = 1;
    for (std::size_t i = 0; i < std::min(values(a).size(), values(b).size()); ++i) {
        apart = std::max(apart, std::abs(double(values(a)[i]) - values(b)[i]));
        scale = std::max(scale, std::abs(values(b)[i]));
    }
    laws.require(a.shape() == b.shape() && apart <= 1e-5 * scale,
                 "float and double views agree within 1e-5");
}

template <augment::augmentation A>
void check_refusals(law_book& laws, const A& stage, const skeleton::pose_shape& shape) {
    const auto good = trial_clip<float>(shape, shape.frames);
    const auto plan = plan_for(stage, {}, good);
    const int t = shape.frames, v = shape.joints, m = shape.persons;
    for (const auto& [frames, joints, persons, length] :
         {std::array{t, 0, m, t}, {t, v, 0, t}, {0, v, m, 0}, {t, v, m, 0}, {t, v, m, t + 1}}) {
        augment::workspace<float> work;
        auto bad = good.view();
        bad.shape = {shape.layout, frames, joints, persons};
        bad.length = length;
        std::vector<float> room(good.shape().size());
        bool refused = false;
        try {
            augment::apply(stage, plan, bad, {room.data(), good.shape(), t}, work);
        } catch (const error&) {
            refused = true;
        }
        laws.require(refused, text("a clip of ", joints, " joints, ", persons, " persons, ", length,
                                   " valid of ", frames, " frames is refused"));
    }
}

}  // namespace detail

/// Extents to try an augmentation on.
struct augmentation_trial {
    skeleton::pose_shape shape;
    int length = 1;
};

/// All layouts; long, padded, single-frame and single-joint clips, of no skeleton in particular.
inline std::vector<augmentation_trial> augmentation_trials() {
    using skeleton::channel_layout;
    return {{{channel_layout::xyz, 90, 25, 2}, 80}, {{channel_layout::xy, 20, 5, 1}, 13},
            {{channel_layout::xyc, 40, 15, 1}, 33}, {{channel_layout::xyzc, 70, 21, 2}, 70},
            {{channel_layout::xyc, 12, 3, 2}, 1},   {{channel_layout::xyz, 1, 1, 1}, 1},
            {{channel_layout::xyzc, 2, 2, 3}, 2}};
}

/// The trials of a stage: of the skeleton that it says it is for (`using skeleton = ...`), or of
/// none in particular.
template <class A>
std::vector<augmentation_trial> augmentation_trials_of();

/// The same of the skeletons that a stage is for: `augmentation_trials(skeleton::kinect20{})`.
template <skeleton::topology... Topologies>
requires(sizeof...(Topologies) >
         0) std::vector<augmentation_trial> augmentation_trials(const Topologies&... skeletons) {
    using skeleton::channel_layout;
    std::vector<augmentation_trial> out;
    for (const int joints : {skeleton::joint_count(skeletons)...})
        for (const auto& trial : {augmentation_trial{{channel_layout::xyz, 90, joints, 2}, 80},
                                  augmentation_trial{{channel_layout::xy, 20, joints, 1}, 13},
                                  augmentation_trial{{channel_layout::xyc, 40, joints, 1}, 33},
                                  augmentation_trial{{channel_layout::xyzc, 70, joints, 2}, 70},
                                  augmentation_trial{{channel_layout::xyc, 12, joints, 2}, 1}})
            out.push_back(trial);
    return out;
}

template <class A>
std::vector<augmentation_trial> augmentation_trials_of() {
    if constexpr (requires { typename A::skeleton; })
        return augmentation_trials(typename A::skeleton{});
    else
        return augmentation_trials();
}

/// What was examined, and what was found.
struct augmentation_report {
    std::vector<std::string> violations;  ///< one sentence each; empty for a sound augmentation
    int views = 0;                        ///< examined
    int changed = 0;                      ///< of them, those that differ from their clip
    std::vector<std::string> unchanged;   ///< trials on which no view differs from its clip

    /// "112 views, 96 changed; none on xyz 1x1x1 of length 1".
    std::string summary() const {
        std::string out = text(views, " views, ", changed, " changed");
        for (std::size_t i = 0; i < unchanged.size(); ++i)
            out += (i == 0 ? "; none on " : ", ") + unchanged[i];
        return out;
    }
};

/// Every law that `stage` breaks, and on how much it was tried.
///
/// Laws: the same key gives the same plan, views differ; plans do not depend on the scalar type;
/// the same plan gives the same view whatever the workspace did before; shapes and validity stay;
/// invalid joints and padding never matter; finite in, finite out; settings `none()` change
/// nothing; clips without joints, persons or valid frames are refused with mgkit::error; some view
/// differs from its clip, for a stage that gives every clip back was not examined. Whatever the
/// stage throws is a violation, not an end. A stage for one skeleton gets trials of that skeleton.
template <augment::augmentation A>
augmentation_report examine_augmentation(
    const A& stage = {},
    const std::vector<augmentation_trial>& trials = augmentation_trials_of<A>()) {
    augmentation_report out;
    const auto gather = [&](detail::law_book& laws) {
        for (std::string& law : laws.take()) out.violations.push_back(std::move(law));
    };
    constexpr std::uint32_t views = 16;
    bool varied = false;
    for (const augmentation_trial& trial : trials) {
        const skeleton::pose_shape& shape = trial.shape;
        const int length = trial.length;
        const std::string place = text(skeleton::name(shape.layout), " ", shape.frames, "x",
                                       shape.joints, "x", shape.persons, " of length ", length);
        detail::law_book laws(text(A::name, " on ", place));
        const int changed_before = out.changed;
        laws.attempt("drawing a plan", [&] {
            const auto clip = trial_clip<double>(shape, length);
            random_key key{.seed = 3, .epoch = 1, .clip = 9};
            const auto first = detail::plan_for(stage, key, clip);
            laws.require(first == detail::plan_for(stage, key, clip),
                         "the same key, the same plan");
            for (key.view = 0; key.view < views; ++key.view) {
                ++out.views;
                varied = varied || first != detail::plan_for(stage, key, clip);
                laws.attempt("making a view of float",
                             [&] { detail::check_views<float>(laws, stage, key, shape, length); });
                laws.attempt("making a view of double", [&] {
                    out.changed += detail::check_views<double>(laws, stage, key, shape, length);
                });
                laws.attempt("comparing float and double",
                             [&] { detail::check_precision(laws, stage, key, shape, length); });
                if constexpr (requires { A::none(); })
                    laws.attempt("none()",
                                 [&] { detail::check_none<A>(laws, key, shape, length); });
            }
        });
        if (out.changed == changed_before) out.unchanged.push_back(place);
        gather(laws);
    }
    detail::law_book laws{std::string(A::name)};
    laws.require(varied, text("views differ: ", views, " keys gave one plan on every trial"));
    laws.require(out.changed > 0, text("some view differs from its clip: none of ", out.views,
                                       " did; give trials of the skeleton that the stage is for"));
    if (!trials.empty())
        laws.attempt("refusing a clip",
                     [&] { detail::check_refusals(laws, stage, trials.front().shape); });
    gather(laws);
    return out;
}

/// The violations of `examine_augmentation` alone.
template <augment::augmentation A>
std::vector<std::string> augmentation_violations(
    const A& stage = {},
    const std::vector<augmentation_trial>& trials = augmentation_trials_of<A>()) {
    return examine_augmentation(stage, trials).violations;
}

}  // namespace MGKIT_NAMESPACE::testing
