// SPDX-License-Identifier: MIT
// Graphs and sizes of graph networks, as files of several codes state them.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "mgkit/encode/graph_network.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/io/safetensors.hpp"
#include "mgkit/skeleton/built_in.hpp"

namespace MGKIT_NAMESPACE::golden::graph_network_group {

/// The matrices of a file's graph, if it has them.
inline std::string stored_edges(const io::safetensors_file& file) {
    for (const auto& entry : file.entries())
        if (entry.name.starts_with("buffer/") &&
            (entry.name.ends_with("/A") || entry.name.ends_with(".A")))
            return entry.name;
    return {};
}

/// The graph whose matrices a file has: of `inward` ones the second slot says who feeds whom, of
/// others the centre is the first that gives the same matrices.
inline skeleton::graph graph_in(const io::safetensors_file& file, bool inward,
                                const skeleton::hop_settings& how) {
    const std::string name = stored_edges(file);
    const auto values = file.read<double>(name);
    const auto slots = static_cast<std::size_t>(file.shape(name).at(0)),
               v = static_cast<std::size_t>(file.shape(name).at(1));
    skeleton::graph out{static_cast<int>(v), {}, 0};
    const auto feeds = [&](std::size_t from, std::size_t to) {
        bool any = false;
        for (std::size_t k = inward ? 1 : 0; k < (inward ? 2 : slots); ++k)
            any = any || values[(k * v + from) * v + to] != 0;
        return any;
    };
    for (std::size_t from = 0; from < v; ++from)
        for (std::size_t to = 0; to < v; ++to)
            if (from != to && feeds(from, to) && (inward || from < to))
                out.edges.push_back({static_cast<int>(to), static_cast<int>(from)});
    if (inward) return out;
    for (; out.centre + 1 < out.joints; ++out.centre) {
        const auto made = skeleton::hop_partitions(out, how).values;
        double apart = 0;
        for (std::size_t i = 0; i < made.size() && made.size() == values.size(); ++i)
            apart = std::max(apart, std::abs(made[i] - values[i]));
        if (made.size() == values.size() && apart < 1e-12) break;
    }
    return out;
}

/// How a file of ST-GCN divides its edges.
inline std::string partitions_of(const io::json& config) {
    return config.contains("strategy") ? config.at("strategy").get<std::string>()
                                       : std::string("spatial");
}

/// The edges of a layout of the references, where they differ from the library's.
inline skeleton::graph layout_graph(const io::json& config, int joints) {
    const std::string words = config.dump();
    const auto says = [&](const char* word) { return words.find(word) != std::string::npos; };
    if (joints == 18)
        return skeleton::parse_graph(
            "18 joints, centre 1: 4-3 3-2 7-6 6-5 13-12 12-11 10-9 9-8 11-5 8-2 5-1 2-1 0-1 15-0 "
            "14-0 17-15 16-14",
            "openpose");
    if (joints == 25 && says("pyskl"))
        return skeleton::parse_graph(
            "25 joints, centre 20: 0-1 1-20 2-20 3-2 4-20 5-4 6-5 7-6 8-20 9-8 10-9 11-10 12-0 "
            "13-12 14-13 15-14 16-0 17-16 18-17 19-18 21-7 22-7 23-11 24-11",
            "nturgb+d");
    return skeleton::parse_graph(joints == 17   ? "coco17"
                                 : joints == 21 ? "hand21"
                                                : "ntu25",
                                 "layout");
}

inline std::string comma_list(const std::vector<int>& numbers) {
    std::string out;
    for (const int n : numbers) out += (out.empty() ? "" : ",") + std::to_string(n);
    return out;
}

/// What a network's file says of its sizes, in the words of any of the codes.
inline encode::graph_network_settings settings_of(const io::safetensors_file& file,
                                                  const io::json& config, bool persons_first) {
    const auto& x = file.shape("input/x");
    const auto at = [&](int i) { return static_cast<int>(x[static_cast<std::size_t>(i)]); };
    encode::graph_network_settings s;
    s.clip = persons_first ? encode::clip_extents{at(4), at(2), at(3), at(1)}
                           : encode::clip_extents{at(1), at(2), at(3), at(4)};
    const bool inward =
        config.dump().find("stgcn_spatial") == std::string::npos && !config.contains("strategy");
    s.graph = skeleton::graph_text(stored_edges(file).empty()
                                       ? layout_graph(config, s.clip.joints)
                                       : graph_in(file, inward,
                                                  {.strategy = encode::partition_strategy(
                                                       partitions_of(config), "strategy")}));
    if (config.contains("channels")) {
        const auto channels = config.at("channels").get<std::vector<int>>();
        std::vector<int> wider;
        for (std::size_t i = 1; i < channels.size(); ++i)
            if (channels[i] == 2 * channels[i - 1]) wider.push_back(static_cast<int>(i) + 1);
        s.width = channels.at(0);
        s.blocks = static_cast<int>(channels.size());
        s.wider = comma_list(wider);
        s.slower = comma_list(config.at("stride2_blocks").get<std::vector<int>>());
    } else if (config.contains("hidden_channels")) {
        s.width = config.at("hidden_channels").get<int>();
        s.last = config.at("hidden_dim").get<int>();
    } else {
        s.width = config.at("base_channels").get<int>();
        s.blocks = config.at("num_stages").get<int>();
        s.wider = comma_list(config.at("inflate_stages").get<std::vector<int>>());
        s.slower = comma_list(config.at("down_stages").get<std::vector<int>>());
    }
    return s;
}

}  // namespace MGKIT_NAMESPACE::golden::graph_network_group
