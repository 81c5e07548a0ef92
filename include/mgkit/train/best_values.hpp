// SPDX-License-Identifier: MIT
// The values of a method after its best epoch, in a file.
// infrastructure
#pragma once

#include <functional>
#include <string>

#include "mgkit/io/file_exists.hpp"
#include "mgkit/nn/archive.hpp"
#include "mgkit/train/run.hpp"

namespace MGKIT_NAMESPACE::train {

/// A callback of `fit` that writes the method's values after each epoch with a lower score than all
/// before it, with `epoch` and `score` in the file's metadata. A resumed run knows which was best.
/// Errors: a file that cannot be written; none where the run that is resumed had written one.
struct best_values {
    std::string path;                                    ///< empty for none
    std::function<double(const epoch_record&)> score{};  ///< of an epoch, lower is better; its loss
    io::text_map about{};                                ///< metadata of the file

    void restored(const position& at) const {
        if (at.best_epoch >= 0 && !path.empty() && !io::file_exists(path))
            throw error(path,
                        text("the values after epoch ", at.best_epoch,
                             ", the best so far of the run that is resumed"),
                        "no file", "put it back, or remove the checkpoint to start again");
    }
    template <tensor T>
    void keep_epoch(context& ctx, const run_state<T>& run, position& at,
                    const epoch_record& record) const {
        if (path.empty()) return;
        const double now = score ? score(record) : record.loss;
        if (at.best_epoch >= 0 && !(now < at.best_score)) return;
        at.best_epoch = record.epoch;
        at.best_score = now;
        nn::archive_writer out;
        out.add(ctx, run.model);
        out.add(run.facts);
        auto metadata = about;
        metadata["epoch"] = text(record.epoch);
        metadata["score"] = nn::exact(now);
        out.save(path, metadata);
    }
};

}  // namespace MGKIT_NAMESPACE::train
