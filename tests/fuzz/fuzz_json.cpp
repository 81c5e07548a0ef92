// SPDX-License-Identifier: MIT
// Any bytes either are JSON that survives being written again, or are refused by mgkit::error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "mgkit/io/json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        const auto value = mgkit::io::parse_json(text, "input");
        if (mgkit::io::parse_json(mgkit::io::to_text(value, "copy"), "copy") != value) std::abort();
        mgkit::io::get_or<int>(value, "a", 0, "input");
        mgkit::io::get_or<std::vector<double>>(value, "a", {}, "input");
    } catch (const mgkit::error&) {
    }
    return 0;
}
