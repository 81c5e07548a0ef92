// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "mgkit/encode/graph_network.hpp"
#include "mgkit/encode/load_reference.hpp"
#include "mgkit/skeleton/partitions.hpp"

namespace MGKIT_NAMESPACE::encode::detail {

MGKIT_COLD_INLINE std::string unwrapped(std::string name) {
    for (const char* end : {".net.weight", ".net.bias"}) {
        const std::string_view tail(end);
        if (name.ends_with(tail)) return name.erase(name.size() - tail.size(), 4);
    }
    return name;
}

MGKIT_COLD_INLINE reference_place find_reference(const io::safetensors_file& file,
                                                 std::string_view encoder,
                                                 const std::vector<std::string>& names) {
    std::map<std::string, std::size_t> votes[2];
    for (const bool pyskl : {false, true}) {
        std::set<std::string> wanted;
        for (const auto& name : names) wanted.insert(pyskl ? pyskl_name(encoder, name) : name);
        for (const auto& entry : file.entries()) {
            const std::string stored = unwrapped(entry.name);
            for (std::size_t dot = 0; dot != std::string::npos;) {
                if (wanted.contains(stored.substr(dot))) ++votes[pyskl][stored.substr(0, dot)];
                dot = stored.find('.', dot);
                if (dot != std::string::npos) ++dot;
            }
        }
    }
    reference_place best;
    std::size_t most = 0, second = 0;
    std::string other;
    for (const bool pyskl : {false, true})
        for (const auto& [prefix, count] : votes[pyskl])
            if (count > most) {
                second = most;
                other = best.prefix;
                most = count;
                best = {prefix, pyskl};
            } else if (count > second && !(prefix == best.prefix && pyskl != best.pyskl)) {
                second = count;
                other = prefix;
            }
    if (most == 0)
        throw error(file.path(),
                    text("values of ", encoder, ", such as ",
                         names.empty() ? std::string("any") : names.back()),
                    text(file.entries().size(), " others"),
                    "name the encoder that the file was written for");
    // Momentum contrast keeps two: the one that gradients trained counts.
    const auto keys = [](const std::string& prefix) {
        return prefix.find("encoder_k.") != std::string::npos;
    };
    if (second == most && keys(best.prefix) != keys(other)) {
        if (keys(best.prefix)) best.prefix = other;
    } else if (second == most)
        throw error(file.path(), text("one ", encoder),
                    text("two, below ", best.prefix, " and ", other), "keep one of them");
    return best;
}

MGKIT_COLD_INLINE std::string reference_stored(const io::safetensors_file& file,
                                               const reference_place& at, std::string_view encoder,
                                               const std::string& ours) {
    const std::string name = at.pyskl ? pyskl_name(encoder, ours) : ours;
    if (file.contains(at.prefix + name)) return name;
    const std::size_t last = name.rfind('.');
    if (last == std::string::npos) return name;
    const std::string wrapped = name.substr(0, last) + ".net" + name.substr(last);
    return file.contains(at.prefix + wrapped) ? wrapped : name;
}

/// What an encoder with these settings takes from the graph alone.
MGKIT_COLD_INLINE skeleton::adjacency fixed_edges(std::string_view encoder,
                                                  const nn::fact_map& settings,
                                                  const skeleton::graph& g,
                                                  const std::string& where) {
    using enum skeleton::degree_norm;
    if (encoder == "st_gcn")
        return skeleton::hop_partitions(g, {partition_strategy(settings.at("partitions"), where),
                                            nn::number_of(settings, "hops", 1, where)});
    if (encoder == "ms_g3d")
        return skeleton::normalised(
            skeleton::scale_adjacency(g, nn::number_of(settings, "scales", 1, where)),
            settings.at("conventions") == "pyskl" ? columns : symmetric);
    if (encoder == "block_gcn") return {1, g.joints, skeleton::hop_distances(g, g.joints)};
    return skeleton::inward_outward(g);
}
/// Whether the encoder's code keeps them under this name.
MGKIT_COLD_INLINE bool holds_fixed_edges(std::string_view encoder, std::string_view name) {
    if (encoder == "ms_g3d")
        return name.starts_with("sgcn") && (name.ends_with(".0.A") || name.ends_with(".A_powers"));
    if (encoder == "block_gcn") return name == "hops" || name.ends_with(".hops");
    return name == "A" || (encoder == "st_gcn" && name.ends_with(".gcn.A"));
}

MGKIT_COLD_INLINE void require_same_edges(const io::safetensors_file& file,
                                          const reference_place& at, const nn::fact_map& settings) {
    const auto graph = settings.find("graph"), encoder = settings.find("encoder");
    if (graph == settings.end() || encoder == settings.end()) return;
    const skeleton::graph made_for = skeleton::parse_graph(graph->second, "graph");
    const skeleton::adjacency ours = fixed_edges(encoder->second, settings, made_for, file.path());
    for (const auto& entry : file.entries()) {
        if (!entry.name.starts_with(at.prefix) ||
            !holds_fixed_edges(encoder->second,
                               std::string_view(entry.name).substr(at.prefix.size())))
            continue;
        const auto values = file.read<double>(entry.name);
        if (values.size() != ours.values.size())
            throw error(file.path() + ": " + entry.name,
                        text("edges of ", ours.joints, " joints in ", ours.slots, " partitions"),
                        nn::detail::extents_text(entry.shape), "make the encoder for that graph");
        const auto joints = static_cast<std::size_t>(ours.joints);
        for (std::size_t i = 0; i < values.size(); ++i)
            if (!(std::abs(values[i] - ours.values[i]) <= 1e-5))
                throw error(file.path() + ": " + entry.name, "the edges of the encoder's graph",
                            text("another edge from joint ", i / joints % joints, " to joint ",
                                 i % joints, " (", values[i], " instead of ", ours.values[i], ")"),
                            "make the encoder for the graph of the file");
    }
}

MGKIT_COLD_INLINE std::vector<std::string> names_left_out(const io::safetensors_file& file,
                                                          const std::vector<std::string>& taken) {
    const std::set<std::string> known(taken.begin(), taken.end());
    std::vector<std::string> out;
    for (const auto& entry : file.entries())
        if (!known.contains(entry.name)) out.push_back(entry.name);
    return out;
}

}  // namespace MGKIT_NAMESPACE::encode::detail
