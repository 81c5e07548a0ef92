// SPDX-License-Identifier: MIT
// The component simdjson: a reader parses JSON with it.
#include <cstdio>
#include <string>

#include "mgkit/data/readers/mmpose.hpp"

#if !defined(MGKIT_JSON_SIMDJSON)
#error expected the definition MGKIT_JSON_SIMDJSON from mgkit::simdjson
#endif

int main() {
    std::string points, scores;
    for (int joint = 0; joint < 17; ++joint) {
        points += (joint > 0 ? "," : "") + ("[" + std::to_string(joint) + ",5]");
        scores += joint > 0 ? ",1" : "1";
    }
    const std::string text = R"([{"frame_id": 0, "instances": [{"keypoints": [)" + points +
                             R"(], "keypoint_scores": [)" + scores + "]}]}]";
    const auto read = mgkit::data::readers::mmpose::parse(text, "a text");
    std::printf("%d frame, %zu person\n", read.frames(), read.people());
    return read.people() == 1 ? 0 : 1;
}
