// SPDX-License-Identifier: MIT
// Families: graph/msg3d of two codes. Which unit or network a file has, and of what sizes, is read
// from its names and shapes. Bounds: see graph_network_families.hpp.
#pragma once

#include <string>
#include <vector>

#include "golden/graph_network_families.hpp"
#include "mgkit/encode/ms_g3d.hpp"

namespace MGKIT_NAMESPACE::golden::graph_zoo_group {

using namespace graph_network_group;

/// The end of the first name of a file that has this beginning and contains `part`, empty where
/// none does.
inline std::string name_with(const io::safetensors_file& file, const std::string& beginning,
                             const std::string& part) {
    for (const auto& entry : file.entries())
        if (entry.name.starts_with(beginning) && entry.name.find(part) != std::string::npos)
            return entry.name;
    return {};
}
inline int extent_at(const io::safetensors_file& file, const std::string& name, std::size_t axis) {
    return static_cast<int>(file.shape(name).at(axis));
}

/// The learned edges of the first unit below `prefix`: A_res of the original, PA of PYSKL.
inline std::string learned_edges(const io::safetensors_file& file, const std::string& prefix) {
    const std::string original = name_with(file, "param/" + prefix, "A_res");
    return original.empty() ? name_with(file, "param/" + prefix, "PA") : original;
}
inline bool is_original(const std::string& edges) {
    return edges.ends_with("A_res");
}
inline int scales_of(const io::safetensors_file& file, const std::string& edges) {
    const int rows = extent_at(file, edges, 0);
    return is_original(edges) ? rows / extent_at(file, edges, 1) : rows;
}
/// The fixed edges that stand beside learned ones.
inline std::string fixed_beside(const io::safetensors_file& file, const std::string& edges) {
    const std::string prefix =
        "buffer/" + edges.substr(6, edges.rfind(is_original(edges) ? "A_res" : "PA") - 6);
    for (const char* name : {"A", "A_powers", "A_scales"})
        if (file.contains(prefix + name)) return prefix + name;
    throw error(file.path(), "edges beside " + edges, "none");
}
/// Joints one edge apart are those that the second distance has.
inline skeleton::graph graph_of_scales(const io::safetensors_file& file, const std::string& edges,
                                       const io::json& config) {
    const std::string name = fixed_beside(file, edges);
    const int joints = extent_at(file, name, file.shape(name).size() - 1);
    if (scales_of(file, edges) < 2) return layout_graph(config, joints);
    const auto values = file.read<double>(name);
    skeleton::graph out{joints, {}, 0};
    for (int a = 0; a < joints; ++a)
        for (int b = 0; b < a; ++b)
            if (values[static_cast<std::size_t>((joints + a) * joints + b)] != 0)
                out.edges.push_back({a, b});
    return out;
}
/// That a unit's fixed edges, [V, V, K], are the file's.
template <class T>
void expect_fixed(checks& out, context& ctx, const io::safetensors_file& file,
                  const std::string& edges, const encode::scaled_graph_unit<T>& unit) {
    expect(out, ctx, file, fixed_beside(file, edges), permute(ctx, unit.fixed(), {2, 0, 1}),
           std::is_same_v<scalar_of<T>, double> ? 1e-12 : 1e-6);
}

template <class T>
void ms_g3d_model(const io::safetensors_file& file, const io::json& config, checks& out,
                  context& ctx) {
    const bool pyskl = file.contains("param/cls_head.fc_cls.bias");
    const std::string prefix = pyskl ? "backbone." : "";
    const std::string within = learned_edges(file, prefix + "sgcn1.0."),
                      across = learned_edges(file, prefix + "gcn3d1.");
    const auto& x = file.shape("input/x");
    const auto at = [&](int i) { return static_cast<int>(x[static_cast<std::size_t>(i)]); };
    const auto width_of = [&](int stage) {
        return extent_at(file, text("param/", prefix, "sgcn", stage, ".2.branches.5.1.weight"), 0) +
               5 * extent_at(file, text("param/", prefix, "sgcn", stage, ".2.branches.0.1.weight"),
                             0);
    };
    encode::ms_g3d_settings s;
    s.network.clip = pyskl ? encode::clip_extents{at(4), at(2), at(3), at(1)}
                           : encode::clip_extents{at(1), at(2), at(3), at(4)};
    s.network.graph = skeleton::graph_text(graph_of_scales(file, within, config));
    s.network.width = width_of(1);
    s.conventions = is_original(within) ? "original" : "pyskl";
    s.scales = scales_of(file, within);
    s.window_scales = scales_of(file, across);
    std::vector<int> windows;
    for (int i = 0;; ++i) {
        const std::string name = text("param/", prefix, "gcn3d1.gcn3d.", i, ".out_conv.weight");
        if (!file.contains(name)) break;
        windows.push_back(extent_at(file, name, 3));
    }
    s.windows = comma_list(windows);
    encode::ms_g3d<T> model(nn::scope(ctx), s);
    for (std::size_t i = 0; i < model.stages.size(); ++i) {
        const auto& stage = model.stages[i];
        const auto learned = [&](const std::string& unit) {
            return learned_edges(file, prefix + unit);
        };
        expect_fixed(out, ctx, file, learned(text("sgcn", i + 1, ".0.")), stage.graph);
        for (std::size_t w = 0; w < stage.windows.size(); ++w)
            expect_fixed(out, ctx, file, learned(text("gcn3d", i + 1, ".gcn3d.", w, ".")),
                         stage.windows[w].graph);
    }
    compare_model<T>(out, file, ctx, model, pyskl);
}

/// Graph convolution over windows, one or several summed.
template <class T>
void ms_g3d_windows(const io::safetensors_file& file, const io::json& config, checks& out,
                    context& ctx, const encode::block_plan& p) {
    struct windows {
        std::vector<encode::window_unit<T>> gcn3d;
        static constexpr auto fields() { return nn::members(nn::field("gcn3d", &windows::gcn3d)); }
    };
    const int joints = static_cast<int>(file.shape("input/x")[3]);
    windows made;
    const bool one = file.contains("param/out_conv.weight");
    for (int i = 0; i < (one ? 1 : 64); ++i) {
        const std::string prefix = one ? std::string() : text("gcn3d.", i, ".");
        const std::string conv = "param/" + prefix + "out_conv.weight";
        if (!file.contains(conv)) break;
        const std::string edges = learned_edges(file, prefix + "gcn3d.");
        const int frames = extent_at(file, conv, 3);
        made.gcn3d.emplace_back(
            nn::scope(ctx), p, frames,
            encode::scaled_edges(skeleton::window_graph(layout_graph(config, joints), frames),
                                 scales_of(file, edges), is_original(edges), "window"));
        expect_fixed(out, ctx, file, edges, made.gcn3d.back().graph);
    }
    compare_block<T>(out, file, ctx, one ? nn::leaves(made.gcn3d.at(0)) : nn::leaves(made),
                     [&](context& c, const variable<T>& x) {
                         std::optional<variable<T>> sum;
                         for (const auto& each : made.gcn3d)
                             sum = sum ? each(c, x, {.residual = &*sum}) : each(c, x);
                         const shape s = shape_of(*sum);
                         return reshape(c, *sum, {s[0], s[1], s[3], s[4]});
                     });
}

template <class... Ts>
void msg3d(const io::safetensors_file& file, const io::json& config, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using X = variable<T>;
        context ctx;
        if (file.shape("input/x").size() == 5) return ms_g3d_model<T>(file, config, out, ctx);
        encode::block_plan p = plan_of(file, config, false);
        if (config.contains("window_stride")) p.stride = config.at("window_stride").get<int>();
        if (!name_with(file, "param/", "out_conv").empty())
            return ms_g3d_windows<T>(file, config, out, ctx, p);
        const std::string edges = learned_edges(file, "");
        if (edges.empty()) {
            encode::scaled_branches<T> made(nn::scope(ctx), p);
            return compare_block<T>(out, file, ctx, nn::leaves(made),
                                    [&](context& c, const X& x) { return made(c, x); });
        }
        encode::scaled_graph_unit<T> made(
            nn::scope(ctx), p.in, p.out,
            encode::scaled_edges(graph_of_scales(file, edges, config), scales_of(file, edges),
                                 is_original(edges), "unit"));
        expect_fixed(out, ctx, file, edges, made);
        compare_block<T>(out, file, ctx, nn::leaves(made),
                         [&](context& c, const X& x) { return made(c, x); });
    });
}

template <class... Ts>
void add_families(std::vector<family>& all) {
    all.insert(all.end(), {{"graph/msg3d", msg3d<Ts...>}});
}

}  // namespace MGKIT_NAMESPACE::golden::graph_zoo_group
