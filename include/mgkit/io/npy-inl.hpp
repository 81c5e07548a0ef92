// SPDX-License-Identifier: MIT
// Definitions of npy.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/io/atomic_file.hpp"
#include "mgkit/io/detail/npy_header.hpp"
#include "mgkit/io/dtype.hpp"
#include "mgkit/io/mapped_file.hpp"
#include "mgkit/io/npy.hpp"

namespace MGKIT_NAMESPACE::io {

namespace detail {

/// Reads the header; returns where the data begins.
MGKIT_INLINE std::size_t parse_npy_header(std::span<const std::byte> file, const std::string& where,
                                          npy_facts& facts) {
    const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
    if (text.substr(0, 6) != npy_magic)
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
    npy_header_parser(text.substr(prefix, length), where).parse(facts);
    return prefix + length;
}

MGKIT_INLINE void require_bytes(std::size_t expected, std::size_t found, const std::string& where) {
    if (found != expected)
        throw error(where, mgkit::text(expected, " bytes of data, as the header says"),
                    mgkit::text(found),
                    found < expected ? "the file is cut short" : "the file is damaged");
}

/// One text of `length` characters, without the zeros that fill it up, as UTF-8.
MGKIT_INLINE std::string npy_text(std::span<const std::byte> bytes, bool wide, bool big_endian,
                                  const std::string& where) {
    const std::size_t width = wide ? 4 : 1;
    std::string out;
    std::size_t kept = 0;
    for (std::size_t at = 0; at < bytes.size(); at += width) {
        std::uint32_t point = 0;
        for (std::size_t k = 0; k < width; ++k)
            point |= std::to_integer<std::uint32_t>(bytes[at + (big_endian ? width - 1 - k : k)])
                     << (8 * k);
        if (point > (wide ? 0x10FFFFu : 0x7Fu) || (point >= 0xD800 && point < 0xE000))
            throw error(where, wide ? "texts of Unicode" : "texts of plain ASCII",
                        mgkit::text("character ", point), "save it as a.astype(str)");
        const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
        if (point < 0x80) {
            put(point);
        } else if (point < 0x800) {
            put(0xC0 | point >> 6);
            put(0x80 | (point & 0x3F));
        } else if (point < 0x10000) {
            put(0xE0 | point >> 12);
            put(0x80 | (point >> 6 & 0x3F));
            put(0x80 | (point & 0x3F));
        } else {
            put(0xF0 | point >> 18);
            put(0x80 | (point >> 12 & 0x3F));
            put(0x80 | (point >> 6 & 0x3F));
            put(0x80 | (point & 0x3F));
        }
        if (point != 0) kept = out.size();
    }
    out.resize(kept);
    return out;
}

}  // namespace detail

MGKIT_INLINE npy_array parse_npy(std::span<const std::byte> file, const std::string& where) {
    detail::npy_facts facts;
    const std::size_t start = detail::parse_npy_header(file, where, facts);
    npy_array out{facts.type, std::move(facts.shape), {}, facts.big_endian, facts.fortran};
    out.bytes = file.subspan(start);
    detail::require_bytes(byte_size(out.shape, out.type, where), out.bytes.size(), where);
    return out;
}

MGKIT_INLINE std::vector<std::byte> native_bytes(const npy_array& array) {
    const std::size_t size = size_of(array.type), count = array.bytes.size() / size;
    std::vector<std::byte> out(array.bytes.size());
    // Row-major order visits the file with one step per axis.
    const std::size_t axes = array.shape.size();
    std::vector<std::size_t> index(axes, 0), step(axes, 1), extent;
    for (const std::int64_t e : array.shape) extent.push_back(static_cast<std::size_t>(e));
    for (std::size_t d = 1; d < axes; ++d) step[d] = step[d - 1] * extent[d - 1];
    std::size_t from = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const std::byte* source = array.bytes.data() + (array.fortran ? from : i) * size;
        std::byte* target = out.data() + i * size;
        if (array.big_endian)
            std::reverse_copy(source, source + size, target);
        else
            std::copy(source, source + size, target);
        for (std::size_t d = axes; array.fortran && d-- > 0;) {
            from += step[d];
            if (++index[d] < extent[d]) break;
            from -= step[d] * extent[d];
            index[d] = 0;
        }
    }
    return out;
}

MGKIT_INLINE std::optional<npy_texts> read_npy_texts(const std::string& path) {
    const mapped_file file(path);
    return parse_npy_texts(file.bytes(), path);
}

MGKIT_INLINE std::optional<npy_texts> parse_npy_texts(std::span<const std::byte> file,
                                                      const std::string& where) {
    detail::npy_facts facts;
    facts.texts_asked = true;
    const std::size_t start = detail::parse_npy_header(file, where, facts);
    if (facts.text == 0) return std::nullopt;
    const std::size_t width = facts.text * (facts.wide_text ? 4 : 1);
    std::vector<std::int64_t> bytes = facts.shape;
    bytes.push_back(static_cast<std::int64_t>(width));
    const auto data = file.subspan(start);
    detail::require_bytes(byte_size(bytes, dtype::u8, where), data.size(), where);
    if (facts.fortran)
        throw error(where, "texts in row-major order", "Fortran order",
                    "save np.ascontiguousarray(a) instead");
    npy_texts out{std::move(facts.shape), {}};
    for (std::size_t at = 0; at < data.size(); at += width)
        out.values.push_back(
            detail::npy_text(data.subspan(at, width), facts.wide_text, facts.big_endian, where));
    return out;
}

MGKIT_INLINE npy_file::npy_file(std::string path)
    : file_(std::move(path)), array_(parse_npy(file_.bytes(), file_.path())) {
    if (!array_.big_endian && !array_.fortran) return;
    native_ = native_bytes(array_);
    array_.bytes = native_;
    array_.big_endian = array_.fortran = false;
}

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
