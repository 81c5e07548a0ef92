// SPDX-License-Identifier: MIT
// Foreign text (class names, file names, settings) made safe for pages, drawings and terminals.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE::report {

/// `text` as one line of valid UTF-8: white space becomes a space; control characters, characters
/// that reorder text, and bytes that are not UTF-8 become U+FFFD.
std::string clean(std::string_view text);

/// `clean` text for the content or a quoted attribute of HTML, SVG and XML.
std::string escape(std::string_view text);

/// Number of code points of clean text: its width in a terminal, wide characters aside.
std::size_t width(std::string_view text);

/// Clean text of at most `most` code points, the last one an ellipsis where something was cut.
std::string shorten(std::string_view text, std::size_t most);

/// Clean text in at most two lines of `most` code points, broken between words where that fits;
/// what remains beyond them is cut.
std::vector<std::string> two_lines(std::string_view text, std::size_t most);

/// `value` with `digits` decimals, the same in every locale; "-" where it is not finite.
std::string fixed(double value, int digits);

/// A share in percent with one decimal, without the sign: 0.7283 gives "72.8".
inline std::string percent(double share) {
    return fixed(100 * share, 1);
}

}  // namespace MGKIT_NAMESPACE::report

#if !defined(MGKIT_COMPILED)
#include "mgkit/report/escape-inl.hpp"
#endif
