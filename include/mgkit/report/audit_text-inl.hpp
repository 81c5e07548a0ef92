// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/report/audit_text.hpp"

#include <cstdint>
#include <utility>
#include <vector>

#include "mgkit/report/escape.hpp"
#include "mgkit/report/table.hpp"

namespace MGKIT_NAMESPACE::report {

namespace detail {

MGKIT_COLD_INLINE std::string share_text(std::int64_t part, std::int64_t whole) {
    return whole == 0 ? "-" : percent(static_cast<double>(part) / static_cast<double>(whole));
}

MGKIT_COLD_INLINE std::string between_text(double value, const std::optional<double>& low,
                                           const std::optional<double>& high) {
    std::string out = percent(value);
    if (low && high) out += " [" + percent(*low) + ", " + percent(*high) + "]";
    return out;
}

MGKIT_COLD_INLINE std::string shift_text(const audit_overlap& o) {
    return o.chance ? between_text(*o.chance, o.chance_low, o.chance_high) : std::string("-");
}

MGKIT_COLD_INLINE std::string own_text(const audit_overlap& o) {
    return o.own_chance ? between_text(*o.own_chance, o.own_chance_low, o.own_chance_high)
                        : std::string("-");
}

MGKIT_COLD_INLINE std::string p_text(const std::optional<double>& p) {
    return p ? fixed(*p, 3) : "-";
}

MGKIT_COLD_INLINE std::string fit_text(const char* what, const std::optional<audit_fit>& fit,
                                       const char* meaning) {
    if (!fit) return {};
    return text(what, " durations against the prior: KS distance ", fixed(fit->statistic, 4),
                ", p ", fit->p < 0.0001 ? "< .0001" : fixed(fit->p, 4), meaning, "\n");
}

/// The layout of the paper's tables on sampling number and confidence threshold, chance added.
MGKIT_COLD_INLINE std::string sweep_text(const audit& a, const std::string& parameter,
                                         const char* title) {
    table out({{title, align::right},
               {"Generated samples", align::right},
               {"MG-IoD precision %", align::right},
               {"own chance %", align::right},
               {"shift chance %", align::right}});
    bool any = false;
    for (const audit_setting& s : a.sweep) {
        if (s.parameter != parameter) continue;
        any = true;
        const double whole = s.setting;
        out.add({parameter == "threshold" ? fixed(whole, 2) : fixed(whole, 0), text(s.clips),
                 between_text(s.overlap.value, s.overlap.low, s.overlap.high), own_text(s.overlap),
                 shift_text(s.overlap)});
    }
    return any ? "\n" + out.str() : std::string();
}

MGKIT_COLD_INLINE std::string chance_words(const audit& a) {
    if (a.overlaps.empty()) return {};
    const audit_overlap& o = a.overlaps.front();
    std::string out;
    if (o.own_draws > 0)
        out += text("Own chance: the same sampler under ", o.own_draws,
                    " other keys, the truth where it is; p is the share of these draws at least as "
                    "good, this one counted among them. ");
    if (o.shifts > 0)
        out += text("Shift chance: the same clips, the truth moved around its recording ", o.shifts,
                    " times. ");
    if (o.own_draws > 0 && o.shifts > 0)
        out +=
            "They differ where gestures avoid the ends of recordings: a start is drawn from "
            "[0, L - d] and reaches the ends less often, while a shift treats all places alike. "
            "Only what exceeds the sampler's own chance was found by looking.";
    return out;
}

/// Who annotated what, and what was left out.
MGKIT_COLD_INLINE std::string truth_words(const audit_truth& t) {
    return text(
        "Truth: ", clean(t.annotators), "; ", t.annotated, " recordings annotated (", t.several,
        " by several people), ", t.not_annotated, " not annotated and left out; ", t.unused, " of ",
        t.segments, " segments not used; ", t.people, " people",
        t.unnamed > 0 ? text(", ", t.unnamed, " recordings without a subject counted as one each")
                      : std::string(),
        ".");
}

}  // namespace detail

MGKIT_COLD_INLINE std::string to_text(const audit& a) {
    std::string out = detail::fit_text("Proposed", a.proposed_fit, "");
    out += detail::fit_text("Accepted", a.accepted_fit,
                            " (rejection favours what fits: the distance is the sampler's bias)");
    const auto& c = a.counts;
    out += text(c.accepted, " clips of ", c.proposed, " candidates; refused: ", c.too_long,
                " longer than the recording, ", c.not_visible, " not visible throughout, ",
                c.person_change, " across a change of person, ", c.overlap, " overlapping a clip");
    for (const audit_cause& o : c.others) out += text(", ", o.refused, " ", clean(o.name));
    out += "\n\n";
    std::vector<table::column> columns{
        {"tenth of prior, s"},           {"candidates", align::right},
        {"accepted %", align::right},    {"too long %", align::right},
        {"not visible %", align::right}, {"change of person %", align::right},
        {"overlap %", align::right}};
    for (const audit_cause& o : c.others) columns.push_back({clean(o.name) + " %", align::right});
    table deciles(std::move(columns));
    for (const audit_decile& d : a.deciles) {
        const auto& n = d.counts;
        const auto share = [&n](std::int64_t part) { return detail::share_text(part, n.proposed); };
        std::vector<std::string> cells{fixed(d.from, 2) + " to " + fixed(d.to, 2),
                                       text(n.proposed),
                                       share(n.accepted),
                                       share(n.too_long),
                                       share(n.not_visible),
                                       share(n.person_change),
                                       share(n.overlap)};
        for (const audit_cause& o : c.others) cells.push_back(share(n.by(o.name)));
        deciles.add(std::move(cells));
    }
    out += deciles.str();
    if (a.truth) out += "\n" + detail::truth_words(*a.truth) + "\n";
    if (!a.overlaps.empty()) {
        table overlap({{"truth"},
                       {"IoD"},
                       {"value %", align::right},
                       {"people", align::right},
                       {"own chance %", align::right},
                       {"p", align::right},
                       {"draws", align::right},
                       {"shift chance %", align::right},
                       {"shifts", align::right}});
        for (const audit_overlap& o : a.overlaps)
            overlap.add({o.truth, o.measure, detail::between_text(o.value, o.low, o.high),
                         text(o.people), detail::own_text(o), detail::p_text(o.own_p),
                         text(o.own_draws), detail::shift_text(o), text(o.shifts)});
        out += "\n" + overlap.str() + detail::chance_words(a) + "\n";
    }
    if (a.cut_ins)
        out +=
            text("\nClips that touch a cut-in, by the truth: ", a.cut_ins->nobody,
                 " with nobody in view, ", a.cut_ins->another_person, " with another person, ",
                 a.cut_ins->replay, " with a replay. Visibility cannot reject the latter two.\n");
    out += detail::sweep_text(a, "quota", "Sampling number");
    out += detail::sweep_text(a, "threshold", "Confidence threshold");
    const auto warnings = caveats(a);
    for (const auto& list : {warnings, a.notes, a.found.sentences()})
        for (const auto& note : list) out += "\nNote: " + clean(note);
    if (!a.notes.empty() || !warnings.empty() || !a.found.empty()) out += "\n";
    return out;
}

}  // namespace MGKIT_NAMESPACE::report
