// SPDX-License-Identifier: MIT
// Every topology of mgkit, by name.
#pragma once

#include "mgkit/core/type_list.hpp"
#include "mgkit/skeleton/blazepose33.hpp"
#include "mgkit/skeleton/blazepose75.hpp"
#include "mgkit/skeleton/body25.hpp"
#include "mgkit/skeleton/body25_hands.hpp"
#include "mgkit/skeleton/body25_hands_face.hpp"
#include "mgkit/skeleton/body25_upper15.hpp"
#include "mgkit/skeleton/body25b.hpp"
#include "mgkit/skeleton/coco17.hpp"
#include "mgkit/skeleton/coco_wholebody133.hpp"
#include "mgkit/skeleton/face70.hpp"
#include "mgkit/skeleton/h36m17.hpp"
#include "mgkit/skeleton/halpe26.hpp"
#include "mgkit/skeleton/hand21.hpp"
#include "mgkit/skeleton/hands42.hpp"
#include "mgkit/skeleton/imigue22.hpp"
#include "mgkit/skeleton/imigue22_legacy.hpp"
#include "mgkit/skeleton/kinect20.hpp"
#include "mgkit/skeleton/ntu25.hpp"
#include "mgkit/skeleton/openpose18.hpp"
#include "mgkit/skeleton/upper_body.hpp"
#include "mgkit/skeleton/upper_body_bodyhand.hpp"

namespace MGKIT_NAMESPACE::skeleton {

/// The topologies known at compile time; drives tests, conversions' documentation and tables.
using all =
    type_list<ntu25, kinect20, body25, body25_upper15, body25_hands, body25_hands_face, body25b,
              openpose18, coco17, h36m17, halpe26, coco_wholebody133, hand21, hands42, face70,
              blazepose33, blazepose75, imigue22, imigue22_legacy, upper_body, upper_body_bodyhand>;

}  // namespace MGKIT_NAMESPACE::skeleton
