// Everything a training run needs to go on as if it had never stopped.
// infrastructure
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/io/json.hpp"
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
};

namespace detail {

using number_list = std::vector<std::pair<std::string, double>>;

inline io::json to_json(const number_list& values) {
    io::json out = io::json::array();
    for (const auto& [name, value] : values) out.push_back({name, value});
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
    for (const auto& r : p.history)
        history.push_back(
            {{"epoch", r.epoch}, {"loss", r.loss}, {"rate", r.rate}, {"parts", to_json(r.parts)}});
    return {{"epoch", p.epoch},
            {"next_batch", p.next_batch},
            {"loss_sum", p.loss_sum},
            {"part_sums", to_json(p.part_sums)},
            {"history", history}};
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
    return p;
}

}  // namespace detail

/// Writes a checkpoint atomically: model, optimiser and position. `run` identifies the settings
/// (seed, sizes, data); resuming under other settings is refused.
template <class M, class Updater>
void save_checkpoint(context& ctx, const std::string& path, M& model, Updater& updater,
                     const position& at, const std::string& run) {
    nn::archive_writer out;
    out.add(ctx, model, "model.");
    out.add(ctx, updater, "optimiser.");
    updater.for_each_state([&](const nn::leaf_name& name, auto& leaf) {
        out.put("optimiser." + name.text, nn::host_values(ctx, leaf),
                nn::detail::leaf_extents(leaf));
    });
    out.save(
        path,
        {{"format", "mgkit checkpoint 1"}, {"run", run}, {"position", detail::to_json(at).dump()}});
}

/// Restores a checkpoint and says where to go on. Nothing is written if anything does not fit.
template <class M, class Updater>
position load_checkpoint(context& ctx, const std::string& path, M& model, Updater& updater,
                         const std::string& run) {
    const io::safetensors_file file(path);
    const auto entry = [&](const char* key) {
        const auto found = file.metadata().find(key);
        if (found == file.metadata().end())
            throw error(path, text("a checkpoint with metadata '", key, "'"), "none",
                        "resume from a file that pre-training wrote");
        return found->second;
    };
    if (entry("format") != "mgkit checkpoint 1")
        throw error(path, "format 'mgkit checkpoint 1'", entry("format"));
    if (entry("run") != run)
        throw error(path, text("a checkpoint of this run (", run, ")"), entry("run"),
                    "resume with the settings the run was started with, or remove the file");
    position at;
    try {
        at = detail::position_of(io::parse_json(entry("position"), path));
    } catch (const io::json::exception& e) {
        throw error(path, "a readable position", e.what(), "remove the file");
    }
    updater.for_each_state([&](const nn::leaf_name& name, auto& leaf) {
        const std::string stored = "optimiser." + name.text;
        if (!file.contains(stored) || file.shape(stored) != nn::detail::leaf_extents(leaf))
            throw error(path, text("optimiser state ", stored), "none of that shape");
    });
    nn::load(ctx, model, file, {.prefix = "model."});
    nn::load(ctx, updater, file, {.prefix = "optimiser.", .ignore_extra = true});
    updater.for_each_state([&]<class Leaf>(const nn::leaf_name& name, Leaf& leaf) {
        using scalar = typename backend_traits<Leaf>::scalar;
        const auto values = file.read<scalar>("optimiser." + name.text);
        backend_traits<Leaf>::assign(ctx, leaf,
                                     backend_traits<Leaf>::from_host(ctx, values, shape_of(leaf)));
    });
    return at;
}

}  // namespace mgkit::train
