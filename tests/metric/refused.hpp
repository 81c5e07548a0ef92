// SPDX-License-Identifier: MIT
// Checks that a call throws mgkit::error and that its line contains some words.
#pragma once

#include <string>
#include <string_view>

#include "catch.hpp"
#include "mgkit/core/error.hpp"

/// The line of the mgkit::error that `f` throws; anything else fails the test.
template <class F>
std::string refusal(F&& f) {
    try {
        f();
    } catch (const mgkit::error& e) {
        return e.what();
    }
    return "no error";
}

inline bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

#define CHECK_CONTAINS(text, part)          \
    do {                                    \
        const std::string checked = (text); \
        INFO(checked);                      \
        CHECK(contains(checked, part));     \
    } while (false)

#define CHECK_REFUSED(expression, part) \
    CHECK_CONTAINS(refusal([&] { static_cast<void>(expression); }), part)
