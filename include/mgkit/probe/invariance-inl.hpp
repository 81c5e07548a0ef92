// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/probe/invariance.hpp"

#include <cstddef>
#include <optional>

#include "mgkit/clip/resample.hpp"
#include "mgkit/core/error.hpp"
#include "mgkit/metric/prediction.hpp"
#include "mgkit/probe/chance.hpp"

namespace MGKIT_NAMESPACE::probe {

namespace detail {

/// Answers of a scorer, checked.
MGKIT_COLD_INLINE std::vector<int> answers_of(const data::clip_set& clips,
                                              const clip_scorer& scores) {
    const std::vector<float> found = scores(clips);
    metric::check_scores("probe::audit_invariance", found, static_cast<std::size_t>(clips.size()),
                         clips.classes());
    return metric::best_class(found, clips.classes());
}

/// A changed clip in the frames of the one it was made of.
MGKIT_COLD_INLINE skeleton::pose<float> in_frames_of(skeleton::pose_view<const float> clip,
                                                     skeleton::pose<float> made) {
    if (made.shape() == clip.shape) return made;
    skeleton::pose<float> out(clip.shape, clip.length);
    clip::resample(std::as_const(made).view(), 0, made.length(), out.view());
    return out;
}

/// The clip after the first draw that changes something.
MGKIT_COLD_INLINE std::optional<skeleton::pose<float>> changed_clip(const change& by,
                                                                    const data::clip_set& clips,
                                                                    int i,
                                                                    const invariance_settings& s) {
    const auto clip = clips.clip(i);
    random_key key{s.seed, 0, clips.ids[static_cast<std::size_t>(i)], 0};
    for (int draw = 0; draw < s.draws; ++draw) {
        key.view = static_cast<std::uint32_t>(draw);
        auto made = in_frames_of(clip, by.apply(key, clip));
        const auto view = std::as_const(made).view();
        if (made.length() != clip.length ||
            !std::equal(view.values, view.values + clip.shape.size(), clip.values))
            return made;
    }
    return std::nullopt;
}

/// The clips that a change changes, and their places.
struct changed_clips {
    data::clip_set clips;
    std::vector<int> places;
};

MGKIT_COLD_INLINE changed_clips changed_by(const change& by, const data::clip_set& clips,
                                           const invariance_settings& s) {
    changed_clips out;
    std::vector<float> values;
    std::vector<int> lengths;
    for (int i = 0; i < clips.size(); ++i) {
        const auto made = changed_clip(by, clips, i, s);
        if (!made) continue;
        const auto view = made->view();
        values.insert(values.end(), view.values, view.values + clips.shape.size());
        lengths.push_back(made->length());
        out.places.push_back(i);
    }
    if (out.places.empty()) return out;
    out.clips = clips.subset(out.places);
    out.clips.num_frames = std::move(lengths);
    out.clips.set_values(std::move(values));
    return out;
}

}  // namespace detail

MGKIT_COLD_INLINE std::vector<int> change_invariance::destroyed() const {
    std::vector<int> out;
    for (std::size_t k = 0; k < classes.size(); ++k)
        if (classes[k].destroyed) out.push_back(static_cast<int>(k));
    return out;
}

MGKIT_COLD_INLINE std::vector<change> changes_named(std::span<const change> from,
                                                    std::span<const std::string> names) {
    std::vector<change> out;
    for (const std::string& name : names) {
        const auto found =
            std::find_if(from.begin(), from.end(), [&](const change& c) { return c.name == name; });
        if (found == from.end()) {
            std::string known;
            for (const change& c : from) known += (known.empty() ? "" : ", ") + c.name;
            throw error("probe::changes_named", "one of " + known, name);
        }
        out.push_back(*found);
    }
    return out;
}

MGKIT_COLD_INLINE invariance audit_invariance(const data::clip_set& clips,
                                              const clip_scorer& scores,
                                              std::span<const change> changes,
                                              const invariance_settings& s) {
    constexpr auto where = "probe::audit_invariance";
    data::check_labelled(clips);
    if (!scores) throw error(where, "a function that scores clips", "none");
    if (s.draws < 1 || s.draws > 256) throw error(where, "1 to 256 draws", text(s.draws));
    if (!(s.level > 0 && s.level < 1)) throw error(where, "a level between 0 and 1", text(s.level));
    for (const change& c : changes)
        if (!c.apply) throw error(where, "changes with a function", c.name + " without one");

    const auto before = detail::answers_of(clips, scores);
    const auto classes = static_cast<std::size_t>(clips.classes());
    std::vector<int> answered(classes), shown(classes), right(classes);
    for (std::size_t i = 0; i < before.size(); ++i) {
        const auto truth = static_cast<std::size_t>(clips.labels[i]);
        ++answered[static_cast<std::size_t>(before[i])];
        ++shown[truth];
        right[truth] += before[i] == clips.labels[i];
    }
    invariance out{clips.class_names, clips.size(), 0, s.level, {}};
    std::vector<double> guessed(classes);
    std::vector<bool> known(classes);
    for (std::size_t k = 0; k < classes; ++k) {
        out.top1 += static_cast<double>(right[k]) / clips.size();
        guessed[k] = static_cast<double>(answered[k]) / clips.size();
        known[k] = shown[k] > 0 &&
                   standing_of(static_cast<double>(right[k]) / shown[k],
                               chance_interval(guessed[k], shown[k], s.level)) == standing::above;
    }
    for (const change& c : changes) {
        change_invariance row{c.name, c.settings, {}, 0, 0, std::vector<class_invariance>(classes)};
        detail::changed_clips made;
        try {
            made = detail::changed_by(c, clips, s);
        } catch (const error& e) {
            row.refused = e.what();
        }
        row.changed = static_cast<int>(made.places.size());
        const auto after =
            made.places.empty() ? std::vector<int>{} : detail::answers_of(made.clips, scores);
        for (std::size_t n = 0; n < after.size(); ++n) {
            const auto i = static_cast<std::size_t>(made.places[n]);
            row.kept += after[n] == before[i];
            if (before[i] != clips.labels[i]) continue;
            auto& own = row.classes[static_cast<std::size_t>(clips.labels[i])];
            ++own.right;
            own.kept += after[n] == before[i];
        }
        for (std::size_t k = 0; k < classes; ++k) {
            auto& own = row.classes[k];
            if (own.right == 0) continue;
            own.chance = chance_interval(guessed[k], own.right, s.level);
            own.judged = known[k] && standing_of(1, own.chance) == standing::above;
            own.destroyed = own.judged && standing_of(own.share(), own.chance) != standing::above;
        }
        out.changes.push_back(std::move(row));
    }
    return out;
}

}  // namespace MGKIT_NAMESPACE::probe
