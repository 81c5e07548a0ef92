// SPDX-License-Identifier: MIT
// The safetensors format: named arrays behind one JSON header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/io/detail/excerpt.hpp"
#include "mgkit/io/dtype.hpp"
#include "mgkit/io/mapped_file.hpp"

namespace MGKIT_NAMESPACE::io {

/// One named row-major array; `bytes` points into memory owned elsewhere.
struct tensor_entry {
    std::string name;
    dtype type = dtype::f32;
    std::vector<std::int64_t> shape;  ///< empty for a single value
    std::span<const std::byte> bytes;
};

/// An entry over contiguous values (vector, array, span) that must outlive it.
template <contiguous_values Values>
tensor_entry entry_of(std::string name, const Values& values, std::vector<std::int64_t> shape) {
    return {std::move(name), dtype_of<element_of<Values>>(), std::move(shape), bytes_of(values)};
}

using text_map = std::map<std::string, std::string>;

/// Positions of entries in an order, equal ones as they stand.
std::vector<std::size_t> ordered(std::span<const tensor_entry> entries,
                                 bool (*before)(const tensor_entry&, const tensor_entry&));

/// Content of a safetensors file; entries in the order of their data.
struct safetensors_content {
    std::vector<tensor_entry> entries;
    text_map metadata;
};

/// Reads a safetensors file in memory; entries point into `file`.
///
/// Refused with mgkit::error: a header that is longer than the file or 100 MB, not JSON, nested
/// too deep, with a name twice, an unknown dtype or field, negative extents; data_offsets outside
/// the file, overlapping, leaving holes, or not matching shape and dtype. `where` names the source.
/// Cost: E log E for E entries.
safetensors_content parse_safetensors(std::span<const std::byte> file, const std::string& where);

/// A safetensors file, memory-mapped.
///
/// Errors: as mapped_file and parse_safetensors; asking for a missing tensor lists what is there.
class safetensors_file {
public:
    explicit safetensors_file(std::string path);

    const std::string& path() const noexcept { return file_.path(); }
    /// All tensors in stored order.
    const std::vector<tensor_entry>& entries() const noexcept { return content_.entries; }
    const text_map& metadata() const noexcept { return content_.metadata; }

    bool contains(const std::string& name) const { return index_.count(name) != 0; }
    const tensor_entry& at(const std::string& name) const;
    const std::vector<std::int64_t>& shape(const std::string& name) const { return at(name).shape; }

    /// A converted copy of one tensor, row-major; rules and errors of `convert`.
    template <storable S>
    std::vector<S> read(const std::string& name) const {
        const tensor_entry& entry = at(name);
        return convert<S>(entry.type, entry.bytes, path() + ": tensor " + detail::excerpt(name));
    }

private:
    mapped_file file_;
    safetensors_content content_;
    std::map<std::string, std::size_t> index_;
};

/// Writes a safetensors file atomically.
///
/// Data is laid out widest type first (else in the given order), as the format's own library does,
/// so every tensor is aligned; the header is padded with spaces to a multiple of 8.
/// Errors: mgkit::error for a name twice, reserved or not UTF-8, bytes that do not match shape and
/// dtype, or an unwritable target; the target is then untouched.
void write_safetensors(const std::string& path, const std::vector<tensor_entry>& entries,
                       const text_map& metadata = {});

}  // namespace MGKIT_NAMESPACE::io

#if !defined(MGKIT_COMPILED)
#include "mgkit/io/safetensors-inl.hpp"
#endif
