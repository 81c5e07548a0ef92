// Definitions of any.hpp.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/core/type_list.hpp"
#include "mgkit/data/detections.hpp"
#include "mgkit/data/read_policy.hpp"
#include "mgkit/data/readers/any.hpp"
#include "mgkit/data/readers/concept.hpp"
#include "mgkit/data/readers/list.hpp"
#include "mgkit/data/recording.hpp"

namespace MGKIT_NAMESPACE::data::readers {

MGKIT_INLINE std::vector<format> formats() {
    std::vector<format> out;
    all::for_each([&]<class R>(type_tag<R>) { out.push_back({R::name, R::describes}); });
    return out;
}

MGKIT_INLINE std::vector<format> written_formats() {
    std::vector<format> out;
    all::for_each([&]<class R>(type_tag<R>) {
        if constexpr (writer<R>) out.push_back({R::name, R::describes});
    });
    return out;
}

namespace detail {

MGKIT_INLINE std::string known_formats() {
    std::string out = "formats are:";
    for (const auto& [name, describes] : formats())
        out += text(out.back() == ':' ? " " : "; ", name, " (", describes, ")");
    return out;
}

}  // namespace detail

MGKIT_INLINE std::string recognise(const std::string& path) {
    std::string_view found;
    all::for_each([&]<class R>(type_tag<R>) {
        if (found.empty() && R{}.recognises(path)) found = R::name;
    });
    return std::string(found);
}

MGKIT_INLINE std::string require_format(const std::string& path) {
    std::string name = recognise(path);
    if (!name.empty()) return name;
    std::error_code code;
    throw error(path.empty() ? "recording" : path, "recordings of a known format",
                std::filesystem::exists(path, code) ? "something else" : "no such file or folder",
                detail::known_formats());
}

MGKIT_INLINE std::string nearest_format(const std::string&) {
    return "something else";
}

MGKIT_INLINE std::vector<std::string> list_any(const std::string& path) {
    std::vector<std::string> out;
    detail::with_reader(require_format(path), [&](const auto& reader) { out = reader.list(path); });
    return out;
}

MGKIT_INLINE detections read_any(const std::string& path, std::size_t index,
                                 const read_policy& policy) {
    detections out;
    detail::with_reader(require_format(path),
                        [&](const auto& reader) { out = reader.read(path, index, policy); });
    return out;
}

MGKIT_INLINE bool follows_one_person(const std::string& path) {
    bool out = false;
    detail::with_reader(require_format(path), [&]<class R>(const R&) {
        if constexpr (requires { R::one_person; }) out = R::one_person;
    });
    return out;
}

MGKIT_INLINE std::string extension_of(std::string_view name) {
    std::string_view out;
    detail::with_reader(name, [&]<class R>(const R&) {
        if constexpr (requires { R::extension; }) out = R::extension;
    });
    return std::string(out);
}

MGKIT_INLINE void write_as(std::string_view name, const std::string& path, const recording& one) {
    detail::with_reader(name, [&]<class R>(const R& reader) {
        if constexpr (writer<R>)
            reader.write(path, one);
        else
            throw error(path, "a format that is written", text(R::name, ", which is only read"),
                        "take another format");
    });
}

}  // namespace MGKIT_NAMESPACE::data::readers
