// Definitions of json_events.hpp.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "mgkit/core/error.hpp"
#include "mgkit/data/readers/detail/json_events.hpp"
#include "mgkit/io/json_events.hpp"
#include "mgkit/io/json_value.hpp"

namespace MGKIT_NAMESPACE::data::readers::detail {

MGKIT_INLINE std::string printable(std::string_view bytes, std::size_t most) {
    return io::json(std::string(bytes.substr(0, most))).shown(true);
}

MGKIT_INLINE void refuse_fault(const io::json_fault& fault, const std::string& where) {
    if (fault.reason.empty()) return;
    const bool letter = fault.token.ends_with('N') || fault.token.ends_with('I');
    throw error(where, "valid JSON", printable(fault.reason, 200),
                text("see byte ", fault.position,
                     letter ? "; JSON has no NaN or Infinity: write null" : ""));
}

}  // namespace MGKIT_NAMESPACE::data::readers::detail
