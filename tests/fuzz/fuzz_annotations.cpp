// SPDX-License-Identifier: MIT
// Any bytes as segments either are sound annotations, or are refused by mgkit::error; what is read
// strictly is read leniently too, with nothing left out.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "mgkit/core/error.hpp"
#include "mgkit/data/annotations.hpp"

namespace {

void hold(bool condition) {
    if (!condition) std::abort();
}

std::optional<mgkit::data::annotations> read(std::string_view text, bool strict) {
    try {
        return mgkit::data::parse_annotations(text, "input", {.strict = strict});
    } catch (const mgkit::error&) {
        return std::nullopt;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto strict = read(text, true), lenient = read(text, false);
    if (!lenient) {
        hold(!strict);
        return 0;
    }
    hold(strict.has_value() == (lenient->found.count("segments_unusable") == 0));
    hold(!strict || strict->size() == lenient->size());
    for (const auto& [name, list] : lenient->by_recording) {
        hold(!list.empty() && !name.empty());
        for (std::size_t i = 0; i < list.size(); ++i) {
            const auto& s = list[i];
            hold(s.start >= 0 && s.end > s.start && s.annotator >= 0);
            hold(s.label >= 0 && s.label < lenient->classes());
            hold(i == 0 || list[i - 1].start <= s.start);
        }
        mgkit::data::findings found;
        const int frames = list.back().start;
        const auto inside = mgkit::data::within(list, frames, found);
        for (const auto& s : inside) hold(s.start < s.end && s.end <= frames);
        hold(inside.size() + static_cast<std::size_t>(found.count("segments_beyond_end")) ==
             list.size());
        for (const auto& s : list) hold(lenient->annotators_of(name).contains(s.annotator));
    }
    for (const auto& name : lenient->class_names) hold(!name.empty());
    return 0;
}
