// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/report/text.hpp"

#include <utility>
#include <vector>

#include "mgkit/report/escape.hpp"
#include "mgkit/report/table.hpp"

namespace MGKIT_NAMESPACE::report {

MGKIT_COLD_INLINE std::string figure_text(const std::optional<study_figure>& f) {
    if (!f) return "-";
    std::string out = percent(f->mean);
    if (f->low && f->high) out += " [" + percent(*f->low) + ", " + percent(*f->high) + "]";
    return out;
}

MGKIT_COLD_INLINE std::string difference_text(const std::optional<study_figure>& f) {
    if (!f) return "-";
    const auto number = [](double v) {
        const std::string digits = percent(v);
        return (digits.front() == '-' ? "" : "+") + digits;
    };
    std::string out = number(f->mean);
    if (f->low && f->high) out += " [" + number(*f->low) + ", " + number(*f->high) + "]";
    return out;
}

MGKIT_COLD_INLINE std::string to_text(const study& s) {
    std::string out = clean(s.title) + "\n";
    if (!s.data.name.empty()) {
        out += clean(s.data.name) + ": " + std::to_string(s.data.clips) + " clips, " +
               std::to_string(s.data.subjects) + " subjects, " +
               std::to_string(s.data.class_names.size()) + " classes";
        if (s.data.excluded > 0) out += ", " + std::to_string(s.data.excluded) + " clips unusable";
        out += "\n";
    }
    if (!s.split.empty()) out += "Split: " + clean(s.split) + "\n";
    for (const std::string& c : caveats(s)) out += "Note: " + clean(c) + "\n";
    if (!s.summary.empty()) {
        std::vector<table::column> columns{{"features", align::left},
                                           {"stream", align::left},
                                           {"1-NN top-1 %", align::right},
                                           {"linear top-1 %", align::right},
                                           {"1-NN class mean %", align::right},
                                           {"linear class mean %", align::right},
                                           {"runs", align::right}};
        const bool shared = most_shared_people(s) > 0;
        if (shared) columns.push_back({"people on both sides", align::right});
        table scores(std::move(columns));
        for (const study_summary& row : s.summary) {
            std::vector<std::string> cells{name(row.features),
                                           row.stream,
                                           figure_text(row.knn_top1),
                                           figure_text(row.linear_top1),
                                           figure_text(row.knn_class_mean),
                                           figure_text(row.linear_class_mean),
                                           std::to_string(row.rows)};
            if (shared) cells.push_back(std::to_string(row.shared_people));
            scores.add(std::move(cells));
        }
        out += "\n" + scores.str();
    }
    if (!s.comparisons.empty()) {
        table gains({{"pretrained minus", align::left},
                     {"stream", align::left},
                     {"1-NN top-1 points", align::right},
                     {"linear top-1 points", align::right},
                     {"clips", align::right}});
        for (const study_comparison& row : s.comparisons)
            gains.add({name(row.against), row.stream, difference_text(row.knn_top1),
                       difference_text(row.linear_top1), std::to_string(row.clips)});
        out += "\n" + gains.str();
    }
    if (!s.summary.empty()) out += "\n[low, high]: " + interval_words(s) + ".\n";
    return out;
}

MGKIT_COLD_INLINE std::string interval_words(const study& s) {
    return fixed(100 * s.level, s.level < 0.995 ? 0 : 1) + " % interval over subjects";
}

}  // namespace MGKIT_NAMESPACE::report
