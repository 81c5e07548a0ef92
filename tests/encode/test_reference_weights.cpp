// SPDX-License-Identifier: MIT
// Files of the reference, which say nothing about their encoder.
#include <set>
#include <string>
#include <vector>

#include "encode/models.hpp"
#include "io/support.hpp"
#include "mgkit/encode/archive.hpp"
#include "mgkit/encode/reference_weights.hpp"

using namespace mgkit;
using test::t32;

namespace {

const encode::clip_extents extents{.channels = 2, .frames = 6, .joints = 5, .persons = 2};

/// Values of a file, to be renamed and reshaped.
struct contents {
    std::vector<io::tensor_entry> entries;

    void add(const io::safetensors_file& file, const std::string& prefix) {
        for (auto entry : file.entries()) {
            entry.name = prefix + entry.name;
            entries.push_back(std::move(entry));
        }
    }
    io::tensor_entry& at(const std::string& name) {
        for (auto& entry : entries)
            if (entry.name == name) return entry;
        throw error("contents", "a tensor " + name, "none");
    }
};

template <class Encoder>
Encoder written(context& ctx, const std::string& path) {
    auto settings = test::sized<Encoder>(extents, 8, 2);
    if constexpr (requires { settings.layers; }) settings.layers = 3;
    Encoder model(nn::scope(ctx, "backbone"), settings);
    test::shake(ctx, model);
    nn::save(ctx, model, path);
    return model;
}

std::set<std::string> settings_of(const encode::reference_description& d) {
    std::set<std::string> out;
    for (const auto& each : d.assumed) out.insert(each.setting);
    return out;
}

}  // namespace

TEMPLATE_TEST_CASE("names and shapes show most of a reference encoder", "[reference]",
                   encode::dste<t32>, encode::sttr<t32>) {
    const scratch_folder folder;
    context ctx{.seed = 1}, other{.seed = 2};
    auto model = written<TestType>(ctx, folder / "m");
    const io::safetensors_file file(folder / "m");
    const t32 clips = test::clips_of<t32>(ctx, extents, {1, 2});
    const auto features = nn::host_values(ctx, model(ctx, clips));
    for (const char* prefix : {"", "backbone.", "encoder_q."}) {
        INFO(prefix);
        contents renamed;
        renamed.add(file, prefix);
        io::write_safetensors(folder / "x", renamed.entries);
        const io::safetensors_file foreign(folder / "x");
        encode::description asked;
        const auto found = encode::describe_reference(
            foreign, {{"heads", "2"}, {"joints", "5"}, {"persons", "2"}});
        CHECK(found.prefix == prefix);
        CHECK(found.settings == model.facts());
        CHECK(settings_of(found).contains("gap") == model.facts().contains("gap"));
        CHECK(!settings_of(found).contains("heads"));
        asked.settings = found.settings;
        auto loaded = encode::load_encoder<t32>(other, foreign, asked, found.prefix);
        CHECK(loaded.model.name() == TestType::name);
        CHECK(nn::host_values(other, loaded.model(other, clips)) == features);
    }
}

TEST_CASE("what no shape shows is assumed and told, or stated", "[reference]") {
    const scratch_folder folder;
    context ctx{.seed = 1};
    written<encode::dste<t32>>(ctx, folder / "m");
    const io::safetensors_file file(folder / "m");
    const auto bare = encode::describe_reference(file);
    CHECK(settings_of(bare) == std::set<std::string>{"heads", "gap", "alpha", "persons"});
    CHECK_CONTAINS(bare.assumed[0].words, "how many heads the encoder has: 1 is assumed");
    CHECK(bare.settings.at("heads") == "1");
    CHECK((bare.settings.at("joints") == "10" && bare.settings.at("persons") == "1"));
    const auto stated = encode::describe_reference(
        file,
        {{"encoder", "dste"}, {"heads", "4"}, {"gap", "2"}, {"alpha", "0.1"}, {"joints", "5"}});
    CHECK(stated.assumed.empty());
    CHECK((stated.settings.at("gap") == "2" && stated.settings.at("alpha") == "0.1"));
    CHECK(stated.settings.at("persons") == "2");

    const auto refused = [&](const nn::fact_map& wrong) {
        return refusal([&] { encode::describe_reference(file, wrong); });
    };
    CHECK_CONTAINS(refused({{"joints", "5"}, {"persons", "1"}}),
                   "an encoder of 5 joints x 1 person, found one of 10 tokens");
    CHECK_CONTAINS(refused({{"joints", "7"}}), "found one of 10 tokens");
    CHECK_CONTAINS(refused({{"joints", "0"}}), "found one of 10 tokens");
    CHECK_CONTAINS(refused({{"width", "16"}}), "expected width 16, found 8");
    CHECK_CONTAINS(refused({{"encoder", "sttr"}}), "expected encoder sttr, found dste");
    CHECK_CONTAINS(refused({{"layers", "2"}}), "expected layers 2, found an encoder without it");
    CHECK_CONTAINS(refused({{"heads", "many"}}), "a number");
}

TEST_CASE("files that no reference encoder is in, or a damaged one, are refused", "[reference]") {
    const scratch_folder folder;
    context ctx{.seed = 1};
    written<encode::dste<t32>>(ctx, folder / "m");
    const io::safetensors_file file(folder / "m");
    const auto refused = [&](auto&& edit) {
        contents all;
        all.add(file, "backbone.");
        edit(all);
        io::write_safetensors(folder / "x", all.entries);
        return refusal([&] { encode::describe_reference(io::safetensors_file(folder / "x")); });
    };
    const std::string spe = "backbone.spe", t = "backbone.ske_emb.t_embedding.0.weight";
    CHECK_CONTAINS(refused([&](contents& c) { c.at(spe).name = "offset"; }),
                   "an encoder with USDRL's names");
    CHECK_CONTAINS(refused([&](contents& c) {
                       c.at(spe).shape = {10, 8};
                   }),
                   "tensor backbone.spe: expected 3 dimensions");
    CHECK_CONTAINS(refused([&](contents& c) {
                       c.at(spe).shape = {1, 8, 10};
                   }),
                   "a multiple of 8 joints");
    CHECK_CONTAINS(refused([&](contents& c) { c.at(spe).shape = {1, 20, 4}; }), "t_embedding.0");
    CHECK_CONTAINS(refused([&](contents& c) { c.at(t).shape = {20, 8}; }), "a multiple of 10");
    CHECK_CONTAINS(refused([&](contents& c) {
                       c.at("backbone.t_tr.DSA.wt1.weight").shape = {4, 9};
                   }),
                   "wt1.weight: expected shape (6, 6)");
    CHECK_CONTAINS(refused([&](contents& c) { c.at("backbone.s_tr.DSA.wt1.weight").name = "w"; }),
                   "s_tr.DSA.wt1.weight");
    contents two;
    two.add(file, "key.");
    two.add(file, "query.");
    io::write_safetensors(folder / "two", two.entries);
    CHECK_REFUSED(encode::describe_reference(io::safetensors_file(folder / "two")),
                  "2, below key. and query.");
    two.add(file, "backbone.");
    io::write_safetensors(folder / "three", two.entries);
    CHECK(encode::describe_reference(io::safetensors_file(folder / "three")).prefix == "backbone.");
}
