// SPDX-License-Identifier: MIT
// A finished run of a program, as the report reads it.
// infrastructure
#pragma once

#include <optional>
#include <string>

#include "mgkit/report/audit.hpp"
#include "mgkit/report/study.hpp"

namespace MGKIT_NAMESPACE::report {

/// What a program wrote. An audit of a sampler has no study behind it but for the facts about its
/// data; every other run has no audit.
struct run {
    std::string name;     ///< what tables and figures call it
    std::string program;  ///< that wrote it
    study result;
    std::optional<audit> sampling;
};

}  // namespace MGKIT_NAMESPACE::report
