// SPDX-License-Identifier: MIT
// mgfm study: how much a pre-trained encoder knows, beside every plain baseline.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <system_error>

#include "commands.hpp"
#include "folds.hpp"
#include "made_of.hpp"
#include "mgkit/core/settings_text.hpp"
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
#include "terminal.hpp"

namespace mgfm {

using namespace mgkit;
using report::feature_kind;

namespace {

struct study_options {
    data_options data;
    model_options model;
    training_options training;
    split_options split;
    repetition_options repeat;
    run_options run;
    std::vector<std::string> features;
    std::string json, html, work;
    std::string command;

    bool wants(feature_kind kind) const {
        return features.empty() ||
               std::find(features.begin(), features.end(), report::name(kind)) != features.end();
    }
};

class study_run {
public:
    study_run(const study_options& o, const corpus& from, study::splits splits)
        : o_(o),
          corpus_(from),
          folds_(from, o.data, std::move(splits)),
          threads_(o.run.thread_count()),
          store_(study::open_rows(o.work.empty() ? "" : o.work + "/rows.json", whole(),
                                  indispensable(), "use another --work folder")) {
        for (const auto& note : store_.notes) say("note: " + note);
        for (const auto& sentence : folds_.found().sentences()) say("note: " + sentence);
    }

    report::study operator()() {
        study::run(
            {.systems = systems(), .streams = o_.repeat.streams}, folds_.count(), std::ref(folds_),
            store_,
            {.on_start = [this](const study::task& t, feature_kind kind) { start(t, kind); },
             .on_answer = [this](const study::task& t, feature_kind kind, const study::answer& a,
                                 bool known) { answered(t, kind, a, known); },
             .again = [this](const study::task& t,
                             feature_kind kind) { return wanted_again(t, kind); }});
        return finish();
    }

private:
    /// Parts without which no row can be used again.
    recipe indispensable() const { return data_parts(corpus_).set("version", version); }

    /// What the whole study is made of; which rows are asked for does not count.
    recipe whole() const {
        recipe out = indispensable().add(preparation_parts(o_.data, o_.data.reference));
        out.set("split", folds_.words());
        out.set("confidence", text(o_.data.confidence));
        out.set("encoder", o_.model.words()).set("method", o_.model.method);
        out.set("queue", text(o_.model.queue)).set("epochs", text(o_.training.epochs));
        out.set("batch", text(o_.training.batch)).set("rate", text(o_.training.rate));
        out.set("weight decay", text(o_.training.weight_decay));
        out.set("views", o_.training.views);
        out.set("shortest crop", text(o_.training.min_crop));
        static_assert(setting_count<model_options> == 7 && setting_count<training_options> == 7,
                      "mgfm: name the new option here");
        return out.set("products", o_.training.products);
    }

    encode::clip_input input(const std::string& stream) const {
        return input_of(corpus_, o_.data, o_.model, skeleton::parse_stream(stream));
    }
    recipe training_parts(feature_kind kind, const study::task& t) const {
        return kind == feature_kind::supervised
                   ? supervised_parts(t.at.train, input(t.stream), o_.model,
                                      same_training(o_.training))
                   : pretraining_parts(t.at.train, input(t.stream), o_.model, o_.training);
    }

    /// The systems that are asked for, in the order of their rows.
    std::vector<study::system> systems() {
        const auto seeds = o_.repeat.seed_numbers();
        const auto parts = [this](feature_kind kind) {
            return [this, kind](const study::task& t) { return training_parts(kind, t); };
        };
        const auto made_by_encoder = [this](const study::task& t) {
            return encoder_parts(input(t.stream), o_.model);
        };
        pretrained_ = study::remembered([this](const study::task& t) { return pretrained(t); });
        std::vector<study::system> out{
            study::majority_system(), summary_system(threads_),
            raw_system([this](const std::string& stream) { return input(stream); }, threads_),
            dtw_system(threads_)};
        out.push_back({.kind = feature_kind::random,
                       .run = [this](const study::task& t) { return random(t); },
                       .made_of = made_by_encoder,
                       .seeds = seeds});
        out.push_back({.kind = feature_kind::supervised,
                       .run = [this](const study::task& t) { return supervised(t); },
                       .made_of = parts(feature_kind::supervised),
                       .seeds = seeds});
        out.push_back({.kind = feature_kind::pretrained,
                       .run =
                           [this](const study::task& t) {
                               auto found = probed(t.at, pretrained_(t), threads_);
                               found.chosen.push_back(crop(t));
                               return found;
                           },
                       .made_of = parts(feature_kind::pretrained),
                       .seeds = seeds});
        out.push_back(shuffled_system(pretrained_, parts(feature_kind::shuffled), threads_, seeds));
        std::erase_if(out, [this](const study::system& s) { return !o_.wants(s.kind); });
        return out;
    }

    /// The crop that the training clips of a fold chose.
    report::setting crop(const study::task& t) const {
        return {"min_crop", text(shortest_crop(t.at.train, o_.training.min_crop))};
    }

    /// A file of its own for all that the training is made of.
    std::string checkpoint(feature_kind kind, const study::task& t) {
        if (o_.work.empty()) return "";
        const std::string name =
            study::checkpoint_name(t, kind, training_parts(kind, t).add(folds_.prepared()));
        checkpoints_.insert(name);
        return o_.work + "/" + name;
    }

    /// Checkpoints in the work folder that are of no use to this study.
    void say_what_is_left() const {
        if (o_.work.empty()) return;
        int others = 0;
        std::error_code code;
        for (std::filesystem::directory_iterator at(o_.work, code), end; !code && at != end;
             at.increment(code)) {
            const std::string name = at->path().filename().string();
            others += name.ends_with(".safetensors") && !checkpoints_.contains(name);
        }
        if (others > 0)
            say(text("note: ", others, " checkpoints in ", o_.work,
                     " are of other data, settings or systems; nothing was taken from them"));
    }

    static std::string where(const study::task& t) {
        return text(t.stream, " stream, fold ", t.at.number, ", seed ", t.seed);
    }

    static study::fold_features embedded(trained_encoder& encoder, const study::fold& at) {
        return {encoder.embed(at.train), encoder.embed(at.test)};
    }

    study::answer random(const study::task& t) {
        trained_encoder fresh(input(t.stream), o_.model, t.seed, threads_);
        return probed(t.at, embedded(fresh, t.at), threads_);
    }

    study::answer supervised(const study::task& t) {
        auto trained = supervise({.clips = t.at.train,
                                  .test = t.at.test,
                                  .input = input(t.stream),
                                  .model = o_.model,
                                  .learning = same_training(o_.training),
                                  .seed = t.seed,
                                  .threads = threads_,
                                  .checkpoint = checkpoint(feature_kind::supervised, t),
                                  .prepared = folds_.prepared(),
                                  .words = "supervised, " + where(t)});
        auto out = searched(t.at, embedded(trained.encoder, t.at), threads_);
        out.linear = std::move(trained.scores);
        out.chosen.push_back(crop(t));
        return out;
    }

    study::fold_features pretrained(const study::task& t) {
        auto trained = [&] {
            progress_display display("pre-training, " + where(t), "clips");
            return pretrain(t.at.train, input(t.stream), o_.model, o_.training, t.seed, threads_,
                            checkpoint(feature_kind::pretrained, t), folds_.prepared(),
                            display.with_loss());
        }();
        history_ = std::move(trained.history);
        return embedded(trained.encoder, t.at);
    }

    void start(const study::task& t, feature_kind kind) {
        if (kind == feature_kind::dtw)
            say(text("dynamic time warping, fold ", t.at.number));
        else if (t.seed == 0)
            say(text(study::describe(kind), ", ", t.stream, " stream, fold ", t.at.number));
    }

    void answered(const study::task& t, feature_kind kind, const study::answer& a, bool known) {
        if (kind != feature_kind::pretrained) return;
        if (shown(t)) keep_artifacts(t, *a.linear);
        if (!known)
            say(text(where(t), ": 1-NN ", report::percent(a.knn->top1), ", linear ",
                     report::percent(a.linear->top1)));
    }

    /// The run whose curve, confusion and retrieval the report shows.
    static bool shown(const study::task& t) { return t.at.number == 0 && t.seed == 1; }

    /// Its checkpoint makes that quick.
    bool wanted_again(const study::task& t, feature_kind kind) const {
        return kind == feature_kind::pretrained && shown(t) &&
               (!o_.html.empty() || !o_.json.empty());
    }

    void keep_artifacts(const study::task& t, const probe::evaluation& linear) {
        study_.curves.push_back(loss_curve("loss, " + t.stream + " stream", history_));
        if (t.stream != o_.repeat.streams[0]) return;
        const auto folds = folds_.count();
        study_.confusions.push_back(
            {text("Linear probe on the pre-trained encoder, ", t.stream, " stream, seed 1",
                  folds > 1 ? text(", fold 1 of ", folds) : std::string()),
             linear.confusion, class_counts(t.at.train)});
        study_.retrieval = examples(t.at, pretrained_(t), 3, 5, threads_);
    }

    report::study finish() {
        study_.results = store_.rows();
        if (store_.used_again() > 0)
            say(text("note: ", store_.used_again(), " rows of before are used again, ",
                     store_.added(), " were computed"));
        say_what_is_left();
        study_.data = describe(corpus_, o_.data.folder);
        study_.data.found.append(folds_.found());
        study_.title = "mgfm study: " + study_.data.name;
        study_.split = folds_.words();
        study_.command = o_.command;
        study_.settings = {{"scale", o_.data.scale},
                           {"reference position", folds_.positions()},
                           {"frames", std::to_string(o_.model.frames)},
                           {"method", o_.model.method},
                           {"epochs", std::to_string(o_.training.epochs)},
                           {"batch", std::to_string(o_.training.batch)},
                           {"views", o_.training.views},
                           {"products", o_.training.products},
                           {"seeds", "1 to " + std::to_string(o_.repeat.seeds)}};
        for (auto& setting : encoder_settings(input(o_.repeat.streams[0]), o_.model))
            study_.settings.push_back(std::move(setting));
        add_identity(study_.settings, corpus_, o_.data);
        report::summarise(study_);
        return std::move(study_);
    }

    const study_options& o_;
    const corpus& corpus_;
    corpus_folds folds_;
    int threads_;
    study::row_store store_;
    report::study study_;
    study::feature_maker pretrained_;           ///< the encoder trained last, for two systems
    std::vector<train::epoch_record> history_;  ///< of that training
    std::set<std::string> checkpoints_;         ///< of this study
};

void run_study(study_options& o) {
    o.data.check_source();
    check_settings(o.model);
    check_outputs(o.json, {o.html}, o.data.files());
    const corpus from = load(o.data, o.run.thread_count());
    study::splits splits = choose_split(from.clips, o.split);
    try_encoder(from, o.data, o.model, o.repeat.streams);
    if (o.work.empty() && !o.json.empty() && o.json != "-") o.work = o.json + ".work";
    if (!o.work.empty()) prepare_folder(o.work);
    announce(from, o.run.thread_count());
    const report::study result = study_run(o, from, std::move(splits))();
    if (!o.html.empty()) report::write_html(o.html, result);
    put_json(o.json, report::to_json(result));
    print(report::to_text(result), o.json);
}

}  // namespace

void add_study(CLI::App& program, const std::string& command_line) {
    auto options = std::make_shared<study_options>();
    options->command = command_line;
    CLI::App* command = program.add_subcommand(
        "study",
        "Pre-train an encoder on the training subjects and score it on the others, beside "
        "majority, summary statistics, raw coordinates, time warping, a random encoder, the same "
        "encoder trained with labels, and shuffled labels. A study that was stopped resumes.");
    command->footer(
        "Examples:\n"
        "  mgfm study --synthetic --html report.html\n"
        "  mgfm study --data clips --folds 5 --streams joint,bone,motion --json result.json");
    options->data.add_to(*command);
    options->data.add_confidence_to(*command);
    options->split.add_to(*command);
    options->model.add_to(*command);
    options->training.add_to(*command);
    options->repeat.add_to(*command);
    options->run.add_to(*command);
    std::vector<std::string> kinds;
    for (const feature_kind kind : report::feature_kinds) kinds.emplace_back(report::name(kind));
    command
        ->add_option("--features", options->features,
                     "Systems to compare (default: all): majority, summary, raw, dtw, random, "
                     "supervised, shuffled, pretrained")
        ->delimiter(',')
        ->check(CLI::IsMember(kinds));
    command->add_option("--work", options->work,
                        "Folder for checkpoints and finished rows (default: JSON file + .work)");
    add_json(*command, options->json, "All figures");
    command->add_option("--html", options->html, "All figures as one self-contained page");
    command->callback([options] { run_study(*options); });
}

}  // namespace mgfm
