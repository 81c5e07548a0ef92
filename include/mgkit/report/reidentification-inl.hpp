// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/report/reidentification.hpp"

#include "mgkit/report/escape.hpp"
#include "mgkit/report/table.hpp"

namespace MGKIT_NAMESPACE::report {

namespace detail {

MGKIT_COLD_INLINE void add_probed(table& to, const char* question, const probe::probed_answers& a) {
    const auto share = [](double score, probe::standing s) {
        return percent(score) + " (" + probe::name(s) + ")";
    };
    to.add({question, share(a.knn.top1, a.knn_stands()), share(a.linear.top1, a.linear_stands()),
            percent(a.chance.estimate) + " [" + percent(a.chance.low) + ", " +
                percent(a.chance.high) + "]",
            std::to_string(a.knn.truth.size()), std::to_string(a.knn.classes)});
}

MGKIT_COLD_INLINE io::json probed_json(const probe::probed_answers& a, int folds) {
    return {{"classes", a.knn.classes},
            {"clips", a.knn.truth.size()},
            {"folds", folds},
            {"knn_top1", a.knn.top1},
            {"linear_top1", a.linear.top1},
            {"knn_stands", probe::name(a.knn_stands())},
            {"linear_stands", probe::name(a.linear_stands())},
            {"chance", a.chance.estimate},
            {"chance_interval", io::json::array({a.chance.low, a.chance.high})}};
}

}  // namespace detail

MGKIT_COLD_INLINE std::string to_text(const probe::reidentification& r) {
    table out({{"question", align::left},
               {"1-NN top-1 %", align::right},
               {"linear top-1 %", align::right},
               {"chance %", align::right},
               {"clips", align::right},
               {"classes", align::right}});
    detail::add_probed(out, "who is it", r.person);
    if (r.gesture) detail::add_probed(out, "which gesture, of unseen people", *r.gesture);
    std::string words = out.str() + "\n[low, high]: what independent guesses reach in " +
                        fixed(100 * r.level, r.level < 0.995 ? 0 : 1) + " % of cases.\n";
    words += r.recordings > 0
                 ? text("Clips of one of ", r.recordings, " recordings are tested together.\n")
                 : "Recordings are not known: neighbouring clips are tested together.\n";
    if (!r.left_out.empty())
        words += text("Left out: ", r.left_out.size(), " of ", r.left_out.size() + r.people.size(),
                      " people, who have too few clips or recordings to be tested.\n");
    return words;
}

MGKIT_COLD_INLINE io::json to_json(const probe::reidentification& r) {
    return {{"kind", "reidentification"},
            {"people", r.people},
            {"left_out", r.left_out},
            {"recordings", r.recordings > 0 ? io::json(r.recordings) : io::json(nullptr)},
            {"interval_level", r.level},
            {"person", detail::probed_json(r.person, r.folds)},
            {"gesture",
             r.gesture ? detail::probed_json(*r.gesture, r.gesture_folds) : io::json(nullptr)}};
}

}  // namespace MGKIT_NAMESPACE::report
