// SPDX-License-Identifier: MIT
// Families: blocks and whole graph networks of four codes, by the names in each file.
//
// Float bounds: values 1e-4, gradients 5e-3 of blocks and 5e-2 of whole networks. The files record
// no float figures. Rounding the input of aagcn_model once to float, all else in double, moves its
// gradients by 5e-4 and relu's bends by whole values; in float every layer rounds.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "golden/graph_settings.hpp"
#include "golden/support.hpp"
#include "mgkit/encode/aagcn.hpp"
#include "mgkit/encode/agcn.hpp"
#include "mgkit/encode/ctr_gcn.hpp"
#include "mgkit/encode/reference_names.hpp"
#include "mgkit/encode/st_gcn.hpp"
#include "mgkit/encode/st_gcn_pp.hpp"
#include "mgkit/skeleton/built_in.hpp"
#include "mgkit/tensor/ops/objective.hpp"

namespace MGKIT_NAMESPACE::golden::graph_network_group {

template <class S>
constexpr double value_bound = std::is_same_v<S, double> ? 1e-9 : 1e-4;
/// Of whole networks in evaluation mode: by statistics that were drawn, values grow to 1e5 over ten
/// blocks, and where joints are nearly alike agcn's softmax of their likeness turns over by
/// rounding.
template <class S>
double evaluation_bound(bool whole) {
    return std::is_same_v<S, float> && whole ? 1e-2 : value_bound<S>;
}
template <class S>
double gradient_bound(bool whole) {
    if (std::is_same_v<S, double>) return 1e-9;
    return whole ? 5e-2 : 5e-3;
}

using renaming = std::function<std::string(const std::string&)>;
inline std::string as_it_is(const std::string& name) {
    return name;
}

/// What a run makes of watched inputs.
template <class T>
using network = std::function<variable<T>(context&, const variable<T>& x)>;

/// A network of a file: its leaves under the file's names, and how it runs.
template <class T>
struct candidate {
    nn::leaf_list<T> leaves;
    network<T> run;
    std::vector<std::pair<std::string, gradient_slot<T>*>> inputs{};  ///< besides x
};

/// Puts all of a file's parameters and statistics into leaves; what either has alone is a failure.
template <class T>
void load(context& ctx, const io::safetensors_file& file, const nn::leaf_list<T>& leaves,
          const std::set<std::string>& known) {
    std::set<std::string> taken = known;
    for (const auto& l : leaves) {
        const std::string stored = (l.weights != nullptr ? "param/" : "buffer/") + l.name;
        taken.insert(stored);
        if (l.value == nullptr && !file.contains(stored)) continue;
        if (l.value == nullptr)
            *l.counter = file.read<std::int64_t>(stored).at(0);
        else if (file.shape(stored) != l.extents())
            throw error(file.path(), stored + " as the encoder has it", "other extents");
        else
            backend_traits<T>::assign(
                ctx, *l.value, reshape(ctx, tensor_from<T>(ctx, file, stored), shape_of(*l.value)));
    }
    for (const auto& entry : file.entries())
        if (entry.name.starts_with("param/") && !taken.contains(entry.name))
            throw error(file.path(), "parameters that the encoder has", entry.name);
}

/// Gradients of all parameters. A bias that the file gives nothing but rounding noise is measured
/// on the scale of its layer's weight.
template <class T>
void compare_gradients(checks& out, context& ctx, const io::safetensors_file& file,
                       const nn::leaf_list<T>& leaves, bool whole) {
    using S = typename backend_traits<T>::scalar;
    for (const auto& l : nn::parameters(leaves)) {
        const std::string stored = "grad/" + l.name;
        if (!file.contains(stored)) continue;
        parameter<T>& p = *l.weights;
        if (!p.slot.filled) p.slot.gradient = backend_traits<T>::full(ctx, shape_of(p.value), 0);
        auto got = nn::host_values(ctx, p.slot.gradient);
        auto want = file.read<double>(stored);
        const std::string weight = stored.ends_with("bias")
                                       ? stored.substr(0, stored.size() - 4) + "weight"
                                       : std::string();
        if (file.contains(weight)) {
            const auto scale = file.read<double>(weight);
            const auto most = [](const std::vector<double>& v) {
                double out = 0;
                for (const double x : v) out = std::max(out, std::abs(x));
                return out;
            };
            if (most(want) < 1e-11 * most(scale))
                for (const double x : scale) {
                    got.push_back(static_cast<S>(x));
                    want.push_back(x);
                }
        }
        out.close(stored, std::span(got), std::span(want), gradient_bound<S>(whole));
    }
}

/// Runs a candidate as the file says: evaluation, training, statistics, gradients. `heads` turns
/// the result into what the file has under output/eval and output/train.
template <class T>
void compare(checks& out, const io::safetensors_file& file, context& ctx, const candidate<T>& made,
             const std::string& output) {
    using S = typename backend_traits<T>::scalar;
    using X = variable<T>;
    const bool whole = output == "logits";
    const T input = tensor_from<T>(ctx, file, "input/x");
    ctx.training = false;
    expect(out, ctx, file, "output/eval/" + output, made.run(ctx, X{input}).value,
           evaluation_bound<S>(whole));
    ctx.training = true;
    gradient_slot<T> dx;
    const recording<T> record(ctx);
    const X y = made.run(ctx, watch(input, dx));
    expect(out, ctx, file, "output/train/" + output, y.value, value_bound<S>);
    std::optional<X> loss;
    if (whole) {
        const auto labels = file.read<double>("input/label");
        const shape s = shape_of(y);
        std::vector<S> truth(static_cast<std::size_t>(s.elements()));
        for (std::size_t i = 0; i < labels.size(); ++i)
            truth[i * static_cast<std::size_t>(s[1]) + static_cast<std::size_t>(labels[i])] = 1;
        loss = cross_entropy(ctx, y, X{backend_traits<T>::from_host(ctx, truth, s)});
    } else {
        loss = mgkit::sum(ctx, mul(ctx, y, X{tensor_from<T>(ctx, file, "input/dy")}));
    }
    expect(out, ctx, file, "output/train/loss", loss->value, value_bound<S>);
    for (const auto& l : made.leaves) {
        const std::string stored = "output/train/buffer/" + l.name;
        if (l.weights == nullptr && l.value != nullptr && file.contains(stored))
            expect(out, ctx, file, stored, *l.value, value_bound<S>);
    }
    backward(ctx, *loss);
    expect(out, ctx, file, "grad/input/x", dx.gradient, gradient_bound<S>(whole));
    for (const auto& [name, slot] : made.inputs)
        expect(out, ctx, file, "grad/" + name, slot->gradient, gradient_bound<S>(whole));
    compare_gradients(out, ctx, file, made.leaves, whole);
}

/// Blocks see x [N, C, T, V] as the file has it.
template <class T>
void compare_block(checks& out, const io::safetensors_file& file, context& ctx,
                   nn::leaf_list<T> leaves, const network<T>& inner,
                   std::vector<std::pair<std::string, gradient_slot<T>*>> inputs = {},
                   const std::set<std::string>& known = {}) {
    load(ctx, file, leaves, known);
    compare<T>(out, file, ctx,
               {std::move(leaves),
                [&inner](context& c, const variable<T>& x) {
                    return permute(c, inner(c, permute(c, x, {0, 2, 3, 1})), {0, 3, 1, 2});
                },
                std::move(inputs)},
               "y");
}

inline encode::block_plan plan_of(const io::safetensors_file& file, const io::json& config,
                                  bool first) {
    const int in = config.contains("in_channels") ? config.at("in_channels").get<int>()
                                                  : static_cast<int>(file.shape("input/x")[1]);
    const int out = config.contains("out_channels")
                        ? config.at("out_channels").get<int>()
                        : static_cast<int>(file.shape("output/eval/y")[1]);
    return {in, out, config.contains("stride") ? config.at("stride").get<int>() : 1, first};
}

/// A whole network with its classifier. PYSKL's files have persons before frames.
template <class T, class Encoder>
void compare_model(checks& out, const io::safetensors_file& file, context& ctx, Encoder& model,
                   bool pyskl) {
    const std::string head = pyskl ? "cls_head.fc_cls" : "fc";
    nn::linear<T> fc(nn::scope(ctx, head), model.features(),
                     file.shape("param/" + head + ".bias")[0]);
    nn::leaf_list<T> leaves = nn::leaves(model);
    for (auto& l : leaves)
        if (pyskl) l.name = "backbone." + encode::pyskl_name(Encoder::name, l.name);
    for (auto l : nn::leaves(fc)) {
        l.name = head + "." + l.name;
        leaves.push_back(l);
    }
    load(ctx, file, leaves, {});
    compare<T>(out, file, ctx,
               {leaves,
                [&](context& c, const variable<T>& x) {
                    return fc(c, model(c, pyskl ? permute(c, x, {0, 4, 2, 3, 1}) : x));
                }},
               "logits");
}

/// Matrices that a file has under any of the names are those that the library computes.
template <class T>
void expect_adjacency(checks& out, context& ctx, const io::safetensors_file& file, const T& ours) {
    for (const auto& entry : file.entries())
        if (entry.name.starts_with("buffer/") &&
            (entry.name.ends_with("/A") || entry.name.ends_with(".A")))
            expect(out, ctx, file, entry.name, ours,
                   std::is_same_v<typename backend_traits<T>::scalar, double> ? 1e-12 : 1e-6);
}

template <class... Ts>
void stgcn(const io::safetensors_file& file, const io::json& config, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        context ctx;
        if (config.contains("hidden_channels")) {
            encode::st_gcn<T> model(nn::scope(ctx), {.network = settings_of(file, config, false),
                                                     .partitions = partitions_of(config)});
            expect_adjacency(out, ctx, file, model.adjacency());
            return compare_model<T>(out, file, ctx, model, false);
        }
        const T edges = tensor_from<T>(ctx, file, "input/A");
        encode::st_gcn_block<T> block(nn::scope(ctx),
                                      plan_of(file, config, !config.at("residual").get<bool>()),
                                      static_cast<int>(shape_of(edges)[0]),
                                      static_cast<int>(file.shape("param/tcn.2.weight").at(2)), 0);
        gradient_slot<T> slot;
        compare_block<T>(out, file, ctx, nn::leaves(block),
                         [&](context& c, const variable<T>& x) {
                             return block(c, x, watch(edges, slot), shape_of(x)[0]);
                         },
                         {{"input/A", &slot}});
    });
}

/// agcn and aagcn: units, blocks, networks.
template <class T>
void adaptive(const io::safetensors_file& file, const io::json& config, checks& out, context& ctx,
              const encode::adaptive_settings& how, const renaming& theirs) {
    const auto joints = static_cast<int>(file.shape("input/x")[3]);
    const bool block = file.contains("param/tcn1.conv.weight");
    T fixed =
        encode::adjacency_tensor<T>(ctx, skeleton::inward_outward(layout_graph(config, joints)));
    for (const char* name : {"buffer/A", "buffer/gcn1.A"})
        if (file.contains(name)) fixed = tensor_from<T>(ctx, file, name);
    const encode::block_plan plan =
        plan_of(file, config, block && file.path().find("nores") != std::string::npos);
    const auto renamed = [&](nn::leaf_list<T> leaves) {
        for (auto& l : leaves) l.name = theirs(l.name);
        return leaves;
    };
    if (block) {
        encode::adaptive_graph_block<T> made(nn::scope(ctx), plan, fixed, how);
        compare_block<T>(out, file, ctx, renamed(nn::leaves(made)),
                         [&](context& c, const variable<T>& x) { return made(c, x, fixed); });
    } else {
        encode::adaptive_graph_unit<T> made(nn::scope(ctx), plan, fixed, how);
        compare_block<T>(out, file, ctx, renamed(nn::leaves(made)),
                         [&](context& c, const variable<T>& x) { return made(c, x, fixed); });
    }
}

template <class... Ts>
void agcn(const io::safetensors_file& file, const io::json& config, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        context ctx;
        if (!config.contains("channels")) return adaptive<T>(file, config, out, ctx, {}, as_it_is);
        encode::agcn<T> model(nn::scope(ctx), {settings_of(file, config, false)});
        expect_adjacency(out, ctx, file, model.adjacency());
        compare_model<T>(out, file, ctx, model, false);
    });
}

template <class... Ts>
void aagcn(const io::safetensors_file& file, const io::json& config, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        context ctx;
        const bool attention = !config.contains("attention") || config.at("attention").get<bool>();
        if (!config.contains("channels"))
            return adaptive<T>(file, config, out, ctx,
                               {.softmax = false, .adaptive = true, .attention = attention},
                               as_it_is);
        encode::aagcn<T> model(nn::scope(ctx), {settings_of(file, config, false), true, attention});
        compare_model<T>(out, file, ctx, model, false);
    });
}

inline int kernel_of(const io::json& config) {
    return config.contains("kernel_size") ? config.at("kernel_size").get<int>() : 5;
}
inline std::vector<int> dilations_of(const io::json& config) {
    return config.contains("dilations") ? config.at("dilations").get<std::vector<int>>()
                                        : std::vector<int>{1, 2};
}

template <class... Ts>
void ctrgcn(const io::safetensors_file& file, const io::json& config, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using X = variable<T>;
        context ctx;
        if (config.contains("base_channels")) {
            const auto settings = settings_of(file, config, true);
            encode::ctr_gcn<T> model(nn::scope(ctx), {settings});
            expect_adjacency(
                out, ctx, file,
                encode::adjacency_tensor<T>(
                    ctx, skeleton::inward_outward(skeleton::parse_graph(settings.graph, "graph"))));
            return compare_model<T>(out, file, ctx, model, true);
        }
        const auto joints = static_cast<extent>(file.shape("input/x")[3]);
        const T edges = backend_traits<T>::full(ctx, {3, joints, joints}, 0);
        if (file.contains("input/A")) {
            const encode::block_plan p = plan_of(file, config, false);
            encode::channel_refinement<T> made(nn::scope(ctx), p.in, p.out);
            gradient_slot<T> slot;
            const T given = tensor_from<T>(ctx, file, "input/A");
            const T alpha = backend_traits<T>::full(ctx, {1}, config.at("alpha").get<double>());
            return compare_block<T>(out, file, ctx, nn::leaves(made),
                                    [&](context& c, const X& x) {
                                        return made(c, x, mgkit::mean(c, x, {1}, true),
                                                    watch(given, slot), X{alpha});
                                    },
                                    {{"input/A", &slot}});
        }
        if (file.contains("param/gcn1.A")) {
            const bool residual = file.contains("param/residual.conv.weight") ||
                                  file.path().find("nores") == std::string::npos;
            encode::ctr_gcn_block<T> made(nn::scope(ctx), plan_of(file, config, !residual), edges,
                                          {kernel_of(config), dilations_of(config)}, true);
            return compare_block<T>(out, file, ctx, nn::leaves(made),
                                    [&](context& c, const X& x) { return made(c, x); });
        }
        if (file.contains("param/branches.0.0.weight")) {
            const encode::block_plan p = plan_of(file, config, false);
            encode::dilated_branches<T> made(nn::scope(ctx), p.in, p.out, p.stride,
                                             {kernel_of(config), dilations_of(config)});
            return compare_block<T>(out, file, ctx, nn::leaves(made), [&](context& c, const X& x) {
                return relu(c, encode::side_by_side(c, x, made.branches));
            });
        }
        encode::channel_refined_unit<T> made(nn::scope(ctx), plan_of(file, config, false), edges);
        compare_block<T>(out, file, ctx, nn::leaves(made),
                         [&](context& c, const X& x) { return made(c, x); });
    });
}

template <class... Ts>
void pyskl(const io::safetensors_file& file, const io::json& config, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using X = variable<T>;
        context ctx;
        if (config.contains("base_channels")) {
            const auto settings = settings_of(file, config, true);
            if (file.contains("param/backbone.gcn.0.gcn.conv_d.0.weight")) {
                encode::aagcn<T> model(nn::scope(ctx), {settings});
                expect_adjacency(out, ctx, file, model.adjacency());
                compare_model<T>(out, file, ctx, model, true);
            } else if (file.contains("param/backbone.gcn.0.tcn.transform.0.weight")) {
                encode::st_gcn_pp<T> model(nn::scope(ctx), {settings});
                compare_model<T>(out, file, ctx, model, true);
            } else {
                encode::st_gcn<T> model(nn::scope(ctx), {settings});
                expect_adjacency(out, ctx, file, model.adjacency());
                compare_model<T>(out, file, ctx, model, true);
            }
            return;
        }
        const auto flag = [&](const char* name) {
            return !config.contains(name) || config.at(name).get<bool>();
        };
        if (file.contains("param/conv_d.0.weight"))
            return adaptive<T>(
                file, config, out, ctx,
                {.softmax = false, .adaptive = flag("adaptive"), .attention = flag("attention")},
                [](const std::string& name) { return name == "PA" ? std::string("A") : name; });
        if (file.contains("param/transform.0.weight")) {
            const encode::block_plan p = plan_of(file, config, false);
            encode::six_branches<T> made(nn::scope(ctx), p.out, p.stride);
            return compare_block<T>(out, file, ctx, nn::leaves(made), [&](context& c, const X& x) {
                return made.transform.conv.normalised(c, made.branched(c, x), made.bn);
            });
        }
        throw error(file.path(), "a network, unit_aagcn or mstcn", "another part of PYSKL");
    });
}

template <class... Ts>
void add_families(std::vector<family>& all) {
    all.insert(all.end(), {{"graph/stgcn", stgcn<Ts...>},
                           {"graph/agcn", agcn<Ts...>},
                           {"graph/aagcn", aagcn<Ts...>},
                           {"graph/ctrgcn", ctrgcn<Ts...>},
                           {"graph/pyskl", pyskl<Ts...>}});
}

}  // namespace MGKIT_NAMESPACE::golden::graph_network_group
