// JSON text written number by number: floats with as few digits as give them back.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>

#include "mgkit/io/atomic_file.hpp"
#include "mgkit/io/json.hpp"

namespace mgkit::data::readers::detail {

/// Text on its way into a file, in pieces of about a megabyte.
class json_text {
public:
    explicit json_text(const std::string& path) : file_(path) {}

    json_text& operator<<(std::string_view text) {
        buffer_ += text;
        if (buffer_.size() > (std::size_t{1} << 20)) flush();
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
        return *this << std::string_view(
                   io::json(text).dump(-1, ' ', true, io::json::error_handler_t::replace));
    }
    void commit() {
        flush();
        file_.commit();
    }

private:
    void flush() {
        file_.write(buffer_);
        buffer_.clear();
    }
    io::atomic_file file_;
    std::string buffer_;
};

}  // namespace mgkit::data::readers::detail
