// SPDX-License-Identifier: MIT
// Definitions of integer_arrays.hpp.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/detail/integer_arrays.hpp"
#include "mgkit/data/number_names.hpp"
#include "mgkit/io/npy.hpp"

namespace MGKIT_NAMESPACE::data::detail {

MGKIT_INLINE std::vector<int> whole_numbers(const io::npy_file& file, std::size_t first,
                                            std::size_t count) {
    using io::dtype;
    const std::size_t size = io::size_of(file.type());
    const auto bytes = file.bytes().subspan(first * size, count * size);
    const bool floats = file.type() == dtype::f64 || file.type() == dtype::f32 ||
                        file.type() == dtype::f16 || file.type() == dtype::bf16;
    if (!floats) return io::convert<int>(file.type(), bytes, file.path());
    std::vector<int> out;
    for (const double value : io::convert<double>(file.type(), bytes, file.path())) {
        if (value != std::floor(value) || !(std::abs(value) <= 2147483647.0)) {
            const auto slash = file.path().rfind('/');
            const std::string name =
                slash == std::string::npos ? file.path() : file.path().substr(slash + 1);
            throw error(
                file.path(), "whole numbers", text(value, " at element ", first + out.size()),
                text("np.save('", name, "', np.load('", name, "').astype(int)) rounds them"));
        }
        out.push_back(static_cast<int>(value));
    }
    return out;
}
MGKIT_INLINE std::vector<int> whole_numbers(const io::npy_file& file) {
    return whole_numbers(file, 0, file.size());
}

MGKIT_INLINE void require_list(const std::string& path, std::span<const std::int64_t> shape,
                               std::size_t count, const std::string& what) {
    // (N, 1), as a column of a table is saved, is a list of N.
    bool list = !shape.empty() && shape[0] == static_cast<std::int64_t>(count);
    for (std::size_t d = 1; d < shape.size(); ++d) list = list && shape[d] == 1;
    if (!list)
        throw error(path, what, "shape " + io::shape_text(shape),
                    "write it together with the data");
}

MGKIT_INLINE std::vector<int> read_integer_list(const std::string& path, std::size_t count,
                                                const std::string& what) {
    const io::npy_file file(path);
    require_list(path, file.shape(), count, what);
    return whole_numbers(file);
}

MGKIT_INLINE numbered_names read_numbers_or_names(const std::string& path, std::size_t count,
                                                  const std::string& what) {
    const auto texts = io::read_npy_texts(path);
    if (!texts) return {read_integer_list(path, count, what), {}};
    require_list(path, texts->shape, count, what);
    if (const auto none = std::find(texts->values.begin(), texts->values.end(), "");
        none != texts->values.end())
        throw error(path, "a name for each",
                    text("none at element ", none - texts->values.begin()));
    return number_names(texts->values);
}

}  // namespace MGKIT_NAMESPACE::data::detail
