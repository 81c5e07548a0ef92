// SPDX-License-Identifier: MIT
// A study: systems side by side in every fold, stream and seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "mgkit/core/recipe.hpp"
#include "mgkit/data/clip_set.hpp"
#include "mgkit/probe/result.hpp"
#include "mgkit/study/fold.hpp"
#include "mgkit/study/row.hpp"
#include "mgkit/study/rows.hpp"
#include "mgkit/study/splits.hpp"

namespace MGKIT_NAMESPACE::study {

/// What a system says about the test side of a task, and what it chose on the training side. One
/// without nearest neighbours or without a classifier leaves that answer empty.
struct answer {
    std::optional<probe::evaluation> knn = {}, linear = {};
    std::vector<setting> chosen = {};
};

/// Makes features of both sides of a task. Nothing about the test side may reach those of the
/// training side.
using feature_maker = std::function<fold_features(const task&)>;

/// Names what an answer depends on beside the `made_of` of its fold. A part that is left out lets a
/// row be used again for something else.
using parts_maker = std::function<recipe(const task&)>;

/// Something that answers. `study/systems.hpp` makes the usual ones.
struct system {
    feature_kind kind = feature_kind::majority;
    std::function<answer(const task&)> run;
    parts_maker made_of = {};                ///< empty: of nothing but the fold
    std::vector<std::uint64_t> seeds = {0};  ///< {0} where none is drawn
    std::vector<std::string> streams = {};   ///< that it answers in; empty: all of the study
};

/// What is asked of a study.
struct plan {
    std::vector<system> systems;
    std::vector<std::string> streams = {"joint"};
    /// The system whose streams, where there are several, are fused too: the weighted sum of their
    /// softmax scores, as a row of the stream "a+b".
    feature_kind fused = feature_kind::pretrained;
    std::vector<double> weights = {};  ///< of the streams when fused; empty: equal ones
};

/// What a program may want to know and say. All may be empty.
struct events {
    std::function<void(const fold&)> on_fold = {};
    /// Before an answer is made.
    std::function<void(const task&, feature_kind)> on_start = {};
    /// After it; `known` where its row was there before. Its features, if need be, are with whoever
    /// made them.
    std::function<void(const task&, feature_kind, const answer&, bool known)> on_answer = {};
    /// After an answer of several streams together; where this is given, `again` is asked for such
    /// rows too.
    std::function<void(const task&, feature_kind, const answer&)> on_fused = {};
    /// Whether the answer behind a row that is there is wanted again, to be shown.
    std::function<bool(const task&, feature_kind)> again = {};
};

/// "joint+bone".
std::string fused_name(const std::vector<std::string>& streams);

/// The row of an answer, with the number of people on both sides of its fold.
row row_of(const task& t, feature_kind kind, const answer& a);

/// Asks every system of a plan in every fold and stream; rows come to `rows`, in that order, and
/// those that are there already are not made again. `fold_at(f)` gives fold f of `folds`, prepared
/// by what its training side shows.
///
/// Neighbours in the list that have the same seeds take turns within a seed, so that one can use
/// what another made (`remembered` in `study/systems.hpp`).
/// Errors: mgkit::error for a plan without streams, a system without a function, weights that are
/// not one for each stream, fused streams without scores; those of systems, events and the keeper
/// of the rows.
void run(const plan& asked, std::size_t folds, const std::function<fold(std::size_t)>& fold_at,
         row_store& rows, const events& told = {});
/// The same on clips that are prepared once and for all.
void run(const plan& asked, const data::clip_set& clips, const splits& who, row_store& rows,
         const events& told = {});

}  // namespace MGKIT_NAMESPACE::study

#if !defined(MGKIT_COMPILED)
#include "mgkit/study/protocol-inl.hpp"
#endif
