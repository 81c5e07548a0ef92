// SPDX-License-Identifier: MIT
// Any bytes as iMiGUE's CSV either give sound detections, or are refused by mgkit::error.
#include <cstddef>
#include <cstdint>

#include "fuzz/check_people.hpp"
#include "mgkit/data/readers/imigue_csv.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz_reader<mgkit::data::readers::imigue_csv>(data, size);
    return 0;
}
