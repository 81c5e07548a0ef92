// SPDX-License-Identifier: MIT
// MS-G3D: graph convolution over joints at several distances, within frames and across windows.
#pragma once

#include "mgkit/encode/temporal_branches.hpp"

namespace MGKIT_NAMESPACE::encode {

/// Settings of `ms_g3d`. A block of `network` is a stage of the reference.
struct ms_g3d_settings {
    graph_network_settings network{
        .clip = {}, .graph = {}, .width = 96, .blocks = 3, .wider = "2,3", .slower = "2,3"};
    int scales = 13;              ///< distances in edges, from 0, of joints within a frame
    int window_scales = 6;        ///< distances of joints within a window
    std::string windows = "3,5";  ///< frames of each window, odd numbers
    /// original: edges divided by the roots of both degrees, learned ones of all distances in one
    /// matrix, receivers in rows; pyskl: divided by columns, a learned matrix of each distance,
    /// senders in rows.
    std::string conventions = "original";

    template <class Self, class F>
    static void each_named(Self& s, F&& f) {
        graph_network_settings::each_named(s.network, f);
        f("scales", s.scales);
        f("window_scales", s.window_scales);
        f("windows", s.windows);
        f("conventions", s.conventions);
    }
    /// Values it has at least: learned edges.
    double least_values() const {
        const double v = network.clip.joints;
        double out = scales * v * v;
        for (const int w : number_list(windows, 1, 1024, "ms_g3d: windows"))
            out += window_scales * (w * v) * (w * v);
        return network.blocks * out;
    }
};

/// Edges of a graph network that tells distances apart, and how its learned ones lie in files.
struct scaled_edges {
    skeleton::adjacency fixed;
    bool original = true;  ///< see ms_g3d_settings::conventions

    /// Errors: scales below 1 or above 1024.
    scaled_edges(const skeleton::graph& g, int scales, bool as_original, const std::string& where)
        : original(as_original) {
        if (scales < 1 || scales > 1024)
            throw error(where, "1 to 1024 distances of joints", text(scales));
        using enum skeleton::degree_norm;
        fixed = skeleton::normalised(skeleton::scale_adjacency(g, scales),
                                     as_original ? symmetric : columns);
    }
};

/// Graph convolution of K distances: each joint hears the joints k edges away and itself, over
/// fixed edges and learned ones beside them; what it hears at all distances is joined by one
/// product, normalised, relu. x [B, T, V, in] -> [B, T, V, out]. File names A_res or PA,
/// mlp.layers.
///
/// Contracted before the product, which takes V K in T V in multiply-adds: the reference's order,
/// and the cheaper one, since no unit has fewer channels behind it than before it.
template <model_tensor T>
class scaled_graph_unit {
public:
    using tensor_type = T;

    parameter<T> learned;
    conv_and_norm<T> mlp;

    scaled_graph_unit() = default;
    MGKIT_COLD scaled_graph_unit(const nn::scope& at, extent in, extent out, const scaled_edges& e)
        : original_(e.original), scales_(e.fixed.slots), joints_(e.fixed.joints) {
        learned = nn::initial::uniform<T>(
            at / learned_name(),
            original_ ? shape{scales_ * joints_, joints_} : shape{scales_, joints_, joints_}, 1e-6);
        mlp = conv_and_norm<T>(at / "mlp" / "layers", scales_ * in, out);
        fixed_ = mgkit::permute(at.ctx, adjacency_tensor<T>(at.ctx, e.fixed), {1, 2, 0});
    }

    nn::leaf_list<T> leaves() {
        nn::detail::leaf_collector<T> out;
        nn::detail::collect_leaves<T>(learned, nn::detail::leaf_place{learned_name()}, out);
        nn::detail::collect_leaves<T>(mlp, nn::detail::leaf_place{"mlp.layers"}, out);
        return std::move(out.found);
    }
    /// See nn::prepared.
    void add_standing(context& ctx, nn::standing_values& out) const {
        nn::add_standing(ctx, mlp, out);
    }
    /// Fixed edges [V, V, K]: sender, receiver, distance.
    const T& fixed() const { return fixed_; }

    template <operand X>
    X operator()(context& ctx, const X& x) const {
        const shape s = shape_of(x);
        const X own = reshape(ctx, use<X>(learned), {scales_, joints_, joints_});
        const X ready = original_ ? permute(ctx, own, {2, 1, 0}) : permute(ctx, own, {1, 2, 0});
        const X edges = reshape(ctx, add(ctx, X{fixed_}, ready), {1, joints_, joints_ * scales_});
        const X heard = graph_contract(ctx, reshape(ctx, x, {s[0], s[1], s[2], 1, s[3]}), edges);
        return mlp(ctx, reshape(ctx, heard, {s[0], s[1], s[2], scales_ * s[3]}), {.relu = true});
    }

private:
    const char* learned_name() const { return original_ ? "A_res" : "PA"; }

    bool original_ = true;
    extent scales_ = 1, joints_ = 1;
    T fixed_{};
};

/// The same over windows of frames whose joints are all neighbours: graph convolution of each
/// window, then a convolution that makes one frame of it, normalised. x [B, T, V, in] -> [B, T', 1,
/// V, out]. File names gcn3d.1, out_conv, out_bn.
template <model_tensor T>
class window_unit {
public:
    using tensor_type = T;

    scaled_graph_unit<T> graph;
    nn::conv<T> out_conv;
    nn::batch_norm<T> out_bn;

    window_unit() = default;
    /// `e` are the edges within a window of `frames` frames.
    MGKIT_COLD window_unit(const nn::scope& at, const block_plan& p, extent frames,
                           const scaled_edges& e)
        : graph(at / "gcn3d" / "1", p.in, embedded(p), e),
          out_conv(at / "out_conv", embedded(p), p.out, {{1}, {frames}, {1}}),
          out_bn(at / "out_bn", p.out),
          frames_(frames),
          stride_(p.stride) {}

    static constexpr auto fields() {
        return nn::members(nn::field("gcn3d.1", &window_unit::graph),
                           nn::field("out_conv", &window_unit::out_conv),
                           nn::field("out_bn", &window_unit::out_bn));
    }
    template <operand X>
    X operator()(context& ctx, const X& x, const normalise_end<X>& end = {}) const {
        const shape s = shape_of(x);
        const extent b = s[0], v = s[2], w = frames_;
        const X seen =
            windows_of(ctx, reshape(ctx, x, {b, s[1], v * s[3]}), {{w, stride_, (w - 1) / 2}});
        const extent t = shape_of(seen)[1];
        const X y = graph(ctx, reshape(ctx, seen, {b, t, w * v, s[3]}));
        return out_conv.normalised(ctx, reshape(ctx, y, {b, t, w, v, shape_of(y)[3]}), out_bn, end);
    }

private:
    /// The reference widens in the graph convolution where it sees the coordinates, which it tells
    /// by their number, else in the convolution behind it.
    static extent embedded(const block_plan& p) { return p.in == 3 ? p.out : p.in; }

    extent frames_ = 1, stride_ = 1;
};

/// Branches over 3 frames with dilation 1 to 4, and the way around them; relu unless told not to.
/// File names branches, residual.
template <model_tensor T>
struct scaled_branches : dilated_branches<T> {
    nn::maybe<temporal_unit<T>> residual;

    scaled_branches() = default;
    MGKIT_COLD scaled_branches(const nn::scope& at, const block_plan& p)
        : dilated_branches<T>(at, p.in, p.out, p.stride, {}) {
        if (!p.same()) residual = temporal_unit<T>(at / "residual", p, 1);
    }

    static constexpr auto fields() {
        return nn::members(nn::field("branches", &dilated_branches<T>::branches),
                           nn::field("residual", &scaled_branches::residual));
    }
    template <operand X>
    X operator()(context& ctx, const X& x, bool end = true) const {
        const X y = side_by_side(ctx, x, this->branches);
        if (residual) return (*residual)(ctx, x, {.residual = &y, .relu = end});
        const X sum = add(ctx, y, x);
        return end ? relu(ctx, sum) : sum;
    }
};

/// A stage: graph convolution of frames and two times branches, beside windows, the sum of all,
/// relu, branches.
template <model_tensor T>
struct ms_g3d_stage {
    std::vector<window_unit<T>> windows;
    scaled_graph_unit<T> graph;
    scaled_branches<T> slower, inner, last;

    ms_g3d_stage() = default;
    /// `number` from 1 in the names; `edges` within frames, then within each window.
    MGKIT_COLD ms_g3d_stage(const nn::scope& at, int number, const block_plan& p,
                            const std::vector<scaled_edges>& edges,
                            const std::vector<int>& frames) {
        const nn::scope before = at / text("gcn3d", number) / "gcn3d",
                        own = at / text("sgcn", number);
        for (std::size_t i = 0; i < frames.size(); ++i)
            windows.emplace_back(before / std::to_string(i), p, frames[i], edges[i + 1]);
        const int made = p.first ? p.out : p.in;
        graph = scaled_graph_unit<T>(own / "0", p.in, made, edges[0]);
        slower = scaled_branches<T>(own / "1", {made, p.out, p.stride});
        inner = scaled_branches<T>(own / "2", {p.out, p.out, 1});
        last = scaled_branches<T>(at / text("tcn", number), {p.out, p.out, 1});
    }

    void add_leaves(int number, nn::detail::leaf_collector<T>& out) {
        const auto add = [&](const std::string& name, auto& member) {
            nn::detail::collect_leaves<T>(member, nn::detail::leaf_place{name}, out);
        };
        add(text("gcn3d", number, ".gcn3d"), windows);
        add(text("sgcn", number, ".0"), graph);
        add(text("sgcn", number, ".1"), slower);
        add(text("sgcn", number, ".2"), inner);
        add(text("tcn", number), last);
    }
    /// See nn::prepared.
    void add_standing(context& ctx, nn::standing_values& out) const {
        nn::add_standing(ctx, windows, out);
        nn::add_standing(ctx, graph, out);
        for (const auto* branches : {&slower, &inner, &last}) nn::add_standing(ctx, *branches, out);
    }

    template <operand X>
    X operator()(context& ctx, const X& x) const {
        const X within = inner(ctx, slower(ctx, graph(ctx, x)), windows.empty());
        const shape s = shape_of(within);
        X sum = reshape(ctx, within, {s[0], s[1], 1, s[2], s[3]});
        for (const auto& window : windows)
            sum = window(ctx, x, {.residual = &sum, .relu = &window == &windows.back()});
        return last(ctx, reshape(ctx, sum, s));
    }
};

/// Clips [N, C, T, V, M] -> features [N, channels of the last stage]: the mean over frames, joints
/// and persons. Each stage hears joints of many distances within a frame, and within windows of
/// frames all of whose joints are neighbours.
///
/// Any graph, number of frames and channels; channels, joints and persons are checked; every stage
/// has at least 6 channels. Widths 96, 192 and 384 unless stated. Initial values: Kaiming normal
/// (fan-out), learned edges uniform within 1e-6. Cost per clip, of each stage: (13 + 36 C / V) V^2
/// C T M multiply-adds within frames, windows of w frames (6 w^2 V + 6 w C) V C T M more. Source:
/// Liu et al., CVPR 2020; code: MS-G3D, and that of PYSKL, which differ by `conventions`.
/// Deviations: widths, stages, windows, channels and persons are sizes; a width that is no multiple
/// of 6 leaves the rest to the last branch, as in PYSKL.
template <model_tensor T>
class ms_g3d {
public:
    using tensor_type = T;
    using settings = ms_g3d_settings;
    static constexpr const char* name = "ms_g3d";
    static constexpr const char* source = "Liu et al., CVPR 2020";

    nn::batch_norm<T> data_bn;
    std::vector<ms_g3d_stage<T>> stages;

    ms_g3d() = default;
    MGKIT_COLD ms_g3d(const nn::scope& at, const settings& s)
        : data_bn(at / "data_bn", extent{s.network.clip.points()} * s.network.clip.channels),
          settings_(with_graph(s, name)) {
        const skeleton::graph graph = graph_of(s.network, name);
        const bool original = s.conventions == "original";
        if (!original && s.conventions != "pyskl")
            throw error(text(name, ": conventions"), "original or pyskl", s.conventions);
        const std::vector<int> frames = number_list(s.windows, 1, 1024, text(name, ": windows"));
        std::vector<scaled_edges> edges{{graph, s.scales, original, name}};
        for (const int w : frames) {
            if (w % 2 == 0) throw error(text(name, ": windows"), "odd numbers of frames", text(w));
            edges.emplace_back(skeleton::window_graph(graph, w), s.window_scales, original, name);
        }
        for (const block_plan& p : block_plans(s.network, name)) {
            stages.emplace_back(at, static_cast<int>(stages.size()) + 1, p, edges, frames);
            features_ = p.out;
        }
    }

    nn::leaf_list<T> leaves() {
        nn::detail::leaf_collector<T> out;
        nn::detail::collect_leaves<T>(data_bn, nn::detail::leaf_place{"data_bn"}, out);
        for (std::size_t i = 0; i < stages.size(); ++i)
            stages[i].add_leaves(static_cast<int>(i) + 1, out);
        return std::move(out.found);
    }
    /// See nn::prepared.
    void add_standing(context& ctx, nn::standing_values& out) const {
        for (const auto& stage : stages) stage.add_standing(ctx, out);
    }
    static settings sample_settings(const clip_extents& clip) {
        settings s{sample_graph_network(clip), 2, 2, "3", "pyskl"};
        s.network.width = 6;
        s.network.blocks = 2;
        s.network.wider = "";
        s.network.slower = "2";
        s.network.last = 7;
        return s;
    }
    const settings& configuration() const { return settings_; }
    nn::fact_map facts() const { return facts_of(name, settings_); }
    int features() const { return features_; }

    /// What the stages make of clips: [N * M, T', V, features].
    template <operand X>
    X frames(context& ctx, const X& clips) const {
        require_clips(shape_of(clips), settings_.network.clip, name);
        X x = persons_of(ctx, clips, data_bn, true);
        for (const auto& stage : stages) x = stage(ctx, x);
        return x;
    }
    template <operand X>
    X operator()(context& ctx, const X& clips) const {
        return mean_of_persons(ctx, frames(ctx, clips), shape_of(clips)[0]);
    }

private:
    settings settings_;
    int features_ = 0;
};

}  // namespace MGKIT_NAMESPACE::encode
