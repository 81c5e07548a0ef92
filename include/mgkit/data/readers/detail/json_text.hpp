// SPDX-License-Identifier: MIT
// JSON text written number by number: floats with as few digits as give them back.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "mgkit/io/atomic_file.hpp"
#include "mgkit/io/json_value.hpp"

namespace MGKIT_NAMESPACE::data::readers::detail {

/// Text on its way into a file, in pieces of about a megabyte; without a file, all of it at once.
class json_text {
public:
    json_text() = default;
    explicit json_text(const std::string& path) { file_.emplace(path); }

    json_text& operator<<(std::string_view text) {
        buffer_ += text;
        if (file_ && buffer_.size() > (std::size_t{1} << 20)) flush();
        return *this;
    }
    template <class Number>
    requires std::floating_point<Number> || std::integral<Number> json_text& operator<<(
        Number value) {
        char digits[40];
        const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
        return *this << std::string_view(digits, static_cast<std::size_t>(end - digits));
    }
    /// A string in quotes.
    json_text& quoted(const std::string& text) {
        return *this << std::string_view(io::json(text).shown(true));
    }
    void commit() {
        flush();
        file_->commit();
    }
    /// What was written since the last time; for texts without a file.
    std::string take() { return std::exchange(buffer_, {}); }

private:
    void flush() {
        file_->write(buffer_);
        buffer_.clear();
    }
    std::optional<io::atomic_file> file_;
    std::string buffer_;
};

}  // namespace MGKIT_NAMESPACE::data::readers::detail
