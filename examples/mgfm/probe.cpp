// mgfm probe: what a linear probe and nearest neighbours make of features.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <optional>

#include "commands.hpp"
#include "made_of.hpp"
#include "mgkit/io/npy.hpp"
#include "mgkit/report/json.hpp"
#include "mgkit/report/summarise.hpp"
#include "mgkit/report/text.hpp"
#include "outputs.hpp"
#include "rows.hpp"
#include "weights.hpp"

namespace mgfm {

using namespace mgkit;
using report::feature_kind;

namespace {

struct probe_options {
    data_options data;
    encoder_options encoder;
    split_options split;
    run_options run;
    model_options model;  ///< frames of the raw baseline, for features from a file
    std::string features, json, command;
    bool plain = false;
};

/// Saved features, one row per usable clip or one per clip in the folder.
data::feature_table read_features(const std::string& path, const corpus& from) {
    const io::npy_file file(path);
    const auto& shape = file.shape();
    const auto usable = static_cast<std::int64_t>(from.clips.size());
    const auto in_folder = static_cast<std::int64_t>(from.report.clips_in_file);
    const bool floating = file.type() == io::dtype::f32 || file.type() == io::dtype::f64 ||
                          file.type() == io::dtype::f16;
    if (!floating || shape.size() != 2 || shape[1] < 1 ||
        (shape[0] != usable && shape[0] != in_folder))
        throw error(path,
                    text("floating-point features of ", usable, " usable clips, (", usable, ", D)"),
                    text(io::name(file.type()), " ", io::shape_text(shape)),
                    "write them with mgfm embed on the same folder");
    data::feature_table out{static_cast<std::size_t>(shape[0]), static_cast<std::size_t>(shape[1]),
                            file.read<float>()};
    if (shape[0] != usable) {
        const std::vector<int> rows(from.clips.ids.begin(), from.clips.ids.end());
        out = out.subset(rows);
    }
    data::check(out, path);
    return out;
}

/// Tested people whose clips the encoder saw while it was pre-trained.
std::string seen_before(const weight_facts& facts, const corpus& from, const named_split& splits) {
    const std::string stored = facts.says("subjects");
    if (stored.empty() || facts.says("data") != from.clips.about.name) return {};
    const std::string where = facts.file->path() + ": metadata 'subjects'";
    const auto trained = io::as<std::vector<int>>(io::parse_json(stored, where), where);
    std::vector<int> shared;
    for (const auto& split : splits.folds)
        for (const int s : data::subjects_of(from.clips, split.test))
            if (std::find(trained.begin(), trained.end(), s) != trained.end()) shared.push_back(s);
    if (shared.empty()) return {};
    return text("The encoder was pre-trained, without labels, on clips of ", shared.size(),
                " of the tested subjects: figures for people it never saw may be lower.");
}

void run_probe(probe_options& o) {
    o.data.check_source();
    if (o.encoder.weights.empty() == o.features.empty())
        wrong_usage("one of --weights and --features is required");
    auto inputs = o.data.files();
    inputs.insert(inputs.end(), {o.encoder.weights, o.features});
    check_outputs(o.json, {}, inputs);
    const int threads = o.run.thread_count();
    encoder_and_clips opened;
    std::optional<stored_encoder> encoder;
    data::feature_table all;
    if (o.features.empty()) {
        opened = open_encoder(o.encoder, o.data, threads);
        encoder.emplace(opened.facts, opened.from, threads);
    } else {
        opened.from = load(o.data, threads);
        settle_reference(opened.from, o.data, data::all_of(opened.from.clips));
        all = read_features(o.features, opened.from);
    }
    const corpus& from = opened.from;
    const named_split splits = choose_split(from.clips, o.split);
    announce(from, threads);
    const std::string stream = encoder ? opened.facts.stream : "joint";
    const auto input =
        encoder ? encoder->input() : input_of(from, o.data, o.model, skeleton::stream::joint);
    data::feature_table random;
    if (encoder) {
        progress_display display("embedding", "clips");
        all = encoder->embed(from.clips,
                             [&](int done) { display.update(done, from.clips.size(), 0, ""); });
        data::check(all, o.encoder.weights);
        if (!o.plain)
            random = stored_encoder::untrained(opened.facts, from, 1, threads).embed(from.clips);
    }

    report::study result;
    report::study_confusion answers{"Linear probe on the pre-trained encoder", {}, {}};
    for (std::size_t f = 0; f < splits.folds.size(); ++f) {
        const fold_sides sides(from.clips, splits, f, threads);
        const auto add = [&](feature_kind kind, const data::feature_table& table) {
            auto found = probed(sides, kind, stream, kind == feature_kind::random,
                                table.subset(splits.folds[f].train),
                                table.subset(splits.folds[f].test), sides.train.clips.labels);
            result.results.push_back(std::move(found.row));
            return std::move(found.linear.confusion);
        };
        say(text("probing fold ", f + 1, " of ", splits.folds.size()));
        result.results.push_back(sides.majority(stream));
        if (!o.plain)
            result.results.push_back(probed(sides, feature_kind::raw, stream, 0,
                                            sides.train.raw(input), sides.test.raw(input),
                                            sides.train.clips.labels)
                                         .row);
        if (random.rows > 0) add(feature_kind::random, random);
        answers.matrix += add(feature_kind::pretrained, all);
        const auto trained = class_counts(sides.train.clips);
        answers.train_clips.resize(trained.size());
        for (std::size_t k = 0; k < trained.size(); ++k)
            answers.train_clips[k] += trained[k] / static_cast<double>(splits.folds.size());
    }
    result.confusions.push_back(std::move(answers));
    result.data = describe(from, o.data.folder);
    result.title = "mgfm probe: " + result.data.name;
    result.split = splits.words;
    result.command = o.command;
    if (encoder) {
        result.settings = {{"weights", o.encoder.weights},
                           {"weights digest", digest_of_file(o.encoder.weights).hex()},
                           {"encoder", opened.facts.kind},
                           {"width", text(opened.facts.width)},
                           {"heads", text(opened.facts.heads)},
                           {"frames", text(opened.facts.frames)}};
        const std::string seen = seen_before(opened.facts, from, splits);
        if (!seen.empty()) result.data.notes.push_back(seen);
    } else {
        result.settings = {{"features", o.features},
                           {"features digest", digest_of_file(o.features).hex()},
                           {"columns", text(all.columns)}};
        result.data.notes.push_back("\"pretrained\" below are the features of " + o.features + ".");
    }
    add_identity(result.settings, from, o.data);
    report::summarise(result);
    io::json json = report::to_json(result);
    json["kind"] = "probe";
    json["program"] = "mgfm probe";
    put_json(o.json, json);
    print(report::to_text(result), o.json);
}

}  // namespace

void add_probe(CLI::App& program, const std::string& command_line) {
    auto options = std::make_shared<probe_options>();
    options->command = command_line;
    CLI::App* command = program.add_subcommand(
        "probe",
        "Score an encoder from a file, or saved features, on people not trained on: 1-NN and a "
        "linear probe, beside majority, raw coordinates and a random encoder.");
    command->footer(
        "Examples:\n"
        "  mgfm probe --data clips --weights encoder.safetensors --test-subjects 8,9,10\n"
        "  mgfm probe --data clips --features features.npy --folds 5 --json scores.json");
    options->data.add_to(*command);
    options->split.add_to(*command);
    CLI::Option* weights = options->encoder.add_to(*command);
    command
        ->add_option("--features", options->features,
                     "Instead of an encoder: features (N, D) in an .npy file, in the order of the "
                     "clips")
        ->excludes(weights);
    command->add_flag("--plain", options->plain,
                      "Leave out raw coordinates and the random encoder; majority stays");
    options->run.add_to(*command);
    add_json(*command, options->json, "All figures");
    command->callback([options] { run_probe(*options); });
}

}  // namespace mgfm
