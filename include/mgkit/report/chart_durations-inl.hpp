// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/report/chart_durations.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/report/chart_curves.hpp"
#include "mgkit/report/csv.hpp"
#include "mgkit/report/escape.hpp"

namespace MGKIT_NAMESPACE::report {

namespace detail {

/// Where durations lie across a histogram: logarithmic when they span a factor of 20 or more, as
/// all but 1 % of every distribution needs. Bins beyond `last` are left out of the drawing.
struct duration_axis {
    double low = 0, high = 1;
    std::size_t first = 0, last = 0;  ///< bins drawn: [first, last)
    bool logarithmic = false;

    explicit duration_axis(const audit_durations& d) : last(d.edges.size() - 1) {
        const auto tail = [&](const std::vector<double>& shares) {
            double beyond = 0;
            std::size_t bin = shares.size();
            while (bin > 1 && (beyond += shares[bin - 1]) < 0.01) --bin;
            return bin;
        };
        last = std::max({tail(d.prior), tail(d.proposed), tail(d.accepted), std::size_t{1}});
        const auto none = [&](const std::vector<double>& shares) {
            return shares.empty() || shares[first] == 0;
        };
        while (first + 1 < last && none(d.prior) && none(d.proposed) && none(d.accepted)) ++first;
        low = d.edges[first];
        high = d.edges[last];
        logarithmic = low > 0 && high / low >= 20;
    }
    /// From 0 to 1.
    double at(double seconds) const {
        return logarithmic ? std::log(seconds / low) / std::log(high / low)
                           : (seconds - low) / (high - low);
    }
    std::vector<double> ticks() const {
        std::vector<double> out;
        if (!logarithmic) {
            const double step = tick_step(high - low, 6);
            for (int k = 0; k < 16; ++k) {
                const double v = (std::ceil(low / step - 1e-9) + k) * step;
                if (v <= high * (1 + 1e-9)) out.push_back(v);
            }
            return out;
        }
        for (int e = -6; e <= 9; ++e)
            for (const double digit : {1.0, 2.0, 5.0})
                if (const double v = digit * std::pow(10.0, e); v >= low && v <= high)
                    out.push_back(v);
        return out;
    }
};

MGKIT_COLD_INLINE double share_beyond(const std::vector<double>& shares, std::size_t bin) {
    double out = 0;
    for (; bin < shares.size(); ++bin) out += shares[bin];
    return out;
}

}  // namespace detail

MGKIT_COLD_INLINE svg durations_chart(std::string_view title, const audit_durations& d) {
    constexpr auto where = "report::durations_chart";
    struct curve {
        const char* name;
        const char* kind;
        const std::vector<double>& shares;
    };
    const curve curves[] = {{"prior", "quiet", d.prior},
                            {"proposed", "curve c0", d.proposed},
                            {"accepted", "curve c1", d.accepted}};
    if (d.edges.size() < 2) throw error(where, "at least one bin", "none");
    for (const curve& c : curves)
        if (!c.shares.empty() && c.shares.size() + 1 != d.edges.size())
            throw error(where, text(d.edges.size() - 1, " shares, one per bin"),
                        text(c.shares.size(), " ", c.name));
    const detail::duration_axis axis(d);
    const auto bins = static_cast<double>(axis.last - axis.first);
    const auto height = [&](const curve& c, std::size_t bin) {
        const double wide = axis.at(d.edges[bin + 1]) - axis.at(d.edges[bin]);
        return c.shares[bin] / std::max(wide * bins, 1e-9);
    };
    double most = 1e-9;
    std::string description, beyond;
    for (const curve& c : curves) {
        if (c.shares.empty()) continue;
        for (std::size_t b = axis.first; b < axis.last; ++b) most = std::max(most, height(c, b));
        const double rest = detail::share_beyond(c.shares, axis.last);
        if (rest > 0)
            beyond +=
                (beyond.empty() ? "" : ", ") + std::string(c.name) + " " + percent(rest) + " %";
        description += std::string(c.name) + "; ";
    }
    constexpr double left = 70, plot = 440, top = 66, tall = 200;
    svg out(left + plot + 20, top + tall + (beyond.empty() ? 52 : 70), title,
            description + "shares by duration from " + fixed(axis.low, 2) + " to " +
                fixed(axis.high, 2) + " seconds");
    out.label(8, 20, title, "strong");
    const auto x = [&](double seconds) {
        return left + plot * std::clamp(axis.at(seconds), 0.0, 1.0);
    };
    const auto y = [&](double share) { return top + tall * (1 - share / most); };
    const double step = detail::tick_step(most, 4);
    for (int k = 0; k <= 8 && k * step <= most * (1 + 1e-9); ++k) {
        out.line(left, y(k * step), left + plot, y(k * step), "grid");
        out.label(left - 8, y(k * step) + 4, detail::tick_text(100 * k * step, 100 * step),
                  "small muted", "end");
    }
    double legend = left;
    for (const curve& c : curves) {
        if (c.shares.empty()) continue;
        std::string path = "M" + svg::number(x(axis.low)) + " " + svg::number(y(0));
        for (std::size_t b = axis.first; b < axis.last; ++b)
            path += "V" + svg::number(y(height(c, b))) + "H" + svg::number(x(d.edges[b + 1]));
        path += "V" + svg::number(y(0));
        out.open(c.name).path(path, c.kind).close();
        if (std::string_view(c.kind) == "quiet")
            out.rectangle(legend, 36, 24, 10, "quiet");
        else
            out.line(legend, 41, legend + 24, 41, c.kind);
        out.label(legend + 30, 45, c.name, "small");
        legend += 110;
    }
    for (const double seconds : axis.ticks()) {
        out.line(x(seconds), top + tall, x(seconds), top + tall + 4, "axis");
        out.label(x(seconds), top + tall + 18, detail::tick_text(seconds, std::min(1.0, seconds)),
                  "small muted", "middle");
    }
    out.line(left, top + tall, left + plot, top + tall, "axis");
    out.label(left + plot / 2, top + tall + 38, "duration, seconds", "muted", "middle");
    out.label(16, top + tall / 2, "share of clips, %", "muted", "middle", -90);
    if (!beyond.empty())
        out.label(left + plot / 2, top + tall + 58,
                  "longer than " + fixed(axis.high, 1) + " s: " + beyond, "small muted", "middle");
    return out;
}

MGKIT_COLD_INLINE std::string durations_csv(const audit_durations& d) {
    csv_builder out({"from_seconds", "to_seconds", "prior", "proposed", "accepted"});
    const auto share = [](const std::vector<double>& shares, std::size_t bin) {
        return bin < shares.size() ? csv_cell(shares[bin]) : csv_cell("");
    };
    for (std::size_t b = 0; b + 1 < d.edges.size(); ++b)
        out.row({d.edges[b], d.edges[b + 1], share(d.prior, b), share(d.proposed, b),
                 share(d.accepted, b)});
    return out.str();
}

}  // namespace MGKIT_NAMESPACE::report
