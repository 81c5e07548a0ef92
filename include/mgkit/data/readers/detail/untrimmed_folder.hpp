// SPDX-License-Identifier: MIT
// The arrays of a folder of untrimmed recordings, checked against each other.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/convert_recording.hpp"
#include "mgkit/data/detail/integer_arrays.hpp"
#include "mgkit/data/findings.hpp"
#include "mgkit/data/folder_meta.hpp"
#include "mgkit/data/number_names.hpp"
#include "mgkit/data/readers/detail/frame_times.hpp"
#include "mgkit/data/readers/detail/people_builder.hpp"
#include "mgkit/data/readers/limits.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/io/mapped_file.hpp"
#include "mgkit/io/npy.hpp"

namespace MGKIT_NAMESPACE::data::readers::detail {

/// Rows of each recording, checked against the data.
inline std::vector<std::size_t> untrimmed_starts(const std::string& folder, std::size_t rows) {
    const io::npy_file file(folder + "/long_start.npy");
    if (file.shape().size() != 1 || file.size() < 2)
        throw error(file.path(), "one number per recording and one for the end",
                    "shape " + io::shape_text(file.shape()));
    const auto starts = data::detail::whole_numbers(file);
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < starts.size(); ++i) {
        const bool rising = starts[i] >= 0 && (i == 0 ? starts[i] == 0 : starts[i] > starts[i - 1]);
        if (!rising || static_cast<std::size_t>(starts[i]) > rows)
            throw error(file.path(),
                        text("numbers that start at 0 and rise to at most ", rows,
                             ", the rows of long_data.npy"),
                        text(starts[i], " as entry ", i));
        if (i > 0 && starts[i] - starts[i - 1] > limits{}.frames)
            throw error(file.path(), text("recordings of at most ", limits{}.frames, " frames"),
                        text(starts[i] - starts[i - 1], " in recording ", i - 1));
        out.push_back(static_cast<std::size_t>(starts[i]));
    }
    if (out.back() != rows)
        throw error(file.path(), text(rows, " as the last entry, the rows of long_data.npy"),
                    text(out.back()), "write both together");
    return out;
}

/// The mapped arrays of a folder, agreeing with each other.
struct untrimmed_folder {
    std::string path;
    folder_meta meta;
    io::json extra;  ///< meta.json, for what clip folders do not have
    io::npy_file data;
    std::vector<std::size_t> starts;
    skeleton::channel_layout layout = skeleton::channel_layout::xyz;
    findings assumed;

    explicit untrimmed_folder(const std::string& folder)
        : path(folder), data(folder + "/long_data.npy") {
        const std::string about = folder + "/meta.json";
        const io::mapped_file file(about);
        meta = parse_folder_meta(file.text(), about);
        extra = io::parse_json(file.text(), about);
        const auto& shape = data.shape();
        if (shape.size() != 3 || shape[0] < 1)
            throw error(data.path(), "3 dimensions (frames of all recordings, joints, channels)",
                        "shape " + io::shape_text(shape));
        const auto joints = static_cast<std::int64_t>(meta.topology.joints.size());
        if (shape[1] != joints)
            throw error(data.path(), text(joints, " joints, as meta.json has"), text(shape[1]));
        if (meta.layout ? skeleton::channels(*meta.layout) != shape[2]
                        : shape[2] < 2 || shape[2] > 4)
            throw error(data.path(),
                        meta.layout
                            ? text("channels ", skeleton::name(*meta.layout), ", as meta.json says")
                            : std::string("2 to 4 channels"),
                        text(shape[2]));
        layout = meta.layout     ? *meta.layout
                 : shape[2] == 2 ? skeleton::channel_layout::xy
                 : shape[2] == 3 ? skeleton::channel_layout::xyz
                                 : skeleton::channel_layout::xyzc;
        if (!meta.layout)
            assumed.add(finding_kind::assumed, "channels_unnamed",
                        text("folder whose meta.json does not name the channels, read as ",
                             skeleton::name(layout)));
        assumed.add(finding_kind::repaired, "bones_turned",
                    "bones of meta.json that stand as (parent, child), turned", meta.bones_turned);
        starts = untrimmed_starts(folder, static_cast<std::size_t>(shape[0]));
        const auto known = known_skeleton(meta.topology);
        meta.topology.name = !known.empty()             ? std::string(known)
                             : !meta.about.name.empty() ? meta.about.name
                                                        : stem(folder);
    }

    std::size_t recordings() const { return starts.size() - 1; }
    std::size_t rows() const { return starts.back(); }
    bool has(const char* file) const {
        std::error_code code;
        return std::filesystem::exists(path + "/" + file, code);
    }
    /// An optional array of one number per row.
    std::optional<io::npy_file> per_row(const char* file) const {
        if (!has(file)) return std::nullopt;
        io::npy_file out(path + "/" + file);
        if (out.shape().size() != 1 || out.size() != rows())
            throw error(out.path(), text(rows(), " numbers, one per row of long_data.npy"),
                        "shape " + io::shape_text(out.shape()));
        return out;
    }
    /// An optional list of a number or a name for each recording.
    numbered_names per_recording(const char* file) const {
        if (!has(file)) return {};
        return data::detail::read_numbers_or_names(
            path + "/" + file, recordings(), text(recordings(), " numbers, one per recording"));
    }
    /// An optional table of `columns` integers per row.
    std::vector<int> table(const char* file, std::int64_t columns) const {
        if (!has(file)) return {};
        const io::npy_file out(path + "/" + file);
        if (out.shape().size() != 2 || out.shape()[1] != columns)
            throw error(out.path(), text("rows of ", columns, " integers"),
                        "shape " + io::shape_text(out.shape()));
        return data::detail::whole_numbers(out);
    }
    /// Elements [first, first + count) of a one- or more-dimensional array, as S.
    template <class S>
    static std::vector<S> part(const io::npy_file& file, std::size_t first, std::size_t count) {
        const std::size_t size = io::size_of(file.type());
        return io::convert<S>(file.type(), file.bytes().subspan(first * size, count * size),
                              file.path());
    }
    std::size_t frames(std::size_t index) const {
        if (index >= recordings())
            throw error(path, text("a recording from 0 to ", recordings() - 1), text(index));
        return starts[index + 1] - starts[index];
    }
    std::vector<std::string> names() const {
        const std::string where = path + "/meta.json";
        auto out = io::get_or<std::vector<std::string>>(extra, "recordings", {}, where);
        if (!out.empty() && out.size() != recordings())
            throw error(where + ": 'recordings'", text(recordings(), " names"), text(out.size()));
        for (std::size_t i = out.size(); i < recordings(); ++i) {
            std::string number = text(i);
            number.insert(0, number.size() < 4 ? 4 - number.size() : 0, '0');
            out.push_back(stem(path) + "_" + number);
        }
        return out;
    }
    double number(const char* key) const {
        const io::json* found = extra.find(key);
        if (!found || !found->is_number()) return 0;
        const auto value = found->get<double>();
        if (!(value >= 0 && value <= 1e6))
            throw error(path + "/meta.json: '" + key + "'", "a number from 0 to 1000000",
                        text(value));
        return value;
    }
    /// Frames per second: a number in meta.json, else from the timestamps, else unknown.
    double rate(std::size_t index, findings& said) const {
        if (const double fps = number("fps"); fps > 0) return fps;
        const auto stamps = per_row("long_timestamp_ms.npy");
        if (stamps && frames(index) > 1) {
            std::vector<frame_time> times;
            for (const double at : part<double>(*stamps, starts[index], frames(index)))
                times.push_back({static_cast<int>(times.size()), at});
            std::erase_if(times,
                          [](const frame_time& t) { return !std::isfinite(t.milliseconds); });
            if (const double fps = rate_of(times, 0, said); fps > 0) return fps;
        }
        if (!meta.about.fps.empty())
            said.add(finding_kind::assumed, "rate_unknown",
                     "unknown frame rate: meta.json says \"" + meta.about.fps.substr(0, 100) +
                         "\", not a number");
        return 0;
    }
};

}  // namespace MGKIT_NAMESPACE::data::readers::detail
