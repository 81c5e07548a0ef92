// SPDX-License-Identifier: MIT
// Any bytes as a joint map either are a sound skeleton with a place in the file for each joint, or
// are refused by mgkit::error.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "mgkit/core/error.hpp"
#include "mgkit/data/joint_map.hpp"
#include "mgkit/skeleton/dynamic.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        auto order = mgkit::data::parse_joint_map(text, "folder/input.csv");
        if (mgkit::skeleton::fault(order.topology) != nullptr) std::abort();
        auto& places = order.from;
        if (places.empty() || places.size() != order.topology.joints.size()) std::abort();
        std::sort(places.begin(), places.end());
        if (places.front() < 0 || places.back() > 4095) std::abort();
        if (std::adjacent_find(places.begin(), places.end()) != places.end()) std::abort();
    } catch (const mgkit::error&) {
    }
    return 0;
}
