// SPDX-License-Identifier: MIT
// Graph networks under the names of the codes they come from, and weights of theirs.
#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "encode/models.hpp"
#include "io/support.hpp"
#include "mgkit/encode/any_encoder.hpp"
#include "mgkit/encode/load_reference.hpp"
#include "mgkit/skeleton/built_in.hpp"

using namespace mgkit;
using test::t64;

namespace {

const encode::clip_extents people{.channels = 3, .frames = 8, .joints = 25, .persons = 2};

encode::graph_network_settings network(const std::string& graph = "ntu25") {
    return {.clip = people, .graph = graph, .width = 8, .blocks = 3, .wider = "2", .slower = "3"};
}

template <class M>
std::set<std::string> names_of(M& model) {
    std::set<std::string> out;
    for (const auto& l : nn::leaves(model))
        if (!l.name.ends_with("num_batches_tracked")) out.insert(l.name);
    return out;
}

std::set<std::string> expected(const std::vector<std::string>& stems) {
    std::set<std::string> out;
    for (const std::string& stem : stems) {
        const bool norm = stem.ends_with('*');
        const std::string base = norm ? stem.substr(0, stem.size() - 1) : stem;
        if (base.ends_with('!')) {  // a value by itself
            out.insert(base.substr(0, base.size() - 1));
            continue;
        }
        out.insert(base + ".weight");
        out.insert(base + ".bias");
        if (norm) out.insert(base + ".running_mean");
        if (norm) out.insert(base + ".running_var");
    }
    return out;
}

/// A model's values in a file, renamed.
template <class M, class Rename>
std::string written(context& ctx, M& model, const std::string& path, Rename rename,
                    bool counters = true) {
    nn::archive_writer out;
    for (const auto& l : nn::leaves(model)) {
        if (l.counter != nullptr) {
            if (counters) out.put(rename(l.name), std::vector<std::int64_t>{*l.counter}, {});
        } else {
            out.put(rename(l.name), nn::host_values(ctx, *l.value), l.extents());
        }
    }
    out.save(path);
    return path;
}

std::vector<double> features(context& ctx, const auto& model) {
    return testing::detail::to_doubles(ctx, model(ctx, test::clips_of<t64>(ctx, people, {1, 2})));
}

std::string refusal(const auto& f) {
    try {
        f();
    } catch (const error& e) {
        return e.what();
    }
    FAIL_CHECK("nothing was refused");
    return {};
}

}  // namespace

TEST_CASE("graph networks have the names of their codes", "[encode][names]") {
    context ctx;
    encode::st_gcn<t64> st(ctx, {network()});
    std::vector<std::string> want{"data_bn*"};
    for (const char* i : {"0", "1", "2"}) {
        const std::string block = text("st_gcn_networks.", i);
        for (const char* each : {".gcn.conv", ".tcn.0*", ".tcn.2", ".tcn.3*"})
            want.push_back(block + each);
        want.push_back(text("edge_importance.", i, "!"));
        if (std::string(i) != "0") {
            want.push_back(block + ".residual.0");
            want.push_back(block + ".residual.1*");
        }
    }
    CHECK(names_of(st) == expected(want));

    encode::aagcn<t64> aagcn(ctx, {network()});
    want = {"data_bn*"};
    for (const int i : {1, 2, 3}) {
        const std::string unit = text("l", i, ".gcn1.");
        want.insert(want.end(), {unit + "PA!", unit + "alpha!", unit + "bn*", unit + "conv_ta",
                                 unit + "conv_sa", unit + "fc1c", unit + "fc2c",
                                 text("l", i, ".tcn1.conv"), text("l", i, ".tcn1.bn*")});
        for (const char* k : {"0", "1", "2"})
            for (const char* layer : {"conv_a.", "conv_b.", "conv_d."})
                want.push_back(unit + layer + k);
        if (i < 3) want.insert(want.end(), {unit + "down.0", unit + "down.1*"});
        if (i > 1)
            want.insert(want.end(),
                        {text("l", i, ".residual.conv"), text("l", i, ".residual.bn*")});
    }
    CHECK(names_of(aagcn) == expected(want));

    encode::ctr_gcn<t64> ctr(ctx, {network()});
    want = {"data_bn*"};
    for (const int i : {0, 1, 2}) {
        const std::string unit = text("net.", i, ".gcn1."),
                          tcn = text("net.", i, ".tcn1.branches.");
        want.insert(want.end(), {unit + "A!", unit + "alpha!", unit + "bn*"});
        for (const char* k : {"0", "1", "2"})
            for (const char* layer : {".conv1", ".conv2", ".conv3", ".conv4"})
                want.push_back(unit + "convs." + k + layer);
        for (const char* k : {"0", "1", "2", "3"})
            want.insert(want.end(), {tcn + k + ".0", tcn + k + ".1*"});
        for (const char* k : {"0", "1"})
            want.insert(want.end(), {tcn + k + ".3.conv", tcn + k + ".3.bn*"});
        want.push_back(tcn + "2.4*");
        if (i < 2) want.insert(want.end(), {unit + "down.0", unit + "down.1*"});
        if (i > 0)
            want.insert(want.end(),
                        {text("net.", i, ".residual.conv"), text("net.", i, ".residual.bn*")});
    }
    CHECK(names_of(ctr) == expected(want));
}

TEST_CASE("weights of other codes load under their names and prefixes", "[encode][names]") {
    const scratch_folder folder;
    context ctx{.seed = 3};
    encode::st_gcn<t64> model(nn::scope(ctx, "a"), {network()});
    test::shake(ctx, model);
    const auto want = features(ctx, model);
    const auto loads = [&](const std::string& path, const std::string& prefix,
                           std::size_t left_out) {
        encode::st_gcn<t64> other(nn::scope(ctx, "b"), {network()});
        REQUIRE(features(ctx, other) != want);
        const auto found = encode::load_reference(ctx, other, io::safetensors_file(path));
        CHECK(found.prefix == prefix);
        CHECK(found.left_out.size() == left_out);
        CHECK(features(ctx, other) == want);
        auto held =
            encode::any_encoder<t64>::of(encode::st_gcn<t64>(nn::scope(ctx, "c"), {network()}));
        encode::load_reference(ctx, held, io::safetensors_file(path));
        CHECK(features(ctx, held) == want);
    };
    loads(written(ctx, model, folder / "own", [](auto name) { return name; }), "", 0);
    loads(written(
              ctx, model, folder / "module", [](auto name) { return "module." + name; }, false),
          "module.", 0);
    loads(written(ctx, model, folder / "pyskl",
                  [](auto name) { return "backbone." + encode::pyskl_name("st_gcn", name); }),
          "backbone.", 0);
    loads(written(ctx, model, folder / "wrapped",
                  [](auto name) {
                      const auto at = name.find(".tcn.2.");
                      return "base_model." + (at == name.npos ? name : name.insert(at + 6, ".net"));
                  }),
          "base_model.", 0);

    nn::archive_writer both;
    encode::st_gcn<t64> keys(nn::scope(ctx, "keys"), {network()});
    both.add(ctx, nn::leaves(keys), "encoder_k.");
    both.add(ctx, nn::leaves(model), "encoder_q.");
    both.add(ctx, nn::leaves(model.data_bn), "encoder_q.fc.0.");
    both.save(folder / "contrast");
    loads(folder / "contrast", "encoder_q.", nn::leaves(keys).size() + 5);
}

TEST_CASE("weights of another graph or encoder are refused in one line", "[encode][names]") {
    const scratch_folder folder;
    context ctx;
    encode::st_gcn<t64> model(nn::scope(ctx, "a"), {network()});
    const auto load = [&](const std::string& path) {
        encode::st_gcn<t64> other(nn::scope(ctx, "b"), {network()});
        const auto before = features(ctx, other);
        const std::string what =
            refusal([&] { encode::load_reference(ctx, other, io::safetensors_file(path)); });
        CHECK(features(ctx, other) == before);
        return what;
    };
    encode::st_gcn<t64> less(nn::scope(ctx, "c"),
                             {{.clip = {.channels = 3, .frames = 8, .joints = 18, .persons = 2},
                               .graph = "openpose18",
                               .width = 8,
                               .blocks = 3,
                               .wider = "2",
                               .slower = "3"}});
    const std::string joints =
        load(written(ctx, less, folder / "joints", [](auto name) { return name; }));
    CHECK(joints.find("edge_importance.0 is [3, 18, 18] instead of [3, 25, 25]") != joints.npos);

    nn::archive_writer edges;
    edges.add(ctx, nn::leaves(model));
    auto moved = skeleton::parse_graph("ntu25", "test");
    for (auto& edge : moved.edges)
        if (edge.first == 21) edge.second = 7;  // the other reading of the hand's tip
    const auto other = skeleton::hop_partitions(moved);
    edges.put("A", std::vector<double>(other.values), {3, 25, 25});
    edges.save(folder / "edges");
    const std::string graph = load(folder / "edges");
    CHECK(graph.find("another edge from joint 7 to joint 7") != graph.npos);
    CHECK(graph.find('\n') == graph.npos);

    encode::ctr_gcn<t64> unlike(nn::scope(ctx, "d"), {network()});
    const std::string none = load(written(ctx, unlike, folder / "none", [](auto name) {
        return name == "data_bn.weight" || name == "data_bn.bias" ? "x." + name + "x" : name;
    }));
    CHECK(none.find("values of st_gcn") != none.npos);
}

TEST_CASE("edges of several distances are compared in both conventions", "[encode][names]") {
    const scratch_folder folder;
    using enum skeleton::degree_norm;
    for (const std::string conventions : {"original", "pyskl"}) {
        context ctx;
        const bool original = conventions == "original";
        const encode::ms_g3d_settings settings{network(), 2, 2, "3", conventions};
        encode::ms_g3d<t64> model(nn::scope(ctx, "a"), settings),
            other(nn::scope(ctx, "b"), settings);
        test::shake(ctx, model);
        const auto written_for = [&](const std::string& graph, const std::string& path) {
            const auto body = skeleton::parse_graph(graph, "test");
            const auto fixed = skeleton::normalised(skeleton::scale_adjacency(body, 2),
                                                    original ? symmetric : columns);
            nn::archive_writer out;
            out.add(ctx, nn::leaves(model), "backbone.");
            out.put("backbone.A", std::vector<double>(25 * 25), {25, 25});
            out.put(original ? "backbone.sgcn1.0.A_powers" : "backbone.sgcn1.0.A",
                    std::vector<double>(fixed.values), {2, 25, 25});
            out.save(path);
            return path;
        };
        const std::string moved = written_for(
            "25 joints, centre 20: 0-1 1-20 2-20 3-2 4-20 5-4 6-5 7-6 8-20 9-8 10-9 11-10 12-0 "
            "13-12 14-13 15-14 16-0 17-16 18-17 19-18 21-7 22-7 23-11 24-11",
            folder / "moved");
        const std::string what =
            refusal([&] { encode::load_reference(ctx, other, io::safetensors_file(moved)); });
        CHECK(what.find("sgcn1.0.A") != what.npos);
        CHECK(features(ctx, other) != features(ctx, model));
        const auto found = encode::load_reference(
            ctx, other, io::safetensors_file(written_for("ntu25", folder / "same")));
        CHECK(found.prefix == "backbone.");
        CHECK(found.left_out.size() == 2);
        CHECK(features(ctx, other) == features(ctx, model));
    }
}

TEST_CASE("distances in a skeleton are compared with a file's", "[encode][names]") {
    const scratch_folder folder;
    context ctx;
    encode::block_gcn<t64> model(nn::scope(ctx, "a"), {network(), 4, 3}),
        other(nn::scope(ctx, "b"), {network(), 4, 3});
    test::shake(ctx, model);
    const auto written_with = [&](double first, const std::string& path) {
        auto hops = skeleton::hop_distances(skeleton::parse_graph("ntu25", "test"), 25);
        hops[1] += first;
        nn::archive_writer out;
        out.add(ctx, nn::leaves(model));
        out.put("l2.gcn1.hops", std::move(hops), {25, 25});
        out.save(path);
        return path;
    };
    const std::string what = refusal([&] {
        encode::load_reference(ctx, other, io::safetensors_file(written_with(1, folder / "far")));
    });
    CHECK(what.find("joint 0 to joint 1") != what.npos);
    encode::load_reference(ctx, other, io::safetensors_file(written_with(0, folder / "same")));
    CHECK(features(ctx, other) == features(ctx, model));
}

TEST_CASE("BlockGCN: clips see each other only where its code's ways are asked for", "[encode]") {
    context ctx;
    for (const bool mixes : {false, true}) {
        encode::block_gcn<t64> model(nn::scope(ctx, "a"), {network(), 4, 3, 3, "1", mixes});
        test::shake(ctx, model);
        const auto both = features(ctx, model);
        const auto alone =
            testing::detail::to_doubles(ctx, model(ctx, test::clips_of<t64>(ctx, people, {2})));
        double apart = 0;
        for (std::size_t i = 0; i < alone.size(); ++i)
            apart = std::max(apart, std::abs(both[alone.size() + i] - alone[i]));
        CHECK((apart > 1e-6) == mixes);
    }
}

TEST_CASE("BlockGCN: one clip in training leaves sound statistics", "[encode]") {
    context ctx{.training = true};
    encode::clip_extents one = people;
    one.persons = 1;
    auto settings = network();
    settings.clip = one;
    encode::block_gcn<t64> model(ctx, {settings, 4, 3});
    model(ctx, test::clips_of<t64>(ctx, one, {1}));
    for (const auto& l : nn::leaves(model))
        if (l.value != nullptr)
            for (const double v : testing::detail::to_doubles(ctx, *l.value))
                REQUIRE(std::isfinite(v));
}

TEST_CASE("settings of MS-G3D that it has not are named", "[encode][names]") {
    context ctx;
    const auto made = [&](const encode::ms_g3d_settings& s) {
        return refusal([&] { encode::ms_g3d<t64> model(ctx, s); });
    };
    CHECK(made({network(), 2, 2, "3,4"}).find("odd numbers") != std::string::npos);
    CHECK(made({network(), 0, 2}).find("distances") != std::string::npos);
    CHECK(made({network(), 2, 2, "3", "torch"}).find("original or pyskl") != std::string::npos);
    auto narrow = network();
    narrow.width = 5;
    CHECK(made({narrow, 2, 2}).find("channels of 6 or more") != std::string::npos);
}

TEST_CASE("graphs and clips that a network cannot take are named", "[encode][names]") {
    context ctx;
    const auto made = [&](const std::string& graph) {
        return refusal([&] {
            auto s = network(graph);
            s.clip.joints = 4;
            encode::ctr_gcn<t64> model(ctx, {s});
        });
    };
    CHECK(made("").find("a graph") != std::string::npos);
    const std::string cycle = made("4 joints, centre 0: 0-1 1-2 2-0 3-0");
    CHECK(cycle.find("a cycle over the joints ") != std::string::npos);
    CHECK(cycle.find("joint 3") == std::string::npos);
    const std::string alone = made("4 joints, centre 0: 1-0 2-0");
    CHECK(alone.find("joint 3") != std::string::npos);
    CHECK(made("ntu25").find("4 joints") != std::string::npos);

    encode::aagcn<t64> model(ctx, {network()});
    const auto fed = [&](const shape& clips) {
        return refusal([&] { model(ctx, backend_traits<t64>::full(ctx, clips, 0)); });
    };
    CHECK(fed({2, 3, 0, 25, 2}).find("[2, 3, 0, 25, 2]") != std::string::npos);
    CHECK(fed({2, 3, 8, 25, 3}).find("persons") != std::string::npos);
    CHECK(fed({2, 3, 8, 17, 2}).find("joints") != std::string::npos);
    CHECK_NOTHROW(model(ctx, backend_traits<t64>::full(ctx, {1, 3, 1, 25, 2}, 0)));
}
