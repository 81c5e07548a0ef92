// SPDX-License-Identifier: MIT
// Training a method on a source: the user's side of the machine in train/run.hpp.
// infrastructure
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "mgkit/core/settings_text.hpp"
#include "mgkit/train/run.hpp"
#include "mgkit/train/skeleton_views.hpp"
#include "mgkit/version.hpp"

namespace MGKIT_NAMESPACE::train {

namespace detail {

template <class C>
inline constexpr bool hears = requires(C& c, const step_info& s) {
    c.on_step(s);
}
|| requires(C& c, const epoch_record& r) {
    c.on_epoch(r);
};

/// Whether a callback takes part in steps.
template <class C, class T>
inline constexpr bool takes_part = requires(C& c, context& ctx) {
    c.before_step(ctx);
}
|| requires(C& c, context& ctx) {
    c.after_step(ctx);
}
|| requires(C& c, context& ctx, const nn::leaf_list<T>& all) {
    c.gradients(ctx, all);
};

/// Whether a callback keeps the run, see `keeper`.
template <class C, class T>
inline constexpr bool keeps = requires(C& c, context& ctx, const run_state<T>& run,
                                       const position& at) {
    c.keep(ctx, run, at);
}
|| requires(C& c, context& ctx, const run_state<T>& run, position& at, const epoch_record& r) {
    c.keep_epoch(ctx, run, at, r);
};

template <tensor T, class C>
MGKIT_COLD keeper<T> keeper_of(C& c) {
    using state = const run_state<T>&;
    keeper<T> out;
    if constexpr (requires(context & ctx, state run, position & at) { c.restore(ctx, run, at); })
        out.restore = [&c](context& ctx, state run, position& at) {
            return c.restore(ctx, run, at);
        };
    if constexpr (requires(const position& at) { c.restored(at); })
        out.restored = [&c](const position& at) { c.restored(at); };
    if constexpr (requires(context & ctx, state run, position & at, const epoch_record& r) {
                      c.keep_epoch(ctx, run, at, r);
                  })
        out.keep_epoch = [&c](context& ctx, state run, position& at, const epoch_record& r) {
            c.keep_epoch(ctx, run, at, r);
        };
    if constexpr (requires(std::int64_t steps) { c.due(steps); })
        out.due = [&c](std::int64_t steps) { return c.due(steps); };
    if constexpr (requires(context & ctx, state run, const position& at) { c.keep(ctx, run, at); })
        out.keep = [&c](context& ctx, state run, const position& at) { c.keep(ctx, run, at); };
    return out;
}

template <tensor T, class C>
MGKIT_COLD void listen(listeners<T>& to, C& c) {
    static_assert(hears<C> || takes_part<C, T> || keeps<C, T>,
                  "mgkit: a callback of fit has neither on_step(step_info) nor "
                  "on_epoch(epoch_record), takes no part in steps (before_step, gradients, "
                  "after_step) and does not keep the run either (keep, keep_epoch)");
    if constexpr (keeps<C, T>) to.keepers.push_back(keeper_of<T>(c));
    if constexpr (requires(const step_info& s) { c.on_step(s); })
        to.on_step.push_back([&c](const step_info& s) { c.on_step(s); });
    if constexpr (requires(const epoch_record& r) { c.on_epoch(r); })
        to.on_epoch.push_back([&c](const epoch_record& r) { c.on_epoch(r); });
    if constexpr (takes_part<C, T>) {
        static_assert(
            requires(const C& same) {
                { same.made_of() } -> std::same_as<recipe>;
            },
            "mgkit: a callback that takes part in steps says what a resumed run must agree in: "
            "recipe made_of() const");
        to.made_of.add(std::as_const(c).made_of());
        step_events<T> events;
        if constexpr (requires(context & ctx) { c.before_step(ctx); })
            events.before_step = [&c](context& ctx) { c.before_step(ctx); };
        if constexpr (requires(context & ctx, const nn::leaf_list<T>& all) {
                          c.gradients(ctx, all);
                      })
            events.gradients = [&c](context& ctx, const nn::leaf_list<T>& all) {
                c.gradients(ctx, all);
            };
        if constexpr (requires(context & ctx) { c.after_step(ctx); })
            events.after_step = [&c](context& ctx) { c.after_step(ctx); };
        to.events.push_back(std::move(events));
    }
    if constexpr (nn::module<C> || nn::listing<C>)
        to.state.push_back([&c] { return nn::leaves(c); });
}

}  // namespace detail

/// What a run of `fit` is made of, and what a kept run must have been made of to be resumed:
/// what source and method say of themselves (every array of clips by its digest, how they enter the
/// encoder, views with the settings of each stage, encoder, loss weights), optimiser, the rate of
/// every epoch or step, epochs, batch, seed, which parameters are trained and by which factors, and
/// the version of the library. Threads, callbacks that only listen and when checkpoints are written
/// do not count. Cost: one pass over the source.
template <tensor T, optimiser Optimiser>
MGKIT_COLD recipe recipe_of(const context& ctx, pretext::method_base<T>& trained,
                            const source_base& data, const Optimiser& settings_of_steps,
                            const any_schedule& schedule, const fit_settings& settings) {
    recipe out = data.made_of();
    out.add(trained.made_of());
    const int batches = static_cast<int>(batch_starts(data.size(), settings.batch).size()) - 1;
    const digest rates =
        detail::rates_of(settings_of_steps.rate, schedule, settings.epochs, batches);
    out.set("optimiser",
            text(Optimiser::name, " ", settings_text(settings_of_steps.settings()), ", rate ",
                 settings_of_steps.rate,
                 schedule.every_step ? ", of all steps " : ", of all epochs ", rates.hex()));
    out.set("epochs", settings.last_epoch() == settings.epochs
                          ? text(settings.epochs)
                          : text(settings.last_epoch(), " of ", settings.epochs));
    out.set("batch", text(settings.batch));
    out.set("order", name(settings.order));
    out.set("seed", text(ctx.seed));
    digest parameters;
    for (const nn::leaf<T>& l : nn::parameters(trained.leaves())) {
        if (!l.weights->trainable) continue;
        parameters.add(l.name);
        if (!settings.groups) continue;
        const parameter_factors f = settings.groups(l.name, shape_of(*l.value));
        parameters.add(f.rate).add(f.weight_decay);
    }
    out.set("trained parameters", parameters.hex());
    out.set("numbers", text(8 * sizeof(typename backend_traits<T>::scalar), " bits"));
    out.set("version", version);
    return out.add(settings.run);
}

/// The same for a method and a source of any type, without training.
template <pretext::method Method, source Source, optimiser Optimiser, schedule Schedule>
MGKIT_COLD recipe recipe_of(const context& ctx, Method& model, Source&& data,
                            const Optimiser& optimiser_settings, const Schedule& schedule,
                            const fit_settings& settings) {
    pretext::method_view<Method> trained(model);
    source_view<std::remove_reference_t<Source>> rows(data);
    return recipe_of<typename Method::tensor_type>(ctx, trained, rows, optimiser_settings,
                                                   any_schedule::of(schedule), settings);
}

/// Trains a method on a source and returns the training curve, one record per epoch.
///
/// Each step: a batch (filled in parallel on the host), forward, backward, one update. Batches of
/// an epoch follow a shuffle by (seed, epoch), or classes evenly (`fit_settings::order`), for which
/// the source tells `labels()` of its rows. A method that uses labels refuses sources without.
/// The context's mode, epoch and rows are put back, also after an error.
///
/// Files are written where a callback asks for them, and cost a program nothing where none does:
/// `checkpoints{path}` (checkpoint.hpp) resumes a run, `best_values{path}` keeps the values of the
/// epoch with the lowest score. Other callbacks have any of `on_step(step_info)`,
/// `on_epoch(epoch_record)`, and the events of a step that methods have (`before_step`,
/// `gradients`, `after_step`; see pretext::method): those that take part in steps state
/// `made_of()`, and what they keep as a module goes into checkpoints. They do not change which
/// parameters are trainable.
///
/// Errors: those of the source, fewer than two rows, epochs below 1, batch below 2, a loss that is
/// not finite (with epoch and batch; the model in memory has then taken that step, its checkpoint
/// has not), a checkpoint of another run (see recipe_of), a damaged one, one that cannot be
/// written. Randomness: `ctx.seed`.
template <pretext::method Method, source Source, optimiser Optimiser, schedule Schedule,
          class... Callbacks>
MGKIT_COLD std::vector<epoch_record> fit(context& ctx, Method& model, Source&& data,
                                         const Optimiser& optimiser_settings,
                                         const Schedule& schedule, const fit_settings& settings,
                                         Callbacks&&... callbacks) {
    using T = typename Method::tensor_type;
    pretext::method_view<Method> trained(model);
    source_view<std::remove_reference_t<Source>> rows(data);
    detail::check(settings, rows, trained.traits().uses_labels);
    updater<T> update(ctx, trained.leaves(), optimiser_settings, settings.groups);
    training<T> job{trained,  rows, update, optimiser_settings.rate, any_schedule::of(schedule),
                    settings, {},   {}};
    (detail::listen(job.others, callbacks), ...);
    if constexpr ((detail::keeps<std::remove_reference_t<Callbacks>, T> || ...)) {
        job.run = recipe_of<T>(ctx, trained, rows, optimiser_settings, job.schedule, settings);
        job.run.add(job.others.made_of);
    }
    return run(ctx, job);
}

/// The same on clips, in the views that the method brings along.
template <pretext::skeleton_method Method, optimiser Optimiser, schedule Schedule,
          class... Callbacks>
MGKIT_COLD std::vector<epoch_record> fit(context& ctx, Method& model, const data::clip_set& clips,
                                         const encode::clip_input& input,
                                         const Optimiser& optimiser_settings,
                                         const Schedule& schedule, const fit_settings& settings,
                                         Callbacks&&... callbacks) {
    skeleton_views views(clips, input, model.augmentation);
    return fit(ctx, model, views, optimiser_settings, schedule, settings,
               std::forward<Callbacks>(callbacks)...);
}

}  // namespace MGKIT_NAMESPACE::train
