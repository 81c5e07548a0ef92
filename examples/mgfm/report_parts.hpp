// SPDX-License-Identifier: MIT
// What reports say about data and clips, and clips found again for them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "mgkit/report/study.hpp"
#include "mgkit/study/fold.hpp"
#include "pipeline.hpp"

namespace mgfm {

/// What a report says about the data; `folder` is where they lie, empty if generated.
mgkit::report::study_data describe(const corpus& from, const std::string& folder);

/// Settings that say which clips these are, and how they were read.
void add_identity(std::vector<mgkit::report::setting>& settings, const corpus& from,
                  const data_options& data);

/// Clips found again for a run that is reported later.
struct found_clips {
    mgkit::data::clip_set clips;
    bool same = true;  ///< as far as the run tells, they are the clips it had
};
/// The clips in `folder`, or the small generated ones where it is empty, read as the run with these
/// settings read its clips.
found_clips clips_of_run(const std::vector<mgkit::report::setting>& settings,
                         const std::string& folder);

/// Clips of each class.
std::vector<double> class_counts(const mgkit::data::clip_set& clips);

/// Clip i of a set, to be drawn.
mgkit::report::study_clip drawn(const mgkit::data::clip_set& clips, int i);

/// The nearest training clips of a few test clips, spread over the test side.
std::vector<mgkit::report::study_retrieval> examples(const mgkit::study::fold& at,
                                                     const mgkit::study::fold_features& features,
                                                     int count, std::size_t hits, int threads);

}  // namespace mgfm
