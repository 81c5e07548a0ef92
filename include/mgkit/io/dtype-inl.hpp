// SPDX-License-Identifier: MIT
// Definitions of dtype.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include "mgkit/core/error.hpp"
#include "mgkit/core/type_list.hpp"
#include "mgkit/io/dtype.hpp"

namespace MGKIT_NAMESPACE::io {

MGKIT_INLINE std::string shape_text(std::span<const std::int64_t> shape) {
    std::string out = "(";
    for (std::size_t i = 0; i < shape.size(); ++i)
        out += mgkit::text(i == 0 ? "" : ", ", shape[i], shape.size() == 1 ? "," : "");
    return out + ")";
}

MGKIT_INLINE std::size_t byte_size(std::span<const std::int64_t> shape, dtype type,
                                   std::string_view where) {
    constexpr std::size_t most_axes = 64;
    if (shape.size() > most_axes)
        throw error(std::string(where), mgkit::text("at most ", most_axes, " axes"),
                    mgkit::text(shape.size()));
    bool empty = false;
    for (std::int64_t extent : shape) {
        if (extent < 0)
            throw error(std::string(where), "extents of zero or more", mgkit::text(extent));
        empty = empty || extent == 0;
    }
    if (empty) return 0;
    constexpr auto limit = static_cast<std::uint64_t>(std::numeric_limits<std::ptrdiff_t>::max());
    std::uint64_t size = size_of(type);
    for (std::int64_t extent : shape) {
        if (static_cast<std::uint64_t>(extent) > limit / size)
            throw error(std::string(where), "an array that fits the address space",
                        "extents whose product overflows", "the file is damaged");
        size *= static_cast<std::uint64_t>(extent);
    }
    return static_cast<std::size_t>(size);
}

}  // namespace MGKIT_NAMESPACE::io
