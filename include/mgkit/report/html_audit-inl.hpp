// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/report/html_audit.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "mgkit/report/audit_text.hpp"
#include "mgkit/report/chart_durations.hpp"
#include "mgkit/report/chart_iod.hpp"
#include "mgkit/report/chart_rejections.hpp"
#include "mgkit/report/html_scores.hpp"

namespace MGKIT_NAMESPACE::report::detail {

MGKIT_COLD_INLINE std::string part_words(std::int64_t part, std::int64_t whole) {
    return text(part, " (", percent(share_of(part, whole)), " %)");
}

MGKIT_COLD_INLINE void audit_facts(html_page& page, const audit& a) {
    const std::vector<std::string> columns{"What", "Count"};
    page.open_table("Candidates and what became of them", columns, 1);
    const auto row = [&](const char* what, const std::string& words) {
        page.row(std::vector<html_cell>{{what}, {words}});
    };
    row("recordings", text(a.recordings));
    row("candidates", text(a.counts.proposed));
    row("accepted as clips", part_words(a.counts.accepted, a.counts.proposed));
    row("refused: an anchor joint not visible throughout",
        part_words(a.counts.not_visible, a.counts.proposed));
    row("refused: runs across a change of the primary person",
        part_words(a.counts.person_change, a.counts.proposed));
    row("refused: overlaps an accepted clip", part_words(a.counts.overlap, a.counts.proposed));
    row("refused: longer than the recording", part_words(a.counts.too_long, a.counts.proposed));
    for (const audit_cause& o : a.counts.others)
        row(("refused: " + o.name).c_str(), part_words(o.refused, a.counts.proposed));
    page.close_table();
    page.tag("p",
             text("Up to ", a.policy.quota, " clips per recording, ", a.policy.budget,
                  " candidates at most, visibility threshold ", fixed(a.policy.threshold, 2), "; ",
                  a.policy.redraw_start
                      ? "after a refusal only the start is drawn anew, the duration stays."
                      : "after a refusal duration and start are drawn anew."),
             "lead");
}

MGKIT_COLD_INLINE void audit_fits(html_page& page, const audit& a) {
    if (!a.proposed_fit && !a.accepted_fit) return;
    const std::vector<std::string> columns{"Durations", "KS distance to the prior", "p"};
    page.open_table("Do the durations follow the prior?", columns, 1);
    const auto row = [&](const char* what, const std::optional<audit_fit>& fit) {
        if (!fit) return;
        page.row(std::vector<html_cell>{
            {what},
            {fixed(fit->statistic, 4)},
            {fit->p < 0.001 ? std::string("below 0.001") : fixed(fit->p, 3)}});
    };
    row("proposed", a.proposed_fit);
    row("accepted", a.accepted_fit);
    page.close_table();
    page.paragraph(
        "Proposed durations must follow the prior. Long candidates are refused more often, so "
        "accepted ones are shorter: that distance is the sampler's bias.");
}

/// Whose marks are the truth, and which recordings have one.
MGKIT_COLD_INLINE void audit_truth_facts(html_page& page, const audit& a) {
    if (!a.truth) return;
    const audit_truth& t = *a.truth;
    const std::vector<std::string> columns{"What", "Count"};
    page.open_table("Where the truth comes from: " + clean(t.annotators), columns, 1);
    const auto row = [&](const char* what, std::int64_t count) {
        page.row(std::vector<html_cell>{{what}, {text(count)}});
    };
    row("recordings annotated", t.annotated);
    row("recordings not annotated, left out of overlap", t.not_annotated);
    row("recordings of several annotators", t.several);
    row("segments marked by anybody", t.segments);
    row("segments not used", t.unused);
    row("people in the annotated recordings", t.people);
    row("annotated recordings without a subject, one person each", t.unnamed);
    page.close_table();
}

MGKIT_COLD_INLINE void audit_overlaps(composition& out, const run& r, const audit& a) {
    if (!a.overlaps.empty()) {
        std::vector<overlap_row> rows;
        for (const audit_overlap& o : a.overlaps) {
            std::string measure = o.measure;
            std::replace(measure.begin(), measure.end(), '_', ' ');
            rows.push_back({measure + ", " + o.truth, o});
        }
        out.show(r.name + "-iod",
                 iod_chart(titled(out, r, "overlap of clips with the truth (IoD)"), rows),
                 iod_csv(rows),
                 chance_words(a) +
                     " Above the grey band, the sampler finds more than its own "
                     "chance; inside it, nothing is shown.");
        const std::vector<std::string> columns{"Overlap",       "IoD, %", "People",
                                               "Own chance, %", "p",      "Chance of shifts, %"};
        out.page.open_table("Overlap beside both chances", columns, 1);
        for (const overlap_row& row : rows) {
            const audit_overlap& o = row.overlap;
            out.page.row(std::vector<html_cell>{{row.name},
                                                {overlap_text(o.value, o.low, o.high)},
                                                {text(o.people)},
                                                {own_text(o)},
                                                {p_text(o.own_p)},
                                                {shift_text(o)}});
        }
        out.page.close_table();
    }
    std::vector<std::string> parameters;
    for (const audit_setting& s : a.sweep)
        if (std::find(parameters.begin(), parameters.end(), s.parameter) == parameters.end())
            parameters.push_back(s.parameter);
    for (const std::string& parameter : parameters) {
        const char* words = parameter == "quota"       ? "Sampling number"
                            : parameter == "threshold" ? "Confidence threshold"
                                                       : parameter.c_str();
        const std::vector<std::string> columns{words, "Generated samples", "MG-IoD precision, %",
                                               "Own chance, %", "Chance of shifts, %"};
        out.page.open_table(text("Sweep: ", clean(words)), columns, 1);
        std::vector<overlap_row> rows;
        for (const audit_setting& s : a.sweep) {
            if (s.parameter != parameter) continue;
            const audit_overlap& o = s.overlap;
            const std::string value = csv_cell(s.setting).str();
            out.page.row(std::vector<html_cell>{{value},
                                                {text(s.clips)},
                                                {overlap_text(o.value, o.low, o.high)},
                                                {own_text(o)},
                                                {shift_text(o)}});
            rows.push_back({parameter + " " + value, o});
        }
        out.page.close_table();
        out.show(r.name + "-sweep-" + parameter,
                 iod_chart(titled(out, r, "IoD by " + parameter), rows), iod_csv(rows), "");
    }
}

MGKIT_COLD_INLINE void sampler(composition& out, const run& r) {
    const audit& a = *r.sampling;
    if (out.many) out.page.subheading(r.name);
    std::vector<std::string> notes = caveats(a);
    notes.insert(notes.end(), a.notes.begin(), a.notes.end());
    for (auto& sentence : a.found.sentences()) notes.push_back(std::move(sentence));
    if (!notes.empty()) out.page.list(notes);
    audit_facts(out.page, a);
    audit_truth_facts(out.page, a);
    audit_fits(out.page, a);
    if (!a.durations.edges.empty())
        out.show(r.name + "-durations",
                 durations_chart(titled(out, r, "durations of clips"), a.durations),
                 durations_csv(a.durations),
                 "Grey: the prior. Proposed durations should cover it; accepted ones show what "
                 "refusals leave.");
    if (!a.deciles.empty())
        out.show(
            r.name + "-rejections",
            rejections_chart(titled(out, r, "refused candidates by duration and cause"), a.deciles),
            rejections_csv(a.deciles),
            "Each row holds a tenth of the prior, from its shortest to its longest durations.");
    audit_overlaps(out, r, a);
    if (!a.cut_ins) return;
    const std::vector<std::string> columns{"Cut-in", "Clips that touch one"};
    out.page.open_table("Cut-ins, by the truth of the generator", columns, 1);
    const auto row = [&](const char* what, std::int64_t count) {
        out.page.row(std::vector<html_cell>{{what}, {part_words(count, a.counts.accepted)}});
    };
    row("nobody in view", a.cut_ins->nobody);
    row("another person", a.cut_ins->another_person);
    row("replay of earlier frames", a.cut_ins->replay);
    out.page.close_table();
    out.page.paragraph(
        "Another person and a replay are as visible as the subject: a rule of visibility cannot "
        "refuse them.");
}

}  // namespace MGKIT_NAMESPACE::report::detail
