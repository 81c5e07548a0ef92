// SPDX-License-Identifier: MIT
// Any bytes as meta.json either give a sound skeleton, or are refused by mgkit::error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "mgkit/data/folder_meta.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        const auto meta = mgkit::data::parse_folder_meta(text, "meta.json");
        if (mgkit::skeleton::fault(meta.topology) != nullptr) std::abort();
        const auto bones = meta.topology.bones();
        if (bones.size() + 1 != meta.topology.joints.size()) std::abort();
    } catch (const mgkit::error&) {
    }
    return 0;
}
