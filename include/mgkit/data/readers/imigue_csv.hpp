// The skeleton files of the iMiGUE release.
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
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/convert_recording.hpp"
#include "mgkit/data/detections.hpp"
#include "mgkit/data/readers/concept.hpp"
#include "mgkit/data/readers/detail/json_events.hpp"
#include "mgkit/data/readers/detail/json_text.hpp"
#include "mgkit/data/readers/detail/people_builder.hpp"
#include "mgkit/data/readers/detail/seen_joints.hpp"
#include "mgkit/io/mapped_file.hpp"
#include "mgkit/skeleton/convert.hpp"
#include "mgkit/skeleton/dynamic.hpp"
#include "mgkit/skeleton/imigue22.hpp"
#include "mgkit/skeleton/upper_body.hpp"

namespace MGKIT_NAMESPACE::data::readers {

/// `ID_light_hand.csv`: a row per frame, an index and then 35 joints of x, y, score.
///
/// The joints are BODY_25 and five finger points of each hand; the 22 of `skeleton::imigue22` are
/// kept. `ID_light.csv` without fingers (25 joints) is read too, the fingers not seen. A first line
/// of names is skipped. A joint of score 0 or less was not seen, a row without any joint has
/// nobody. The release does not say which finger block is which hand: see
/// `skeleton::finger_blocks_swapped`. Errors: mgkit::error naming file, frame and field. Cost: one
/// pass, memory for the numbers.
struct imigue_csv {
    static constexpr std::string_view name = "imigue_csv";
    static constexpr std::string_view extension = "_light_hand.csv";
    static constexpr bool one_person = true;
    static constexpr std::string_view describes =
        "iMiGUE's ID_light_hand.csv: rows of an index and 35 joints";

    bool recognises(const std::string& path) const;
    std::vector<std::string> list(const std::string& path) const { return {called(path)}; }
    detections read(const std::string& path, std::size_t index,
                    const read_policy& policy = {}) const {
        if (index != 0) throw error(path, "recording 0, the only one", text(index));
        const io::mapped_file file(path);
        auto out = parse(file.text(), path, policy);
        out.name = called(path);
        return out;
    }
    /// The text of such a file; `where` names it in errors.
    static detections parse(std::string_view csv, const std::string& where,
                            const read_policy& policy = {});
    /// Writes 35 joints, those that `imigue22` lacks as 0. A recording of `upper_body` is
    /// converted, its finger tips becoming the finger points. Without confidence scores are 1.
    void write(const std::string& path, const recording& one) const;

    /// Where the joints of `imigue22` stand among the 35.
    static constexpr std::array<std::size_t, 22> stored{0,  1,  2,  3,  4,  5,  6,  7,  15, 16, 17,
                                                        18, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34};
    static constexpr std::size_t columns = 1 + 3 * 35, columns_without_hands = 1 + 3 * 25;

private:
    static std::string called(const std::string& path) {
        for (const char* ending : {"_light_hand.csv", "_light.csv", ".csv"})
            if (path.ends_with(ending)) return detail::stem(path, ending);
        return detail::stem(path);
    }
};

namespace detail {

/// Takes the first line off a text, without its end.
inline std::string_view take_line(std::string_view& rest) {
    const auto end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}
/// Takes the first field off a line, without blanks around it.
inline std::string_view take_field(std::string_view& line) {
    const auto end = std::min(line.find(','), line.size());
    std::string_view field = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    while (field.starts_with(' ')) field.remove_prefix(1);
    while (field.ends_with(' ')) field.remove_suffix(1);
    return field;
}
/// Whether a field is a number (also nan and inf), and which.
inline bool read_number(std::string_view field, double& value) {
    const auto [end, problem] = std::from_chars(field.data(), field.data() + field.size(), value);
    return problem == std::errc{} && end == field.data() + field.size();
}
inline std::size_t count_fields(std::string_view line) {
    return 1 + static_cast<std::size_t>(std::count(line.begin(), line.end(), ','));
}
/// Whether a line is one of names: its second field is no number.
inline bool is_heading(std::string_view line) {
    double value = 0;
    take_field(line);
    const auto field = take_field(line);
    return !field.empty() && !read_number(field, value);
}

}  // namespace detail

inline bool imigue_csv::recognises(const std::string& path) const {
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

inline detections imigue_csv::parse(std::string_view csv, const std::string& where,
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
        people.out().notes.emplace_back("a file without fingers: they are read as not seen");
    return people.finish();
}

inline void imigue_csv::write(const std::string& path, const recording& one) const {
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
