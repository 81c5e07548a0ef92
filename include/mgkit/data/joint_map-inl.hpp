// SPDX-License-Identifier: MIT
// Definitions of joint_map.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/joint_map.hpp"
#include "mgkit/data/joint_order.hpp"
#include "mgkit/io/csv.hpp"
#include "mgkit/io/mapped_file.hpp"
#include "mgkit/skeleton/built_in.hpp"
#include "mgkit/skeleton/joint_name.hpp"
#include "mgkit/skeleton/topology.hpp"

namespace MGKIT_NAMESPACE::data {

MGKIT_COLD_INLINE joint_order order_of(std::string_view skeleton_name) {
    auto topology = skeleton::find_built_in(skeleton_name);
    if (!topology)
        throw error(text("skeleton ", skeleton_name), "one of " + skeleton::built_in_names(),
                    "no such skeleton", "state other orders by a table of joints");
    joint_order out;
    out.from.resize(topology->joints.size());
    std::iota(out.from.begin(), out.from.end(), 0);
    out.in_file = static_cast<int>(out.from.size());
    out.topology = std::move(*topology);
    out.stated_by = text("skeleton ", skeleton_name);
    return out;
}

namespace detail {

/// The row of each joint of a built-in skeleton; empty where a joint has none.
MGKIT_COLD_INLINE std::vector<std::size_t> rows_of(std::span<const std::string_view> joints,
                                                   std::span<const skeleton::joint_name> rows) {
    std::vector<std::size_t> out;
    for (const std::string_view joint : joints) {
        const auto found = std::find(rows.begin(), rows.end(), skeleton::parse_joint_name(joint));
        if (found == rows.end()) return {};
        out.push_back(static_cast<std::size_t>(found - rows.begin()));
    }
    return out;
}

/// The built-in skeleton that shares most names with the rows, and a row it does not know.
MGKIT_COLD_INLINE std::string nearest_skeleton(const io::csv_table& table, std::size_t joint,
                                               std::span<const skeleton::joint_name> rows) {
    std::string out;
    std::size_t most = 0;
    for (const auto& known : skeleton::built_ins()) {
        std::vector<skeleton::joint_name> names;
        for (const std::string_view name : known.joints)
            names.push_back(skeleton::parse_joint_name(name));
        std::size_t shared = 0;
        std::string odd;
        for (std::size_t r = 0; r < rows.size(); ++r) {
            if (std::find(names.begin(), names.end(), rows[r]) != names.end())
                ++shared;
            else if (odd.empty())
                odd = table.at(r, joint);
        }
        if (shared <= most) continue;
        most = shared;
        out = odd.empty()
                  ? text(rows.size(), " of the ", known.joints.size(), " joints of ", known.name)
                  : text("'", odd, "', which the nearest, ", known.name, ", does not have");
    }
    return out.empty() ? text(rows.size(), " joints of other names") : out;
}

}  // namespace detail

MGKIT_COLD_INLINE joint_order read_joint_map(const std::string& csv_path) {
    return parse_joint_map(io::mapped_file(csv_path).text(), csv_path);
}

MGKIT_COLD_INLINE joint_order parse_joint_map(std::string_view csv, const std::string& where) {
    constexpr int most_index = 4095;
    const io::csv_table table = io::parse_csv(csv, where);
    const std::size_t index = table.column("index"), joint = table.column("joint");
    const auto parent = table.find("parent");
    if (table.rows() == 0) throw error(where, "a row for each joint", "none");
    joint_order out;
    out.stated_by = "joint map " + where;
    std::vector<skeleton::joint_name> names;
    std::vector<int> places;
    for (std::size_t r = 0; r < table.rows(); ++r) {
        const int place = table.integer(r, index);
        if (place < 0 || place > most_index)
            table.refuse(r, index, text("a place in the file, 0 to ", most_index));
        if (std::find(places.begin(), places.end(), place) != places.end())
            table.refuse(r, index, "places that differ");
        if (table.at(r, joint).empty()) table.refuse(r, joint, "the name of a joint");
        auto name = skeleton::parse_joint_name(table.at(r, joint));
        if (std::find(names.begin(), names.end(), name) != names.end())
            table.refuse(r, joint, "names of joints that differ");
        places.push_back(place);
        names.push_back(std::move(name));
    }
    for (const auto& known : skeleton::built_ins()) {
        if (known.joints.size() != names.size()) continue;
        const auto rows = detail::rows_of(known.joints, names);
        if (rows.empty()) continue;
        for (const std::size_t r : rows) out.from.push_back(places[r]);
        out.topology = *skeleton::find_built_in(known.name);
        return out;
    }
    if (!parent)
        throw error(where, "the joints of a built-in skeleton, or a column named parent",
                    detail::nearest_skeleton(table, joint, names),
                    "state the joint that each hangs on");
    std::vector<skeleton::joint_pair> bones;
    std::vector<std::string> joints;
    std::optional<std::size_t> root;
    for (std::size_t r = 0; r < table.rows(); ++r) {
        joints.push_back(table.at(r, joint));
        const std::string& above = table.at(r, *parent);
        std::size_t up = r;
        if (!above.empty())
            up = static_cast<std::size_t>(
                std::find(names.begin(), names.end(), skeleton::parse_joint_name(above)) -
                names.begin());
        if (up == names.size()) table.refuse(r, *parent, "a joint of this table");
        if (up == r && root)
            table.refuse(r, *parent, text("one joint without a parent, after ", joints[*root]));
        if (up == r)
            root = r;
        else
            bones.push_back({static_cast<int>(r), static_cast<int>(up)});
    }
    std::string called = where.substr(where.find_last_of('/') + 1);
    if (called.ends_with(".csv") && called.size() > 4) called.resize(called.size() - 4);
    try {
        out.topology = skeleton::dynamic::from_bones(called, std::move(joints), bones);
    } catch (const error& broken) {
        throw error(where, broken.expected(), broken.found(), broken.remedy());
    }
    out.from = std::move(places);
    return out;
}

}  // namespace MGKIT_NAMESPACE::data
