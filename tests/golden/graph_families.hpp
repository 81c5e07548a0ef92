// SPDX-License-Identifier: MIT
// Families: graph/adjacency, graph/skeleton_features, graph/ensemble_metrics.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "golden/support.hpp"
#include "mgkit/metric/class_mean.hpp"
#include "mgkit/metric/confusion.hpp"
#include "mgkit/metric/fusion.hpp"
#include "mgkit/metric/prediction.hpp"
#include "mgkit/metric/top_k.hpp"
#include "mgkit/skeleton/dynamic.hpp"
#include "mgkit/skeleton/partitions.hpp"
#include "mgkit/skeleton/pose.hpp"
#include "mgkit/skeleton/streams.hpp"

namespace MGKIT_NAMESPACE::golden::graph_group {

inline std::vector<std::string> parts_of(std::string_view name) {
    std::vector<std::string> out{""};
    for (const char c : name)
        if (c == '/')
            out.emplace_back();
        else
            out.back() += c;
    return out;
}

/// The number between two words of `name`, "hop_dis_8" between "hop_dis_" and "": nothing where the
/// name is not of that form.
inline std::optional<int> number_between(std::string_view name, std::string_view before,
                                         std::string_view after) {
    if (!name.starts_with(before) || !name.ends_with(after) ||
        name.size() <= before.size() + after.size())
        return {};
    int value = 0;
    for (const char c : name.substr(before.size(), name.size() - before.size() - after.size())) {
        if (c < '0' || c > '9') return {};
        value = 10 * value + (c - '0');
    }
    return value;
}

/// The edges (child, parent) that a file states below `prefix`, as pairs or as a matrix.
inline std::optional<std::vector<skeleton::joint_pair>> edges_below(
    const io::safetensors_file& file, const std::string& prefix) {
    std::vector<skeleton::joint_pair> out;
    for (const char* name : {"edge", "inward"})
        if (file.contains(prefix + name)) {
            const auto stored = file.read<double>(prefix + name);
            for (std::size_t i = 0; i + 1 < stored.size(); i += 2)
                out.push_back({static_cast<int>(stored[i]), static_cast<int>(stored[i + 1])});
            return out;
        }
    if (!file.contains(prefix + "A_binary")) return {};
    const int joints = static_cast<int>(file.shape(prefix + "A_binary").at(0));
    const auto stored = file.read<double>(prefix + "A_binary");
    for (int a = 0; a < joints; ++a)
        for (int b = 0; b < a; ++b)
            if (stored[static_cast<std::size_t>(a * joints + b)] != 0) out.push_back({a, b});
    return out;
}

/// The graph of a reference's layout. A reference without edges of its own has those of the layout
/// in another one, its namesake first ("pyskl_msg3d" after "msg3d").
inline skeleton::graph graph_in(const io::safetensors_file& file, const std::string& reference,
                                const std::string& layout, int joints) {
    std::vector<std::string> sources{reference};
    if (reference.starts_with("pyskl_")) sources.push_back(reference.substr(6));
    sources.push_back("pyskl");
    for (const io::tensor_entry& entry : file.entries())
        if (const auto parts = parts_of(entry.name); parts.size() == 4 && parts[0] == "input")
            sources.push_back(parts[1]);
    for (const std::string& source : sources) {
        const std::string prefix = "input/" + source + "/" + layout + "/";
        const auto edges = edges_below(file, prefix);
        if (!edges) continue;
        skeleton::graph out{joints, *edges, 0};
        if (file.contains(prefix + "center"))
            out.centre = static_cast<int>(file.read<double>(prefix + "center").at(0));
        return out;
    }
    throw error("adjacency", "edges of the layout " + layout, "none");
}

/// Scales 0 to slots - 1, normalised as the name says.
inline std::vector<double> scales(const skeleton::graph& g, int slots, std::string_view form) {
    const auto raw = skeleton::scale_adjacency(g, slots);
    if (form == "k_adjacency") return raw.values;
    if (form == "sym_normalised")
        return skeleton::normalised(raw, skeleton::degree_norm::symmetric).values;
    if (form == "col_normalised")
        return skeleton::normalised(raw, skeleton::degree_norm::columns).values;
    throw error("adjacency", "k_adjacency, sym_normalised or col_normalised", std::string(form));
}

/// Matrices by strategy: "spatial" is that of ST-GCN in its own code and with "stgcn_" in front.
inline std::vector<double> partitions(const skeleton::graph& g, const std::string& reference,
                                      std::string_view strategy) {
    skeleton::hop_settings settings;
    if (const std::size_t at = strategy.rfind("_hop"); at != std::string_view::npos) {
        const auto hops = number_between(strategy.substr(at), "_hop", "");
        if (!hops) throw error("adjacency", "a number of hops", std::string(strategy));
        settings.max_hop = *hops;
        strategy = strategy.substr(0, at);
    }
    const bool by_hops = reference == "aimclr" || strategy.starts_with("stgcn_");
    if (strategy.starts_with("stgcn_")) strategy.remove_prefix(6);
    if (by_hops) {
        using enum skeleton::hop_strategy;
        if (strategy != "uniform" && strategy != "distance" && strategy != "spatial")
            throw error("adjacency", "uniform, distance or spatial", std::string(strategy));
        settings.strategy = strategy == "uniform"    ? uniform
                            : strategy == "distance" ? distance
                                                     : spatial;
        return skeleton::hop_partitions(g, settings).values;
    }
    if (strategy == "spatial") return skeleton::inward_outward(g).values;
    if (strategy != "binary_adj") throw error("adjacency", "binary_adj", std::string(strategy));
    std::vector<double> out = skeleton::hop_distances(g, 1);
    for (double& d : out) d = d == 1 ? 1 : 0;
    return out;
}

/// What stands under output/REFERENCE/LAYOUT/... ; infinite distances become -1 on both sides, in
/// BlockGCN's hops 0.
inline void adjacency(const io::safetensors_file& file, const io::json&, checks& out) {
    for (const io::tensor_entry& entry : file.entries()) {
        const auto parts = parts_of(entry.name);
        if (parts[0] != "output") continue;
        if (parts.size() < 4 || parts.size() > 5 || (parts.size() == 5 && parts[4] != "A"))
            throw error("adjacency", "output/REFERENCE/LAYOUT/FORM", entry.name);
        const std::string& form = parts[3];
        std::string_view rest = form;
        int frames = 1;
        if (rest.starts_with("window")) {
            const std::size_t end = std::min(rest.find('_'), rest.size());
            frames = number_between(rest.substr(0, end), "window", "").value_or(0);
            rest.remove_prefix(std::min(end + 1, rest.size()));
            if (frames < 1) throw error("adjacency", "windowN_FORM", form);
        }
        const int slots = entry.shape.size() == 3 ? static_cast<int>(entry.shape[0]) : 1;
        const auto g =
            graph_in(file, parts[1], parts[2], static_cast<int>(entry.shape.back()) / frames);
        auto want = file.read<double>(entry.name);
        std::vector<double> got;
        if (parts.size() == 5) {
            got = partitions(g, parts[1], form);
        } else if (form == "hops") {
            got = skeleton::hop_distances(g, g.joints);
            for (double& d : got) d = std::isinf(d) ? 0 : d;
        } else if (const auto most = number_between(form, "hop_dis_", "")) {
            got = skeleton::hop_distances(g, *most);
            for (auto* values : {&got, &want})
                for (double& d : *values) d = d > 0 && std::isinf(d) ? -1 : d;
        } else {
            got = scales(frames == 1 ? g : skeleton::window_graph(g, frames), slots, rest);
        }
        out.close(entry.name, std::span<const double>(got), std::span<const double>(want), 1e-9);
    }
}

/// The first `kept` channels of M T V C as C T V of one person.
template <class S>
std::vector<S> clip_of(const std::vector<S>& stored, std::size_t person, std::size_t plane,
                       std::size_t channels, std::size_t kept) {
    std::vector<S> out(plane * kept);
    for (std::size_t c = 0; c < kept; ++c)
        for (std::size_t i = 0; i < plane; ++i)
            out[c * plane + i] = stored[(person * plane + i) * channels + c];
    return out;
}

/// Joint, bone, joint motion and bone motion, side by side on the last axis, M T V (4 C): as the
/// reference has them and, without the score that 2-D layouts carry, as `stream_of` has them.
/// Float bound: differences of two rounded values, twice.
template <class S>
void features(const io::safetensors_file& file, const std::string& layout, checks& out) {
    using namespace skeleton;
    using reference::score_rule;
    const auto extents = file.shape("input/" + layout + "/keypoint");
    const auto stored = file.read<S>("input/" + layout + "/keypoint");
    const auto numbers = file.read<double>("input/" + layout + "/pairs");
    const bool flat = !layout.starts_with("ntu") || extents.at(3) == 2;
    const pose_shape full{extents.at(3) == 2 ? channel_layout::xy
                          : flat             ? channel_layout::xyc
                                             : channel_layout::xyz,
                          static_cast<int>(extents.at(1)), static_cast<int>(extents.at(2)), 1};
    pose_shape bare = full;
    bare.layout = flat ? channel_layout::xy : channel_layout::xyz;
    const std::size_t persons = static_cast<std::size_t>(extents.at(0)), plane = full.plane(),
                      count = static_cast<std::size_t>(channels(full.layout));

    std::vector<joint_pair> bones, counted_from_one;
    std::vector<std::string> joints;
    for (std::size_t i = 0; i + 1 < numbers.size(); i += 2) {
        bones.push_back({static_cast<int>(numbers[i]), static_cast<int>(numbers[i + 1])});
        counted_from_one.push_back({bones.back().first + 1, bones.back().second + 1});
    }
    for (int j = 0; j < full.joints; ++j) joints.push_back(text("joint_", j));
    const auto body = dynamic::from_bones(layout, joints, bones);
    const score_rule moving = layout == "handmp" ? score_rule::difference : score_rule::mean;

    const std::string name = "output/" + layout + "/j_b_jm_bm";
    const auto want = file.read<double>(name);
    std::vector<S> whole(persons * plane * 4 * count), coordinates;
    std::vector<double> want_coordinates;
    for (std::size_t m = 0; m < persons; ++m) {
        auto clip = clip_of(stored, m, plane, count, count);
        std::vector<S> streams[4] = {clip, clip, clip, clip};
        const auto view = [&](std::vector<S>& values) {
            return pose_view<S>{values.data(), full, full.frames};
        };
        reference::bone<S>(counted_from_one, view(clip), view(streams[1]), score_rule::mean);
        reference::motion<S>(view(clip), view(streams[2]), moving);
        reference::motion<S>(view(streams[1]), view(streams[3]), moving);
        auto plain = clip_of(stored, m, plane, count, flat ? 2 : 3);
        for (std::size_t s = 0; s < 4; ++s) {
            auto own = plain;
            stream_of(all_streams[s], body)
                .
                operator()<S>(pose_view<S>{plain.data(), bare, bare.frames},
                              {own.data(), bare, bare.frames});
            coordinates.insert(coordinates.end(), own.begin(), own.end());
            for (std::size_t c = 0; c < count; ++c)
                for (std::size_t i = 0; i < plane; ++i) {
                    const std::size_t at = ((m * plane + i) * 4 + s) * count + c;
                    whole[at] = streams[s][c * plane + i];
                    if (c < own.size() / plane) want_coordinates.push_back(want[at]);
                }
        }
    }
    const double bound = std::is_same_v<S, float> ? 1e-6 : 1e-9;
    out.close(name, std::span<const S>(whole), std::span<const double>(want), bound);
    out.close(name + ", coordinates of stream_of", std::span<const S>(coordinates),
              std::span<const double>(want_coordinates), bound);
    if (!std::is_same_v<S, float> || !file.contains(name + "_f32ref")) return;
    const auto rounded = file.read<double>(name + "_f32ref");
    out.close(name + "_f32ref", std::span<const S>(whole), std::span<const double>(rounded), bound);
}

template <class... Ts>
void skeleton_features(const io::safetensors_file& file, const io::json& config, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        for (const auto& layout : config.at("layouts"))
            features<scalar_of<T>>(file, layout.template get<std::string>(), out);
    });
}

/// Compares figures that are counts or shares of counts, the same in every precision.
inline void exact(checks& out, const io::safetensors_file& file, const std::string& name,
                  const std::vector<double>& got) {
    if (!file.contains(name)) return;
    const auto want = file.read<double>(name);
    out.close(name, std::span<const double>(got), std::span<const double>(want), 1e-12);
}

/// Scores of fused streams and what they are worth.
template <class S>
void fused(const io::safetensors_file& file, const std::string& name,
           std::span<const std::vector<S>> streams, std::span<const double> weights,
           metric::fusion_rule rule, int classes, checks& out) {
    const std::string prefix = "output/" + name + "/";
    if (!file.contains(prefix + "score")) return;
    const std::vector<S> scores = metric::fuse(streams, classes, weights, rule);
    const auto want = file.read<double>(prefix + "score");
    out.close(prefix + "score", std::span<const S>(scores), std::span<const double>(want),
              std::is_same_v<S, float> ? 1e-6 : 1e-9);
    std::vector<int> truth;
    for (const double label : file.read<double>("input/label"))
        truth.push_back(static_cast<int>(label));
    const std::vector<float> ranked(scores.begin(), scores.end());
    const metric::predictions p{truth, {}, ranked, classes};
    const auto counts = metric::confusion(p);
    const auto best = metric::best_class(ranked, classes);
    exact(out, file, prefix + "acc", {metric::top_k<1>{}(p), metric::top_k<5>{}(p)});
    exact(out, file, prefix + "mean_class_acc", {metric::reference::class_mean{}(counts)});
    exact(out, file, prefix + "pred", {best.begin(), best.end()});
    exact(out, file, prefix + "confusion", {counts.counts.begin(), counts.counts.end()});
}

/// Weighted sums of the streams joint, bone, joint motion and bone motion, the sum of the softmax
/// of two of them, the mean softmax of three. Float bound: sums of four rounded scores.
template <class... Ts>
void ensemble_metrics(const io::safetensors_file& file, const io::json& config, checks& out) {
    const int classes = config.at("classes").get<int>();
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using S = scalar_of<T>;
        std::vector<std::vector<S>> all;
        for (int k = 1; k <= 4; ++k) all.push_back(file.read<S>(text("input/score_", k)));
        const std::span<const std::vector<S>> streams(all);
        const std::pair<const char*, const char*> sums[] = {
            {"two", "weights2"}, {"three", "weights3"}, {"four", "weights4"}};
        fused<S>(file, "single", streams.first(1), {}, metric::fusion_rule::scores, classes, out);
        for (const auto& [name, key] : sums) {
            const auto weights = config.at(key).template get<std::vector<double>>();
            fused<S>(file, name, streams.first(weights.size()), weights,
                     metric::fusion_rule::scores, classes, out);
        }
        fused<S>(file, "softmax_sum", streams.first(2), {}, metric::fusion_rule::softmax, classes,
                 out);
        if (file.contains("output/average_prob_clips")) {
            const std::vector<double> third(3, 1.0 / 3);
            const auto mean = metric::fuse(streams.first(3), classes, third);
            const auto want = file.read<double>("output/average_prob_clips");
            out.close("output/average_prob_clips", std::span<const S>(mean),
                      std::span<const double>(want), std::is_same_v<S, float> ? 1e-6 : 1e-9);
        }
    });
}

template <class... Ts>
void add_families(std::vector<family>& all) {
    all.insert(all.end(), {{"graph/adjacency", adjacency},
                           {"graph/skeleton_features", skeleton_features<Ts...>},
                           {"graph/ensemble_metrics", ensemble_metrics<Ts...>}});
}

}  // namespace MGKIT_NAMESPACE::golden::graph_group
