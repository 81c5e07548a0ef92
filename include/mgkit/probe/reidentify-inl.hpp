// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/probe/reidentify.hpp"

#include <map>
#include <numeric>
#include <set>

#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::probe {

namespace detail {

MGKIT_COLD_INLINE present_classes::present_classes(std::span<const int> all,
                                                   std::span<const int> rows) {
    for (const int i : rows) labels.push_back(all[static_cast<std::size_t>(i)]);
    classes = labels;
    std::sort(classes.begin(), classes.end());
    classes.erase(std::unique(classes.begin(), classes.end()), classes.end());
    for (int& label : labels)
        label = static_cast<int>(std::lower_bound(classes.begin(), classes.end(), label) -
                                 classes.begin());
}

MGKIT_COLD_INLINE void check_reidentify(const data::clip_set& clips, std::size_t rows,
                                        const reidentify_settings& s) {
    constexpr auto where = "probe::reidentify";
    data::check_arrays(clips);
    data::check_label_range(clips);
    if (rows != static_cast<std::size_t>(clips.size()))
        throw error(where, text("features of ", clips.size(), " clips"), text(rows, " rows"));
    if (!(s.ridge >= 0)) throw error(where, "a ridge of 0 or more", text(s.ridge));
    if (!(s.level > 0 && s.level < 1)) throw error(where, "a level between 0 and 1", text(s.level));
}

/// For each clip the fold that tests it, and folds in which it does not train either.
struct dealt_clips {
    std::vector<int> tested_in;
    std::vector<std::set<int>> idle_in;
};

/// Clips in order of their ids.
MGKIT_COLD_INLINE std::vector<int> in_order(const data::clip_set& clips) {
    std::vector<int> out = data::all_of(clips);
    std::stable_sort(out.begin(), out.end(), [&](int a, int b) {
        return clips.ids[static_cast<std::size_t>(a)] < clips.ids[static_cast<std::size_t>(b)];
    });
    return out;
}

MGKIT_COLD_INLINE dealt_clips deal_recordings(const data::clip_set& clips,
                                              std::span<const int> recordings, int folds,
                                              int& count) {
    std::vector<std::vector<int>> members;
    std::map<int, std::size_t> known;
    for (const int i : in_order(clips)) {
        const auto [at, fresh] =
            known.try_emplace(recordings[static_cast<std::size_t>(i)], members.size());
        if (fresh) members.emplace_back();
        members[at->second].push_back(i);
    }
    count = static_cast<int>(members.size());
    dealt_clips out{std::vector<int>(clips.subjects.size()),
                    std::vector<std::set<int>>(clips.subjects.size())};
    std::map<int, std::vector<int>> load;  // of a person, clips tested by each fold
    std::vector<int> whole(static_cast<std::size_t>(folds));
    for (const auto& clips_of_one : members) {
        std::set<int> people;
        for (const int i : clips_of_one) people.insert(clips.subjects[static_cast<std::size_t>(i)]);
        std::pair<int, int> least{-1, 0};
        int to = 0;
        for (int f = 0; f < folds; ++f) {
            std::pair<int, int> cost{0, whole[static_cast<std::size_t>(f)]};
            for (const int p : people) {
                auto& own = load[p];
                own.resize(static_cast<std::size_t>(folds));
                cost.first += own[static_cast<std::size_t>(f)];
            }
            if (least.first < 0 || cost < least) {
                least = cost;
                to = f;
            }
        }
        for (const int i : clips_of_one) {
            ++load[clips.subjects[static_cast<std::size_t>(i)]][static_cast<std::size_t>(to)];
            out.tested_in[static_cast<std::size_t>(i)] = to;
        }
        whole[static_cast<std::size_t>(to)] += static_cast<int>(clips_of_one.size());
    }
    return out;
}

MGKIT_COLD_INLINE dealt_clips deal_stretches(const data::clip_set& clips, int folds, int apart) {
    dealt_clips out{std::vector<int>(clips.subjects.size()),
                    std::vector<std::set<int>>(clips.subjects.size())};
    std::map<int, std::vector<int>> of_person;
    for (const int i : in_order(clips))
        of_person[clips.subjects[static_cast<std::size_t>(i)]].push_back(i);
    for (const auto& [person, own] : of_person) {
        const auto n = static_cast<std::ptrdiff_t>(own.size());
        const auto fold_at = [&](std::ptrdiff_t k) { return static_cast<int>(k * folds / n); };
        for (std::ptrdiff_t k = 0; k < n; ++k) {
            const auto i = static_cast<std::size_t>(own[static_cast<std::size_t>(k)]);
            out.tested_in[i] = fold_at(k);
            for (auto near = std::max<std::ptrdiff_t>(0, k - apart);
                 near < std::min<std::ptrdiff_t>(n, k + apart + 1); ++near)
                if (fold_at(near) != fold_at(k)) out.idle_in[i].insert(fold_at(near));
        }
    }
    return out;
}

}  // namespace detail

MGKIT_COLD_INLINE identity_folds folds_of_moments(const data::clip_set& clips,
                                                  std::span<const int> recordings, int folds,
                                                  int apart) {
    constexpr auto where = "probe::folds_of_moments";
    data::check_arrays(clips);
    if (folds < 2 || folds > 1000) throw error(where, "2 to 1000 folds", text(folds));
    if (apart < 0 || apart > clips.size())
        throw error(where, text("0 to ", clips.size(), " clips apart"), text(apart));
    if (!recordings.empty() && recordings.size() != clips.subjects.size())
        throw error(where, text("a recording for each of ", clips.size(), " clips"),
                    text(recordings.size()), "leave recordings empty where they are not known");
    identity_folds out;
    const auto dealt = recordings.empty()
                           ? detail::deal_stretches(clips, folds, apart)
                           : detail::deal_recordings(clips, recordings, folds, out.recordings);
    const auto trains = [&](int i, int f) {
        const auto k = static_cast<std::size_t>(i);
        return dealt.tested_in[k] != f && !dealt.idle_in[k].contains(f);
    };
    const auto all = data::all_of(clips);
    std::set<std::pair<int, int>> tested, trained;
    for (const int i : all) {
        const int person = clips.subjects[static_cast<std::size_t>(i)];
        tested.insert({person, dealt.tested_in[static_cast<std::size_t>(i)]});
        for (int f = 0; f < folds; ++f)
            if (trains(i, f)) trained.insert({person, f});
    }
    std::set<int> without;
    for (const auto& entry : tested)
        if (!trained.contains(entry)) without.insert(entry.first);
    const auto people = data::subjects_of(clips, all).size() - without.size();
    if (people < 2)
        throw error(where, "at least two people with clips on both sides of a fold", text(people),
                    recordings.empty() ? "more clips of each person, or fewer apart"
                                       : "two recordings of each person, or none named");
    out.left_out.assign(without.begin(), without.end());
    for (int f = 0; f < folds; ++f) {
        inner_fold fold;
        for (const int i : all) {
            if (without.contains(clips.subjects[static_cast<std::size_t>(i)])) continue;
            if (dealt.tested_in[static_cast<std::size_t>(i)] == f)
                fold.test.push_back(i);
            else if (trains(i, f))
                fold.train.push_back(i);
        }
        if (fold.test.empty()) continue;
        out.clips += static_cast<int>(fold.test.size());
        out.folds.push_back(std::move(fold));
    }
    return out;
}

}  // namespace MGKIT_NAMESPACE::probe
