// Checks that a call throws mgkit::error and that its line contains some words.
#pragma once

#include <string>
#include <string_view>

#include "catch.hpp"
#include "mgkit/core/error.hpp"

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

#define CHECK_REFUSED(expression, part) \
    CHECK(contains(refusal([&] { static_cast<void>(expression); }), part))
