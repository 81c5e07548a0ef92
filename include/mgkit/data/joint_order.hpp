// SPDX-License-Identifier: MIT
// Which joint each place of a file holds, as a person states it.
#pragma once

#include <string>
#include <vector>

#include "mgkit/skeleton/dynamic.hpp"

namespace MGKIT_NAMESPACE::data {

/// A statement about files whose joints have no names: it overrules what a format would assume.
struct joint_order {
    skeleton::dynamic topology;  ///< of the recordings
    std::vector<int> from;       ///< per joint of the topology: its place in the file, from 0
    int in_file = 0;        ///< joints of a person in the file; 0: as many as `from` needs, or more
    std::string stated_by;  ///< for messages: "--joints map.csv"
};

}  // namespace MGKIT_NAMESPACE::data
