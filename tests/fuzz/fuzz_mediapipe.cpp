// SPDX-License-Identifier: MIT
// Any bytes as MediaPipe's JSON either give sound detections, or are refused by mgkit::error.
#include <cstddef>
#include <cstdint>

#include "fuzz/check_people.hpp"
#include "mgkit/data/readers/mediapipe.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz_reader<mgkit::data::readers::mediapipe>(data, size);
    return 0;
}
