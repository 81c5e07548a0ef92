// SPDX-License-Identifier: MIT
// Names, order and shared members: what files, optimisers and copies rely on.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "catch.hpp"
#include "mgkit/augment/n_views.hpp"
#include "mgkit/augment/presets.hpp"
#include "mgkit/encode/list.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/pretext/decorrelation.hpp"
#include "mgkit/train/sgd.hpp"
#include "nn/leaves.hpp"
#include "real_files.hpp"

using namespace mgkit;
using T = eigen::tensor<float>;
using views = augment::n_views<4, augment::reference>;
using strings = std::vector<std::string>;

namespace {

encode::dste_settings small(int width = 8) {
    return {.clip = {.channels = 2, .frames = 6, .joints = 5}, .width = width, .heads = 2};
}

/// `prefix` before each name.
strings below(const std::string& prefix, const strings& names) {
    strings out;
    for (const auto& name : names) out.push_back(prefix + "." + name);
    return out;
}
strings joined(const std::vector<strings>& parts) {
    strings out;
    for (const auto& part : parts) out.insert(out.end(), part.begin(), part.end());
    return out;
}

const strings affine_names{"weight", "bias"};
const strings norm_names = affine_names;

strings attention_names(const std::string& at) {
    return joined(
        {{at + ".in_proj_weight", at + ".in_proj_bias"}, below(at + ".out_proj", affine_names)});
}
strings mlp_names(const std::string& at) {
    return joined({below(at + ".fc1", affine_names), below(at + ".fc2", affine_names)});
}
/// One DST layer; the second names of the shared attention come last.
strings layer_names(const std::string& at, bool aliases) {
    const std::string ca = at + ".CA", dsa = at + ".DSA";
    return joined({attention_names(ca + ".attn"), below(ca + ".conv1", affine_names),
                   below(ca + ".norm1", norm_names), below(ca + ".norm2", norm_names),
                   mlp_names(ca + ".mlp"), below(dsa + ".wt1", affine_names),
                   below(dsa + ".wt2", affine_names), below(dsa + ".norm1", norm_names),
                   below(dsa + ".norm2", norm_names), mlp_names(dsa + ".mlp"),
                   aliases ? attention_names(dsa + ".attn") : strings{}});
}
strings projector_names(const std::string& at) {
    const strings batch_norm{"weight", "bias", "running_mean", "running_var",
                             "num_batches_tracked"};
    return joined({below(at + ".0", affine_names), below(at + ".1", batch_norm),
                   below(at + ".3", affine_names), below(at + ".4", batch_norm),
                   below(at + ".6", affine_names)});
}
strings model_names(bool aliases) {
    const strings embedding =
        joined({below("0", affine_names), below("1", norm_names), below("3", affine_names)});
    return joined({{"backbone.spe"},
                   below("backbone.ske_emb.t_embedding", embedding),
                   below("backbone.ske_emb.s_embedding", embedding),
                   {"backbone.tpe.pe"},
                   layer_names("backbone.t_tr", aliases),
                   layer_names("backbone.s_tr", aliases),
                   layer_names("backbone.t_tr1", aliases),
                   layer_names("backbone.s_tr1", aliases),
                   projector_names("t_proj"),
                   projector_names("s_proj"),
                   projector_names("i_proj")});
}

}  // namespace

TEST_CASE("members are visited in the declared order under the reference's names", "[quick]") {
    context ctx;
    pretext::decorrelation<T, encode::dste<T>, views> model(nn::scope(ctx), small());
    CHECK(names_of(model, true) == model_names(true));
    CHECK(names_of(model, false) == model_names(false));
    const strings all = names_of(model, true);
    CHECK(std::set<std::string>(all.begin(), all.end()).size() == all.size());
}

TEST_CASE("the plain transformer numbers its layers") {
    context ctx;
    encode::sttr<T> model(nn::scope(ctx), {.clip = small().clip, .width = 8, .layers = 3});
    const strings all = names_of(model, true);
    for (const char* name : {"t_tr.layers.0.self_attn.in_proj_weight", "t_tr.layers.2.linear2.bias",
                             "s_tr.layers.1.norm2.weight", "spe", "tpe.pe"})
        CHECK(std::count(all.begin(), all.end(), name) == 1);
    CHECK(names_of(model, false) == all);
}

TEST_CASE("names and second names are those of recorded reference models", "[golden]") {
    const std::string path = real_files(
        "MGKIT_GOLDEN_DIR", "usdrl/usdrl_forward_joint_t16v11m1c2_h16_refinit.safetensors");
    if (path.empty()) return skip("no usdrl in $MGKIT_GOLDEN_DIR");
    const io::safetensors_file file(path);
    const io::json config = io::parse_json(file.metadata().at("config"), path);
    context ctx;
    pretext::decorrelation<T, encode::dste<T>, views> model(nn::scope(ctx), small());
    std::set<std::string> known, second, wanted, wanted_second;
    for (const auto& l : nn::leaves(model)) (l.alias ? second : known).insert(l.name);
    for (const auto& entry : file.entries())
        if (entry.name.starts_with("param/")) wanted.insert(entry.name.substr(6));
    for (const auto& entry : config.at("aliases").items()) wanted_second.insert(entry.key);
    CHECK(known == wanted);
    CHECK(second == wanted_second);
}

TEST_CASE("a shared member is one object: counted, cleared and updated once", "[quick]") {
    context ctx{.seed = 3};
    nn::dst_layer<T> layer(nn::scope(ctx), 6, 8, {.heads = 2, .drop_path = 0});
    int visits = 0;
    for (const auto& l : nn::leaves(layer))
        if (l.name.ends_with("attn.in_proj_weight")) {
            ++visits;
            CHECK(l.weights == &layer.CA.attn.in_proj_weight);
            CHECK(l.alias == (visits == 2));
        }
    CHECK(visits == 2);

    std::vector<float> noise(2 * 6 * 8);
    random_stream draws({1}, "x");
    for (float& v : noise) v = static_cast<float>(draws.normal());
    const recording<T> record(ctx);
    const variable<T> x{backend_traits<T>::from_host(ctx, noise, {2, 6, 8})};
    backward(ctx, sum(ctx, square(ctx, layer(ctx, x))));
    const auto before = nn::host_values(ctx, layer.CA.attn.in_proj_weight.value);
    const auto gradient = nn::host_values(ctx, layer.CA.attn.in_proj_weight.slot.gradient);
    train::updater<T> update(ctx, layer, train::sgd{.rate = .5, .momentum = 0});
    update.step(ctx, .5);
    const auto after = nn::host_values(ctx, layer.CA.attn.in_proj_weight.value);
    for (std::size_t i = 0; i < after.size(); ++i) {
        CAPTURE(i);
        CHECK(after[i] == before[i] - .5f * gradient[i]);
    }
    nn::zero_gradients(layer);
    CHECK_FALSE(layer.CA.attn.in_proj_weight.slot.filled);
}
