// Definitions of npy.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "mgkit/core/error.hpp"
#include "mgkit/io/atomic_file.hpp"
#include "mgkit/io/detail/npy_header.hpp"
#include "mgkit/io/dtype.hpp"
#include "mgkit/io/mapped_file.hpp"
#include "mgkit/io/npy.hpp"

namespace MGKIT_NAMESPACE::io {

MGKIT_INLINE npy_array parse_npy(std::span<const std::byte> file, const std::string& where) {
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
    detail::npy_facts facts;
    detail::npy_header_parser(text.substr(prefix, length), where).parse(facts);
    npy_array out{facts.type, std::move(facts.shape), {}};
    out.bytes = file.subspan(prefix + length);
    const std::size_t size = byte_size(out.shape, out.type, where);
    if (out.bytes.size() != size)
        throw error(where, mgkit::text(size, " bytes of data, as the header says"),
                    mgkit::text(out.bytes.size()),
                    out.bytes.size() < size ? "the file is cut short" : "the file is damaged");
    return out;
}

MGKIT_INLINE npy_file::npy_file(std::string path)
    : file_(std::move(path)), array_(parse_npy(file_.bytes(), file_.path())) {}

MGKIT_INLINE std::string npy_header(dtype type, std::span<const std::int64_t> shape,
                                    std::size_t size) {
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

namespace detail {

MGKIT_INLINE void write_npy_bytes(const std::string& path, dtype type,
                                  std::span<const std::byte> bytes,
                                  std::span<const std::int64_t> shape) {
    if (byte_size(shape, type, path) != bytes.size())
        throw error(path, "as many values as the shape says",
                    mgkit::text(bytes.size() / size_of(type), " values for ", shape_text(shape)),
                    "check the shape");
    atomic_file file(path);
    file.write(npy_header(type, shape));
    file.write(bytes);
    file.commit();
}

}  // namespace detail

}  // namespace MGKIT_NAMESPACE::io
