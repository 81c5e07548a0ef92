// SPDX-License-Identifier: MIT
#include "study_run.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <functional>
#include <set>
#include <system_error>
#include <utility>

#include "folds.hpp"
#include "made_of.hpp"
#include "members.hpp"
#include "mgkit/core/settings_text.hpp"
#include "mgkit/report/escape.hpp"
#include "mgkit/report/summarise.hpp"
#include "mgkit/study/protocol.hpp"
#include "mgkit/study/row_file.hpp"
#include "mgkit/study/systems.hpp"
#include "mgkit/version.hpp"
#include "report_parts.hpp"
#include "supervision.hpp"
#include "systems.hpp"
#include "terminal.hpp"

namespace mgfm {

using namespace mgkit;
using report::feature_kind;

namespace {

class study_run {
public:
    study_run(const study_options& o, const corpus& from, study::splits splits)
        : o_(o),
          corpus_(from),
          folds_(from, o.data, std::move(splits)),
          threads_(o.run.thread_count()),
          linear_(linear_named(o.linear)),
          store_(study::open_rows(o.work.empty() ? "" : o.work + "/rows.json", whole(),
                                  indispensable(), "use another --work folder")) {
        for (const auto& note : store_.notes) say("note: " + note);
        for (const auto& sentence : folds_.found().sentences()) say("note: " + sentence);
    }

    report::study operator()() {
        study::run(
            {.systems = systems(), .streams = o_.repeat.streams, .fused = o_.fused}, folds_.count(),
            std::ref(folds_), store_,
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
        out.add(study::linear_parts(linear_));
        static_assert(setting_count<model_options> == 7 && setting_count<training_options> == 7,
                      "mgfm: name the new option here");
        return out.set("products", o_.training.products);
    }

    encode::clip_input input(const std::string& stream) const {
        const study_member member = member_of(o_.model, stream);
        return input_of(corpus_, o_.data, member.model, member.stream);
    }
    /// The encoder that sees a stream.
    model_options model(const std::string& stream) const {
        return member_of(o_.model, stream).model;
    }
    recipe training_parts(feature_kind kind, const study::task& t) const {
        return kind == feature_kind::supervised
                   ? supervised_parts(t.at.train, input(t.stream), model(t.stream),
                                      same_training(o_.training))
                   : pretraining_parts(t.at.train, input(t.stream), model(t.stream), o_.training);
    }
    /// A system whose features a linear probe reads is made of that probe too.
    study::parts_maker probed_parts(study::parts_maker made_of) const {
        return study::with_linear(std::move(made_of), linear_);
    }

    /// The systems that are asked for, in the order of their rows.
    std::vector<study::system> systems() {
        const auto seeds = o_.repeat.seed_numbers();
        const auto parts = [this](feature_kind kind) {
            return [this, kind](const study::task& t) { return training_parts(kind, t); };
        };
        const auto made_by_encoder = [this](const study::task& t) {
            return encoder_parts(input(t.stream), model(t.stream));
        };
        pretrained_ = study::remembered([this](const study::task& t) { return pretrained(t); });
        std::vector<study::system> out{
            study::majority_system(), summary_system(threads_, linear_),
            raw_system([this](const std::string& stream) { return input(stream); }, threads_,
                       linear_),
            dtw_system(threads_)};
        out.push_back({.kind = feature_kind::random,
                       .run = [this](const study::task& t) { return random(t); },
                       .made_of = probed_parts(made_by_encoder),
                       .seeds = seeds});
        out.push_back({.kind = feature_kind::supervised,
                       .run = [this](const study::task& t) { return supervised(t); },
                       .made_of = parts(feature_kind::supervised),
                       .seeds = seeds});
        out.push_back({.kind = feature_kind::pretrained,
                       .run =
                           [this](const study::task& t) {
                               auto found = probed(t.at, pretrained_(t), threads_, linear_);
                               found.chosen.push_back(crop(t));
                               return found;
                           },
                       .made_of = probed_parts(parts(feature_kind::pretrained)),
                       .seeds = seeds});
        out.push_back(
            shuffled_system(pretrained_, parts(feature_kind::shuffled), threads_, seeds, linear_));
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

    /// Checkpoints in the work folder that are of no use to this study; where every row was there,
    /// none was looked for.
    void say_what_is_left() const {
        if (o_.work.empty() || store_.added() == 0) return;
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
        trained_encoder fresh(input(t.stream), model(t.stream), t.seed, threads_);
        return probed(t.at, embedded(fresh, t.at), threads_, linear_);
    }

    study::answer supervised(const study::task& t) {
        auto trained = supervise({.clips = t.at.train,
                                  .test = t.at.test,
                                  .input = input(t.stream),
                                  .model = model(t.stream),
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
            return pretrain(t.at.train, input(t.stream), model(t.stream), o_.training, t.seed,
                            threads_, checkpoint(feature_kind::pretrained, t), folds_.prepared(),
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
        return kind == feature_kind::pretrained && shown(t) && o_.shows();
    }

    void keep_artifacts(const study::task& t, const probe::evaluation& linear) {
        study_.curves.push_back(loss_curve("loss, " + t.stream + " stream", history_));
        const bool first = t.stream == o_.repeat.streams[0];
        if (!first && !o_.all_confusions) return;
        const auto folds = folds_.count();
        study_.confusions.push_back(
            {text("Linear probe on the pre-trained encoder, ", t.stream, " stream, seed 1",
                  folds > 1 ? text(", fold 1 of ", folds) : std::string()),
             linear.confusion, class_counts(t.at.train)});
        if (first) study_.retrieval = examples(t.at, pretrained_(t), 3, 5, threads_);
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
        if (o_.linear != "ridge")
            study_.settings.push_back(
                {"linear probe", std::string(study::linear_parts(linear_).words("linear probe"))});
        for (auto& setting : member_settings(corpus_, o_.data, o_.model, o_.repeat.streams))
            study_.settings.push_back(std::move(setting));
        add_identity(study_.settings, corpus_, o_.data);
        report::summarise(study_);
        return std::move(study_);
    }

    const study_options& o_;
    const corpus& corpus_;
    corpus_folds folds_;
    int threads_;
    study::linear_choice linear_;
    study::row_store store_;
    report::study study_;
    study::feature_maker pretrained_;           ///< the encoder trained last, for two systems
    std::vector<train::epoch_record> history_;  ///< of that training
    std::set<std::string> checkpoints_;         ///< of this study
};

}  // namespace

void study_options::add_linear_to(CLI::App& to) {
    to
        .add_option("--linear", linear,
                    "Linear probe: ridge, on standardised features with a strength that people of "
                    "the training side choose, or sgd, the evaluation of contrastive work "
                    "(features as they are, rate 0.1, 100 epochs)")
        ->check(CLI::IsMember({"ridge", "sgd"}))
        ->capture_default_str();
}

report::study run_study(const study_options& o, const corpus& from, study::splits splits) {
    return study_run(o, from, std::move(splits))();
}

}  // namespace mgfm
