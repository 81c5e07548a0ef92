// SPDX-License-Identifier: MIT
// What a parser makes of JSON text, as text: every event, or why it was refused.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "mgkit/core/error.hpp"
#include "mgkit/data/readers/mmpose.hpp"

/// Writes down what it is told. The value of the key "skip" is not wanted, nor the content of the
/// list or object that opens next behind the key "unwanted".
class written_down final : public mgkit::data::readers::detail::json_handler {
public:
    std::string text;

    bool begin_object() override {
        text += '{';
        return wanted();
    }
    bool begin_array() override {
        text += '[';
        return wanted();
    }
    bool key(std::string_view name) override {
        string(name);
        text += ':';
        if (name == "unwanted") refuse_ = true;
        return name != "skip";
    }
    void end_object() override { text += '}'; }
    void end_array() override { text += ']'; }
    void number(double value, bool integral) override {
        // Every NaN is the same; zeros keep their sign.
        char digits[40];
        const auto bits = std::isnan(value) ? 0 : std::bit_cast<std::uint64_t>(value);
        std::snprintf(digits, sizeof digits, "%s%s%016llx ", std::isnan(value) ? "nan" : "",
                      integral ? "i" : "r", static_cast<unsigned long long>(bits));
        text += digits;
    }
    void null() override { text += "null "; }
    void string(std::string_view value) override {
        text += '"';
        text += std::to_string(value.size());
        text += ',';
        text += value;
        text += '"';
    }
    void boolean(bool value) override { text += value ? "true " : "false "; }

private:
    bool wanted() {
        const bool now = !refuse_;
        refuse_ = false;
        return now;
    }
    bool refuse_ = false;
};

/// Events, and behind them what was wrong.
template <class Provider>
std::string events_of(std::string_view json, bool& accepted) {
    namespace detail = mgkit::data::readers::detail;
    written_down out;
    accepted = true;
    std::string refused;
    try {
        detail::walk_json(detail::parser_of<Provider>, json, out, "input");
    } catch (const mgkit::error& problem) {
        accepted = false;
        refused = problem.what();
    }
    // What came before a fault is not asked for: a parser may look for faults first.
    return accepted ? out.text : refused;
}
