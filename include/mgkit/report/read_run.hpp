// SPDX-License-Identifier: MIT
// Results of programs read back from their JSON files.
// infrastructure
#pragma once

#include <optional>
#include <string>

#include "mgkit/io/json_value.hpp"
#include "mgkit/report/run.hpp"

namespace MGKIT_NAMESPACE::report {

namespace detail {

/// The inverse of put_figure.
std::optional<study_figure> figure_of(const io::json& value, const std::string& key,
                                      const std::string& where);

}  // namespace detail

/// The inverse of to_json(study), also for what `mgfm pretrain` writes; poses of retrieved clips
/// stay empty. Parts that a program does not write may be missing; unknown keys are ignored.
/// Errors: mgkit::error naming file and key.
study study_from_json(const io::json& value, const std::string& where);

/// A result of mgfm study, train, pretrain, probe, retrieve, sample or audit. `where` names the source.
/// Errors: mgkit::error for another kind of document, and as study_from_json and audit_from_json.
run run_from_json(const io::json& value, const std::string& where);

/// Reads a result file; the run is called after the file. Errors: as run_from_json and read_json.
run read_run(const std::string& path);

}  // namespace MGKIT_NAMESPACE::report

#if !defined(MGKIT_COMPILED)
#include "mgkit/report/read_run-inl.hpp"
#endif
