// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/report/chart_bars.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/report/csv.hpp"
#include "mgkit/report/escape.hpp"

namespace MGKIT_NAMESPACE::report {

MGKIT_COLD_INLINE svg bar_chart(std::string_view title, std::span<const bar> bars,
                                const std::optional<bar_reference>& reference) {
    constexpr auto where = "report::bar_chart";
    if (bars.empty()) throw error(where, "at least one bar", "none");
    std::string description;
    for (const bar& b : bars) {
        if (!std::isfinite(b.value) || !std::isfinite(b.low.value_or(0)) ||
            !std::isfinite(b.high.value_or(0)))
            throw error(where, "finite values", text("not finite for ", clean(b.name)));
        description += b.name + " " + percent(b.value) + " %";
        if (b.low && b.high)
            description += " (" + percent(*b.low) + " to " + percent(*b.high) + ")";
        description += "; ";
    }
    constexpr double plot = 230, right = 140, top = 40, step = 30, thick = 17;
    constexpr std::size_t longest = 24;
    std::size_t letters = 6;
    for (const bar& b : bars) letters = std::max(letters, width(shorten(b.name, longest)));
    const double left = 7.4 * static_cast<double>(letters) + 18;
    const double height = top + step * static_cast<double>(bars.size()) + 46;
    const double bottom = top + step * static_cast<double>(bars.size());
    svg out(left + plot + right, height, title, description);
    const auto x = [&](double share) { return left + plot * std::clamp(share, 0.0, 1.0); };
    out.label(8, 20, title, "strong");
    for (int k = 0; k <= 4; ++k) {
        out.line(x(k / 4.0), top - 4, x(k / 4.0), bottom, "grid");
        out.label(x(k / 4.0), bottom + 16, std::to_string(25 * k) + (k == 4 ? " %" : ""),
                  "small muted", "middle");
    }
    double y = top + (step - thick) / 2;
    for (const bar& b : bars) {
        const double middle = y + thick / 2;
        const std::string figure = percent(b.value);
        out.open(b.name + ": " + figure + " %");
        out.label(left - 8, middle + 4, shorten(b.name, longest), b.emphasis ? "strong" : "",
                  "end");
        out.rectangle(left, y, std::max(1.0, x(b.value) - left), thick,
                      b.emphasis ? "fill-a" : "quiet");
        std::string words = figure;
        if (b.low && b.high) {
            out.line(x(*b.low), middle, x(*b.high), middle, "mark");
            out.line(x(*b.low), middle - 4, x(*b.low), middle + 4, "mark");
            out.line(x(*b.high), middle - 4, x(*b.high), middle + 4, "mark");
            words += " [" + percent(*b.low) + ", " + percent(*b.high) + "]";
        }
        out.label(left + plot + 10, middle + 4, words, b.emphasis ? "strong" : "");
        out.close();
        y += step;
    }
    out.line(left, top - 4, left, bottom, "axis");
    if (reference && std::isfinite(reference->value)) {
        out.line(x(reference->value), top - 10, x(reference->value), bottom + 4, "reference");
        out.label(x(reference->value), bottom + 34,
                  shorten(reference->name, 40) + " " + percent(reference->value) + " %", "small",
                  reference->value > 0.7   ? "end"
                  : reference->value < 0.1 ? "start"
                                           : "middle");
    }
    return out;
}

MGKIT_COLD_INLINE std::string bars_csv(std::span<const bar> bars,
                                       const std::optional<bar_reference>& reference,
                                       const std::string& measure) {
    const bool shared =
        std::any_of(bars.begin(), bars.end(), [](const bar& b) { return b.shared_people > 0; });
    std::vector<std::string> columns{"name", measure, "low", "high"};
    if (shared) columns.emplace_back("people_shared");
    csv_builder out(std::move(columns));
    const auto add = [&](std::vector<csv_cell> cells, const csv_cell& people) {
        if (shared) cells.push_back(people);
        out.row(cells);
    };
    for (const bar& b : bars) add({b.name, b.value, b.low, b.high}, b.shared_people);
    if (reference) add({reference->name, reference->value, "", ""}, "");
    return out.str();
}

}  // namespace MGKIT_NAMESPACE::report
