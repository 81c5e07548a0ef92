// NumPy's .npy: one array per file, memory-mapped or converted.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/io/atomic_file.hpp"
#include "mgkit/io/detail/npy_header.hpp"
#include "mgkit/io/dtype.hpp"
#include "mgkit/io/mapped_file.hpp"

namespace MGKIT_NAMESPACE::io {

/// Reads the header of an .npy file in memory (versions 1.0, 2.0, 3.0).
///
/// Refused with mgkit::error: wrong magic or version, headers cut short, above 64 KiB or anything
/// but NumPy's dictionary, objects, structures, big-endian or Fortran-ordered data, extents that
/// overflow, and data longer or shorter than the header says. `where` names the source in errors.
/// Cost: length of the header.
inline npy_array parse_npy(std::span<const std::byte> file, const std::string& where) {
    const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
    if (text.substr(0, 6) != detail::npy_magic)
        throw error(where, "an .npy file", "other content", "write it with numpy.save");
    const auto byte = [&](std::size_t i) { return std::to_integer<std::size_t>(file[i]); };
    const bool versioned = file.size() >= 8;
    if (versioned && (byte(6) < 1 || byte(6) > 3 || byte(7) != 0))
        throw error(where, "npy version 1.0, 2.0 or 3.0", mgkit::text(byte(6), ".", byte(7)),
                    "save it with a current NumPy");
    const std::size_t prefix = versioned && byte(6) > 1 ? 12 : 10;
    if (file.size() < prefix)
        throw error(where, "an npy header", mgkit::text("a file of ", file.size(), " bytes"),
                    "the file is cut short");
    std::size_t length = byte(8) | byte(9) << 8;
    if (prefix == 12) length |= byte(10) << 16 | byte(11) << 24;
    constexpr std::size_t longest = 65535;
    if (length > longest)
        throw error(where, mgkit::text("an npy header of at most ", longest, " bytes"),
                    mgkit::text(length), "the file is damaged or was not written by NumPy");
    if (length > file.size() - prefix)
        throw error(where, mgkit::text("an npy header of ", length, " bytes"),
                    mgkit::text(file.size() - prefix, " bytes"), "the file is cut short");
    npy_array out;
    detail::npy_header_parser(text.substr(prefix, length), where).parse(out);
    out.bytes = file.subspan(prefix + length);
    const std::size_t size = byte_size(out.shape, out.type, where);
    if (out.bytes.size() != size)
        throw error(where, mgkit::text(size, " bytes of data, as the header says"),
                    mgkit::text(out.bytes.size()),
                    out.bytes.size() < size ? "the file is cut short" : "the file is damaged");
    return out;
}

/// An .npy file, memory-mapped.
///
/// Errors: as mapped_file and parse_npy.
class npy_file {
public:
    explicit npy_file(std::string path)
        : file_(std::move(path)), array_(parse_npy(file_.bytes(), file_.path())) {}

    const std::string& path() const noexcept { return file_.path(); }
    dtype type() const noexcept { return array_.type; }
    const std::vector<std::int64_t>& shape() const noexcept { return array_.shape; }
    std::size_t size() const noexcept { return array_.bytes.size() / size_of(array_.type); }
    std::span<const std::byte> bytes() const noexcept { return array_.bytes; }

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
};

/// The header NumPy would write (version 1.0), padded so that data starts at a multiple of 64, or
/// at byte `size` (a multiple of 64) for headers that are to be rewritten with another shape.
/// Errors: mgkit::error for types NumPy lacks, a shape that does not fit into `size`.
inline std::string npy_header(dtype type, std::span<const std::int64_t> shape,
                              std::size_t size = 0) {
    std::string_view descr;
    for (const auto& known : detail::npy_types)
        if (descr.empty() && known.type == type) descr = known.descr;
    if (descr.empty())
        throw error("npy header", "an element type NumPy has", name(type), "convert it to F32");
    std::string dictionary = mgkit::text(
        "{'descr': '", descr, "', 'fortran_order': False, 'shape': ", shape_text(shape), ", }");
    constexpr std::size_t prefix = 10, alignment = 64;
    const std::size_t bare = prefix + dictionary.size() + 1;
    const std::size_t padded = size > 0 ? size : bare + (alignment - bare % alignment) % alignment;
    if (padded < bare || padded % alignment != 0)
        throw error("npy header", mgkit::text("a size of at least ", bare, ", a multiple of 64"),
                    mgkit::text(padded));
    dictionary.append(padded - bare, ' ');
    dictionary += '\n';
    std::string out(detail::npy_magic);
    out += {'\x01', '\x00', static_cast<char>(dictionary.size() & 255),
            static_cast<char>(dictionary.size() >> 8)};
    return out + dictionary;
}

/// Writes a row-major array as .npy, atomically.
///
/// `values` is contiguous (vector, array, span) of float, double, integers or bool, as many as
/// `shape` says. Errors: mgkit::error for a mismatch or an unwritable target.
template <contiguous_values Values>
void write_npy(const std::string& path, const Values& values, std::span<const std::int64_t> shape) {
    constexpr dtype type = dtype_of<element_of<Values>>();
    const auto bytes = bytes_of(values);
    if (byte_size(shape, type, path) != bytes.size())
        throw error(path, "as many values as the shape says",
                    mgkit::text(std::size(values), " values for ", shape_text(shape)),
                    "check the shape");
    atomic_file file(path);
    file.write(npy_header(type, shape));
    file.write(bytes);
    file.commit();
}
template <contiguous_values Values>
void write_npy(const std::string& path, const Values& values,
               std::initializer_list<std::int64_t> shape) {
    write_npy(path, values, std::span<const std::int64_t>(shape.begin(), shape.size()));
}

}  // namespace MGKIT_NAMESPACE::io
