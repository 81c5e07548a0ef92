// SPDX-License-Identifier: MIT
// Definitions of link_people.hpp.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/assignment.hpp"
#include "mgkit/data/detail/body_measure.hpp"
#include "mgkit/data/link_people.hpp"

namespace MGKIT_NAMESPACE::data {

namespace detail {

/// A count and the first frames of it, made a finding once.
struct tally {
    std::int64_t count = 0;
    std::vector<int> frames;

    void add(int frame) {
        ++count;
        if (frames.size() < findings::kept_frames && (frames.empty() || frames.back() != frame))
            frames.push_back(frame);
    }
    void tell(findings& to, finding_kind kind, std::string_view code,
              std::string_view words) const {
        to.add({kind, std::string(code), std::string(words), {}, count, frames});
    }
};

/// Track ids as far as they tell people apart; -1 elsewhere. `repeated`: people whose id is none.
MGKIT_INLINE std::vector<int> usable_ids(const detections& people, tally& repeated) {
    constexpr int few = 20;  // an id repeated in more than one of so many of its frames is none
    struct uses {
        int frames = 0, repeated = 0;
    };
    std::map<int, uses> known;
    std::vector<int> out = people.track, ids;
    std::vector<char> doubtful(people.people(), 0);
    for (int t = 0; t < people.frames(); ++t) {
        const auto at = static_cast<std::size_t>(t);
        ids.assign(out.begin() + static_cast<std::ptrdiff_t>(people.first[at]),
                   out.begin() + static_cast<std::ptrdiff_t>(people.first[at + 1]));
        std::sort(ids.begin(), ids.end());
        for (std::size_t i = 0, end = 0; i < ids.size(); i = end) {
            while (end < ids.size() && ids[end] == ids[i]) ++end;
            if (ids[i] < 0) continue;
            uses& of = known[ids[i]];
            ++of.frames;
            if (end - i == 1) continue;
            ++of.repeated;
            for (std::size_t k = people.first[at]; k < people.first[at + 1]; ++k)
                if (out[k] == ids[i]) doubtful[k] = 1;
        }
    }
    std::erase_if(known,
                  [&](const auto& of) { return few * of.second.repeated <= of.second.frames; });
    for (int t = 0; t < people.frames(); ++t)
        for (std::size_t i = people.first[static_cast<std::size_t>(t)];
             i < people.first[static_cast<std::size_t>(t) + 1]; ++i) {
            if (out[i] < 0 || (doubtful[i] == 0 && !known.contains(out[i]))) continue;
            out[i] = -1;
            repeated.add(t);
        }
    return out;
}

/// What links the people of one frame after the other to the tracks that are open.
class people_linker {
public:
    people_linker(const detections& people, const primary_rule& rule)
        : people_(people), rule_(rule), bodies_(people, rule.visible) {}

    linked_people run() {
        tally repeated, absent;
        ids_ = usable_ids(people_, repeated);
        const bool has_ids = std::any_of(ids_.begin(), ids_.end(), [](int id) { return id >= 0; });
        for (int t = 0; t < people_.frames(); ++t) {
            link_frame(t);
            if (!has_ids) continue;
            for (std::size_t i = first_; i < end_; ++i)
                if (people_.track[i] < 0) absent.add(t);
        }
        std::vector<double> scales;
        for (auto& track : out_.tracks) {
            scales.clear();
            for (const auto& [t, i] : track.at) scales.push_back(bodies_.scale(i));
            track.scale = median_of(scales);
        }
        out_.joins = static_cast<int>(joins_.count);
        out_.splits = static_cast<int>(splits_.count);
        out_.ids_ignored = repeated.count;
        repeated.tell(out_.found, finding_kind::left_out, "track_ids_repeated",
                      "track ids that several people of one frame have; place and size link them");
        absent.tell(out_.found, finding_kind::guessed, "track_ids_absent",
                    "people without a track id beside others with one, linked by place and size");
        joins_.tell(out_.found, finding_kind::repaired, "track_ids_joined",
                    "changes of a person's track id, joined where place and size fit");
        splits_.tell(out_.found, finding_kind::repaired, "track_ids_split",
                     "jumps of a track id to another body, split");
        return std::move(out_);
    }

private:
    static constexpr std::size_t none = best_matching::none;

    bool lost(std::size_t k, int t) const {
        return t - out_.tracks[k].last() - 1 > rule_.max_gap_frames;
    }

    /// How person i of frame t lies to track k.
    struct relation {
        bool same = false, differ = false;  ///< ids
        double frames = 1;                  ///< since the track was seen
        double grown = 0, limit = 0;        ///< distances: without ids, and with them
        bool measured = false;              ///< joints are visible in both
    };
    relation relate(std::size_t k, std::size_t i, int t) {
        constexpr double most_reach = 2;
        const auto [last, before] = out_.tracks[k].at.back();
        relation out;
        out.measured = bodies_.compare(before, i);
        if (ids_[i] >= 0 && track_id_[k] >= 0) {
            out.same = ids_[i] == track_id_[k];
            out.differ = !out.same;
        }
        out.frames = static_cast<double>(t - last);
        const double size = std::max(bodies_.reach(before), bodies_.reach(i));
        const double step = rule_.max_step * size;
        out.grown = std::min(step * out.frames, std::max(step, most_reach * size));
        out.limit = out.differ ? step / 2 : out.same ? 2 * out.grown : out.grown;
        return out;
    }
    bool alike(double& ratio) const {
        constexpr double most_ratio = 2;
        ratio = bodies_.size_ratio();
        return ratio <= most_ratio;
    }
    /// Whether the id of a person says which track it is, without a look at others.
    bool holds(std::size_t k, std::size_t i, int t) {
        const relation r = relate(k, i, t);
        double ratio = 1;
        return r.same && (!r.measured || (bodies_.within(r.grown / 2) && alike(ratio)));
    }
    /// What linking is worth; 0 where it must not be.
    double worth_of(std::size_t k, std::size_t i, int t) {
        constexpr double least = 1e-3;
        const relation r = relate(k, i, t);
        double ratio = 1;
        if (!r.measured || !bodies_.within(r.limit) || !alike(ratio)) return 0;
        const double distance = bodies_.distance();
        const double nearness = r.limit > 0 ? 1 - distance / r.limit : 1;
        const double gain = least + nearness * (1 - std::log2(ratio)) / r.frames;
        return (r.differ ? gain / 2 : gain) + (r.same && distance <= r.grown ? 1 : 0);
    }

    void link_frame(int t) {
        first_ = people_.first[static_cast<std::size_t>(t)];
        end_ = people_.first[static_cast<std::size_t>(t) + 1];
        std::erase_if(open_, [&](std::size_t k) { return lost(k, t); });
        const std::size_t count = end_ - first_;
        to_.assign(count, none);
        from_.assign(count, none);
        taken_.assign(open_.size(), 0);
        for (std::size_t i = 0; i < count; ++i) {
            const int id = ids_[first_ + i];
            if (id < 0) continue;
            const auto known = holder_.find(id);
            if (known == holder_.end() || lost(known->second, t)) continue;
            from_[i] = known->second;
            if (!holds(known->second, first_ + i, t)) continue;
            to_[i] = known->second;
            taken_[static_cast<std::size_t>(
                std::lower_bound(open_.begin(), open_.end(), known->second) - open_.begin())] = 1;
        }
        pairs_.clear();
        for (std::size_t i = 0; i < count; ++i)
            for (std::size_t o = 0; to_[i] == none && o < open_.size(); ++o)
                if (taken_[o] == 0)
                    if (const double gain = worth_of(open_[o], first_ + i, t); gain > 0)
                        pairs_.push_back({i, o, gain});
        const auto matched = match_(count, open_.size(), pairs_);
        for (std::size_t i = 0; i < count; ++i)
            if (matched[i] != none) to_[i] = open_[matched[i]];
        settle(t, count);
    }

    /// Appends the people of a frame to their tracks; ids go where they are now.
    void settle(int t, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            const int id = ids_[first_ + i];
            if (to_[i] != none && id >= 0 && track_id_[to_[i]] >= 0 && track_id_[to_[i]] != id)
                joins_.add(t);
            if (from_[i] != none && from_[i] != to_[i]) splits_.add(t);
        }
        for (std::size_t i = 0; i < count; ++i)
            if (from_[i] != none && from_[i] != to_[i]) track_id_[from_[i]] = -1;
        for (std::size_t i = 0; i < count; ++i) {
            if (to_[i] == none) {
                to_[i] = out_.tracks.size();
                open_.push_back(to_[i]);
                out_.tracks.emplace_back();
                track_id_.push_back(-1);
            }
            out_.tracks[to_[i]].at.emplace_back(t, first_ + i);
            const int id = ids_[first_ + i];
            if (id < 0) continue;
            track_id_[to_[i]] = id;
            holder_[id] = to_[i];
        }
    }

    const detections& people_;
    primary_rule rule_;
    body_measure bodies_;
    std::vector<int> ids_;
    linked_people out_;
    std::vector<int> track_id_;          ///< per track, the id it has now
    std::map<int, std::size_t> holder_;  ///< per id, the track that has it
    std::vector<std::size_t> open_, to_, from_;
    std::vector<char> taken_;
    std::vector<worth> pairs_;
    best_matching match_;
    tally joins_, splits_;
    std::size_t first_ = 0, end_ = 0;
};

}  // namespace detail

MGKIT_INLINE linked_people link_people(const detections& people, const primary_rule& rule) {
    check(people);
    if (!(rule.max_step > 0) || rule.max_gap_frames < 0 || rule.min_track_frames < 0)
        throw error("primary person of " + people.name,
                    "max_step above 0, max_gap_frames and min_track_frames of 0 or more",
                    text(rule.max_step, ", ", rule.max_gap_frames, ", ", rule.min_track_frames));
    return detail::people_linker(people, rule).run();
}

}  // namespace MGKIT_NAMESPACE::data
