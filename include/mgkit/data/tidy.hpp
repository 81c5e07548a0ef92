// SPDX-License-Identifier: MIT
// Short gaps filled and jitter smoothed, on request and without inventing confidence.
#pragma once

#include <cstddef>
#include <vector>

#include "mgkit/data/recording.hpp"
#include "mgkit/skeleton/pose.hpp"

namespace MGKIT_NAMESPACE::data {

struct fill_settings {
    int max_gap_frames = 10;   ///< longer gaps stay
    double confidence = 0.05;  ///< at most this for a filled joint: below any visibility threshold
    std::vector<int> cuts{};   ///< frames at which another body begins; nothing is filled across
};

/// What filling did. A gap is one joint invalid over consecutive frames.
struct fill_report {
    std::size_t gaps = 0, joints = 0;  ///< filled
    std::size_t gaps_left = 0;         ///< too long, across a cut, or at the start or end
};

struct smooth_settings {
    int window = 7;           ///< frames, odd
    int order = 2;            ///< of the polynomial, below the window
    std::vector<int> cuts{};  ///< frames at which another body begins; nothing is mixed across
};

/// Fills gaps of at most `max_gap_frames` frames joint by joint, linearly between their two ends.
///
/// A filled joint has the smaller confidence of the ends, at most `confidence`: geometry goes on,
/// while nothing pretends to have been seen. Gaps at the start or end of the recording, and across
/// a cut, stay. A layout without confidence has no gaps.
/// Errors: mgkit::error for settings out of range. Cost: C T V.
fill_report fill_gaps(recording& r, const fill_settings& settings = {});

/// Replaces each coordinate by the value of a least-squares polynomial through its neighbours.
///
/// Only frames of the same run are used, a run being consecutive frames in which the joint is valid
/// and no cut lies; near its ends the window is cut, not moved, and where no more frames than
/// coefficients are left the values stay. Invalid joints neither move nor influence; confidence is
/// untouched. Polynomials up to `order` are kept exactly, peaks far better than by a running mean.
/// Source: Savitzky & Golay, "Smoothing and differentiation of data by simplified least squares
/// procedures", Analytical Chemistry 36(8), 1964; our deviation: the treatment of ends.
/// Errors: mgkit::error for settings out of range. Cost: C T V window.
void smooth(recording& r, const smooth_settings& settings = {});

}  // namespace MGKIT_NAMESPACE::data

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/tidy-inl.hpp"
#endif
