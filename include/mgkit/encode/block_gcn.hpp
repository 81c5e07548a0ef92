// SPDX-License-Identifier: MIT
// BlockGCN: edges learned by heads and by distances in the skeleton, and the topology of each clip.
#pragma once

#include <algorithm>

#include "mgkit/encode/temporal_branches.hpp"
#include "mgkit/nn/linear.hpp"
#include "mgkit/tensor/ops/spanning_tree.hpp"

namespace MGKIT_NAMESPACE::encode {

/// Settings of `block_gcn`.
struct block_gcn_settings {
    graph_network_settings network{
        .clip = {}, .graph = {}, .width = 128, .wider = "5", .slower = "5,8"};
    int heads = 8;                  ///< of graph convolution; one where it sees 8 channels or fewer
    int elements = 64;              ///< values that tell the topology of a clip
    int kernel = 5;                 ///< frames of a temporal convolution, an odd number
    std::string dilations = "1,2";  ///< of the branches with a temporal convolution
    /// As in the authors' code: joints' distances are divided by the largest of all clips of the
    /// batch, and persons see the topology of the clip that has their place in the batch modulo N.
    /// false: each clip's own, so that no feature depends on other clips.
    bool mixes_clips = false;

    template <class Self, class F>
    static void each_named(Self& s, F&& f) {
        graph_network_settings::each_named(s.network, f);
        f("heads", s.heads);
        f("elements", s.elements);
        f("kernel", s.kernel);
        f("dilations", s.dilations);
        f("mixes_clips", s.mixes_clips);
    }
    /// Values it has at least: learned edges.
    double least_values() const {
        const double v = network.clip.joints;
        return 3.0 * network.blocks * (network.width > 8 ? heads : 1) * v * v;
    }
};

namespace detail {

/// The root of values of 0 and more, whose slope at 0 is taken as 0.
template <operand X>
X root(context& ctx, const X& x) {
    const shape s = shape_of(x);
    const X positive = greater(ctx, x, constant<X>(ctx, s, 0));
    return mul(ctx, x, rsqrt(ctx, select(ctx, positive, x, constant<X>(ctx, s, 1))));
}
/// 1 / x of positive values.
template <operand X>
X inverse(context& ctx, const X& x) {
    return square(ctx, rsqrt(ctx, x));
}

}  // namespace detail

/// What joints do together, as values of a whole clip: joints [N, C, T, V, M] -> [N, elements].
/// Distances of joints' mean places, divided by the largest, are points, one for each joint; the
/// lengths of their minimum spanning tree are when connected parts meet as a distance grows
/// (persistence of dimension 0); each element is the sum of a bell over them. File names
/// pl.centres, pl.sharpness.
template <model_tensor T>
struct joint_topology {
    parameter<T> centres, sharpness;

    joint_topology() = default;
    MGKIT_COLD joint_topology(const nn::scope& at, extent elements)
        : centres(nn::initial::drawn<T>(at / "pl" / "centres", {elements, 2},
                                        [](random_stream& r) { return r.uniform(0, 1); })),
          sharpness(nn::initial::constant<T>(at / "pl" / "sharpness", {elements, 2}, 3)) {}

    static constexpr auto fields() {
        return nn::members(nn::field("pl.centres", &joint_topology::centres),
                           nn::field("pl.sharpness", &joint_topology::sharpness));
    }
    /// Distances [N, V, V] from 0 to 1: of each clip, or of all clips by one measure.
    template <operand X>
    static X distances(context& ctx, const X& joints, bool one_measure) {
        const shape s = shape_of(joints);
        const extent n = s[0], v = s[3], c = s[1];
        const X places = permute(ctx, mgkit::mean(ctx, joints, {2, 4}), {0, 2, 1});
        const X apart =
            sub(ctx, reshape(ctx, places, {n, v, 1, c}), reshape(ctx, places, {n, 1, v, c}));
        const X all = detail::root(ctx, mgkit::sum(ctx, square(ctx, apart), {3}));
        const extent measures = one_measure ? 1 : n;
        const X largest =
            mgkit::max(ctx, reshape(ctx, all, {measures, n / measures * v * v}), 1, true);
        const X zero = constant<X>(ctx, {measures, 1}, 0), one = constant<X>(ctx, {measures, 1}, 1);
        const X measure = select(ctx, greater(ctx, largest, zero), largest, one);
        return mul(ctx, all, reshape(ctx, detail::inverse(ctx, measure), {measures, 1, 1}));
    }
    /// Lengths of the spanning tree of `points` [N, V, V], a row a point: [N, V], that of joint 0
    /// being none of them.
    template <operand X>
    static X lengths(context& ctx, const X& points) {
        const shape s = shape_of(points);
        const T rows = value_of(detach(points));
        const T own = mgkit::sum(ctx, square(ctx, rows), {2}, true);
        const T pairs = add(ctx, own, reshape(ctx, own, {s[0], 1, s[1]}));
        const T apart = add(ctx, pairs, affine(ctx, matmul(ctx, rows, rows, false, true), -2));
        const X nearer = matmul(ctx, X{spanning_tree(ctx, apart)}, points);
        return detail::root(ctx, mgkit::sum(ctx, square(ctx, sub(ctx, points, nearer)), {2}));
    }

    template <operand X>
    X operator()(context& ctx, const X& joints, bool one_measure) const {
        const X found = lengths(ctx, distances(ctx, joints, one_measure));
        const shape s = shape_of(found);
        const extent elements = shape_of(centres.value)[0];
        const auto column = [&](const parameter<T>& p, extent i) {
            return reshape(ctx, slice(ctx, use<X>(p), 1, i, 1), {elements});
        };
        const X born = square(ctx, mul(ctx, column(centres, 0), column(sharpness, 0)));
        const X late = sub(ctx, reshape(ctx, found, {s[0], s[1], 1}), column(centres, 1));
        const X far = add(ctx, square(ctx, mul(ctx, late, column(sharpness, 1))), born);
        const X bells = mgkit::exp(ctx, affine(ctx, far, -1));
        if (s[1] == 1) return affine(ctx, mgkit::sum(ctx, bells, {1}), 0);
        return mgkit::sum(ctx, slice(ctx, bells, 1, 1, s[1] - 1), {1});
    }
};

/// The topology of clips as channels of a block: topology [N M, elements] -> relu(norm(product)),
/// [N M, 1, 1, width]. File names mlp, bn.
template <model_tensor T>
struct topology_channels {
    nn::linear<T> mlp;
    nn::batch_norm<T> bn;

    topology_channels() = default;
    MGKIT_COLD topology_channels(const nn::scope& at, extent elements, extent width)
        : mlp(at / "mlp", elements, width), bn(at / "bn", width) {}

    static constexpr auto fields() {
        return nn::members(nn::field("mlp", &topology_channels::mlp),
                           nn::field("bn", &topology_channels::bn));
    }
    template <operand X>
    X operator()(context& ctx, const X& topology) const {
        // The variance of one row alone is not defined: twice the row has none.
        const bool alone = ctx.training && shape_of(topology)[0] == 1;
        const X seen = alone ? concat(ctx, 0, topology, topology) : topology;
        const X rows = bn.channels(ctx, mlp(ctx, seen), {.relu = true});
        const extent width = shape_of(rows)[1];
        return reshape(ctx, alone ? slice(ctx, rows, 0, 0, 1) : rows,
                       {shape_of(topology)[0], 1, 1, width});
    }
};

/// Graph convolution in heads: three times edges of each head, learned ones fc1 and ones that
/// depend on the distance of two joints in the skeleton alone (rpe), each divided by the length of
/// its columns, a product of the head's own channels, and the sum; then normalisation, the way
/// around, relu. x [B, T, V, in] -> [B, T, V, out]. File names fc1, rpe, fc2, down, bn.
template <model_tensor T>
struct headed_graph_unit {
    static constexpr extent copies = 3;

    parameter<T> fc1, rpe;
    std::vector<nn::conv<T>> fc2;
    nn::maybe<conv_and_norm<T>> down;
    nn::batch_norm<T> bn;

    headed_graph_unit() = default;
    MGKIT_COLD headed_graph_unit(const nn::scope& at, const block_plan& p, extent joints,
                                 extent distances, extent heads)
        : bn(at / "bn", p.out), heads_(p.in > 8 ? heads : 1) {
        if (p.in % heads_ != 0 || p.out % heads_ != 0)
            throw error(at.name, text("channels that are a multiple of ", heads_, " heads"),
                        text(p.in, " and ", p.out));
        using scalar = typename backend_traits<T>::scalar;
        std::vector<scalar> itself(static_cast<std::size_t>(copies * heads_ * joints * joints));
        for (std::size_t i = 0; i < itself.size(); ++i)
            itself[i] = i % static_cast<std::size_t>(joints * joints) %
                                    static_cast<std::size_t>(joints + 1) ==
                                0
                            ? scalar(1)
                            : scalar(0);
        fc1 = {backend_traits<T>::from_host(at.ctx, itself, {copies, heads_, joints, joints})};
        rpe = nn::initial::constant<T>(at / "rpe", {copies, heads_, distances}, 0);
        for (extent k = 0; k < copies; ++k)
            fc2.emplace_back(at / "fc2" / std::to_string(k), p.in, p.out, along_frames(1), 0,
                             heads_);
        if (p.in != p.out) down = conv_and_norm<T>(at / "down", p.in, p.out);
    }

    static constexpr auto fields() {
        return nn::members(
            nn::field("fc1", &headed_graph_unit::fc1), nn::field("rpe", &headed_graph_unit::rpe),
            nn::field("fc2", &headed_graph_unit::fc2), nn::field("down", &headed_graph_unit::down),
            nn::field("bn", &headed_graph_unit::bn));
    }
    /// `hops` [distances, V V]: 1 where two joints are as many edges apart.
    template <operand X>
    X operator()(context& ctx, const X& x, const T& hops) const {
        const shape s = shape_of(x);
        const extent rows = s[0] * s[1] * s[2], in = s[3] / heads_,
                     out = shape_of(bn.bias.value)[0] / heads_;
        std::vector<X> parts;
        for (const auto& each : fc2)
            parts.push_back(reshape(ctx, use<X>(each.weight), {heads_, out, in}));
        const X weight = concat(ctx, 1, std::span<const X>(parts));
        const X seen = permute(ctx, reshape(ctx, x, {rows, heads_, in}), {1, 0, 2});
        const X messages = reshape(ctx, matmul(ctx, seen, weight, false, true),
                                   {heads_, s[0] * s[1], s[2], copies, out});
        const X heard = graph_contract(ctx, messages, edges<X>(ctx, hops));
        const X level =
            reshape(ctx, permute(ctx, reshape(ctx, heard, {heads_, rows, out}), {1, 0, 2}),
                    {s[0], s[1], s[2], heads_ * out});
        const X around = down ? (*down)(ctx, x) : x;
        return bn.channels(ctx, add(ctx, level, summed_bias<X>(ctx, fc2)),
                           {.residual = &around, .relu = true});
    }

private:
    /// [heads, copies, V, V]
    template <operand X>
    X edges(context& ctx, const T& hops) const {
        const shape s = shape_of(fc1.value);
        const auto columns_of_length_one = [&](const X& a) {
            const X length = detail::root(ctx, mgkit::sum(ctx, square(ctx, a), {2}, true));
            return mul(ctx, a, detail::inverse(ctx, affine(ctx, length, 1, 1e-4)));
        };
        const X by_distance =
            matmul(ctx, reshape(ctx, use<X>(rpe), {s[0] * s[1], shape_of(rpe.value)[2]}), X{hops});
        const X both = add(ctx, columns_of_length_one(use<X>(fc1)),
                           columns_of_length_one(reshape(ctx, by_distance, s)));
        return permute(ctx, both, {1, 0, 2, 3});
    }

    extent heads_ = 1;
};

/// One block: file names gcn1, tcn1, residual.
template <model_tensor T>
struct block_gcn_block {
    headed_graph_unit<T> gcn1;
    dilated_branches<T> tcn1;
    nn::maybe<temporal_unit<T>> residual;

    block_gcn_block() = default;
    MGKIT_COLD block_gcn_block(const nn::scope& at, const block_plan& p, extent joints,
                               extent distances, extent heads, const dilated_reach& reach)
        : gcn1(at / "gcn1", p, joints, distances, heads),
          tcn1(at / "tcn1", p.out, p.out, p.stride, reach) {
        if (!p.same()) residual = temporal_unit<T>(at / "residual", p, 1);
    }

    static constexpr auto fields() {
        return nn::members(nn::field("gcn1", &block_gcn_block::gcn1),
                           nn::field("tcn1", &block_gcn_block::tcn1),
                           nn::field("residual", &block_gcn_block::residual));
    }
    template <operand X>
    X operator()(context& ctx, const X& x, const T& hops) const {
        const X y = side_by_side(ctx, gcn1(ctx, x, hops), tcn1.branches);
        if (!residual) return relu(ctx, add(ctx, y, x));
        return (*residual)(ctx, x, {.residual = &y, .relu = true});
    }
};

/// Clips [N, C, T, V, M] -> features [N, channels of the last block]: the mean over frames, joints
/// and persons. Joints are embedded one by one, with a learned place each; edges are learned for
/// each head and for each distance in the skeleton; before each block stands what the topology of
/// the clip says.
///
/// Any graph, number of frames and channels; channels, joints and persons are checked. Width 128
/// unless stated, doubled in block 5, half the frames in blocks 5 and 8. Initial values: Kaiming
/// normal (fan-out), places normal, fc1 the identity, rpe 0, scales behind branches within .02
/// of 1. Cost per clip: (3 V + 3 C / heads + 2 C) C T V M multiply-adds and more of each block, and
/// V^3 of the topology. Source: Zhou et al., CVPR 2024; code: BlockGCN. Deviations: clips do not
/// see each other unless `mixes_clips` says so; the topology is that of the clips themselves, also
/// of bones and motion, where the code takes joints besides (frames of two arguments); widths,
/// blocks and persons are sizes; what the spanning tree of equal distances is, is fixed.
template <model_tensor T>
class block_gcn {
public:
    using tensor_type = T;
    using settings = block_gcn_settings;
    static constexpr const char* name = "block_gcn";
    static constexpr const char* source = "Zhou et al., CVPR 2024";

    parameter<T> pos_embedding;
    nn::batch_norm<T> data_bn;
    nn::linear<T> to_joint_embedding;
    std::vector<block_gcn_block<T>> blocks;
    std::vector<topology_channels<T>> channels;
    joint_topology<T> topo;

    block_gcn() = default;
    MGKIT_COLD block_gcn(const nn::scope& at, const settings& s) : settings_(with_graph(s, name)) {
        const clip_extents& clip = s.network.clip;
        if (s.heads < 1 || s.elements < 1 || s.elements > 1 << 16)
            throw error(name, "one head or more, 1 to 65536 elements",
                        text(s.heads, " heads, ", s.elements, " elements"));
        const dilated_reach reach = dilated_reach_of(s.kernel, s.dilations, name, 0.02);
        const std::vector<block_plan> plans = block_plans(s.network, name);
        const extent width = s.network.width, joints = clip.joints;
        hops_ = hop_table(at.ctx, graph_of(s.network, name));
        pos_embedding = nn::initial::normal<T>(at / "pos_embedding", {1, joints, width}, 1);
        data_bn = nn::batch_norm<T>(at / "data_bn", clip.points() * width);
        to_joint_embedding = nn::linear<T>(at / "to_joint_embedding", clip.channels, width);
        topo = joint_topology<T>(at / "topo", s.elements);
        for (block_plan p : plans) {
            if (p.first) p.in = s.network.width;
            channels.emplace_back(at / text("t", blocks.size()), s.elements, p.in);
            blocks.emplace_back(at / text("l", blocks.size() + 1), p, joints, shape_of(hops_)[0],
                                s.heads, reach);
            features_ = p.out;
        }
    }

    nn::leaf_list<T> leaves() {
        nn::detail::leaf_collector<T> out;
        const auto add = [&](const std::string& under, auto& member) {
            nn::detail::collect_leaves<T>(member, nn::detail::leaf_place{under}, out);
        };
        add("pos_embedding", pos_embedding);
        add("data_bn", data_bn);
        add("to_joint_embedding", to_joint_embedding);
        for (std::size_t i = 0; i < blocks.size(); ++i) add(text("l", i + 1), blocks[i]);
        for (std::size_t i = 0; i < channels.size(); ++i) add(text("t", i), channels[i]);
        add("topo", topo);
        return std::move(out.found);
    }
    /// See nn::prepared.
    void add_standing(context& ctx, nn::standing_values& out) const {
        nn::add_standing(ctx, blocks, out);
    }
    static settings sample_settings(const clip_extents& clip) {
        settings s{sample_graph_network(clip), 2, 3, 3, "1"};
        s.network.width = 10;
        s.network.blocks = 2;
        s.network.wider = "";
        s.network.slower = "2";
        s.network.last = 4;
        return s;
    }
    const settings& configuration() const { return settings_; }
    nn::fact_map facts() const { return facts_of(name, settings_); }
    int features() const { return features_; }

    /// What the blocks make of clips: [N * M, T', V, features].
    template <operand X>
    X frames(context& ctx, const X& clips) const {
        return frames(ctx, clips, clips);
    }
    /// The same of clips whose topology is that of `joints`, which have their extents.
    template <operand X>
    X frames(context& ctx, const X& clips, const X& joints) const {
        const shape s = shape_of(clips);
        require_clips(s, settings_.network.clip, name);
        require_clips(shape_of(joints), settings_.network.clip, name);
        const X seen = for_persons(ctx, topo(ctx, joints, settings_.mixes_clips), s[4]);
        X x = embedded(ctx, clips);
        for (std::size_t i = 0; i < blocks.size(); ++i)
            x = blocks[i](ctx, add(ctx, x, channels[i](ctx, seen)), hops_);
        return x;
    }
    template <operand X>
    X operator()(context& ctx, const X& clips) const {
        return mean_of_persons(ctx, frames(ctx, clips), shape_of(clips)[0]);
    }

private:
    static T hop_table(context& ctx, const skeleton::graph& g) {
        const std::vector<double> hops = skeleton::hop_distances(g, g.joints);
        const auto most = static_cast<std::size_t>(*std::max_element(hops.begin(), hops.end()));
        std::vector<typename backend_traits<T>::scalar> table((most + 1) * hops.size());
        for (std::size_t i = 0; i < hops.size(); ++i)
            table[static_cast<std::size_t>(hops[i]) * hops.size() + i] = 1;
        return backend_traits<T>::from_host(
            ctx, table, {static_cast<extent>(most) + 1, static_cast<extent>(hops.size())});
    }
    /// [N, C, T, V, M] -> [N * M, T, V, width], normalised for each joint of each person.
    template <operand X>
    X embedded(context& ctx, const X& clips) const {
        const shape s = shape_of(clips);
        const extent n = s[0], t = s[2], v = s[3], m = s[4], width = settings_.network.width;
        const X joints = to_joint_embedding(ctx, permute(ctx, clips, {0, 2, 4, 3, 1}));
        const X placed = add(ctx, joints, reshape(ctx, use<X>(pos_embedding), {v, width}));
        const X level = data_bn.channels(ctx, reshape(ctx, placed, {n * t, m * v * width}));
        return reshape(ctx, permute(ctx, reshape(ctx, level, {n, t, m, v, width}), {0, 2, 1, 3, 4}),
                       {n * m, t, v, width});
    }
    /// Rows of clips [N, E] -> rows of persons [N * M, E].
    template <operand X>
    X for_persons(context& ctx, const X& rows, extent persons) const {
        const shape s = shape_of(rows);
        const std::vector<X> copies(static_cast<std::size_t>(persons), rows);
        const std::span<const X> all(copies);
        return settings_.mixes_clips ? concat(ctx, 0, all)
                                     : reshape(ctx, stack(ctx, all, 1), {s[0] * persons, s[1]});
    }

    settings settings_;
    T hops_{};
    int features_ = 0;
};

}  // namespace MGKIT_NAMESPACE::encode
