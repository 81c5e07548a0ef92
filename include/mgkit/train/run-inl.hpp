// SPDX-License-Identifier: MIT
// Definitions of run.hpp.
#pragma once

#include <cmath>
#include <cstddef>
#include <utility>

#include "mgkit/data/labels.hpp"
#include "mgkit/train/run.hpp"

namespace MGKIT_NAMESPACE::train::detail {

MGKIT_COLD_INLINE void check(const fit_settings& s, const source_base& from, bool uses_labels) {
    if (from.size() < 2)
        throw error("fit", "two or more clips", text(from.size()), "add recordings");
    if (s.epochs < 1 || s.batch < 2)
        throw error("fit", "one or more epochs, a batch of two or more",
                    text(s.epochs, " epochs, batch ", s.batch));
    if (s.stop_after < 0 || s.stop_after > s.epochs)
        throw error("fit", text("an end after 1 to ", s.epochs, " epochs, or 0 for all"),
                    text(s.stop_after));
    if (s.order == row_order::balanced &&
        from.labels().size() != static_cast<std::size_t>(from.size()))
        throw error("fit", "a source that tells the label of every row, for a balanced order",
                    text(from.labels().size(), " labels of ", from.size(), " rows"),
                    "add labels() to the source, or shuffle");
    if (!uses_labels) return;
    for (const field& f : from.fields())
        if (f.name == "labels") return;
    data::require_labels("fit", static_cast<std::size_t>(from.size()), 0);
}

MGKIT_COLD_INLINE epoch_rows rows_of(row_order order, std::uint64_t seed, std::uint32_t epoch,
                                     int count, std::span<const int> labels) {
    if (order == row_order::balanced) return balanced_order(seed, epoch, labels);
    return {epoch_order(seed, epoch, count)};
}

MGKIT_COLD_INLINE step_place place_of(const position& at, int batches, int epochs) {
    return {at.epoch, epochs, static_cast<std::int64_t>(at.epoch) * batches + at.next_batch,
            static_cast<std::int64_t>(epochs) * batches};
}

MGKIT_COLD_INLINE digest rates_of(double rate, const any_schedule& schedule, int epochs,
                                  int batches) {
    digest out;
    position at;
    for (; at.epoch < epochs; ++at.epoch)
        for (at.next_batch = 0; at.next_batch < (schedule.every_step ? batches : 1);
             ++at.next_batch)
            out.add(rate * schedule.factor(place_of(at, batches, epochs)));
    return out;
}

MGKIT_COLD_INLINE void add_step(position& at, const step_result& step) {
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

MGKIT_COLD_INLINE const epoch_record& close_epoch(position& at, int batches, double rate) {
    epoch_record record{at.epoch, at.loss_sum / batches, rate, at.part_sums};
    for (auto& part : record.parts) part.second /= batches;
    at.history.push_back(std::move(record));
    ++at.epoch;
    at.next_batch = 0;
    at.loss_sum = 0;
    at.part_sums.clear();
    return at.history.back();
}

}  // namespace MGKIT_NAMESPACE::train::detail

#if defined(MGKIT_COMPILED)
namespace MGKIT_NAMESPACE::train {
template class updater<eigen::tensor<float>>;
template class updater<eigen::tensor<double>>;
template class stepper<eigen::tensor<float>>;
template class stepper<eigen::tensor<double>>;
template std::vector<epoch_record> run(context&, training<eigen::tensor<float>>&);
template std::vector<epoch_record> run(context&, training<eigen::tensor<double>>&);
}  // namespace MGKIT_NAMESPACE::train
#endif
