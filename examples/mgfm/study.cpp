// mgfm study: how much a pre-trained encoder knows, beside every plain baseline.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <system_error>

#include "commands.hpp"
#include "made_of.hpp"
#include "mgkit/core/settings_text.hpp"
#include "mgkit/metric/fusion.hpp"
#include "mgkit/probe/baseline_dtw.hpp"
#include "mgkit/report/html.hpp"
#include "mgkit/report/json.hpp"
#include "mgkit/report/summarise.hpp"
#include "mgkit/report/text.hpp"
#include "mgkit/version.hpp"
#include "outputs.hpp"
#include "rows.hpp"
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
    run_options run;
    std::vector<std::string> streams{"joint"};
    std::vector<std::string> features;
    int seeds = 1;
    std::string json, html, work;
    std::string command;

    bool wants(feature_kind kind) const {
        return features.empty() ||
               std::find(features.begin(), features.end(), report::name(kind)) != features.end();
    }
};

class study_run {
public:
    study_run(const study_options& o, const corpus& from, named_split splits)
        : o_(o),
          corpus_(from),
          splits_(std::move(splits)),
          threads_(o.run.thread_count()),
          store_(o.work.empty() ? "" : o.work + "/rows.json", whole(), indispensable()) {
        for (const auto& note : store_.notes()) say("note: " + note);
    }

    report::study operator()() {
        for (std::size_t f = 0; f < splits_.folds.size(); ++f) {
            sides_ = fold_sides(corpus_, o_.data.reference, splits_, f, threads_);
            positions_.insert(sides_.reference);
            prepared_ = preparation_parts(o_.data, sides_.reference);
            fold_ = fold_parts(corpus_, splits_.folds[f]).add(prepared_);
            for (const std::string& stream : o_.streams) one_stream(stream);
            if (fuses()) fused();
        }
        return finish();
    }

private:
    /// Parts without which no row can be used again.
    recipe indispensable() const { return data_parts(corpus_).set("version", version); }

    /// What the whole study is made of; which rows are asked for does not count.
    recipe whole() const {
        recipe out = indispensable().add(preparation_parts(o_.data, o_.data.reference));
        out.set("split", splits_.words);
        out.set("confidence", text(o_.data.confidence));
        out.set("frames", text(o_.model.frames)).set("width", text(o_.model.width));
        out.set("heads", text(o_.model.heads)).set("epochs", text(o_.training.epochs));
        out.set("batch", text(o_.training.batch)).set("rate", text(o_.training.rate));
        out.set("weight decay", text(o_.training.weight_decay));
        out.set("views", o_.training.views);
        out.set("shortest crop", text(o_.training.min_crop));
        static_assert(setting_count<model_options> == 3 && setting_count<training_options> == 7,
                      "mgfm: name the new option here");
        return out.set("products", o_.training.products);
    }

    /// What a row of this fold is made of: for a baseline, nothing of what training takes.
    recipe made_of(feature_kind kind, const std::string& stream) const {
        recipe out = fold_;
        if (kind == feature_kind::majority || kind == feature_kind::summary ||
            kind == feature_kind::dtw)
            return out;
        const bool fused = stream == fused_name();
        const auto input = input_of(corpus_, o_.data, o_.model,
                                    skeleton::parse_stream(fused ? o_.streams.front() : stream));
        if (kind == feature_kind::raw) return out.add(input_parts(input));
        out.add(kind == feature_kind::random ? encoder_parts(input, o_.model)
                                             : made_of_training(kind, input));
        if (fused) out.set("fused streams", fused_name());
        return out;
    }

    bool done(feature_kind kind, const std::string& stream, std::uint64_t seed) {
        return store_.has(kind, stream, sides_.fold, seed, made_of(kind, stream));
    }
    void keep(report::study_row row) {
        const recipe parts = made_of(row.features, row.stream);
        store_.add(std::move(row), parts);
        ++computed_;
    }
    bool missing(feature_kind kind, const std::string& stream, std::uint64_t seed = 0) {
        return o_.wants(kind) && !done(kind, stream, seed);
    }
    void probe_and_store(feature_kind kind, const std::string& stream, std::uint64_t seed,
                         const data::feature_table& train, const data::feature_table& test,
                         std::span<const int> labels) {
        keep(probed(sides_, kind, stream, seed, train, test, labels).row);
    }

    void one_stream(const std::string& stream) {
        const auto input = input_of(corpus_, o_.data, o_.model, skeleton::parse_stream(stream));
        const auto& labels = sides_.train.clips.labels;
        say(text("baselines, ", stream, " stream, fold ", sides_.fold));
        if (missing(feature_kind::majority, stream)) keep(sides_.majority(stream));
        if (stream == "joint" && missing(feature_kind::summary, stream))
            probe_and_store(feature_kind::summary, stream, 0,
                            probe::summary_features(sides_.train.views()),
                            probe::summary_features(sides_.test.views()), labels);
        if (missing(feature_kind::raw, stream))
            probe_and_store(feature_kind::raw, stream, 0, sides_.train.raw(input),
                            sides_.test.raw(input), labels);
        if (stream == "joint" && missing(feature_kind::dtw, stream)) warping();
        for (int seed = 1; seed <= o_.seeds; ++seed)
            learned(stream, static_cast<std::uint64_t>(seed), input);
    }

    /// The crop that the training clips of this fold chose.
    report::setting crop() const {
        return {"min_crop", text(shortest_crop(sides_.train.clips, o_.training))};
    }

    void warping() {
        say(text("dynamic time warping, fold ", sides_.fold));
        context ctx{.threads = threads_};
        auto r = sides_.row(feature_kind::dtw, "joint", 0);
        const auto found = probe::dtw_nearest(ctx, sides_.train.views(), sides_.train.clips.labels,
                                              sides_.classes(), sides_.test.views());
        report::add_knn(
            r, probe::evaluate(sides_.test.clips.labels, found.predicted, sides_.classes()));
        keep(std::move(r));
    }

    recipe made_of_training(feature_kind kind, const encode::clip_input& input) const {
        return kind == feature_kind::supervised
                   ? supervised_parts(sides_.train.clips, input, o_.model, o_.training)
                   : pretraining_parts(sides_.train.clips, input, o_.model, o_.training);
    }

    /// A file of its own for all that the training is made of: never resumed for anything else.
    std::string checkpoint(feature_kind kind, const std::string& stream, std::uint64_t seed,
                           const recipe& training) {
        if (o_.work.empty()) return "";
        recipe parts = data::recipe_of(data::digests_of(counted(sides_.train.clips)));
        parts.add(training).add(prepared_).set("version", version);
        const std::string name =
            text(report::name(kind), "-", stream, "-fold", sides_.fold, "-seed", seed, "-",
                 parts.key().hex().substr(0, 16), checkpoint_ending);
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
            others += name.ends_with(checkpoint_ending) && !checkpoints_.contains(name);
        }
        if (others > 0)
            say(text("note: ", others, " checkpoints in ", o_.work,
                     " are of other data, settings or systems; nothing was taken from them"));
    }

    void learned(const std::string& stream, std::uint64_t seed, const encode::clip_input& input) {
        const auto& labels = sides_.train.clips.labels;
        const auto where = text(stream, " stream, fold ", sides_.fold, ", seed ", seed);
        const auto file = [&](feature_kind kind) {
            return checkpoint(kind, stream, seed, made_of_training(kind, input));
        };
        if (missing(feature_kind::random, stream, seed)) {
            trained_encoder fresh(input, o_.model, seed, threads_);
            probe_and_store(feature_kind::random, stream, seed, fresh.embed(sides_.train.clips),
                            fresh.embed(sides_.test.clips), labels);
        }
        if (missing(feature_kind::supervised, stream, seed)) {
            progress_display display("supervised, " + where, "clips");
            auto trained =
                supervise(sides_.train.clips, sides_.test.clips, input, o_.model, o_.training, seed,
                          threads_, file(feature_kind::supervised), prepared_, display.with_loss());
            auto r = sides_.row(feature_kind::supervised, stream, seed);
            r.chosen.push_back(crop());
            report::add_knn(r, retrieve(trained.encoder.embed(sides_.train.clips), labels,
                                        trained.encoder.embed(sides_.test.clips),
                                        sides_.test.clips.labels, sides_.classes(), threads_));
            report::add_linear(r, trained.scores);
            keep(std::move(r));
        }
        if (!missing(feature_kind::pretrained, stream, seed) &&
            !missing(feature_kind::shuffled, stream, seed) && !needed_again(seed))
            return;
        auto trained = [&] {
            progress_display display("pre-training, " + where, "clips");
            return pretrain(sides_.train.clips, input, o_.model, o_.training, seed, threads_,
                            file(feature_kind::pretrained), prepared_, display.with_loss());
        }();
        const auto train = trained.encoder.embed(sides_.train.clips);
        const auto test = trained.encoder.embed(sides_.test.clips);
        if (missing(feature_kind::shuffled, stream, seed))
            probe_and_store(feature_kind::shuffled, stream, seed, train, test,
                            probe::shuffled_labels(labels, random_key{seed}));
        if (!o_.wants(feature_kind::pretrained)) return;
        auto r = probed(sides_, feature_kind::pretrained, stream, seed, train, test, labels);
        r.row.chosen.push_back(crop());
        if (shown(seed)) keep_artifacts(stream, trained.history, r.linear, train, test);
        scores_[{stream, seed}] = std::move(r.linear);
        if (!done(feature_kind::pretrained, stream, seed)) {
            say(text(where, ": 1-NN ", report::percent(*r.row.knn_top1), ", linear ",
                     report::percent(*r.row.linear_top1)));
            keep(std::move(r.row));
        }
    }

    /// The run whose curve, confusion and retrieval the report shows.
    bool shown(std::uint64_t seed) const { return sides_.fold == 0 && seed == 1; }
    bool fuses() const { return o_.streams.size() > 1 && o_.wants(feature_kind::pretrained); }

    /// Whether a finished run is wanted again, for the report or for fusion; its checkpoint makes
    /// that quick.
    bool needed_again(std::uint64_t seed) {
        if (!o_.wants(feature_kind::pretrained)) return false;
        const bool reported = shown(seed) && (!o_.html.empty() || !o_.json.empty());
        return reported || (fuses() && !done(feature_kind::pretrained, fused_name(), seed));
    }

    std::string fused_name() const {
        std::string out;
        for (const auto& s : o_.streams) out += (out.empty() ? "" : "+") + s;
        return out;
    }

    /// Sum of the streams' softmax scores, equal weights.
    void fused() {
        for (int k = 1; k <= o_.seeds; ++k) {
            const auto seed = static_cast<std::uint64_t>(k);
            if (done(feature_kind::pretrained, fused_name(), seed)) continue;
            std::vector<std::vector<float>> streams;
            for (const auto& s : o_.streams) streams.push_back(scores_.at({s, seed}).scores);
            auto r = sides_.row(feature_kind::pretrained, fused_name(), seed);
            report::add_linear(r, probe::evaluate_scores(sides_.test.clips.labels,
                                                         metric::fuse(streams, sides_.classes(), {},
                                                                      metric::fusion_rule::softmax),
                                                         sides_.classes()));
            keep(std::move(r));
        }
    }

    void keep_artifacts(const std::string& stream, const std::vector<train::epoch_record>& history,
                        const probe::evaluation& linear, const data::feature_table& train,
                        const data::feature_table& test) {
        study_.curves.push_back(loss_curve("loss, " + stream + " stream", history));
        if (stream != o_.streams[0]) return;
        const auto folds = splits_.folds.size();
        study_.confusions.push_back(
            {text("Linear probe on the pre-trained encoder, ", stream, " stream, seed 1",
                  folds > 1 ? text(", fold 1 of ", folds) : std::string()),
             linear.confusion, class_counts(sides_.train.clips)});
        study_.retrieval = examples(sides_, train, test, 3, 5);
    }

    report::study finish() {
        study_.results = store_.rows();
        store_.finish();
        if (store_.used_again() > 0)
            say(text("note: ", store_.used_again(), " rows of before are used again, ", computed_,
                     " were computed"));
        say_what_is_left();
        study_.data = describe(corpus_, o_.data.folder);
        study_.title = "mgfm study: " + study_.data.name;
        study_.split = splits_.words;
        study_.command = o_.command;
        study_.settings = {{"scale", o_.data.scale},
                           {"reference position", positions_in_words(corpus_, positions_)},
                           {"frames", std::to_string(o_.model.frames)},
                           {"width", std::to_string(o_.model.width)},
                           {"heads", std::to_string(o_.model.heads)},
                           {"epochs", std::to_string(o_.training.epochs)},
                           {"batch", std::to_string(o_.training.batch)},
                           {"views", o_.training.views},
                           {"products", o_.training.products},
                           {"seeds", "1 to " + std::to_string(o_.seeds)}};
        add_identity(study_.settings, corpus_, o_.data);
        report::summarise(study_);
        return std::move(study_);
    }

    static constexpr const char* checkpoint_ending = ".safetensors";

    const study_options& o_;
    const corpus& corpus_;
    std::set<std::string> positions_;
    named_split splits_;
    int threads_;
    row_store store_;
    report::study study_;
    fold_sides sides_;
    recipe prepared_, fold_;  ///< how this fold's clips are prepared; all that is equal in the fold
    std::set<std::string> checkpoints_;  ///< of this study
    int computed_ = 0;
    std::map<std::pair<std::string, std::uint64_t>, probe::evaluation> scores_;
};

void run_study(study_options& o) {
    o.data.check_source();
    check_outputs(o.json, {o.html}, o.data.files());
    const corpus from = load(o.data, o.run.thread_count());
    named_split splits = choose_split(from.clips, o.split);
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
    options->run.add_to(*command);
    command
        ->add_option("--streams", options->streams,
                     "Streams: joint, bone, motion, bone_motion; several are also fused")
        ->delimiter(',')
        ->check(CLI::IsMember(stream_names))
        ->capture_default_str();
    std::vector<std::string> kinds;
    for (const feature_kind kind : report::feature_kinds) kinds.emplace_back(report::name(kind));
    command
        ->add_option("--features", options->features,
                     "Systems to compare (default: all): majority, summary, raw, dtw, random, "
                     "supervised, shuffled, pretrained")
        ->delimiter(',')
        ->check(CLI::IsMember(kinds));
    command->add_option("--seeds", options->seeds, "Repetitions with seeds 1 to N")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command->add_option("--work", options->work,
                        "Folder for checkpoints and finished rows (default: JSON file + .work)");
    add_json(*command, options->json, "All figures");
    command->add_option("--html", options->html, "All figures as one self-contained page");
    command->callback([options] { run_study(*options); });
}

}  // namespace mgfm
