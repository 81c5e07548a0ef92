// SPDX-License-Identifier: MIT
// mgfm train: encoders and classifiers trained with labels, in one stream or several, and their
// scores on people not trained on.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <system_error>
#include <utility>

#include "commands.hpp"
#include "folds.hpp"
#include "made_of.hpp"
#include "mgkit/core/settings_text.hpp"
#include "mgkit/io/npy.hpp"
#include "mgkit/io/recipe_json.hpp"
#include "mgkit/report/html.hpp"
#include "mgkit/report/json.hpp"
#include "mgkit/report/summarise.hpp"
#include "mgkit/report/text.hpp"
#include "mgkit/study/protocol.hpp"
#include "mgkit/study/row_file.hpp"
#include "mgkit/study/systems.hpp"
#include "mgkit/version.hpp"
#include "outputs.hpp"
#include "report_parts.hpp"
#include "supervision.hpp"
#include "systems.hpp"

namespace mgfm {

using namespace mgkit;
using report::feature_kind;

namespace {

struct train_options {
    data_options data;
    model_options model;
    learning_options learning;
    split_options split;
    repetition_options repeat;
    run_options run;
    std::vector<double> weights;  ///< of the streams when fused
    std::string out, json, html, command;
};

class train_run {
public:
    train_run(const train_options& o, const corpus& from, study::splits splits)
        : o_(o),
          corpus_(from),
          folds_(from, o.data, std::move(splits)),
          threads_(o.run.thread_count()),
          store_(study::open_rows(o.out + "/rows.json", whole(), indispensable(),
                                  "use another --out folder")) {
        for (const auto& note : store_.notes) say("note: " + note);
        for (const auto& sentence : folds_.found().sentences()) say("note: " + sentence);
    }

    /// Trains what is not there yet.
    report::study operator()() {
        study::run({.systems = systems(),
                    .streams = o_.repeat.streams,
                    .fused = feature_kind::supervised,
                    .weights = o_.weights},
                   folds_.count(), std::ref(folds_), store_,
                   {.on_fused = [this](const study::task& t, feature_kind,
                                       const study::answer& a) { keep_scores(t, *a.linear); },
                    .again = [this](const study::task& t,
                                    feature_kind kind) { return is_missing(t, kind); }});
        return finish();
    }
    /// Every file that was written, by what it holds.
    io::json files() const { return files_of_; }

private:
    recipe indispensable() const { return data_parts(corpus_).set("version", version); }

    recipe whole() const {
        recipe out = indispensable().add(preparation_parts(o_.data, o_.data.reference));
        out.set("split", folds_.words());
        out.set("confidence", text(o_.data.confidence));
        out.set("encoder", o_.model.words());
        return out.set("learning", settings_text(o_.learning));
    }

    encode::clip_input input(const std::string& stream) const {
        return input_of(corpus_, o_.data, o_.model, skeleton::parse_stream(stream));
    }
    recipe parts(const study::task& t) const {
        return supervised_parts(t.at.train, input(t.stream), o_.model, o_.learning);
    }

    std::vector<study::system> systems() {
        return {study::majority_system(),
                {.kind = feature_kind::supervised,
                 .run = [this](const study::task& t) { return trained(t); },
                 .made_of = [this](const study::task& t) { return parts(t); },
                 .seeds = o_.repeat.seed_numbers()}};
    }

    static std::string called(const study::task& t) {
        return text(t.stream, "-fold", t.at.number, "-seed", t.seed);
    }
    std::string weights_file(const study::task& t) const {
        return o_.out + "/" + called(t) + ".safetensors";
    }
    std::string scores_file(const study::task& t) const {
        return o_.out + "/" + called(t) + ".scores.npy";
    }
    bool fused(const study::task& t) const {
        const auto& single = o_.repeat.streams;
        return std::find(single.begin(), single.end(), t.stream) == single.end();
    }

    /// Whether the files of a row that is there are not; its checkpoint makes them quickly.
    bool is_missing(const study::task& t, feature_kind kind) const {
        if (kind != feature_kind::supervised) return false;
        std::error_code code;
        const bool whole = std::filesystem::exists(scores_file(t), code) &&
                           (fused(t) || std::filesystem::exists(weights_file(t), code));
        return !whole;
    }

    study::answer trained(const study::task& t) {
        const std::string work = o_.out + "/work";
        prepare_folder(work);
        supervised_result made =
            supervise({.clips = t.at.train,
                       .test = t.at.test,
                       .input = input(t.stream),
                       .model = o_.model,
                       .learning = o_.learning,
                       .seed = t.seed,
                       .threads = threads_,
                       .checkpoint = work + "/" +
                                     study::checkpoint_name(t, feature_kind::supervised,
                                                            parts(t).add(folds_.prepared())),
                       .prepared = folds_.prepared(),
                       .words = text("training, ", t.stream, " stream, fold ", t.at.number,
                                     ", seed ", t.seed)});
        keep_weights(t, made);
        keep_scores(t, made.scores);
        study::answer out;
        out.linear = std::move(made.scores);
        out.chosen = made.chosen();
        for (const auto& choice : out.chosen)
            say(text(called(t), ": ", choice.name, " ", choice.value));
        say(text(called(t), ": ", report::percent(out.linear->top1), " % of ", t.at.test.size(),
                 " clips right"));
        if (t.at.number == 0 && t.seed == 1)
            study_.curves.push_back(loss_curve("loss, " + t.stream + " stream", made.history));
        return out;
    }

    void keep_weights(const study::task& t, supervised_result& made) {
        data_options decided = o_.data;
        decided.reference = folds_.reference();
        made.encoder.save(weights_file(t), made.encoder.describe(corpus_, decided),
                          {{"program", "mgfm train"},
                           {"version", mgkit::version},
                           {"data", corpus_.clips.about.name},
                           {"labels", "used"},
                           {"clips", text(t.at.train.size())},
                           {"subjects", io::json(subjects(t.at.train)).dump()},
                           {"seed", text(t.seed)},
                           {"epochs", text(made.history.size())},
                           {"data_digest", data::digest_of(study::counted(t.at.train)).hex()},
                           {"made_of", made.made_of.key().hex()},
                           {"made_of_parts", io::to_json(made.made_of).dump()}});
    }
    void keep_scores(const study::task& t, const probe::evaluation& scores) const {
        const auto rows = static_cast<std::int64_t>(t.at.test.size());
        io::write_npy(scores_file(t), scores.scores,
                      {rows, static_cast<std::int64_t>(t.at.classes())});
    }

    report::study finish() {
        study_.results = store_.rows();
        if (store_.used_again() > 0)
            say(text("note: ", store_.used_again(), " rows of before are used again, ",
                     store_.added(), " were computed"));
        for (const auto& row : study_.results) {
            if (row.features != feature_kind::supervised) continue;
            const std::string name =
                o_.out + "/" + text(row.stream, "-fold", row.fold, "-seed", row.seed);
            const bool single = row.stream.find('+') == row.stream.npos;
            io::json chosen = io::json::object();
            for (const auto& s : row.chosen) chosen[s.name] = s.value;
            files_of_.push_back(
                {{"stream", row.stream},
                 {"fold", row.fold},
                 {"seed", row.seed},
                 {"weights", single ? io::json(name + ".safetensors") : io::json(nullptr)},
                 {"scores", name + ".scores.npy"},
                 {"clips", row.clip},
                 {"chosen", std::move(chosen)}});
        }
        study_.data = describe(corpus_, o_.data.folder);
        study_.data.found.append(folds_.found());
        study_.title = "mgfm train: " + study_.data.name;
        study_.split = folds_.words();
        study_.command = o_.command;
        study_.settings = {{"scale", o_.data.scale},
                           {"reference position", folds_.positions()},
                           {"frames", std::to_string(o_.model.frames)},
                           {"epochs", epochs_in_words()},
                           {"learning", settings_text(o_.learning)},
                           {"seeds", "1 to " + std::to_string(o_.repeat.seeds)}};
        for (auto& setting : encoder_settings(input(o_.repeat.streams[0]), o_.model))
            study_.settings.push_back(std::move(setting));
        add_identity(study_.settings, corpus_, o_.data);
        report::summarise(study_);
        return std::move(study_);
    }

    std::string epochs_in_words() const {
        return o_.learning.inner_folds == 0
                   ? text(o_.learning.epochs)
                   : text("at most ", o_.learning.epochs, ", chosen by ", o_.learning.inner_folds,
                          " inner folds of training people");
    }

    const train_options& o_;
    const corpus& corpus_;
    corpus_folds folds_;
    int threads_;
    study::row_store store_;
    report::study study_;
    io::json files_of_ = io::json::array();
};

/// What was chosen and written, for people.
std::string lines_of(const report::study& result, const std::string& folder) {
    std::string out;
    for (const auto& row : result.results)
        for (const auto& choice : row.chosen)
            if (choice.name.starts_with("epochs") || choice.name == "weights")
                out += text(row.stream, ", fold ", row.fold, ", seed ", row.seed, ": ", choice.name,
                            " ", choice.value, "\n");
    return out + "Written: " + folder +
           "/*.safetensors (encoder and classifier) and *.scores.npy (scores of the tested "
           "clips)\n";
}

void run_train(train_options& o) {
    o.data.check_source();
    check_settings(o.model);
    const auto& streams = o.repeat.streams;
    if (!o.weights.empty() && o.weights.size() != streams.size())
        wrong_usage(text("--fusion-weights: one for each of ", streams.size(), " streams"));
    if (o.learning.rates.schedule == "steps" && o.learning.rates.milestones.empty())
        wrong_usage("--schedule steps needs --milestones");
    check_outputs(o.json, {o.html}, o.data.files());
    const corpus from = load(o.data, o.run.thread_count());
    study::splits splits = choose_split(from.clips, o.split);
    try_encoder(from, o.data, o.model, streams);
    prepare_folder(o.out);
    announce(from, o.run.thread_count());
    train_run run(o, from, std::move(splits));
    const report::study result = run();
    if (!o.html.empty()) report::write_html(o.html, result);
    io::json json = report::to_json(result, report::answers::keep);
    json["kind"] = "train";
    json["program"] = "mgfm train";
    json["files"] = run.files();
    put_json(o.json, json);
    print(report::to_text(result) + "\n" + lines_of(result, o.out), o.json);
}

}  // namespace

void add_train(CLI::App& program, const std::string& command_line) {
    auto options = std::make_shared<train_options>();
    options->command = command_line;
    CLI::App* command = program.add_subcommand(
        "train",
        "Train an encoder and a classifier with labels, in one stream of the skeleton or several "
        "that are fused, and score them on people not trained on. Killed and started again, it "
        "goes on where it was.");
    command->footer(
        "Examples:\n"
        "  mgfm train --data clips --folds 5 --out trained --choose-epochs 3\n"
        "  mgfm train --data clips --out trained --encoder sttr --set layers=2 \\\n"
        "      --streams joint,bone,motion --fusion-weights 0.6,0.6,0.4 \\\n"
        "      --optimiser sgd --nesterov --weight-decay 1e-4 --schedule steps --milestones 20,30 "
        "\\\n"
        "      --sampling balanced --label-smoothing 0.1 --mix-up 0.2 --average 0.99");
    options->data.add_to(*command);
    options->data.add_confidence_to(*command);
    options->split.add_to(*command);
    options->model.add_encoder_to(*command);
    options->repeat.add_to(*command);
    command
        ->add_option("--fusion-weights", options->weights,
                     "Weight of each stream's softmax scores when fused (default: equal)")
        ->delimiter(',')
        ->check(CLI::NonNegativeNumber);
    options->learning.add_to(*command);
    options->run.add_to(*command);
    add_json(*command, options->json, "All figures, choices and files");
    command->add_option("--html", options->html, "All figures as one self-contained page");
    command
        ->add_option("--out", options->out,
                     "Folder for weights with their classifier, scores, finished rows and, in "
                     "work/, checkpoints")
        ->required();
    command->callback([options] { run_train(*options); });
}

}  // namespace mgfm
