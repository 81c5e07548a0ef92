// SPDX-License-Identifier: MIT
// Any bytes either are an .npy array whose parts lie inside them, or are refused by mgkit::error;
// texts are as many as the shape says.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/io/npy.hpp"

namespace {

void read_texts(std::span<const std::byte> bytes) {
    try {
        const auto texts = mgkit::io::parse_npy_texts(bytes, "input");
        if (!texts) return;
        std::int64_t count = 1;
        for (const std::int64_t extent : texts->shape) count *= extent;
        if (texts->values.size() != static_cast<std::size_t>(count)) std::abort();
    } catch (const mgkit::error&) {
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = std::as_bytes(std::span(data, size));
    read_texts(bytes);
    try {
        const auto array = mgkit::io::parse_npy(bytes, "input");
        if (array.bytes.size() != mgkit::io::byte_size(array.shape, array.type, "input"))
            std::abort();
        if (mgkit::io::native_bytes(array).size() != array.bytes.size()) std::abort();
        // What was accepted, written again, says the same.
        const std::string header = mgkit::io::npy_header(array.type, array.shape);
        std::vector<std::byte> again(header.size() + array.bytes.size());
        for (std::size_t i = 0; i < header.size(); ++i)
            again[i] = static_cast<std::byte>(header[i]);
        std::copy(array.bytes.begin(), array.bytes.end(),
                  again.begin() + static_cast<std::ptrdiff_t>(header.size()));
        const auto copy = mgkit::io::parse_npy(again, "copy");
        if (copy.type != array.type || copy.shape != array.shape) std::abort();
        mgkit::io::convert<double>(array.type, array.bytes, "input");
        mgkit::io::convert<std::int32_t>(array.type, array.bytes, "input");
    } catch (const mgkit::error&) {
    }
    return 0;
}
