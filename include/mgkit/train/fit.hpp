// The training loop.
// infrastructure
#pragma once

#include <cerrno>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include "mgkit/core/digest.hpp"
#include "mgkit/core/recipe.hpp"
#include "mgkit/core/settings_text.hpp"
#include "mgkit/data/clip_digests.hpp"
#include "mgkit/train/batches.hpp"
#include "mgkit/train/checkpoint.hpp"
#include "mgkit/train/schedule.hpp"
#include "mgkit/train/step.hpp"
#include "mgkit/version.hpp"

namespace mgkit::train {

/// Settings of `fit`.
struct fit_settings {
    int epochs = 100;
    int batch = 32;
    std::string checkpoint{};  ///< file to write and to resume from; empty for none
    int checkpoint_every = 0;  ///< steps between checkpoints; 0 writes after each epoch
    recipe run{};  ///< what else the run is made of that `fit` cannot see, checked when resuming
};

/// What `on_step` callbacks are told.
struct step_info {
    int epoch = 0, epochs = 0;
    int batch = 0, batches = 0;  ///< of the epoch; `batch` counts from 0
    std::int64_t steps = 0;      ///< since the start of training
    std::int64_t total_steps = 0;
    int clips = 0;  ///< of this batch
    double loss = 0;
    bool resumed = false;  ///< the run started from a checkpoint
};

namespace detail {

template <class Callback>
inline constexpr bool listens = requires(Callback& c, const step_info& s) {
    c.on_step(s);
}
|| requires(Callback& c, const epoch_record& r) {
    c.on_epoch(r);
};

/// Whether there is something to resume from. What exists but cannot be read counts: it must lead
/// to an error, not to a fresh start that replaces it.
inline bool exists(const std::string& path) {
    if (std::FILE* file = std::fopen(path.c_str(), "rb")) {
        std::fclose(file);
        return true;
    }
    return errno != ENOENT;
}

inline void check_training_set(const data::clip_set& clips, bool labelled) {
    const auto count = static_cast<std::size_t>(clips.size());
    if (count < 2) throw error("fit", "two or more clips", text(count), "add recordings");
    labelled ? data::check_labelled(clips) : data::check(clips);
}

/// Whether a method says that it looks at labels.
template <class Method>
constexpr bool uses_labels() {
    if constexpr (requires { Method::uses_labels; })
        return Method::uses_labels;
    else
        return false;
}

inline std::string describe(const skeleton::pose_shape& s) {
    return text(skeleton::name(s.layout), ", ", s.frames, " frames, ", s.joints, " joints, ",
                s.persons, " persons");
}

/// Errors: views of other extents than the encoder reads.
template <class Views>
void check_views(const Views& views, const data::clip_set& clips, const encode::clip_input& input) {
    const skeleton::pose_shape made = views.shape({clips.shape, clips.num_frames[0], {}});
    if (made != input.view_shape())
        throw error("fit", text("views of ", describe(input.view_shape()), " for the encoder"),
                    describe(made), "give the crop and the encoder's input the same frames");
}

}  // namespace detail

using encode::input_text;

/// What a run of `fit` is made of, and what a checkpoint must have been written for to be resumed:
/// every array of the clips by its digest, how they enter the encoder, views with the settings of
/// each stage, what the method says of itself (encoder, loss weights), optimiser, the rate of every
/// epoch, epochs, batch, seed, which parameters are trained, and the version of the library.
/// Threads, callbacks and when checkpoints are written do not count. Cost: one pass over the clips.
template <class Method, class Optimiser, class Schedule>
recipe recipe_of(const context& ctx, Method& model, const data::clip_set& clips,
                 const encode::clip_input& input, const Optimiser& optimiser_settings,
                 const Schedule& schedule, const fit_settings& settings) {
    using T = typename Method::tensor_type;
    recipe out = data::recipe_of(data::digests_of(clips));
    out.set("input", input_text(input));
    out.set("views", text(Method::views, " views, ", settings_text(model.augmentation)));
    if constexpr (requires { Method::name; }) out.set("method", Method::name);
    out.add(model.made_of());
    digest rates;
    for (int epoch = 0; epoch < settings.epochs; ++epoch)
        rates.add(optimiser_settings.rate * schedule(epoch, settings.epochs));
    out.set("optimiser", text(Optimiser::name, " ", settings_text(optimiser_settings.settings()),
                              ", rate ", optimiser_settings.rate, ", of all epochs ", rates.hex()));
    out.set("epochs", text(settings.epochs));
    out.set("batch", text(settings.batch));
    out.set("seed", text(ctx.seed));
    digest trained;
    nn::for_each_parameter(model, [&](const std::string& name, parameter<T>& p) {
        if (p.trainable) trained.add(name);
    });
    out.set("trained parameters", trained.hex());
    out.set("numbers", text(8 * sizeof(typename backend_traits<T>::scalar), " bits"));
    out.set("version", version);
    return out.add(settings.run);
}

/// Trains a method on clips and returns the training curve, one record per epoch.
///
/// Each step: views of a batch (augmented in parallel on the host), forward, backward, one update.
/// Batches of an epoch follow a shuffle by (seed, epoch). Labels reach the method where the set has
/// them; a method with `static constexpr bool uses_labels = true` refuses unlabelled clips. With a
/// checkpoint file the run resumes from it if it exists (else it is written before the first step);
/// a run that was killed at any moment ends with the same bits as one that was not. Callbacks may
/// have `on_step(step_info)` and `on_epoch(epoch_record)`; they do not change which parameters are
/// trainable. The context's mode, epoch and rows are put back, also after an error.
///
/// Errors: fewer than two clips, those of data::check, epochs below 1, batch below 2, views of
/// other extents than the encoder's, a loss that is not finite (with epoch and batch; the model in
/// memory has then taken that step, its checkpoint has not), a checkpoint of another run (see
/// recipe_of), a damaged one, one that cannot be written. Randomness: `ctx.seed`.
template <class Method, class Optimiser, class Schedule = constant_schedule, class... Callbacks>
requires pretext::method<Method> && optimiser<Optimiser> std::vector<epoch_record> fit(
    context& ctx, Method& model, const data::clip_set& clips, const encode::clip_input& input,
    const Optimiser& optimiser_settings, const Schedule& schedule, const fit_settings& settings,
    Callbacks&&... callbacks) {
    static_assert((detail::listens<Callbacks> && ...),
                  "mgkit: a callback of fit has neither on_step(step_info) nor "
                  "on_epoch(epoch_record)");
    using T = typename Method::tensor_type;
    using views_type = decltype(model.augmentation);

    detail::check_training_set(clips, detail::uses_labels<Method>());
    if (settings.epochs < 1 || settings.batch < 2 || settings.checkpoint_every < 0)
        throw error("fit",
                    "one or more epochs, a batch of two or more, checkpoints every 0 steps "
                    "or more",
                    text(settings.epochs, " epochs, batch ", settings.batch, ", every ",
                         settings.checkpoint_every, " steps"));
    detail::check_views(model.augmentation, clips, input);

    const std::vector<int> starts = batch_starts(clips.size(), settings.batch);
    const int batches = static_cast<int>(starts.size()) - 1;
    const encode::clip_extents e = input.extents();
    const recipe run =
        settings.checkpoint.empty()
            ? recipe{}
            : recipe_of(ctx, model, clips, input, optimiser_settings, schedule, settings);

    updater<T, Optimiser> update(ctx, model, optimiser_settings);
    position at;
    bool resumed = false;
    const auto checkpoint = [&] {
        if (!settings.checkpoint.empty())
            save_checkpoint(ctx, settings.checkpoint, model, update, at, run);
    };
    if (!settings.checkpoint.empty() && detail::exists(settings.checkpoint)) {
        at = load_checkpoint(ctx, settings.checkpoint, model, update, run);
        resumed = true;
    } else {
        checkpoint();
    }

    view_batcher<views_type> batcher(input, model.augmentation);
    stepper step(model, update);
    std::vector<int> labels;
    const context_guard guard(ctx);
    ctx.training = true;
    while (at.epoch < settings.epochs) {
        ctx.epoch = static_cast<std::uint32_t>(at.epoch);
        const double rate = optimiser_settings.rate * schedule(at.epoch, settings.epochs);
        const std::vector<int> order = epoch_order(ctx.seed, ctx.epoch, clips.size());
        while (at.next_batch < batches) {
            const auto begin =
                static_cast<std::size_t>(starts[static_cast<std::size_t>(at.next_batch)]);
            const auto end =
                static_cast<std::size_t>(starts[static_cast<std::size_t>(at.next_batch) + 1]);
            const auto rows = std::span(order).subspan(begin, end - begin);
            labels.clear();
            if (!clips.labels.empty())
                for (const int i : rows)
                    labels.push_back(clips.labels[static_cast<std::size_t>(i)]);

            const auto views = batcher.build(ctx, clips, rows);
            const auto [loss, parts] = step(ctx, views,
                                            {static_cast<extent>(rows.size()) * Method::views,
                                             e.channels, e.frames, e.joints, e.persons},
                                            labels, rate);
            at.part_sums.resize(parts.size());
            for (std::size_t i = 0; i < parts.size(); ++i) {
                at.part_sums[i].first = parts[i].first;
                at.part_sums[i].second += parts[i].second;
            }
            if (!std::isfinite(loss))
                throw error("fit", "a finite loss",
                            text("loss ", loss, " in epoch ", at.epoch, ", batch ", at.next_batch),
                            "lower the learning rate, or look for extreme coordinates");
            at.loss_sum += loss;
            const step_info info{at.epoch,
                                 settings.epochs,
                                 at.next_batch,
                                 batches,
                                 update.steps(),
                                 static_cast<std::int64_t>(batches) * settings.epochs,
                                 static_cast<int>(rows.size()),
                                 loss,
                                 resumed};
            ++at.next_batch;
            (
                [&] {
                    if constexpr (requires { callbacks.on_step(info); }) callbacks.on_step(info);
                }(),
                ...);
            if (settings.checkpoint_every > 0 && update.steps() % settings.checkpoint_every == 0 &&
                at.next_batch < batches)
                checkpoint();
        }
        epoch_record record{at.epoch, at.loss_sum / batches, rate, at.part_sums};
        for (auto& part : record.parts) part.second /= batches;
        at.history.push_back(record);
        ++at.epoch;
        at.next_batch = 0;
        at.loss_sum = 0;
        at.part_sums.clear();
        checkpoint();
        (
            [&] {
                if constexpr (requires { callbacks.on_epoch(record); }) callbacks.on_epoch(record);
            }(),
            ...);
    }
    return at.history;
}

}  // namespace mgkit::train
