// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <charconv>
#include <string_view>

#include "mgkit/encode/graph_network.hpp"

namespace MGKIT_NAMESPACE::encode {

MGKIT_COLD_INLINE std::vector<int> number_list(const std::string& list, int least, int most,
                                               const std::string& where) {
    std::vector<int> out;
    std::string_view rest = list;
    while (!rest.empty()) {
        const std::string_view one = rest.substr(0, rest.find(','));
        int number = 0;
        const auto [end, problem] = std::from_chars(one.data(), one.data() + one.size(), number);
        if (problem != std::errc() || end != one.data() + one.size() || number < least ||
            number > most)
            throw error(where, text("numbers from ", least, " to ", most, ", separated by commas"),
                        list);
        out.push_back(number);
        rest.remove_prefix(std::min(one.size() + 1, rest.size()));
    }
    return out;
}

MGKIT_COLD_INLINE skeleton::hop_strategy partition_strategy(const std::string& name,
                                                            const std::string& where) {
    using skeleton::hop_strategy;
    if (name == "spatial") return hop_strategy::spatial;
    if (name == "distance") return hop_strategy::distance;
    if (name == "uniform") return hop_strategy::uniform;
    throw error(where + ": partitions", "spatial, distance or uniform", name);
}

MGKIT_COLD_INLINE skeleton::graph graph_of(const graph_network_settings& s,
                                           const std::string& where) {
    check(s.clip, where);
    if (s.graph.empty())
        throw error(where, "a graph: joints and edges, or the name of a skeleton", "none",
                    "state the setting graph, such as ntu25");
    const skeleton::graph out = skeleton::parse_graph(s.graph, where);
    skeleton::require_sound(out, where);
    if (out.joints != s.clip.joints)
        throw error(where, text("a graph of the clips' ", s.clip.joints, " joints"),
                    text("one of ", out.joints), "take the graph of the clips' skeleton");
    return out;
}

MGKIT_COLD_INLINE std::vector<block_plan> block_plans(const graph_network_settings& s,
                                                      const std::string& where) {
    constexpr int widest = 1 << 16;
    if (s.width < 1 || s.width > widest || s.blocks < 1 || s.blocks > 64 || s.last < 0 ||
        s.last > widest)
        throw error(where, text("width from 1 to ", widest, ", 1 to 64 blocks, last of 0 or more"),
                    text("width ", s.width, ", ", s.blocks, " blocks, last ", s.last));
    const std::vector<int> wider = number_list(s.wider, 2, s.blocks, where + ": wider");
    const std::vector<int> slower = number_list(s.slower, 2, s.blocks, where + ": slower");
    std::vector<block_plan> out;
    int in = s.clip.channels, width = s.width;
    for (int i = 1; i <= s.blocks; ++i) {
        width *= std::count(wider.begin(), wider.end(), i) > 0 ? 2 : 1;
        if (width > widest) throw error(where, text("channels up to ", widest), text(width));
        const int made = i == s.blocks && s.last > 0 ? s.last : width;
        out.push_back({in, made, std::count(slower.begin(), slower.end(), i) > 0 ? 2 : 1, i == 1});
        in = made;
    }
    return out;
}

MGKIT_COLD_INLINE graph_network_settings sample_graph_network(const clip_extents& clip) {
    skeleton::graph tree{clip.joints, {}, 0};
    for (int j = 1; j < clip.joints; ++j) tree.edges.push_back({j, j / 2});
    return {.clip = clip,
            .graph = skeleton::graph_text(tree),
            .width = 4,
            .blocks = 3,
            .wider = "2",
            .slower = "3",
            .last = 6};
}

MGKIT_COLD_INLINE void require_clips(const shape& clips, const clip_extents& made_for,
                                     const std::string& where) {
    const auto& e = made_for;
    const bool fits = clips.rank() == 5 && clips.elements() > 0 && clips[1] == e.channels &&
                      clips[3] == e.joints && clips[4] == e.persons;
    if (!fits)
        throw error(where,
                    text("clips [N, ", e.channels, ", T, ", e.joints, ", ", e.persons,
                         "]: channels, frames, joints, persons"),
                    clips.str(), "make the encoder for clips like these");
}

}  // namespace MGKIT_NAMESPACE::encode
