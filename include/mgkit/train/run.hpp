// The training machine: compiled once for a tensor type, whatever the method, source and optimiser.
// infrastructure
#pragma once

#include <cerrno>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/core/digest.hpp"
#include "mgkit/core/recipe.hpp"
#include "mgkit/data/labels.hpp"
#include "mgkit/train/batches.hpp"
#include "mgkit/train/checkpoint.hpp"
#include "mgkit/train/schedule.hpp"
#include "mgkit/train/step.hpp"

namespace MGKIT_NAMESPACE::train {

/// Settings of `fit`.
struct fit_settings {
    int epochs = 100;
    int batch = 32;
    std::string checkpoint{};  ///< file to write and to resume from; empty for none
    int checkpoint_every = 0;  ///< steps between checkpoints; 0 writes after each epoch
    recipe run{};  ///< what else the run is made of that `fit` cannot see, checked when resuming
    parameter_rule groups{};  ///< factors on rate and weight decay by parameter
    std::string best{};       ///< file for the method's values after its best epoch; empty for none
    std::function<double(const epoch_record&)> score{};  ///< of an epoch, lower is better; its loss
    std::map<std::string, std::string> best_about{};     ///< metadata of that file
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

private:
    S& source_;
};

/// What callbacks of `fit` want, gathered.
template <tensor T>
struct listeners {
    std::vector<step_events<T>> events;
    std::vector<std::function<void(const step_info&)>> on_step;
    std::vector<std::function<void(const epoch_record&)>> on_epoch;
    std::vector<std::function<nn::leaf_list<T>()>> state;  ///< what checkpoints keep of them
    recipe made_of;                                        ///< of those that change a run

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
    recipe run;  ///< what a checkpoint must have been written for
    listeners<T> others;
};

namespace detail {

/// Whether there is something to resume from. What exists but cannot be read counts: it must lead
/// to an error, not to a fresh start that replaces it.
inline bool exists(const std::string& path) {
    if (std::FILE* file = std::fopen(path.c_str(), "rb")) {
        std::fclose(file);
        return true;
    }
    return errno != ENOENT;
}

inline void check(const fit_settings& s, const source_base& from, bool uses_labels) {
    if (from.size() < 2)
        throw error("fit", "two or more clips", text(from.size()), "add recordings");
    if (s.epochs < 1 || s.batch < 2 || s.checkpoint_every < 0)
        throw error(
            "fit",
            "one or more epochs, a batch of two or more, checkpoints every 0 steps "
            "or more",
            text(s.epochs, " epochs, batch ", s.batch, ", every ", s.checkpoint_every, " steps"));
    if (!uses_labels) return;
    for (const field& f : from.fields())
        if (f.name == "labels") return;
    data::require_labels("fit", static_cast<std::size_t>(from.size()), 0);
}

inline step_place place_of(const position& at, int batches, int epochs) {
    return {at.epoch, epochs, static_cast<std::int64_t>(at.epoch) * batches + at.next_batch,
            static_cast<std::int64_t>(epochs) * batches};
}

/// The rate of every epoch or step, as a key.
inline digest rates_of(double rate, const any_schedule& schedule, int epochs, int batches) {
    digest out;
    position at;
    for (; at.epoch < epochs; ++at.epoch)
        for (at.next_batch = 0; at.next_batch < (schedule.every_step ? batches : 1);
             ++at.next_batch)
            out.add(rate * schedule.factor(place_of(at, batches, epochs)));
    return out;
}

/// Adds a step's parts to the sums of its epoch.
inline void add_parts(position& at, const step_result& step) {
    at.part_sums.resize(step.parts.size());
    for (std::size_t i = 0; i < step.parts.size(); ++i) {
        at.part_sums[i].first = step.parts[i].first;
        at.part_sums[i].second += step.parts[i].second;
    }
    if (!std::isfinite(step.loss))
        throw error("fit", "a finite loss",
                    text("loss ", step.loss, " in epoch ", at.epoch, ", batch ", at.next_batch),
                    "lower the learning rate, or look for extreme coordinates");
    at.loss_sum += step.loss;
}

/// Closes an epoch: its record joins the curve.
inline const epoch_record& close_epoch(position& at, int batches, double rate) {
    epoch_record record{at.epoch, at.loss_sum / batches, rate, at.part_sums};
    for (auto& part : record.parts) part.second /= batches;
    at.history.push_back(std::move(record));
    ++at.epoch;
    at.next_batch = 0;
    at.loss_sum = 0;
    at.part_sums.clear();
    return at.history.back();
}

}  // namespace detail

/// Runs a training to its end, from its checkpoint if there is one; see `fit`.
template <tensor T>
std::vector<epoch_record> run(context& ctx, training<T>& job) {
    const fit_settings& settings = job.settings;
    detail::check(settings, job.data, job.method.uses_labels());
    const std::vector<int> starts = batch_starts(job.data.size(), settings.batch);
    const int batches = static_cast<int>(starts.size()) - 1;

    position at;
    const auto all = [&]() -> checkpointed<T> {
        return {job.method.leaves(), job.method.facts(), job.update.leaves(), job.others.leaves()};
    };
    const auto checkpoint = [&] {
        if (!settings.checkpoint.empty())
            save_checkpoint(ctx, settings.checkpoint, all(), at, job.run);
    };
    const bool resumed = !settings.checkpoint.empty() && detail::exists(settings.checkpoint);
    if (resumed) {
        at = load_checkpoint(ctx, settings.checkpoint, all(), job.run);
        if (at.best_epoch >= 0 && !settings.best.empty() && !detail::exists(settings.best))
            throw error(settings.best,
                        text("the values after epoch ", at.best_epoch,
                             ", the best so far of the run that is resumed"),
                        "no file", "put it back, or remove the checkpoint to start again");
    } else {
        checkpoint();
    }
    const auto keep_if_best = [&](const epoch_record& record) {
        if (settings.best.empty()) return;
        const double score = settings.score ? settings.score(record) : record.loss;
        if (at.best_epoch >= 0 && !(score < at.best_score)) return;
        at.best_epoch = record.epoch;
        at.best_score = score;
        nn::archive_writer out;
        out.add(ctx, job.method.leaves());
        out.add(job.method.facts());
        auto about = settings.best_about;
        about["epoch"] = text(record.epoch);
        about["score"] = nn::exact(score);
        out.save(settings.best, about);
    };

    host_batch batch(job.data.fields());
    stepper<T> step(job.method, job.update, job.others.events);
    const context_guard guard(ctx);
    ctx.training = true;
    while (at.epoch < settings.epochs) {
        ctx.epoch = static_cast<std::uint32_t>(at.epoch);
        const std::vector<int> order = epoch_order(ctx.seed, ctx.epoch, job.data.size());
        const auto rate_now = [&] {
            return job.rate * job.schedule.factor(detail::place_of(at, batches, settings.epochs));
        };
        double rate = rate_now();
        while (at.next_batch < batches) {
            const auto begin =
                static_cast<std::size_t>(starts[static_cast<std::size_t>(at.next_batch)]);
            const auto end =
                static_cast<std::size_t>(starts[static_cast<std::size_t>(at.next_batch) + 1]);
            const auto rows = std::span(order).subspan(begin, end - begin);
            if (job.schedule.every_step) rate = rate_now();
            batch.start(static_cast<int>(rows.size()));
            job.data.fill(ctx, rows, batch);
            const step_result done = step(ctx, batch, rate);
            detail::add_parts(at, done);
            const step_info info{at.epoch,
                                 settings.epochs,
                                 at.next_batch,
                                 batches,
                                 job.update.steps(),
                                 static_cast<std::int64_t>(batches) * settings.epochs,
                                 static_cast<int>(rows.size()),
                                 done.loss,
                                 resumed};
            ++at.next_batch;
            for (const auto& tell : job.others.on_step) tell(info);
            if (settings.checkpoint_every > 0 &&
                job.update.steps() % settings.checkpoint_every == 0 && at.next_batch < batches)
                checkpoint();
        }
        job.method.after_epoch(ctx, at.epoch);
        const epoch_record record = detail::close_epoch(at, batches, rate);
        keep_if_best(record);
        checkpoint();
        for (const auto& tell : job.others.on_epoch) tell(record);
    }
    return at.history;
}

}  // namespace MGKIT_NAMESPACE::train
