// mgfm probe: what a linear probe and nearest neighbours make of features.
#include <CLI/CLI.hpp>
#include <memory>
#include <set>

#include "commands.hpp"
#include "features.hpp"
#include "made_of.hpp"
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
    bool plain = false, answers = false;
};

void run_probe(probe_options& o) {
    o.data.check_source();
    if (o.encoder.weights.empty() == o.features.empty())
        wrong_usage("one of --weights and --features is required");
    auto inputs = o.data.files();
    inputs.insert(inputs.end(), {o.encoder.weights, o.features});
    check_outputs(o.json, {}, inputs);
    const int threads = o.run.thread_count();
    const bool encoder = o.features.empty();
    encoder_and_clips opened;
    if (encoder)
        opened = open_encoder(o.encoder, o.data, threads);
    else
        opened.from = load(o.data, threads);
    const corpus& from = opened.from;
    auto features =
        encoder ? feature_source(opened, threads) : feature_source(read_features(o.features, from));
    const named_split splits = choose_split(from.clips, o.split);
    announce(from, threads);
    const std::string stream = encoder ? opened.facts.stream : "joint";
    const auto input = encoder ? input_for(opened.facts, from)
                               : input_of(from, o.data, o.model, skeleton::stream::joint);

    report::study result;
    report::study_confusion answers{"Linear probe on the pre-trained encoder", {}, {}};
    std::set<std::string> positions;
    std::vector<int> tested;
    for (std::size_t f = 0; f < splits.folds.size(); ++f) {
        const data::split& split = splits.folds[f];
        const fold_sides sides(from, o.data.reference, splits, f, threads);
        const data::clip_set& clips = positioned(from, split.train);
        positions.insert(sides.reference);
        const auto present = data::subjects_of(from.clips, split.test);
        tested.insert(tested.end(), present.begin(), present.end());
        const auto add = [&](feature_kind kind, const data::feature_table& table) {
            auto found =
                probed(sides, kind, stream, kind == feature_kind::random, table.subset(split.train),
                       table.subset(split.test), sides.train.clips.labels);
            result.results.push_back(std::move(found.row));
            return std::move(found.linear.confusion);
        };
        say(text("probing fold ", f + 1, " of ", splits.folds.size(), ", positions per ",
                 sides.reference));
        result.results.push_back(sides.majority(stream));
        if (!o.plain)
            result.results.push_back(probed(sides, feature_kind::raw, stream, 0,
                                            sides.train.raw(input), sides.test.raw(input),
                                            sides.train.clips.labels)
                                         .row);
        if (encoder && !o.plain) add(feature_kind::random, features.random(sides.reference, clips));
        answers.matrix += add(feature_kind::pretrained, features.trained(sides.reference, clips));
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
    io::json seen = nullptr;
    if (encoder) {
        result.settings = {{"weights", o.encoder.weights},
                           {"weights digest", digest_of_file(o.encoder.weights).hex()}};
        for (auto& setting : opened.facts.settings()) result.settings.push_back(std::move(setting));
        const seen_people people = people_seen(opened.facts, from, std::move(tested));
        seen = people.json();
        if (!people.words().empty()) result.data.notes.push_back(people.words());
        for (const auto& note : opened.facts.notes) result.data.notes.push_back(note + ".");
    } else {
        result.settings = {{"features", o.features},
                           {"features digest", digest_of_file(o.features).hex()},
                           {"columns", text(features.trained("", from.clips).columns)}};
        result.data.notes.push_back("\"pretrained\" below are the features of " + o.features + ".");
    }
    result.settings.push_back({"reference position", positions_in_words(from, positions)});
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
