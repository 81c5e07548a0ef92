// SPDX-License-Identifier: MIT
// infrastructure: who is recognised, in words and as JSON
// Whether features tell people apart, written down.
#pragma once

#include <string>

#include "mgkit/io/json_value.hpp"
#include "mgkit/probe/reidentify.hpp"

namespace MGKIT_NAMESPACE::report {

/// One line for the person and one for the gesture: accuracies of both probes in percent, chance
/// with its interval and on which side of it each accuracy lies; then how moments were kept apart
/// and who was left out. Every line ends in a newline.
std::string to_text(const probe::reidentification& r);

/// Keys: kind ("reidentification"), people, left_out (subjects), recordings (null where they are
/// not known), interval_level, person and gesture (null of unlabelled clips), each with classes,
/// clips, folds, knn_top1, linear_top1, knn_stands, linear_stands ("below chance", "at chance",
/// "above chance"), chance, chance_interval [low, high].
io::json to_json(const probe::reidentification& r);

}  // namespace MGKIT_NAMESPACE::report

#if !defined(MGKIT_COMPILED)
#include "mgkit/report/reidentification-inl.hpp"
#endif
