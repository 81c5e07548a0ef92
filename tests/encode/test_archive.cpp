// SPDX-License-Identifier: MIT
// Encoders in files that say what they are: loaded as they were saved, or refused with every
// difference.
#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "encode/models.hpp"
#include "io/support.hpp"
#include "mgkit/encode/archive.hpp"
#include "mgkit/nn/transfer.hpp"
#include "mgkit/skeleton/list.hpp"
#include "mgkit/train/adam.hpp"
#include "mgkit/train/checkpoint.hpp"
#include "mgkit/train/optimiser.hpp"

using namespace mgkit;
using test::t32;

namespace {

using model = encode::dste<t32>;

const skeleton::pose_shape poses{skeleton::channel_layout::xyzc, 12, 20, 1};

encode::clip_input input(skeleton::stream stream = skeleton::stream::joint,
                         bool confidence = false) {
    return {skeleton::kinect20{}, poses, {.frames = 8, .stream = stream, .confidence = confidence}};
}

model built(context& ctx, int heads = 4, int gap = 4, double alpha = .5) {
    return model(
        nn::scope(ctx, "backbone"),
        {.clip = input().extents(), .width = 16, .heads = heads, .gap = gap, .alpha = alpha});
}

/// `f(name, role)` for each setting.
template <class Settings, class F>
void settings_names(const F& f) {
    Settings s;
    Settings::each_named(
        s, [&](const char* name, auto&, encode::setting_role role = {}) { f(name, role); });
}

/// An encoder and its description in a file.
encode::description written(context& ctx, const std::string& path) {
    model encoder = built(ctx);
    const auto about = encode::describe(encoder, input(), skeleton::kinect20{}, {});
    encode::save_encoder(ctx, path, encoder, about);
    return about;
}

}  // namespace

TEST_CASE("an encoder comes back from its file alone", "[archive]") {
    const scratch_folder folder;
    context ctx{.seed = 1}, other{.seed = 2};
    model encoder(nn::scope(ctx, "backbone"),
                  {.clip = input(skeleton::stream::bone, true).extents(),
                   .width = 12,
                   .heads = 3,
                   .gap = 2,
                   .alpha = .1});
    encode::preparation prepared;
    prepared.clips.reference = clip::reference_rule::per_frame;
    prepared.clips.scale = clip::scale_rule::image;
    prepared.clips.image_side = 1280.5;
    prepared.clips.scale_pair = skeleton::joint_pair{3, 1};
    prepared.clips.fit = clip::fit_rule::pad;
    prepared.clips.cut = clip::cut_rule::keep_last;
    prepared.reading.zeros = data::zero_rule::missing;
    const auto about = encode::describe(encoder, input(skeleton::stream::bone, true),
                                        skeleton::kinect20{}, prepared);
    encode::save_encoder(ctx, folder / "m", encoder, about, {{"who", "test"}});
    CHECK(io::safetensors_file(folder / "m").metadata().at("who") == "test");

    auto back = encode::load_encoder<model>(other, folder / "m");
    CHECK(back.notes.empty());
    CHECK(encode::to_json(back.about) == encode::to_json(about));
    CHECK(back.about.topology.joints.size() == 20);
    CHECK(back.about.prepared->clips.image_side == 1280.5);
    CHECK(back.model.facts() == encoder.facts());
    const t32 clips =
        test::clips_of<t32>(ctx, input(skeleton::stream::bone, true).extents(), {1, 2});
    CHECK(nn::host_values(ctx, back.model(other, clips)) ==
          nn::host_values(ctx, encoder(ctx, clips)));

    encode::save_encoder(other, folder / "again", back.model, back.about, {{"who", "test"}});
    const io::mapped_file first(folder / "m"), second(folder / "again");
    CHECK(std::ranges::equal(first.bytes(), second.bytes()));
}

TEST_CASE("a plain load compares what no shape shows", "[archive]") {
    const scratch_folder folder;
    context ctx{.seed = 1}, other{.seed = 2};
    model encoder = built(ctx);
    nn::save(ctx, encoder, folder / "m");
    const io::safetensors_file file(folder / "m");
    const auto refused = [&](model wrong) {
        return refusal([&] { nn::load(other, wrong, file); });
    };
    CHECK_CONTAINS(refused(built(other, 2)), "1 differences: heads is 4 instead of 2");
    CHECK_CONTAINS(refused(built(other, 4, 2)), "gap is 4 instead of 2");
    CHECK_CONTAINS(refused(built(other, 4, 4, .1)), "alpha is 0.5 instead of 0.1");
    CHECK_CONTAINS(refused(built(other, 2, 2, .1)), "3 differences");
    model right = built(other);
    nn::load(other, right, file);

    // Below a prefix, and within a larger model that is saved as a whole.
    test::pretraining<t32> method(nn::scope(ctx), encoder.configuration());
    nn::save(ctx, method, folder / "whole");
    model part = built(other, 2);
    CHECK_CONTAINS(refusal([&] {
                       nn::load(other, part, io::safetensors_file(folder / "whole"),
                                {.prefix = "backbone."});
                   }),
                   "backbone.heads is 4 instead of 2");

    // Files of other programs state nothing: there is nothing to compare.
    io::write_safetensors(folder / "foreign", file.entries());
    model foreign = built(other, 2);
    nn::load(other, foreign, io::safetensors_file(folder / "foreign"));
    io::write_safetensors(folder / "odd", file.entries(), {{nn::facts_key, "[1]"}});
    CHECK_REFUSED(nn::load(other, foreign, io::safetensors_file(folder / "odd")), "an object");
}

TEST_CASE("transfers and checkpoints compare what no shape shows", "[archive]") {
    const scratch_folder folder;
    context ctx{.seed = 1}, other{.seed = 2};
    model encoder = built(ctx), wrong = built(other, 2), right = built(other);
    const auto before = nn::host_values(other, wrong.spe.value);
    CHECK_REFUSED(nn::transfer(other, wrong, ctx, encoder), "heads is 4 instead of 2");
    CHECK(nn::host_values(other, wrong.spe.value) == before);
    nn::transfer(other, right, ctx, encoder);

    train::updater<t32> update(ctx, encoder, train::adam{});
    const auto held = [&](model& m) {
        return train::run_state<t32>{
            nn::leaves(m), nn::facts_of(m), update.leaves(), {}, {{"run", "this one"}}};
    };
    train::save_checkpoint(ctx, folder / "c", held(encoder), {});
    CHECK_REFUSED(train::load_checkpoint(other, folder / "c", held(wrong)),
                  "model.heads is 4 instead of 2");
    train::load_checkpoint(other, folder / "c", held(right));
}

TEMPLATE_LIST_TEST_CASE("every encoder states all that its features depend on", "[archive]",
                        encode::all<t32>) {
    using encoder = TestType;
    using settings = typename encoder::settings;
    const encode::clip_extents clip{2, 6, 5, 1};
    const settings s = encoder::sample_settings(clip);
    context ctx{.seed = 1};
    encoder model(nn::scope(ctx, "e"), s);
    const nn::fact_map stated = model.facts();
    CHECK(stated == encode::facts_of(encoder::name, s));
    CHECK(encode::facts_of(encoder::name, encode::settings_of<settings>(stated, "test")) == stated);
    CHECK(encode::encoder_words(model) == encode::settings_words<encoder>(s));

    // Each setting has a name, and only one.
    std::set<std::string> names;
    std::ptrdiff_t count = 0;
    settings_names<settings>([&](const char* name, encode::setting_role) {
        names.insert(name);
        ++count;
    });
    CHECK(std::ssize(names) == count);
    CHECK(!names.contains("encoder"));
    std::ptrdiff_t commas = 0;
    bool quoted = false;  // text settings may have commas of their own
    for (const char c : settings_text(s)) {
        quoted = quoted != (c == '"');
        commas += c == ',' && !quoted ? 1 : 0;
    }
    CHECK(count == 1 + commas);

    // What is said of a setting holds: another value is stated, or leaves features as they are.
    const t32 clips = test::clips_of<t32>(ctx, clip, {1, 2});
    const auto features = nn::host_values(ctx, model(ctx, clips));
    settings_names<settings>([&](const char* name, encode::setting_role role) {
        INFO(name);
        settings other = s;
        settings::each_named(other,
                             [&]<class V>(const char* each, V& value, encode::setting_role = {}) {
                                 if (std::string_view(each) != name) return;
                                 if constexpr (std::is_same_v<V, bool>)
                                     value = !value;
                                 else if constexpr (std::is_floating_point_v<V>)
                                     value = value / 2 + V(0.125);
                                 else if constexpr (std::is_arithmetic_v<V> || std::is_enum_v<V>)
                                     value = static_cast<V>(static_cast<int>(value) + 1);
                                 else
                                     value += "x";
                             });
        CHECK(settings_text(other) != settings_text(s));
        const bool states = role == encode::setting_role::features;
        CHECK((encode::facts_of(encoder::name, other) != stated) == states);
        if (states) return;
        encoder changed(nn::scope(ctx, "e"), other);
        CHECK(nn::host_values(ctx, changed(ctx, clips)) == features);
    });
}

TEST_CASE("settings are taken from facts as a whole", "[archive]") {
    using settings = test::frame_bag<t32>::settings;
    const auto taken = encode::settings_of<settings>(
        {{"encoder", "frame_bag"}, {"words", "9"}, {"slope", "0.25"}, {"joints", "4"}}, "here");
    CHECK(settings_text(taken) == "((3, 64, 4, 1), 9, 0.25)");
    CHECK(settings_text(encode::settings_of<settings>({}, "here")) == settings_text(settings{}));
    CHECK_REFUSED(encode::settings_of<settings>({{"word", "9"}}, "here"),
                  "here: expected settings among channels, frames, joints, persons, words, slope, "
                  "found word 9");
    CHECK_REFUSED(encode::settings_of<settings>({{"words", "9.5"}}, "here"), "here: 'words'");
}

TEST_CASE("what differs from the file is refused with the whole list", "[archive]") {
    const scratch_folder folder;
    context ctx{.seed = 1};
    const std::string path = folder / "m";
    const auto about = written(ctx, path);
    const auto refused = [&](const encode::description& asked) {
        return refusal([&] { encode::load_encoder<model>(ctx, path, asked); });
    };
    encode::description all = about;
    all.settings["heads"] = "2";
    all.stream = skeleton::stream::motion;
    all.channels = "xyzc";
    all.prepared->clips.reference = clip::reference_rule::per_frame;
    all.prepared->clips.scale = clip::scale_rule::none;
    all.topology.joints[3] = "tail";
    all.topology.centre = 5;
    const std::string line = refused(all);
    CHECK_CONTAINS(line, "7 differences");
    CHECK_CONTAINS(line, "encoder.heads is 4 instead of 2");
    CHECK_CONTAINS(line, "input.stream is joint instead of motion");
    CHECK_CONTAINS(line, "input.channels is xyz instead of xyzc");
    CHECK_CONTAINS(line, "preparation.reference is clip instead of frame");
    CHECK_CONTAINS(line, "preparation.scale is body instead of none");
    CHECK_CONTAINS(line, "skeleton.joints[3] is ");
    CHECK_CONTAINS(line, "instead of tail");
    CHECK_CONTAINS(line, "skeleton.centre is ");

    encode::description other_body;
    other_body.topology = skeleton::dynamic::copy_of(skeleton::ntu25{});
    CHECK_CONTAINS(refused(other_body), "skeleton.joints are 20 instead of 25");
    encode::description mean = about;
    mean.prepared->clips.reference_statistic = clip::statistic::mean;
    CHECK_CONTAINS(refused(mean), "preparation.reference_statistic is median instead of mean");

    // The spelling of joints is no difference; how values are read is told, not refused.
    encode::description spelt = about;
    for (auto& joint : spelt.topology.joints) std::ranges::replace(joint, '_', ' ');
    spelt.prepared->reading.zeros = data::zero_rule::missing;
    const auto loaded = encode::load_encoder<model>(ctx, path, spelt);
    REQUIRE(loaded.notes.size() == 1);
    CHECK_CONTAINS(loaded.notes[0], "reading.zeros is declared instead of missing");

    CHECK_REFUSED(encode::load_encoder<encode::sttr<t32>>(ctx, path), "dste");
    model encoder = built(ctx, 2);
    CHECK_REFUSED(encode::save_encoder(ctx, path, encoder, about), "encode::describe");
}

TEST_CASE("classes of a stored classifier are compared", "[archive]") {
    const scratch_folder folder;
    context ctx{.seed = 1};
    model encoder = built(ctx);
    auto about = encode::describe(encoder, input(), skeleton::kinect20{}, {});
    about.classes = {"scratching", "folding arms"};
    encode::save_encoder(ctx, folder / "m", encoder, about);
    const io::safetensors_file file(folder / "m");
    CHECK(encode::stored_description(file)->classes == about.classes);
    encode::description asked;
    asked.classes = {"folding arms", "scratching"};
    CHECK_REFUSED(encode::check_description(file, asked),
                  "classes[0] is scratching instead of folding arms");
    asked.classes = {"scratching", "folding arms", "none"};
    CHECK_REFUSED(encode::check_description(file, asked), "classes are 2 instead of 3");
}

TEST_CASE("a file without a description loads with what is asked, and says so", "[archive]") {
    const scratch_folder folder;
    context ctx{.seed = 1}, other{.seed = 2};
    const auto about = written(ctx, folder / "m");
    io::write_safetensors(folder / "foreign", io::safetensors_file(folder / "m").entries());
    encode::description asked;
    asked.settings = about.settings;
    const auto loaded = encode::load_encoder<model>(other, folder / "foreign", asked);
    REQUIRE(loaded.notes.size() == 1);
    for (const char* part : {"encoder", "skeleton", "input", "preparation"})
        CHECK_CONTAINS(loaded.notes[0], part);
    asked.settings.erase("encoder");
    CHECK_REFUSED(encode::load_encoder<t32>(other, folder / "foreign", asked),
                  "does not say what its tensors belong to");
    asked.settings = about.settings;
    const auto found = encode::load_encoder<t32>(other, folder / "foreign", asked);
    CHECK(found.model.all_facts() == nn::facts_of(loaded.model));
    asked.settings["width"] = "1000000000";
    CHECK_REFUSED(encode::load_encoder<model>(other, folder / "foreign", asked),
                  "width 1000000000");
}

TEST_CASE("damaged descriptions are refused", "[archive]") {
    const scratch_folder folder;
    context ctx{.seed = 1};
    const auto about = written(ctx, folder / "m");
    const io::safetensors_file file(folder / "m");
    const auto refused = [&](auto&& edit, const char* says) {
        io::json value = encode::to_json(about);
        edit(value);
        io::text_map metadata = file.metadata();
        metadata[encode::description_key] = value.dump();
        io::write_safetensors(folder / "x", file.entries(), metadata);
        CHECK_REFUSED(encode::load_encoder<model>(ctx, folder / "x"), says);
    };
    refused([](io::json& v) { v = 3; }, "an object");
    refused([](io::json& v) { v["encoder"]["heads"] = "many"; }, "heads");
    refused([](io::json& v) { v["encoder"]["heads"] = "2"; }, "heads is 4 instead of 2");
    refused([](io::json& v) { v["encoder"]["heads"] = "3"; }, "heads");
    refused([](io::json& v) { v["encoder"]["width"] = "2000000000"; }, "width 2000000000");
    refused([](io::json& v) { v["encoder"]["joints"] = "3000"; }, "joints 3000");
    refused([](io::json& v) { v["encoder"]["depth"] = "2"; }, "depth 2");
    refused([](io::json& v) { v["encoder"] = 1; }, "encoder");
    refused([](io::json& v) { v["input"]["stream"] = "river"; }, "river");
    refused([](io::json& v) { v["preparation"]["scale"] = "huge"; }, "huge");
    refused([](io::json& v) { v["preparation"].erase("fit"); }, "fit");
    refused([](io::json& v) { v["skeleton"]["joints"] = {1}; }, "joints");
    refused([](io::json& v) { v["skeleton"]["bones"] = {{0, 1, 2}}; }, "two joints");
    refused([](io::json& v) { v["skeleton"]["scale_pair"] = {0}; }, "two joints");
}
