// SPDX-License-Identifier: MIT
// Parts of a page: the runs side by side, and their scores beside the baselines.
// infrastructure
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mgkit/report/figure.hpp"
#include "mgkit/report/html_page.hpp"
#include "mgkit/report/run.hpp"
#include "mgkit/report/study.hpp"

namespace MGKIT_NAMESPACE::report::detail {

using figure_member = std::optional<study_figure> study_summary::*;

html_cell cell(const std::optional<study_figure>& f);

inline const study_summary* find(const study& s, feature_kind kind, const std::string& stream) {
    const study_summary* elsewhere = nullptr;
    for (const study_summary& row : s.summary) {
        if (row.features != kind) continue;
        if (row.stream == stream) return &row;
        elsewhere = &row;
    }
    // The majority class is the same for every stream.
    return kind == feature_kind::majority ? elsewhere : nullptr;
}

std::optional<study_figure> figure_of(const study& s, feature_kind kind, const std::string& stream,
                                      figure_member member);

struct probe_name {
    const char* words;
    figure_member summary;
    std::optional<study_figure> study_comparison::*difference;
};
inline constexpr probe_name probe_names[] = {
    {"1-NN", &study_summary::knn_top1, &study_comparison::knn_top1},
    {"linear", &study_summary::linear_top1, &study_comparison::linear_top1}};

/// "Words", or "run: words" where there are several runs.
std::string titled(const composition& out, const run& r, std::string words);

/// The runs of a page in a table.
void run_table(html_page& page, std::span<const run> runs);

void bars(composition& out, const run& r);

/// Everything about scores of runs that have some.
void scores(composition& out, const std::vector<run>& runs, const std::string& mark);

}  // namespace MGKIT_NAMESPACE::report::detail

#if !defined(MGKIT_COMPILED)
#include "mgkit/report/html_scores-inl.hpp"
#endif
