// SPDX-License-Identifier: MIT
// Everything a training run needs to go on as if it had never stopped, in a file.
// infrastructure
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "mgkit/core/recipe.hpp"
#include "mgkit/io/file_exists.hpp"
#include "mgkit/io/safetensors.hpp"
#include "mgkit/nn/archive.hpp"
#include "mgkit/train/run.hpp"

namespace MGKIT_NAMESPACE::train {

inline constexpr const char* checkpoint_format = "mgkit checkpoint 4";

namespace detail {

io::text_map metadata_of(std::span<const io::tensor_entry> entries, const position& at,
                         const recipe& run);

/// Errors: no checkpoint, one of another run, a damaged one.
position checked_position(const io::safetensors_file& file, const recipe& run);

}  // namespace detail

/// Writes a checkpoint atomically. `run.made_of` (data, settings, version) goes with it; resuming
/// another is refused.
template <tensor T>
void save_checkpoint(context& ctx, const std::string& path, const run_state<T>& run,
                     const position& at) {
    nn::archive_writer out;
    out.add(ctx, run.model, "model.");
    out.add(run.facts, "model.");
    out.add(ctx, run.optimiser, "optimiser.");
    out.add(ctx, run.listeners, "listener.");
    out.save(path, detail::metadata_of(out.entries(), at, run.made_of));
}

/// Restores a checkpoint and says where to go on. Nothing is written if anything does not fit.
/// Errors: no checkpoint, one of another run, a damaged one, one of another model or optimiser.
template <tensor T>
position load_checkpoint(context& ctx, const std::string& path, const run_state<T>& run) {
    const io::safetensors_file file(path);
    const position at = detail::checked_position(file, run.made_of);
    nn::fact_map facts;
    for (const auto& [name, value] : run.facts) facts["model." + name] = value;
    const auto parameters =
        nn::stage(ctx, file, {.prefix = "model."}, run.model, nn::fact_differences(file, facts));
    const auto state = nn::stage(ctx, file, {.prefix = "optimiser."}, run.optimiser);
    const auto others = nn::stage(ctx, file, {.prefix = "listener."}, run.listeners);
    nn::write(parameters);
    nn::write(state);
    nn::write(others);
    return at;
}

/// A callback of `fit` that keeps the run in a file and goes on from it if it exists (else it is
/// written before the first step): a run that was killed at any moment ends with the same bits as
/// one that was not. Errors: those of load_checkpoint; a file that cannot be written.
struct checkpoints {
    std::string path;  ///< empty for none
    int every = 0;     ///< steps between two; 0 writes after each epoch

    template <tensor T>
    bool restore(context& ctx, const run_state<T>& run, position& at) const {
        if (every < 0)
            throw error("fit", "checkpoints every 0 steps or more",
                        text("every ", every, " steps"));
        if (path.empty() || !io::file_exists(path)) return false;
        at = load_checkpoint(ctx, path, run);
        return true;
    }
    bool due(std::int64_t steps) const { return !path.empty() && every > 0 && steps % every == 0; }
    template <tensor T>
    void keep(context& ctx, const run_state<T>& run, const position& at) const {
        if (!path.empty()) save_checkpoint(ctx, path, run, at);
    }
};

}  // namespace MGKIT_NAMESPACE::train

#if !defined(MGKIT_COMPILED)
#include "mgkit/train/checkpoint-inl.hpp"
#endif
