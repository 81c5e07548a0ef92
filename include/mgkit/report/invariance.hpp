// SPDX-License-Identifier: MIT
// infrastructure: an audit of augmentations, in words and as JSON
// What augmentations do to the answers of a probe, written down.
#pragma once

#include <string>

#include "mgkit/io/json_value.hpp"
#include "mgkit/probe/invariance.hpp"

namespace MGKIT_NAMESPACE::report {

/// One line per change: clips changed, answers kept in percent, the class that keeps fewest of its
/// right ones, and the classes that are destroyed; then each destroyed class beside chance. Every
/// line ends in a newline.
std::string to_text(const probe::invariance& r);

/// Keys: kind ("invariance"), clips, top1, interval_level, class_names and changes, each with name,
/// settings, refused (null where it was applied), changed, kept, destroyed (classes by number) and
/// classes: for each right, kept, chance, chance_interval [low, high] (null where no clip counts),
/// judged and destroyed.
io::json to_json(const probe::invariance& r);

}  // namespace MGKIT_NAMESPACE::report

#if !defined(MGKIT_COMPILED)
#include "mgkit/report/invariance-inl.hpp"
#endif
