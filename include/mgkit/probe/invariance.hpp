// SPDX-License-Identifier: MIT
// Which augmentations change what a trained probe sees in a clip, class by class.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/augment/by_name.hpp"
#include "mgkit/augment/list.hpp"
#include "mgkit/core/settings_text.hpp"
#include "mgkit/data/clip_set.hpp"
#include "mgkit/metric/bootstrap.hpp"
#include "mgkit/skeleton/pose.hpp"

namespace MGKIT_NAMESPACE::probe {

/// Something done to a clip, by name.
struct change {
    std::string name;
    std::string settings;  ///< in words
    /// The changed clip, of any number of frames, by the draws of a key.
    std::function<skeleton::pose<float>(const random_key&, skeleton::pose_view<const float>)>
        apply = {};
};

/// A stage or a composition as it is set.
template <augment::composable A>
change change_of(A stage, std::string name = std::string(A::name)) {
    std::string settings = settings_text(stage);
    return {
        std::move(name), std::move(settings),
        [stage = std::move(stage)](const random_key& key, skeleton::pose_view<const float> from) {
            augment::workspace<float> work;
            const auto info = work.describe(from, augment::uses_confidence<A>());
            const auto behind = augment::after(stage, info);
            skeleton::pose<float> out(behind.shape, behind.length);
            augment::apply(stage, augment::draw(stage, key, info), from, out.view(), work);
            return out;
        }};
}

/// A stage under its name, as it is set; draws as the stage does.
inline change change_of(const augment::named_stage& named) {
    return {named.name, named.stage.settings_words(),
            [stage = named.stage](const random_key& key, skeleton::pose_view<const float> from) {
                augment::workspace<float> work;
                const auto info = work.describe(from);
                const auto behind = stage.after(info);
                skeleton::pose<float> out(behind.shape, behind.length);
                random_stream stream(key, stage.name());
                const auto plan = stage.draw(stream, info);
                work.begin(from);
                stage.apply(plan, work);
                work.finish(out.view());
                return out;
            }};
}

/// augment::default_stages as changes; compositions are left out there, `change_of` takes them.
template <class List = augment::all>
std::vector<change> default_changes(const skeleton::dynamic& of) {
    std::vector<change> out;
    for (const augment::named_stage& stage : augment::default_stages<List>(of))
        out.push_back(change_of(stage));
    return out;
}

/// Those of `from` that `names` name, in the order of the names.
/// Errors: mgkit::error for a name that is not among them.
std::vector<change> changes_named(std::span<const change> from, std::span<const std::string> names);

struct invariance_settings {
    std::uint64_t seed = 0;
    int draws = 16;       ///< at most, until a clip is changed: stages may leave a clip as it is
    double level = 0.95;  ///< of the intervals of chance
};

/// What one change does to one class.
struct class_invariance {
    int right = 0;  ///< changed clips of the class that were answered rightly before
    int kept = 0;   ///< of those, still answered so
    /// What an answer keeps that no longer looks at the clip, but gives each class as often as the
    /// probe gave it before; `groups` is `right`. All 0 where `right` is.
    metric::interval chance;
    /// Whether the question could be answered: the class was known before, and keeping all of its
    /// answers would have been above chance.
    bool judged = false;
    bool destroyed = false;  ///< judged, and kept no more often than chance

    double share() const { return right > 0 ? static_cast<double>(kept) / right : 0; }
};

/// What one change does to all classes.
struct change_invariance {
    std::string name, settings;
    std::string refused;  ///< why it cannot be applied to such clips; empty where it can
    int changed = 0;      ///< clips that it changed at all
    int kept = 0;         ///< of those, answered as before, rightly or wrongly
    std::vector<class_invariance> classes;

    std::vector<int> destroyed() const;  ///< classes
};

/// What a probe keeps of its answers under changes of the clips.
struct invariance {
    std::vector<std::string> class_names;
    int clips = 0;
    double top1 = 0;  ///< before any change
    double level = 0.95;
    std::vector<change_invariance> changes;
};

/// Class scores [N, classes] of clips.
using clip_scorer = std::function<std::vector<float>(const data::clip_set&)>;

/// Asks a trained probe again after each change, and names the changes that destroy a class: the
/// probe was right about it above chance, and of those right answers keeps no more than chance.
/// Such a change teaches a method that asks for equal features of both clips to forget the class.
///
/// `clips` are test clips as `scores` takes them, labelled. Each is changed once: drawn under key
/// (seed, clip id, view 0, 1, ...) until something differs, `draws` times at most; clips that stay
/// as they are count for nothing. A change that leaves another number of frames is followed by
/// resampling to the clip's own, so that `scores` sees clips of one shape. Chance takes clips as
/// independent; of few clips its interval is wide, and destroyed then means not shown to be kept.
/// Randomness: as said. Cost: one scoring for each change, and a copy of the clips.
/// Errors: mgkit::error for unlabelled clips, settings out of range, a change without a function,
/// scores that are not one row per clip; those of `scores`. A change that refuses the clips is told
/// in the result.
/// Source: the choice of augmentations for micro-gestures by what they do to classes is from
/// identity-free micro-gesture understanding, which compares trainings; asking a trained probe is
/// ours.
invariance audit_invariance(const data::clip_set& clips, const clip_scorer& scores,
                            std::span<const change> changes,
                            const invariance_settings& settings = {});

}  // namespace MGKIT_NAMESPACE::probe

#if !defined(MGKIT_COMPILED)
#include "mgkit/probe/invariance-inl.hpp"
#endif
