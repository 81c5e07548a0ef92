// SPDX-License-Identifier: MIT
// Something counted after every epoch of a training, and kept with the run.
// infrastructure: a callback of fit
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/core/context.hpp"
#include "mgkit/train/run.hpp"

namespace MGKIT_NAMESPACE::train {

/// A callback of `fit` that counts after every epoch, such as right answers on clips that nobody
/// trains on. Checkpoints keep the counts, so that a run that was stopped anywhere ends with all of
/// them. `count` may use the context as it likes: what it changes there is put back.
template <tensor T>
class epoch_counts {
public:
    using tensor_type = T;

    epoch_counts(int epochs, std::function<std::int64_t(context&)> count,
                 std::string name = "counts")
        : counts_(static_cast<std::size_t>(epochs), -1),
          count_(std::move(count)),
          name_(std::move(name)) {}
    epoch_counts(const epoch_counts&) = delete;
    epoch_counts& operator=(const epoch_counts&) = delete;

    void keep_epoch(context& ctx, const run_state<T>&, position&, const epoch_record& record) {
        const context_guard guard(ctx);
        counts_.at(static_cast<std::size_t>(record.epoch)) = count_(ctx);
    }

    nn::leaf_list<T> leaves() {
        nn::leaf_list<T> out;
        for (std::size_t epoch = 0; epoch < counts_.size(); ++epoch) {
            nn::leaf<T> one;
            one.name = name_ + "." + std::to_string(epoch);
            one.counter = &counts_[epoch];
            out.push_back(std::move(one));
        }
        return out;
    }

    /// After each epoch; -1 for those that have not been.
    const std::vector<std::int64_t>& counts() const { return counts_; }

private:
    std::vector<std::int64_t> counts_;
    std::function<std::int64_t(context&)> count_;
    std::string name_;
};

}  // namespace MGKIT_NAMESPACE::train
