// SPDX-License-Identifier: MIT
// Checks that markup is well formed, so that no foreign text can have broken out of its place.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// Text that tries everything: markup, quotes, entities, control characters, broken UTF-8,
/// reordering marks, a terminal sequence.
inline const std::string hostile =
    "</title></text><script>alert(1)</script>\" onload='x' &amp; &#60; ]]> \x1b[31m\x01\xff\xc3( "
    "\xe2\x80\xae\xed\xa0\x80\r\n end";

/// Empty if every element is closed in order, attributes are quoted, and '&' starts one of the five
/// named entities; otherwise what is wrong. Style content is skipped.
inline std::string markup_fault(std::string_view text) {
    const std::set<std::string, std::less<>> voids{"meta", "input"};
    std::vector<std::string> open;
    std::size_t i = 0;
    while (i < text.size()) {
        const unsigned char c = static_cast<unsigned char>(text[i]);
        if (c < 0x20 && c != '\n') return "control character at " + std::to_string(i);
        if (c == '&') {
            bool known = false;
            for (std::string_view e : {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"})
                known = known || text.substr(i).starts_with(e);
            if (!known) return "bare & at " + std::to_string(i);
        }
        if (c == '>') return "bare > at " + std::to_string(i);
        if (c != '<') {
            ++i;
            continue;
        }
        if (text.substr(i).starts_with("<!DOCTYPE") || text.substr(i).starts_with("<?xml")) {
            i = text.find('>', i) + 1;
            continue;
        }
        const bool closing = i + 1 < text.size() && text[i + 1] == '/';
        std::size_t at = i + (closing ? 2 : 1);
        std::string name;
        while (at < text.size() && std::string_view(" />\n").find(text[at]) == text.npos)
            name += text[at++];
        bool quoted = false;
        for (; at < text.size() && (quoted || text[at] != '>'); ++at) {
            if (text[at] == '"') quoted = !quoted;
            if (text[at] == '<') return "< inside tag " + name;
        }
        if (at >= text.size()) return "tag " + name + " never ends";
        const bool single = text[at - 1] == '/' || voids.contains(name);
        if (closing) {
            if (open.empty() || open.back() != name) return "unexpected </" + name + ">";
            open.pop_back();
        } else if (!single) {
            open.push_back(name);
        }
        i = at + 1;
        if (name == "script") return "a script";
        if (name == "style" && !closing) i = text.find("</style>", i);
    }
    return open.empty() ? "" : "<" + open.back() + "> is never closed";
}
