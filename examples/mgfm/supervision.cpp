// SPDX-License-Identifier: MIT
#include "supervision.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "mgkit/augment/n_views.hpp"
#include "mgkit/core/settings_text.hpp"
#include "mgkit/pretext/supervised.hpp"
#include "mgkit/study/classes.hpp"
#include "mgkit/study/fold.hpp"
#include "mgkit/train/checkpoint.hpp"
#include "mgkit/train/epoch_counts.hpp"
#include "mgkit/train/fit.hpp"
#include "mgkit/train/list.hpp"
#include "mgkit/train/moving_average.hpp"
#include "training.hpp"
#include "views.hpp"

namespace mgfm {

using namespace mgkit;

namespace {

using label_method = pretext::supervised<tensor, encoder, pretext::no_views>;

using label_views = augment::n_views<1, augment::stage_list>;

/// Calls `f` with the optimiser of the options.
template <class F>
auto with_optimiser(const optimiser_options& o, const F& f) {
    const auto set = [&](auto optimiser) {
        if (o.rate > 0) optimiser.rate = o.rate;
        if (o.weight_decay >= 0) optimiser.weight_decay = o.weight_decay;
        return optimiser;
    };
    if (o.kind == "sgd") {
        auto sgd = set(train::sgd{});
        sgd.momentum = o.momentum;
        sgd.nesterov = o.nesterov;
        return f(sgd);
    }
    if (o.kind == "adamw") return f(set(train::adamw{}));
    return f(set(train::adam{}));
}

std::function<double(int, int)> schedule_of(const rate_options& rates) {
    if (rates.schedule == "cosine") return train::cosine_schedule{.warm_up = rates.warm_up};
    return train::step_schedule{
        .milestones = rates.schedule == "steps" ? rates.milestones : std::vector<int>{},
        .factor = rates.factor,
        .warm_up = rates.warm_up};
}

pretext::supervised_settings labels_of(const learning_options& how,
                                       const study::trained_classes& classes) {
    pretext::supervised_settings out{.label_smoothing = how.label_smoothing,
                                     .logit_adjustment = how.logit_adjustment,
                                     .mix_up = {.alpha = how.mix_up, .by_row = how.mix_by_row},
                                     .dropout = how.dropout};
    out.class_counts.resize(classes.classes.size());
    for (const int label : classes.labels) ++out.class_counts[static_cast<std::size_t>(label)];
    return out;
}

/// What listens to a training: the average of the weights, the counts after each epoch.
struct listening {
    using tensor_type = tensor;

    std::optional<train::moving_average<tensor>> average;
    std::optional<train::epoch_counts<tensor>> counts;

    recipe made_of() const { return average ? average->made_of() : recipe(); }
    void after_step(context& ctx) {
        if (average) average->after_step(ctx);
    }
    void keep_epoch(context& ctx, const train::run_state<tensor>& run, train::position& at,
                    const train::epoch_record& record) {
        if (counts) counts->keep_epoch(ctx, run, at, record);
    }
    nn::leaf_list<tensor> leaves() {
        nn::leaf_list<tensor> out;
        if (average) out = average->leaves();
        if (counts)
            for (auto& leaf : counts->leaves()) out.push_back(std::move(leaf));
        return out;
    }
};

/// An encoder and a classifier that learn from the clips of one side.
class label_training {
public:
    label_training(const supervision& what, const data::clip_set& clips)
        : what_(what),
          clips_(clips),
          classes_(clips.labels),
          made_(what.input, what.model, what.seed, what.threads),
          method_(fresh()) {}

    /// Trains to the end, or until `stop_after`; with `judged`, `right` are the clips of them that
    /// were right after each epoch.
    void run(int stop_after, const std::string& checkpoint, const std::string& words,
             const data::clip_set* judged = nullptr, std::vector<std::int64_t>* right = nullptr) {
        const learning_options& how = what_.learning;
        context& ctx = made_.get().ctx;
        listening others;
        if (how.average > 0) {
            others.average.emplace(ctx, method_, how.average);
            shown_.emplace(fresh());
        }
        if (judged != nullptr)
            others.counts.emplace(how.epochs, [&](context& c) {
                if (others.average) others.average->copy_to(c, *shown_);
                return right_of(c, *judged);
            });
        data::clip_set learned = study::counted(clips_);
        learned.labels = classes_.labels;
        train::skeleton_views views(
            learned, what_.input,
            label_views{policy_of(how.views, clips_, what_.model.frames, how.min_crop)});
        const train::fit_settings settings{.epochs = how.epochs,
                                           .batch = how.batch,
                                           .run = what_.prepared,
                                           .order = how.sampling == "balanced"
                                                        ? train::row_order::balanced
                                                        : train::row_order::shuffled,
                                           .stop_after = stop_after};
        const auto rates = schedule_of(how.rates);
        progress_display display(words, "clips");
        const on_progress progress = display.with_loss();
        with_optimiser(how.optimiser, [&](const auto& optimiser) {
            made_of_ = train::recipe_of(ctx, method_, views, optimiser, rates, settings);
            made_of_.add(others.made_of());
            history_ = train::fit(ctx, method_, views, optimiser, rates, settings,
                                  train::checkpoints{checkpoint}, others,
                                  reporter{progress, clips_.size()});
        });
        if (others.average) others.average->copy_to(ctx, method_);
        shown_.reset();
        if (right != nullptr) *right = others.counts->counts();
    }

    /// Scores [N, classes that were trained on].
    data::feature_table scores(context& ctx, const data::clip_set& clips) const {
        const label_method& judge = shown_ ? *shown_ : method_;
        const auto scores_of = [&judge](context& c, const tensor& x) { return judge.scores(c, x); };
        return encode::embed<tensor>(
            ctx, scores_of, what_.input, static_cast<std::size_t>(clips.size()),
            [&](std::size_t i) { return clips.clip(static_cast<int>(i)); });
    }
    const study::trained_classes& classes() const { return classes_; }
    context& ctx() { return made_.get().ctx; }

    supervised_result finish() && {
        const auto table = scores(ctx(), what_.test);
        auto found = probe::evaluate_scores(what_.test.labels,
                                            classes_.widened(table.values, what_.clips.classes()),
                                            what_.clips.classes());
        made_.get().model = std::move(method_.backbone);
        made_.get().classifier = std::move(method_.fc);
        made_.get().classes = classes_.classes;
        return {std::move(made_), std::move(found), std::move(history_), {}, std::move(made_of_)};
    }

private:
    label_method fresh() {
        return {nn::scope(made_.get().ctx), settings_of(what_.input, what_.model), classes_.count(),
                pretext::no_views{}, labels_of(what_.learning, classes_)};
    }
    std::int64_t right_of(context& ctx, const data::clip_set& clips) const {
        const auto table = scores(ctx, clips);
        std::int64_t out = 0;
        for (std::size_t i = 0; i < table.rows; ++i) {
            const auto row = table.row(i);
            const auto best =
                static_cast<std::size_t>(std::max_element(row.begin(), row.end()) - row.begin());
            out += classes_.classes[best] == clips.labels[i] ? 1 : 0;
        }
        return out;
    }

    const supervision& what_;
    const data::clip_set& clips_;
    study::trained_classes classes_;
    trained_encoder made_;
    label_method method_;
    std::optional<label_method> shown_;  ///< the average of the weights while they are trained
    std::vector<train::epoch_record> history_;
    recipe made_of_;
};

/// The epochs that people of the training side choose.
study::epoch_choice choose_epochs(const supervision& what) {
    const int folds = what.learning.inner_folds;
    return study::choose_epochs(
        what.clips, folds,
        [&](const data::clip_set& learned, const data::clip_set& judged, int inner) {
            const std::string file =
                what.checkpoint.empty() ? "" : text(what.checkpoint, ".inner", inner);
            std::vector<std::int64_t> right;
            label_training(what, learned)
                .run(0, file, text(what.words, ", inner fold ", inner), &judged, &right);
            std::vector<double> out;
            for (const std::int64_t hits : right)
                out.push_back(static_cast<double>(hits) / judged.size());
            return out;
        });
}

}  // namespace

std::vector<study::setting> supervised_result::chosen() const {
    return choice ? choice->chosen() : std::vector<study::setting>{};
}

supervised_result supervise(const supervision& what) {
    std::optional<study::epoch_choice> choice;
    if (what.learning.inner_folds > 0) choice = choose_epochs(what);
    label_training training(what, what.clips);
    training.run(choice ? choice->epochs : 0, what.checkpoint, what.words);
    supervised_result out = std::move(training).finish();
    out.choice = std::move(choice);
    return out;
}

recipe supervised_parts(const data::clip_set& clips, const encode::clip_input& input,
                        const model_options& model, const learning_options& learning) {
    recipe out = encoder_parts(input, model);
    out.set("views",
            settings_text(policy_of(learning.views, clips, model.frames, learning.min_crop)));
    out.set("optimiser", with_optimiser(learning.optimiser, [](const auto& optimiser) {
                return text(optimiser.name, settings_text(optimiser));
            }));
    return out.set("learning", settings_text(learning));
}

learning_options same_training(const training_options& training) {
    learning_options out{.epochs = training.epochs, .batch = training.batch};
    out.optimiser.rate = training.rate;
    out.optimiser.weight_decay = training.weight_decay;
    out.min_crop = training.min_crop;
    return out;
}

}  // namespace mgfm
