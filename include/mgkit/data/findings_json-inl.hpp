// SPDX-License-Identifier: MIT
// Definitions of findings_json.hpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/findings.hpp"
#include "mgkit/data/findings_json.hpp"
#include "mgkit/io/json.hpp"

namespace MGKIT_NAMESPACE::data {

MGKIT_COLD_INLINE io::json to_json(const findings& found) {
    io::json out = io::json::array();
    for (const finding& one : found.all()) {
        io::json entry = {{"kind", std::string(name(one.kind))},
                          {"code", one.code},
                          {"words", one.words},
                          {"count", one.count}};
        if (!one.recording.empty()) entry["recording"] = one.recording;
        if (!one.frames.empty()) entry["frames"] = one.frames;
        out.push_back(std::move(entry));
    }
    return out;
}

MGKIT_COLD_INLINE findings findings_from_json(const io::json& value, const std::string& where) {
    constexpr std::array kinds{finding_kind::assumed, finding_kind::guessed, finding_kind::left_out,
                               finding_kind::repaired, finding_kind::suspect};
    constexpr std::int64_t most_counted = 1'000'000'000'000;  // sums stay far below overflow
    if (!value.is_array())
        throw error(where, "a list of findings", value.shown(true).substr(0, 40));
    findings out;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const std::string at = text(where, "[", i, "]");
        const io::json& entry = value[i];
        if (!entry.is_object()) throw error(at, "an object", entry.shown(true).substr(0, 40));
        const auto kind = io::get_or<std::string>(entry, "kind", "", at);
        std::size_t k = 0;
        while (k < kinds.size() && name(kinds[k]) != kind) ++k;
        if (k == kinds.size()) throw error(at + ": 'kind'", "a kind of finding", kind);
        const auto count = io::get_or<std::int64_t>(entry, "count", 0, at);
        if (count < 0 || count > most_counted)
            throw error(at + ": 'count'", text("a number from 0 to ", most_counted), text(count));
        out.add({kinds[k], io::get_or<std::string>(entry, "code", "", at),
                 io::get_or<std::string>(entry, "words", "", at),
                 io::get_or<std::string>(entry, "recording", "", at), count,
                 io::get_or<std::vector<int>>(entry, "frames", {}, at)});
    }
    return out;
}

}  // namespace MGKIT_NAMESPACE::data
