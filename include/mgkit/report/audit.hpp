// SPDX-License-Identifier: MIT
// What a clip sampler did, as plain data: filled by a program, drawn and listed by the report.
// infrastructure
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mgkit/data/findings.hpp"
#include "mgkit/version.hpp"

namespace MGKIT_NAMESPACE::report {

/// Candidates that one more constraint refused, by the name under which it counts.
struct audit_cause {
    std::string name;
    std::int64_t refused = 0;
};

/// Candidates and what became of them; each was accepted or refused for one cause.
struct audit_counts {
    std::int64_t proposed = 0, accepted = 0;
    std::int64_t too_long = 0;             ///< longer than its recording
    std::int64_t not_visible = 0;          ///< an anchor joint was not seen in every frame
    std::int64_t overlap = 0;              ///< touched an accepted clip
    std::int64_t person_change = 0;        ///< ran across a change of the primary person
    std::vector<audit_cause> others = {};  ///< constraints beyond those of prior_sampler, if any

    /// Refused by the constraint of `others` that counts under this name; 0 where there is none.
    std::int64_t by(const std::string& name) const;
    std::int64_t by_others() const;
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

/// Intersection over duration with the true intervals, beside what chance gives, in two readings:
/// the truth shifted around its recording under the same clips (`chance`), and the sampler itself
/// under other keys (`own_chance`), by which it is judged. `own_p` is the share of those draws at
/// least as good, this one counted among them.
struct audit_overlap {
    std::string truth;    ///< "all classes", or "without" a class
    std::string measure;  ///< mean, time_weighted, thresholded
    double value = 0;
    std::optional<double> low, high;
    std::optional<double> chance, chance_low, chance_high;
    std::int64_t shifts = 0;
    std::optional<double> own_chance = {}, own_chance_low = {}, own_chance_high = {}, own_p = {};
    std::int64_t own_draws = 0;
    std::int64_t people = 0;  ///< that low and high resample; recordings where nobody is named
};

/// Where the true intervals come from.
struct audit_truth {
    std::string annotators;                         ///< whose marks count, in words
    std::int64_t annotated = 0, not_annotated = 0;  ///< recordings; the latter are left out
    std::int64_t several = 0;                       ///< recordings of more than one annotator
    std::int64_t segments = 0;                      ///< by anybody
    std::int64_t unused = 0;                        ///< segments of which no frame counts
    std::int64_t people = 0;                        ///< in the annotated recordings
    std::int64_t unnamed = 0;  ///< annotated recordings whose subject is unknown, one person each
};

/// Recordings of one frame rate.
struct audit_rate {
    double fps = 0;
    std::int64_t recordings = 0;
};

/// Clips as they were written.
struct audit_clips {
    double fps = 0;              ///< of all but the shortened ones
    std::int64_t converted = 0;  ///< from recordings of another rate
    std::int64_t shortened = 0;  ///< resampled to the most frames a clip may have
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
    std::optional<audit_truth> truth;
    std::vector<audit_rate> rates;     ///< slowest first; `fps` is empty where there are several
    std::optional<audit_clips> clips;  ///< of an audit that wrote them
    std::vector<audit_setting> sweep;
    std::vector<std::string> notes;  ///< caveats, from whoever knows the data
    data::findings found;            ///< what reading and choosing people assumed or left out
    bool synthetic = false;
};

/// What a reader must know before the figures, beside the notes.
std::vector<std::string> caveats(const audit& a);

}  // namespace MGKIT_NAMESPACE::report

#if !defined(MGKIT_COMPILED)
#include "mgkit/report/audit-inl.hpp"
#endif
