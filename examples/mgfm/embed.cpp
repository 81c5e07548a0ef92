// SPDX-License-Identifier: MIT
// mgfm embed: one row of features per clip.
#include <CLI/CLI.hpp>
#include <initializer_list>
#include <memory>

#include "commands.hpp"
#include "embed_recording.hpp"
#include "made_of.hpp"
#include "mgkit/data/findings_json.hpp"
#include "mgkit/data/folder_meta.hpp"
#include "mgkit/data/source.hpp"
#include "mgkit/encode/pretrained.hpp"
#include "mgkit/io/mapped_file.hpp"
#include "mgkit/io/npy.hpp"
#include "mgkit/report/json.hpp"
#include "mgkit/version.hpp"
#include "outputs.hpp"
#include "weights.hpp"

namespace mgfm {

using namespace mgkit;

namespace {

struct embed_options {
    std::string input;
    data_options data;
    recording_options how;
    encoder_options encoder;
    run_options run;
    std::string out, json;
    bool with_labels = false;
    CLI::App* command = nullptr;

    /// Errors: wrong_usage where an option of `names` was given.
    void refuse(std::initializer_list<const char*> names, const std::string& why) const {
        for (const char* name : names)
            if (command->count(name) > 0) wrong_usage(std::string(name) + " " + why);
    }
};

/// Recordings at a path, embedded in windows.
void run_recordings(embed_options& o) {
    o.refuse({"--scale", "--image-side", "--reference", "--heads", "--stream", "--with-labels",
              "--encoder", "--set"},
             "is for clips; recordings are read as the file of the encoder says");
    o.how.corpus = o.input;
    if (o.command->count("--zeros") > 0) o.how.zeros = o.data.zeros;
    if (o.command->count("--not-finite") > 0) o.how.not_finite = o.data.not_finite;
    embed_recordings({.how = o.how,
                      .weights = o.encoder.weights,
                      .out = o.out,
                      .json = o.json,
                      .threads = o.run.thread_count()});
}

/// Clips, encoder and output where the options leave them open.
void complete(embed_options& o) {
    if (o.input.empty()) {
        o.data.check_source();
        if (!o.encoder.named()) wrong_usage("--weights or --encoder is required");
        if (o.out.empty()) wrong_usage("--out is required");
        return;
    }
    o.data.folder = o.input;
    if (o.out.empty()) o.out = features_name(o.input);
    if (o.encoder.named()) return;
    const std::string where = o.input + "/meta.json";
    const auto meta = data::parse_folder_meta(io::mapped_file(where).text(), where);
    const auto known = encode::pretrained_encoders();
    const auto one = [&] {
        try {
            return encode::find_pretrained(known, meta.topology);
        } catch (const error& why) {
            throw error(where, why.expected(), why.found(), "give an encoder for them (--weights)");
        }
    }();
    encode::check_digest(one);
    o.encoder.weights = one.file;
    say("note: encoder " + one.name);
}

/// Features, and where asked for label, subject and row in the folder of each.
struct feature_files {
    std::string features, label, subject, clip;

    explicit feature_files(const embed_options& o) : features(o.out) {
        if (!o.with_labels) return;
        const std::string stem =
            o.out.ends_with(".npy") ? o.out.substr(0, o.out.size() - 4) : o.out;
        label = stem + ".label.npy";
        subject = stem + ".subject.npy";
        clip = stem + ".clip.npy";
    }
    std::vector<std::string> all() const { return {features, label, subject, clip}; }
};

void write(const feature_files& files, const data::feature_table& table,
           const data::clip_set& clips) {
    const auto rows = static_cast<std::int64_t>(table.rows);
    const auto integers = [rows](const std::string& path, const auto& values) {
        if (!path.empty())
            io::write_npy(path, std::vector<std::int64_t>(values.begin(), values.end()), {rows});
    };
    integers(files.label, clips.labels);
    integers(files.subject, clips.subjects);
    integers(files.clip, clips.ids);
    io::write_npy(files.features, table.values, {rows, static_cast<std::int64_t>(table.columns)});
}

void run_embed(embed_options& o) {
    if (!o.input.empty()) {
        o.refuse({"--data", "--synthetic"}, "and a path exclude each other");
        if (data::source_at(o.input).kind != data::source_kind::clips) return run_recordings(o);
    }
    o.refuse({"--joints", "--skeleton", "--fps", "--strict"}, "is for recordings");
    complete(o);
    const feature_files files(o);
    auto inputs = o.data.files();
    inputs.push_back(o.encoder.weights);
    check_outputs(o.json, files.all(), inputs);
    const int threads = o.run.thread_count();
    encoder_and_clips opened = open_encoder(o.encoder, o.data, threads);
    auto& facts = opened.facts;
    corpus& from = opened.from;
    const std::string decided_by = settle_for_all(from, o.data);
    stored_encoder encoder(facts, from, threads);
    announce(from, threads);
    const data::feature_table table = [&] {
        progress_display display("embedding", "clips");
        return encoder.embed(from.clips,
                             [&](int done) { display.update(done, from.clips.size(), 0, ""); });
    }();
    data::check(table, facts.where());
    write(files, table, from.clips);
    put_json(o.json,
             {{"program", "mgfm embed"},
              {"version", mgkit::version},
              {"data",
               {{"name", report::clean(from.clips.about.name)},
                {"clips", from.clips.size()},
                {"excluded", from.excluded()},
                {"digest", data::digest_of(from.read).hex()}}},
              {"weights_digest",
               facts.file ? io::json(digest_of_file(o.encoder.weights).hex()) : io::json(nullptr)},
              {"synthetic", from.clips.about.synthetic},
              {"weights", report::clean(o.encoder.weights)},
              {"encoder", facts.json()},
              {"preparation", o.data.words()},
              {"reference_decided_by", decided_by},
              {"notes", facts.notes},
              {"findings", data::to_json(from.found())},
              {"features", report::clean(o.out)},
              {"rows", table.rows},
              {"columns", table.columns},
              {"clip", from.clips.ids}});
    print(text("mgfm embed: ", table.rows, " clips x ", table.columns, " features, encoder ",
               facts.kind(), ", ", facts.stream, " stream\nWritten: ", o.out,
               o.with_labels ? text(", ", files.label, ", ", files.subject, ", ", files.clip) : "",
               "\n"),
          o.json);
}

}  // namespace

void add_embed(CLI::App& program) {
    auto options = std::make_shared<embed_options>();
    CLI::App* command = program.add_subcommand(
        "embed",
        "Write features, (N, width of the encoder) float32, of recordings or clips. Of recordings: windows of "
        "two seconds, one every second, with the encoder of mgkit that reads most of their joints "
        "(--weights names another), and NAME.windows.csv says where each row comes from. Of clips: "
        "one row per usable clip, prepared as the file of the encoder says; where it does not say, "
        "--reference auto follows from the training side of the folder's split, else from all "
        "clips.");
    command->footer(
        "Examples:\n"
        "  mgfm embed talk.json       writes talk.features.npy and talk.windows.csv\n"
        "  mgfm embed --data clips --weights encoder.safetensors --out features.npy --with-labels");
    options->command = command;
    command->add_option("path", options->input,
                        "Recording of a known format, folder of such, or folder of clips");
    options->data.add_to(*command);
    options->how.add_reading_to(*command);
    options->encoder.add_to(*command);
    options->run.add_to(*command);
    add_json(*command, options->json, "What was written, with the row of each clip in its folder,");
    command->add_option(
        "--out", options->out,
        "File for the features (.npy); of a path by default NAME.features.npy in the "
        "current folder");
    command->add_flag("--with-labels", options->with_labels,
                      "Also write label, subject and clip number (its row in the folder) beside "
                      "the features");
    command->callback([options] { run_embed(*options); });
}

}  // namespace mgfm
