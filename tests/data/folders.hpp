// SPDX-License-Identifier: MIT
// A small sound clip folder, and the means to spoil it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "io/support.hpp"
#include "mgkit/data/read_folder.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/io/npy.hpp"

/// Four clips of three joints, two classes, two subjects; any part may be changed before writing.
struct folder_parts {
    std::vector<std::int64_t> shape{4, 3, 5, 3, 1};
    std::vector<float> data = std::vector<float>(4 * 3 * 5 * 3, 1.5f);
    std::vector<std::int64_t> num_frames{5, 3, 4, 1}, label{0, 1, 1, 0}, subject{1, 1, 2, 2};
    std::vector<std::int64_t> split, view;
    mgkit::io::json meta = {{"name", "small"},
                            {"joints", {"neck", "left_hand", "right_hand"}},
                            {"bones", {{1, 0}, {2, 0}}},
                            {"channels", {"x", "y", "z"}},
                            {"class_names", {"rest", "wave"}}};

    float& at(int n, int c, int t, int v) {
        const auto e = [&](int d) { return static_cast<int>(shape[static_cast<std::size_t>(d)]); };
        return data[static_cast<std::size_t>(((n * e(1) + c) * e(2) + t) * e(3) + v)];
    }
    void write(const std::string& folder) const {
        const auto count = [](const auto& list) { return static_cast<std::int64_t>(list.size()); };
        mgkit::io::write_npy(folder + "/data.npy", data, shape);
        mgkit::io::write_npy(folder + "/num_frames.npy", num_frames, {count(num_frames)});
        mgkit::io::write_npy(folder + "/label.npy", label, {count(label)});
        mgkit::io::write_npy(folder + "/subject.npy", subject, {count(subject)});
        if (!split.empty()) mgkit::io::write_npy(folder + "/split.npy", split, {count(split)});
        if (!view.empty()) mgkit::io::write_npy(folder + "/view.npy", view, {count(view)});
        mgkit::io::write_json(folder + "/meta.json", meta);
    }
};

inline mgkit::data::loaded_folder read_changed(const std::function<void(folder_parts&)>& change,
                                               const mgkit::data::read_policy& policy = {}) {
    folder_parts parts;
    change(parts);
    const scratch_folder folder;
    parts.write(folder.name());
    return mgkit::data::read_folder(folder.name(), policy);
}

inline std::string refused(const std::function<void(folder_parts&)>& change,
                           const mgkit::data::read_policy& policy = {}) {
    return refusal([&] { read_changed(change, policy); });
}
