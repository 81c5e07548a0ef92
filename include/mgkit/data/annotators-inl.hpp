// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/data/annotators.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <map>
#include <set>
#include <system_error>
#include <utility>

#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::data {

MGKIT_COLD_INLINE std::string annotator_choice::words() const {
    switch (rule) {
        case annotator_rule::first:
            return "the lowest-numbered annotator of each recording";
        case annotator_rule::everybody:
            return "the union of all annotators of a recording";
        case annotator_rule::consensus:
            return "what more than half of the annotators of a recording marked";
        default:
            return text("annotator ", number);
    }
}

MGKIT_COLD_INLINE annotator_choice parse_annotators(std::string_view words) {
    if (words == "first") return {annotator_rule::first, 0};
    if (words == "union") return {annotator_rule::everybody, 0};
    if (words == "consensus") return {annotator_rule::consensus, 0};
    int number = 0;
    const auto [end, code] = std::from_chars(words.data(), words.data() + words.size(), number);
    if (code != std::errc() || end != words.data() + words.size() || number < 0)
        throw error("annotators", "first, union, consensus or the number of one, from 0",
                    std::string(words.substr(0, 40)));
    return {annotator_rule::numbered, number};
}

namespace detail {

/// Runs of frames over which at least `needed` annotators marked the same thing. Frames t - 1 and t
/// belong to one run if so many annotators marked them as part of one segment, so that segments
/// which touch stay two, and those which overlap become one.
MGKIT_COLD_INLINE void add_runs(const std::vector<segment>& marks, int needed,
                                std::vector<segment>& out) {
    // Per annotator the frames marked, and the boundaries inside a segment, as rising intervals.
    std::map<int, std::vector<segment>> by_annotator;
    for (const segment& s : marks) {
        auto& own = by_annotator[s.annotator];
        if (!own.empty() && s.start < own.back().end)
            own.back().end = std::max(own.back().end, s.end);
        else
            own.push_back(s);
    }
    struct change {
        int frame, marked, joined;
        bool operator<(const change& o) const { return frame < o.frame; }
    };
    std::vector<change> changes;
    for (const auto& [who, own] : by_annotator)
        for (const segment& s : own) {
            changes.push_back({s.start, 1, 0});
            changes.push_back({s.end, -1, 0});
            changes.push_back({s.start + 1, 0, 1});  // boundary t joins frames t - 1 and t
            changes.push_back({s.end, 0, -1});
        }
    std::sort(changes.begin(), changes.end());
    int marked = 0, joined = 0, open = -1;
    const int label = marks.front().label;
    for (std::size_t i = 0; i < changes.size();) {
        const int frame = changes[i].frame;
        for (; i < changes.size() && changes[i].frame == frame; ++i) {
            marked += changes[i].marked;
            joined += changes[i].joined;
        }
        if (open >= 0 && joined < needed) {
            out.push_back({open, frame, label, 0});
            open = -1;
        }
        if (open < 0 && marked >= needed) open = frame;
    }
}

}  // namespace detail

MGKIT_COLD_INLINE std::vector<segment> settled(const annotations& from, std::string_view recording,
                                               const annotator_choice& choice, label_rule labels) {
    const std::set<int> annotators = from.annotators_of(recording);
    std::vector<segment> out;
    if (annotators.empty()) return out;
    const auto all = from.of(recording);
    if (choice.rule == annotator_rule::first || choice.rule == annotator_rule::numbered) {
        const int who = choice.rule == annotator_rule::first ? *annotators.begin() : choice.number;
        for (const segment& s : all)
            if (s.annotator == who) out.push_back(s);
        return out;
    }
    const int needed =
        choice.rule == annotator_rule::everybody ? 1 : static_cast<int>(annotators.size()) / 2 + 1;
    std::map<int, std::vector<segment>> by_label;
    for (segment s : all) {
        if (labels == label_rule::together) s.label = 0;
        by_label[s.label].push_back(s);
    }
    for (const auto& [label, marks] : by_label) detail::add_runs(marks, needed, out);
    sort_segments(out);
    return out;
}

MGKIT_COLD_INLINE bool annotated(const annotations& from, std::string_view recording,
                                 const annotator_choice& choice) {
    const auto annotators = from.annotators_of(recording);
    return choice.rule == annotator_rule::numbered ? annotators.contains(choice.number)
                                                   : !annotators.empty();
}

MGKIT_COLD_INLINE void annotator_counts::add(const annotations& from, std::string_view recording,
                                             const annotator_choice& choice) {
    ++recordings;
    if (!annotated(from, recording, choice)) ++not_annotated;
    if (from.annotators_of(recording).size() > 1) ++several;
    const auto all = from.of(recording);
    const auto chosen = settled(from, recording, choice, label_rule::apart);
    segments += static_cast<std::int64_t>(all.size());
    const bool one =
        choice.rule == annotator_rule::first || choice.rule == annotator_rule::numbered;
    const int who = one && !chosen.empty() ? chosen.front().annotator : -1;
    for (const segment& s : all) {
        const bool used = one ? s.annotator == who
                              : std::any_of(chosen.begin(), chosen.end(), [&s](const segment& c) {
                                    return c.label == s.label && c.start < s.end && s.start < c.end;
                                });
        unused += used ? 0 : 1;
    }
    for (std::size_t i = 0; i < chosen.size(); ++i)
        for (std::size_t j = i + 1; j < chosen.size() && chosen[j].start < chosen[i].end; ++j)
            overlapping_classes += chosen[i].label != chosen[j].label ? 1 : 0;
}

MGKIT_COLD_INLINE annotations settled(const annotations& from, const annotator_choice& choice,
                                      label_rule labels) {
    annotations out;
    out.class_names = from.class_names;
    std::set<std::string> names;
    for (const auto& [name, list] : from.by_recording) names.insert(name);
    for (const auto& [name, who] : from.nothing_found) names.insert(name);
    for (const std::string& name : names) {
        if (!annotated(from, name, choice)) continue;
        auto list = settled(from, name, choice, labels);
        if (list.empty())
            out.nothing_found[name].insert(0);
        else
            out.by_recording[name] = std::move(list);
    }
    return out;
}

}  // namespace MGKIT_NAMESPACE::data
