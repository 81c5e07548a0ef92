// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/report/chart_rejections.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/report/csv.hpp"
#include "mgkit/report/escape.hpp"

namespace MGKIT_NAMESPACE::report {

namespace detail {

MGKIT_COLD_INLINE std::int64_t refused(const audit_counts& c, const rejection_cause& cause) {
    return cause.count != nullptr ? c.*(cause.count) : c.by_others();
}

MGKIT_COLD_INLINE double share_of(std::int64_t part, std::int64_t whole) {
    return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

}  // namespace detail

MGKIT_COLD_INLINE svg rejections_chart(std::string_view title,
                                       std::span<const audit_decile> deciles) {
    if (deciles.empty()) throw error("report::rejections_chart", "at least one decile", "none");
    constexpr double left = 130, plot = 280, right = 190, top = 64, step = 25, thick = 17;
    const double bottom = top + step * static_cast<double>(deciles.size());
    std::string description;
    for (const audit_decile& d : deciles) {
        const auto refused = d.counts.proposed - d.counts.accepted;
        description += fixed(d.from, 2) + " to " + fixed(d.to, 2) +
                       " s: " + percent(detail::share_of(refused, d.counts.proposed)) + " % of " +
                       text(d.counts.proposed) + "; ";
    }
    svg out(left + plot + right, bottom + 44, title, description);
    out.label(8, 20, title, "strong");
    double legend = 8;
    const bool others = std::any_of(deciles.begin(), deciles.end(),
                                    [](const audit_decile& d) { return !d.counts.others.empty(); });
    for (const auto& cause : detail::rejection_causes) {
        if (cause.count == nullptr && !others) continue;
        out.rectangle(legend, 34, 12, 12, cause.kind);
        out.label(legend + 17, 44, cause.words, "small");
        legend += 34 + 6.4 * static_cast<double>(std::string_view(cause.words).size());
    }
    const auto x = [&](double share) { return left + plot * std::clamp(share, 0.0, 1.0); };
    for (int k = 0; k <= 4; ++k) {
        out.line(x(k / 4.0), top - 4, x(k / 4.0), bottom, "grid");
        out.label(x(k / 4.0), bottom + 16, std::to_string(25 * k) + (k == 4 ? " %" : ""),
                  "small muted", "middle");
    }
    out.label(left + plot / 2, bottom + 36, "candidates refused", "small muted", "middle");
    double y = top;
    for (const audit_decile& d : deciles) {
        const double words = y + thick / 2 + 4;
        out.label(left - 8, words, fixed(d.from, 2) + " \xE2\x80\x93 " + fixed(d.to, 2) + " s",
                  "small", "end");
        double done = 0;
        for (const auto& cause : detail::rejection_causes) {
            const auto count = detail::refused(d.counts, cause);
            const double share = detail::share_of(count, d.counts.proposed);
            if (count == 0) continue;
            out.open(text(cause.words, ": ", count, " of ", d.counts.proposed));
            out.rectangle(x(done), y, std::max(0.5, x(done + share) - x(done) - 1), thick,
                          cause.kind);
            if (share >= 0.12)
                out.label((x(done) + x(done + share)) / 2, words, percent(share),
                          std::string_view(cause.kind).starts_with("fill") ? "small on" : "small",
                          "middle");
            out.close();
            done += share;
        }
        const auto refused = d.counts.proposed - d.counts.accepted;
        out.label(left + plot + 10, words,
                  d.counts.proposed == 0 ? std::string("no candidates")
                                         : percent(detail::share_of(refused, d.counts.proposed)) +
                                               " % of " + text(d.counts.proposed),
                  "small");
        y += step;
    }
    out.line(left, top - 4, left, bottom, "axis");
    return out;
}

MGKIT_COLD_INLINE std::string rejections_csv(std::span<const audit_decile> deciles) {
    std::vector<std::string> columns{"from_seconds", "to_seconds",  "proposed",      "accepted",
                                     "too_long",     "not_visible", "person_change", "overlap"};
    const auto others = deciles.empty() ? std::vector<audit_cause>() : deciles[0].counts.others;
    for (const audit_cause& o : others) columns.push_back(csv_cell(o.name).str());
    csv_builder out(std::move(columns));
    for (const audit_decile& d : deciles) {
        std::vector<csv_cell> cells{d.from,
                                    d.to,
                                    d.counts.proposed,
                                    d.counts.accepted,
                                    d.counts.too_long,
                                    d.counts.not_visible,
                                    d.counts.person_change,
                                    d.counts.overlap};
        for (const audit_cause& o : others) cells.push_back(d.counts.by(o.name));
        out.row(cells);
    }
    return out.str();
}

}  // namespace MGKIT_NAMESPACE::report
