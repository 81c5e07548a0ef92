// Everything a training run needs to go on as if it had never stopped.
// infrastructure
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/core/digest.hpp"
#include "mgkit/core/recipe.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/io/recipe_json.hpp"
#include "mgkit/nn/archive.hpp"

namespace mgkit::train {

/// One entry of the training curve: means over an epoch.
struct epoch_record {
    int epoch = 0;  ///< 0-based
    double loss = 0;
    double rate = 0;
    std::vector<std::pair<std::string, double>> parts;
};

/// Where a run stands between two steps. Random draws are keyed by epoch and clip, so position,
/// parameters, optimiser state and the sums of the current epoch are all there is.
struct position {
    int epoch = 0;       ///< epoch of the next step
    int next_batch = 0;  ///< batch of the next step within it
    double loss_sum = 0;
    std::vector<std::pair<std::string, double>> part_sums;
    std::vector<epoch_record> history;
    int best_epoch = -1;  ///< whose parameters were kept as the best; -1 for none yet
    double best_score = 0;
};

namespace detail {

using number_list = std::vector<std::pair<std::string, double>>;

inline io::json to_json(const number_list& values) {
    io::json out = io::json::array();
    for (const auto& [name, value] : values) {
        io::json pair = io::json::array();
        pair.push_back(name);
        pair.push_back(value);
        out.push_back(std::move(pair));
    }
    return out;
}
inline number_list number_list_of(const io::json& value) {
    number_list out;
    for (const auto& entry : value)
        out.emplace_back(entry.at(0).get<std::string>(), entry.at(1).get<double>());
    return out;
}

inline io::json to_json(const position& p) {
    io::json history = io::json::array();
    for (const auto& r : p.history) {
        io::json record;
        record["epoch"] = r.epoch;
        record["loss"] = r.loss;
        record["rate"] = r.rate;
        record["parts"] = to_json(r.parts);
        history.push_back(std::move(record));
    }
    io::json out;
    out["epoch"] = p.epoch;
    out["next_batch"] = p.next_batch;
    out["loss_sum"] = p.loss_sum;
    out["part_sums"] = to_json(p.part_sums);
    out["history"] = std::move(history);
    out["best_epoch"] = p.best_epoch;
    out["best_score"] = p.best_score;
    return out;
}

inline position position_of(const io::json& value) {
    position p;
    p.epoch = value.at("epoch").get<int>();
    p.next_batch = value.at("next_batch").get<int>();
    p.loss_sum = value.at("loss_sum").get<double>();
    p.part_sums = number_list_of(value.at("part_sums"));
    for (const auto& r : value.at("history"))
        p.history.push_back({r.at("epoch").get<int>(), r.at("loss").get<double>(),
                             r.at("rate").get<double>(), number_list_of(r.at("parts"))});
    p.best_epoch = value.at("best_epoch").get<int>();
    p.best_score = value.at("best_score").get<double>();
    return p;
}

/// Changes with any name, byte or piece of text, whatever the order of tensors.
inline std::string fingerprint(std::span<const io::tensor_entry> entries, const std::string& run,
                               const std::string& position) {
    digest out;
    out.add(run).add(position);
    const auto by_name = [](const io::tensor_entry& a, const io::tensor_entry& b) {
        return a.name < b.name;
    };
    for (const std::size_t i : io::ordered(entries, by_name)) {
        const io::tensor_entry& entry = entries[i];
        out.add(entry.name).add(io::name(entry.type)).add(std::span(entry.shape)).add(entry.bytes);
    }
    return out.hex();
}

}  // namespace detail

inline constexpr const char* checkpoint_format = "mgkit checkpoint 4";

/// What a checkpoint holds: the leaves of the model, of the optimiser and of what listens to the
/// run, and what the model states.
template <tensor T>
struct checkpointed {
    nn::leaf_list<T> model;
    nn::fact_map facts;
    nn::leaf_list<T> optimiser;
    nn::leaf_list<T> listeners{};
};

/// Writes a checkpoint atomically. `run` is what the run is made of (data, settings, version);
/// resuming another is refused.
template <tensor T>
void save_checkpoint(context& ctx, const std::string& path, const checkpointed<T>& all,
                     const position& at, const recipe& run) {
    nn::archive_writer out;
    out.add(ctx, all.model, "model.");
    out.add(all.facts, "model.");
    out.add(ctx, all.optimiser, "optimiser.");
    out.add(ctx, all.listeners, "listener.");
    const std::string where = detail::to_json(at).dump(), made_of = io::to_json(run).dump();
    out.save(path, {{"format", checkpoint_format},
                    {"run", made_of},
                    {"position", where},
                    {"fingerprint", detail::fingerprint(out.entries(), made_of, where)}});
}

namespace detail {

/// Errors: no checkpoint, one of another run, a damaged one.
inline position checked_position(const io::safetensors_file& file, const recipe& run) {
    const std::string& path = file.path();
    const auto entry = [&](const char* key) {
        const auto found = file.metadata().find(key);
        if (found == file.metadata().end())
            throw error(path, text("a checkpoint with metadata '", key, "'"), "none",
                        "resume from a file that pre-training wrote");
        return found->second;
    };
    if (entry("format") != checkpoint_format)
        throw error(path, text("format '", checkpoint_format, "'"), entry("format"),
                    "train again, with the version that reads it or from the start");
    const recipe_difference other =
        compare(run, io::recipe_from_json(io::parse_json(entry("run"), path), path));
    if (!other.names.empty())
        throw error(path, text("a checkpoint of this run (", other.wanted, ")"),
                    text("one of another (", other.found, ")"),
                    "resume with the settings and data the run was started with, or remove the "
                    "file");
    if (entry("fingerprint") !=
        detail::fingerprint(file.entries(), entry("run"), entry("position")))
        throw error(path, "the bytes that were written", "others",
                    "the file is damaged: remove it");
    position at;
    try {
        at = detail::position_of(io::parse_json(entry("position"), path));
    } catch (const io::json::exception& e) {
        throw error(path, "a readable position", e.what(), "remove the file");
    }
    if (at.epoch < 0 || at.next_batch < 0)
        throw error(path, "a position within the run",
                    text("epoch ", at.epoch, ", batch ", at.next_batch), "remove the file");
    return at;
}

}  // namespace detail

/// Restores a checkpoint and says where to go on. Nothing is written if anything does not fit.
/// Errors: no checkpoint, one of another run, a damaged one, one of another model or optimiser.
template <tensor T>
position load_checkpoint(context& ctx, const std::string& path, const checkpointed<T>& all,
                         const recipe& run) {
    const io::safetensors_file file(path);
    const position at = detail::checked_position(file, run);
    nn::fact_map facts;
    for (const auto& [name, value] : all.facts) facts["model." + name] = value;
    const auto parameters =
        nn::stage(ctx, file, {.prefix = "model."}, all.model, nn::fact_differences(file, facts));
    const auto state = nn::stage(ctx, file, {.prefix = "optimiser."}, all.optimiser);
    const auto others = nn::stage(ctx, file, {.prefix = "listener."}, all.listeners);
    nn::write(parameters);
    nn::write(state);
    nn::write(others);
    return at;
}

}  // namespace mgkit::train
