// SPDX-License-Identifier: MIT
// Any bytes either are a result that a page can be made of, or are refused by mgkit::error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "mgkit/report/html.hpp"
#include "mgkit/report/read_run.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        mgkit::report::run runs[2];
        runs[0] = mgkit::report::run_from_json(mgkit::io::parse_json(text, "input"), "input");
        runs[1] = runs[0];
        const auto page = mgkit::report::compose(runs, "page");
        if (page.html.find("<script") != std::string::npos) std::abort();
        if (runs[0].sampling) mgkit::report::to_json(*runs[0].sampling);
        mgkit::io::to_text(mgkit::report::to_json(runs[0].result), "copy");
    } catch (const mgkit::error&) {
    }
    return 0;
}
