// SPDX-License-Identifier: MIT
// Definitions of safetensors.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/io/atomic_file.hpp"
#include "mgkit/io/detail/excerpt.hpp"
#include "mgkit/io/dtype.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/io/mapped_file.hpp"
#include "mgkit/io/safetensors.hpp"

namespace MGKIT_NAMESPACE::io {

MGKIT_COLD_INLINE std::vector<std::size_t> ordered(std::span<const tensor_entry> entries,
                                                   bool (*before)(const tensor_entry&,
                                                                  const tensor_entry&)) {
    std::vector<std::size_t> out(entries.size());
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = i;
    std::sort(out.begin(), out.end(), [&](std::size_t i, std::size_t j) {
        if (before(entries[i], entries[j])) return true;
        return !before(entries[j], entries[i]) && i < j;
    });
    return out;
}

namespace detail {

inline constexpr std::size_t safetensors_longest_header = 100'000'000;

inline constexpr const char* safetensors_metadata = "__metadata__";

MGKIT_COLD_INLINE std::size_t header_number(const json& value, const std::string& where) {
    if (!value.is_number_unsigned()) wrong_type(value, "an integer of zero or more", where);
    return as<std::size_t>(value, where);
}

MGKIT_COLD_INLINE dtype safetensors_dtype(const std::string& text, const std::string& where) {
    for (std::size_t i = 0; i < dtype_count; ++i)
        if (text == name(static_cast<dtype>(i))) return static_cast<dtype>(i);
    throw error(where, "a dtype like F32, F64, F16, BF16, I64 or U8", excerpt(text),
                "convert the tensor before saving it");
}

MGKIT_COLD_INLINE tensor_entry read_entry(const std::string& key, const json& fields,
                                          std::span<const std::byte> data,
                                          const std::string& file) {
    const std::string where = file + ": tensor " + excerpt(key);
    tensor_entry entry;
    entry.name = key;
    entry.type = safetensors_dtype(get<std::string>(fields, "dtype", where), where);
    const json &shape = member(fields, "shape", where),
               &offsets = member(fields, "data_offsets", where);
    if (fields.size() != 3)
        throw error(where, "the keys dtype, shape and data_offsets only", "more");
    if (!shape.is_array()) wrong_type(shape, "an array as shape", where);
    for (std::size_t i = 0; i < shape.size(); ++i) {
        header_number(shape[i], where + " shape");
        entry.shape.push_back(as<std::int64_t>(shape[i], where + " shape"));
    }
    if (!offsets.is_array() || offsets.size() != 2)
        throw error(where, "two data_offsets", mgkit::text(offsets.size()));
    const std::size_t begin = header_number(offsets[0], where + " data_offsets");
    const std::size_t end = header_number(offsets[1], where + " data_offsets");
    if (begin > end || end > data.size())
        throw error(where, mgkit::text("data within the ", data.size(), " bytes after the header"),
                    mgkit::text("bytes ", begin, " to ", end), "the file is cut short or damaged");
    const std::size_t size = byte_size(entry.shape, entry.type, where);
    if (end - begin != size)
        throw error(where, mgkit::text(size, " bytes, as dtype and shape say"),
                    mgkit::text(end - begin), "the file is damaged");
    entry.bytes = data.subspan(begin, size);
    return entry;
}

}  // namespace detail

MGKIT_COLD_INLINE safetensors_content parse_safetensors(std::span<const std::byte> file,
                                                        const std::string& where) {
    constexpr std::size_t prefix = 8;
    if (file.size() < prefix)
        throw error(where, "a safetensors header", mgkit::text("a file of ", file.size(), " bytes"),
                    "the file is cut short");
    std::uint64_t length = 0;
    std::memcpy(&length, file.data(), prefix);
    if (length > detail::safetensors_longest_header || length > file.size() - prefix)
        throw error(where, "a header within the file and 100 MB", mgkit::text(length, " bytes"),
                    "the file is cut short or not safetensors");
    const std::string_view header(reinterpret_cast<const char*>(file.data()) + prefix,
                                  static_cast<std::size_t>(length));
    if (header.substr(0, 1) != "{")
        throw error(where, "a JSON object as header", detail::excerpt(header, 24),
                    "the file is not safetensors");
    const json fields =
        parse_json(header, where + " (header)",
                   {.bytes = detail::safetensors_longest_header, .values = 4'000'000, .depth = 4});
    const auto data = file.subspan(prefix + header.size());
    safetensors_content out;
    for (const auto& [key, value] : fields.items()) {
        if (key == detail::safetensors_metadata) {
            if (!value.is_object()) detail::wrong_type(value, "an object", where + " metadata");
            for (const auto& [word, text] : value.items())
                out.metadata[word] = get<std::string>(value, word, where + " metadata");
        } else {
            out.entries.push_back(detail::read_entry(key, value, data, where));
        }
    }
    const auto offset = [&](const tensor_entry& entry) {
        return static_cast<std::size_t>(entry.bytes.data() - data.data());
    };
    std::vector<tensor_entry> listed = std::move(out.entries);
    out.entries.clear();
    for (const std::size_t i : ordered(listed, [](const tensor_entry&a, const tensor_entry&b) {
             return a.bytes.data() != b.bytes.data() ? a.bytes.data() < b.bytes.data()
                                                     : a.bytes.size() < b.bytes.size();
         }))
        out.entries.push_back(std::move(listed[i]));
    std::size_t next = 0;
    for (const tensor_entry& entry : out.entries) {
        if (offset(entry) != next)
            throw error(where + ": tensor " + detail::excerpt(entry.name),
                        mgkit::text("data at byte ", next), mgkit::text("byte ", offset(entry)),
                        "tensors overlap or leave a hole: the file is damaged");
        next += entry.bytes.size();
    }
    if (next != data.size())
        throw error(where, mgkit::text(next, " bytes of data, as the header says"),
                    mgkit::text(data.size()), "the file is damaged");
    return out;
}

MGKIT_COLD_INLINE safetensors_file::safetensors_file(std::string path)
    : file_(std::move(path)), content_(parse_safetensors(file_.bytes(), file_.path())) {
    for (std::size_t i = 0; i < entries().size(); ++i) index_.emplace(entries()[i].name, i);
}

MGKIT_COLD_INLINE const tensor_entry& safetensors_file::at(const std::string& name) const {
    const auto it = index_.find(name);
    if (it != index_.end()) return entries()[it->second];
    constexpr std::size_t longest_list = 400;
    std::string there;
    for (const auto& [known, i] : index_) {
        there += (there.empty() ? ": " : ", ") + known;
        if (there.size() > longest_list) {
            there += ", ...";
            break;
        }
    }
    throw error(path(), "the tensor " + detail::excerpt(name),
                mgkit::text(index_.size(), " tensors", there),
                "check that the file belongs to this model");
}

MGKIT_COLD_INLINE void write_safetensors(const std::string& path,
                                         const std::vector<tensor_entry>& entries,
                                         const text_map& metadata) {
    const std::vector<std::size_t> order =
        ordered(entries, [](const tensor_entry& a, const tensor_entry& b) {
            return size_of(a.type) > size_of(b.type);
        });
    json header = json::object();
    if (!metadata.empty()) {
        json about = json::object();
        for (const auto& [key, text] : metadata) about[key] = text;
        header[detail::safetensors_metadata] = std::move(about);
    }
    std::size_t next = 0;
    for (const std::size_t i : order) {
        const tensor_entry& entry = entries[i];
        const std::string where = path + ": tensor " + detail::excerpt(entry.name);
        if (entry.name == detail::safetensors_metadata || header.contains(entry.name))
            throw error(where, "a name of its own", "one that is taken", "rename the tensor");
        if (byte_size(entry.shape, entry.type, where) != entry.bytes.size())
            throw error(where, "as many bytes as dtype and shape say",
                        mgkit::text(entry.bytes.size()), "check the shape");
        json fields = json::object(), shape = json::array(), offsets = json::array();
        for (const std::int64_t extent : entry.shape) shape.push_back(extent);
        offsets.push_back(next);
        next += entry.bytes.size();
        offsets.push_back(next);
        fields["dtype"] = name(entry.type);
        fields["shape"] = std::move(shape);
        fields["data_offsets"] = std::move(offsets);
        header[entry.name] = std::move(fields);
    }
    std::string text;
    try {
        text = header.dump();
    } catch (const error&) {
        throw error(path, "names and metadata in UTF-8", "other bytes");
    }
    constexpr std::size_t alignment = 8;
    text.append((alignment - text.size() % alignment) % alignment, ' ');
    if (text.size() > detail::safetensors_longest_header)
        throw error(path, "a header of at most 100 MB", mgkit::text(text.size(), " bytes"));
    std::uint64_t length = text.size();
    atomic_file file(path);
    file.write(std::as_bytes(std::span(&length, 1)));
    file.write(text);
    for (const std::size_t i : order) file.write(entries[i].bytes);
    file.commit();
}

}  // namespace MGKIT_NAMESPACE::io
