// SPDX-License-Identifier: MIT
// iMiGUE's 22 joints with the graph that the published baseline really used.
#pragma once

#include <array>
#include <string_view>

#include "mgkit/skeleton/imigue22.hpp"

namespace MGKIT_NAMESPACE::skeleton {

/// `imigue22` with the wiring of the `openpose22` graph in the SMG / iMiGUE baseline code, for
/// comparison with scores obtained there.
///
/// That graph counts its body joints from one but is applied to joints counted from zero: the nose
/// is connected to nothing, five finger points hang on a shoulder and five on an eye, and the face
/// closes a ring. It is not a tree, so it lives in `edges` (see `graph_edges`); names, parents for
/// bone streams and everything else are those of `imigue22`.
struct imigue22_legacy : imigue22 {
    static constexpr std::string_view name = "imigue22_legacy";
    static constexpr std::array<joint_pair, 21> edges{
        {{2, 1},  {2, 3},  {3, 4},  {4, 5},   {2, 6},  {6, 7},  {7, 8},
         {1, 9},  {9, 11}, {1, 10}, {10, 11}, {5, 12}, {5, 13}, {5, 14},
         {5, 15}, {5, 16}, {8, 17}, {8, 18},  {8, 19}, {8, 20}, {8, 21}}};
};

}  // namespace MGKIT_NAMESPACE::skeleton
