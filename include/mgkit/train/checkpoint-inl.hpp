// SPDX-License-Identifier: MIT
// Definitions of checkpoint.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <system_error>
#include <utility>

#include "mgkit/core/digest.hpp"
#include "mgkit/core/from_chars.hpp"
#include "mgkit/io/recipe_json.hpp"
#include "mgkit/train/checkpoint.hpp"

namespace MGKIT_NAMESPACE::train::detail {

/// A position as lines of a word, numbers and a name: exact, and read back without a parser.
MGKIT_COLD_INLINE std::string to_text(const position& p) {
    std::string out = text("at ", p.epoch, " ", p.next_batch, "\nsum ", nn::exact(p.loss_sum),
                           "\nbest ", p.best_epoch, " ", nn::exact(p.best_score), "\n");
    const auto add_parts = [&out](const loss_parts& parts) {
        for (const auto& [name, value] : parts)
            out += "part " + nn::exact(value) + " " + name + "\n";
    };
    add_parts(p.part_sums);
    for (const epoch_record& r : p.history) {
        out += text("epoch ", r.epoch, " ", nn::exact(r.loss), " ", nn::exact(r.rate), "\n");
        add_parts(r.parts);
    }
    return out;
}

/// Takes a number off the front of a line. Errors: no number there.
template <class N>
N take_number(std::string_view& line, const std::string& where) {
    N out{};
    const auto end = mgkit::detail::from_chars(line.data(), line.data() + line.size(), out);
    if (end.ec != std::errc()) throw error(where, "a readable position", std::string(line));
    line.remove_prefix(static_cast<std::size_t>(end.ptr - line.data()));
    if (line.starts_with(' ')) line.remove_prefix(1);
    return out;
}

/// The inverse of to_text. Errors: lines that it does not write.
MGKIT_COLD_INLINE position position_of(std::string_view all, const std::string& where) {
    position p;
    auto* parts = &p.part_sums;
    while (!all.empty()) {
        const std::size_t end = std::min(all.find('\n'), all.size() - 1);
        std::string_view line = all.substr(0, end);
        all.remove_prefix(end + 1);
        const std::string_view word = line.substr(0, line.find(' '));
        line.remove_prefix(std::min(line.size(), word.size() + 1));
        if (word == "at") {
            p.epoch = take_number<int>(line, where);
            p.next_batch = take_number<int>(line, where);
        } else if (word == "sum") {
            p.loss_sum = take_number<double>(line, where);
        } else if (word == "best") {
            p.best_epoch = take_number<int>(line, where);
            p.best_score = take_number<double>(line, where);
        } else if (word == "part") {
            const double value = take_number<double>(line, where);
            parts->emplace_back(std::string(line), value);
        } else if (word == "epoch") {
            epoch_record r;
            r.epoch = take_number<int>(line, where);
            r.loss = take_number<double>(line, where);
            r.rate = take_number<double>(line, where);
            p.history.push_back(std::move(r));
            parts = &p.history.back().parts;
        } else {
            throw error(where, "a readable position", std::string(word), "remove the file");
        }
    }
    return p;
}

/// Changes with any name, byte or piece of text, whatever the order of tensors.
MGKIT_COLD_INLINE std::string fingerprint(std::span<const io::tensor_entry> entries,
                                          const std::string& run, const std::string& position) {
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

MGKIT_COLD_INLINE io::text_map metadata_of(std::span<const io::tensor_entry> entries,
                                           const position& at, const recipe& run) {
    const std::string where = to_text(at), made_of = io::to_json(run).dump();
    return {{"format", checkpoint_format},
            {"run", made_of},
            {"position", where},
            {"fingerprint", fingerprint(entries, made_of, where)}};
}

MGKIT_COLD_INLINE position checked_position(const io::safetensors_file& file, const recipe& run) {
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
    if (entry("fingerprint") != fingerprint(file.entries(), entry("run"), entry("position")))
        throw error(path, "the bytes that were written", "others",
                    "the file is damaged: remove it");
    const position at = position_of(entry("position"), path);
    if (at.epoch < 0 || at.next_batch < 0)
        throw error(path, "a position within the run",
                    text("epoch ", at.epoch, ", batch ", at.next_batch), "remove the file");
    return at;
}

}  // namespace MGKIT_NAMESPACE::train::detail
