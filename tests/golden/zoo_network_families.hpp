// SPDX-License-Identifier: MIT
// Families: zoo/gcnnas, zoo/shiftgcn, units and networks whose code stands beside the graph
// networks'. Float bounds are those of graph_network_families.hpp.
#pragma once

#include <cmath>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "golden/graph_network_families.hpp"
#include "mgkit/encode/gcn_nas.hpp"
#include "mgkit/encode/shift_gcn.hpp"
#include "mgkit/tensor/ops/shift.hpp"
#include "mgkit/train/separable_cem.hpp"
#include "mgkit/train/sgd.hpp"

namespace MGKIT_NAMESPACE::golden::zoo_network_group {

using namespace graph_network_group;

/// Ten blocks of a file that states the channels of its first, fifth and eighth.
inline encode::graph_network_settings ten_blocks(const io::safetensors_file& file,
                                                 const io::json& config,
                                                 const skeleton::graph& graph) {
    const auto& x = file.shape(file.contains("input/x") ? "input/x" : "input/0/x");
    const auto at = [&](int i) { return static_cast<int>(x[static_cast<std::size_t>(i)]); };
    const auto widths = config.at("widths").get<std::vector<int>>();
    encode::graph_network_settings s;
    s.clip = {at(1), at(2), at(3), at(4)};
    s.graph = skeleton::graph_text(graph);
    s.width = widths.at(0);
    s.last = widths.at(2);
    return s;
}

/// The blocks of such a file, whose widths need not double.
inline std::vector<encode::block_plan> ten_plans(const encode::graph_network_settings& s,
                                                 const io::json& config) {
    const auto widths = config.at("widths").get<std::vector<int>>();
    std::vector<encode::block_plan> out = encode::block_plans(s, "ten blocks");
    for (std::size_t i = 0; i < out.size(); ++i) {
        out[i].out = widths.at(i < 4 ? 0 : i < 7 ? 1 : 2);
        if (i > 0) out[i].in = out[i - 1].out;
    }
    return out;
}

/// The tables of a file that say which entry of V * C each entry is taken from; their names.
template <class T>
std::set<std::string> expect_tables(checks& out, context& ctx, const io::safetensors_file& file) {
    std::set<std::string> found;
    for (const auto& entry : file.entries()) {
        const bool back = entry.name.ends_with("gcn1.shift_out") || entry.name == "param/shift_out";
        if (!back && !entry.name.ends_with("gcn1.shift_in") && entry.name != "param/shift_in")
            continue;
        found.insert(entry.name);
        const std::string unit = entry.name.substr(0, entry.name.rfind("shift_"));
        const extent v = static_cast<extent>(file.shape(unit + "Feature_Mask").at(1)),
                     entries = static_cast<extent>(file.shape(entry.name).at(0));
        std::vector<typename backend_traits<T>::scalar> places;
        for (extent i = 0; i < entries; ++i)
            places.push_back(static_cast<typename backend_traits<T>::scalar>(i));
        const T own = backend_traits<T>::from_host(ctx, places, {1, 1, v, entries / v});
        expect(out, ctx, file, entry.name,
               reshape(ctx, encode::around_joints(ctx, own, back ? -1 : 1), {entries}), 1e-12);
    }
    return found;
}

/// The shift along frames and, by 1e-8, along joints.
template <class T>
void frames_alone(const io::safetensors_file& file, const io::json& config, checks& out,
                  context& ctx) {
    using S = typename backend_traits<T>::scalar;
    using X = variable<T>;
    const T x = tensor_from<T>(ctx, file, "input/x"),
            ypos = tensor_from<T>(ctx, file, "param/ypos");
    const extent stride = config.at("stride").get<int>();
    for (const bool by_sign : {true, false}) {
        gradient_slot<T> dx, dy;
        const recording<T> record(ctx);
        X offsets = watch(ypos, dy);
        if (by_sign) offsets = signed_gradient(ctx, offsets, 0.01, 0.0001);
        const X in = permute(ctx, watch(x, dx), {0, 2, 3, 1});
        const X moved = shift(ctx, in, 1, affine(ctx, offsets, 1, stride == 2 ? 0.5 : 0), stride,
                              shape_of(in)[1] / stride);
        const X both =
            shift(ctx, moved, 2, X{tensor_from<T>(ctx, file, "param/xpos")}, 1, shape_of(in)[2]);
        const X y = permute(ctx, both, {0, 3, 1, 2});
        expect(out, ctx, file, "output/train/y", y.value, value_bound<S>);
        const X loss = mgkit::sum(ctx, mul(ctx, y, X{tensor_from<T>(ctx, file, "input/dy")}));
        expect(out, ctx, file, "output/train/loss", loss.value, value_bound<S>);
        backward(ctx, loss);
        expect(out, ctx, file, "grad/input/x", dx.gradient, gradient_bound<S>(false));
        // The file's is a mean over clips.
        const T raw = affine(ctx, dy.gradient, 1.0 / static_cast<double>(shape_of(x)[0]));
        if (by_sign)
            expect(out, ctx, file, "grad/ypos", dy.gradient, gradient_bound<S>(false));
        else
            expect(out, ctx, file, "output/raw_ypos_grad", raw, gradient_bound<S>(false));
    }
}

/// Weight decay of the reference by parameter, as factors on 1e-4.
inline train::parameter_factors shiftgcn_decay(const std::string& name, const shape&) {
    if (name.find("Linear_weight") != std::string::npos) return {1, 10};
    return {1, name.find("Mask") != std::string::npos ? 0.0 : 1.0};
}

/// Steps of SGD on batches input/K: losses output/K/loss, values after N of them below step/N. The
/// offsets between joints, which learn nothing, decay in the reference: here by hand.
template <class T>
void training_steps(checks& out, const io::safetensors_file& file, const io::json& config,
                    context& ctx, const nn::leaf_list<T>& leaves, const network<T>& run) {
    using S = typename backend_traits<T>::scalar;
    const auto stated = [&](const char* name, double otherwise) {
        return config.contains(name) ? config.at(name).get<double>() : otherwise;
    };
    const train::sgd how{
        .rate = stated("lr", 0.1),
        .momentum = stated("momentum", 0.9),
        .weight_decay = stated("weight_decay", 1e-4),
        .nesterov = !config.contains("nesterov") || config.at("nesterov").get<bool>()};
    train::updater<T> update(ctx, leaves, how, shiftgcn_decay);
    std::map<std::string, double> momentum;  // of what decays by hand: it shrinks by one factor
    ctx.training = true;
    for (int k = 0; file.contains(text("input/", k, "/x")); ++k) {
        const std::string before = text("input/", k, "/"), after = text("step/", k + 1, "/");
        const recording<T> record(ctx);
        const variable<T> y = run(ctx, variable<T>{tensor_from<T>(ctx, file, before + "x")});
        const auto loss = labelled_loss(ctx, file, y, before + "label");
        for (const std::string& name : {text("output/", k, "/loss"), after + "loss"})
            if (file.contains(name)) expect(out, ctx, file, name, loss.value, value_bound<S>);
        nn::zero_gradients(leaves);
        backward(ctx, loss);
        update.step(ctx, how.rate);
        for (const auto& l : leaves) {
            if (l.value == nullptr) continue;
            std::string stored = after + (l.weights != nullptr ? "param/" : "buffer/") + l.name;
            if (l.name.ends_with("xpos")) {
                stored = after + "param/" + l.name;
                double& b = momentum[l.name];
                b = how.momentum * b + how.weight_decay;
                const double moved = how.nesterov ? how.weight_decay + how.momentum * b : b;
                *l.value = affine(ctx, *l.value, 1 - how.rate * moved);
            }
            if (file.contains(stored))
                expect(out, ctx, file, stored, *l.value, gradient_bound<S>(true));
        }
    }
}

template <class... Ts>
void shiftgcn(const io::safetensors_file& file, const io::json& config, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using X = variable<T>;
        context ctx;
        if (file.contains("param/ypos")) return frames_alone<T>(file, config, out, ctx);
        const auto known = expect_tables<T>(out, ctx, file);
        if (config.contains("widths")) {
            encode::shift_gcn_settings s;
            s.network = ten_blocks(file, config, skeleton::parse_graph("ntu25", "shiftgcn"));
            s.joint_offsets = true;
            encode::shift_gcn<T> model(nn::scope(ctx), s);
            model.blocks.clear();
            for (const auto& p : ten_plans(s.network, config))
                model.blocks.emplace_back(nn::scope(ctx), p, s);
            if (!file.contains("input/0/x"))
                return compare_model<T>(out, file, ctx, model, false, "y", known);
            nn::linear<T> fc(nn::scope(ctx, "fc"), model.features(),
                             file.shape("param/fc.bias").at(0));
            const auto leaves = with_classifier<T>(model, fc, "fc");
            load(ctx, file, leaves, known);
            return training_steps<T>(out, file, config, ctx, leaves,
                                     [&](context& c, const X& x) { return fc(c, model(c, x)); });
        }
        const encode::block_plan plan = plan_of(
            file, config, config.contains("residual") && !config.at("residual").get<bool>());
        encode::shift_gcn_settings s;
        s.network.clip.joints = static_cast<int>(file.shape("input/x").at(3));
        s.joint_offsets = true;
        if (file.contains("param/gcn1.Linear_weight")) {
            encode::shift_gcn_block<T> made(nn::scope(ctx), plan, s);
            return compare_block<T>(
                out, file, ctx, nn::leaves(made),
                [&](context& c, const X& x) { return made(c, x); }, {}, known);
        }
        encode::joint_shift_unit<T> made(nn::scope(ctx), plan, s.network.clip.joints);
        compare_block<T>(
            out, file, ctx, nn::leaves(made), [&](context& c, const X& x) { return made(c, x); },
            {}, known);
    });
}

/// The edges of the search by the factors of a file, which are softmaxed: so are their logarithms.
inline encode::edge_sum searched_sum(const io::safetensors_file& file) {
    auto point = file.read<double>("input/w");
    for (double& w : point) w = std::log(w);
    return encode::edge_sums(encode::searched_sums(point, "search"), 1, "search").at(0);
}

/// Generations of the search, as a file tells what each was worth.
inline void search(const io::safetensors_file& file, const io::json& config, checks& out) {
    const auto number = [&](const char* name) { return config.at(name).get<double>(); };
    const auto whole = [&](const char* name) { return config.at(name).get<int>(); };
    train::separable_cem cem({.numbers = whole("num_params"),
                              .mean = number("mu0"),
                              .variance = number("sigma0"),
                              .damp = number("damp"),
                              .least_damp = number("damp_limit"),
                              .kept = number("tau"),
                              .population = whole("pop"),
                              .parents = whole("parents"),
                              .antithetic = config.at("antithetic").get<bool>(),
                              .elitism = config.at("elitism").get<bool>()});
    const auto same = [&](const std::string& name, std::span<const double> got) {
        if (!file.contains(name)) return;
        const auto want = file.read<double>(name);
        out.close(name, got, std::span<const double>(want), 1e-9);
    };
    same("output/weights", cem.weights());
    for (int g = 0; file.contains(text("input/", g, "/solutions")); ++g) {
        cem.tell(file.read<double>(text("input/", g, "/solutions")),
                 file.read<double>(text("input/", g, "/scores")));
        const std::string at = text("output/", g, "/");
        same(at + "mu", cem.mean());
        same(at + "cov", cem.variance());
        same(at + "elite", cem.elite());
        same(at + "damp", std::vector<double>{cem.damp()});
    }
}

template <class... Ts>
void gcnnas(const io::safetensors_file& file, const io::json& config, checks& out) {
    if (file.contains("output/weights")) return search(file, config, out);
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using X = variable<T>;
        context ctx;
        const auto& extents = file.shape("input/A");
        const skeleton::adjacency edges{static_cast<int>(extents.at(0)),
                                        static_cast<int>(extents.at(1)),
                                        file.read<double>("input/A")};
        if (config.contains("widths")) {
            skeleton::graph graph{edges.joints, {}, 0};
            for (const auto& pair : config.at("edges"))
                graph.edges.push_back({pair.at(0).get<int>(), pair.at(1).get<int>()});
            encode::gcn_nas_settings s{ten_blocks(file, config, graph)};
            expect(out, ctx, file, "input/A",
                   encode::adjacency_tensor<T>(ctx, skeleton::inward_outward(graph)), 1e-6);
            encode::gcn_nas<T> model(nn::scope(ctx), s);
            const auto plans = ten_plans(s.network, config);
            const auto sums = encode::edge_sums(s.sums, s.network.blocks, "gcnnas");
            model.blocks.clear();
            for (std::size_t i = 0; i < plans.size(); ++i)
                model.blocks.emplace_back(nn::scope(ctx), plans[i], edges, sums[i]);
            return compare_model<T>(out, file, ctx, model, false, "y");
        }
        const encode::block_plan plan = plan_of(file, config, false);
        if (file.contains("input/w")) {
            encode::gcn_nas_block<T> made(nn::scope(ctx), plan, edges, searched_sum(file));
            return compare_block<T>(out, file, ctx, nn::leaves(made),
                                    [&](context& c, const X& x) { return made(c, x); });
        }
        const auto formula = config.at("formula").get<std::string>();
        const auto sum = encode::edge_sums(formula.substr(formula.find('=') + 1), 1, "formula");
        encode::summed_graph_unit<T> made(nn::scope(ctx), plan, edges, sum.at(0));
        compare_block<T>(out, file, ctx, nn::leaves(made),
                         [&](context& c, const X& x) { return made(c, x); });
    });
}

template <class... Ts>
void add_families(std::vector<family>& all) {
    all.insert(all.end(), {{"zoo/gcnnas", gcnnas<Ts...>}, {"zoo/shiftgcn", shiftgcn<Ts...>}});
}

}  // namespace MGKIT_NAMESPACE::golden::zoo_network_group
