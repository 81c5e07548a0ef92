// infrastructure: the audit in words
// A sampler audit as plain text for the terminal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mgkit/report/audit.hpp"
#include "mgkit/report/escape.hpp"
#include "mgkit/report/table.hpp"

namespace mgkit::report {

namespace detail {

inline std::string share_text(std::int64_t part, std::int64_t whole) {
    return whole == 0 ? "-" : percent(static_cast<double>(part) / static_cast<double>(whole));
}
inline std::string between_text(double value, const std::optional<double>& low,
                                const std::optional<double>& high) {
    std::string out = percent(value);
    if (low && high) out += " [" + percent(*low) + ", " + percent(*high) + "]";
    return out;
}
inline std::string chance_text(const audit_overlap& o) {
    return o.chance ? between_text(*o.chance, o.chance_low, o.chance_high) : std::string("-");
}
inline std::string fit_text(const char* what, const std::optional<audit_fit>& fit,
                            const char* meaning) {
    if (!fit) return {};
    return text(what, " durations against the prior: KS distance ", fixed(fit->statistic, 4),
                ", p ", fit->p < 0.0001 ? "< .0001" : fixed(fit->p, 4), meaning, "\n");
}

/// The layout of the paper's tables on sampling number and confidence threshold, chance added.
inline std::string sweep_text(const audit& a, const std::string& parameter, const char* title) {
    table out({{title, align::right},
               {"Generated samples", align::right},
               {"MG-IoD precision %", align::right},
               {"chance %", align::right}});
    bool any = false;
    for (const audit_setting& s : a.sweep) {
        if (s.parameter != parameter) continue;
        any = true;
        const double whole = s.setting;
        out.add({parameter == "threshold" ? fixed(whole, 2) : fixed(whole, 0), text(s.clips),
                 between_text(s.overlap.value, s.overlap.low, s.overlap.high),
                 chance_text(s.overlap)});
    }
    return any ? "\n" + out.str() : std::string();
}

}  // namespace detail

/// The audit for people: fits, rejections by cause and by tenth of the prior, overlap with the
/// truth beside chance, cut-ins, sweeps. Ends with a newline.
inline std::string to_text(const audit& a) {
    std::string out = detail::fit_text("Proposed", a.proposed_fit, "");
    out += detail::fit_text("Accepted", a.accepted_fit,
                            " (rejection favours what fits: the distance is the sampler's bias)");
    const auto& c = a.counts;
    out += text(c.accepted, " clips of ", c.proposed, " candidates; refused: ", c.too_long,
                " longer than the recording, ", c.not_visible, " not visible throughout, ",
                c.overlap, " overlapping a clip\n\n");
    table deciles({{"tenth of prior, s"},
                   {"candidates", align::right},
                   {"accepted %", align::right},
                   {"too long %", align::right},
                   {"not visible %", align::right},
                   {"overlap %", align::right}});
    for (const audit_decile& d : a.deciles) {
        const auto& n = d.counts;
        const auto share = [&n](std::int64_t part) { return detail::share_text(part, n.proposed); };
        deciles.add({fixed(d.from, 2) + " to " + fixed(d.to, 2), text(n.proposed),
                     share(n.accepted), share(n.too_long), share(n.not_visible), share(n.overlap)});
    }
    out += deciles.str();
    if (!a.overlaps.empty()) {
        table overlap({{"truth"},
                       {"IoD"},
                       {"value %", align::right},
                       {"chance %", align::right},
                       {"shifts", align::right}});
        for (const audit_overlap& o : a.overlaps)
            overlap.add({o.truth, o.measure, detail::between_text(o.value, o.low, o.high),
                         detail::chance_text(o), text(o.shifts)});
        out += "\n" + overlap.str();
    }
    if (a.cut_ins)
        out +=
            text("\nClips that touch a cut-in, by the truth: ", a.cut_ins->nobody,
                 " with nobody in view, ", a.cut_ins->another_person, " with another person, ",
                 a.cut_ins->replay, " with a replay. Visibility cannot reject the latter two.\n");
    out += detail::sweep_text(a, "quota", "Sampling number");
    out += detail::sweep_text(a, "threshold", "Confidence threshold");
    for (const auto& note : a.notes) out += "\nNote: " + clean(note);
    if (!a.notes.empty()) out += "\n";
    return out;
}

}  // namespace mgkit::report
