// SPDX-License-Identifier: MIT
// mgfm probe: what a linear probe and nearest neighbours make of features.
#include <CLI/CLI.hpp>
#include <functional>
#include <memory>

#include "commands.hpp"
#include "features.hpp"
#include "folds.hpp"
#include "made_of.hpp"
#include "mgkit/report/json.hpp"
#include "mgkit/report/summarise.hpp"
#include "mgkit/report/text.hpp"
#include "outputs.hpp"
#include "report_parts.hpp"
#include "systems.hpp"
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
    bool plain = false, answers = false;
};

void run_probe(probe_options& o) {
    o.data.check_source();
    if (o.encoder.named() != o.features.empty())
        wrong_usage("one of --weights, --encoder and --features is required");
    auto inputs = o.data.files();
    inputs.insert(inputs.end(), {o.encoder.weights, o.features});
    check_outputs(o.json, {}, inputs);
    const int threads = o.run.thread_count();
    const bool encoder = o.features.empty(), in_file = encoder && !o.encoder.weights.empty();
    const feature_kind shown =
        encoder && !in_file ? feature_kind::random : feature_kind::pretrained;
    encoder_and_clips opened;
    if (encoder)
        opened = open_encoder(o.encoder, o.data, threads);
    else
        opened.from = load(o.data, threads);
    const corpus& from = opened.from;
    auto features =
        encoder ? feature_source(opened, threads) : feature_source(read_features(o.features, from));
    corpus_folds folds(from, o.data, choose_split(from.clips, o.split));
    announce(from, threads);
    const std::string stream = encoder ? opened.facts.stream : "joint";
    const auto input = encoder ? input_for(opened.facts, from)
                               : input_of(from, o.data, o.model, skeleton::stream::joint);

    report::study result;
    report::study_confusion answers{
        text("Linear probe on the ", shown == feature_kind::random ? "random" : "pre-trained",
             " encoder"),
        {},
        {}};
    study::row_store rows;
    study::run({.systems = compare(
                    {.pretrained = encoder && !in_file ? nullptr : features.trained_in(folds),
                     .random = encoder ? features.random_in(folds) : nullptr,
                     .input = input,
                     .plain = o.plain},
                    probed, threads),
                .streams = {stream}},
               folds.count(), std::ref(folds), rows,
               {.on_fold =
                    [&](const study::fold& at) {
                        say(text("probing fold ", at.number + 1, " of ", folds.count(),
                                 ", positions per ", folds.reference()));
                        const auto trained = class_counts(at.train);
                        answers.train_clips.resize(trained.size());
                        for (std::size_t k = 0; k < trained.size(); ++k)
                            answers.train_clips[k] +=
                                trained[k] / static_cast<double>(folds.count());
                    },
                .on_answer =
                    [&](const study::task&, feature_kind kind, const study::answer& a, bool) {
                        if (kind == shown) answers.matrix += a.linear->confusion;
                    }});
    result.results = rows.rows();
    result.confusions.push_back(std::move(answers));
    result.data = describe(from, o.data.folder);
    result.data.found.append(folds.found());
    result.title = "mgfm probe: " + result.data.name;
    result.split = folds.words();
    result.command = o.command;
    io::json seen = nullptr;
    if (encoder) {
        if (in_file)
            result.settings = {{"weights", o.encoder.weights},
                               {"weights digest", digest_of_file(o.encoder.weights).hex()}};
        for (auto& setting : opened.facts.settings()) result.settings.push_back(std::move(setting));
        const seen_people people = people_seen(opened.facts, from, folds.tested());
        if (in_file) seen = people.json();
        if (in_file && !people.words().empty()) result.data.notes.push_back(people.words());
        for (const auto& note : opened.facts.notes) result.data.notes.push_back(note + ".");
    } else {
        result.settings = {{"features", o.features},
                           {"features digest", digest_of_file(o.features).hex()},
                           {"columns", text(features.trained("", from.clips).columns)}};
        result.data.notes.push_back("\"pretrained\" below are the features of " + o.features + ".");
    }
    result.settings.push_back({"reference position", folds.positions()});
    add_identity(result.settings, from, o.data);
    report::summarise(result);
    io::json json =
        report::to_json(result, o.answers ? report::answers::keep : report::answers::leave_out);
    json["kind"] = "probe";
    json["program"] = "mgfm probe";
    json["seen_in_pretraining"] = std::move(seen);
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
        "linear probe, beside majority, raw coordinates and, for an encoder, the same one with "
        "random weights.");
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
    command->add_flag("--answers", options->answers,
                      "Also write, for every test clip, whether each system was right (JSON)");
    command->callback([options] { run_probe(*options); });
}

}  // namespace mgfm
