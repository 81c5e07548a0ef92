// SPDX-License-Identifier: MIT
// Sampler audits as JSON, and back.
// infrastructure
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "mgkit/io/json_value.hpp"
#include "mgkit/report/audit.hpp"
#include "mgkit/report/json.hpp"

namespace MGKIT_NAMESPACE::report {

namespace detail {

double real_of(const io::json& object, const char* key, const std::string& where);

std::optional<double> real_or_none(const io::json& object, const char* key,
                                   const std::string& where);

/// The entries of an optional array, at most `most`.
std::vector<io::json> entries_of(const io::json& value, const char* key, std::size_t most,
                                 const std::string& where);

}  // namespace detail

/// Keys: kind ("audit"), program, version, command, generator_version, synthetic, corpus, fps,
/// policy, recordings, proposed, accepted, rejections, deciles, ks_proposed, ks_accepted,
/// durations, iod, cut_ins, truth, rates, clips, sweep, caveats, notes. What was not measured is
/// left out or null. In iod and sweep stand both chances; `others` beside the causes of rejections
/// and deciles lists constraints beyond those of prior_sampler.
io::json to_json(const audit& a);

/// The inverse of to_json(audit); optional parts may be missing or null, unknown keys are ignored.
/// `where` names the source in errors. Errors: mgkit::error naming the key that is missing, of a
/// wrong type, out of range, or does not fit the others. Cost: size of the document.
audit audit_from_json(const io::json& value, const std::string& where);

}  // namespace MGKIT_NAMESPACE::report

#if !defined(MGKIT_COMPILED)
#include "mgkit/report/audit_json-inl.hpp"
#endif
