// SPDX-License-Identifier: MIT
// Definitions of json.hpp.
#pragma once

#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/data/findings_json.hpp"
#include "mgkit/io/json_value.hpp"
#include "mgkit/report/escape.hpp"
#include "mgkit/report/json.hpp"
#include "mgkit/report/study.hpp"
#include "mgkit/study/row_json.hpp"

namespace MGKIT_NAMESPACE::report {

namespace detail {

MGKIT_COLD_INLINE io::json number(const std::optional<double>& value) {
    return value && std::isfinite(*value) ? io::json(*value) : io::json(nullptr);
}

MGKIT_COLD_INLINE io::json settings_json(const std::vector<setting>& settings) {
    io::json out = io::json::object();
    for (const setting& s : settings) out[clean(s.name)] = clean(s.value);
    return out;
}

MGKIT_COLD_INLINE io::json names_json(const std::vector<std::string>& names) {
    io::json out = io::json::array();
    for (const std::string& n : names) out.push_back(clean(n));
    return out;
}

MGKIT_COLD_INLINE std::string generator_of(const io::json& value) {
    const io::json* found = value.find("generator_version");
    if (!found || found->is_null()) return {};
    return found->is_string() ? found->string() : found->shown().substr(0, 40);
}

MGKIT_COLD_INLINE void put_figure(io::json& out, const std::string& key,
                                  const std::optional<study_figure>& figure) {
    out[key] = figure ? io::json(figure->mean) : io::json(nullptr);
    out[key + "_interval"] = figure && figure->low && figure->high
                                 ? io::json{*figure->low, *figure->high}
                                 : io::json(nullptr);
    if (figure && figure->seed_spread) out[key + "_seed_spread"] = *figure->seed_spread;
}

}  // namespace detail

MGKIT_COLD_INLINE io::json to_json(study_row row, answers kept) {
    row.stream = clean(row.stream);
    for (setting& s : row.chosen) s = {clean(s.name), clean(s.value)};
    return mgkit::study::row_to_json(row, kept);
}

MGKIT_COLD_INLINE io::json to_json(const study_summary& s) {
    io::json out{{"features", name(s.features)},
                 {"stream", clean(s.stream)},
                 {"rows", s.rows},
                 {"folds", s.folds},
                 {"seeds", s.seeds},
                 {"clips", s.clips},
                 {"subjects", s.subjects},
                 {"shared_people", s.shared_people}};
    detail::put_figure(out, "knn_top1", s.knn_top1);
    detail::put_figure(out, "linear_top1", s.linear_top1);
    detail::put_figure(out, "knn_class_mean", s.knn_class_mean);
    detail::put_figure(out, "linear_class_mean", s.linear_class_mean);
    return out;
}

MGKIT_COLD_INLINE io::json to_json(const study_comparison& c) {
    io::json out{{"features", name(feature_kind::pretrained)},
                 {"against", name(c.against)},
                 {"stream", clean(c.stream)},
                 {"clips", c.clips},
                 {"subjects", c.subjects}};
    detail::put_figure(out, "knn_top1_difference", c.knn_top1);
    detail::put_figure(out, "linear_top1_difference", c.linear_top1);
    return out;
}

MGKIT_COLD_INLINE io::json to_json(const study_confusion& c) {
    io::json rows = io::json::array();
    for (int t = 0; t < c.matrix.classes; ++t) {
        io::json row = io::json::array();
        for (int p = 0; p < c.matrix.classes; ++p) row.push_back(c.matrix.at(t, p));
        rows.push_back(std::move(row));
    }
    io::json out{{"title", clean(c.title)}, {"counts", std::move(rows)}};
    if (!c.train_clips.empty()) out["train_clips"] = c.train_clips;
    return out;
}

MGKIT_COLD_INLINE io::json to_json(const study_curve& c) {
    const auto numbers = [](const std::vector<double>& values) {
        io::json out = io::json::array();
        for (double v : values) out.push_back(std::isfinite(v) ? io::json(v) : io::json(nullptr));
        return out;
    };
    io::json out{{"name", clean(c.name)}, {"x", numbers(c.x)}, {"y", numbers(c.y)}};
    if (!c.rate.empty()) out["rate"] = numbers(c.rate);
    return out;
}

MGKIT_COLD_INLINE io::json to_json(const study_retrieval& r) {
    const auto place = [](const study_clip& c) {
        return io::json{{"clip", c.row ? io::json(*c.row) : io::json(nullptr)},
                        {"label", c.label},
                        {"caption", clean(c.caption)}};
    };
    io::json out{{"query", place(r.query)}, {"hits", io::json::array()}};
    for (const auto& hit : r.hits) {
        out["hits"].push_back(place(hit.clip));
        out["hits"].back()["similarity"] = detail::number(hit.similarity);
    }
    return out;
}

MGKIT_COLD_INLINE io::json to_json(const study& s, answers kept) {
    io::json contains = "unknown";
    if (s.data.contains != micro_gestures::unknown)
        contains = s.data.contains == micro_gestures::yes;
    io::json bones = io::json::array();
    for (const auto& [a, b] : s.data.bones) bones.push_back({a, b});
    io::json out{{"kind", "study"},
                 {"program", "mgfm study"},
                 {"version", clean(s.version)},
                 {"title", clean(s.title)},
                 {"data",
                  {{"name", clean(s.data.name)},
                   {"clips", s.data.clips},
                   {"subjects", s.data.subjects},
                   {"excluded", s.data.excluded},
                   {"classes", detail::names_json(s.data.class_names)},
                   {"class_groups", detail::names_json(s.data.class_groups)},
                   {"joints", detail::names_json(s.data.joint_names)},
                   {"bones", std::move(bones)},
                   {"folder", s.data.folder},
                   {"notes", detail::names_json(s.data.notes)},
                   {"findings", data::to_json(s.data.found)}}},
                 {"synthetic", s.data.synthetic},
                 {"contains_micro_gestures", contains},
                 {"caveats", detail::names_json(caveats(s))},
                 {"split", clean(s.split)},
                 {"settings", detail::settings_json(s.settings)},
                 {"command", clean(s.command)},
                 {"interval_level", s.level},
                 {"results", io::json::array()},
                 {"summary", io::json::array()},
                 {"comparisons", io::json::array()},
                 {"confusion", io::json::array()},
                 {"curves", io::json::array()},
                 {"retrieval", io::json::array()}};
    if (!s.data.generator.empty()) out["generator_version"] = clean(s.data.generator);
    for (const study_row& row : s.results) out["results"].push_back(to_json(row, kept));
    for (const study_summary& row : s.summary) out["summary"].push_back(to_json(row));
    for (const study_comparison& row : s.comparisons) out["comparisons"].push_back(to_json(row));
    for (const study_confusion& c : s.confusions) out["confusion"].push_back(to_json(c));
    for (const study_curve& c : s.curves) out["curves"].push_back(to_json(c));
    for (const study_retrieval& r : s.retrieval) out["retrieval"].push_back(to_json(r));
    return out;
}

}  // namespace MGKIT_NAMESPACE::report
