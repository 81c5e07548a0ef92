// Everything a training run needs to go on as if it had never stopped.
// infrastructure
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
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

/// A number that changes with any name, byte or piece of text, whatever the order of tensors.
inline std::uint64_t fingerprint(std::span<const io::tensor_entry> entries, const std::string& run,
                                 const std::string& position) {
    const auto digest = [](std::uint64_t hash, std::span<const std::byte> bytes) {
        while (!bytes.empty()) {
            std::uint64_t word = 0;
            const std::size_t count = std::min(bytes.size(), sizeof word);
            std::memcpy(&word, bytes.data(), count);
            hash = (hash ^ word ^ count) * 0x9E3779B97F4A7C15u;
            hash ^= hash >> 29;
            bytes = bytes.subspan(count);
        }
        return hash;
    };
    const auto characters = [](const std::string& s) {
        return std::as_bytes(std::span(s.data(), s.size()));
    };
    std::uint64_t sum = digest(digest(1, characters(run)), characters(position));
    for (const auto& entry : entries) sum += digest(digest(2, characters(entry.name)), entry.bytes);
    return sum;
}

}  // namespace detail

inline constexpr const char* checkpoint_format = "mgkit checkpoint 2";

/// Writes a checkpoint atomically: model, optimiser and position. `run` identifies the settings
/// (seed, sizes, data); resuming under other settings is refused.
template <class M, class Updater>
void save_checkpoint(context& ctx, const std::string& path, M& model, Updater& updater,
                     const position& at, const std::string& run) {
    nn::archive_writer out;
    out.add(ctx, model, "model.");
    out.add(ctx, updater, "optimiser.");
    updater.for_each_state(out.leaf_writer(ctx, "optimiser."));
    const std::string where = detail::to_json(at).dump();
    out.save(path, {{"format", checkpoint_format},
                    {"run", run},
                    {"position", where},
                    {"fingerprint", text(detail::fingerprint(out.entries(), run, where))}});
}

/// Restores a checkpoint and says where to go on. Nothing is written if anything does not fit.
/// Errors: no checkpoint, one of another run, a damaged one, one of another model or optimiser.
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
    if (entry("format") != checkpoint_format)
        throw error(path, text("format '", checkpoint_format, "'"), entry("format"),
                    "train again, with the version that reads it or from the start");
    if (entry("run") != run)
        throw error(path, text("a checkpoint of this run (", run, ")"), entry("run"),
                    "resume with the settings the run was started with, or remove the file");
    if (entry("fingerprint") != text(detail::fingerprint(file.entries(), run, entry("position"))))
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
    const auto parameters = nn::stage(
        ctx, file, {.prefix = "model."}, [&](auto&& visitor) { nn::visit(model, visitor); },
        nn::fact_differences(file, model, "model."));
    const auto state = nn::stage(ctx, file, {.prefix = "optimiser."}, [&](auto&& visitor) {
        nn::visit(updater, visitor);
        updater.for_each_state(visitor);
    });
    nn::write(parameters);
    nn::write(state);
    return at;
}

}  // namespace mgkit::train
