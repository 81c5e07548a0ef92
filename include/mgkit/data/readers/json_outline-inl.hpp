// SPDX-License-Identifier: MIT
// Definitions of json_outline.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/readers/detail/json_events.hpp"
#include "mgkit/data/readers/json_outline.hpp"
#include "mgkit/io/json_events.hpp"
#include "mgkit/io/mapped_file.hpp"

namespace MGKIT_NAMESPACE::data::readers {

MGKIT_INLINE bool json_outline::has(std::string_view path) const {
    return std::find(paths.begin(), paths.end(), path) != paths.end();
}

MGKIT_INLINE std::string json_outline::words() const {
    if (root == 0) return "no JSON object or list";
    std::string prefix, out = "an object";
    if (root == '[') {
        const bool lists = has("[][]");
        prefix = lists ? "[][]" : "[]";
        out = lists ? "a list of lists" : "a list";
    }
    std::size_t told = 0;
    for (const auto& path : paths) {
        if (!path.starts_with(prefix) || told == 6) continue;
        std::string_view key = std::string_view(path).substr(prefix.size());
        if (key.starts_with('.')) key.remove_prefix(1);
        if (key.empty() || key.find_first_of(".[") != std::string_view::npos) continue;
        out += text(told > 0      ? ", "
                    : root == '[' ? " of objects with "
                                  : " with ",
                    detail::printable(key, 30));
        ++told;
    }
    return out;
}

namespace detail {

/// Collects the paths of keys; throws `enough` where nothing new is to be expected.
class outline_events final : public io::json_events {
public:
    struct enough {};

    explicit outline_events(json_outline& out) : out_(out) {}

    void null() override { value(); }
    void boolean(bool) override { value(); }
    void integer(std::int64_t) override { value(); }
    void natural(std::uint64_t) override { value(); }
    void real(double) override { value(); }
    void string(std::string&) override { value(); }
    void key(std::string& name) override {
        at_.resize(open_.back());
        if (!at_.empty()) at_ += '.';
        at_ += name.substr(0, 40);
        note();
    }
    void begin_object() override { begin('{'); }
    void begin_array() override { begin('['); }
    void end_object() override { end(); }
    void end_array() override { end(); }

private:
    static constexpr std::size_t most_paths = 300, most_depth = 12;
    static constexpr int patience = 5000;

    void value() {
        if (++unchanged_ > patience) throw enough{};
    }
    void begin(char kind) {
        value();
        if (open_.empty()) out_.root = kind;
        if (open_.size() == most_depth) throw enough{};
        if (kind == '[') {
            at_ += "[]";
            note();
        }
        open_.push_back(at_.size());
    }
    void end() {
        open_.pop_back();
        if (!open_.empty()) at_.resize(open_.back());
    }
    void note() {
        if (out_.has(at_)) return;
        if (out_.paths.size() == most_paths) throw enough{};
        out_.paths.push_back(at_);
        unchanged_ = 0;
    }

    json_outline& out_;
    std::string at_;
    std::vector<std::size_t> open_;  ///< length of the path inside each open list and object
    int unchanged_ = 0;
};

}  // namespace detail

MGKIT_INLINE json_outline outline_of(std::string_view text) {
    json_outline out;
    detail::outline_events events(out);
    try {
        // The fault is not asked for: the text is cut, and may be no JSON at all.
        (void)io::read_events(text.substr(0, std::size_t{1} << 18), events,
                              io::json_numbers::python);
    } catch (const detail::outline_events::enough&) {
    }
    return out;
}

MGKIT_INLINE json_outline outline_of_file(const std::string& path) {
    std::error_code code;
    if (path.find('\0') != std::string::npos || !std::filesystem::is_regular_file(path, code))
        return {};
    try {
        const io::mapped_file file(path);
        const std::string_view text = file.text();
        const auto first = text.find_first_not_of(" \t\r\n");
        if (first == std::string_view::npos || (text[first] != '{' && text[first] != '['))
            return {};
        return outline_of(text);
    } catch (const error&) {
        return {};
    }
}

}  // namespace MGKIT_NAMESPACE::data::readers
