// SPDX-License-Identifier: MIT
// How labels are learned from.
// infrastructure: settings of a method, which programs hold without it
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/pretext/mix_up.hpp"

namespace MGKIT_NAMESPACE::pretext {

/// How labels are learned from; the defaults are the plain cross-entropy.
struct supervised_settings {
    double label_smoothing = 0;   ///< share of every class in a label, see loss::add_soft_label
    double logit_adjustment = 0;  ///< tau of loss::logit_offsets; needs `class_counts`
    std::vector<std::int64_t> class_counts = {};  ///< training clips of each class
    mix_up_settings mix_up = {};
    double dropout = 0;  ///< of features, before the classifier
};

/// Errors: shares outside [0, 1), a negative tau or alpha, a tau without counts of all classes.
void check(const supervised_settings& s, int classes);

/// The settings as parts of what a run is made of.
std::string words(const supervised_settings& s);

}  // namespace MGKIT_NAMESPACE::pretext

#if !defined(MGKIT_COMPILED)
#include "mgkit/pretext/supervised_settings-inl.hpp"
#endif
