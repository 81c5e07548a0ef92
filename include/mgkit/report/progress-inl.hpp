// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/report/progress.hpp"

#include <cmath>

#include "mgkit/report/escape.hpp"

namespace MGKIT_NAMESPACE::report {

MGKIT_COLD_INLINE std::string duration(double seconds) {
    if (!(seconds >= 0) || seconds > 3.6e9) return "?";
    const auto s = static_cast<std::int64_t>(std::llround(seconds));
    const auto two = [](std::int64_t v) { return (v < 10 ? "0" : "") + std::to_string(v); };
    if (s < 60) return std::to_string(s) + " s";
    if (s < 3600) return std::to_string(s / 60) + " min " + two(s % 60) + " s";
    return std::to_string(s / 3600) + " h " + two(s % 3600 / 60) + " min";
}

MGKIT_COLD_INLINE std::string rate(double per_second) {
    if (!(per_second >= 0) || !std::isfinite(per_second)) return "?";
    return fixed(per_second, per_second >= 100 ? 0 : per_second >= 10 ? 1 : 2);
}

MGKIT_COLD_INLINE std::string progress_line(const progress& p) {
    std::string out = clean(p.task);
    const std::string unit = clean(p.unit);
    const std::int64_t done = p.done < 0 ? 0 : p.done;
    if (p.total > 0) {
        // Rounded down: 100 % means finished.
        const double share =
            static_cast<double>(done < p.total ? done : p.total) / static_cast<double>(p.total);
        const std::string digits = std::to_string(static_cast<int>(100 * share));
        out += "  " + std::string(digits.size() < 3 ? 3 - digits.size() : 0, ' ') + digits +
               " % (" + std::to_string(done) + " of " + std::to_string(p.total) + " " + unit + ")";
    } else {
        out += "  " + std::to_string(done) + " " + unit;
    }
    const double fresh = static_cast<double>(done - (p.resumed > 0 ? p.resumed : 0));
    if (fresh > 0 && p.elapsed > 0) {
        const double speed = fresh / p.elapsed;
        out += ", " + rate(speed) + " " + unit + "/s";
        if (p.total > 0 && done < p.total)
            out += ", " + duration(static_cast<double>(p.total - done) / speed) + " left";
    }
    if (p.total > 0 && done >= p.total) out += ", " + duration(p.elapsed) + " in all";
    if (!p.note.empty()) out += ", " + clean(p.note);
    return out;
}

}  // namespace MGKIT_NAMESPACE::report
