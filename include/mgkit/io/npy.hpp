// SPDX-License-Identifier: MIT
// NumPy's .npy: one array per file, memory-mapped or converted.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/io/dtype.hpp"
#include "mgkit/io/mapped_file.hpp"

namespace MGKIT_NAMESPACE::io {

/// What an .npy file says and holds; `bytes` points into the memory that was parsed.
struct npy_array {
    dtype type = dtype::f64;
    std::vector<std::int64_t> shape;   ///< extents; empty for a single value
    std::span<const std::byte> bytes;  ///< exactly the elements
    bool big_endian = false;           ///< bytes of each element from the highest on
    bool fortran = false;              ///< the first index runs fastest, not the last
};

/// Reads the header of an .npy file in memory (versions 1.0, 2.0, 3.0).
///
/// Refused with mgkit::error: wrong magic or version, headers cut short, above 64 KiB or anything
/// but NumPy's dictionary, objects, structures, texts, extents that overflow, and data longer or
/// shorter than the header says. `where` names the source in errors. Cost: length of the header.
npy_array parse_npy(std::span<const std::byte> file, const std::string& where);

/// The elements row-major and in this machine's byte order. Cost: one pass.
std::vector<std::byte> native_bytes(const npy_array& array);

/// An .npy file, memory-mapped; copied where it is big-endian or in Fortran order.
///
/// Errors: as mapped_file and parse_npy.
class npy_file {
public:
    explicit npy_file(std::string path);

    const std::string& path() const noexcept { return file_.path(); }
    dtype type() const noexcept { return array_.type; }
    const std::vector<std::int64_t>& shape() const noexcept { return array_.shape; }
    std::size_t size() const noexcept { return array_.bytes.size() / size_of(array_.type); }
    std::span<const std::byte> bytes() const noexcept { return array_.bytes; }
    /// Whether the elements lie in the mapped file itself.
    bool mapped() const noexcept { return native_.empty(); }

    /// The elements in place, row-major; valid while this object lives. The file must hold exactly
    /// S, aligned for S (NumPy's own files are). Cost: none.
    template <storable S>
    std::span<const S> view() const {
        static_assert(!std::same_as<S, bool>, "mgkit: booleans have no view; use read<bool>()");
        if (dtype_of<S>() != type())
            throw error(path(), mgkit::text(name(dtype_of<S>()), " elements"), name(type()),
                        "use read() to convert");
        if (reinterpret_cast<std::uintptr_t>(array_.bytes.data()) % alignof(S) != 0)
            throw error(path(), "aligned data", "an unusual header length", "use read() to copy");
        return {reinterpret_cast<const S*>(array_.bytes.data()), size()};
    }

    /// A converted copy; rules and errors of `convert`.
    template <storable S>
    std::vector<S> read() const {
        return convert<S>(type(), array_.bytes, path());
    }

private:
    mapped_file file_;
    npy_array array_;
    std::vector<std::byte> native_;
};

/// Texts of an .npy file and how they are arranged.
struct npy_texts {
    std::vector<std::int64_t> shape;
    std::vector<std::string> values;  ///< UTF-8, row-major
};

/// The elements of an .npy file of texts ('<U8', '|S8'); nothing where they are something else.
/// Errors: as npy_file; code points that are none, bytes above 127.
std::optional<npy_texts> read_npy_texts(const std::string& path);

/// The same of a file in memory; `where` names it in errors.
std::optional<npy_texts> parse_npy_texts(std::span<const std::byte> file, const std::string& where);

/// The header NumPy would write (version 1.0), padded so that data starts at a multiple of 64, or
/// at byte `size` (a multiple of 64) for headers that are to be rewritten with another shape.
/// Errors: mgkit::error for types NumPy lacks, a shape that does not fit into `size`.
std::string npy_header(dtype type, std::span<const std::int64_t> shape, std::size_t size = 0);

namespace detail {
void write_npy_bytes(const std::string& path, dtype type, std::span<const std::byte> bytes,
                     std::span<const std::int64_t> shape);
}  // namespace detail

/// Writes a row-major array as .npy, atomically.
///
/// `values` is contiguous (vector, array, span) of float, double, integers or bool, as many as
/// `shape` says. Errors: mgkit::error for a mismatch or an unwritable target.
template <contiguous_values Values>
void write_npy(const std::string& path, const Values& values, std::span<const std::int64_t> shape) {
    detail::write_npy_bytes(path, dtype_of<element_of<Values>>(), bytes_of(values), shape);
}
template <contiguous_values Values>
void write_npy(const std::string& path, const Values& values,
               std::initializer_list<std::int64_t> shape) {
    write_npy(path, values, std::span<const std::int64_t>(shape.begin(), shape.size()));
}

}  // namespace MGKIT_NAMESPACE::io

#if !defined(MGKIT_COMPILED)
#include "mgkit/io/npy-inl.hpp"
#endif
