// SPDX-License-Identifier: MIT
// Every reader of recordings, by name.
#pragma once

#include "mgkit/core/type_list.hpp"
#include "mgkit/data/readers/coco_results.hpp"
#include "mgkit/data/readers/imigue_csv.hpp"
#include "mgkit/data/readers/kinetics_skeleton.hpp"
#include "mgkit/data/readers/mediapipe.hpp"
#include "mgkit/data/readers/mmpose.hpp"
#include "mgkit/data/readers/openpose.hpp"
#include "mgkit/data/readers/untrimmed.hpp"

namespace MGKIT_NAMESPACE::data::readers {

/// The formats that `recognise` tries, in this order; drives tests and tables.
using all =
    type_list<mmpose, openpose, mediapipe, untrimmed, imigue_csv, coco_results, kinetics_skeleton>;

}  // namespace MGKIT_NAMESPACE::data::readers
