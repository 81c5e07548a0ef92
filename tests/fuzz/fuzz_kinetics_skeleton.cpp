// SPDX-License-Identifier: MIT
// Any bytes as kinetics-skeleton's JSON either give sound detections, or are refused by
// mgkit::error.
#include <cstddef>
#include <cstdint>

#include "fuzz/check_people.hpp"
#include "mgkit/data/readers/kinetics_skeleton.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz_reader<mgkit::data::readers::kinetics_skeleton>(data, size);
    return 0;
}
