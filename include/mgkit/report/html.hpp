// A study as one self-contained web page.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/io/atomic_file.hpp"
#include "mgkit/report/chart_bars.hpp"
#include "mgkit/report/chart_confusion.hpp"
#include "mgkit/report/chart_curves.hpp"
#include "mgkit/report/chart_skeleton.hpp"
#include "mgkit/report/html_page.hpp"
#include "mgkit/report/study.hpp"
#include "mgkit/report/text.hpp"

namespace mgkit::report {

namespace detail {

using figure_member = std::optional<study_figure> study_summary::*;

inline html_cell cell(const std::optional<study_figure>& f) {
    if (!f) return {"-"};
    if (!f->low || !f->high) return {percent(f->mean)};
    return {percent(f->mean), "[" + percent(*f->low) + ", " + percent(*f->high) + "]"};
}

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

inline std::optional<study_figure> figure_of(const study& s, feature_kind kind,
                                             const std::string& stream, figure_member member) {
    const study_summary* row = find(s, kind, stream);
    return row == nullptr ? std::nullopt : row->*member;
}

inline std::vector<std::string> streams_of(const study& s) {
    std::vector<std::string> out;
    for (const study_summary& row : s.summary)
        if (row.features != feature_kind::majority &&
            std::find(out.begin(), out.end(), row.stream) == out.end())
            out.push_back(row.stream);
    return out;
}

struct probe_name {
    const char* words;
    figure_member summary;
    std::optional<study_figure> study_comparison::*difference;
};
inline constexpr probe_name probe_names[] = {
    {"1-NN", &study_summary::knn_top1, &study_comparison::knn_top1},
    {"linear", &study_summary::linear_top1, &study_comparison::linear_top1}};

inline void glance(html_page& page, const study& s) {
    const std::vector<std::string> columns{"Stream", "Probe",    "Pre-trained",    "Random encoder",
                                           "Raw",    "Majority", "Gain on random", "Gain on raw"};
    page.open_table("Top-1 accuracy in percent beside what needs no training. Small: " +
                        interval_words(s) + "; gains are paired differences in points.",
                    columns, 2);
    const auto gain = [&](feature_kind against, const std::string& stream,
                          const probe_name& probe) {
        for (const study_comparison& c : s.comparisons)
            if (c.against == against && c.stream == stream && c.*(probe.difference)) {
                const std::string words = difference_text(c.*(probe.difference));
                const auto space = words.find(' ');
                return space == std::string::npos
                           ? html_cell{words}
                           : html_cell{words.substr(0, space), words.substr(space + 1)};
            }
        return html_cell{"-"};
    };
    for (const std::string& stream : streams_of(s))
        for (const probe_name& probe : probe_names) {
            const auto figure = [&](feature_kind kind) {
                return cell(figure_of(s, kind, stream, probe.summary));
            };
            page.row(std::vector<html_cell>{{stream},
                                            {probe.words},
                                            figure(feature_kind::pretrained),
                                            figure(feature_kind::random),
                                            figure(feature_kind::raw),
                                            figure(feature_kind::majority),
                                            gain(feature_kind::random, stream, probe),
                                            gain(feature_kind::raw, stream, probe)});
        }
    page.close_table();
}

inline void all_systems(html_page& page, const study& s) {
    const std::vector<std::string> columns{"Features", "What it is", "Stream",        "1-NN",
                                           "Linear",   "Class mean", "Folds x seeds", "Clips"};
    page.open_table("Every system, in percent.", columns, 3);
    for (const study_summary& row : s.summary)
        page.row(std::vector<html_cell>{{name(row.features)},
                                        {describe(row.features)},
                                        {row.stream},
                                        cell(row.knn_top1),
                                        cell(row.linear_top1),
                                        cell(row.class_mean),
                                        {text(row.folds, " x ", row.seeds)},
                                        {row.clips > 0 ? std::to_string(row.clips) : "-"}},
                 row.features == feature_kind::pretrained);
    page.close_table();
    page.paragraph(
        "Shuffled labels must fall to the majority class; if they do not, the split leaks. "
        "\"Supervised\" is the same encoder trained with all labels.");
}

inline void bars(html_page& page, const study& s) {
    page.markup("<div class=\"row\">\n");
    for (const std::string& stream : streams_of(s))
        for (const probe_name& probe : probe_names) {
            std::vector<bar> list;
            for (feature_kind kind : feature_kinds) {
                const auto f = figure_of(s, kind, stream, probe.summary);
                if (f && kind != feature_kind::majority)
                    list.push_back(
                        {name(kind), f->mean, f->low, f->high, kind == feature_kind::pretrained});
            }
            if (list.empty()) continue;
            std::optional<bar_reference> reference;
            if (const auto f = figure_of(s, feature_kind::majority, stream, probe.summary))
                reference = bar_reference{"majority class", f->mean};
            page.figure(
                bar_chart(text(clean(stream), " stream, ", probe.words, " top-1"), list, reference),
                "");
        }
    page.markup("</div>\n");
    page.tag("p",
             "Whiskers: " + interval_words(s) +
                 ". Systems share clips, so overlapping whiskers do not mean equal: see the "
                 "paired gains.",
             "lead");
}

inline void retrieval(html_page& page, const study& s) {
    page.paragraph(
        "Each row: a test clip, then the training clips whose features are most similar, nearest "
        "first.");
    page.markup(
        "<input class=\"hold\" type=\"checkbox\" id=\"hold\"> <label for=\"hold\">hold all "
        "movement</label>\n<div class=\"clips\">\n");
    std::size_t number = 0;
    for (const study_retrieval& example : s.retrieval) {
        ++number;
        std::vector<moving_clip> clips;
        std::vector<std::string> query{"query", class_name(s.data, example.query.label)};
        if (!example.query.caption.empty()) query.push_back(example.query.caption);
        clips.push_back({example.query.pose.view(), query});
        std::size_t right = 0, rank = 0;
        for (const auto& hit : example.hits) {
            const bool same = hit.clip.label == example.query.label;
            right += same ? 1 : 0;
            std::vector<std::string> caption{text(++rank, same ? ": same class" : ": other class"),
                                             class_name(s.data, hit.clip.label),
                                             "similarity " + fixed(hit.similarity, 3)};
            if (!hit.clip.caption.empty()) caption.push_back(hit.clip.caption);
            clips.push_back({hit.clip.pose.view(), caption});
        }
        page.figure(moving_chart(text("Retrieval example ", number), clips, s.data.bones),
                    text("Example ", number, ": ", right, " of ", example.hits.size(),
                         " hits are of the query's class, ",
                         clean(class_name(s.data, example.query.label)), "."));
    }
    page.markup("</div>\n");
}

inline void reproduction(html_page& page, const study& s) {
    page.heading("Settings and reproduction");
    if (!s.command.empty()) {
        page.paragraph("This command repeats the study; the same seed gives the same figures.");
        page.preformatted(s.command);
    }
    const std::vector<std::string> columns{"Setting", "Value"};
    page.open_table("", columns, 2);
    page.row(std::vector<html_cell>{{"mgkit"}, {"version " + s.version}});
    page.row(std::vector<html_cell>{{"synthetic data"}, {s.data.synthetic ? "yes" : "no"}});
    const char* contains = s.data.contains == micro_gestures::unknown ? "unknown"
                           : s.data.contains == micro_gestures::yes   ? "yes"
                                                                      : "no";
    page.row(std::vector<html_cell>{{"contains micro-gestures"}, {contains}});
    for (const setting& one : s.settings) page.row(std::vector<html_cell>{{one.name}, {one.value}});
    page.close_table();

    constexpr std::size_t most = 400;
    const std::vector<std::string> run_columns{"Features", "Stream", "Fold",      "Seed",
                                               "1-NN",     "Linear", "Class mean"};
    page.open_table(s.results.size() > most ? text("The first ", most, " of ", s.results.size(),
                                                   " single runs, in percent")
                                            : std::string("Single runs, in percent"),
                    run_columns, 2);
    const auto plain = [](const std::optional<double>& v) {
        return html_cell{v ? percent(*v) : "-"};
    };
    for (std::size_t i = 0; i < std::min(most, s.results.size()); ++i) {
        const study_row& row = s.results[i];
        page.row(std::vector<html_cell>{{name(row.features)},
                                        {row.stream},
                                        {std::to_string(row.fold)},
                                        {std::to_string(row.seed)},
                                        plain(row.knn_top1),
                                        plain(row.linear_top1),
                                        plain(row.class_mean)});
    }
    page.close_table();
}

}  // namespace detail

/// The page: caveats, comparison with the baselines, bar charts, training curves, confusion,
/// retrieval, settings. It needs nothing but itself (no script, no font, no picture from
/// elsewhere), reads on paper and in dark surroundings, and every foreign text in it is escaped.
/// Parts without data are left out. Errors: as the charts, for data they cannot draw.
inline std::string to_html(const study& s) {
    html_page page;
    if (s.data.synthetic) page.tag("p", "Synthetic data", "mark");
    page.tag("h1", s.title);
    if (!s.data.name.empty())
        page.tag("p",
                 text(clean(s.data.name), ": ", s.data.clips, " clips of ", s.data.subjects,
                      " subjects, ", s.data.class_names.size(), " classes",
                      s.data.excluded > 0 ? text("; ", s.data.excluded, " unusable clips left out")
                                          : std::string(),
                      "."),
                 "lead");
    if (!s.split.empty()) page.tag("p", "Split: " + s.split, "lead");
    const std::vector<std::string> warnings = caveats(s);
    if (!warnings.empty()) {
        page.markup("<section class=\"caveats\">\n").heading("Before you read the figures");
        page.list(warnings).markup("</section>\n");
    }
    const std::string mark = s.data.synthetic ? " (synthetic data)" : "";
    if (!s.summary.empty()) {
        page.heading("Scores" + mark);
        detail::glance(page, s);
        detail::bars(page, s);
        detail::all_systems(page, s);
    }
    if (!s.curves.empty()) {
        page.heading("Pre-training" + mark);
        page.figure(line_chart("Pre-training loss", "epoch", "loss", s.curves),
                    "Loss of the self-supervised objective; it uses no labels.");
    }
    if (!s.confusions.empty()) {
        page.heading("Confusion" + mark);
        for (const study_confusion& c : s.confusions)
            page.figure(confusion_chart(c.title, c.matrix, s.data.class_names),
                        "Rows: true class; columns: answer; shade: share of the row; number: "
                        "clips.");
    }
    if (!s.retrieval.empty()) {
        page.heading("Retrieval" + mark);
        detail::retrieval(page, s);
    }
    detail::reproduction(page, s);
    return page.str((s.data.synthetic ? "[synthetic] " : "") + s.title);
}

/// Writes the page; the file appears complete or not at all. Errors: as to_html and io::write_file.
inline void write_html(const std::string& path, const study& s) {
    io::write_file(path, to_html(s));
}

}  // namespace mgkit::report
