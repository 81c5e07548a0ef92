// SPDX-License-Identifier: MIT
// What a reader does with the parts of JSON text.
#pragma once

#include <span>
#include <string_view>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE::data::readers::detail {

/// What a reader keeps of JSON.
class json_handler {
public:
    /// These three: false to skip the whole value, or the member's value.
    virtual bool begin_object() = 0;
    virtual bool begin_array() = 0;
    virtual bool key(std::string_view name) = 0;
    virtual void end_object() = 0;
    virtual void end_array() = 0;
    /// NaN, Infinity and -Infinity, as Python writes them, come as such.
    virtual void number(double value, bool integral) = 0;
    /// Neighbours in a list, none of them written as a whole number: as each by itself.
    virtual void numbers(std::span<const double> values) {
        for (const double value : values) number(value, false);
    }
    virtual void null() = 0;
    virtual void string(std::string_view value) = 0;
    virtual void boolean(bool value) = 0;

protected:
    ~json_handler() = default;
};

}  // namespace MGKIT_NAMESPACE::data::readers::detail
