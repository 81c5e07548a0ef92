// SPDX-License-Identifier: MIT
// Who is it? What features say about the person, beside what they say about the gesture.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/data/clip_set.hpp"
#include "mgkit/data/split.hpp"
#include "mgkit/probe/chance.hpp"
#include "mgkit/probe/linear.hpp"
#include "mgkit/probe/neighbours.hpp"
#include "mgkit/probe/result.hpp"

namespace MGKIT_NAMESPACE::probe {

/// How people are to be told apart.
struct reidentify_settings {
    int folds = 5;        ///< fewer where there are fewer recordings, or people for the gestures
    int apart = 1;        ///< clips on either side of a tested stretch that do not train; counts
                          ///< only where recordings are not known
    double ridge = 1e-3;  ///< of the linear probes, not chosen
    double level = 0.95;  ///< of the intervals of chance
};

/// Folds that have every person on both sides, and no moment.
struct identity_folds {
    std::vector<inner_fold> folds;  ///< clips of a set
    std::vector<int> left_out;      ///< subjects who cannot be tested, sorted
    int recordings = 0;             ///< 0 where they are not known
    int clips = 0;                  ///< that are tested, each in one fold
};

/// Folds for asking who is seen in a clip.
///
/// `recordings` has one number per clip: all clips of a recording are tested together, and
/// recordings are dealt to folds in order of their first clip, each to the fold that tests fewest
/// clips of the same people. Without them, clips in order of their ids stand for time: each
/// person's are cut into stretches, one a fold, and `apart` of the same person's clips on either
/// side of a tested stretch do not train. Subjects who would be tested without training anywhere,
/// such as those with a single recording, are left out. Errors: mgkit::error for fewer than two
/// folds or 0 clips apart, recordings that are not one per clip, fewer than two people left.
/// Randomness: none. Cost: N (log N + folds).
identity_folds folds_of_moments(const data::clip_set& clips, std::span<const int> recordings,
                                int folds, int apart = 1);

/// Pooled answers of two probes over all folds, and what chance gives.
struct probed_answers {
    evaluation knn, linear;
    metric::interval chance;

    standing knn_stands() const { return standing_of(knn.top1, chance); }
    standing linear_stands() const { return standing_of(linear.top1, chance); }
};

/// Whether features tell people apart, and what they know of gestures.
struct reidentification {
    probed_answers person;                  ///< class k is subject people[k]
    std::optional<probed_answers> gesture;  ///< of unseen people; none of unlabelled clips
    std::vector<int> people;                ///< numbers of the subjects, sorted
    std::vector<int> left_out;              ///< subjects who cannot be tested
    int recordings = 0;                     ///< 0: not known, neighbouring clips were kept together
    int folds = 0, gesture_folds = 0;
    double level = 0.95;
};

namespace detail {

/// Labels of some rows as positions among the classes that occur there.
struct present_classes {
    std::vector<int> classes, labels;

    present_classes(std::span<const int> all, std::span<const int> rows);
};

/// 1-NN and linear answers of the tested rows of all folds. Training knows only the classes of its
/// own side.
template <tensor T>
probed_answers answers_over(context& ctx, const data::feature_table& features,
                            std::span<const int> labels, int classes,
                            std::span<const inner_fold> folds, const reidentify_settings& s) {
    std::vector<int> truth, by_neighbour, by_line;
    for (const inner_fold& fold : folds) {
        const auto train = features.subset(fold.train), test = features.subset(fold.test);
        const present_classes known(labels, fold.train);
        const int count = static_cast<int>(known.classes.size());
        const auto named = [&](int k) { return known.classes[static_cast<std::size_t>(k)]; };
        for (const int k : vote(nearest<T>(ctx, train, test, 1), known.labels, count, 1))
            by_neighbour.push_back(named(k));
        for (const int k : metric::best_class(
                 fit_and_score<T>(ctx, train, known.labels, test, count, s.ridge), count))
            by_line.push_back(named(k));
        for (const int i : fold.test) truth.push_back(labels[static_cast<std::size_t>(i)]);
    }
    const auto chance = chance_of(truth, classes, s.level);
    return {evaluate(truth, std::move(by_neighbour), classes),
            evaluate(truth, std::move(by_line), classes), chance};
}

void check_reidentify(const data::clip_set& clips, std::size_t rows, const reidentify_settings& s);

}  // namespace detail

/// Who is seen in a clip: 1-NN by cosine and softmax regression on standardised features over
/// `folds_of_moments`, and beside it the same two probes' accuracy on gestures of people who are
/// not in training (data::subject_folds).
///
/// `features` has a row for each of `clips`, whose values are not read; `recordings` says which
/// recording each clip comes from, empty where nobody knows. A performance that several cameras see
/// is one moment, so one recording: number performances there. Features of clips that were prepared
/// by what a training side shows should come from a preparation that saw none of these people.
///
/// Chance is the share of the person with most clips; its interval takes clips as independent,
/// which clips of one recording are not, so that a score just above it says little where recordings
/// are few.
/// Randomness: first weights of the linear probes, by `ctx.seed`. Cost: 2 x folds regressions and
/// searches. Errors: mgkit::error for features that do not fit the clips or are not finite,
/// settings out of range, fewer than two people; as folds_of_moments. Source: iMiGUE calls its
/// clips identity-free as faces and names are taken away; what skeletons still tell is measured
/// here. The procedure is ours.
template <tensor T>
reidentification reidentify(context& ctx, const data::clip_set& clips,
                            const data::feature_table& features,
                            std::span<const int> recordings = {},
                            const reidentify_settings& settings = {}) {
    detail::check_reidentify(clips, features.rows, settings);
    data::check(features, "probe::reidentify");
    identity_folds who = folds_of_moments(clips, recordings, settings.folds, settings.apart);
    reidentification out;
    for (const int s : data::subjects_of(clips, data::all_of(clips)))
        if (!std::binary_search(who.left_out.begin(), who.left_out.end(), s))
            out.people.push_back(s);
    std::vector<int> person;
    for (const int s : clips.subjects)
        person.push_back(static_cast<int>(
            std::lower_bound(out.people.begin(), out.people.end(), s) - out.people.begin()));
    out.person = detail::answers_over<T>(ctx, features, person, static_cast<int>(out.people.size()),
                                         who.folds, settings);
    out.left_out = std::move(who.left_out);
    out.recordings = who.recordings;
    out.folds = static_cast<int>(who.folds.size());
    out.level = settings.level;
    if (clips.labels.empty()) return out;

    std::vector<inner_fold> apart;
    const auto people = static_cast<int>(out.people.size() + out.left_out.size());
    for (auto& fold : data::subject_folds(clips, std::min(settings.folds, people)))
        apart.push_back({std::move(fold.train), std::move(fold.test)});
    out.gesture =
        detail::answers_over<T>(ctx, features, clips.labels, clips.classes(), apart, settings);
    out.gesture_folds = static_cast<int>(apart.size());
    return out;
}

}  // namespace MGKIT_NAMESPACE::probe

#if !defined(MGKIT_COMPILED)
#include "mgkit/probe/reidentify-inl.hpp"
#endif
