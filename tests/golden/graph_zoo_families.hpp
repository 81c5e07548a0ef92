// SPDX-License-Identifier: MIT
// Families: graph/msg3d of two codes, graph/blockgcn. Which unit or network a file has, and of what
// sizes, is read from its names and shapes. Bounds: see graph_network_families.hpp.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "golden/graph_network_families.hpp"
#include "mgkit/encode/block_gcn.hpp"
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

/// Joints one edge apart, by a table of distances.
inline skeleton::graph graph_of_hops(const io::safetensors_file& file, const std::string& name) {
    const int joints = extent_at(file, name, 0);
    const auto hops = file.read<double>(name);
    skeleton::graph out{joints, {}, 0};
    for (int a = 0; a < joints; ++a)
        for (int b = 0; b < a; ++b)
            if (hops[static_cast<std::size_t>(a * joints + b)] == 1) out.edges.push_back({a, b});
    return out;
}
/// A file's distances as BlockGCN reads them: [distances, V V] of 0 and 1.
template <class T>
T hop_table(context& ctx, const io::safetensors_file& file, const std::string& name) {
    using S = scalar_of<T>;
    const auto hops = file.read<double>(name);
    const auto most = static_cast<std::size_t>(*std::max_element(hops.begin(), hops.end()));
    std::vector<S> table((most + 1) * hops.size());
    for (std::size_t i = 0; i < hops.size(); ++i)
        table[static_cast<std::size_t>(hops[i]) * hops.size() + i] = 1;
    return backend_traits<T>::from_host(
        ctx, table, {static_cast<extent>(most) + 1, static_cast<extent>(hops.size())});
}

/// The topology of clips and what one block makes of it.
template <class T>
void block_gcn_topology(const io::safetensors_file& file, checks& out, context& ctx) {
    using S = scalar_of<T>;
    using X = variable<T>;
    struct parts {
        encode::joint_topology<T> topo;
        encode::topology_channels<T> t0;
        static constexpr auto fields() {
            return nn::members(nn::field("topo", &parts::topo), nn::field("t0", &parts::t0));
        }
    };
    const int elements = extent_at(file, "param/topo.pl.centres", 0);
    const extent persons = file.shape("output/eval/trans").at(0) / file.shape("input/joint").at(0);
    parts made{{nn::scope(ctx), elements},
               {nn::scope(ctx), elements, extent_at(file, "param/t0.mlp.weight", 0)}};
    const auto leaves = nn::leaves(made);
    load(ctx, file, leaves, {});
    const T joints = tensor_from<T>(ctx, file, "input/joint");
    const T scaled = encode::joint_topology<T>::distances(ctx, joints, true);
    expect(out, ctx, file, "output/scaled_distance", scaled, value_bound<S>);
    auto lengths = nn::host_values(ctx, encode::joint_topology<T>::lengths(ctx, scaled));
    const auto deaths = file.read<double>("output/deaths");
    const auto joint_count = static_cast<std::size_t>(file.shape("input/joint").at(3));
    std::vector<S> sorted;
    for (std::size_t row = 0; row < lengths.size(); row += joint_count) {
        const auto begin = lengths.begin() + static_cast<std::ptrdiff_t>(row) + 1,
                   end = begin + static_cast<std::ptrdiff_t>(joint_count) - 1;
        std::sort(begin, end);
        sorted.insert(sorted.end(), begin, end);
    }
    out.close("output/deaths", std::span<const S>(sorted), std::span<const double>(deaths),
              value_bound<S>);
    const auto results = [&](const X& in) {
        const X rows = made.topo(ctx, in, true);
        const std::vector<X> copies(static_cast<std::size_t>(persons), rows);
        return std::pair{rows, made.t0(ctx, concat(ctx, 0, std::span<const X>(copies)))};
    };
    const auto compared = [&](const std::string& mode, const auto& found) {
        expect(out, ctx, file, "output/" + mode + "/topo", found.first.value, value_bound<S>);
        expect(out, ctx, file, "output/" + mode + "/trans", found.second.value, value_bound<S>);
    };
    ctx.training = false;
    compared("eval", results(X{joints}));
    ctx.training = true;
    gradient_slot<T> slot;
    const recording<T> record(ctx);
    const auto found = results(watch(joints, slot));
    compared("train", found);
    const auto weighed = [&](const X& y, const std::string& name) {
        return mgkit::sum(
            ctx, mul(ctx, y, X{reshape(ctx, tensor_from<T>(ctx, file, name), shape_of(y))}));
    };
    const X loss =
        add(ctx, weighed(found.first, "input/dy_topo"), weighed(found.second, "input/dy_trans"));
    expect(out, ctx, file, "output/train/loss", loss.value, value_bound<S>);
    for (const auto& l : leaves)
        if (const std::string stored = "output/train/buffer/" + l.name;
            l.weights == nullptr && l.value != nullptr && file.contains(stored))
            expect(out, ctx, file, stored, *l.value, value_bound<S>);
    backward(ctx, loss);
    expect(out, ctx, file, "grad/input/joint", slot.gradient, gradient_bound<S>(false));
    compare_gradients(out, ctx, file, leaves, false);
}

/// Blocks that a file leaves out are not there; those behind them move up.
template <class T>
void block_gcn_model(const io::safetensors_file& file, const io::json& config, checks& out,
                     context& ctx) {
    const auto& x = file.shape("input/x");
    const auto at = [&](int i) { return static_cast<int>(x[static_cast<std::size_t>(i)]); };
    std::vector<int> slower_ones{5, 8}, kept, wider, slower;
    for (const char* name : {"stride2", "stride2_blocks"})
        if (config.contains(name)) slower_ones = config.at(name).get<std::vector<int>>();
    encode::block_gcn_settings s;
    s.network.clip = {at(1), at(2), at(3), at(4)};
    s.network.width = extent_at(file, "param/to_joint_embedding.weight", 0);
    int width = s.network.width;
    for (int n = 1; n <= 64; ++n) {
        const std::string block = text("param/l", n, ".gcn1.");
        if (!file.contains(block + "fc1")) continue;
        kept.push_back(n);
        const int number = static_cast<int>(kept.size()),
                  made = extent_at(file, block + "fc2.0.weight", 0);
        if (made == 2 * width) wider.push_back(number);
        if (std::count(slower_ones.begin(), slower_ones.end(), n) > 0) slower.push_back(number);
        width = made;
        s.heads = std::max(s.heads, extent_at(file, block + "fc1", 1));
    }
    const std::string hops = name_with(file, "buffer/", "hops");
    s.network.graph = skeleton::graph_text(hops.empty() ? layout_graph(config, at(3))
                                                        : graph_of_hops(file, hops));
    s.network.blocks = static_cast<int>(kept.size());
    s.network.wider = comma_list(wider);
    s.network.slower = comma_list(slower);
    s.elements = extent_at(file, "param/topo.pl.centres", 0);
    s.kernel = kernel_of(config);
    s.dilations = comma_list(dilations_of(config));
    s.mixes_clips = true;
    encode::block_gcn<T> model(nn::scope(ctx), s);
    nn::linear<T> fc(nn::scope(ctx, "fc"), model.features(), extent_at(file, "param/fc.bias", 0));
    nn::leaf_list<T> leaves = nn::leaves(model);
    for (auto& l : leaves)
        for (std::size_t i = kept.size(); i-- > 0;)
            for (const auto& [ours, theirs] :
                 {std::pair(text("l", i + 1, "."), text("l", kept[i], ".")),
                  std::pair(text("t", i, "."), text("t", kept[i] - 1, "."))})
                if (l.name.starts_with(ours)) {
                    l.name = "/" + theirs + l.name.substr(ours.size());
                    break;
                }
    for (auto& l : leaves)
        if (l.name.starts_with('/')) l.name.erase(0, 1);
    for (auto l : nn::leaves(fc)) {
        l.name = "fc." + l.name;
        leaves.push_back(l);
    }
    load(ctx, file, leaves, {});
    gradient_slot<T> slot;
    const T joints = tensor_from<T>(ctx, file, "input/joint");
    compare<T>(out, file, ctx,
               {leaves,
                [&](context& c, const variable<T>& clips) {
                    const auto map = model.frames(c, clips, watch(joints, slot));
                    return fc(c, encode::mean_of_persons(c, map, shape_of(clips)[0]));
                },
                {{"input/joint", &slot}}},
               "logits");
}

template <class... Ts>
void blockgcn(const io::safetensors_file& file, const io::json& config, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using X = variable<T>;
        context ctx;
        if (!file.contains("input/x")) return block_gcn_topology<T>(file, out, ctx);
        if (file.shape("input/x").size() == 5) return block_gcn_model<T>(file, config, out, ctx);
        const encode::block_plan p = plan_of(file, config, false);
        const encode::dilated_reach reach{kernel_of(config), dilations_of(config)};
        const std::string fc1 = name_with(file, "param/", "fc1"),
                          hops = name_with(file, "buffer/", "hops");
        if (fc1.empty()) {
            encode::dilated_branches<T> made(nn::scope(ctx), p.in, p.out, p.stride, reach);
            return compare_block<T>(out, file, ctx, nn::leaves(made), [&](context& c, const X& x) {
                return encode::side_by_side(c, x, made.branches);
            });
        }
        const extent joints = extent_at(file, fc1, 2), heads = extent_at(file, fc1, 1);
        const T table = hop_table<T>(ctx, file, hops);
        const auto run = [&](auto made) {
            compare_block<T>(out, file, ctx, nn::leaves(made),
                             [&](context& c, const X& x) { return made(c, x, table); });
        };
        const extent distances = shape_of(table)[0];
        if (file.contains("param/gcn1.fc1"))
            run(encode::block_gcn_block<T>(nn::scope(ctx), p, joints, distances, heads, reach));
        else
            run(encode::headed_graph_unit<T>(nn::scope(ctx), p, joints, distances, heads));
    });
}

template <class... Ts>
void add_families(std::vector<family>& all) {
    all.insert(all.end(), {{"graph/msg3d", msg3d<Ts...>}, {"graph/blockgcn", blockgcn<Ts...>}});
}

}  // namespace MGKIT_NAMESPACE::golden::graph_zoo_group
