// What a clip sampler did, as plain data: filled by a program, drawn and listed by the report.
// infrastructure
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mgkit/version.hpp"

namespace mgkit::report {

/// Candidates and what became of them; each was accepted or refused for one cause.
struct audit_counts {
    std::int64_t proposed = 0, accepted = 0;
    std::int64_t too_long = 0;     ///< longer than its recording
    std::int64_t not_visible = 0;  ///< an anchor joint was not seen in every frame
    std::int64_t overlap = 0;      ///< touched an accepted clip
};

/// Candidates of one tenth of the duration prior, in seconds.
struct audit_decile {
    double from = 0, to = 0;
    audit_counts counts;
};

/// Kolmogorov-Smirnov distance to the prior.
struct audit_fit {
    double statistic = 0, p = 0;
};

/// Shares per bin of durations; `edges` (seconds) has one entry more than each of the others. A
/// sampler without a prior leaves `prior` empty.
struct audit_durations {
    std::vector<double> edges, prior, proposed, accepted;
};

/// Intersection over duration with the true intervals, beside what chance gives: the truth shifted
/// around its recording, under the same durations and visibility.
struct audit_overlap {
    std::string truth;    ///< "all classes", or "without" a class
    std::string measure;  ///< mean, time_weighted, thresholded
    double value = 0;
    std::optional<double> low, high;
    std::optional<double> chance, chance_low, chance_high;
    std::int64_t shifts = 0;
};

/// Accepted clips that touch a cut-in, by the truth of a generated corpus.
struct audit_cut_ins {
    std::int64_t nobody = 0, another_person = 0, replay = 0;
};

/// The overlap under one setting of a swept parameter.
struct audit_setting {
    std::string parameter;  ///< quota, threshold
    double setting = 0;
    std::int64_t clips = 0;
    audit_overlap overlap;
};

/// How the sampler was set.
struct audit_policy {
    std::int64_t quota = 0, budget = 0;
    double threshold = 0;
    bool redraw_start = false;
};

/// One audit. Empty parts were not measured.
struct audit {
    std::string corpus, generator, command;
    std::string version = mgkit::version;
    std::optional<double> fps;
    audit_policy policy;
    std::int64_t recordings = 0;
    audit_counts counts;
    std::vector<audit_decile> deciles;
    std::optional<audit_fit> proposed_fit, accepted_fit;
    audit_durations durations;
    std::vector<audit_overlap> overlaps;
    std::optional<audit_cut_ins> cut_ins;
    std::vector<audit_setting> sweep;
    std::vector<std::string> notes;  ///< caveats, from whoever knows the data
    bool synthetic = false;
};

}  // namespace mgkit::report
