// SPDX-License-Identifier: MIT
// Definitions of imigue_csv.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "mgkit/core/error.hpp"
#include "mgkit/core/from_chars.hpp"
#include "mgkit/data/convert_recording.hpp"
#include "mgkit/data/detections.hpp"
#include "mgkit/data/findings.hpp"
#include "mgkit/data/readers/detail/json_events.hpp"
#include "mgkit/data/readers/detail/json_text.hpp"
#include "mgkit/data/readers/detail/people_builder.hpp"
#include "mgkit/data/readers/detail/seen_joints.hpp"
#include "mgkit/data/readers/imigue_csv.hpp"
#include "mgkit/data/readers/limits.hpp"
#include "mgkit/io/mapped_file.hpp"
#include "mgkit/skeleton/convert.hpp"
#include "mgkit/skeleton/dynamic.hpp"
#include "mgkit/skeleton/imigue22.hpp"
#include "mgkit/skeleton/upper_body.hpp"

namespace MGKIT_NAMESPACE::data::readers {

MGKIT_INLINE std::string imigue_csv::called(const std::string& path) {
    for (const char* ending : {"_light_hand.csv", "_light.csv", ".csv"})
        if (path.ends_with(ending)) return detail::stem(path, ending);
    return detail::stem(path);
}

namespace detail {

/// Takes the first line off a text, without its end and blanks around it.
MGKIT_INLINE std::string_view take_line(std::string_view& rest) {
    const auto end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    while (line.ends_with('\r') || line.ends_with(' ')) line.remove_suffix(1);
    return line;
}

MGKIT_INLINE std::string_view without_mark(std::string_view csv) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (csv.starts_with(byte_order_mark)) csv.remove_prefix(byte_order_mark.size());
    return csv;
}

/// Takes the first field off a line, without blanks and quotes around it. A separator between
/// quotes is part of the field.
MGKIT_INLINE std::string_view take_field(std::string_view& line) {
    const auto blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!line.empty() && blank(line.front())) line.remove_prefix(1);
    std::size_t from = 0;
    if (line.starts_with('"')) from = std::min(line.find('"', 1), line.size());
    const auto end = std::min(line.find(',', from), line.size());
    std::string_view field = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    while (!field.empty() && blank(field.back())) field.remove_suffix(1);
    if (field.size() > 1 && field.front() == '"' && field.back() == '"') {
        field.remove_prefix(1);
        field.remove_suffix(1);
        while (!field.empty() && blank(field.front())) field.remove_prefix(1);
        while (!field.empty() && blank(field.back())) field.remove_suffix(1);
    }
    return field;
}

/// Whether a field is a number (also nan and inf), and which.
MGKIT_INLINE bool read_number(std::string_view field, double& value) {
    if (field.size() > 1 && field.front() == '+' && field[1] != '-') field.remove_prefix(1);
    const auto [end, problem] =
        mgkit::detail::from_chars(field.data(), field.data() + field.size(), value);
    return problem == std::errc{} && end == field.data() + field.size();
}

/// Whether a field says that there is no value, as programs write it.
MGKIT_INLINE bool says_nothing(std::string_view field) {
    for (const std::string_view word : {"", "NA", "N/A", "#N/A", "<NA>", "null", "NULL", "None"})
        if (field == word) return true;
    return false;
}

MGKIT_INLINE std::size_t count_fields(std::string_view line) {
    std::size_t fields = 1;
    bool quoted = false;
    for (const char c : line) {
        quoted = quoted != (c == '"');
        fields += c == ',' && !quoted ? 1 : 0;
    }
    return fields;
}

/// Whether a line is one of names, in words or as pandas numbers them: 0, 1, 2, ...
MGKIT_INLINE bool is_heading(std::string_view line) {
    if (count_fields(line) == 1)  // between other separators
        return std::any_of(line.begin(), line.end(), [](char c) {
            return (c >= 'a' && c <= 'z' && c != 'e') || (c >= 'A' && c <= 'Z' && c != 'E');
        });
    std::array<std::string_view, 6> fields{};
    for (auto& field : fields) field = take_field(line);
    bool counts = true;
    double value = 0;
    for (std::size_t k = 0; k < fields.size(); ++k)
        counts = counts && read_number(fields[k], value) && value == static_cast<double>(k);
    return counts || (!says_nothing(fields[1]) && !read_number(fields[1], value) &&
                      fields[1].find_first_not_of("0123456789.,;eE+-") != std::string_view::npos);
}

/// What is wrong with a line of another number of fields, as a remedy; empty where nothing is
/// known.
MGKIT_INLINE std::string other_fields(std::string_view line, std::size_t fields) {
    constexpr std::size_t hands = imigue_csv::columns, bare = imigue_csv::columns_without_hands;
    const auto count = [line](char c) {
        return 1 + static_cast<std::size_t>(std::count(line.begin(), line.end(), c));
    };
    for (const char separator : {';', '\t'}) {
        const std::size_t others = count(separator);
        if (others < bare - 2 || others > hands + 2) continue;
        return text("it has ", others, " fields between ", separator == ';' ? "semicolons" : "tabs",
                    ": save it with commas", fields > 1 ? " and with points in its numbers" : "");
    }
    if (fields == hands + 1 || fields == bare + 1)
        return "was it saved with its index? pandas: to_csv(..., index=False)";
    if (fields == hands - 1 || fields == bare - 1)
        return "the first column, an index of the frame, is not there";
    if (fields == 2 * hands - 1 || fields == 2 * bare - 1 || fields == 2 * hands ||
        fields == 2 * bare)
        return "are its numbers written with commas? save them with points";
    return {};
}

MGKIT_INLINE std::string what_fields() {
    return text("a CSV of ", imigue_csv::columns, " or ", imigue_csv::columns_without_hands,
                " fields, as iMiGUE has");
}

/// How many rows there are, where the index of each is a whole number above that of the row before
/// and no more frames are left out than may be missing; else 0.
MGKIT_INLINE std::size_t rows_numbered(std::string_view rest) {
    double before = -1, first = -1;
    std::size_t rows = 0;
    while (!rest.empty()) {
        std::string_view line = take_line(rest);
        if (line.empty()) continue;
        double value = 0;
        if (!read_number(take_field(line), value) || value != std::floor(value) ||
            !(value > before && value < 2147483647.0))
            return 0;
        before = value;
        if (rows++ == 0) first = value;
    }
    const auto present = static_cast<std::int64_t>(rows);
    return before - first < static_cast<double>(present + limits{}.missing(present)) ? rows : 0;
}

/// Takes blank lines and a heading off the start.
MGKIT_INLINE std::string_view rows_of(std::string_view csv) {
    std::string_view rest = without_mark(csv);
    for (bool heading = false;;) {
        std::string_view probe = rest;
        const std::string_view line = take_line(probe);
        if (probe.size() == rest.size() || !(line.empty() || (!heading && is_heading(line))))
            return rest;
        heading = heading || !line.empty();
        rest = probe;
    }
}
MGKIT_INLINE std::string_view first_row(std::string_view csv) {
    std::string_view rest = rows_of(csv);
    return take_line(rest);
}

/// Frames count from 0, or from 1 where the first row is 1: rows missing before it are frames,
/// unless they are more than may be missing.
MGKIT_INLINE void begin_count(people_builder& people, std::int64_t first) {
    if (first == 1 || !people.count_from_zero(first)) return;
    people.pass_over(first);
    people.out().found.add(
        finding_kind::assumed, "frames_before_first",
        "frames before the first row, read as frames without anybody: its column counts from 0",
        first);
}

/// The joints kept of a row, as a person unless none was seen.
MGKIT_INLINE void keep_row(people_builder& people, const std::array<float, 3 * 35>& row,
                           std::array<float, 3 * 22>& joints) {
    bool seen = false;
    int below = 0, above = 0;
    for (std::size_t j = 0; j < imigue_csv::stored.size(); ++j) {
        std::copy_n(row.begin() + static_cast<std::ptrdiff_t>(3 * imigue_csv::stored[j]), 3,
                    joints.begin() + static_cast<std::ptrdiff_t>(3 * j));
        const float score = joints[3 * j + 2];
        seen = seen || !(score <= 0);
        below += score < 0 ? 1 : 0;
        above += score > 1.1f ? 1 : 0;  // OpenPose's own go slightly beyond 1
    }
    if (below > 0)
        people.found(finding_kind::suspect, "scores_negative",
                     "joints with a score below 0, not seen", below);
    if (above > 0)
        people.found(finding_kind::suspect, "scores_above_one",
                     "joints with a score above 1.1: is it a score?", above);
    if (!seen) return;
    people.begin_person();
    people.end_person(joints, -1);
}

}  // namespace detail

MGKIT_INLINE detections imigue_csv::read(const std::string& path, std::size_t index,
                                         const read_policy& policy) const {
    if (index != 0) throw error(path, "recording 0, the only one", text(index));
    const io::mapped_file file(path);
    auto out = parse(file.text(), path, policy);
    out.name = called(path);
    return out;
}

MGKIT_INLINE bool imigue_csv::recognises(const std::string& path) const {
    if (!path.ends_with(".csv")) return false;
    try {
        const io::mapped_file file(path);
        const auto line = detail::first_row(file.text().substr(0, std::size_t{1} << 16));
        const std::size_t fields = detail::count_fields(line);
        return (fields == columns || fields == columns_without_hands) && !detail::is_heading(line);
    } catch (const error&) {
        return false;
    }
}

MGKIT_INLINE std::string imigue_csv::almost(const std::string& path) {
    if (!path.ends_with(".csv") && !path.ends_with(".tsv") && !path.ends_with(".txt")) return {};
    try {
        const io::mapped_file file(path);
        const auto line = detail::first_row(file.text().substr(0, std::size_t{1} << 16));
        const std::size_t fields = detail::count_fields(line);
        if (fields == columns || fields == columns_without_hands) {
            if (path.ends_with(".csv")) return {};
            return "the fields of iMiGUE under another ending: name it .csv";
        }
        const std::string remedy = detail::other_fields(line, fields);
        if (remedy.empty()) return {};
        return text("a CSV of ", fields, fields == 1 ? " field" : " fields", "; iMiGUE has ",
                    columns, " or ", columns_without_hands, ": ", remedy);
    } catch (const error&) {
        return {};
    }
}

MGKIT_INLINE detections imigue_csv::parse(std::string_view csv, const std::string& where,
                                          const read_policy& policy) {
    if (csv.size() > limits{}.bytes)
        throw error(where, text("CSV of at most ", limits{}.bytes, " bytes"), text(csv.size()));
    detail::people_builder people(where, policy);
    people.layout(skeleton::dynamic::copy_of(skeleton::imigue22{}), skeleton::channel_layout::xyc);
    std::array<float, 3 * 35> row{};
    std::array<float, 3 * 22> joints{};
    std::size_t expected = 0;
    std::string_view rest = detail::rows_of(csv);
    const std::size_t rows = detail::rows_numbered(rest);
    const bool numbered = rows > 0;
    people.expect_frames(rows);
    if (!numbered && !rest.empty())
        people.out().found.add(finding_kind::suspect, "index_not_rising",
                               "recording whose first column does not count frames, rows taken as "
                               "frames");
    std::int64_t first = -1;
    while (!rest.empty()) {
        std::string_view line = detail::take_line(rest);
        if (line.empty()) {
            if (rest.find_first_not_of(" \r\n") != std::string_view::npos)
                people.found(finding_kind::left_out, "blank_lines", "blank lines between rows");
            continue;
        }
        const std::size_t fields = detail::count_fields(line);
        double frame = 0;
        if (std::string_view copy = line; numbered)
            (void)detail::read_number(detail::take_field(copy), frame);
        if (numbered && first < 0) {
            first = static_cast<std::int64_t>(frame);
            detail::begin_count(people, first);
        }
        people.begin_frame();
        if (expected == 0 && (fields == columns || fields == columns_without_hands))
            expected = fields;
        if (fields != expected)
            people.refuse(
                expected == 0 ? detail::what_fields() : text(expected, " fields, as before"),
                text(fields), detail::other_fields(line, fields));
        if (numbered) people.name_frame(static_cast<std::int64_t>(frame));
        row.fill(0);
        for (std::size_t k = 0; k < fields; ++k) {
            const auto field = detail::take_field(line);
            double value = std::numeric_limits<double>::quiet_NaN();
            if (!detail::says_nothing(field) && !detail::read_number(field, value))
                people.refuse("a number", text(detail::printable(field), " as field ", k),
                              field.find(',') != std::string_view::npos
                                  ? "write numbers with points, not commas"
                                  : "");
            if (k > 0) row[k - 1] = people.number(value);
        }
        detail::keep_row(people, row, joints);
        people.end_frame();
    }
    if (expected == columns_without_hands)
        people.out().found.add(finding_kind::assumed, "no_fingers",
                               "file without fingers, read as not seen");
    return people.finish();
}

MGKIT_INLINE void imigue_csv::write(const std::string& path, const recording& one) const {
    recording known = one;
    if (known_skeleton(one.topology) == skeleton::upper_body::name) {
        check(one);
        skeleton::convert<skeleton::upper_body, skeleton::imigue22, skeleton::fingers::tips>(
            one.poses.view(), known.poses);
        known.topology = skeleton::dynamic::copy_of(skeleton::imigue22{});
    }
    known = detail::as_one_of<skeleton::imigue22>(known);
    const auto view = std::as_const(known).poses.view();
    if (skeleton::coordinates(view.shape.layout) != 2)
        throw error(path, "x and y", skeleton::name(view.shape.layout), "the format has no z");
    detail::json_text out(path);
    for (int t = 0; t < view.length; ++t) {
        out << t;
        for (std::size_t raw = 0; raw < 35; ++raw) {
            const auto at = std::find(stored.begin(), stored.end(), raw);
            const int v = static_cast<int>(at - stored.begin());
            if (at == stored.end())
                out << ",0,0,0";
            else
                out << "," << detail::seen_value(view, 0, t, v) << ","
                    << detail::seen_value(view, 1, t, v) << ","
                    << detail::seen_confidence(view, t, v);
        }
        out << "\n";
    }
    out.commit();
}

}  // namespace MGKIT_NAMESPACE::data::readers
