// SPDX-License-Identifier: MIT
// Whether the joints of a recording lie as their names say.
#pragma once

#include "mgkit/core/compiler.hpp"
#include "mgkit/data/findings.hpp"
#include "mgkit/data/recording.hpp"

namespace MGKIT_NAMESPACE::data {

/// Suspects joints whose order is another one than the skeleton's: 17 numbers may be COCO's or
/// Human3.6M's, 25 those of BODY_25, BODY_25B or a Kinect, and no file says which.
///
/// Two joints are never farther apart than the bones between them reach, in space or in a picture,
/// however somebody sits, lies or turns. Where names are wrong some pairs are, by multiples: what
/// is called an eye is a knee away from the nose. Per frame, each distance of two joints is divided
/// by the reach of the bones between them in a standing adult; the measure is the 97th of 100 of
/// these ratios (a few joints may be off) by their average, so that no scale is needed. Looked at
/// are up to 256 frames spread over the recording.
///
/// Compared are the built-in skeletons with the same number of joints, and where a body is followed
/// by joints of hands or face, those with the number of the body. One is suspected instead where in
/// 8 of 10 frames the skeleton's measure is at least 1.1 times its, and its at most 3.6, as that of
/// bodies is; the one named is the best by the median. With Kinect recordings in the order of each,
/// and a figure in 58 postures and views, the right skeleton has at most .8 of another's measure in
/// so many frames, a wrong one at least 1.27 times the right one's; the right one's is 3 at most in
/// 99 of 100 frames.
///
/// The finding `joints_doubtful` also names what is seen to be wrong in half of the frames: eyes
/// below the neck (y down, in pictures), a neck that is not between the shoulders, arms or legs
/// of unlike lengths or halves, a face larger than an arm. Where no other skeleton fits, there is a
/// finding only if one of these is seen in 8 of 10 frames and the measure is above 4 in as many
/// (random orders: 5.5 and more). Nothing is said of recordings with fewer than 5 frames that show
/// 6 joints, nor by joints of confidence .3 or less or at exactly 0, nor where all joints lie along
/// one line. Left and right exchanged are not seen. Errors: mgkit::error as `check(r)`. Cost: 256
/// V^2 for each skeleton compared, fingers and points of the face left out.
findings check_joints(const recording& r);

}  // namespace MGKIT_NAMESPACE::data

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/plausible_joints-inl.hpp"
#endif
