// SPDX-License-Identifier: MIT
// Any bytes either are an archive whose tensors lie inside them, or are refused by mgkit::error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "mgkit/io/safetensors.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = std::as_bytes(std::span(data, size));
    try {
        const auto content = mgkit::io::parse_safetensors(bytes, "input");
        std::size_t total = 0;
        for (const auto& entry : content.entries) {
            total += entry.bytes.size();
            if (entry.bytes.size() != mgkit::io::byte_size(entry.shape, entry.type, "input"))
                std::abort();
        }
        if (total > size) std::abort();
        for (const auto& entry : content.entries)
            mgkit::io::convert<float>(entry.type, entry.bytes, "input");
    } catch (const mgkit::error&) {
    }
    return 0;
}
