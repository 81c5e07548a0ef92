// SPDX-License-Identifier: MIT
// Definitions of annotations.hpp.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/core/from_chars.hpp"
#include "mgkit/data/annotations.hpp"
#include "mgkit/data/recording.hpp"
#include "mgkit/io/atomic_file.hpp"
#include "mgkit/io/csv.hpp"
#include "mgkit/io/mapped_file.hpp"

namespace MGKIT_NAMESPACE::data {

MGKIT_COLD_INLINE std::span<const segment> annotations::of(std::string_view recording) const {
    const auto at = by_recording.find(recording);
    if (at == by_recording.end()) return {};
    return at->second;
}

MGKIT_COLD_INLINE std::set<int> annotations::annotators_of(std::string_view recording) const {
    const auto at = nothing_found.find(recording);
    std::set<int> out = at == nothing_found.end() ? std::set<int>{} : at->second;
    for (const segment& s : of(recording)) out.insert(s.annotator);
    return out;
}

MGKIT_COLD_INLINE std::size_t annotations::size() const {
    std::size_t out = 0;
    for (const auto& [name, list] : by_recording) out += list.size();
    return out;
}

MGKIT_COLD_INLINE std::optional<int> annotations::label_of(std::string_view name) const {
    for (std::size_t k = 0; k < class_names.size(); ++k)
        if (class_names[k] == name) return static_cast<int>(k);
    return std::nullopt;
}

MGKIT_COLD_INLINE void sort_segments(std::vector<segment>& list) {
    std::sort(list.begin(), list.end(), [](const segment& a, const segment& b) {
        return std::tie(a.start, a.end, a.label, a.annotator) <
               std::tie(b.start, b.end, b.label, b.annotator);
    });
}

namespace detail {

/// A frame number, written 10 or 10.0.
MGKIT_COLD_INLINE int frame_at(const io::csv_table& table, std::size_t row, std::size_t column) {
    const std::string& field = table.at(row, column);
    double value = 0;
    const auto [end, problem] =
        mgkit::detail::from_chars(field.data(), field.data() + field.size(), value);
    if (problem != std::errc{} || end != field.data() + field.size() || value != std::floor(value))
        table.refuse(row, column, "a whole number: frames from 0, not seconds");
    if (!(std::abs(value) <= 2147483647.0)) table.refuse(row, column, "a frame below 2147483648");
    return static_cast<int>(value);
}

/// Why a row is no segment; empty for one that is.
MGKIT_COLD_INLINE std::string segment_fault(const segment& s, bool named) {
    if (!named) return "segments of no recording";
    if (s.start < 0) return "segments that start before frame 0";
    if (s.end == s.start) return "segments of length 0";
    if (s.end < s.start) return "segments that end before they start";
    return {};
}

}  // namespace detail

MGKIT_COLD_INLINE annotations parse_annotations(std::string_view text, const std::string& where,
                                                const read_policy& policy) {
    const io::csv_table table = io::parse_csv(text, where);
    const auto recording = table.column("recording"), start = table.column("start"),
               end = table.column("end"), label = table.column("label");
    const auto name = table.find("class"), annotator = table.find("annotator");
    constexpr int most_labels = 65536;
    annotations out;
    for (std::size_t row = 0; row < table.rows(); ++row) {
        const bool named = !table.at(row, recording).empty();
        if (named && table.at(row, start).empty() && table.at(row, end).empty() &&
            table.at(row, label).empty()) {
            const int who = annotator ? detail::frame_at(table, row, *annotator) : 0;
            if (who < 0) table.refuse(row, *annotator, "an annotator from 0");
            out.nothing_found[table.at(row, recording)].insert(who);
            continue;
        }
        segment s{detail::frame_at(table, row, start), detail::frame_at(table, row, end),
                  detail::frame_at(table, row, label),
                  annotator ? detail::frame_at(table, row, *annotator) : 0};
        if (s.label < 0 || s.label >= most_labels)
            table.refuse(row, label, mgkit::text("a label from 0 to ", most_labels - 1));
        if (s.annotator < 0) table.refuse(row, *annotator, "an annotator from 0");
        const auto k = static_cast<std::size_t>(s.label);
        if (out.class_names.size() <= k) out.class_names.resize(k + 1);
        if (name && !table.at(row, *name).empty()) {
            std::string& known = out.class_names[k];
            if (!known.empty() && known != table.at(row, *name))
                table.refuse(row, *name, mgkit::text(known, ", the name of label ", k, " so far"));
            known = table.at(row, *name);
        }
        if (const std::string fault = detail::segment_fault(s, named); !fault.empty()) {
            if (policy.strict)
                table.refuse(row, named ? s.start < 0 ? start : end : recording,
                             !named        ? std::string("a recording")
                             : s.start < 0 ? std::string("a frame from 0")
                                           : mgkit::text("a frame after ", s.start));
            out.found.add({finding_kind::left_out,
                           "segments_unusable",
                           mgkit::text(fault, " in ", where),
                           table.at(row, recording),
                           1,
                           {}});
            continue;
        }
        out.by_recording[table.at(row, recording)].push_back(s);
    }
    for (std::size_t k = 0; k < out.class_names.size(); ++k)
        if (out.class_names[k].empty()) out.class_names[k] = mgkit::text("class ", k);
    for (auto& [key, list] : out.by_recording) sort_segments(list);
    for (const auto& [name_of_recording, who] : out.nothing_found)
        for (const segment& s : out.of(name_of_recording))
            if (who.contains(s.annotator))
                throw error(where,
                            mgkit::text("no segments of ", name_of_recording,
                                        " by an annotator who found nothing in it"),
                            mgkit::text("some of annotator ", s.annotator));
    return out;
}

MGKIT_COLD_INLINE annotations read_annotations(const std::string& path, const read_policy& policy) {
    const io::mapped_file file(path);
    return parse_annotations(file.text(), path, policy);
}

MGKIT_COLD_INLINE std::vector<segment> within(std::span<const segment> list, int frames,
                                              findings& found) {
    std::vector<segment> out;
    for (const segment& s : list) {
        if (s.start >= frames) {
            found.add(finding_kind::left_out, "segments_beyond_end",
                      "segments behind the end of their recording", 1, s.start);
            continue;
        }
        out.push_back(s);
        if (s.end <= frames) continue;
        out.back().end = frames;
        found.add(finding_kind::repaired, "segments_cut_at_end",
                  "segments that ended behind their recording, cut at its end", 1, s.start);
    }
    return out;
}

MGKIT_COLD_INLINE void write_annotations(const std::string& path, const annotations& a) {
    io::atomic_file file(path);
    file.write("recording,start,end,label,class,annotator\n");
    for (const auto& [name, list] : a.by_recording)
        for (const segment& s : list) {
            const auto k = static_cast<std::size_t>(s.label);
            const std::string fields[] = {name,
                                          text(s.start),
                                          text(s.end),
                                          text(s.label),
                                          k < a.class_names.size() ? a.class_names[k] : "",
                                          text(s.annotator)};
            file.write(io::csv_line(fields));
        }
    for (const auto& [name, annotators] : a.nothing_found)
        for (const int who : annotators) {
            const std::string fields[] = {name, "", "", "", "", text(who)};
            file.write(io::csv_line(fields));
        }
    file.commit();
}

MGKIT_COLD_INLINE annotations without_classes(const annotations& from,
                                              std::span<const int> labels) {
    annotations out;
    out.class_names = from.class_names;
    out.nothing_found = from.nothing_found;
    out.found = from.found;
    for (const auto& [recording, list] : from.by_recording) {
        auto& kept = out.by_recording[recording];
        for (const segment& s : list)
            if (std::find(labels.begin(), labels.end(), s.label) == labels.end()) kept.push_back(s);
        for (const int who : from.annotators_of(recording))
            if (std::none_of(kept.begin(), kept.end(),
                             [who](const segment& s) { return s.annotator == who; }))
                out.nothing_found[recording].insert(who);
    }
    return out;
}

MGKIT_COLD_INLINE annotations merged(const annotations& from, std::span<const int> without,
                                     const std::string& name) {
    annotations out;
    out.class_names = {name};
    for (const auto& [recording, who] : from.nothing_found) out.nothing_found[recording] = {0};
    for (const auto& [recording, list] : from.by_recording) {
        std::vector<segment> units;
        for (const segment& s : list) {
            if (std::find(without.begin(), without.end(), s.label) != without.end()) continue;
            if (!units.empty() && s.start <= units.back().end)
                units.back().end = std::max(units.back().end, s.end);
            else
                units.push_back({s.start, s.end, 0, 0});
        }
        if (!list.empty()) out.nothing_found.erase(recording);
        if (!list.empty() && units.empty()) out.nothing_found[recording] = {0};
        if (!units.empty()) out.by_recording[recording] = std::move(units);
    }
    return out;
}

}  // namespace MGKIT_NAMESPACE::data
