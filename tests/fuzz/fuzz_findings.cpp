// SPDX-License-Identifier: MIT
// Any bytes as findings either survive being written again, or are refused by mgkit::error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "mgkit/core/error.hpp"
#include "mgkit/data/findings_json.hpp"
#include "mgkit/io/json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace data_ = mgkit::data;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        auto found = data_::findings_from_json(mgkit::io::parse_json(text, "input"), "input");
        if (data_::findings_from_json(data_::to_json(found), "copy") != found) std::abort();
        for (const auto& one : found.all())
            if (one.count < 1 || found.count(one.code) < one.count) std::abort();
        if (found.sentences().size() > found.all().size()) std::abort();
        const auto twice = found;
        found.append(twice);
        found.name_recording("recording");
        if (found.sentences().size() > twice.all().size()) std::abort();
    } catch (const mgkit::error&) {
    }
    return 0;
}
