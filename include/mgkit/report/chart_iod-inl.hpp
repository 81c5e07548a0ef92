// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/report/chart_iod.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "mgkit/core/error.hpp"
#include "mgkit/report/chart_curves.hpp"
#include "mgkit/report/csv.hpp"
#include "mgkit/report/escape.hpp"

namespace MGKIT_NAMESPACE::report {

namespace detail {

MGKIT_COLD_INLINE std::string overlap_text(const std::optional<double>& value,
                                           const std::optional<double>& low,
                                           const std::optional<double>& high) {
    if (!value) return "-";
    std::string out = percent(*value);
    if (low && high) out += " [" + percent(*low) + ", " + percent(*high) + "]";
    return out;
}

}  // namespace detail

MGKIT_COLD_INLINE svg iod_chart(std::string_view title, std::span<const overlap_row> rows) {
    constexpr auto where = "report::iod_chart";
    if (rows.empty()) throw error(where, "at least one row", "none");
    constexpr std::size_t longest = 44;
    detail::range all;
    all.add(0);
    std::size_t letters = 6;
    std::string description;
    for (const overlap_row& row : rows) {
        const audit_overlap& o = row.overlap;
        for (const auto& v : {std::optional<double>(o.value), o.low, o.high, o.chance, o.chance_low,
                              o.chance_high, o.own_chance, o.own_chance_low, o.own_chance_high}) {
            if (v && !std::isfinite(*v)) throw error(where, "finite values", clean(row.name));
            if (v) all.add(*v);
        }
        letters = std::max(letters, width(shorten(row.name, longest)));
        description += row.name + " " + percent(o.value) + " %" +
                       (o.own_chance ? ", own chance " + percent(*o.own_chance) + " %" : "") +
                       (o.chance ? ", chance of shifts " + percent(*o.chance) + " %" : "") + "; ";
    }
    const detail::range axis = detail::padded(all);
    constexpr double plot = 240, right = 450, top = 64, step = 34, thick = 20;
    const double left = 6.4 * static_cast<double>(letters) + 18;
    const double bottom = top + step * static_cast<double>(rows.size());
    svg out(left + plot + right, bottom + 28, title, description);
    out.label(8, 20, title, "strong");
    out.circle(left + 5, 41, 4.5, "fill-a");
    out.label(left + 16, 45, "sampler", "small");
    out.rectangle(left + 76, 34, 22, 13, "quiet").line(left + 87, 33, left + 87, 48, "mark");
    out.label(left + 103, 45, "own chance", "small");
    out.line(left + 178, 41, left + 200, 41, "curve c1");
    out.label(left + 205, 45, "shifts", "small");
    const double value_at = left + plot + 12, own_at = value_at + 146, shift_at = own_at + 146;
    out.label(value_at, 45, "sampler, %", "small muted");
    out.label(own_at, 45, "own chance, %", "small muted");
    out.label(shift_at, 45, "chance of shifts, %", "small muted");
    const auto x = [&](double v) { return left + plot * (v - axis.low) / axis.span(); };
    const double tick = detail::tick_step(axis.span(), 4);
    for (int k = 0; k <= 12; ++k) {
        const double v = (std::ceil(axis.low / tick - 1e-9) + k) * tick;
        if (!(v <= axis.high + 1e-9 * axis.span())) break;
        out.line(x(v), top - 6, x(v), bottom, "grid");
        out.label(x(v), bottom + 16, detail::tick_text(100 * v, 100 * tick), "small muted",
                  "middle");
    }
    double middle = top + step / 2;
    for (const overlap_row& row : rows) {
        const audit_overlap& o = row.overlap;
        out.open(row.name);
        out.label(left - 8, middle + 4, shorten(row.name, longest), "small", "end");
        if (o.own_chance_low && o.own_chance_high)
            out.rectangle(x(*o.own_chance_low), middle - thick / 2,
                          std::max(1.5, x(*o.own_chance_high) - x(*o.own_chance_low)), thick,
                          "quiet");
        if (o.own_chance)
            out.line(x(*o.own_chance), middle - thick / 2 - 1, x(*o.own_chance),
                     middle + thick / 2 + 1, "mark");
        const double under = middle + thick / 2 + 4;
        if (o.chance_low && o.chance_high)
            out.line(x(*o.chance_low), under, x(*o.chance_high), under, "curve c1");
        if (o.chance) out.line(x(*o.chance), under - 3, x(*o.chance), under + 3, "mark");
        if (o.low && o.high) {
            out.line(x(*o.low), middle, x(*o.high), middle, "mark");
            out.line(x(*o.low), middle - 4, x(*o.low), middle + 4, "mark");
            out.line(x(*o.high), middle - 4, x(*o.high), middle + 4, "mark");
        }
        out.circle(x(o.value), middle, 4, "fill-a");
        out.label(value_at, middle + 4, detail::overlap_text(o.value, o.low, o.high), "small");
        out.label(own_at, middle + 4,
                  detail::overlap_text(o.own_chance, o.own_chance_low, o.own_chance_high), "small");
        out.label(shift_at, middle + 4, detail::overlap_text(o.chance, o.chance_low, o.chance_high),
                  "small muted");
        out.close();
        middle += step;
    }
    out.line(left, top - 6, left, bottom, "axis");
    return out;
}

MGKIT_COLD_INLINE std::string iod_csv(std::span<const overlap_row> rows) {
    csv_builder out({"name", "truth", "measure", "iod", "low", "high", "people", "own_chance",
                     "own_chance_low", "own_chance_high", "own_p", "own_draws", "shift_chance",
                     "shift_chance_low", "shift_chance_high", "shifts"});
    for (const overlap_row& row : rows) {
        const audit_overlap& o = row.overlap;
        out.row({row.name, o.truth, o.measure, o.value, o.low, o.high, o.people, o.own_chance,
                 o.own_chance_low, o.own_chance_high, o.own_p, o.own_draws, o.chance, o.chance_low,
                 o.chance_high, o.shifts});
    }
    return out.str();
}

}  // namespace MGKIT_NAMESPACE::report
