// SPDX-License-Identifier: MIT
// infrastructure: the audit in words
// A sampler audit as plain text for the terminal.
#pragma once

#include <optional>
#include <string>

#include "mgkit/report/audit.hpp"

namespace MGKIT_NAMESPACE::report {

namespace detail {

std::string shift_text(const audit_overlap& o);
std::string own_text(const audit_overlap& o);
std::string p_text(const std::optional<double>& p);

/// How to read the two chances.
std::string chance_words(const audit& a);

}  // namespace detail

/// The audit for people: fits, rejections by cause and by tenth of the prior, overlap with the
/// truth beside both chances, cut-ins, sweeps. Ends with a newline.
std::string to_text(const audit& a);

}  // namespace MGKIT_NAMESPACE::report

#if !defined(MGKIT_COMPILED)
#include "mgkit/report/audit_text-inl.hpp"
#endif
