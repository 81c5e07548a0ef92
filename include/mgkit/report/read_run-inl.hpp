// SPDX-License-Identifier: MIT
// Definitions of read_run.hpp.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/findings_json.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/report/audit_json.hpp"
#include "mgkit/report/json.hpp"
#include "mgkit/report/read_run.hpp"
#include "mgkit/report/run.hpp"

namespace MGKIT_NAMESPACE::report {

namespace detail {

inline constexpr int most_classes = 512;  // what a confusion chart draws

MGKIT_COLD_INLINE feature_kind kind_of(const io::json& value, const char* key,
                                       const std::string& where) {
    const auto found = io::get<std::string>(value, key, where);
    if (const auto kind = mgkit::study::kind_named(found)) return *kind;
    throw error(where + ": '" + key + "'", "one of the kinds of features", shorten(found, 40),
                "the file comes from another version");
}

MGKIT_COLD_INLINE std::optional<study_figure> figure_of(const io::json& value,
                                                        const std::string& key,
                                                        const std::string& where) {
    const auto mean = real_or_none(value, key.c_str(), where);
    if (!mean) return std::nullopt;
    study_figure out{*mean, {}, {}, real_or_none(value, (key + "_seed_spread").c_str(), where)};
    const auto interval = io::get_or<io::json>(value, key + "_interval", nullptr, where);
    if (interval.is_null()) return out;
    const std::string place = where + ": '" + key + "_interval'";
    const auto ends = io::as<std::vector<double>>(interval, place);
    if (ends.size() != 2 || !(ends[0] <= ends[1]) || !(std::abs(ends[0]) <= 1e12) ||
        !(std::abs(ends[1]) <= 1e12))
        throw error(place, "[low, high]", text(ends.size(), " numbers"));
    out.low = ends[0];
    out.high = ends[1];
    return out;
}

MGKIT_COLD_INLINE study_confusion confusion_of(const io::json& value, const std::string& where) {
    study_confusion out{io::get<std::string>(value, "title", where), {}, {}};
    const auto rows = io::get<io::json>(value, "counts", where);
    if (!rows.is_array() || rows.empty() || rows.size() > most_classes)
        throw error(where + ": 'counts'", text("a table of 1 to ", most_classes, " classes"),
                    rows.is_array() ? text(rows.size()) : std::string(rows.type_name()));
    out.matrix.classes = static_cast<int>(rows.size());
    for (std::size_t t = 0; t < rows.size(); ++t) {
        const std::string place = text(where, ": 'counts' row ", t);
        const auto row = io::as<std::vector<std::int64_t>>(rows[t], place);
        if (row.size() != rows.size())
            throw error(place, text(rows.size(), " counts, one per class"), text(row.size()));
        for (const std::int64_t count : row) {
            if (count < 0 || count > 1'000'000'000'000)
                throw error(place, "counts from 0 to 1e12", text(count));
            out.matrix.counts.push_back(count);
        }
    }
    out.train_clips = io::get_or<std::vector<double>>(value, "train_clips", {}, where);
    if (!out.train_clips.empty() && out.train_clips.size() != rows.size())
        throw error(where + ": 'train_clips'", text(rows.size(), " counts, one per class"),
                    text(out.train_clips.size()));
    for (const double clips : out.train_clips)
        if (!(clips >= 0 && clips <= 1e12))
            throw error(where + ": 'train_clips'", "counts from 0 to 1e12", text(clips));
    return out;
}

/// Numbers, with NaN for null.
MGKIT_COLD_INLINE std::vector<double> numbers_of(const io::json& value, const char* key,
                                                 const std::string& where) {
    std::vector<double> out;
    for (const auto& entry : io::get<std::vector<io::json>>(value, key, where))
        out.push_back(entry.is_null() ? std::numeric_limits<double>::quiet_NaN()
                                      : io::as<double>(entry, where + ": '" + key + "'"));
    return out;
}

MGKIT_COLD_INLINE study_curve curve_of(const io::json& value, const std::string& where) {
    study_curve out{io::get<std::string>(value, "name", where),
                    numbers_of(value, "x", where),
                    numbers_of(value, "y", where),
                    {}};
    if (value.contains("rate")) out.rate = numbers_of(value, "rate", where);
    if (out.x.size() != out.y.size() || (!out.rate.empty() && out.rate.size() != out.x.size()))
        throw error(where, "as many y and rates as x",
                    text(out.x.size(), ", ", out.y.size(), " and ", out.rate.size()));
    return out;
}

MGKIT_COLD_INLINE study_clip clip_of(const io::json& value, const std::string& where) {
    study_clip out;
    out.label = io::get<int>(value, "label", where);
    out.caption = io::get_or<std::string>(value, "caption", "", where);
    if (!io::get<io::json>(value, "clip", where).is_null())
        out.row = io::get<std::uint32_t>(value, "clip", where);
    return out;
}

MGKIT_COLD_INLINE study_retrieval retrieval_of(const io::json& value, const std::string& where) {
    study_retrieval out{clip_of(io::get<io::json>(value, "query", where), where + ": 'query'"), {}};
    for (const auto& hit : entries_of(value, "hits", 1000, where)) {
        const std::string place = text(where, ": hit ", out.hits.size());
        out.hits.push_back(
            {clip_of(hit, place), real_or_none(hit, "similarity", place).value_or(0)});
    }
    return out;
}

MGKIT_COLD_INLINE study_data data_of(const io::json& root, const io::json& value,
                                     const std::string& file) {
    const std::string where = file + ": 'data'";
    study_data out;
    out.name = io::get<std::string>(value, "name", where);
    out.clips = io::get<int>(value, "clips", where);
    // Pre-training lists its subjects, others count them.
    out.subjects =
        io::get<io::json>(value, "subjects", where).is_array()
            ? static_cast<int>(io::get<std::vector<int>>(value, "subjects", where).size())
            : io::get<int>(value, "subjects", where);
    out.excluded = io::get_or<int>(value, "excluded", 0, where);
    for (const int count : {out.clips, out.subjects, out.excluded})
        if (count < 0) throw error(where, "counts from 0 on", text(count));
    out.class_names = io::get_or<std::vector<std::string>>(value, "classes", {}, where);
    out.class_groups = io::get_or<std::vector<std::string>>(value, "class_groups", {}, where);
    if (!out.class_groups.empty() && out.class_groups.size() != out.class_names.size())
        throw error(where + ": 'class_groups'", text(out.class_names.size(), " names"),
                    text(out.class_groups.size()));
    out.joint_names = io::get_or<std::vector<std::string>>(value, "joints", {}, where);
    for (const auto& bone : io::get_or<std::vector<std::vector<int>>>(value, "bones", {}, where)) {
        const auto joints = static_cast<int>(out.joint_names.size());
        if (bone.size() != 2 || std::min(bone[0], bone[1]) < 0 ||
            std::max(bone[0], bone[1]) >= joints)
            throw error(where + ": 'bones'", text("pairs of joints below ", joints),
                        text("bone ", out.bones.size()));
        out.bones.push_back({bone[0], bone[1]});
    }
    out.folder = io::get_or<std::string>(value, "folder", "", where);
    out.notes = io::get_or<std::vector<std::string>>(value, "notes", {}, where);
    if (const io::json* found = value.find("findings"))
        out.found = data::findings_from_json(*found, where + ": 'findings'");
    out.synthetic = io::get_or<bool>(root, "synthetic", false, file);
    out.generator = generator_of(root);
    const auto contains =
        io::get_or<io::json>(root, "contains_micro_gestures",
                             out.synthetic ? io::json(false) : io::json("unknown"), file);
    if (contains.is_boolean())
        out.contains = contains.get<bool>() ? micro_gestures::yes : micro_gestures::no;
    return out;
}

MGKIT_COLD_INLINE std::vector<setting> settings_of(const io::json& root, const std::string& where) {
    std::vector<setting> out;
    const auto found = io::get_or<io::json>(root, "settings", io::json::object(), where);
    if (!found.is_object()) throw error(where, "'settings' as an object", found.type_name());
    for (auto it = found.begin(); it != found.end(); ++it)
        out.push_back({it.key(), io::as<std::string>(it.value(), where + ": 'settings'")});
    return out;
}

/// One curve from the epochs that pre-training lists.
MGKIT_COLD_INLINE std::vector<study_curve> history_of(const io::json& root,
                                                      const std::string& where) {
    study_curve out{"loss", {}, {}, {}};
    for (const auto& epoch : entries_of(root, "history", 10'000'000, where)) {
        const std::string place = text(where, ": 'history' entry ", out.x.size());
        out.x.push_back(real_of(epoch, "epoch", place));
        out.y.push_back(real_of(epoch, "loss", place));
        out.rate.push_back(real_of(epoch, "rate", place));
    }
    if (out.x.empty()) return {};
    return {std::move(out)};
}

}  // namespace detail

MGKIT_COLD_INLINE study study_from_json(const io::json& value, const std::string& where) {
    study out;
    out.data = detail::data_of(value, io::get<io::json>(value, "data", where), where);
    out.title = io::get_or<std::string>(value, "title", out.data.name, where);
    out.version = io::get_or<std::string>(value, "version", "", where);
    out.split = io::get_or<std::string>(value, "split", "", where);
    out.command = io::get_or<std::string>(value, "command", "", where);
    out.settings = detail::settings_of(value, where);
    out.level = io::get_or<double>(value, "interval_level", 0.95, where);
    if (!(out.level > 0 && out.level < 1))
        throw error(where + ": 'interval_level'", "a share between 0 and 1", text(out.level));
    constexpr std::size_t many = 1'000'000, figures = 64;
    for (const auto& row : detail::entries_of(value, "results", many, where))
        out.results.push_back(row_from_json(row, text(where, ": result ", out.results.size())));
    for (const auto& row : detail::entries_of(value, "summary", 10'000, where)) {
        const std::string place = text(where, ": summary ", out.summary.size());
        study_summary s;
        s.features = detail::kind_of(row, "features", place);
        s.stream = io::get<std::string>(row, "stream", place);
        s.rows = io::get_or<int>(row, "rows", 0, place);
        s.folds = io::get_or<int>(row, "folds", 0, place);
        s.seeds = io::get_or<int>(row, "seeds", 0, place);
        s.clips = io::get_or<int>(row, "clips", 0, place);
        s.subjects = io::get_or<int>(row, "subjects", 0, place);
        s.shared_people = io::get_or<int>(row, "shared_people", 0, place);
        s.knn_top1 = detail::figure_of(row, "knn_top1", place);
        s.linear_top1 = detail::figure_of(row, "linear_top1", place);
        s.knn_class_mean = detail::figure_of(row, "knn_class_mean", place);
        s.linear_class_mean = detail::figure_of(row, "linear_class_mean", place);
        out.summary.push_back(std::move(s));
    }
    for (const auto& row : detail::entries_of(value, "comparisons", 10'000, where)) {
        const std::string place = text(where, ": comparison ", out.comparisons.size());
        study_comparison c;
        c.against = detail::kind_of(row, "against", place);
        c.stream = io::get<std::string>(row, "stream", place);
        c.clips = io::get_or<int>(row, "clips", 0, place);
        c.subjects = io::get_or<int>(row, "subjects", 0, place);
        c.knn_top1 = detail::figure_of(row, "knn_top1_difference", place);
        c.linear_top1 = detail::figure_of(row, "linear_top1_difference", place);
        out.comparisons.push_back(std::move(c));
    }
    for (const auto& c : detail::entries_of(value, "confusion", figures, where))
        out.confusions.push_back(
            detail::confusion_of(c, text(where, ": confusion ", out.confusions.size())));
    for (const auto& c : detail::entries_of(value, "curves", figures, where))
        out.curves.push_back(detail::curve_of(c, text(where, ": curve ", out.curves.size())));
    if (out.curves.empty()) out.curves = detail::history_of(value, where);
    for (const auto& r : detail::entries_of(value, "retrieval", figures, where))
        out.retrieval.push_back(
            detail::retrieval_of(r, text(where, ": retrieval ", out.retrieval.size())));
    return out;
}

MGKIT_COLD_INLINE run run_from_json(const io::json& value, const std::string& where) {
    run out;
    out.program = io::get_or<std::string>(value, "program", "", where);
    const std::string program =
        out.program.starts_with("mgfm ") ? out.program.substr(5) : out.program;
    const auto kind = io::get_or<std::string>(value, "kind", program, where);
    if (kind == "audit" || kind == "sample") {
        out.sampling = audit_from_json(value, where);
        out.result.data.name = out.sampling->corpus;
        out.result.title = (out.program.empty() ? kind : out.program) + ": " + out.sampling->corpus;
        out.result.data.synthetic = out.sampling->synthetic;
        out.result.data.generator = out.sampling->generator;
        out.result.version = out.sampling->version;
        out.result.command = out.sampling->command;
        return out;
    }
    if (kind != "study" && kind != "train" && kind != "pretrain" && kind != "probe" &&
        kind != "retrieve")
        throw error(
            where, "a result of mgfm study, train, pretrain, probe, retrieve, sample or audit",
            kind.empty() ? "no key 'kind'" : shorten(kind, 40), "give the file that --json wrote");
    out.result = study_from_json(value, where);
    return out;
}

MGKIT_COLD_INLINE run read_run(const std::string& path) {
    run out = run_from_json(io::read_json(path), path);
    const auto slash = path.find_last_of('/');
    out.name = path.substr(slash == std::string::npos ? 0 : slash + 1);
    if (out.name.ends_with(".json")) out.name.resize(out.name.size() - 5);
    return out;
}

}  // namespace MGKIT_NAMESPACE::report
