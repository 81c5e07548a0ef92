// SPDX-License-Identifier: MIT
// One line that says how far a long computation is. Formatting only: programs print it.
// infrastructure
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE::report {

/// Where a computation stands.
struct progress {
    std::string_view task;       ///< what is being done, for example "pre-training"
    std::int64_t done = 0;       ///< units finished since the start, resumed ones included
    std::int64_t total = 0;      ///< 0 where unknown
    double elapsed = 0;          ///< seconds of this run
    std::string_view unit;       ///< what is counted, plural, for example "clips"
    std::int64_t resumed = 0;    ///< units that an earlier run had finished
    std::string_view note = {};  ///< appended, for example "loss 12.3"
};

/// Seconds as "12 s", "3 min 05 s" or "2 h 07 min"; "?" where negative or not finite.
std::string duration(double seconds);

/// Units per second: "950", "12.5", "0.42", with enough digits to tell progress from standstill.
std::string rate(double per_second);

/// "pre-training  40 % (400 of 1000 clips), 12.5 clips/s, 48 s left, loss 12.3".
///
/// Rate and remaining time come from this run only, so a resumed run does not look faster than it
/// is. Without a total there is no percentage; before the first unit there is no rate. The line is
/// clean text without a line break. Inconsistent numbers (done beyond total, clocks that run
/// backwards) give a line, never an error: a display must not stop the work.
std::string progress_line(const progress& p);

}  // namespace MGKIT_NAMESPACE::report

#if !defined(MGKIT_COMPILED)
#include "mgkit/report/progress-inl.hpp"
#endif
