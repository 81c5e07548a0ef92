// Definitions of imigue_csv.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "mgkit/core/error.hpp"
#include "mgkit/data/convert_recording.hpp"
#include "mgkit/data/detections.hpp"
#include "mgkit/data/readers/detail/json_events.hpp"
#include "mgkit/data/readers/detail/json_text.hpp"
#include "mgkit/data/readers/detail/people_builder.hpp"
#include "mgkit/data/readers/detail/seen_joints.hpp"
#include "mgkit/data/readers/imigue_csv.hpp"
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

/// Takes the first line off a text, without its end.
MGKIT_INLINE std::string_view take_line(std::string_view& rest) {
    const auto end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

/// Takes the first field off a line, without blanks around it.
MGKIT_INLINE std::string_view take_field(std::string_view& line) {
    const auto end = std::min(line.find(','), line.size());
    std::string_view field = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    while (field.starts_with(' ')) field.remove_prefix(1);
    while (field.ends_with(' ')) field.remove_suffix(1);
    return field;
}

/// Whether a field is a number (also nan and inf), and which.
MGKIT_INLINE bool read_number(std::string_view field, double& value) {
    const auto [end, problem] = std::from_chars(field.data(), field.data() + field.size(), value);
    return problem == std::errc{} && end == field.data() + field.size();
}

MGKIT_INLINE std::size_t count_fields(std::string_view line) {
    return 1 + static_cast<std::size_t>(std::count(line.begin(), line.end(), ','));
}

/// Whether a line is one of names: its second field is no number.
MGKIT_INLINE bool is_heading(std::string_view line) {
    double value = 0;
    take_field(line);
    const auto field = take_field(line);
    return !field.empty() && !read_number(field, value);
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
        std::string_view rest = file.text().substr(0, std::size_t{1} << 16);
        std::string_view line = detail::take_line(rest);
        if (detail::is_heading(line)) line = detail::take_line(rest);
        const std::size_t fields = detail::count_fields(line);
        return (fields == columns || fields == columns_without_hands) && !detail::is_heading(line);
    } catch (const error&) {
        return false;
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
    std::string_view rest = csv;
    if (std::string_view probe = rest; detail::is_heading(detail::take_line(probe))) rest = probe;
    while (!rest.empty()) {
        std::string_view line = detail::take_line(rest);
        people.begin_frame();
        const std::size_t fields = detail::count_fields(line);
        if (expected == 0 && (fields == columns || fields == columns_without_hands))
            expected = fields;
        if (fields != expected)
            people.refuse(expected == 0 ? text(columns, " or ", columns_without_hands, " fields")
                                        : text(expected, " fields, as before"),
                          text(fields));
        row.fill(0);
        bool seen = false;
        for (std::size_t k = 0; k < fields; ++k) {
            const auto field = detail::take_field(line);
            double value = 0;
            if (!detail::read_number(field, value))
                people.refuse("a number", text(detail::printable(field), " as field ", k));
            if (k == 0) continue;
            row[k - 1] = std::isfinite(value) ? people.number(value)
                                              : std::numeric_limits<float>::quiet_NaN();
        }
        for (std::size_t j = 0; j < stored.size(); ++j) {
            std::copy_n(row.begin() + static_cast<std::ptrdiff_t>(3 * stored[j]), 3,
                        joints.begin() + static_cast<std::ptrdiff_t>(3 * j));
            seen = seen || !(joints[3 * j + 2] <= 0);
        }
        if (seen) {
            people.begin_person();
            people.end_person(joints, -1);
        }
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
