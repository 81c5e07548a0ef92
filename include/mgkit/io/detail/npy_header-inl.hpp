// Definitions of npy_header.hpp.
#pragma once

#include <string>
#include <string_view>

#include "mgkit/core/error.hpp"
#include "mgkit/io/detail/excerpt.hpp"
#include "mgkit/io/detail/npy_header.hpp"
#include "mgkit/io/dtype.hpp"

namespace MGKIT_NAMESPACE::io {

namespace detail {

MGKIT_INLINE dtype npy_dtype(std::string_view descr, const std::string& where) {
    for (const npy_type& known : npy_types)
        if (known.descr == descr) return known.type;
    const std::string expected = "an element type like '<f4', '<f8', '<i8' or '|u1'";
    if (descr.substr(0, 2) == "|O")
        throw error(where, expected, "Python objects ('|O')",
                    "objects are pickled code and never loaded; save it as numbers, for example "
                    "np.asarray(a, dtype=np.float32)");
    if (descr.substr(0, 1) == ">")
        throw error(where, expected, "big-endian " + excerpt(descr),
                    "save it little-endian: a.astype(a.dtype.newbyteorder('<'))");
    throw error(where, expected, excerpt(descr), "save it as a plain number type");
}

}  // namespace detail

}  // namespace MGKIT_NAMESPACE::io
