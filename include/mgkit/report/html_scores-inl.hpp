// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/report/html_scores.hpp"

#include <algorithm>

#include "mgkit/report/chart_bars.hpp"
#include "mgkit/report/text.hpp"

namespace MGKIT_NAMESPACE::report::detail {

MGKIT_COLD_INLINE html_cell cell(const std::optional<study_figure>& f) {
    if (!f) return {"-"};
    if (!f->low || !f->high) return {percent(f->mean)};
    return {percent(f->mean), "[" + percent(*f->low) + ", " + percent(*f->high) + "]"};
}

MGKIT_COLD_INLINE std::optional<study_figure> figure_of(const study& s, feature_kind kind,
                                                        const std::string& stream,
                                                        figure_member member) {
    const study_summary* row = find(s, kind, stream);
    return row == nullptr ? std::nullopt : row->*member;
}

MGKIT_COLD_INLINE std::vector<std::string> streams_of(const study& s) {
    std::vector<std::string> out;
    for (const study_summary& row : s.summary)
        if (row.features != feature_kind::majority &&
            std::find(out.begin(), out.end(), row.stream) == out.end())
            out.push_back(row.stream);
    return out;
}

MGKIT_COLD_INLINE std::string titled(const composition& out, const run& r, std::string words) {
    if (out.many) return r.name + ": " + words;
    if (!words.empty() && words[0] >= 'a' && words[0] <= 'z')
        words[0] = static_cast<char>(words[0] - 'a' + 'A');
    return words;
}

MGKIT_COLD_INLINE void run_table(html_page& page, std::span<const run> runs) {
    const std::vector<std::string> columns{"Run",   "Program", "Data",    "Tested",
                                           "Clips", "People",  "Classes", "mgkit"};
    page.heading("Runs");
    page.open_table("What stands side by side here", columns, 4);
    for (const run& r : runs) {
        const study_data& d = r.result.data;
        const auto count = [](int n) { return html_cell{n > 0 ? std::to_string(n) : "-"}; };
        page.row(std::vector<html_cell>{
            {r.name},
            {r.program},
            {d.name, d.synthetic
                         ? "(synthetic" + (d.generator.empty() ? "" : ", " + d.generator) + ")"
                         : ""},
            {r.result.split.empty() ? "-" : r.result.split},
            count(d.clips),
            count(d.subjects),
            count(static_cast<int>(d.class_names.size())),
            {r.result.version.empty() ? "-" : r.result.version}});
    }
    page.close_table();
}

MGKIT_COLD_INLINE html_cell gain_cell(const study& s, feature_kind against,
                                      const std::string& stream, const probe_name& probe) {
    for (const study_comparison& c : s.comparisons)
        if (c.against == against && c.stream == stream && c.*(probe.difference)) {
            const std::string words = difference_text(c.*(probe.difference));
            const auto space = words.find(' ');
            return space == std::string::npos
                       ? html_cell{words}
                       : html_cell{words.substr(0, space), words.substr(space + 1)};
        }
    return {"-"};
}

/// One table for all runs: pre-trained beside what needs no training.
MGKIT_COLD_INLINE void glance(composition& out, std::span<const run> runs) {
    std::vector<std::string> columns{"Stream", "Probe",    "Pre-trained",    "Random encoder",
                                     "Raw",    "Majority", "Gain on random", "Gain on raw"};
    if (out.many) columns.insert(columns.begin(), "Run");
    out.page.open_table("Top-1 accuracy in percent beside what needs no training. Small: " +
                            interval_words(runs.front().result) +
                            "; gains are paired differences in points.",
                        columns, out.many ? 3 : 2);
    for (const run& r : runs)
        for (const std::string& stream : streams_of(r.result))
            for (const probe_name& probe : probe_names) {
                const auto measured = [&](feature_kind kind) {
                    return figure_of(r.result, kind, stream, probe.summary).has_value();
                };
                if (!measured(feature_kind::pretrained) && !measured(feature_kind::random) &&
                    !measured(feature_kind::raw))
                    continue;
                const auto figure = [&](feature_kind kind) {
                    return cell(figure_of(r.result, kind, stream, probe.summary));
                };
                std::vector<html_cell> cells{
                    {stream},
                    {probe.words},
                    figure(feature_kind::pretrained),
                    figure(feature_kind::random),
                    figure(feature_kind::raw),
                    figure(feature_kind::majority),
                    gain_cell(r.result, feature_kind::random, stream, probe),
                    gain_cell(r.result, feature_kind::raw, stream, probe)};
                if (out.many) cells.insert(cells.begin(), html_cell{r.name});
                out.page.row(cells);
            }
    out.page.close_table();
}

MGKIT_COLD_INLINE void all_systems(composition& out, std::span<const run> runs) {
    std::vector<std::string> columns{"Features",          "What it is",    "Stream",
                                     "1-NN top-1",        "Linear top-1",  "1-NN class mean",
                                     "Linear class mean", "Folds x seeds", "Clips"};
    const bool shared = std::any_of(runs.begin(), runs.end(),
                                    [](const run& r) { return most_shared_people(r.result) > 0; });
    if (shared) columns.push_back("People shared");
    if (out.many) columns.insert(columns.begin(), "Run");
    out.page.open_table("All systems, accuracy in percent", columns, out.many ? 4 : 3);
    for (const run& r : runs)
        for (const study_summary& row : r.result.summary) {
            std::vector<html_cell> cells{{name(row.features)},
                                         {describe(row.features)},
                                         {row.stream},
                                         cell(row.knn_top1),
                                         cell(row.linear_top1),
                                         cell(row.knn_class_mean),
                                         cell(row.linear_class_mean),
                                         {text(row.folds, " x ", row.seeds)},
                                         {row.clips > 0 ? std::to_string(row.clips) : "-"}};
            if (shared) cells.push_back({std::to_string(row.shared_people)});
            if (out.many) cells.insert(cells.begin(), html_cell{r.name});
            out.page.row(cells, row.features == feature_kind::pretrained);
        }
    out.page.close_table();
    out.page.paragraph(
        "Shuffled labels must fall to the majority class; if they do not, the split leaks. "
        "\"Supervised\" is the same encoder trained with all labels.");
    if (shared)
        out.page.paragraph(
            "People shared: on both sides of a split, the most of any fold. Such scores are of "
            "people who were seen in training.");
}

MGKIT_COLD_INLINE void bars(composition& out, const run& r) {
    out.page.markup("<div class=\"row\">\n");
    for (const std::string& stream : streams_of(r.result))
        for (const probe_name& probe : probe_names) {
            std::vector<bar> list;
            for (feature_kind kind : feature_kinds) {
                const auto f = figure_of(r.result, kind, stream, probe.summary);
                if (f && kind != feature_kind::majority)
                    list.push_back({name(kind), f->mean, f->low, f->high,
                                    kind == feature_kind::pretrained,
                                    find(r.result, kind, stream)->shared_people});
            }
            if (list.empty()) continue;
            std::optional<bar_reference> reference;
            if (const auto f = figure_of(r.result, feature_kind::majority, stream, probe.summary))
                reference = bar_reference{"majority class", f->mean};
            const std::string words = text(clean(stream), " stream, ", probe.words, " top-1");
            out.show(text(r.name, "-scores-", stream, "-", probe.words),
                     bar_chart(titled(out, r, words), list, reference),
                     bars_csv(list, reference, text(probe.words, " top-1")), "");
        }
    out.page.markup("</div>\n");
}

MGKIT_COLD_INLINE void scores(composition& out, const std::vector<run>& runs,
                              const std::string& mark) {
    if (runs.empty()) return;
    out.page.heading("Scores" + mark);
    glance(out, runs);
    for (const run& r : runs) bars(out, r);
    out.page.tag("p",
                 "Whiskers: " + interval_words(runs.front().result) +
                     ". Systems share clips, so overlapping whiskers do not mean equal: see the "
                     "paired gains.",
                 "lead");
    if (out.many)
        out.page.tag(
            "p",
            "Runs on other data, splits or settings differ in more than one thing: compare "
            "them only where the table of runs says the same.",
            "lead");
    all_systems(out, runs);
}

}  // namespace MGKIT_NAMESPACE::report::detail
