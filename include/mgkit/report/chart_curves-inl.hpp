// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/report/chart_curves.hpp"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/report/csv.hpp"
#include "mgkit/report/escape.hpp"

namespace MGKIT_NAMESPACE::report {

namespace detail {

MGKIT_COLD_INLINE double tick_step(double span, int count) {
    const double raw = span / count;
    const double scale = std::pow(10.0, std::floor(std::log10(raw)));
    for (double factor : {1.0, 2.0, 5.0})
        if (raw <= factor * scale * (1 + 1e-9)) return factor * scale;
    return 10 * scale;
}

MGKIT_COLD_INLINE std::string tick_text(double value, double step) {
    if (!(step >= 1e-6 && std::abs(value) < 1e7)) {
        char buffer[64];
        const auto end =
            std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::general, 3);
        return std::string(buffer, end.ptr);
    }
    return fixed(value, step >= 1 ? 0 : static_cast<int>(std::ceil(-std::log10(step) - 1e-9)));
}

MGKIT_COLD_INLINE void range::add(double v) {
    low = std::min(low, v);
    high = std::max(high, v);
}

MGKIT_COLD_INLINE range padded(range r) {
    if (!(r.span() > 0)) {
        const double half = r.low == 0 ? 1 : std::abs(r.low) / 2;
        return {r.low - half, r.high + half};
    }
    const double step = tick_step(r.span(), 4);
    return {std::floor(r.low / step) * step, std::ceil(r.high / step) * step};
}

}  // namespace detail

MGKIT_COLD_INLINE svg line_chart(std::string_view title, std::string_view x_name,
                                 std::string_view y_name, std::span<const study_curve> curves,
                                 bool from_zero) {
    constexpr auto where = "report::line_chart";
    if (curves.empty()) throw error(where, "at least one curve", "none");
    detail::range xs, ys;
    if (from_zero) ys.add(0);
    std::string description;
    std::vector<std::pair<double, std::size_t>> ends;  // (last y, curve), for the labels
    for (std::size_t k = 0; k < curves.size(); ++k) {
        const study_curve& c = curves[k];
        if (c.x.size() != c.y.size())
            throw error(where, "as many x as y",
                        text(c.x.size(), " and ", c.y.size(), " in ", clean(c.name)));
        double first = std::nan(""), last = std::nan("");
        for (std::size_t i = 0; i < c.x.size(); ++i) {
            if (!std::isfinite(c.x[i]) || !std::isfinite(c.y[i])) continue;
            xs.add(c.x[i]);
            ys.add(c.y[i]);
            if (std::isnan(first)) first = c.y[i];
            last = c.y[i];
        }
        if (std::isnan(last))
            throw error(where, "curves with a finite point", text("none in ", clean(c.name)));
        ends.push_back({last, k});
        description += c.name + " from " + fixed(first, 3) + " to " + fixed(last, 3) + "; ";
    }
    constexpr std::size_t longest = 32;
    std::size_t letters = 0;
    for (const study_curve& c : curves)
        letters = std::max(letters, width(shorten(c.name, longest)));
    constexpr double left = 70, plot = 420, top = 40, tall = 230;
    const double right = std::max(160.0, 6.4 * static_cast<double>(letters) + 45);
    svg out(left + plot + right, top + tall + 54, title, description);
    const detail::range yr = detail::padded(ys);
    const detail::range xr = xs.span() > 0 ? xs : detail::padded(xs);
    const auto x = [&](double v) { return left + plot * (v - xr.low) / xr.span(); };
    const auto y = [&](double v) { return top + tall * (yr.high - v) / yr.span(); };
    out.label(8, 20, title, "strong");
    const double ystep = detail::tick_step(yr.span(), 4), xstep = detail::tick_step(xr.span(), 6);
    for (int k = 0; k <= 12; ++k) {
        const double v = std::ceil(yr.low / ystep - 1e-9) * ystep + k * ystep;
        if (!(v <= yr.high + 1e-9 * yr.span())) break;
        out.line(left, y(v), left + plot, y(v), "grid");
        out.label(left - 8, y(v) + 4, detail::tick_text(v, ystep), "small muted", "end");
    }
    for (int k = 0; k <= 16; ++k) {
        const double v = std::ceil(xr.low / xstep - 1e-9) * xstep + k * xstep;
        if (!(v <= xr.high + 1e-9 * xr.span())) break;
        out.line(x(v), top + tall, x(v), top + tall + 4, "axis");
        out.label(x(v), top + tall + 18, detail::tick_text(v, xstep), "small muted", "middle");
    }
    out.line(left, top + tall, left + plot, top + tall, "axis");
    out.label(left + plot / 2, top + tall + 40, x_name, "muted", "middle");
    out.label(16, top + tall / 2, y_name, "muted", "middle", -90);

    for (std::size_t k = 0; k < curves.size(); ++k) {
        out.open(curves[k].name);
        out.path(detail::curve_path(curves[k], x, y), "curve c" + std::to_string(k % 4));
        out.close();
    }
    // Labels from top to bottom, pushed apart so that none covers another.
    std::sort(ends.begin(), ends.end(), [](const auto& a, const auto& b) {
        return a.first != b.first ? a.first > b.first : a.second < b.second;
    });
    constexpr double apart = 16;
    double lowest = top + tall - apart * (static_cast<double>(ends.size()) - 1), free = top;
    for (const auto& [value, k] : ends) {
        const double at = std::max(free, std::min(y(value), std::max(lowest, top)));
        free = at + apart;
        lowest += apart;
        const double edge = left + plot;
        out.line(edge + 6, at, edge + 30, at, "curve c" + std::to_string(k % 4));
        out.label(edge + 35, at + 4, shorten(curves[k].name, longest), "small");
    }
    return out;
}

MGKIT_COLD_INLINE std::string curves_csv(std::span<const study_curve> curves) {
    csv_builder out({"curve", "x", "y", "rate"});
    for (const study_curve& c : curves)
        for (std::size_t i = 0; i < c.x.size(); ++i)
            out.row({c.name, c.x[i], i < c.y.size() ? csv_cell(c.y[i]) : csv_cell(""),
                     i < c.rate.size() ? csv_cell(c.rate[i]) : csv_cell("")});
    return out.str();
}

}  // namespace MGKIT_NAMESPACE::report
