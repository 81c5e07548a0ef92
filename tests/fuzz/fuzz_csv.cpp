// SPDX-License-Identifier: MIT
// Any bytes either are CSV whose fields survive being written again, or are refused by
// mgkit::error; annotations settle to runs that hold every mark.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/data/annotators.hpp"
#include "mgkit/io/csv.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace io = mgkit::io;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        const auto table = io::parse_csv(text, "input");
        std::string again = io::csv_line(table.columns());
        for (std::size_t r = 0; r < table.rows(); ++r) {
            std::vector<std::string> row;
            for (std::size_t c = 0; c < table.columns().size(); ++c) row.push_back(table.at(r, c));
            // A line of one empty field reads as an empty line, which is skipped.
            if (row.size() == 1 && row.front().empty()) return 0;
            again += io::csv_line(row);
        }
        const auto copy = io::parse_csv(again, "copy");
        if (copy.columns() != table.columns() || copy.rows() != table.rows()) std::abort();
        for (std::size_t r = 0; r < table.rows(); ++r)
            for (std::size_t c = 0; c < table.columns().size(); ++c)
                if (copy.at(r, c) != table.at(r, c)) std::abort();
        // Whoever counts, the union marks the frames that anybody marked and no others.
        namespace data = mgkit::data;
        const auto marks = data::parse_annotations(text, "input");
        for (const auto& [name, list] : marks.by_recording) {
            const auto all = data::settled(marks, name, {data::annotator_rule::everybody, 0},
                                           data::label_rule::together);
            for (std::size_t i = 1; i < all.size(); ++i)
                if (all[i].start < all[i - 1].end) std::abort();
            for (const auto& s : list) {
                const auto holds = [&s](const data::segment& run) {
                    return run.start <= s.start && s.end <= run.end;
                };
                if (std::none_of(all.begin(), all.end(), holds)) std::abort();
            }
        }
    } catch (const mgkit::error&) {
    }
    return 0;
}
