// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/study/protocol.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "mgkit/core/error.hpp"
#include "mgkit/data/clip_digests.hpp"
#include "mgkit/metric/fusion.hpp"
#include "mgkit/nn/facts.hpp"
#include "mgkit/study/shared_people.hpp"

namespace MGKIT_NAMESPACE::study {

MGKIT_COLD_INLINE std::string fused_name(const std::vector<std::string>& streams) {
    std::string out;
    for (const auto& s : streams) out += (out.empty() ? "" : "+") + s;
    return out;
}

MGKIT_COLD_INLINE row row_of(const task& t, feature_kind kind, const answer& a) {
    row out;
    out.features = kind;
    out.stream = t.stream;
    out.fold = t.at.number;
    out.seed = t.seed;
    out.clip = t.at.test.ids;
    out.subject = t.at.test.subjects;
    out.shared_people = shared_people(t.at.train, t.at.test);
    out.chosen = t.at.chosen;
    out.chosen.insert(out.chosen.end(), a.chosen.begin(), a.chosen.end());
    if (a.knn) add_knn(out, *a.knn);
    if (a.linear) add_linear(out, *a.linear);
    return out;
}

namespace detail {

class runner {
public:
    runner(const plan& asked, row_store& rows, const events& told)
        : asked_(asked), rows_(rows), told_(told) {
        if (asked.streams.empty()) throw error("study::run", "one or more streams", "none");
        if (!asked.weights.empty() && asked.weights.size() != asked.streams.size())
            throw error("study::run",
                        text("a weight for each of ", asked.streams.size(), " streams"),
                        text(asked.weights.size()));
        for (const system& s : asked.systems)
            if (!s.run)
                throw error("study::run", "a system that answers",
                            text(name(s.kind), " without a function"));
    }

    void operator()(const fold& at) {
        if (told_.on_fold) told_.on_fold(at);
        scores_.clear();
        for (const std::string& stream : asked_.streams)
            for (auto first = asked_.systems.begin(); first != asked_.systems.end();) {
                const auto last = std::find_if(first, asked_.systems.end(), [&](const system& s) {
                    return s.seeds != first->seeds;
                });
                for (const std::uint64_t seed : first->seeds)
                    for (auto s = first; s != last; ++s)
                        if (answers_in(*s, stream)) one(*s, {at, stream, seed});
                first = last;
            }
        if (asked_.streams.size() > 1)
            for (const system& s : asked_.systems)
                if (s.kind == asked_.fused)
                    for (const std::uint64_t seed : s.seeds) fuse(s, at, seed);
    }

private:
    static bool answers_in(const system& s, const std::string& stream) {
        return s.streams.empty() ||
               std::find(s.streams.begin(), s.streams.end(), stream) != s.streams.end();
    }
    static recipe made_of(const system& s, const task& t) {
        recipe out = t.at.made_of;
        return s.made_of ? out.add(s.made_of(t)) : out;
    }

    void one(const system& s, const task& t) {
        const recipe parts = made_of(s, t);
        const bool known = rows_.has(s.kind, t.stream, t.at.number, t.seed, parts);
        if (known && !(told_.again && told_.again(t, s.kind))) return;
        const answer a = make(s, t, known);
        if (!known) rows_.add(row_of(t, s.kind, a), parts);
    }

    answer make(const system& s, const task& t, bool known) {
        if (told_.on_start) told_.on_start(t, s.kind);
        answer out = s.run(t);
        if (s.kind == asked_.fused && out.linear) scores_[{t.stream, t.seed}] = out.linear->scores;
        if (told_.on_answer) told_.on_answer(t, s.kind, out, known);
        return out;
    }

    void fuse(const system& s, const fold& at, std::uint64_t seed) {
        std::vector<std::string> streams;
        std::vector<double> weights;
        for (std::size_t i = 0; i < asked_.streams.size(); ++i) {
            if (!answers_in(s, asked_.streams[i])) continue;
            streams.push_back(asked_.streams[i]);
            if (!asked_.weights.empty()) weights.push_back(asked_.weights[i]);
        }
        if (streams.size() < 2) return;
        const task t{at, fused_name(streams), seed};
        // One stream's parts, and in which the others differ from it.
        recipe parts = made_of(s, {at, streams.front(), seed});
        for (std::size_t i = 1; i < streams.size(); ++i) {
            const recipe more = made_of(s, {at, streams[i], seed});
            for (const auto& [part, words] : more.parts())
                if (parts.words(part) != words) parts.set(streams[i] + ": " + part, words);
        }
        parts.set("fused streams", t.stream);
        std::string shares;
        for (const double w : weights) shares += (shares.empty() ? "" : ", ") + nn::exact(w);
        if (!shares.empty()) parts.set("weights of fused streams", shares);
        const bool known = rows_.has(s.kind, t.stream, at.number, seed, parts);
        if (known && !(told_.on_fused && told_.again && told_.again(t, s.kind))) return;
        std::vector<std::vector<float>> scores;
        for (const auto& stream : streams) {
            const auto found = scores_.find({stream, seed});
            if (found == scores_.end()) make(s, {at, stream, seed}, true);
            scores.push_back(scores_[{stream, seed}]);
            if (scores.back().empty())
                throw error("study::run", text("scores of ", name(s.kind), ", to be fused"),
                            "an answer without a classifier", "fuse another system");
        }
        answer out;
        out.linear = probe::evaluate_scores(
            at.test.labels,
            metric::fuse(scores, at.classes(), weights, metric::fusion_rule::softmax),
            at.classes());
        if (!shares.empty()) out.chosen.push_back({"weights", shares});
        if (told_.on_fused) told_.on_fused(t, s.kind, out);
        if (!known) rows_.add(row_of(t, s.kind, out), parts);
    }

    const plan& asked_;
    row_store& rows_;
    const events& told_;
    std::map<std::pair<std::string, std::uint64_t>, std::vector<float>> scores_;
};

}  // namespace detail

MGKIT_COLD_INLINE void run(const plan& asked, std::size_t folds,
                           const std::function<fold(std::size_t)>& fold_at, row_store& rows,
                           const events& told) {
    detail::runner each(asked, rows, told);
    for (std::size_t f = 0; f < folds; ++f) each(fold_at(f));
    rows.finish();
}

MGKIT_COLD_INLINE void run(const plan& asked, const data::clip_set& clips, const splits& who,
                           row_store& rows, const events& told) {
    const recipe data = data::recipe_of(data::digests_of(clips));
    run(
        asked, who.folds.size(), [&](std::size_t f) { return fold_of(clips, who, f, data); }, rows,
        told);
}

}  // namespace MGKIT_NAMESPACE::study
