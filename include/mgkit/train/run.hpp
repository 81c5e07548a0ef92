// SPDX-License-Identifier: MIT
// The training machine: compiled once for a tensor type, whatever the method, source and optimiser.
// infrastructure
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/core/digest.hpp"
#include "mgkit/core/recipe.hpp"
#include "mgkit/train/batches.hpp"
#include "mgkit/train/position.hpp"
#include "mgkit/train/schedule.hpp"
#include "mgkit/train/step.hpp"

namespace MGKIT_NAMESPACE::train {

/// Settings of `fit`.
struct fit_settings {
    int epochs = 100;
    int batch = 32;
    recipe run{};  ///< what else the run is made of that `fit` cannot see, checked when resuming
    parameter_rule groups{};  ///< factors on rate and weight decay by parameter
    row_order order = row_order::shuffled;
    /// Epochs after which the run ends, of `epochs` that the schedule spans; 0: all of them.
    int stop_after = 0;

    int last_epoch() const { return stop_after > 0 && stop_after < epochs ? stop_after : epochs; }
};

/// What `on_step` callbacks are told.
struct step_info {
    int epoch = 0, epochs = 0;
    int batch = 0, batches = 0;  ///< of the epoch; `batch` counts from 0
    std::int64_t steps = 0;      ///< since the start of training
    std::int64_t total_steps = 0;
    int clips = 0;  ///< rows of this batch
    double loss = 0;
    bool resumed = false;  ///< the run started from a checkpoint
};

/// A source behind one type, see `source`.
class source_base {
public:
    virtual ~source_base() = default;
    virtual int size() const = 0;
    virtual std::vector<field> fields() const = 0;
    virtual recipe made_of() const = 0;
    virtual void fill(const context& ctx, std::span<const int> rows, host_batch& out) = 0;
    /// Of every row; empty where the source does not tell.
    virtual std::vector<int> labels() const { return {}; }

    source_base() = default;
    source_base(const source_base&) = delete;
    source_base& operator=(const source_base&) = delete;
};

/// A source where it lies, which must stay there.
template <source S>
class source_view final : public source_base {
public:
    explicit source_view(S& s) : source_(s) {}
    int size() const override { return static_cast<int>(std::as_const(source_).size()); }
    std::vector<field> fields() const override { return std::as_const(source_).fields(); }
    recipe made_of() const override { return std::as_const(source_).made_of(); }
    void fill(const context& ctx, std::span<const int> rows, host_batch& out) override {
        source_.fill(ctx, rows, out);
    }
    std::vector<int> labels() const override {
        if constexpr (requires { std::vector<int>(std::as_const(source_).labels()); })
            return std::as_const(source_).labels();
        else
            return {};
    }

private:
    S& source_;
};

/// What a run is between two steps, for who keeps it: the leaves of the model, of the optimiser and
/// of what listens to the run, what the model states, and what the run is made of.
template <tensor T>
struct run_state {
    nn::leaf_list<T> model;
    nn::fact_map facts;
    nn::leaf_list<T> optimiser;
    nn::leaf_list<T> listeners{};
    recipe made_of{};
};

/// How a callback of `fit` keeps a run in files, see `checkpoints` and `best_values`; what it does
/// not do is empty.
template <tensor T>
struct keeper {
    /// Before the first step: puts a kept run back, if there is one, and says so.
    std::function<bool(context&, const run_state<T>&, position&)> restore;
    std::function<void(const position&)> restored;  ///< after another's restore
    std::function<void(context&, const run_state<T>&, position&, const epoch_record&)> keep_epoch;
    std::function<bool(std::int64_t steps)> due;  ///< whether to keep the run within an epoch
    /// Before the first step of a run, where due, and after each epoch.
    std::function<void(context&, const run_state<T>&, const position&)> keep;
};

/// What callbacks of `fit` want, gathered.
template <tensor T>
struct listeners {
    std::vector<step_events<T>> events;
    std::vector<std::function<void(const step_info&)>> on_step;
    std::vector<std::function<void(const epoch_record&)>> on_epoch;
    std::vector<std::function<nn::leaf_list<T>()>> state;  ///< what is kept of them
    recipe made_of;                                        ///< of those that change a run
    std::vector<keeper<T>> keepers;

    nn::leaf_list<T> leaves() const {
        nn::leaf_list<T> out;
        for (const auto& list : state)
            for (auto& l : list()) out.push_back(std::move(l));
        return out;
    }
};

/// One training: who learns from what, and how. Nothing here is a type of the user's.
template <tensor T>
struct training {
    pretext::method_base<T>& method;
    source_base& data;
    updater<T>& update;
    double rate = 0;  ///< base rate
    any_schedule schedule;
    fit_settings settings;
    recipe run;  ///< what a kept run must have been made of
    listeners<T> others;
};

namespace detail {

void check(const fit_settings& s, const source_base& from, bool uses_labels);

/// The rows of an epoch; `labels` for a balanced order.
epoch_rows rows_of(row_order order, std::uint64_t seed, std::uint32_t epoch, int count,
                   std::span<const int> labels);

step_place place_of(const position& at, int batches, int epochs);

/// The rate of every epoch or step, as a key.
digest rates_of(double rate, const any_schedule& schedule, int epochs, int batches);

/// Adds a step's parts to the sums of its epoch. Errors: a loss that is not finite.
void add_step(position& at, const step_result& step);

/// Closes an epoch: its record joins the curve.
const epoch_record& close_epoch(position& at, int batches, double rate);

/// Whether one of the keepers put a run back. Errors: two that could.
template <tensor T>
MGKIT_COLD bool restore(context& ctx, const std::vector<keeper<T>>& keepers,
                        const run_state<T>& run, position& at) {
    const keeper<T>* from = nullptr;
    for (const auto& k : keepers) {
        if (!k.restore) continue;
        if (from != nullptr) throw error("fit", "one place for checkpoints", "two", "take one out");
        from = &k;
    }
    if (from == nullptr || !from->restore(ctx, run, at)) return false;
    for (const auto& k : keepers)
        if (k.restored) k.restored(at);
    return true;
}

}  // namespace detail

/// Runs a training to its end, from where it was kept if it was; see `fit`.
template <tensor T>
MGKIT_COLD std::vector<epoch_record> run(context& ctx, training<T>& job) {
    const fit_settings& settings = job.settings;
    const auto& keepers = job.others.keepers;
    detail::check(settings, job.data, job.method.traits().uses_labels);
    const std::vector<int> starts = batch_starts(job.data.size(), settings.batch);
    const int batches = static_cast<int>(starts.size()) - 1;

    position at;
    const auto state = [&]() -> run_state<T> {
        return {job.method.leaves(), job.method.facts(), job.update.leaves(), job.others.leaves(),
                job.run};
    };
    const auto keep = [&] {
        for (const auto& k : keepers)
            if (k.keep) k.keep(ctx, state(), at);
    };
    const bool resumed = !keepers.empty() && detail::restore(ctx, keepers, state(), at);
    if (!resumed) keep();

    const std::vector<int> labels =
        settings.order == row_order::balanced ? job.data.labels() : std::vector<int>();
    host_batch batch(job.data.fields());
    stepper<T> step(job.method, job.update, job.others.events);
    const context_guard guard(ctx);
    ctx.training = true;
    while (at.epoch < settings.last_epoch()) {
        ctx.epoch = static_cast<std::uint32_t>(at.epoch);
        const epoch_rows order =
            detail::rows_of(settings.order, ctx.seed, ctx.epoch, job.data.size(), labels);
        const auto rate_now = [&] {
            return job.rate * job.schedule.factor(detail::place_of(at, batches, settings.epochs));
        };
        double rate = rate_now();
        while (at.next_batch < batches) {
            const auto begin =
                static_cast<std::size_t>(starts[static_cast<std::size_t>(at.next_batch)]);
            const auto end =
                static_cast<std::size_t>(starts[static_cast<std::size_t>(at.next_batch) + 1]);
            const auto rows = std::span(order.rows).subspan(begin, end - begin);
            if (job.schedule.every_step) rate = rate_now();
            batch.start(static_cast<int>(rows.size()));
            batch.repeats.assign(rows.size(), 0);
            if (!order.repeats.empty())
                std::copy_n(order.repeats.begin() + static_cast<std::ptrdiff_t>(begin), rows.size(),
                            batch.repeats.begin());
            job.data.fill(ctx, rows, batch);
            const step_result& done = step(ctx, batch, rate);
            detail::add_step(at, done);
            const step_info info{at.epoch,
                                 settings.last_epoch(),
                                 at.next_batch,
                                 batches,
                                 job.update.steps(),
                                 static_cast<std::int64_t>(batches) * settings.last_epoch(),
                                 static_cast<int>(rows.size()),
                                 done.loss,
                                 resumed};
            ++at.next_batch;
            for (const auto& tell : job.others.on_step) tell(info);
            if (at.next_batch == batches) break;
            for (const auto& k : keepers)
                if (k.keep && k.due && k.due(job.update.steps())) k.keep(ctx, state(), at);
        }
        job.method.after_epoch(ctx, at.epoch);
        const epoch_record record = detail::close_epoch(at, batches, rate);
        for (const auto& k : keepers)
            if (k.keep_epoch) k.keep_epoch(ctx, state(), at, record);
        keep();
        for (const auto& tell : job.others.on_epoch) tell(record);
    }
    return at.history;
}

}  // namespace MGKIT_NAMESPACE::train

#if defined(MGKIT_COMPILED)
namespace MGKIT_NAMESPACE::train {
extern template std::vector<epoch_record> run(context&, training<eigen::tensor<float>>&);
extern template std::vector<epoch_record> run(context&, training<eigen::tensor<double>>&);
}  // namespace MGKIT_NAMESPACE::train
#endif
#if !defined(MGKIT_COMPILED)
#include "mgkit/train/run-inl.hpp"
#endif
