// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/data/split.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <utility>

#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::data {

MGKIT_COLD_INLINE std::vector<int> subjects_of(const clip_set& clips,
                                               std::span<const int> indices) {
    check_arrays(clips);
    std::vector<int> out;
    for (const int i : indices) {
        if (i < 0 || i >= clips.size())
            throw error("subjects of " + clips.about.name,
                        text("clips from 0 to ", clips.size() - 1), text(i));
        out.push_back(clips.subjects[static_cast<std::size_t>(i)]);
    }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

MGKIT_COLD_INLINE std::vector<int> all_of(const clip_set& clips) {
    std::vector<int> out(static_cast<std::size_t>(clips.size()));
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<int>(i);
    return out;
}

namespace detail {

MGKIT_COLD_INLINE std::string list_text(std::span<const int> values) {
    std::string out;
    for (const int x : values) out += (out.empty() ? "" : ", ") + std::to_string(x);
    return out;
}

/// Checks that both sides have clips and notes who is on both and, where clips have labels, unseen
/// classes.
MGKIT_COLD_INLINE split noted(const clip_set& clips, split out, const char* where) {
    const auto train = subjects_of(clips, out.train), test = subjects_of(clips, out.test);
    if (out.train.empty() || out.test.empty())
        throw error(where, "clips on both sides",
                    out.train.empty() ? "none to train on" : "none to test on",
                    "choose other test subjects");
    std::set_intersection(train.begin(), train.end(), test.begin(), test.end(),
                          std::back_inserter(out.shared_people));
    if (clips.labels.empty()) return out;
    check_label_range(clips);
    std::vector<char> trained(clips.class_names.size(), 0), tested = trained;
    for (const int i : out.train)
        trained[static_cast<std::size_t>(clips.labels[static_cast<std::size_t>(i)])] = 1;
    for (const int i : out.test)
        tested[static_cast<std::size_t>(clips.labels[static_cast<std::size_t>(i)])] = 1;
    for (std::size_t k = 0; k < trained.size(); ++k)
        if (tested[k] && !trained[k]) out.unseen_classes.push_back(static_cast<int>(k));
    return out;
}

/// The same of a split that keeps people apart.
MGKIT_COLD_INLINE split checked(const clip_set& clips, split made, const char* where) {
    split out = noted(clips, std::move(made), where);
    if (!out.shared_people.empty())
        throw error(where, "no subject on both sides", "subjects " + list_text(out.shared_people),
                    "split by subject instead");
    return out;
}

template <class Tested>
split split_where(const clip_set& clips, std::span<const int> indices, const char* where,
                  Tested&& tested) {
    split out;
    for (const int i : indices) (tested(i) ? out.test : out.train).push_back(i);
    return checked(clips, std::move(out), where);
}

MGKIT_COLD_INLINE void require_subjects(const std::vector<int>& subjects, std::size_t least,
                                        const char* where) {
    if (subjects.size() < least)
        throw error(where, text("clips of at least ", least, " subjects"),
                    text(subjects.size(), " (", list_text(subjects), ")"),
                    "a score on people seen in training says nothing about others");
}

}  // namespace detail

MGKIT_COLD_INLINE split split_by_subjects(const clip_set& clips,
                                          std::span<const int> test_subjects) {
    const auto all = all_of(clips);
    const auto present = subjects_of(clips, all);
    for (const int s : test_subjects)
        if (!std::binary_search(present.begin(), present.end(), s))
            throw error("test subjects", "subjects among " + detail::list_text(present), text(s));
    return detail::split_where(clips, all, "test subjects", [&](int i) {
        return std::find(test_subjects.begin(), test_subjects.end(),
                         clips.subjects[static_cast<std::size_t>(i)]) != test_subjects.end();
    });
}

MGKIT_COLD_INLINE split published_split(const clip_set& clips) {
    if (!clips.published)
        throw error("published split", "a set with split.npy", "none in " + clips.about.name,
                    "name test subjects or ask for folds");
    check_arrays(clips);
    for (const int side : *clips.published)
        if (side != 0 && side != 1)
            throw error("published split", "entries of 0 for train or 1 for test", text(side));
    return detail::split_where(clips, all_of(clips), "published split", [&](int i) {
        return (*clips.published)[static_cast<std::size_t>(i)] == 1;
    });
}

MGKIT_COLD_INLINE split every_other_subject(const clip_set& clips) {
    const auto all = all_of(clips);
    const auto subjects = subjects_of(clips, all);
    detail::require_subjects(subjects, 2, "every other subject");
    return detail::split_where(clips, all, "every other subject", [&](int i) {
        const auto at = std::lower_bound(subjects.begin(), subjects.end(),
                                         clips.subjects[static_cast<std::size_t>(i)]);
        return (at - subjects.begin()) % 2 == 1;
    });
}

MGKIT_COLD_INLINE std::vector<split> subject_folds(const clip_set& clips,
                                                   std::span<const int> indices, int folds) {
    if (folds < 2) throw error("subject folds", "at least 2 folds", text(folds));
    const auto subjects = subjects_of(clips, indices);
    detail::require_subjects(subjects, static_cast<std::size_t>(folds), "subject folds");
    const auto count = subjects.size(), parts = static_cast<std::size_t>(folds);
    std::vector<split> out;
    for (std::size_t g = 0; g < parts; ++g) {
        const int first = subjects[g * count / parts], last = subjects[(g + 1) * count / parts - 1];
        out.push_back(detail::split_where(clips, indices, "subject folds", [&](int i) {
            const int s = clips.subjects[static_cast<std::size_t>(i)];
            return s >= first && s <= last;
        }));
    }
    return out;
}

MGKIT_COLD_INLINE std::vector<split> inner_folds(const clip_set& clips, const split& outer,
                                                 int folds) {
    const auto subjects = subjects_of(clips, outer.train);
    detail::require_subjects(subjects, 2, "inner folds");
    return subject_folds(clips, outer.train, std::min(folds, static_cast<int>(subjects.size())));
}

MGKIT_COLD_INLINE std::vector<split> subject_folds(const clip_set& clips, int folds) {
    return subject_folds(clips, all_of(clips), folds);
}

MGKIT_COLD_INLINE split split_sharing_people(const clip_set& clips, std::span<const int> sides) {
    constexpr auto where = "split that shares people";
    check_arrays(clips);
    if (sides.size() != static_cast<std::size_t>(clips.size()))
        throw error(where, text("a side for each of ", clips.size(), " clips"), text(sides.size()));
    split out;
    for (int i = 0; i < clips.size(); ++i) {
        const int side = sides[static_cast<std::size_t>(i)];
        if (side < -1 || side > 1)
            throw error(where, "sides 0 (trains), 1 (tested) or -1 (neither)", text(side));
        if (side >= 0) (side == 1 ? out.test : out.train).push_back(i);
    }
    return detail::noted(clips, std::move(out), where);
}

}  // namespace MGKIT_NAMESPACE::data
