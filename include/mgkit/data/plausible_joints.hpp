// Whether the joints of a recording lie as their names say.
#pragma once

#include "mgkit/core/compiler.hpp"
#include "mgkit/data/findings.hpp"
#include "mgkit/data/recording.hpp"

namespace MGKIT_NAMESPACE::data {

/// Suspects joints whose order is another one than the skeleton's: 17 numbers may be COCO's or
/// Human3.6M's, 25 those of BODY_25, BODY_25B or a Kinect, and no file says which.
///
/// Bones connect what lies near: along the right skeleton the way through all joints is short,
/// along another one it goes to and fro. That holds for people from the side, lying, head down or
/// upside down, in pictures and in space, and needs no scale. Compared are, in up to 256 frames
/// spread over the recording, the sums of bone lengths (a joint that is not seen hands its bones on
/// to the joint above it): of the skeleton, and of each built-in one with the same number of joints
/// or, for skeletons that begin with all joints of a built-in one (body with hands), of those that
/// could stand in its place. Suspected is a skeleton whose bones are in 8 of 10 frames at least
/// 1.1 times as long as those of another, and the one named that is shortest by the median. On
/// recordings of known order the right skeleton was never longer than .96 of a wrong one in a
/// single frame, and the wrong one in the median 1.3 times as long or more.
/// Where no other fits, suspected is a skeleton whose bones between the joints of the body are in 8
/// of 10 frames more than 2.4 times as long as the shortest tree that connects them (right
/// ones: 1.1 to 1.8, random orders: 3 and more). The finding `joints_doubtful` names what is seen
/// to be wrong: eyes below the neck (y down, in pictures), a neck that is not between the
/// shoulders, arms of unlike lengths, forearms unlike upper arms. Nothing is said of recordings
/// with fewer than 5 frames that show 6 joints, nor by joints of confidence .1 or less or at
/// exactly 0. Left and right exchanged are not seen. Errors: mgkit::error as `check(r)`. Cost: 256
/// V^2 at most.
findings check_joints(const recording& r);

}  // namespace MGKIT_NAMESPACE::data

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/plausible_joints-inl.hpp"
#endif
