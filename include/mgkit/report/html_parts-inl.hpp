// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/report/html_parts.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "mgkit/report/chart_animation.hpp"
#include "mgkit/report/chart_class_bars.hpp"
#include "mgkit/report/chart_confusion.hpp"
#include "mgkit/report/chart_curves.hpp"
#include "mgkit/report/html_scores.hpp"

namespace MGKIT_NAMESPACE::report::detail {

/// A number as people write it: 0.0005, not 5e-04.
MGKIT_COLD_INLINE std::string plain_number(double value) {
    char buffer[64];
    const auto end =
        std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::general, 6);
    return std::string(buffer, end.ptr);
}

MGKIT_COLD_INLINE void training(composition& out, std::span<const run> runs,
                                const std::string& mark) {
    std::vector<study_curve> losses, rates;
    bool steady = true;
    for (const run& r : runs)
        for (const study_curve& c : r.result.curves) {
            losses.push_back(c);
            if (out.many)
                losses.back().name = r.result.curves.size() == 1 ? r.name : r.name + ": " + c.name;
            if (c.rate.empty()) continue;
            rates.push_back({losses.back().name, c.x, c.rate, {}});
            steady = steady && std::all_of(c.rate.begin(), c.rate.end(),
                                           [&](double v) { return v == c.rate.front(); });
        }
    if (losses.empty()) return;
    out.page.heading("Pre-training" + mark);
    out.show("training-loss", line_chart("Pre-training loss", "epoch", "loss", losses),
             curves_csv(losses), "Loss of the self-supervised objective; it uses no labels.");
    if (rates.empty()) return;
    if (!steady) {
        out.show("training-rate", line_chart("Learning rate", "epoch", "rate", rates),
                 curves_csv(rates), "Learning rate at the end of each epoch.");
        return;
    }
    std::string words;
    for (const study_curve& c : rates)
        words += (words.empty() ? "" : ", ") + (rates.size() > 1 ? c.name + " " : "") +
                 plain_number(c.y.front());
    out.page.tag("p", "The learning rate was constant: " + words + ".", "lead");
}

MGKIT_COLD_INLINE void classes(composition& out, const run& r) {
    for (const study_confusion& c : r.result.confusions) {
        const std::vector<class_score> list = class_scores(c, r.result.data);
        const bool counted = !c.train_clips.empty();
        out.show(r.name + "-classes",
                 class_bars_chart(
                     titled(out, r, text("accuracy of each class: ", shorten(c.title, 60))), list),
                 class_bars_csv(list, c.title),
                 clean(c.title) +
                     (counted ? ". Most trained classes first"
                              : ". Most tested classes first; training clips were not counted") +
                     "; whiskers: 95 % Wilson intervals that take clips as independent, so too "
                     "narrow where people repeat themselves. " +
                     class_mean_words(list));
        out.show(r.name + "-confusion",
                 confusion_chart(titled(out, r, c.title), c.matrix, r.result.data.class_names,
                                 r.result.data.class_groups),
                 confusion_csv(c.matrix, r.result.data.class_names, c.title),
                 std::string("Rows: true class; columns: answer; shade: share of the row") +
                     (c.matrix.classes <= 24 ? "; number: clips" : "") +
                     ". Blue is right, orange is not.");
    }
}

MGKIT_COLD_INLINE std::vector<moving_clip> moving_clips(const study& s,
                                                        const study_retrieval& example) {
    const auto caption = [&](std::string head, const study_clip& c, const std::string& more) {
        std::vector<std::string> out{std::move(head)};
        for (std::string& line : two_lines(class_name(s.data, c.label), 22))
            out.push_back(std::move(line));
        if (!more.empty()) out.push_back(more);
        if (!c.caption.empty()) out.push_back(c.caption);
        return out;
    };
    std::vector<moving_clip> out{
        {example.query.pose.view(), clip_role::query, caption("query", example.query, "")}};
    for (const auto& hit : example.hits) {
        const clip_role role =
            hit.clip.label == example.query.label ? clip_role::same : clip_role::other;
        out.push_back({hit.clip.pose.view(), role,
                       caption(text(out.size(), ": ", name(role)), hit.clip,
                               "similarity " + fixed(hit.similarity, 3))});
    }
    return out;
}

/// Hits in words, where the clips themselves are not at hand.
MGKIT_COLD_INLINE void hit_table(html_page& page, const study& s, std::size_t number) {
    const study_retrieval& example = s.retrieval[number];
    const std::vector<std::string> columns{"Rank", "Class", "Clip", "From", "Similarity"};
    page.open_table(
        text("Example ", number + 1, ": query of class ",
             clean(class_name(s.data, example.query.label)), ", ", clean(example.query.caption)),
        columns, 4);
    const auto row = [&](const std::string& rank, const study_clip& c, const std::string& words) {
        page.row(std::vector<html_cell>{{rank},
                                        {class_name(s.data, c.label)},
                                        {c.row ? text(*c.row) : std::string("-")},
                                        {c.caption},
                                        {words}});
    };
    row("query", example.query, "-");
    std::size_t rank = 0;
    for (const auto& hit : example.hits)
        row(text(++rank, hit.clip.label == example.query.label ? ": same class" : ": other class"),
            hit.clip, fixed(hit.similarity, 3));
    page.close_table();
}

MGKIT_COLD_INLINE void retrieval(composition& out, const run& r) {
    const study& s = r.result;
    if (out.many) out.page.subheading(r.name);
    out.page.paragraph(
        "Each row: a test clip, then the training clips whose features are most similar, nearest "
        "first. A solid frame with a tick marks a hit of the query's class, a broken one with a "
        "cross another class.");
    const std::string id = text("hold", out.figures.size());
    out.page.markup("<div>\n<input class=\"hold\" type=\"checkbox\" id=\"" + id +
                    "\"> <label for=\"" + id +
                    "\">hold all movement</label>\n<div class=\"clips\">\n");
    for (std::size_t k = 0; k < s.retrieval.size(); ++k) {
        const study_retrieval& example = s.retrieval[k];
        const std::vector<moving_clip> clips = moving_clips(s, example);
        const auto drawable = [](const moving_clip& c) { return c.clip.length > 0; };
        if (!std::all_of(clips.begin(), clips.end(), drawable)) {
            if (k == 0)
                out.page.paragraph(
                    "The clips themselves were not at hand when this page was written.");
            hit_table(out.page, s, k);
            continue;
        }
        const auto right = std::count_if(clips.begin(), clips.end(), [](const moving_clip& c) {
            return c.role == clip_role::same;
        });
        out.show(
            text(r.name, "-retrieval-", k + 1),
            animation_chart(titled(out, r, text("retrieval example ", k + 1)), clips, s.data.bones),
            animation_csv(clips, s.data.joint_names, s.data.bones.size()),
            text("Example ", k + 1, ": ", right, " of ", example.hits.size(),
                 " hits are of the query's class, ", clean(class_name(s.data, example.query.label)),
                 "."));
    }
    out.page.markup("</div>\n</div>\n");
}

MGKIT_COLD_INLINE void single_runs(html_page& page, const study& s) {
    constexpr std::size_t most = 400;
    const std::vector<std::string> columns{
        "Features",        "Stream",           "Fold", "Seed", "1-NN top-1", "Linear top-1",
        "1-NN class mean", "Linear class mean"};
    page.open_table(s.results.size() > most ? text("The first ", most, " of ", s.results.size(),
                                                   " single runs, in percent")
                                            : std::string("Single runs, in percent"),
                    columns, 2);
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
                                        plain(row.knn_class_mean),
                                        plain(row.linear_class_mean)});
    }
    page.close_table();
}

MGKIT_COLD_INLINE void reproduction(composition& out, const run& r) {
    const study& s = r.result;
    html_page& page = out.page;
    if (out.many) page.subheading(r.name);
    if (!s.command.empty()) {
        page.paragraph("This command repeats the run; the same seed gives the same figures.");
        page.preformatted(s.command);
    }
    const std::vector<std::string> columns{"Setting", "Value"};
    page.open_table("", columns, 2);
    page.row(std::vector<html_cell>{{"mgkit"}, {"version " + s.version}});
    page.row(std::vector<html_cell>{{"synthetic data"}, {s.data.synthetic ? "yes" : "no"}});
    if (!s.data.generator.empty())
        page.row(std::vector<html_cell>{{"generator"}, {s.data.generator}});
    if (!r.sampling) {
        const char* contains = s.data.contains == micro_gestures::unknown ? "unknown"
                               : s.data.contains == micro_gestures::yes   ? "yes"
                                                                          : "no";
        page.row(std::vector<html_cell>{{"contains micro-gestures"}, {contains}});
    }
    for (const setting& one : s.settings)
        page.row(std::vector<html_cell>{{one.name}, {shorten(one.value, 300)}});
    page.close_table();
    if (!s.results.empty()) single_runs(page, s);
}

}  // namespace MGKIT_NAMESPACE::report::detail
