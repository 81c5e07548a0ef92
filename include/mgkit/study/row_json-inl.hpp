// SPDX-License-Identifier: MIT
// Definitions of row_json.hpp.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/study/row.hpp"
#include "mgkit/study/row_json.hpp"

namespace MGKIT_NAMESPACE::study {

namespace detail {

MGKIT_COLD_INLINE io::json number(const std::optional<double>& value) {
    return value && std::isfinite(*value) ? io::json(*value) : io::json(nullptr);
}

MGKIT_COLD_INLINE std::optional<double> optional_number(const io::json& object, const char* key,
                                                        const std::string& where) {
    const auto value = io::get<io::json>(object, key, where);
    if (value.is_null()) return std::nullopt;
    return io::get<double>(object, key, where);
}

MGKIT_COLD_INLINE std::string told(const std::string& word) {
    const bool plain = word.size() <= 40 && std::all_of(word.begin(), word.end(),
                                                        [](char c) { return c > ' ' && c <= '~'; });
    return plain ? word : text(word.size(), " other characters");
}

}  // namespace detail

MGKIT_COLD_INLINE io::json row_to_json(const row& from, answers kept) {
    io::json chosen = io::json::object();
    for (const setting& s : from.chosen) chosen[s.name] = s.value;
    io::json out{{"features", name(from.features)},
                 {"stream", from.stream},
                 {"fold", from.fold},
                 {"seed", from.seed},
                 {"knn_top1", detail::number(from.knn_top1)},
                 {"linear_top1", detail::number(from.linear_top1)},
                 {"knn_class_mean", detail::number(from.knn_class_mean)},
                 {"linear_class_mean", detail::number(from.linear_class_mean)},
                 {"knn_top5", detail::number(from.knn_top5)},
                 {"linear_top5", detail::number(from.linear_top5)},
                 {"shared_people", from.shared_people},
                 {"chosen", std::move(chosen)}};
    if (kept == answers::keep) {
        out["clip"] = from.clip;
        out["subject"] = from.subject;
        out["truth"] = from.truth;
        out["knn_hit"] = from.knn_hit;
        out["linear_hit"] = from.linear_hit;
    }
    return out;
}

MGKIT_COLD_INLINE row row_from_json(const io::json& value, const std::string& where) {
    row out;
    const auto features = io::get<std::string>(value, "features", where);
    const auto kind = kind_named(features);
    if (!kind)
        throw error(where, "one of the kinds of features", detail::told(features),
                    "the file comes from another version");
    out.features = *kind;
    out.stream = io::get<std::string>(value, "stream", where);
    out.fold = io::get<int>(value, "fold", where);
    out.seed = io::get<std::uint64_t>(value, "seed", where);
    out.knn_top1 = detail::optional_number(value, "knn_top1", where);
    out.linear_top1 = detail::optional_number(value, "linear_top1", where);
    out.knn_class_mean = detail::optional_number(value, "knn_class_mean", where);
    out.linear_class_mean = detail::optional_number(value, "linear_class_mean", where);
    out.knn_top5 = detail::optional_number(value, "knn_top5", where);
    out.linear_top5 = detail::optional_number(value, "linear_top5", where);
    const auto chosen = io::get<io::json>(value, "chosen", where);
    if (!chosen.is_object()) throw error(where, "'chosen' as an object", chosen.type_name());
    for (auto it = chosen.begin(); it != chosen.end(); ++it)
        out.chosen.push_back({it.key(), io::as<std::string>(it.value(), where + ": chosen")});
    out.shared_people = io::get_or<int>(value, "shared_people", 0, where);
    out.clip = io::get_or<std::vector<std::uint32_t>>(value, "clip", {}, where);
    out.subject = io::get_or<std::vector<int>>(value, "subject", {}, where);
    out.truth = io::get_or<std::vector<int>>(value, "truth", {}, where);
    out.knn_hit = io::get_or<std::vector<double>>(value, "knn_hit", {}, where);
    out.linear_hit = io::get_or<std::vector<double>>(value, "linear_hit", {}, where);
    return out;
}

}  // namespace MGKIT_NAMESPACE::study
