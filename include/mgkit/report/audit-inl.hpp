// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/report/audit.hpp"

#include "mgkit/core/error.hpp"
#include "mgkit/report/escape.hpp"

namespace MGKIT_NAMESPACE::report {

MGKIT_COLD_INLINE std::int64_t audit_counts::by(const std::string& name) const {
    std::int64_t out = 0;
    for (const audit_cause& c : others) out += c.name == name ? c.refused : 0;
    return out;
}

MGKIT_COLD_INLINE std::int64_t audit_counts::by_others() const {
    std::int64_t out = 0;
    for (const audit_cause& c : others) out += c.refused;
    return out;
}

MGKIT_COLD_INLINE std::vector<std::string> caveats(const audit& a) {
    std::vector<std::string> out;
    if (a.truth && a.truth->not_annotated > 0)
        out.push_back(
            text(a.truth->not_annotated, " of ", a.recordings,
                 " recordings are not annotated: overlap with the truth leaves them out."));
    std::int64_t people = 0;
    bool intervals = false;
    for (const audit_overlap& o : a.overlaps) {
        if (o.people > 0 && (people == 0 || o.people < people)) people = o.people;
        intervals = intervals || o.low;
    }
    const bool unnamed = a.truth && a.truth->unnamed > 0;
    if (people > 0 && people < 10)
        out.push_back(text("Only ", people, people == 1 ? " person" : " people",
                           unnamed ? " (recordings, where the subject is unknown)" : "",
                           intervals ? ": intervals over so few are narrower than they should be."
                                     : ": there is no interval over people."));
    else if (people > 0 && unnamed)
        out.push_back(text("The subject of ", a.truth->unnamed,
                           " annotated recordings is unknown: intervals take each for a person of "
                           "its own, and are too narrow where somebody appears twice."));
    if (a.rates.size() > 1) {
        std::string list;
        for (const audit_rate& r : a.rates)
            list += text(list.empty() ? "" : ", ", r.recordings, " at ", fixed(r.fps, 2));
        out.push_back(
            "Frame rates differ (recordings at frames per second: " + list + ")" +
            (a.clips ? text(": all clips are brought to ", fixed(a.clips->fps, 2), ", ",
                            a.clips->converted, " of them from another rate.")
                     : std::string(".")) +
            " Durations are in seconds; overlap that is weighted by time counts frames, so that "
            "faster recordings weigh more.");
    }
    if (a.clips && a.clips->shortened > 0)
        out.push_back(text(a.clips->shortened,
                           " clips have more frames than a clip may keep and were resampled: "
                           "clips.csv gives the rate of each."));
    return out;
}

}  // namespace MGKIT_NAMESPACE::report
