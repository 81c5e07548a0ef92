// SPDX-License-Identifier: MIT
// The study result as JSON.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mgkit/io/json_value.hpp"
#include "mgkit/report/escape.hpp"
#include "mgkit/report/study.hpp"
#include "mgkit/study/row_json.hpp"

namespace MGKIT_NAMESPACE::report {

using mgkit::study::answers;
using mgkit::study::row_from_json;

namespace detail {

io::json number(const std::optional<double>& value);

io::json names_json(const std::vector<std::string>& names);

/// The version of the generator, a string or a number; empty where there is none.
std::string generator_of(const io::json& value);

/// `key` and `key`_interval, and `key`_seed_spread where there were several seeds.
void put_figure(io::json& out, const std::string& key, const std::optional<study_figure>& figure);

}  // namespace detail

/// One entry of `results`, as study::row_to_json writes it; foreign strings are cleaned.
io::json to_json(study_row row, answers kept = answers::leave_out);

/// One entry of `summary`: features, stream, rows, folds, seeds, clips, subjects, shared_people (on
/// both sides of a split, see study/shared_people.hpp), and for each figure its mean under the same
/// key as in `results` and [low, high] under key_interval.
io::json to_json(const study_summary& s);

/// One entry of `comparisons`: pre-trained minus `against` on the same clips.
io::json to_json(const study_comparison& c);

io::json to_json(const study_confusion& c);

io::json to_json(const study_curve& c);

/// Clips by their place in the data (`clip`, a row), without their poses.
io::json to_json(const study_retrieval& r);

/// The whole result. Header keys: kind, program, version, title, data (name, clips, subjects,
/// excluded, classes, class_groups, joints, bones, folder, notes), synthetic, generator_version,
/// contains_micro_gestures (true, false or "unknown"), caveats, split, settings, command,
/// interval_level; then results, summary, comparisons, confusion, curves and retrieval.
/// Foreign strings are cleaned, but for the folder, which must stay what it is.
io::json to_json(const study& s, answers kept = answers::leave_out);

}  // namespace MGKIT_NAMESPACE::report

#if !defined(MGKIT_COMPILED)
#include "mgkit/report/json-inl.hpp"
#endif
