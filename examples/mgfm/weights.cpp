// SPDX-License-Identifier: MIT
#include "weights.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <ranges>
#include <span>
#include <system_error>
#include <utility>

#include "mgkit/data/source.hpp"
#include "mgkit/data/split.hpp"
#include "mgkit/encode/archive.hpp"
#include "mgkit/encode/load_reference.hpp"
#include "mgkit/encode/pretrained.hpp"
#include "mgkit/encode/reference_weights.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/nn/prepared.hpp"
#include "mgkit/skeleton/graph.hpp"
#include "mgkit/version.hpp"
#include "training.hpp"

namespace mgfm {

using namespace mgkit;

namespace {

using known_encoders = encode::all<tensor>;

/// What is known of the clips and stated in options about an encoder that reads them.
nn::fact_map wanted_settings(const corpus& from, const encoder_options& stated) {
    const auto& shape = from.clips.shape;
    nn::fact_map out{{"joints", nn::exact(shape.joints)}, {"persons", nn::exact(shape.persons)}};
    if (stated.heads > 0) out["heads"] = nn::exact(stated.heads);
    if (!stated.encoder.empty()) out["encoder"] = stated.encoder;
    for (const auto& [name, value] : stated_settings(stated.set, false)) out[name] = value;
    return out;
}

/// Joints and bones of the clips, as encoders that are made for a graph state them.
std::string graph_of(const corpus& from) {
    return skeleton::graph_text(skeleton::graph_of(from.clips.topology));
}

/// The encoder of a file that does not say what it is, as --encoder and --set do.
void take_stated(weight_facts& f, const corpus& from, const encoder_options& stated) {
    f.foreign = f.file != nullptr;
    auto& settings = f.about.settings;
    settings = wanted_settings(from, stated);
    const auto all =
        encode::complete_settings<known_encoders>({{"encoder", stated.encoder}}, f.file->path());
    if (!settings.contains("channels"))
        settings["channels"] = nn::exact(skeleton::coordinates(from.clips.shape.layout));
    if (all.contains("graph") && !settings.contains("graph")) settings["graph"] = graph_of(from);
}

/// Describes the encoder of a file that does not, by the reference's names.
void find_out(weight_facts& f, const corpus& from, const encoder_options& stated) {
    auto found = encode::describe_reference(*f.file, wanted_settings(from, stated));
    f.prefix = std::move(found.prefix);
    f.about.settings = std::move(found.settings);
    for (auto& [setting, words] : found.assumed)
        f.notes.push_back(words + (setting == "heads" ? " (--heads)" : ""));
}

/// Settings that a description leaves out: the encoder's defaults, and notes. Errors: settings of
/// no encoder, sizes that the file cannot hold.
void complete(weight_facts& f) {
    if (f.file) encode::check_claims<known_encoders>(*f.file, f.about.settings);
    auto all = encode::complete_settings<known_encoders>(f.about.settings, f.where());
    for (const auto& [name, value] : all)
        if (f.file && !f.about.settings.contains(name))
            f.notes.push_back(text("the file does not state ", name, ": ", value, " is assumed"));
    f.about.settings = std::move(all);
}

/// Errors: clips of other channels than the encoder's.
void check_channels(const weight_facts& f, const skeleton::channel_layout layout) {
    const int channels = f.number("channels"), coordinates = skeleton::coordinates(layout);
    if (channels != coordinates && !f.confidence)
        throw error(f.where(),
                    text("an encoder of ", coordinates, " channels, as the clips have (",
                         skeleton::name(layout), ")"),
                    text("one of ", channels));
}

/// What the clips and options ask of the encoder.
encode::description asked_of(const weight_facts& f, const corpus& from,
                             const encoder_options& stated, const data_options& data) {
    encode::description out;
    out.settings = wanted_settings(from, stated);
    if (f.about.settings.contains("graph") && !out.settings.contains("graph"))
        out.settings["graph"] = graph_of(from);
    out.topology = from.clips.topology;
    out.channels = text(skeleton::coordinates(from.clips.shape.layout) == 2 ? "xy" : "xyz",
                        f.confidence ? "c" : "");
    if (f.about.stream || !stated.stream.empty()) out.stream = skeleton::parse_stream(f.stream);
    if (f.about.prepared) out.prepared = {preparation(data), policy(data)};
    return out;
}

}  // namespace

encode::clip_input input_for(const weight_facts& f, const corpus& from) {
    return {from.clips.topology,
            from.clips.shape,
            {.frames = f.number("frames"),
             .stream = skeleton::parse_stream(f.stream),
             .confidence = f.confidence}};
}

std::string weight_facts::says(const std::string& key) const {
    if (!file) return {};
    const auto found = file->metadata().find(key);
    return found == file->metadata().end() ? std::string() : found->second;
}

int weight_facts::number(const std::string& name) const {
    return nn::number_of(about.settings, name, 0, where());
}

void weight_facts::add_note(const std::string& note) {
    if (std::ranges::find(notes, note) != notes.end()) return;
    say("note: " + note);
    notes.push_back(note);
}

std::vector<study::setting> weight_facts::settings() const {
    std::vector<study::setting> out{{"encoder", kind()}};
    for (const auto& [name, value] : about.settings)
        if (name != "encoder" && name != "channels" && name != "joints" && name != "persons")
            out.push_back({name, value});
    return out;
}

namespace {

/// A setting as the number or the like that its words spell, else as these words.
io::json value_of(const std::string& words) {
    try {
        return io::parse_json(words, "setting");
    } catch (const error&) {
        return words;
    }
}

}  // namespace

io::json weight_facts::json() const {
    io::json out{
        {"kind", kind()}, {"stream", stream}, {"tokens", number("joints") * number("persons")}};
    for (const auto& [name, value] : about.settings)
        if (name != "encoder") out[name] = value_of(value);
    return out;
}

std::string file_of_weights(const std::string& words) {
    std::error_code code;
    if (words.empty() || words.ends_with(".safetensors") || std::filesystem::exists(words, code))
        return words;
    std::vector<encode::pretrained_encoder> known;
    try {
        known = encode::pretrained_encoders();
    } catch (const error&) {
        return words;  // no such file will be said
    }
    for (const auto& one : known)
        if (one.name == words) {
            encode::check_digest(one);
            return one.file;
        }
    return words;
}

io::text_map facts_to_keep(const corpus& from) {
    return {
        {"program", "mgfm pretrain"}, {"version", mgkit::version}, {"data", from.clips.about.name}};
}

struct stored_encoder::state {
    context ctx;
    encode::clip_input input;
    encode::any_encoder<tensor> model;

    state(weight_facts& f, const corpus& from, std::uint64_t seed, int threads, bool load)
        : ctx{.seed = seed, .threads = threads},
          input(input_for(f, from)),
          model(load && f.file
                    ? loaded(f)
                    : encode::make_encoder<tensor>(nn::scope(ctx, "backbone"), f.about.settings)) {}

private:
    encode::any_encoder<tensor> loaded(weight_facts& f) {
        if (f.foreign) {
            auto out = encode::make_encoder<tensor>(nn::scope(ctx, "backbone"), f.about.settings);
            const auto found = encode::load_reference(ctx, out, f.kind(), *f.file);
            if (!found.left_out.empty())
                f.add_note(text("the encoder has no use for ", found.left_out.size(),
                                " of the file's ", f.file->entries().size(), " tensors: ",
                                found.left_out.front(), found.left_out.size() > 1 ? ", ..." : ""));
            return out;
        }
        encode::description asked;
        asked.settings = f.about.settings;
        return encode::load_encoder<tensor>(ctx, *f.file, asked, f.prefix).model;
    }
};

stored_encoder::stored_encoder(weight_facts& f, const corpus& from, std::uint64_t seed, int threads,
                               bool load)
    : state_(std::make_unique<state>(f, from, seed, threads, load)) {}
stored_encoder::stored_encoder(weight_facts& f, const corpus& from, int threads)
    : stored_encoder(f, from, f.file ? 0 : 1, threads, true) {}
stored_encoder stored_encoder::untrained(weight_facts& f, const corpus& from, std::uint64_t seed,
                                         int threads) {
    return {f, from, seed, threads, false};
}
stored_encoder::~stored_encoder() = default;
stored_encoder::stored_encoder(stored_encoder&&) noexcept = default;

data::feature_table stored_encoder::embed(const data::clip_set& clips,
                                          const std::function<void(int)>& on_rows) {
    constexpr std::size_t block = 512;  // whole batches, so that blocks change nothing
    std::map<int, std::vector<int>> of_subject;
    for (int i = 0; i < clips.size(); ++i)
        of_subject[clips.subjects[static_cast<std::size_t>(i)]].push_back(i);
    const nn::prepared ready(state_->ctx, state_->model);
    data::feature_table out;
    out.rows = static_cast<std::size_t>(clips.size());
    int done = 0;
    for (const auto& [subject, rows] : of_subject)
        for (std::size_t first = 0; first < rows.size(); first += block) {
            const auto part = std::span(rows).subspan(first, std::min(block, rows.size() - first));
            const data::clip_set some = clips.subset(part);
            const auto table = encode::embed(state_->ctx, ready, state_->input, some);
            out.columns = table.columns;
            out.values.resize(out.rows * out.columns);
            for (std::size_t i = 0; i < part.size(); ++i)
                std::ranges::copy(table.row(i), out.row(static_cast<std::size_t>(part[i])).begin());
            done += static_cast<int>(part.size());
            if (on_rows) on_rows(done);
        }
    return out;
}

encoder_and_clips open_encoder(const encoder_options& stated, data_options& data, int threads) {
    encoder_and_clips out;
    weight_facts& f = out.facts;
    if (!stated.weights.empty()) {
        data::refuse_other(stated.weights, data::source_kind::weights);
        f.file = std::make_shared<const io::safetensors_file>(stated.weights);
        f.about = encode::stored_description(*f.file).value_or(encode::description{});
    }
    const bool described = !f.about.settings.empty();
    if (f.about.stream) f.stream = skeleton::name(*f.about.stream);
    if (!stated.stream.empty()) f.stream = stated.stream;
    if (f.about.prepared) {
        const io::json says = encode::to_json(f.about);
        io::text_map words;
        for (const char* section : {"preparation", "reading"})
            for (const auto& [key, value] : says.at(section).items())
                words[key] = value.is_string() ? value.get<std::string>() : value.dump();
        data.adopt(words);
    }
    out.from = load(data, threads, f.about.prepared ? &f.about.topology : nullptr);
    const auto layout = out.from.clips.shape.layout;
    if (!described && !stated.encoder.empty())
        take_stated(f, out.from, stated);
    else if (!described)
        find_out(f, out.from, stated);
    complete(f);
    f.confidence = f.number("channels") == skeleton::coordinates(layout) + 1 &&
                   skeleton::has_confidence(layout);
    if (!f.file) f.notes.push_back("the encoder has random weights, those of seed 1 (--weights)");
    if (f.file && !f.about.stream && stated.stream.empty())
        f.notes.push_back(
            "the file does not say what the encoder sees: the joint stream is assumed (--stream)");
    if (f.file && !f.about.prepared)
        f.notes.push_back(
            "the file does not say how clips were prepared: --scale and --reference are taken as "
            "they stand");
    if (described)
        for (auto& note : encode::check_description(*f.file, asked_of(f, out.from, stated, data)))
            f.notes.push_back(std::move(note));
    check_channels(f, layout);
    for (const std::string& note : f.notes) say("note: " + note);
    return out;
}

std::string settle_for_all(corpus& from, data_options& data) {
    const auto all = mgkit::data::all_of(from.clips);
    std::vector<int> training;
    if (from.clips.published)
        for (const int i : all)
            if ((*from.clips.published)[static_cast<std::size_t>(i)] == 0) training.push_back(i);
    return training.empty()
               ? settle_reference(from, data, all, "all that there are")
               : settle_reference(from, data, training, "the training side of the published split");
}

seen_people people_seen(const weight_facts& facts, const corpus& from, std::vector<int> scored) {
    seen_people out;
    out.pretrained_on = facts.says("data");
    out.scored_on = from.clips.about.name;
    std::sort(scored.begin(), scored.end());
    scored.erase(std::unique(scored.begin(), scored.end()), scored.end());
    out.scored = std::move(scored);
    const std::string stored = facts.says("subjects");
    if (stored.empty()) return out;
    out.known = true;
    out.with_labels = facts.says("labels") == "used";
    const std::string where = facts.file->path() + ": metadata 'subjects'";
    const auto trained = io::as<std::vector<int>>(io::parse_json(stored, where), where);
    for (const int s : out.scored)
        if (std::find(trained.begin(), trained.end(), s) != trained.end()) out.shared.push_back(s);
    return out;
}

std::string seen_people::words() const {
    if (!known)
        return "The file does not say whose clips the encoder was pre-trained on: whether it saw "
               "the people scored here is unknown.";
    if (shared.empty()) return {};
    std::string who = text(shared.size(), " of the ", scored.size(), " subjects scored here (",
                           list_of(shared), ")");
    const char* how = with_labels ? "trained, with labels," : "pre-trained, without labels,";
    if (same_name())
        return text("The encoder was ", how, " on clips of ", who,
                    ": figures for people it never saw may be lower.");
    return text("The encoder was ", how, " on clips of subjects with the numbers of ", who,
                ". Those clips are called \"", pretrained_on, "\", these \"", scored_on,
                "\": if both count the same people, figures for people it never saw may be lower; "
                "equal numbers may also mean other people, which the files cannot tell.");
}

io::json seen_people::json() const {
    return {{"known", known},
            {"with_labels", with_labels},
            {"pretrained_on", pretrained_on},
            {"same_name", same_name()},
            {"certainty", !known        ? "unknown"
                          : same_name() ? "equal numbers in sets of one name"
                                        : "equal numbers in sets of different names"},
            {"scored", scored},
            {"seen", shared}};
}

}  // namespace mgfm
